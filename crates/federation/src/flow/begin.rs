//! Away to the provider.

use guildhall_db::{Db, OpResult};
use guildhall_identity::{EmailAddress, policy::own_path};
use guildhall_kernel::{Actor, token};
use guildhall_types::{ConnectionId, Error};
use url::Url;

use super::{AWAY, SYSTEM, cookie, saml};
use crate::{
    Federation, Metadata, ProviderError,
    policy::{Connection, Kind},
    store::{
        attempts::{self, NewAttempt},
        connections::{self, Kept},
        people,
    },
};

/// Where the browser goes, and the `Set-Cookie` that it takes along.
#[derive(Clone, Debug)]
pub struct Begun {
    pub url: String,
    pub cookie: String,
}

/// Begins to sign in through a connection; `next` is where the person wanted to go, `hint` the address that they typed.
///
/// # Errors
/// [`Error::NotFound`] when there is no such connection, or it is off; [`Error::Unavailable`] when its provider does not
/// answer as it should.
pub async fn begin(
    db: &Db,
    federation: &Federation,
    connection: ConnectionId,
    next: &str,
    hint: Option<&str>,
) -> OpResult<Begun> {
    let kept = usable(db, connection).await?;
    leave(db, federation, &kept, Errand { next, hint, confirms: false }).await
}

/// Sends somebody who is signed in to the provider that signed them in, to prove there once more who they are: the provider is told
/// to ask them, whatever it remembers. On the way back nobody is signed in; their session counts as proved anew.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::Conflict`] when no organisation signed them in; else as [`begin`].
pub async fn begin_again(db: &Db, federation: &Federation, actor: &Actor, next: &str) -> OpResult<Begun> {
    let user = actor.user()?;
    let mut tx = db.begin(&SYSTEM).await?;
    let connection = people::opener(&mut tx, user.session, user.id).await?;
    drop(tx);
    let connection = connection
        .ok_or_else(|| Error::conflict("You did not sign in through an organisation. Confirm with your password."))?;
    let kept = usable(db, connection).await?;
    leave(db, federation, &kept, Errand { next, hint: Some(&user.email), confirms: true }).await
}

/// What somebody goes to their provider for.
#[derive(Clone, Copy)]
struct Errand<'a> {
    next: &'a str,
    hint: Option<&'a str>,
    confirms: bool,
}

async fn leave(db: &Db, federation: &Federation, kept: &Kept, errand: Errand<'_>) -> OpResult<Begun> {
    let now = db.clock().now();
    let is_saml = kept.connection.kind == Kind::Saml;
    let provider =
        if is_saml { None } else { Some(federation.providers.of(&kept.connection, now).await.map_err(away)?) };
    let (state, state_hash) = token::issue(db.chance());
    let (secret, cookie_hash) = token::issue(db.chance());
    let attempt = NewAttempt {
        state_hash: &state_hash,
        cookie_hash: &cookie_hash,
        connection: kept.connection.id,
        next: own_path(errand.next, ""),
        confirms: errand.confirms,
        now,
        expires_at: now + AWAY,
    };
    let mut tx = db.begin(&SYSTEM).await?;
    attempts::insert(&mut tx, &attempt).await?;
    tx.commit().await?;
    let url = match provider {
        Some(provider) => {
            let url = authorization_url(federation, &kept.connection, &provider.metadata, &state, &secret, errand.hint);
            let mut url =
                url.ok_or_else(|| away(ProviderError::Wrong("the authorization endpoint is no address".to_owned())))?;
            if errand.confirms {
                // Either asks the person; the second has the token say when (OpenID Connect Core, 3.1.2.1).
                url.query_pairs_mut().append_pair("prompt", "login").append_pair("max_age", "0");
            }
            url.into()
        }
        None => saml::request_url(db, federation, kept, &state, errand.confirms).await?,
    };
    Ok(Begun { url, cookie: cookie::set_attempt(&state, &secret, federation.secure_cookies) })
}

/// The connection for somebody's work address: the answer depends on its domain alone.
///
/// # Errors
/// [`Error::Invalid`] when no organisation signs people of that domain in.
pub async fn connection_for_email(db: &Db, email: &str) -> OpResult<ConnectionId> {
    let email = EmailAddress::parse(email).map_err(|message| Error::field("email", message))?;
    let mut tx = db.begin(&SYSTEM).await?;
    let found = for_domain(&mut tx, &email).await?;
    let kept = found.ok_or_else(|| {
        Error::field("email", "No organisation signs people of this address in. Sign in with your password, or ask whoever looks after your organisation’s sign-in for its link.")
    })?;
    Ok(kept.connection.id)
}

/// The connection that serves an address: the enforced one before others, then the oldest.
async fn for_domain(tx: &mut guildhall_db::Tx, email: &EmailAddress) -> OpResult<Option<Kept>> {
    let (_, domain) = email.as_str().split_once('@').unwrap_or_default();
    let Some(holder) = connections::domain_holder(tx, domain).await? else {
        return Ok(None);
    };
    let all = connections::of_organization(tx, holder).await?;
    Ok(all.into_iter().find(|kept| kept.enabled && !kept.organization_suspended))
}

/// A connection that people may use now.
pub(super) async fn usable(db: &Db, id: ConnectionId) -> OpResult<Kept> {
    usable_in(&mut db.begin(&SYSTEM).await?, id).await
}

/// As [`usable`], in a transaction that is open already.
pub(super) async fn usable_in(tx: &mut guildhall_db::Tx, id: ConnectionId) -> OpResult<Kept> {
    let kept = connections::find(tx, id).await?;
    Ok(kept.filter(|kept| kept.enabled && !kept.organization_suspended).ok_or(Error::NotFound)?)
}

/// What is told to somebody who can do nothing about it.
pub(crate) fn away(error: ProviderError) -> Error {
    tracing::warn!(%error, "a sign-in provider can't be used");
    Error::unavailable(
        "Your organisation’s sign-in does not answer as it should. Try again in a minute; if it happens again, tell whoever looks after it.",
    )
}

/// The authorization request (OpenID Connect Core, 3.1.2.1; RFC 7636).
pub(crate) fn authorization_url(
    federation: &Federation,
    connection: &Connection,
    metadata: &Metadata,
    state: &str,
    secret: &str,
    hint: Option<&str>,
) -> Option<Url> {
    let mut url = Url::parse(&metadata.authorization_endpoint).ok()?;
    {
        let mut query = url.query_pairs_mut();
        query
            .append_pair("response_type", "code")
            .append_pair("client_id", &connection.client_id)
            .append_pair("redirect_uri", &federation.redirect_url())
            .append_pair("scope", &connection.scopes)
            .append_pair("state", state)
            .append_pair("nonce", &cookie::nonce(secret))
            .append_pair("code_challenge", &cookie::challenge(&cookie::verifier(secret)))
            .append_pair("code_challenge_method", "S256");
        if let Some(level) = connection.kind.confidence() {
            query.append_pair("vtr", &format!("[\"{level}\"]")).append_pair("ui_locales", "en");
        }
        if let Some(hint) = hint {
            query.append_pair("login_hint", hint);
        }
    }
    Some(url)
}
