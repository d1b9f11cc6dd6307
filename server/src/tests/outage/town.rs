//! The whole program with its worker and its index, the sandbox, and the wire between the program and PostgreSQL.

use std::{net::SocketAddr, time::Duration};

use chrono::TimeDelta;
use guildhall_db::{Db, testing};
use guildhall_kernel::{Chance, Clock};
use reqwest::{
    Response,
    header::{ACCEPT, COOKIE, LOCATION, SET_COOKIE},
    redirect::Policy,
};
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::{super::Site, wire::Wire};
use crate::{index, worker};

pub(super) const COURSE: &str = "evaluate-a-model-before-you-buy-it";
const PASSWORD: &str = "an uncommon sentence of words";
const EMAIL: &str = "ada@example.test";

pub(super) struct Town {
    pub wire: Wire,
    pub site: Site,
    /// The first worker's name in the queue.
    pub worker: String,
    base: String,
    sandbox: String,
    http: reqwest::Client,
    /// Whoever is signed in.
    cookies: String,
}

impl Town {
    /// Everything runs, and somebody is signed in.
    pub(super) async fn open() -> Self {
        let test = testing::database().await;
        let (wire, url) = Wire::to(&test.owner_url).await;
        // The sandbox lives in real time: the program begins there, and is moved on by hand.
        let clock = Clock::fixed(Clock::system().now());
        let db = Db::connect(&url, None, 8).await.unwrap().with(clock, Chance::system());
        let (own, addr) = listen().await;
        let (theirs, sandbox_addr) = listen().await;
        let (base, sandbox) = (format!("http://{addr}"), format!("http://{sandbox_addr}"));
        let config = guildhall_sandbox::Config {
            base_url: sandbox.clone(),
            webhook_url: Some(format!("{base}/webhooks/stripe")),
            retry_base: Duration::from_millis(100),
            ..guildhall_sandbox::Config::default()
        };
        let router = guildhall_sandbox::router(config).unwrap();
        tokio::spawn(async move { axum::serve(theirs, router).await });
        let settings = [
            ("LEPTOS_SITE_ADDR", addr.to_string()),
            ("GUILDHALL_BASE_URL", base.clone()),
            ("STRIPE_API_BASE", sandbox.clone()),
            ("SENDGRID_API_BASE", sandbox.clone()),
        ];
        let settings = settings.each_ref().map(|(name, value)| (*name, value.as_str()));
        let site = Site::over(test, db, &settings).await;
        let service = site.router.clone().into_make_service_with_connect_info::<SocketAddr>();
        tokio::spawn(async move { axum::serve(own, service).await });
        tokio::spawn(index::follow(site.state.clone()));
        let state = site.state.clone();
        let first = worker::worker(&state).await.unwrap();
        let worker = first.worker_id().clone();
        tokio::spawn(async move { worker::run_until(&state, first, std::future::pending()).await });
        let http = reqwest::Client::builder().no_proxy().redirect(Policy::none()).build().unwrap();
        let mut town = Self { wire, site, worker, base, sandbox, http, cookies: String::new() };
        town.sign_in().await;
        town
    }

    async fn sign_in(&mut self) {
        let hash = self.site.state.passwords.hash(PASSWORD).await.unwrap();
        sqlx::query(
            "insert into users (id, email, name, password_hash, email_confirmed_at, created_at, updated_at)
             values (gen_random_uuid(), $1, 'Ada', $2, now(), now(), now())",
        )
        .bind(EMAIL)
        .bind(hash)
        .execute(&self.site.test.owner)
        .await
        .unwrap();
        crate::tests::agree(&self.site.test.owner, "email", EMAIL).await;
        let answer = self.post("/api/fn/account/sign-in", &[("email", EMAIL), ("password", PASSWORD)]).await;
        let cookies = answer.headers().get_all(SET_COOKIE).iter();
        let pairs: Vec<&str> = cookies.filter_map(|cookie| cookie.to_str().unwrap().split(';').next()).collect();
        self.cookies = pairs.join("; ");
        assert!(self.cookies.contains("guildhall"), "{:?}", answer.status());
    }

