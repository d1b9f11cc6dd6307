//! The services that the tests talk to.

use std::{
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use axum::{Router, http::StatusCode, routing::post};
use guildhall_kernel::{Actor, UserActor};
use guildhall_notifications::Mailer;
use guildhall_types::{SessionId, UserId};
use tokio::net::TcpListener;

/// The sandbox, on a port of its own.
pub async fn sandbox() -> String {
    serve(guildhall_sandbox::router(guildhall_sandbox::Config::default()).unwrap()).await
}

/// A service that answers with the given statuses, one after the other.
pub struct FailingService {
    pub url: String,
    asked: Arc<AtomicUsize>,
}

impl FailingService {
    pub async fn start(statuses: Vec<u16>, delay_millis: u64) -> Self {
        let asked = Arc::new(AtomicUsize::new(0));
        let (count, statuses) = (Arc::clone(&asked), Arc::new(Mutex::new(statuses.into_iter())));
        let answer = move || async move {
            count.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(delay_millis)).await;
            StatusCode::from_u16(statuses.lock().unwrap().next().unwrap()).unwrap()
        };
        let url = serve(Router::new().route("/v3/mail/send", post(answer))).await;
        Self { url, asked }
    }

    pub fn asked(&self) -> usize {
        self.asked.load(Ordering::SeqCst)
    }
}

pub fn mailer(api_base: &str) -> Mailer {
    // Another test may have been first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Mailer::new(api_base, "SG.test", "hello@guildhall.test", "https://guildhall.test").unwrap()
}

pub fn acting(id: UserId) -> Actor {
    Actor::User(Box::new(UserActor {
        id,
        session: SessionId(id.0),
        organizations: Vec::new(),
        memberships: Vec::new(),
        is_admin: false,
        name: String::new(),
        email: String::new(),
        email_confirmed: true,
        is_provider: false,
        authenticated_at: chrono::DateTime::UNIX_EPOCH,
        amr: Vec::new(),
        clock: guildhall_kernel::Clock::fixed(chrono::DateTime::UNIX_EPOCH),
        lacks_second_factor: false,
        must_agree: false,
    }))
}

async fn serve(router: Router) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    format!("http://{address}")
}
