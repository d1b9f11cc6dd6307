//! Local stand-ins for the services that the site talks to: Stripe, SendGrid, GOV.UK Notify, an OpenID Connect
//! provider and a SAML one.
//!
//! The sandbox speaks the real wire protocols, so the site has no branch for it: it is configured with another base
//! address and that is all. Nothing leaves the machine but the signed webhooks, which go to one configured address.
//! It is for development and tests; it holds no real card and takes only test cards.
//!
//! State lives in memory, bounded everywhere, and is written to a file when one is configured.

mod app;
mod card;
mod clock;
mod config;
mod control;
mod data;
mod email;
mod events_page;
mod html;
mod ids;
mod index;
mod notify;
mod oidc;
mod outbox;
mod pay_page;
mod persist;
mod remembered;
pub mod saml;
mod sendgrid;
mod shelf;
mod stripe;
mod webhooks;

use std::future::Future;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use axum::routing::{any, get, post};
use axum::serve::ListenerExt;

pub use app::App;
pub use clock::Clock;
pub use config::{Config, DEFAULT_NOTIFY_KEY, DEFAULT_WEBHOOK_SECRET};
pub use control::Control;
pub use oidc::DEFAULT_CLIENT_SECRET;
pub use webhooks::signature;

const KIB: usize = 1024;
const MIB: usize = 1024 * KIB;

/// Builds the whole service and starts its background work; must be called inside a Tokio runtime.
///
/// # Errors
/// When the state file cannot be read or the HTTP client cannot be made.
pub fn router(config: Config) -> anyhow::Result<Router> {
    Ok(routes(App::open(config)?))
}

/// The routes over an application that the caller keeps a handle to.
pub fn routes(app: App) -> Router {
    let pages = Router::new()
        .route("/sandbox", get(index::page))
        .route("/sandbox/style.css", get(html::stylesheet))
        .route("/sandbox/control", get(control::show).post(control::change))
        .route("/sandbox/events", get(events_page::page))
        .route("/sandbox/events.json", get(events_page::json))
        .route("/sandbox/deliver/{event}", post(events_page::deliver))
        .route("/sandbox/outbox", get(outbox::page))
        .route("/sandbox/outbox/empty", post(outbox::empty_form))
        .route("/sandbox/outbox.json", get(outbox::json).delete(outbox::empty))
        .merge(oidc::routes())
        .merge(saml::routes())
        .layer(axum::middleware::from_fn(refuse_cross_site_posts))
        .layer(DefaultBodyLimit::max(16 * KIB));
    let hosted = Router::new()
        .route("/c/pay/{session}", get(pay_page::show).post(pay_page::submit))
        .route("/c/pay/{session}/authenticate", get(pay_page::challenge).post(pay_page::authenticate))
        .layer(DefaultBodyLimit::max(16 * KIB));
    let apis = Router::new()
        .route("/v1/{*path}", any(stripe::handle).layer(DefaultBodyLimit::max(256 * KIB)))
        .route("/v3/mail/send", post(sendgrid::send).layer(DefaultBodyLimit::max(30 * MIB)))
        .route("/v2/notifications/email", post(notify::email).layer(DefaultBodyLimit::max(2 * MIB)))
        .route("/v2/notifications/sms", post(notify::sms).layer(DefaultBodyLimit::max(2 * MIB)));
    Router::new()
        .route("/health", get(async || "ok"))
        .merge(pages)
        .merge(hosted)
        .merge(apis)
        .fallback(async || {
            (StatusCode::NOT_FOUND, html::message("Page not found", "There is nothing at this address."))
        })
        .with_state(app)
}

/// Serves on `listener` until `shutdown` resolves, then writes the state file a last time.
///
/// # Errors
/// When the state cannot be loaded or saved, or the listener fails.
pub async fn serve(
    listener: tokio::net::TcpListener,
    config: Config,
    shutdown: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let app = App::open(config)?;
    // Without this, small answers wait for the peer's delayed acknowledgement.
    let listener = listener.tap_io(|stream| {
        if let Err(error) = stream.set_nodelay(true) {
            tracing::debug!(%error, "TCP_NODELAY not set");
        }
    });
    axum::serve(listener, routes(app.clone())).with_graceful_shutdown(shutdown).await?;
    app.save()
}

/// A page of another site must not be able to change the sandbox behind the developer's back.
async fn refuse_cross_site_posts(headers: HeaderMap, request: axum::extract::Request, next: Next) -> Response {
    let cross = headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site");
    if cross && !request.method().is_safe() {
        return (StatusCode::FORBIDDEN, "Requests from another site are refused here.").into_response();
    }
    next.run(request).await
}
