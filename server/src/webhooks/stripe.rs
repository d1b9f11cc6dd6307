//! `POST /webhooks/stripe`

use axum::{
    body::Bytes,
    extract::State,
    http::{HeaderMap, StatusCode},
};
use guildhall_kernel::Clock;

use crate::{rest::problem::Problem, state::AppState};

/// Keeps a signed event once; a job acts on it. Stripe tries again on any other answer than 200.
pub(crate) async fn receive(
    State(state): State<AppState>,
    headers: HeaderMap,
    body: Bytes,
) -> Result<StatusCode, Problem> {
    let signature = headers.get("stripe-signature").and_then(|value| value.to_str().ok());
    // The signature's age is measured in real time, whatever clock the domain runs by.
    let now = Clock::system().now();
    let received =
        guildhall_payments::receive_event(&state.db, &body, signature, &state.config.stripe_webhook_secrets, now)
            .await
            .map_err(|error| Problem::from(error.told()))?;
    tracing::info!(?received, "webhook");
    Ok(StatusCode::OK)
}
