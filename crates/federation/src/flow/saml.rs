//! Signing in through a SAML provider. Its answer comes by a form of another site, without this browser's cookies: it is
//! checked, sealed, and taken along to a page of ours that the browser is sent on to, where the cookies are.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, TimeDelta, Utc};
use guildhall_db::{Db, OpResult};
use guildhall_identity::{Client, EmailAddress, policy::own_path};
use guildhall_kernel::token;
use guildhall_types::{ConnectionId, Error};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::{
    SYSTEM,
    arrive::{Outcome, STALE, Vouched, admit, confirm, confirmed_or_not, said_no},
    begin::{away, usable},
    cookie,
    exchange::not_anew,
};
use crate::{
    Federation, ProviderError,
    policy::{Kind, Profile, identity, profile},
    saml::{Expected, OurKey, Refusal, open_response, sign_in_url},
    saml_connections::{acs_url, certificates, entity_id, our_key},
    store::{
        attempts,
        connections::Kept,
        saml::{self as store, SamlSettings},
    },
    token::LEEWAY,
};

/// From the provider's form to our own page is one redirect.
const ON_THE_WAY: TimeDelta = TimeDelta::minutes(2);

/// A connection that people may use now, of SAML's kind.
async fn usable_saml(db: &Db, id: ConnectionId) -> OpResult<(Kept, SamlSettings)> {
    let kept = usable(db, id).await?;
    if kept.connection.kind != Kind::Saml {
        return Err(Error::NotFound.into());
    }
    let mut tx = db.begin(&SYSTEM).await?;
    let settings = store::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    Ok((kept, settings))
}

/// The id of a request: the attempt's state, as a name that XML allows.
fn request_id(state: &str) -> String {
    format!("_{state}")
}

/// Where the browser goes with a request that belongs to `state`.
pub(super) async fn request_url(
    db: &Db,
    federation: &Federation,
    kept: &Kept,
    state: &str,
    forces: bool,
) -> OpResult<String> {
    let id = kept.connection.id;
    let mut tx = db.begin(&SYSTEM).await?;
    let settings = store::find(&mut tx, id).await?.ok_or(Error::NotFound)?;
    drop(tx);
    let key = if settings.wants_signed { Some(our_key(federation, kept)?) } else { None };
    let what = Request { id: &request_id(state), forces, now: db.clock().now() };
    let url = ask(federation, id, &settings, key.as_ref(), what);
    Ok(url.ok_or_else(|| away(ProviderError::Wrong("the sign-in address is no address".to_owned())))?)
}

/// One request.
#[derive(Clone, Copy)]
pub(crate) struct Request<'a> {
    pub(crate) id: &'a str,
    /// The person must prove anew who they are.
    pub(crate) forces: bool,
    pub(crate) now: DateTime<Utc>,
}

/// The address of one request.
pub(crate) fn ask(
    federation: &Federation,
    id: ConnectionId,
    settings: &SamlSettings,
    key: Option<&OurKey>,
    request: Request<'_>,
) -> Option<String> {
    let ask = crate::saml::Ask {
        id: request.id,
        forces: request.forces,
        sign_on_url: &settings.sign_on_url,
        entity_id: &entity_id(federation, id),
        acs_url: &acs_url(federation, id),
        key,
        now: request.now,
    };
    sign_in_url(&ask).map(Into::into)
}

/// A checked answer on its way from one page to the next.
#[derive(Serialize, Deserialize)]
struct Arrival {
    /// The attempt that it answers; none where the provider began.
    state: Option<String>,
    issuer: String,
    subject: String,
    session: Option<String>,
    email: String,
    name: String,
    role: Option<String>,
    next: String,
    mark: [u8; 32],
    expires_at: DateTime<Utc>,
    signed_in_at: Option<DateTime<Utc>>,
    /// Until when it may arrive.
    until: DateTime<Utc>,
}

fn context(id: ConnectionId) -> String {
    format!("saml-arrival:{id}")
}

/// Checks what a provider's form brought. Answers a token, good for two minutes, for [`arrive_with`]: without the cookie of
/// the browser that asked it is worth nothing, and the assertion in it is used once.
///
/// # Errors
/// [`Error::NotFound`] when there is no such connection, or it is off; [`Error::BadRequest`] for an answer that a check refuses;
/// [`Error::Conflict`] for people who may not come in.
pub async fn receive(
    db: &Db,
    federation: &Federation,
    connection: ConnectionId,
    response: &str,
    relay_state: &str,
) -> OpResult<String> {
    let (kept, settings) = usable_saml(db, connection).await?;
    let key = our_key(federation, &kept)?;
    let certificates = certificates(&settings);
    let (entity_id, acs_url) = (entity_id(federation, connection), acs_url(federation, connection));
    let expected = Expected {
        issuer: &kept.connection.issuer,
        certificates: &certificates,
        entity_id: &entity_id,
        acs_url: &acs_url,
        key: &key,
    };
    let now = db.clock().now();
    let opened = open_response(response, &expected, now).and_then(|assertion| {
        let unsolicited = assertion.in_response_to.is_none() && !settings.idp_initiated;
        if unsolicited { Err(Refusal::Unsolicited) } else { Ok(assertion) }
    });
    let assertion = match opened {
        Ok(assertion) => assertion,
        Err(refusal) => return Err(refuse(db, connection, refusal, now).await?.into()),
    };
    let token = identity(&assertion, &settings.email_attribute);
    let profile = profile(&kept.connection, &token, &serde_json::Map::new())
        .map_err(|refused| Error::Conflict { message: refused.to_string() })?;
    let state = assertion.in_response_to.as_deref().map(|id| id.strip_prefix('_').unwrap_or(id).to_owned());
    let arrival = Arrival {
        state,
        issuer: profile.issuer,
        subject: profile.subject,
        session: profile.session,
        email: profile.email.as_str().to_owned(),
        name: profile.name,
        role: profile.role,
        next: own_path(relay_state, "").to_owned(),
        mark: Sha256::digest(format!("{}\n{}", assertion.issuer, assertion.id)).into(),
        expires_at: assertion.expires_at,
        signed_in_at: assertion.signed_in_at,
        until: now + ON_THE_WAY,
    };
    let text = serde_json::to_vec(&arrival).map_err(anyhow::Error::from)?;
    let sealed = federation.sealer.seal(&context(connection), &text).map_err(anyhow::Error::from)?;
    Ok(URL_SAFE_NO_PAD.encode(sealed))
}

