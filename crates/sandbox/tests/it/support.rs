//! A running sandbox, a receiver of its webhooks, and shorthand for what most tests do.

use std::sync::Arc;
use std::sync::atomic::{AtomicU16, AtomicU32, Ordering};
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::routing::post;
use guildhall_sandbox::{App, Clock, Config, routes};
use parking_lot::Mutex;
use reqwest::{RequestBuilder, Response};
use serde_json::{Value, json};
use tokio::net::TcpListener;

pub const KEY: &str = "sk_test_sandbox";
pub const SECRET: &str = "whsec_of_these_tests";
pub const GOOD: &str = "4242 4242 4242 4242";
pub const DECLINED: &str = "4000 0000 0000 0002";
pub const ASKS: &str = "4000 0025 0000 3155";

pub struct Sandbox {
    pub base: String,
    pub http: reqwest::Client,
    pub app: App,
    pub clock: Clock,
    pub received: Received,
}

/// What the receiver got, and how it answers: first `failures` times 500, then `status`.
#[derive(Clone, Default)]
pub struct Received {
    pub hooks: Arc<Mutex<Vec<Hook>>>,
    pub failures: Arc<AtomicU32>,
    pub status: Arc<AtomicU16>,
}

#[derive(Debug, Clone)]
pub struct Hook {
    pub signature: String,
    pub body: String,
    pub event: Value,
}

impl Hook {
    pub fn kind(&self) -> &str {
        self.event["type"].as_str().unwrap()
    }
}

async fn receive(State(received): State<Received>, headers: HeaderMap, body: Bytes) -> StatusCode {
    let body = String::from_utf8(body.to_vec()).unwrap();
    let signature = headers["stripe-signature"].to_str().unwrap().to_owned();
    let event = serde_json::from_str(&body).unwrap();
    received.hooks.lock().push(Hook { signature, body, event });
    let failing = received.failures.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    if failing.is_ok() {
        return StatusCode::INTERNAL_SERVER_ERROR;
    }
    StatusCode::from_u16(received.status.load(Ordering::SeqCst)).unwrap_or(StatusCode::OK)
}

impl Sandbox {
    pub async fn start() -> Self {
        Self::start_with(Config::default()).await
    }

    pub async fn start_with(config: Config) -> Self {
        Self::start_to(config, "").await
    }

    /// With webhooks sent to `url`, or to the receiver when it is empty.
    pub async fn start_to(config: Config, url: &str) -> Self {
        let received = Received::default();
        let hooks = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let webhook_url = format!("http://{}/hooks", hooks.local_addr().unwrap());
        let receiver = Router::new().route("/hooks", post(receive)).with_state(received.clone());
        tokio::spawn(async move { axum::serve(hooks, receiver).await.unwrap() });

        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = format!("http://{}", listener.local_addr().unwrap());
        let clock = Clock::default();
        let app = App::open(Config {
            base_url: base.clone(),
            webhook_url: Some(if url.is_empty() { webhook_url } else { url.to_owned() }),
            webhook_secret: SECRET.to_owned(),
            clock: clock.clone(),
            retry_base: Duration::from_millis(20),
            ..config
        })
        .unwrap();
        let router = routes(app.clone());
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let http = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().unwrap();
        Self { base, http, app, clock, received }
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.base)).bearer_auth(KEY)
    }

    pub fn post(&self, path: &str, form: &[(&str, &str)]) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.base)).bearer_auth(KEY).form(form)
    }

    pub async fn control(&self, control: Value) {
        let response = self.http.post(format!("{}/sandbox/control", self.base)).json(&control).send().await.unwrap();
        assert_eq!(response.status(), 200, "{}", response.text().await.unwrap());
    }

    /// A session over £249.00, with `more` parameters.
    pub async fn session(&self, more: &[(&str, &str)]) -> Value {
        let response =
            self.post("/v1/checkout/sessions", &[session_form(), more.to_vec()].concat()).send().await.unwrap();
        body(response, 200).await
    }

    pub async fn fetch(&self, path: &str) -> Value {
        body(self.get(path).send().await.unwrap(), 200).await
    }

    /// Sends the card form of a session.
    pub async fn pay(&self, session: &Value, card: &str) -> Response {
        self.pay_form(session, &card_form(card)).await
    }

    pub async fn pay_form(&self, session: &Value, form: &[(&str, &str)]) -> Response {
        let url = format!("{}/c/pay/{}", self.base, id(session));
        self.http.post(url).form(form).send().await.unwrap()
    }

    /// A session, paid; and its PaymentIntent's id.
    pub async fn paid(&self) -> (Value, String) {
        let session = self.session(&[]).await;
        assert_eq!(self.pay(&session, GOOD).await.status(), 303);
        let session = self.fetch(&format!("/v1/checkout/sessions/{}", id(&session))).await;
        let intent = session["payment_intent"].as_str().unwrap().to_owned();
        (session, intent)
    }

    /// Waits until so many webhooks have come.
    pub async fn hooks(&self, count: usize) -> Vec<Hook> {
        for _ in 0..500 {
            if self.received.hooks.lock().len() >= count {
                break;
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
        let hooks = self.received.hooks.lock().clone();
        assert!(hooks.len() >= count, "only {} webhooks came, not {count}", hooks.len());
        hooks
    }

    pub async fn events(&self) -> Vec<Value> {
        self.fetch("/sandbox/events.json").await.as_array().unwrap().clone()
    }
}

pub fn session_form() -> Vec<(&'static str, &'static str)> {
    vec![
        ("mode", "payment"),
        ("line_items[0][price_data][currency]", "gbp"),
        ("line_items[0][price_data][unit_amount]", "24900"),
        ("line_items[0][price_data][product_data][name]", "Testing <language> models"),
        ("line_items[0][quantity]", "1"),
        ("success_url", "http://127.0.0.1:3000/orders/1?session={CHECKOUT_SESSION_ID}"),
        ("cancel_url", "http://127.0.0.1:3000/checkout/testing"),
        ("client_reference_id", "order-1"),
        ("metadata[order]", "order-1"),
        ("payment_intent_data[metadata][order]", "order-1"),
    ]
}

pub fn card_form(card: &str) -> Vec<(&str, &str)> {
    vec![
        ("email", "ada@example.com"),
        ("cardNumber", card),
        ("cardExpiry", "12 / 34"),
        ("cardCvc", "123"),
        ("billingName", "Ada Lovelace"),
    ]
}

pub fn id(object: &Value) -> &str {
    object["id"].as_str().unwrap()
}

pub async fn body(response: Response, status: u16) -> Value {
    let actual = response.status();
    let text = response.text().await.unwrap();
    assert_eq!(actual, status, "{text}");
    serde_json::from_str(&text).unwrap_or_else(|_| json!(text))
}

/// The error of an answer with the expected status.
pub async fn error(request: RequestBuilder, status: u16) -> Value {
    body(request.send().await.unwrap(), status).await["error"].clone()
}
