//! What every test here starts from: an organisation with its owner, a provider on loopback, a browser's cookies.

use guildhall_db::{
    Db, OpError, OpResult,
    testing::{TestDb, database},
};
use guildhall_federation::{
    Federation, connections,
    flow::{self, Answer, Begun, Outcome},
};
use guildhall_identity::{
    Client, FactorSettings, Factors, Passwords, SignedIn, Throttle,
    factors::{PasswordProof, make_recovery_codes, read_recovery_codes},
    sign_in,
};
use guildhall_kernel::{Actor, Chance, Clock, Membership, Sealer, UserActor};
use guildhall_sandbox::{App, Config, DEFAULT_CLIENT_SECRET, routes};
use guildhall_types::{
    ConnectionId, Error, OrganizationId, SessionId, UserId,
    federation::ConnectionFields,
    organization::{OrganizationKind, Role},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

pub const PASSWORD: &str = "violet kettle 42 harbour";
pub const PEM: &str = include_str!("../keys/client.pem");

pub struct Stage {
    pub test: TestDb,
    pub db: Db,
    pub federation: Federation,
    pub passwords: Passwords,
    pub provider: String,
    pub http: reqwest::Client,
    pub owner: Actor,
    pub organization: Uuid,
}

/// Whom the provider's page says that one is.
pub struct Person<'a> {
    pub email: &'a str,
    pub more: &'a [(&'a str, &'a str)],
}

pub fn who(email: &str) -> Person<'_> {
    Person { email, more: &[] }
}

/// Somebody in one of the roles of enterprises, by the clock of the stage.
pub fn actor(clock: &Clock, user: Uuid, memberships: &[(Uuid, Role)], email: &str) -> Actor {
    let membership = |(organization, role): &(Uuid, Role)| Membership {
        organization: OrganizationId(*organization),
        kind: OrganizationKind::Enterprise,
        role: *role,
    };
    Actor::User(Box::new(UserActor {
        id: UserId(user),
        session: SessionId(Uuid::nil()),
        organizations: memberships.iter().map(|(organization, _)| OrganizationId(*organization)).collect(),
        memberships: memberships.iter().map(membership).collect(),
        is_admin: false,
        name: "Somebody".to_owned(),
        email: email.to_owned(),
        email_confirmed: true,
        is_provider: false,
        authenticated_at: clock.now(),
        amr: vec!["pwd".to_owned()],
        clock: clock.clone(),
        lacks_second_factor: false,
        must_agree: false,
    }))
}

impl Stage {
    pub async fn new() -> Self {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let test = database().await;
        // The provider's tokens tell the real time; ours stands still beside it until it is moved.
        let db = test.db.clone().with(Clock::fixed(Clock::system().now()), Chance::system());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let app = App::open(Config { base_url: base.clone(), ..Config::default() }).unwrap();
        tokio::spawn(async move { axum::serve(listener, routes(app)).await.unwrap() });
        let passwords = Passwords::with_cost(db.chance(), 64, 1).unwrap();
        let federation =
            Federation::new("http://localhost:3000", Sealer::new(&[7; 32], db.chance()), true, passwords.clone())
                .unwrap();
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        let (user, organization) = (db.id::<Uuid>(), db.id::<Uuid>());
        let stage = Self {
            owner: actor(db.clock(), user, &[(organization, Role::Owner)], "owner@acme.example"),
            provider: format!("{base}/sandbox/oidc"),
            test,
            db,
            federation,
            passwords,
            http,
            organization,
        };
        stage.person(user, "owner@acme.example").await;
        stage.sql(&format!("insert into organizations (id, kind, slug, name, created_at) values ('{organization}', 'enterprise', 'acme', 'Acme', now())")).await;
        stage.sql(&format!("insert into memberships (organization_id, user_id, role, created_at) values ('{organization}', '{user}', 'owner', now())")).await;
        stage
    }

    pub async fn sql(&self, sql: &str) {
        sqlx::raw_sql(sqlx::AssertSqlSafe(sql.to_owned())).execute(&self.test.owner).await.unwrap();
    }

