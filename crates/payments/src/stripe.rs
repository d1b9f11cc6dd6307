//! Stripe, as far as it is used here: Checkout Sessions and refunds. No other module knows the client library.
//!
//! Always holds: each call has a timeout; each call that changes something carries an idempotency key made of our own ids;
//! what comes back is facts, never a decision.

use std::{collections::HashMap, sync::Arc, time::Duration};

use chrono::{DateTime, Utc};
use guildhall_db::OpError;
use guildhall_types::{Error, Money, OrderId, OrderLineId};
use stripe::{ApiErrorsType, Client, ClientBuilder, IdempotencyKey, RequestStrategy, StripeError, StripeRequest};
use stripe_checkout::{
    CheckoutSession, CheckoutSessionMode, CheckoutSessionPaymentStatus, CheckoutSessionStatus,
    checkout_session::{
        CreateCheckoutSession, CreateCheckoutSessionLineItems, CreateCheckoutSessionLineItemsPriceData,
        CreateCheckoutSessionPaymentIntentData, ExpireCheckoutSession, ProductData, RetrieveCheckoutSession,
    },
};
use stripe_core::refund::{CreateRefund, CreateRefundReason, ListRefund};

const TIMEOUT: Duration = Duration::from_secs(8);
/// The name under which our ids stand in Stripe's metadata.
const ORDER: &str = "order_id";
const LINE: &str = "order_line_id";

/// The payment service. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Stripe {
    client: Arc<Client>,
    /// The site's public address, without a slash at the end.
    site: Arc<str>,
}

/// Why a call did not do what was asked.
#[derive(Debug, thiserror::Error)]
pub enum GatewayError {
    /// No answer, or "come back later". The call may have had its effect: repeat it under the same key.
    #[error("no answer: {0}")]
    Passing(String),
    /// A request with this key is being worked on.
    #[error("a request with the same idempotency key is under way")]
    InProgress,
    /// Stripe failed, and an idempotency key that was sent is spent: it holds the failure, or other parameters.
    #[error("failed: {0}")]
    Failed(String),
    /// There is no such object.
    #[error("there is no such object")]
    Missing,
    /// Stripe understood and refused. `param` names what it did not like.
    #[error("refused ({status}, {code:?}, {param:?}): {message}")]
    Refused { status: u16, code: Option<String>, param: Option<String>, message: String },
    /// Our settings can't work.
    #[error("misconfigured: {0}")]
    Misconfigured(String),
}

impl From<StripeError> for GatewayError {
    fn from(error: StripeError) -> Self {
        match error {
            StripeError::Stripe(error, status) => {
                let code = error.code.as_ref().map(ToString::to_string);
                let message = error.message.clone().unwrap_or_default();
                match status {
                    404 => Self::Missing,
                    409 => Self::InProgress,
                    429 => Self::Passing(message),
                    500.. => Self::Failed(format!("{status} {message}")),
                    _ if error.type_ == ApiErrorsType::IdempotencyError => Self::Failed(message),
                    _ => Self::Refused { status, code, param: error.param.clone(), message },
                }
            }
            // An answer that is not Stripe's: a proxy's error page, or a shape that we do not know. The key holds it.
            StripeError::JSONDeserialize(message) => Self::Failed(message),
            StripeError::ClientError(message) => Self::Passing(message),
            StripeError::Timeout => Self::Passing("timeout".to_owned()),
            StripeError::ConfigError(message) => Self::Misconfigured(message),
        }
    }
}

impl From<GatewayError> for OpError {
    fn from(error: GatewayError) -> Self {
        match error {
            GatewayError::Passing(_) | GatewayError::InProgress | GatewayError::Failed(_) => {
                tracing::warn!(%error, "the payment service does not answer");
                Error::unavailable(
                    "We can't reach our payment service just now. You have not been charged. Try again in a minute.",
                )
                .into()
            }
            GatewayError::Missing | GatewayError::Refused { .. } | GatewayError::Misconfigured(_) => {
                Self::Other(error.into())
            }
        }
    }
}

/// What a Checkout Session is, as Stripe said when it was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionFacts {
    pub id: String,
    /// Ours, from `client_reference_id`.
    pub order: Option<OrderId>,
    pub status: SessionStatus,
    pub paid: bool,
    /// In minor units of `currency`.
    pub amount: i64,
    /// ISO 4217, in lower case.
    pub currency: String,
    pub payment_intent: Option<String>,
    /// The payment page, while it is open.
    pub url: Option<String>,
    pub expires_at: DateTime<Utc>,
}

/// Where a session stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionStatus {
    Open,
    Complete,
    Expired,
}

/// What a payment page is asked for with. The same request has the same key.
#[derive(Clone, Debug)]
pub(crate) struct SessionRequest<'a> {
    pub order: OrderId,
    /// Distinguishes a request from an earlier one for the same order.
    pub attempt: i64,
    pub slug: &'a str,
    pub title: &'a str,
    pub amount: Money,
    /// Filled in on the payment page.
    pub email: Option<&'a str>,
    pub expires_at: DateTime<Utc>,
}

/// One refund of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RefundFacts {
    /// Ours, when we asked for it.
    pub line: Option<OrderLineId>,
    pub amount: i64,
}

impl Stripe {
    /// `api_base` is another address than Stripe's own, such as the sandbox's; `site` is the public address of the site.
    ///
    /// # Errors
    /// [`GatewayError::Misconfigured`] when a setting can't be used.
    pub fn new(secret_key: &str, api_base: Option<&str>, site: &str) -> Result<Self, GatewayError> {
        let mut builder = ClientBuilder::new(secret_key).timeout(TIMEOUT).app_info("Guildhall", None, None);
        if let Some(base) = api_base {
            builder = builder.url(format!("{}/", base.trim_end_matches('/')));
        }
        let client = builder.build().map_err(|error| GatewayError::Misconfigured(error.to_string()))?;
        Ok(Self { client: Arc::new(client), site: site.trim_end_matches('/').into() })
    }

