//! `/Users`: joining, changing and leaving an organisation from its directory.

use guildhall_audit::{Event, Party};
use guildhall_db::{Tx, violated};
use guildhall_identity::{EmailAddress, create_federated, end_federated};
use guildhall_types::UserId;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    SYSTEM, To,
    error::ScimError,
    listed,
    patch::patch_user,
    resource::{Page, UserFields, user_json},
};
use crate::{
    policy::given_roles,
    store::{
        connections,
        directory::{self, User, Wanted},
        people,
    },
};

pub(super) async fn list(to: &To<'_>, page: &Page) -> Result<Value, ScimError> {
    let mut wanted = Wanted::default();
    if let Some(filter) = page.filter()? {
        match filter.attribute.as_str() {
            "username" | "emails" | "emails.value" => wanted.user_name = Some(filter.value.to_lowercase()),
            "externalid" => wanted.external_id = Some(filter.value),
            // What is no id is nobody's.
            "id" => wanted.id = Some(Uuid::try_parse(&filter.value).unwrap_or_default()),
            _ => {
                let detail = "Users are found by userName, externalId or id.";
                return Err(ScimError::new(400, Some("invalidFilter"), detail));
            }
        }
    }
    let mut tx = to.db.begin(&SYSTEM).await?;
    let (total, users) =
        directory::users(&mut tx, to.directory.organization, &wanted, page.start - 1, page.count).await?;
    let shown = show_all(to, &mut tx, users).await?;
    Ok(listed(total, page, shown))
}

pub(super) async fn get(to: &To<'_>, id: Uuid) -> Result<Value, ScimError> {
    let mut tx = to.db.begin(&SYSTEM).await?;
    let user = find(to, &mut tx, id).await?;
    show(to, &mut tx, user).await
}

pub(super) async fn create(to: &To<'_>, body: &Value) -> Result<Value, ScimError> {
    let fields = UserFields::parse(body)?;
    let email = address(&fields)?;
    let unknown = to.federation.unknown_password(to.db).await?;
    let (mut tx, now, organization) = (to.db.begin(&SYSTEM).await?, to.db.clock().now(), to.directory.organization);
    must_hold(to, &mut tx, &email).await?;
    let made = create_federated(to.db, &mut tx, &email, &fields.full_name(), unknown).await?;
    let user = match made {
        Some(user) => user,
        None => {
            let account = people::account_by_email(&mut tx, email.as_str()).await?.ok_or_else(ScimError::not_found)?;
            if account.is_admin && to.directory.kind != "platform" {
                return Err(ScimError::new(403, None, "This account is not an organisation’s to provision."));
            }
            account.id
        }
    };
    let id: Uuid = to.db.id();
    let inserted = directory::insert_user(&mut tx, id, organization, user, &fields, made.is_some(), now).await;
    inserted.map_err(taken)?;
    apply(to, &mut tx, user, fields.active).await?;
    let created = find(to, &mut tx, id).await?;
    let shown = show(to, &mut tx, created).await?;
    tx.commit().await?;
    Ok(shown)
}

pub(super) async fn replace(to: &To<'_>, id: Uuid, body: &Value) -> Result<Value, ScimError> {
    let fields = UserFields::parse(body)?;
    change(to, id, |_| Ok(fields)).await
}

pub(super) async fn patch(to: &To<'_>, id: Uuid, body: &Value) -> Result<Value, ScimError> {
    change(to, id, |before| patch_user(before, body)).await
}

async fn change(
    to: &To<'_>,
    id: Uuid,
    next: impl FnOnce(&UserFields) -> Result<UserFields, ScimError>,
) -> Result<Value, ScimError> {
    let (mut tx, now, organization) = (to.db.begin(&SYSTEM).await?, to.db.clock().now(), to.directory.organization);
    let before = find(to, &mut tx, id).await?;
    let fields = next(&before.fields)?;
    if fields.user_name != before.fields.user_name {
        must_hold(to, &mut tx, &address(&fields)?).await?;
    }
    directory::update_user(&mut tx, organization, id, &fields, now).await.map_err(taken)?;
    apply(to, &mut tx, before.user, fields.active).await?;
    let after = find(to, &mut tx, id).await?;
    let shown = show(to, &mut tx, after).await?;
    tx.commit().await?;
    Ok(shown)
}

pub(super) async fn delete(to: &To<'_>, id: Uuid) -> Result<(), ScimError> {
    let mut tx = to.db.begin(&SYSTEM).await?;
    let user = find(to, &mut tx, id).await?;
    apply(to, &mut tx, user.user, false).await?;
    directory::delete_user(&mut tx, to.directory.organization, id).await?;
    tx.commit().await?;
    Ok(())
}

