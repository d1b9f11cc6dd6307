//! Invitations: sent by mail, good for one address, for fourteen days.

use guildhall_audit::{Event, record};
use guildhall_db::{Db, JobOptions, OpResult, Tx, enqueue};
use guildhall_kernel::{
    Action, Actor,
    mail::{Mail, SendMail},
    token,
};
use guildhall_types::{
    Error, Fields, InvitationId, TeamId,
    organization::{InvitationOffer, InvitationState, InvitationView, Role},
};
use serde_json::json;

use super::{
    Entered, Found, event, find, policy, refused,
    store::{
        self,
        invitations::{NewInvitation, Row},
    },
};
use crate::EmailAddress;

const ACTOR: Actor = Actor::System("invitations");
const STALE: &str = "This invitation has expired or was withdrawn. Ask for a new one.";
const OTHER_ADDRESS: &str = "This invitation is for another email address. Sign in with that one.";

/// Whom to invite, and as what.
#[derive(Clone, Copy, Debug)]
pub struct Invite<'a> {
    pub email: &'a str,
    pub role: &'a str,
    pub team: Option<TeamId>,
}

/// Invites an address. Managers invite learners, owners anybody.
///
/// # Errors
/// [`Error::Invalid`] for an address that can't be read, is a member's or is invited already; [`Error::Forbidden`] for a
/// role that the actor may not give.
pub async fn invite(db: &Db, actor: &Actor, slug: &str, form: Invite<'_>) -> OpResult<InvitationId> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::InvitePeople).await?;
    let mut fields = Fields::new();
    let email = EmailAddress::parse(form.email).map_err(|message| fields.add("email", message)).ok();
    let role = policy::role_for(found.kind, form.role).map_err(|message| fields.add("role", message)).ok();
    fields.finish()?;
    let (Some(email), Some(role)) = (email, role) else { return Err(Error::NotFound.into()) };
    let invited_by = may_offer(actor, &found, role)?;
    store::lock(&mut tx, found.id).await?;
    let now = db.clock().now();
    let (open, is_invited, is_member) = store::invitations::standing(&mut tx, found.id, email.as_str(), now).await?;
    if is_member {
        return Err(Error::field("email", "This person is a member already").into());
    }
    if is_invited {
        return Err(Error::field("email", "This person is invited already: send the invitation again").into());
    }
    if open >= policy::OPEN_INVITATIONS {
        return Err(Error::conflict("2,000 invitations are open. Withdraw some first.").into());
    }
    store::invitations::close_expired(&mut tx, found.id, email.as_str(), now).await?;
    if let Some(team) = form.team {
        let is_there = store::teams::teams(&mut tx, found.id, None).await?.iter().any(|one| one.id == team);
        if !is_there {
            return Err(Error::field("team", "Choose one of the teams").into());
        }
    }
    let (token, hash) = token::issue(db.chance());
    let new = NewInvitation {
        id: db.id(),
        organization: found.id,
        email: email.as_str(),
        role,
        team: form.team,
        token_hash: &hash,
        invited_by: invited_by.id,
        now,
        expires_at: now + policy::INVITED_FOR,
    };
    store::invitations::insert(&mut tx, &new).await.map_err(refused)?;
    let letter = Letter { to: email.as_str(), organization: &found.name, role, invited_by: &invited_by.name };
    send(&mut tx, format!("invitation:{}:1", new.id), letter, &token).await?;
    record(
        &mut tx,
        actor,
        event("organization.invitation_sent", &found).after(json!({ "invitation": new.id, "role": role.slug() })),
    )
    .await?;
    tx.commit().await?;
    Ok(new.id)
}

/// Who may offer this role there.
fn may_offer<'a>(actor: &'a Actor, found: &Found, role: Role) -> OpResult<&'a guildhall_kernel::UserActor> {
    if role != Role::Learner {
        actor.may(Action::ManageRoles, &found.subject())?;
    }
    Ok(actor.user()?)
}