/// Notes why for the owner; the person is told no more than that it did not work.
async fn refuse(db: &Db, connection: ConnectionId, refusal: Refusal, now: DateTime<Utc>) -> OpResult<Error> {
    tracing::warn!(%connection, %refusal, "refused a provider's assertion");
    let mut tx = db.begin(&SYSTEM).await?;
    store::refused(&mut tx, connection, &refusal.to_string(), now).await?;
    tx.commit().await?;
    Ok(match refusal {
        Refusal::Declined => said_no("access_denied"),
        Refusal::Failed => said_no("server_error"),
        _ => super::exchange::unsure(),
    })
}

/// Ends what [`super::begin`] began, or what the provider did where that is allowed; `cookies` is the browser's `Cookie`
/// header. Second is the `Set-Cookie` that forgets the attempt, where there was one.
///
/// # Errors
/// As [`super::complete`].
pub async fn arrive_with(
    db: &Db,
    federation: &Federation,
    client: &Client,
    connection: ConnectionId,
    token: &str,
    cookies: &str,
) -> (OpResult<Outcome>, Option<String>) {
    let now = db.clock().now();
    let opened = URL_SAFE_NO_PAD
        .decode(token)
        .ok()
        .and_then(|sealed| federation.sealer.open(&context(connection), &sealed).ok())
        .and_then(|text| serde_json::from_slice::<Arrival>(&text).ok())
        .filter(|arrival| arrival.until > now);
    let Some(arrival) = opened else { return (Err(Error::conflict(STALE).into()), None) };
    let forget = arrival.state.as_deref().map(|state| cookie::clear_attempt(state, federation.secure_cookies));
    (enter(db, federation, client, connection, arrival, cookies).await, forget)
}

async fn enter(
    db: &Db,
    federation: &Federation,
    client: &Client,
    connection: ConnectionId,
    arrival: Arrival,
    cookies: &str,
) -> OpResult<Outcome> {
    let stale = || Error::conflict(STALE);
    let attempt = match &arrival.state {
        Some(state) => {
            let secret = cookie::attempt(cookies, state, federation.secure_cookies).ok_or_else(stale)?;
            let state_hash = token::hash(state).ok_or_else(stale)?;
            let cookie_hash = token::hash(secret).ok_or_else(stale)?;
            let mut tx = db.begin(&SYSTEM).await?;
            let attempt = attempts::take(&mut tx, &state_hash, &cookie_hash, db.clock().now()).await?;
            // Used, whatever comes of it.
            tx.commit().await?;
            Some(attempt.filter(|attempt| attempt.connection == connection).ok_or_else(stale)?)
        }
        None => None,
    };
    let (kept, settings) = usable_saml(db, connection).await?;
    if arrival.state.is_none() && !settings.idp_initiated {
        return Err(stale().into());
    }
    let email = EmailAddress::parse(&arrival.email).map_err(|_| stale())?;
    let profile = Profile {
        issuer: arrival.issuer,
        subject: arrival.subject,
        session: arrival.session,
        email,
        // An organisation's own provider proves no address.
        email_verified: false,
        name: arrival.name,
        role: arrival.role,
    };
    let vouched =
        Vouched { profile, mark: arrival.mark, expires_at: arrival.expires_at, signed_in_at: arrival.signed_in_at };
    match attempt {
        Some(attempt) if attempt.confirms => {
            let confirmed = match signed_in_anew(db, &kept, &vouched, attempt.began_at).await {
                Ok(()) => confirm(db, client, &kept, &vouched).await,
                Err(error) => Err(error),
            };
            Ok(confirmed_or_not(confirmed, attempt.next))
        }
        Some(attempt) => admit(db, federation, client, &kept, &vouched, attempt.next).await,
        None => admit(db, federation, client, &kept, &vouched, arrival.next).await,
    }
}

/// Whether the provider did ask who was sent to it to be asked.
async fn signed_in_anew(db: &Db, kept: &Kept, vouched: &Vouched, since: DateTime<Utc>) -> OpResult<()> {
    if vouched.signed_in_at.is_some_and(|at| at >= since - LEEWAY) {
        return Ok(());
    }
    refuse(db, kept.connection.id, Refusal::AuthnInstant, db.clock().now()).await?;
    Err(not_anew().into())
}
