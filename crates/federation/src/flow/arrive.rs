//! Back from the provider.

use chrono::{DateTime, Utc};
use guildhall_audit::{Event, Party};
use guildhall_db::{Db, OpResult, Tx};
use guildhall_identity::{
    Client, NewSession, Signed, confirm_federated, create_federated, session_actor, sign_in_federated,
};
use guildhall_kernel::token;
use guildhall_types::{Error, UserId};
use serde_json::json;

use super::{
    LINK_FOR, SYSTEM,
    begin::{away, usable},
    cookie,
    exchange::{exchange, silent},
};
use crate::{
    Federation,
    policy::{Kind, Profile, Refused, given_roles},
    store::{
        attempts::{self, Attempt, Link},
        connections::{self, Kept},
        people::{self, OpenedSession},
    },
};

/// What the provider sent the browser back with (RFC 6749, 4.1.2; RFC 9207).
#[derive(Clone, Copy, Debug, Default)]
pub struct Answer<'a> {
    pub state: &'a str,
    pub code: &'a str,
    pub error: &'a str,
    pub issuer: Option<&'a str>,
}

/// What became of it.
#[derive(Debug)]
pub enum Outcome {
    /// Signed in; and on to `next`, which may be empty.
    SignedIn { session: Box<NewSession>, next: String },
    /// Who was signed in already has proved anew who they are; and on to `next`.
    Confirmed { signed: Box<Signed>, next: String },
    /// They were sent to do so, and it did not hold: why, and where they were going.
    NotConfirmed { why: Error, next: String },
    /// The address must be proved too: its account's owner signs in, or makes one, and then agrees. `cookie` is the
    /// `Set-Cookie` by which this browser finishes it.
    LinkFirst { cookie: String },
}

pub(super) const STALE: &str =
    "This sign-in was started too long ago, in another browser, or has been used already. Start again.";

/// A person whom the provider vouches for.
pub(super) struct Vouched {
    pub(super) profile: Profile,
    /// Of what says so, for the record of what was used.
    pub(super) mark: [u8; 32],
    pub(super) expires_at: DateTime<Utc>,
    /// When the provider asked them who they are, where it says so.
    pub(super) signed_in_at: Option<DateTime<Utc>>,
}

/// Ends what [`super::begin`] began; `cookies` is the browser's `Cookie` header. Second is the `Set-Cookie` that forgets the
/// attempt, whatever became of it.
///
/// # Errors
/// [`Error::Conflict`] for an attempt that is stale or another browser's, and for people who may not come in;
/// [`Error::BadRequest`] for a token that a check refuses; [`Error::Unavailable`] when the provider does not answer.
pub async fn complete(
    db: &Db,
    federation: &Federation,
    client: &Client,
    answer: Answer<'_>,
    cookies: &str,
) -> (OpResult<Outcome>, String) {
    let forget = cookie::clear_attempt(answer.state, federation.secure_cookies);
    (arrive(db, federation, client, answer, cookies).await, forget)
}

async fn arrive(
    db: &Db,
    federation: &Federation,
    client: &Client,
    answer: Answer<'_>,
    cookies: &str,
) -> OpResult<Outcome> {
    let stale = || Error::conflict(STALE);
    let secret = cookie::attempt(cookies, answer.state, federation.secure_cookies).ok_or_else(stale)?;
    let state_hash = token::hash(answer.state).ok_or_else(stale)?;
    let cookie_hash = token::hash(secret).ok_or_else(stale)?;
    let now = db.clock().now();
    let mut tx = db.begin(&SYSTEM).await?;
    let attempt = attempts::take(&mut tx, &state_hash, &cookie_hash, now).await?;
    // Used, whatever comes of it.
    tx.commit().await?;
    let attempt = attempt.ok_or_else(stale)?;
    if !attempt.confirms {
        let (kept, vouched) = ask_back(db, federation, &attempt, answer, secret).await?;
        return admit(db, federation, client, &kept, &vouched, attempt.next).await;
    }
    let confirmed = match ask_back(db, federation, &attempt, answer, secret).await {
        Ok((kept, vouched)) => confirm(db, client, &kept, &vouched).await,
        Err(error) => Err(error),
    };
    Ok(confirmed_or_not(confirmed, attempt.next))
}

