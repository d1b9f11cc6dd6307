//! What every test here starts from.

use chrono::TimeDelta;
use guildhall_db::{
    Db, Job, OpError, OpResult,
    testing::{TestDb, database},
};
use guildhall_identity::{
    Client, FactorSettings, Factors, NewSession, Passwords, SignUp, SignedIn, Throttle, consents,
    factors::PasswordProof, jobs, sign_in, sign_up,
};
use guildhall_kernel::{
    Actor, Sealer,
    mail::{Mail, SendMail},
};
use guildhall_types::Error;
use serde::de::DeserializeOwned;
use serde_json::Value;
use uuid::Uuid;

pub const ORIGIN: &str = "http://localhost:3000";
pub const PASSWORD: &str = "violet kettle 42 harbour";

/// A database with the services that sign-in needs.
pub struct Stage {
    pub test: TestDb,
    pub db: Db,
    pub passwords: Passwords,
    pub throttle: Throttle,
    pub client: Client,
    pub factors: Factors,
}

impl Stage {
    pub async fn new() -> Self {
        let test = database().await;
        let db = test.db.clone();
        let passwords = Passwords::with_cost(db.chance(), 64, 1).unwrap();
        let throttle = Throttle::new(db.clock().clone());
        let client = Client {
            address: "192.0.2.1".to_owned(),
            user_agent: "Firefox/140.0 (X11; Linux)".to_owned(),
            session: None,
            link: None,
        };
        let sealer = Sealer::new(&[7; 32], db.chance());
        let factors = Factors::new(sealer, ORIGIN, FactorSettings::default()).unwrap();
        Self { test, db, passwords, throttle, client, factors }
    }

    pub fn wait(&self, time: TimeDelta) {
        self.db.clock().advance(time);
    }

    pub async fn sign_up_as(&self, name: &str, email: &str, password: &str) -> OpResult<()> {
        sign_up(
            &self.db,
            &self.passwords,
            &self.throttle,
            &self.client,
            SignUp { name, email, password, next: "", agreed: true, versions: &consents::shown() },
        )
        .await
    }

    pub async fn sign_in_as(&self, email: &str, password: &str) -> OpResult<NewSession> {
        match sign_in(&self.db, &self.passwords, &self.throttle, &self.client, email, password).await? {
            SignedIn::Session(session) => Ok(session),
            SignedIn::SecondStep(_) => panic!("a second step is asked for"),
        }
    }

    /// The token for the second step.
    pub async fn first_step(&self, email: &str) -> String {
        match sign_in(&self.db, &self.passwords, &self.throttle, &self.client, email, PASSWORD).await.unwrap() {
            SignedIn::SecondStep(pending) => pending.token,
            SignedIn::Session(_) => panic!("no second step is asked for"),
        }
    }

    pub fn proof<'a>(&'a self, password: &'a str) -> PasswordProof<'a> {
        PasswordProof { passwords: &self.passwords, throttle: &self.throttle, client: &self.client, password }
    }

    /// A person with a confirmed address and [`PASSWORD`].
    pub async fn person(&self, email: &str) {
        self.sign_up_as("Ada Lovelace", email, PASSWORD).await.unwrap();
        let mails = self.work().await;
        guildhall_identity::confirm_email(&self.db, &token(&mails[0])).await.unwrap();
    }

    /// A person who is signed in.
    pub async fn signed_in(&self, email: &str) -> (Actor, String) {
        self.person(email).await;
        let session = self.sign_in_as(email, PASSWORD).await.unwrap();
        (self.actor(&session.refresh_token).await, session.refresh_token)
    }

    /// Who holds a refresh token's session, as the database says; using the token is another matter.
    pub async fn actor(&self, refresh_token: &str) -> Actor {
        let hash = guildhall_kernel::token::hash(refresh_token).map(Vec::from);
        let session: Option<Uuid> = sqlx::query_scalar("select session_id from refresh_tokens where token_hash = $1")
            .bind(hash)
            .fetch_optional(&self.test.owner)
            .await
            .unwrap();
        let Some(session) = session else { return Actor::Anonymous };
        let signed = guildhall_identity::session_actor(&self.db, session.into()).await.unwrap();
        signed.map_or(Actor::Anonymous, |signed| Actor::User(Box::new(signed.actor)))
    }

    /// Runs every waiting job of this crate, each twice, and hands back the mails that would go out, once for each key.
    pub async fn work(&self) -> Vec<SendMail> {
        for job in self.take::<jobs::SignUpRequested>().await {
            jobs::run_sign_up(&self.db, &job).await.unwrap();
            jobs::run_sign_up(&self.db, &job).await.unwrap();
        }
        for job in self.take::<jobs::ConfirmationRequested>().await {
            jobs::run_confirmation(&self.db, &job).await.unwrap();
            jobs::run_confirmation(&self.db, &job).await.unwrap();
        }
        for job in self.take::<jobs::ResetRequested>().await {
            jobs::run_reset(&self.db, &job).await.unwrap();
            jobs::run_reset(&self.db, &job).await.unwrap();
        }
        let mut mails = self.take::<SendMail>().await;
        mails.dedup_by(|a, b| a.key == b.key);
        mails
    }

    /// Takes the waiting jobs of one kind out of the queue.
    pub async fn take<J: Job + DeserializeOwned>(&self) -> Vec<J> {
        let rows: Vec<(i64, Value)> = sqlx::query_as(
            "select j.id, j.payload::jsonb from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id \
             where t.identifier = $1 order by j.id",
        )
        .bind(J::NAME)
        .fetch_all(&self.test.owner)
        .await
        .unwrap();
        for (id, _) in &rows {
            sqlx::query("delete from graphile_worker._private_jobs where id = $1")
                .bind(id)
                .execute(&self.test.owner)
                .await
                .unwrap();
        }
        rows.into_iter().map(|(_, payload)| serde_json::from_value(payload).unwrap()).collect()
    }

    pub async fn owner_sql(&self, sql: &'static str) {
        sqlx::query(sql).execute(&self.test.owner).await.unwrap();
    }

    pub async fn count(&self, sql: &'static str) -> i64 {
        sqlx::query_scalar(sql).fetch_one(&self.test.owner).await.unwrap()
    }
}

/// The token in a mail's link.
pub fn token(mail: &SendMail) -> String {
    match &mail.mail {
        Mail::ConfirmEmail { link_path, .. } | Mail::ResetPassword { link_path, .. } => {
            link_path.split_once("token=").unwrap().1.split('&').next().unwrap().to_owned()
        }
        other => panic!("{other:?} has no link"),
    }
}

/// What the person is told.
pub fn told<T: std::fmt::Debug>(result: OpResult<T>) -> Error {
    match result {
        Err(OpError::Told(error)) => error,
        other => panic!("{other:?}"),
    }
}
