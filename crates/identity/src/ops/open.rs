//! Opening a session, whichever way the person proved who they are: the one place that makes them.

use chrono::{DateTime, TimeDelta, Utc};
use guildhall_audit::{Event, Party};
use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::{Actor, Clock, STEP_UP, UserActor, mail::Mail, token};
use guildhall_types::{Error, SessionId, UserId, organization::OrganizationKind};
use serde_json::json;

use super::enforced::{self, THROUGH_ORGANIZATION};
use crate::{
    Client, factors, jobs,
    policy::{self, REFRESH_FOR, SEEN_FOR},
    store::{self, NewSessionRow, Person, SignedRow},
};

/// Who is signed in, as the database said it: what an access token is issued for.
#[derive(Clone, Debug)]
pub struct Signed {
    pub actor: UserActor,
    /// How often what is said of the person had changed.
    pub(crate) version: i64,
}

/// A session that was just opened or refreshed. The refresh token goes to the person and nowhere else; `Debug` does not show
/// it.
#[derive(Clone)]
pub struct NewSession {
    pub refresh_token: String,
    /// When that ends, unless it is used before.
    pub expires_at: DateTime<Utc>,
    pub signed: Signed,
}

impl NewSession {
    #[must_use]
    pub fn id(&self) -> SessionId {
        self.signed.actor.session
    }

    #[must_use]
    pub fn user(&self) -> UserId {
        self.signed.actor.id
    }
}

impl std::fmt::Debug for NewSession {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("NewSession").field("id", &self.id()).field("user", &self.user()).finish_non_exhaustive()
    }
}

impl Signed {
    /// `clock` is that by which the proof ages.
    pub(crate) fn of(row: SignedRow, clock: &Clock) -> Self {
        Self {
            version: row.version,
            actor: UserActor {
                id: row.user,
                session: row.session,
                organizations: row.memberships.iter().map(|membership| membership.organization).collect(),
                is_provider: row.memberships.iter().any(|membership| membership.kind == OrganizationKind::Provider),
                memberships: row.memberships,
                is_admin: row.is_admin,
                name: row.name,
                email: row.email,
                email_confirmed: row.confirmed,
                authenticated_at: row.authenticated_at,
                amr: row.amr,
                clock: clock.clone(),
                lacks_second_factor: false,
                must_agree: false,
            },
        }
    }
}

/// Opens a session for a person who was proved by `methods` (names of RFC 8176: `pwd`, `otp`, `hwk`, `sso`; with `mfa` when
/// more than one factor was shown). The session that the browser had before ends, so that none can be planted. A device that
/// the account has not seen in a while is told of by mail.
///
/// Call it in the transaction of the proof, as [`Actor::System`], and commit.
///
/// # Errors
/// [`Error::SignInRequired`] when the person was suspended meanwhile; [`Error::Invalid`] when their organisation alone signs
/// people of their address in, and did not.
pub(crate) async fn open_session(
    db: &Db,
    tx: &mut Tx,
    person: &Person,
    client: &Client,
    methods: &[&str],
) -> OpResult<NewSession> {
    open_proved(db, tx, person, client, methods, Some(db.clock().now())).await
}

/// As [`open_session`], of a person who was proved before now, or nobody knows when: such a proof counts for nothing that
/// matters.
pub(crate) async fn open_proved(
    db: &Db,
    tx: &mut Tx,
    person: &Person,
    client: &Client,
    methods: &[&str],
    proved_at: Option<DateTime<Utc>>,
) -> OpResult<NewSession> {
    let now = db.clock().now();
    // The one gate for whatever proved the person: password, code, passkey, here and in the API.
    if !methods.contains(&THROUGH_ORGANIZATION) {
        enforced::refuse(tx, &person.email, client, now).await?;
    }
    if let Some(before) = client.session {
        store::end_session(tx, person.id, before, now).await?;
    }
    let user_agent: String = client.user_agent.chars().filter(|c| !c.is_control()).take(400).collect();
    let address: String = client.address.chars().filter(|c| !c.is_control()).take(64).collect();
    let amr: Vec<String> = methods.iter().map(|method| (*method).to_owned()).collect();
    let id: SessionId = db.id();
    let expires_at = now + REFRESH_FOR;
    let session =
        NewSessionRow { id, user: person.id, user_agent: &user_agent, address: &address, amr: &amr, now, expires_at };
    let signed_in_before = store::insert_session(tx, &session).await?;
    let too_old = now - STEP_UP - TimeDelta::seconds(1);
    let mut proved_at = proved_at.unwrap_or(too_old).min(now);
    // An organisation's word opens the session. Who has a second factor of their own shows that before what matters.
    if methods.contains(&THROUGH_ORGANIZATION) && factors::store::status(tx, person.id).await?.has_second_factor() {
        proved_at = proved_at.min(too_old);
    }
    if proved_at < now {
        store::set_authenticated(tx, person.id, id, &amr, proved_at).await?;
    }
    let (refresh_token, hash) = token::issue(db.chance());
    store::insert_refresh_token(tx, &hash, id, now, expires_at).await?;
    if signed_in_before.is_some() {
        let key = policy::device_key(&user_agent, &address);
        let seen = store::seen_devices(tx, person.id, id, now - SEEN_FOR).await?;
        if !seen.iter().any(|(user_agent, address)| policy::device_key(user_agent, address) == key) {
            let device = policy::device(&user_agent);
            let mail = Mail::NewDevice { name: person.name.clone(), device, address: address.clone(), at: now };
            jobs::send(tx, format!("new-device:{id}"), person.to(), mail).await?;
        }
    }
    let event = Event::new("user.signed_in", "session", id).acting_for(Party::Person(person.id));
    guildhall_audit::record(tx, &Actor::System("sign-in"), event.after(json!({ "methods": methods }))).await?;
    let signed = store::signed(tx, id, now).await?.ok_or(Error::SignInRequired)?;
    Ok(NewSession { refresh_token, expires_at, signed: Signed::of(signed, db.clock()) })
}