    pub async fn text(&self, sql: &str) -> Option<String> {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_optional(&self.test.owner).await.unwrap()
    }

    pub async fn count(&self, sql: &str) -> i64 {
        sqlx::query_scalar(sqlx::AssertSqlSafe(sql.to_owned())).fetch_one(&self.test.owner).await.unwrap()
    }

    pub async fn person(&self, id: Uuid, email: &str) {
        self.sql(&format!(
            "insert into users (id, email, name, password_hash, email_confirmed_at, created_at, updated_at) values ('{id}', '{email}', 'Somebody', 'x', now(), now(), now())"
        ))
        .await;
    }

    /// As if the organisation had proved to hold the domain.
    pub async fn verify(&self, domain: &str) {
        let organization = self.organization;
        self.sql(&format!(
            "insert into organization_domains (organization_id, domain, verification, created_at, verified_at, verified_by) values ('{organization}', '{domain}', 'a text that stands in the record', now(), now(), 'dns')"
        ))
        .await;
    }

    /// Gives a person the password [`PASSWORD`].
    pub async fn password(&self, email: &str) {
        let hash = self.passwords.hash(PASSWORD).await.unwrap();
        self.sql(&format!("update users set password_hash = '{hash}' where email = '{email}'")).await;
    }

    /// Signs in by [`PASSWORD`].
    pub async fn by_password(&self, email: &str, client: &Client) -> Result<SignedIn, Error> {
        let signed = sign_in(&self.db, &self.passwords, &Throttle::off(), client, email, PASSWORD).await;
        signed.map_err(OpError::told)
    }

    pub fn factors(&self) -> Factors {
        let sealer = Sealer::new(&[7; 32], self.db.chance());
        Factors::new(sealer, "http://localhost:3000", FactorSettings::default()).unwrap()
    }

    /// Sets up an authenticator app that nobody holds, for its recovery codes.
    pub async fn with_recovery_codes(&self, factors: &Factors, email: &str) -> Vec<String> {
        let user: Uuid = sqlx::query_scalar("select id from users where email = $1")
            .bind(email)
            .fetch_one(&self.test.owner)
            .await
            .unwrap();
        let actor = actor(self.db.clock(), user, &[], email);
        self.sql(&format!(
            "insert into totp_factors (user_id, secret, created_at, confirmed_at) values ('{user}', sha256('t'), now(), now())"
        ))
        .await;
        let throttle = Throttle::off();
        let proof = PasswordProof {
            passwords: &self.passwords,
            throttle: &throttle,
            client: &Client::default(),
            password: PASSWORD,
        };
        make_recovery_codes(&self.db, factors, &actor, &proof).await.unwrap();
        read_recovery_codes(&self.db, factors, &actor).await.unwrap().codes.unwrap()
    }

    pub fn fields(&self) -> ConnectionFields {
        ConnectionFields {
            kind: "generic".to_owned(),
            name: "Acme’s accounts".to_owned(),
            issuer: self.provider.clone(),
            client_id: "guildhall".to_owned(),
            auth_method: "client_secret_basic".to_owned(),
            role_claim: "groups".to_owned(),
            role_map: "Heads = manager".to_owned(),
            default_role: "learner".to_owned(),
            jit: true,
            ..ConnectionFields::default()
        }
    }

    /// A connection that is switched on.
    pub async fn connect(&self, fields: &ConnectionFields, secret: &str) -> ConnectionId {
        let id =
            connections::save(&self.db, &self.federation, &self.owner, "acme", None, fields, secret).await.unwrap();
        connections::switch(&self.db, &self.owner, "acme", id, true, false).await.unwrap();
        id
    }

    pub async fn usual(&self) -> ConnectionId {
        self.connect(&self.fields(), DEFAULT_CLIENT_SECRET).await
    }

    pub async fn post_json(&self, path: &str, body: &Value) -> Value {
        let answer = self.http.post(format!("{}/{path}", self.provider)).json(body).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        answer.json().await.unwrap()
    }