/// Whom the provider vouches for, by the code that it sent the browser back with.
async fn ask_back(
    db: &Db,
    federation: &Federation,
    attempt: &Attempt,
    answer: Answer<'_>,
    secret: &str,
) -> OpResult<(Kept, Vouched)> {
    let stale = || Error::conflict(STALE);
    let kept = usable(db, attempt.connection).await?;
    // Its answers come another way.
    if kept.connection.kind == Kind::Saml {
        return Err(stale().into());
    }
    let provider = federation.providers.of(&kept.connection, db.clock().now()).await.map_err(away)?;
    // Another provider's answer, mixed up with this one's.
    let must_name = provider.metadata.authorization_response_iss_parameter_supported;
    if answer.issuer.map_or(must_name, |issuer| issuer != provider.metadata.issuer) {
        return Err(stale().into());
    }
    if !answer.error.is_empty() || answer.code.is_empty() {
        return Err(said_no(answer.error).into());
    }
    let since = attempt.confirms.then_some(attempt.began_at);
    let vouched = exchange(db, federation, &kept, &provider, answer.code, secret, since).await?;
    Ok((kept, vouched))
}

/// What became of a proof, for the page that asked for it.
pub(super) fn confirmed_or_not(confirmed: OpResult<Signed>, next: String) -> Outcome {
    match confirmed {
        Ok(signed) => Outcome::Confirmed { signed: Box::new(signed), next },
        Err(error) => Outcome::NotConfirmed { why: error.told(), next },
    }
}

/// The session in this browser counts as proved anew, by the word of the provider that opened it, for the person whose it is. That
/// they were asked just now has been checked.
pub(super) async fn confirm(db: &Db, client: &Client, kept: &Kept, vouched: &Vouched) -> OpResult<Signed> {
    let (connection, profile) = (&kept.connection, &vouched.profile);
    let session = client.session.ok_or(Error::SignInRequired)?;
    let signed_in_at = vouched.signed_in_at.ok_or_else(silent)?;
    let mut tx = db.begin(&SYSTEM).await?;
    if !attempts::first_use(&mut tx, connection.id, &vouched.mark, vouched.expires_at).await? {
        return Err(Error::conflict(STALE).into());
    }
    let another = || {
        Error::conflict("You signed in at your organisation as somebody else than here. Sign out there, and try again.")
    };
    let user = people::linked(&mut tx, connection.id, &profile.issuer, &profile.subject, db.clock().now()).await?;
    let user = user.ok_or_else(another)?;
    if people::opener(&mut tx, session, user).await? != Some(connection.id) {
        return Err(another().into());
    }
    allow(db, &mut tx, kept, user, profile.role.as_deref()).await?;
    confirm_federated(db, &mut tx, user, session, signed_in_at).await?;
    tx.commit().await?;
    Ok(session_actor(db, session).await?.ok_or(Error::SignInRequired)?)
}

pub(super) fn said_no(error: &str) -> Error {
    let message = match error {
        "access_denied" => "You did not sign in at your organisation, or it did not let you. Nothing was changed.",
        "temporarily_unavailable" | "server_error" => {
            "Your organisation’s sign-in is not working just now. Try again in a minute."
        }
        _ => "Your organisation’s sign-in refused the request. Tell whoever looks after it to test the connection.",
    };
    Error::conflict(message)
}

