//! What a test needs: a database, the sandbox with its webhooks coming in, people, courses, and the queue run by hand.

use std::time::Duration;

use axum::{Router, body::Bytes, extract::State, http::HeaderMap, routing::post};
use chrono::TimeDelta;
use guildhall_db::{Db, Job, OpResult, testing::TestDb};
use guildhall_enrollment::jobs::CourseCompleted;
use guildhall_kernel::{
    Actor, Chance, Clock, UserActor,
    mail::{Mail, SendMail},
};
use guildhall_sandbox::{Config, DEFAULT_WEBHOOK_SECRET};
use guildhall_types::{
    CourseId, EnrollmentId, Money, OrderId, OrderLineId, OrganizationId, UserId,
    checkout::{CheckoutStep, OrderState, OrderView},
};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use uuid::Uuid;

use crate::{
    Stripe,
    jobs::{self, ProcessPaymentEvent, Reconcile, RefundPayment, ReleaseDue},
    ledger::{self, TrialBalance},
};

pub(super) const CARD: &str = "4242 4242 4242 4242";
pub(super) const DECLINED: &str = "4000 0000 0000 0002";
pub(super) const PRICE: Money = Money::gbp(24_900);

pub(super) struct World {
    pub test: TestDb,
    pub db: Db,
    pub stripe: Stripe,
    pub sandbox: String,
    pub http: reqwest::Client,
    pub sandbox_clock: guildhall_sandbox::Clock,
    pub provider: OrganizationId,
}

/// A course on offer.
pub(super) struct Course {
    pub id: CourseId,
    pub slug: String,
}

impl World {
    pub(super) async fn new() -> Self {
        let test = guildhall_db::testing::database().await;
        let clock = Clock::fixed(Clock::system().now());
        let db = test.db.clone().with(clock, Chance::system());
        let (site, site_url) = listen().await;
        let (sandbox, sandbox_url) = listen().await;
        let sandbox_clock = guildhall_sandbox::Clock::default();
        let config = Config {
            base_url: sandbox_url.clone(),
            webhook_url: Some(format!("{site_url}/webhooks/stripe")),
            clock: sandbox_clock.clone(),
            retry_base: Duration::from_millis(100),
            ..Config::default()
        };
        let router = guildhall_sandbox::router(config).unwrap();
        tokio::spawn(async move { axum::serve(sandbox, router).await });
        let receiver = Router::new().route("/webhooks/stripe", post(receive)).with_state(db.clone());
        tokio::spawn(async move { axum::serve(site, receiver).await });
        let stripe = Stripe::new("sk_test_12345678", Some(&sandbox_url), &site_url).unwrap();
        let http = reqwest::Client::builder().no_proxy().redirect(reqwest::redirect::Policy::none()).build().unwrap();
        let provider = db.id();
        let world = Self { test, db, stripe, sandbox: sandbox_url, http, sandbox_clock, provider };
        world.make_provider().await;
        world
    }

    async fn make_provider(&self) {
        let now = self.db.clock().now();
        sqlx::query("insert into organizations (id, kind, slug, name, created_at) values ($1, 'provider', 'northgate', 'Northgate', $2)")
            .bind(self.provider.0)
            .bind(now)
            .execute(&self.test.owner)
            .await
            .unwrap();
    }

    pub(super) async fn person(&self) -> Actor {
        let local: Uuid = self.db.id();
        self.person_at(format!("{}@example.test", local.simple())).await
    }

    pub(super) async fn person_at(&self, email: String) -> Actor {
        let id: UserId = self.db.id();
        sqlx::query("insert into users (id, email, name, password_hash, created_at, updated_at) values ($1, $2, 'Ada', '-', now(), now())")
            .bind(id.0)
            .bind(&email)
            .execute(&self.test.owner)
            .await
            .unwrap();
        Actor::User(Box::new(UserActor {
            id,
            session: self.db.id(),
            organizations: Vec::new(),
            memberships: Vec::new(),
            is_admin: false,
            name: "Ada".to_owned(),
            email,
            email_confirmed: true,
            is_provider: false,
            authenticated_at: chrono::DateTime::UNIX_EPOCH,
            amr: Vec::new(),
            clock: guildhall_kernel::Clock::fixed(chrono::DateTime::UNIX_EPOCH),
            lacks_second_factor: false,
            must_agree: false,
        }))
    }