    /// As a browser asks for a page.
    pub(super) async fn get(&self, path: &str) -> Response {
        let request = self.http.get(format!("{}{path}", self.base)).header(COOKIE, &self.cookies);
        request.header(ACCEPT, "text/html,application/xhtml+xml").send().await.unwrap()
    }

    /// As a machine asks.
    pub(super) async fn ask(&self, path: &str) -> Response {
        self.http.get(format!("{}{path}", self.base)).header(ACCEPT, "application/json").send().await.unwrap()
    }

    async fn post(&self, path: &str, form: &[(&str, &str)]) -> Response {
        let request = self.http.post(format!("{}{path}", self.base)).header(COOKIE, &self.cookies);
        request.header(ACCEPT, "text/html").form(form).send().await.unwrap()
    }

    /// Clicks "Buy": where the payment page is.
    pub(super) async fn buy(&self) -> String {
        let answer = self.post("/api/fn/checkout/buy", &[("slug", COURSE), ("price", "24900")]).await;
        location(&answer)
    }

    /// Pays on the payment page: the path of ours that the browser is sent back to.
    pub(super) async fn pay(&self, page: &str) -> String {
        let form = [
            ("cardNumber", "4242 4242 4242 4242"),
            ("cardExpiry", "12 / 40"),
            ("cardCvc", "123"),
            ("billingName", "Ada"),
            ("email", EMAIL),
        ];
        let answer = self.http.post(page).form(&form).send().await.unwrap();
        location(&answer).strip_prefix(&self.base).unwrap().to_owned()
    }

    /// Tells the sandbox to misbehave.
    pub(super) async fn control(&self, faults: Value) {
        let answer = self.http.post(format!("{}/sandbox/control", self.sandbox)).json(&faults).send().await.unwrap();
        assert!(answer.status().is_success());
    }

    async fn sandbox(&self, path: &str) -> Value {
        self.http.get(format!("{}/sandbox/{path}", self.sandbox)).send().await.unwrap().json().await.unwrap()
    }

    /// The statuses that the webhook of the payment has been answered with, so far.
    pub(super) async fn webhook_answers(&self) -> Vec<u64> {
        let events = self.sandbox("events.json").await;
        let paid = events.as_array().unwrap().iter().find(|event| event["type"] == "checkout.session.completed");
        let attempts = paid.map_or(json!([]), |event| event["attempts"].clone());
        attempts.as_array().unwrap().iter().filter_map(|attempt| attempt["status"].as_u64()).collect()
    }

    /// How many receipts have been mailed.
    pub(super) async fn receipts(&self) -> usize {
        let mails = self.sandbox("outbox.json").await;
        let subject = |mail: &Value| mail["subject"].as_str().unwrap_or_default().to_lowercase();
        mails.as_array().unwrap().iter().filter(|mail| subject(mail).contains("receipt")).count()
    }

    /// A count, past the wire.
    pub(super) async fn count(&self, what: &'static str) -> i64 {
        sqlx::query_scalar(what).fetch_one(&self.site.test.owner).await.unwrap()
    }

    pub(super) fn advance(&self, by: TimeDelta) {
        self.site.state.db.clock().advance(by);
    }
}

fn location(answer: &Response) -> String {
    let to = answer.headers().get(LOCATION).unwrap_or_else(|| panic!("sent nowhere: {}", answer.status()));
    to.to_str().unwrap().to_owned()
}

/// Waits for something that comes by itself.
pub(super) async fn eventually(what: &str, mut there: impl AsyncFnMut() -> bool) {
    for _ in 0..400 {
        if there().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("in ten seconds it did not come: {what}");
}

async fn listen() -> (TcpListener, SocketAddr) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let addr = listener.local_addr().unwrap();
    (listener, addr)
}