/// The organisation's invitations: the open ones first, then the last sent.
///
/// # Errors
/// As [`invite`].
pub async fn invitations(db: &Db, actor: &Actor, slug: &str) -> OpResult<Vec<InvitationView>> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::InvitePeople).await?;
    let now = db.clock().now();
    let rows = store::invitations::list(&mut tx, found.id).await?;
    Ok(rows
        .into_iter()
        .map(|row| InvitationView {
            id: row.id,
            state: policy::invitation_state(&row.state, row.expires_at, now),
            email: row.email,
            role: row.role,
            team: row.team_name,
            sent_at: row.sent_at,
            expires_at: row.expires_at,
        })
        .collect())
}

/// Sends an open or expired invitation again, under a new link; the older one ends.
///
/// # Errors
/// [`Error::NotFound`] when it is not there or closed; [`Error::Conflict`] too soon or too often.
pub async fn resend(db: &Db, actor: &Actor, slug: &str, id: InvitationId) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::InvitePeople).await?;
    let row = open(store::invitations::lock_of(&mut tx, found.id, id).await?)?;
    let sender = may_offer(actor, &found, row.role)?;
    let now = db.clock().now();
    policy::may_resend(row.sent_count, row.sent_at, now).map_err(Error::conflict)?;
    let (token, hash) = token::issue(db.chance());
    if !store::invitations::sent_again(&mut tx, id, &hash, now, now + policy::INVITED_FOR).await.map_err(refused)? {
        return Err(Error::Forbidden.into());
    }
    let letter =
        Letter { to: &row.email, organization: &row.organization_name, role: row.role, invited_by: &sender.name };
    send(&mut tx, format!("invitation:{id}:{}", row.sent_count + 1), letter, &token).await?;
    record(&mut tx, actor, event("organization.invitation_sent_again", &found).after(json!({ "invitation": id })))
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Takes an invitation back.
///
/// # Errors
/// [`Error::NotFound`] when it is not there or closed.
pub async fn withdraw(db: &Db, actor: &Actor, slug: &str, id: InvitationId) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::InvitePeople).await?;
    let row = open(store::invitations::lock_of(&mut tx, found.id, id).await?)?;
    may_offer(actor, &found, row.role)?;
    if !store::invitations::close(&mut tx, id, "withdrawn", db.clock().now()).await.map_err(refused)? {
        return Err(Error::Forbidden.into());
    }
    record(&mut tx, actor, event("organization.invitation_withdrawn", &found).after(json!({ "invitation": id })))
        .await?;
    tx.commit().await?;
    Ok(())
}

fn open(row: Option<Row>) -> OpResult<Row> {
    row.filter(|row| row.state == "open").ok_or_else(|| Error::NotFound.into())
}

/// What a link offers, to whoever holds it; the address is masked unless it is theirs.
///
/// # Errors
/// [`Error::Conflict`] when it is unknown, expired or closed.
pub async fn offer(db: &Db, actor: &Actor, token: &str) -> OpResult<InvitationOffer> {
    let hash = token::hash(token).ok_or_else(|| Error::conflict(STALE))?;
    let mut tx = db.begin(&ACTOR).await?;
    let row = store::invitations::by_hash(&mut tx, &hash).await?;
    let row = usable(db, row)?;
    let invited_by = match row.invited_by {
        Some(user) => store::invitations::name_of(&mut tx, user).await?,
        None => None,
    };
    let is_mine = actor.user().is_ok_and(|user| user.email_confirmed && user.email == row.email);
    Ok(InvitationOffer {
        id: row.id,
        organization: row.organization_name,
        kind: row.kind,
        role: row.role,
        invited_by,
        expires_at: row.expires_at,
        email: if is_mine { row.email } else { policy::masked(&row.email) },
        is_mine,
    })
}

/// Accepts by the link that was sent.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::Conflict`] when the link is not good any more or for another address.
pub async fn accept(db: &Db, actor: &Actor, token: &str) -> OpResult<Entered> {
    accept_mine(db, actor, by_token(db, actor, token).await?).await
}