    pub(super) async fn course(&self, price: Money) -> Course {
        let id: CourseId = self.db.id();
        let slug = format!("course-{}", id.0.simple());
        sqlx::query(
            "insert into courses (id, provider_id, category_id, slug, title, summary, description_md, level, price_pence,
                 duration_minutes, state, published_at, created_at, updated_at)
             select $1, $2, c.id, $3, 'Prompting', 'How to.', 'Text', 'beginner', $4, 60, 'published', now(), now(), now()
             from categories c limit 1",
        )
        .bind(id.0)
        .bind(self.provider.0)
        .bind(&slug)
        .bind(price.pence)
        .execute(&self.test.owner)
        .await
        .unwrap();
        Course { id, slug }
    }

    pub(super) async fn set_price(&self, course: &Course, price: Money) {
        sqlx::query("update courses set price_pence = $2 where id = $1")
            .bind(course.id.0)
            .bind(price.pence)
            .execute(&self.test.owner)
            .await
            .unwrap();
    }

    pub(super) async fn try_to_buy(&self, actor: &Actor, course: &Course) -> OpResult<CheckoutStep> {
        crate::start_checkout(&self.db, &self.stripe, actor, &course.slug, PRICE).await
    }

    /// Clicks "Pay" and is sent to the payment page.
    pub(super) async fn buy(&self, actor: &Actor, course: &Course) -> (OrderId, String) {
        match self.try_to_buy(actor, course).await.unwrap() {
            CheckoutStep::Pay { order, url } => (order, url),
            other => panic!("expected the payment page, got {other:?}"),
        }
    }

    /// Fills in the payment page; where the browser is sent to, when it is.
    pub(super) async fn pay(&self, url: &str, card: &str) -> Option<String> {
        let form = [
            ("cardNumber", card),
            ("cardExpiry", "12 / 40"),
            ("cardCvc", "123"),
            ("billingName", "Ada"),
            ("email", "a@example.test"),
        ];
        let answer = self.http.post(url).form(&form).send().await.unwrap();
        answer.headers().get("location").map(|to| to.to_str().unwrap().to_owned())
    }

    /// Tells the sandbox to misbehave.
    pub(super) async fn control(&self, faults: Value) {
        let answer = self.http.post(format!("{}/sandbox/control", self.sandbox)).json(&faults).send().await.unwrap();
        assert!(answer.status().is_success());
    }

    pub(super) async fn lose_webhooks(&self) {
        self.control(json!({"webhook_drop": true})).await;
    }

    /// Objects of a list of the sandbox's API.
    pub(super) async fn stripe_list(&self, path: &str) -> Vec<Value> {
        let url = format!("{}/v1/{path}", self.sandbox);
        let answer = self.http.get(url).bearer_auth("sk_test_12345678").send().await.unwrap();
        answer.json::<Value>().await.unwrap()["data"].as_array().unwrap().clone()
    }

    /// Waits until so many webhooks of a kind have come in.
    pub(super) async fn events(&self, kind: &str, count: i64) {
        for _ in 0..200 {
            let there: i64 = sqlx::query_scalar("select count(*) from payment_events where kind = $1")
                .bind(kind)
                .fetch_one(&self.test.owner)
                .await
                .unwrap();
            if there >= count {
                return;
            }
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        panic!("no {kind} came");
    }

    /// Both clocks, ours and the sandbox's.
    pub(super) fn advance(&self, by: TimeDelta) {
        self.db.clock().advance(by);
        self.sandbox_clock.advance(by);
    }

    /// Runs the queue until it is empty, each job twice, as jobs must bear; the mails that would have been sent.
    pub(super) async fn work(&self) -> Vec<SendMail> {
        let mut mails = Vec::new();
        loop {
            let job: Option<(i64, String, Value)> = sqlx::query_as(
                "select j.id, t.identifier, j.payload::jsonb from graphile_worker._private_jobs j
                 join graphile_worker._private_tasks t on t.id = j.task_id order by j.id limit 1",
            )
            .fetch_optional(&self.test.owner)
            .await
            .unwrap();
            let Some((id, name, payload)) = job else { return mails };
            if name == SendMail::NAME {
                mails.push(serde_json::from_value(payload).unwrap());
            } else {
                self.run(&name, payload.clone()).await.unwrap();
                self.run(&name, payload).await.unwrap();
            }
            sqlx::query("delete from graphile_worker._private_jobs where id = $1")
                .bind(id)
                .execute(&self.test.owner)
                .await
                .unwrap();
        }
    }

    pub(super) async fn run(&self, name: &str, payload: Value) -> OpResult<()> {
        let (db, stripe) = (&self.db, &self.stripe);
        match name {
            ProcessPaymentEvent::NAME => {
                jobs::process_payment_event(db, stripe, &serde_json::from_value(payload).unwrap()).await
            }
            RefundPayment::NAME => jobs::refund_payment(db, stripe, serde_json::from_value(payload).unwrap()).await,
            CourseCompleted::NAME => jobs::course_completed(db, serde_json::from_value(payload).unwrap()).await,
            Reconcile::NAME => jobs::reconcile(db, stripe).await,
            ReleaseDue::NAME => jobs::release_due(db).await,
            other => panic!("nobody runs {other}"),
        }
    }

    pub(super) async fn order(&self, actor: &Actor, id: OrderId) -> OrderView {
        crate::order(&self.db, actor, id).await.unwrap().unwrap()
    }

    pub(super) async fn state(&self, actor: &Actor, id: OrderId) -> OrderState {
        self.order(actor, id).await.state
    }

    pub(super) async fn enrolled(&self, actor: &Actor, course: &Course) -> Option<EnrollmentId> {
        let mut tx = self.db.begin(actor).await.unwrap();
        let found = guildhall_enrollment::live(&mut tx, actor.user_id().unwrap(), course.id).await.unwrap();
        found.map(|grant| grant.enrollment)
    }

    pub(super) async fn line(&self, order: OrderId) -> OrderLineId {
        let id: Uuid = sqlx::query_scalar("select id from order_lines where order_id = $1")
            .bind(order.0)
            .fetch_one(&self.test.owner)
            .await
            .unwrap();
        OrderLineId(id)
    }

    /// The trial balance, which is off by nothing.
    pub(super) async fn books(&self) -> TrialBalance {
        let books = ledger::trial_balance(&self.db, &Actor::System("test")).await.unwrap();
        assert_eq!(books.off_by(), Money::ZERO);
        books
    }

    /// A purchase from the first click to the enrollment.
    pub(super) async fn purchase(&self, actor: &Actor, course: &Course) -> OrderId {
        let (order, url) = self.buy(actor, course).await;
        self.pay(&url, CARD).await.unwrap();
        crate::confirm_return(&self.db, &self.stripe, actor, order).await.unwrap();
        assert_eq!(self.state(actor, order).await, OrderState::Paid);
        order
    }
}

/// The templates of mails.
pub(super) fn templates(mails: &[SendMail]) -> Vec<&'static str> {
    mails.iter().map(|mail| mail.mail.template()).collect()
}

/// The totals of the receipts among mails.
pub(super) fn receipts(mails: &[SendMail]) -> Vec<Money> {
    let total = |mail: &SendMail| match mail.mail {
        Mail::Receipt { total, .. } => Some(total),
        _ => None,
    };
    mails.iter().filter_map(total).collect()
}

async fn listen() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    (listener, url)
}

/// The site's webhook, without the site.
async fn receive(State(db): State<Db>, headers: HeaderMap, body: Bytes) -> axum::http::StatusCode {
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    // The sandbox signs with the real time, wherever a test has put its clocks.
    let now = Clock::system().now();
    match crate::receive_event(&db, &body, signature, &[DEFAULT_WEBHOOK_SECRET.to_owned()], now).await {
        Ok(_) => axum::http::StatusCode::OK,
        Err(error) => axum::http::StatusCode::from_u16(error.told().status()).unwrap(),
    }
}