    pub async fn forge(&self, what: &str) {
        self.post_json("control", &json!({ "forge": what })).await;
    }

    /// Goes to the provider and back: what is in the address that the browser comes back to.
    pub async fn visit(&self, begun: &Begun, person: &Person<'_>) -> Vec<(String, String)> {
        let url = url::Url::parse(&begun.url).unwrap();
        let mut form: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        form.push(("email".to_owned(), person.email.to_owned()));
        form.push(("email_verified".to_owned(), "true".to_owned()));
        form.push(("name".to_owned(), "Robin Example".to_owned()));
        form.push(("answer".to_owned(), "allow".to_owned()));
        for (name, value) in person.more {
            form.retain(|(found, _)| found != name);
            form.push(((*name).to_owned(), (*value).to_owned()));
        }
        let answer = self.http.post(format!("{}/authorize", self.provider)).form(&form).send().await.unwrap();
        let location = answer.headers()["location"].to_str().unwrap().to_owned();
        assert!(location.starts_with("http://localhost:3000/sso/callback?"), "{location}");
        url::Url::parse(&location).unwrap().query_pairs().into_owned().collect()
    }

    pub async fn arrive(&self, back: &[(String, String)], cookie: &str) -> OpResult<Outcome> {
        self.arrive_in(None, back, cookie).await
    }

    /// As [`Stage::arrive`], in a browser with a session.
    pub async fn arrive_in(
        &self,
        session: Option<SessionId>,
        back: &[(String, String)],
        cookie: &str,
    ) -> OpResult<Outcome> {
        let find = |name: &str| back.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str());
        let answer = Answer {
            state: find("state").unwrap_or_default(),
            code: find("code").unwrap_or_default(),
            error: find("error").unwrap_or_default(),
            issuer: find("iss"),
        };
        let client =
            Client { address: "192.0.2.1".to_owned(), user_agent: "Firefox".to_owned(), session, ..Client::default() };
        flow::complete(&self.db, &self.federation, &client, answer, cookie).await.0
    }

    /// The whole way.
    pub async fn sign_in(&self, connection: ConnectionId, person: Person<'_>) -> OpResult<Outcome> {
        let begun = flow::begin(&self.db, &self.federation, connection, "/learn", None).await?;
        let back = self.visit(&begun, &person).await;
        self.arrive(&back, cookie(&begun.cookie)).await
    }
}

/// Who signed in, as the site knows them.
pub fn as_actor(session: &guildhall_identity::NewSession) -> Actor {
    Actor::User(Box::new(session.signed.actor.clone()))
}

/// Where they proved anew who they are.
pub fn confirmed(outcome: OpResult<Outcome>) -> UserActor {
    match outcome {
        Ok(Outcome::Confirmed { signed, next }) => {
            assert_eq!(next, "/account/security");
            signed.actor
        }
        other => panic!("{other:?}"),
    }
}

/// Why they did not.
pub fn not_confirmed(outcome: OpResult<Outcome>) -> String {
    match outcome {
        Ok(Outcome::NotConfirmed { why, next }) => {
            assert_eq!(next, "/account/security");
            why.to_string()
        }
        other => panic!("{other:?}"),
    }
}

/// What the browser sends back of a `Set-Cookie`.
pub fn cookie(set: &str) -> &str {
    set.split(';').next().unwrap()
}

pub fn told<T: std::fmt::Debug>(result: OpResult<T>) -> Error {
    match result {
        Err(OpError::Told(error)) => error,
        other => panic!("{other:?}"),
    }
}

pub fn signed_in(outcome: OpResult<Outcome>) -> guildhall_identity::NewSession {
    match outcome {
        Ok(Outcome::SignedIn { session, next }) => {
            assert_eq!(next, "/learn");
            *session
        }
        other => panic!("{other:?}"),
    }
}

pub fn link_first(outcome: OpResult<Outcome>) -> String {
    match outcome {
        Ok(Outcome::LinkFirst { cookie }) => cookie,
        other => panic!("{other:?}"),
    }
}
