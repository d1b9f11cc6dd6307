//! Setting organisations up, and what their people see of them.

use guildhall_audit::{Event, record};
use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::{Action, Actor, slug::slugify};
use guildhall_types::{
    Error, OrganizationId, UserId,
    form::ORGANIZATION_NAME_MAX,
    organization::{
        InvitationOffer, MyOrganization, MyOrganizations, OrganizationKind, OrganizationRights, OrganizationView, Role,
    },
};
use serde_json::json;

use super::{Entered, event, find, policy, refused, store};

/// A person sets up an organisation and is its first owner.
///
/// # Errors
/// [`Error::Invalid`]; [`Error::Conflict`] while the person's address is not confirmed, or after too many.
pub async fn create(db: &Db, actor: &Actor, kind: &str, name: &str) -> OpResult<Entered> {
    let user = actor.myself(Action::CreateOrganization)?;
    let mut fields = guildhall_types::Fields::new();
    let kind = kind.parse().ok().filter(|kind| *kind != OrganizationKind::Platform);
    if kind.is_none() {
        fields.add("kind", "Choose what the organisation does");
    }
    let name = policy::title(name, ORGANIZATION_NAME_MAX).map_err(|message| fields.add("name", message)).ok();
    fields.finish()?;
    let (Some(kind), Some(name)) = (kind, name) else { return Err(Error::NotFound.into()) };
    if !user.email_confirmed {
        return Err(Error::conflict("Confirm your email address first.").into());
    }
    let mut tx = db.begin(actor).await?;
    if store::founded_by(&mut tx, user.id).await? >= policy::FOUNDED_AT_MOST {
        return Err(Error::conflict("You have set up ten organisations. Contact us to set up more.").into());
    }
    let (id, now, wanted) = (db.id::<OrganizationId>(), db.clock().now(), slugify(&name));
    for attempt in 1..=100 {
        let slug = policy::slug_candidate(&wanted, attempt);
        let new = store::NewOrganization { id, kind, slug: &slug, name: &name, founder: user.id, now };
        if store::insert(&mut tx, &new).await.map_err(refused)? {
            store::members::join(&mut tx, id, user.id, Role::Owner, now).await.map_err(refused)?;
            if kind == OrganizationKind::Provider {
                // Its public page, still to be filled.
                store::insert_profile(&mut tx, id).await?;
            }
            record(
                &mut tx,
                actor,
                Event::new("organization.created", "organization", id)
                    .after(json!({ "kind": kind.slug(), "name": name })),
            )
            .await?;
            tx.commit().await?;
            return Ok(Entered { id, slug });
        }
    }
    Err(Error::field("name", "Many organisations have this name. Add what tells yours apart").into())
}

/// The organisations that the person belongs to, with the one they work in: `current`, or the first.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn belongs(db: &Db, actor: &Actor, current: Option<OrganizationId>) -> OpResult<Vec<MyOrganization>> {
    let user = actor.myself(Action::ReadAccount)?;
    let mut tx = db.begin(actor).await?;
    own(&mut tx, user.id, current).await
}

async fn own(tx: &mut Tx, user: UserId, current: Option<OrganizationId>) -> OpResult<Vec<MyOrganization>> {
    let mut organizations = store::members::of_person(tx, user).await?;
    let chosen = organizations.iter().map(|one| one.id).find(|id| Some(*id) == current);
    let chosen = chosen.or_else(|| organizations.first().map(|first| first.id));
    for one in &mut organizations {
        one.is_current = Some(one.id) == chosen;
    }
    Ok(organizations)
}

/// The organisations of the person, with those that invite them or that they may join; `current` is the one they chose to
/// work in.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn mine(db: &Db, actor: &Actor, current: Option<OrganizationId>) -> OpResult<MyOrganizations> {
    let user = actor.myself(Action::ReadAccount)?;
    let now = db.clock().now();
    let mut tx = db.begin(actor).await?;
    let organizations = own(&mut tx, user.id, current).await?;
    let joinable = store::members::joinable(&mut tx).await?;
    let open =
        if user.email_confirmed { store::invitations::open_for(&mut tx, &user.email, now).await? } else { Vec::new() };
    let invitations = open
        .into_iter()
        .map(|row| InvitationOffer {
            id: row.id,
            organization: row.organization_name,
            kind: row.kind,
            role: row.role,
            invited_by: None,
            expires_at: row.expires_at,
            email: row.email,
            is_mine: true,
        })
        .collect();
    Ok(MyOrganizations { organizations, invitations, joinable })
}

/// An organisation for its people.
///
/// # Errors
/// [`Error::NotFound`] for everybody else.
pub async fn view(db: &Db, actor: &Actor, slug: &str) -> OpResult<OrganizationView> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ReadOrganization).await?;
    let about = store::about(&mut tx, found.id).await?;
    let can = |action| actor.can(action, &found.subject());
    let may = OrganizationRights {
        read_members: can(Action::ReadMembers),
        invite: can(Action::InvitePeople),
        manage_members: can(Action::ManageRoles),
        manage_teams: can(Action::ManageTeams),
        manage_domains: can(Action::ManageDomains),
        sign_on: can(Action::ReadSignOn),
        change: can(Action::ChangeOrganization),
        see_teams: can(Action::ReadMembers) || store::teams::manages_any(&mut tx, found.id, actor.user_id()).await?,
    };
    Ok(OrganizationView {
        id: found.id,
        slug: found.slug,
        name: found.name,
        kind: found.kind,
        role: actor.user().ok().and_then(|user| user.role_in(found.id)),
        created_at: about.created_at,
        members: about.members,
        owners: about.owners,
        may,
    })
}

/// Gives an organisation another name; its address stays.
///
/// # Errors
/// [`Error::Invalid`]; as [`view`], and [`Error::Forbidden`] for its people who are not owners.
pub async fn rename(db: &Db, actor: &Actor, slug: &str, name: &str) -> OpResult<()> {
    let mut tx = db.begin(actor).await?;
    let found = find(&mut tx, actor, slug, Action::ChangeOrganization).await?;
    let name = policy::title(name, ORGANIZATION_NAME_MAX).map_err(|message| Error::field("name", message))?;
    if !store::rename(&mut tx, found.id, &name).await.map_err(refused)? {
        return Err(Error::Forbidden.into());
    }
    record(
        &mut tx,
        actor,
        event("organization.renamed", &found).change(json!({ "name": found.name }), json!({ "name": name })),
    )
    .await?;
    tx.commit().await?;
    Ok(())
}