/// Accepts one of the invitations to the person's own confirmed address.
///
/// # Errors
/// As [`accept`].
pub async fn accept_mine(db: &Db, actor: &Actor, id: InvitationId) -> OpResult<Entered> {
    let (mut tx, row) = mine(db, actor, id).await?;
    let user = actor.user()?.id;
    let now = db.clock().now();
    store::lock(&mut tx, row.organization).await?;
    // Who is a member already stays what they are.
    let is_new = store::members::join(&mut tx, row.organization, user, row.role, now).await.map_err(refused)?;
    if let Some(team) = row.team {
        store::teams::enter(&mut tx, row.organization, team, user, now).await.map_err(refused)?;
    }
    if !store::invitations::close(&mut tx, row.id, "accepted", now).await.map_err(refused)? {
        return Err(Error::conflict(STALE).into());
    }
    let accepted = json!({ "invitation": row.id, "role": row.role.slug(), "joined": is_new });
    record(
        &mut tx,
        actor,
        Event::new("organization.invitation_accepted", "organization", row.organization).after(accepted),
    )
    .await?;
    tx.commit().await?;
    Ok(Entered { id: row.organization, slug: row.organization_slug })
}

/// Declines by the link that was sent.
///
/// # Errors
/// As [`accept`].
pub async fn decline(db: &Db, actor: &Actor, token: &str) -> OpResult<()> {
    decline_mine(db, actor, by_token(db, actor, token).await?).await
}

/// Declines one of the invitations to the person's own confirmed address.
///
/// # Errors
/// As [`accept`].
pub async fn decline_mine(db: &Db, actor: &Actor, id: InvitationId) -> OpResult<()> {
    let (mut tx, row) = mine(db, actor, id).await?;
    if !store::invitations::close(&mut tx, row.id, "declined", db.clock().now()).await.map_err(refused)? {
        return Err(Error::conflict(STALE).into());
    }
    let declined = json!({ "invitation": row.id });
    record(
        &mut tx,
        actor,
        Event::new("organization.invitation_declined", "organization", row.organization).after(declined),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

/// Which invitation a link is for. Reads as the program, so that the wrong person can be told why it is not theirs.
async fn by_token(db: &Db, actor: &Actor, token: &str) -> OpResult<InvitationId> {
    let user = actor.myself(Action::JoinOrganization)?;
    let hash = token::hash(token).ok_or_else(|| Error::conflict(STALE))?;
    let mut tx = db.begin(&ACTOR).await?;
    let row = usable(db, store::invitations::by_hash(&mut tx, &hash).await?)?;
    if row.email != user.email {
        return Err(Error::conflict(OTHER_ADDRESS).into());
    }
    if !user.email_confirmed {
        return Err(Error::conflict("Confirm your email address first.").into());
    }
    Ok(row.id)
}

/// The person's own invitation, held. Acts as the person: the database shows it only to the confirmed address.
async fn mine(db: &Db, actor: &Actor, id: InvitationId) -> OpResult<(Tx, Row)> {
    let user = actor.myself(Action::JoinOrganization)?;
    let mut tx = db.begin(actor).await?;
    let row = store::invitations::lock(&mut tx, id).await?;
    let row = row.filter(|row| user.email_confirmed && row.email == user.email);
    let row = usable(db, row)?;
    Ok((tx, row))
}

fn usable(db: &Db, row: Option<Row>) -> OpResult<Row> {
    let now = db.clock().now();
    row.filter(|row| policy::invitation_state(&row.state, row.expires_at, now) == InvitationState::Open)
        .ok_or_else(|| Error::conflict(STALE).into())
}

struct Letter<'a> {
    to: &'a str,
    organization: &'a str,
    role: Role,
    invited_by: &'a str,
}

async fn send(tx: &mut Tx, key: String, letter: Letter<'_>, token: &str) -> OpResult<()> {
    let mail = Mail::Invitation {
        organization: letter.organization.to_owned(),
        role: letter.role.label().to_owned(),
        invited_by: letter.invited_by.to_owned(),
        link_path: format!("/invitations/{token}"),
    };
    enqueue(tx, &SendMail { key, user: None, to: letter.to.to_owned(), mail }, JobOptions::default()).await
}