/// Lets in whom the provider vouches for, as far as its word goes.
pub(super) async fn admit(
    db: &Db,
    federation: &Federation,
    client: &Client,
    kept: &Kept,
    vouched: &Vouched,
    next: String,
) -> OpResult<Outcome> {
    let (connection, profile) = (&kept.connection, &vouched.profile);
    let now = db.clock().now();
    let unknown = federation.unknown_password(db).await?;
    let mut tx = db.begin(&SYSTEM).await?;
    if !attempts::first_use(&mut tx, connection.id, &vouched.mark, vouched.expires_at).await? {
        return Err(Error::conflict(STALE).into());
    }
    if let Some(user) = people::linked(&mut tx, connection.id, &profile.issuer, &profile.subject, now).await? {
        return enter(db, tx, client, kept, vouched, user, next).await;
    }
    let (_, domain) = profile.email.as_str().split_once('@').unwrap_or_default();
    let holds_domain = connections::domain_holder(&mut tx, domain).await? == Some(connection.organization);
    if crate::policy::vouched(connection, profile, holds_domain) {
        let provisioned = if holds_domain {
            people::made_by_directory(&mut tx, connection.organization, profile.email.as_str()).await?
        } else {
            None
        };
        let user = match provisioned {
            Some(user) => Some(user),
            None if connection.jit => create_federated(db, &mut tx, &profile.email, &profile.name, unknown).await?,
            None => None,
        };
        if let Some(user) = user {
            people::link(&mut tx, connection.id, &profile.issuer, &profile.subject, user, now).await?;
            return enter(db, tx, client, kept, vouched, user, next).await;
        }
    }
    let link = Link {
        connection: connection.id,
        issuer: profile.issuer.clone(),
        subject: profile.subject.clone(),
        email: profile.email.as_str().to_owned(),
        sid: profile.session.clone(),
        role: profile.role.clone(),
        next,
    };
    let (token, hash) = token::issue(db.chance());
    attempts::insert_link(&mut tx, &hash, &link, now, now + LINK_FOR).await?;
    tx.commit().await?;
    Ok(Outcome::LinkFirst { cookie: cookie::set_link(&token, federation.secure_cookies) })
}

/// Opens the session.
async fn enter(
    db: &Db,
    mut tx: Tx,
    client: &Client,
    kept: &Kept,
    vouched: &Vouched,
    user: UserId,
    next: String,
) -> OpResult<Outcome> {
    let profile = &vouched.profile;
    allow(db, &mut tx, kept, user, profile.role.as_deref()).await?;
    let session = sign_in_federated(db, &mut tx, user, client, &["sso"], vouched.signed_in_at).await?;
    let opened = OpenedSession {
        session: session.id(),
        connection: kept.connection.id,
        issuer: &profile.issuer,
        subject: &profile.subject,
        sid: profile.session.as_deref(),
        user,
        now: db.clock().now(),
    };
    people::opened(&mut tx, &opened).await?;
    tx.commit().await?;
    Ok(Outcome::SignedIn { session: Box::new(session), next })
}

/// Makes sure that the person may come in and is a member, with the role that the provider's word gives.
pub(super) async fn allow(db: &Db, tx: &mut Tx, kept: &Kept, user: UserId, role: Option<&str>) -> OpResult<()> {
    let refuse = |why: Refused| Error::conflict(why.to_string());
    let account = people::account(tx, user).await?.ok_or(Error::NotFound)?;
    if account.suspended {
        return Err(refuse(Refused::Suspended).into());
    }
    if account.is_admin && kept.organization_kind != "platform" {
        return Err(refuse(Refused::Staff).into());
    }
    let organization = kept.connection.organization;
    // Whoever vouched: a link of before, or by the person's own provider, leads past nobody's enforced sign-in.
    if people::enforced_elsewhere(tx, &account.email, organization).await? {
        return Err(refuse(Refused::Elsewhere).into());
    }
    if people::is_deactivated(tx, organization, user).await? {
        return Err(refuse(Refused::Deactivated).into());
    }
    match people::role(tx, organization, user).await? {
        Some(there) if there == "owner" => Ok(()),
        None if !kept.connection.jit => Err(refuse(Refused::NotMember).into()),
        there => {
            let fits = |role: &&str| given_roles(&kept.organization_kind).contains(role);
            let role = role.filter(fits).ok_or_else(|| refuse(Refused::NoRole))?;
            let before = there;
            people::join(tx, organization, user, role, db.clock().now()).await?;
            if before.as_deref() != Some(role) {
                let event = Event::new("member.joined_by_sign_on", "user", user)
                    .acting_for(Party::Organization(organization))
                    .change(json!({ "role": before }), json!({ "role": role }));
                guildhall_audit::record(tx, &SYSTEM, event).await?;
            }
            Ok(())
        }
    }
}