/// Makes the membership follow: who is active is a member, who is not has left and is signed out everywhere. Over whoever's
/// address is not, or no longer, of the organisation's domains its word is less: it makes nobody a member, and ends the sessions
/// that the organisation opened itself.
async fn apply(to: &To<'_>, tx: &mut Tx, user: UserId, active: bool) -> Result<(), ScimError> {
    let organization = to.directory.organization;
    let role = people::role(tx, organization, user).await?;
    let account = people::account(tx, user).await?.ok_or_else(ScimError::not_found)?;
    let is_staff = account.is_admin && to.directory.kind != "platform";
    let (_, domain) = account.email.split_once('@').unwrap_or_default();
    let rules = !is_staff && connections::domain_holder(tx, domain).await? == Some(organization);
    match (active, role) {
        (true, Some(_)) => {}
        (true, None) if !rules => {
            return Err(ScimError::value("Your organisation has not verified this person’s domain here."));
        }
        (true, None) => {
            let role = first_role(to, tx).await?;
            people::join(tx, organization, user, &role, to.db.clock().now()).await?;
        }
        (false, role) => {
            if role.is_some() && !people::leave(tx, organization, user).await? {
                return Err(ScimError::new(
                    400,
                    Some("mutability"),
                    "The last owner of the organisation can’t leave it.",
                ));
            }
            if rules {
                end_federated(to.db, tx, user, None).await?;
            } else if !is_staff {
                let opened = people::opened_through(tx, organization, user).await?;
                end_federated(to.db, tx, user, Some(&opened)).await?;
            }
        }
    }
    let event = Event::new("member.kept_by_directory", "user", user)
        .acting_for(Party::Organization(organization))
        .after(json!({ "active": active }));
    guildhall_audit::record(tx, &SYSTEM, event).await?;
    Ok(())
}

/// What a provisioned person is at first: what the organisation's connection gives, else the least.
async fn first_role(to: &To<'_>, tx: &mut Tx) -> Result<String, ScimError> {
    let roles = given_roles(&to.directory.kind);
    let all = connections::of_organization(tx, to.directory.organization).await?;
    let given = all.into_iter().find_map(|kept| kept.connection.roles.otherwise);
    let given = given.filter(|role| roles.contains(&role.as_str()));
    given
        .or_else(|| roles.last().map(|role| (*role).to_owned()))
        .ok_or_else(|| ScimError::value("Members of this organisation are not provisioned."))
}

fn address(fields: &UserFields) -> Result<EmailAddress, ScimError> {
    EmailAddress::parse(&fields.user_name)
        .map_err(|_| ScimError::value("userName must be the person’s work email address: map it so in your directory."))
}

/// An organisation provisions addresses of its own domains alone.
async fn must_hold(to: &To<'_>, tx: &mut Tx, email: &EmailAddress) -> Result<(), ScimError> {
    let (_, domain) = email.as_str().split_once('@').unwrap_or_default();
    let holder = connections::domain_holder(tx, domain).await?;
    if holder == Some(to.directory.organization) {
        Ok(())
    } else {
        Err(ScimError::value(format!("Your organisation has not verified the domain {domain} here.")))
    }
}

fn taken(error: sqlx::Error) -> ScimError {
    match violated(&error) {
        Some("scim_users_user_name_key") => ScimError::taken("There is a user with this userName already."),
        Some("scim_users_user_id_key") => {
            ScimError::taken("This person is provisioned already, under another userName.")
        }
        _ => error.into(),
    }
}

async fn find(to: &To<'_>, tx: &mut Tx, id: Uuid) -> Result<User, ScimError> {
    directory::user(tx, to.directory.organization, id).await?.ok_or_else(ScimError::not_found)
}

async fn show(to: &To<'_>, tx: &mut Tx, user: User) -> Result<Value, ScimError> {
    show_all(to, tx, vec![user]).await?.pop().ok_or_else(ScimError::not_found)
}

async fn show_all(to: &To<'_>, tx: &mut Tx, users: Vec<User>) -> Result<Vec<Value>, ScimError> {
    let ids: Vec<Uuid> = users.iter().map(|user| user.id).collect();
    let groups = directory::groups_of(tx, &ids).await?;
    let shown = users.iter().map(|user| {
        let own = groups.iter().filter(|(member, _, _)| *member == user.id);
        let own: Vec<(Uuid, String)> = own.map(|(_, group, name)| (*group, name.clone())).collect();
        user_json(&to.directory.base, user.id, &user.fields, &own, (user.created_at, user.updated_at))
    });
    Ok(shown.collect())
}