    /// Makes a payment page, or finds the one that the same request made before.
    pub(crate) async fn create_session(&self, request: &SessionRequest<'_>) -> Result<SessionFacts, GatewayError> {
        let call = self.session_call(request);
        let once = once(&format!("checkout:{}:{}", request.order, request.attempt))?;
        let send = || async {
            call.customize().request_strategy(once.clone()).send(&*self.client).await.map_err(GatewayError::from)
        };
        match send().await {
            // Whether the first call had its effect or not, the key makes the second one safe.
            Err(GatewayError::Passing(reason)) => {
                tracing::warn!(order = %request.order, reason, "asking for the payment page again");
                tokio::time::sleep(Duration::from_millis(300)).await;
                facts(send().await?)
            }
            other => facts(other?),
        }
    }

    /// What a session is now.
    pub(crate) async fn retrieve_session(&self, id: &str) -> Result<SessionFacts, GatewayError> {
        facts(RetrieveCheckoutSession::new(id).send(&*self.client).await?)
    }

    /// Closes an open session, so that it can't be paid any more.
    pub(crate) async fn expire_session(&self, id: &str) -> Result<SessionFacts, GatewayError> {
        // A session expires once: repeating the call is harmless, so it needs no key.
        facts(ExpireCheckoutSession::new(id).send(&*self.client).await?)
    }

    /// Sends money back for one order line.
    pub(crate) async fn create_refund(
        &self,
        payment_intent: &str,
        line: OrderLineId,
        amount: Money,
    ) -> Result<(), GatewayError> {
        let call = CreateRefund::new()
            .payment_intent(payment_intent)
            .amount(amount.pence)
            .reason(CreateRefundReason::RequestedByCustomer)
            .metadata(HashMap::from([(LINE.to_owned(), line.to_string())]));
        call.customize().request_strategy(once(&format!("refund:{line}"))?).send(&*self.client).await?;
        Ok(())
    }

    /// What was sent back of a payment, or is on its way.
    pub(crate) async fn refunds(&self, payment_intent: &str) -> Result<Vec<RefundFacts>, GatewayError> {
        let list = ListRefund::new().payment_intent(payment_intent).limit(100_i64).send(&*self.client).await?;
        let counts = |status: Option<&str>| !matches!(status, Some("failed" | "canceled"));
        let found = list.data.iter().filter(|refund| counts(refund.status.as_deref())).map(|refund| RefundFacts {
            line: refund.metadata.as_ref().and_then(|metadata| metadata.get(LINE)).and_then(|id| id.parse().ok()),
            amount: refund.amount,
        });
        Ok(found.collect())
    }

    fn session_call(&self, request: &SessionRequest<'_>) -> CreateCheckoutSession {
        // The parser of currencies takes every text; it can't fail.
        let Ok(currency) = request.amount.currency.code().to_lowercase().parse();
        let price = CreateCheckoutSessionLineItemsPriceData {
            currency,
            product: None,
            product_data: Some(ProductData::new(request.title)),
            recurring: None,
            tax_behavior: None,
            unit_amount: Some(request.amount.pence),
            unit_amount_decimal: None,
        };
        let item = CreateCheckoutSessionLineItems {
            price_data: Some(price),
            quantity: Some(1),
            ..CreateCheckoutSessionLineItems::new()
        };
        let metadata = HashMap::from([(ORDER.to_owned(), request.order.to_string())]);
        let intent = CreateCheckoutSessionPaymentIntentData {
            description: Some(request.title.to_owned()),
            metadata: Some(metadata.clone()),
            ..CreateCheckoutSessionPaymentIntentData::new()
        };
        let call = CreateCheckoutSession::new()
            .mode(CheckoutSessionMode::Payment)
            .client_reference_id(request.order.to_string())
            .metadata(metadata)
            .payment_intent_data(intent)
            .line_items(vec![item])
            .expires_at(request.expires_at.timestamp())
            .success_url(format!("{}/orders/{}?paid=1", self.site, request.order))
            .cancel_url(format!("{}/checkout/{}?cancelled=1", self.site, request.slug));
        match request.email {
            Some(email) => call.customer_email(email),
            None => call,
        }
    }
}

/// One call under an idempotency key.
fn once(key: &str) -> Result<RequestStrategy, GatewayError> {
    IdempotencyKey::new(key)
        .map(RequestStrategy::Idempotent)
        .map_err(|error| GatewayError::Misconfigured(error.to_string()))
}

fn facts(session: CheckoutSession) -> Result<SessionFacts, GatewayError> {
    let status = match &session.status {
        Some(CheckoutSessionStatus::Open) => SessionStatus::Open,
        Some(CheckoutSessionStatus::Complete) => SessionStatus::Complete,
        Some(CheckoutSessionStatus::Expired) => SessionStatus::Expired,
        other => return Err(GatewayError::Failed(format!("a session of status {other:?}"))),
    };
    Ok(SessionFacts {
        id: session.id.to_string(),
        order: session.client_reference_id.as_deref().and_then(|id| id.parse().ok()),
        status,
        paid: status == SessionStatus::Complete && session.payment_status == CheckoutSessionPaymentStatus::Paid,
        amount: session.amount_total.unwrap_or_default(),
        currency: session.currency.as_ref().map(ToString::to_string).unwrap_or_default().to_lowercase(),
        payment_intent: session.payment_intent.as_ref().map(|intent| intent.id().to_string()),
        url: session.url,
        expires_at: DateTime::from_timestamp(session.expires_at, 0).unwrap_or_default(),
    })
}
