//! Who is a platform admin: given and taken by other admins.
//!
//! Always holds: nobody changes this of themselves, and there is always an admin who can sign in, also when two take the role
//! from each other at once.

use guildhall_audit::{Event, record};
use guildhall_db::{Db, JobOptions, OpResult, enqueue};
use guildhall_kernel::{
    Action, Actor, Subject,
    mail::{Mail, SendMail},
};
use guildhall_types::{Error, UserId};
use serde_json::json;

use super::store::admins as store;

/// Makes a person a platform admin. They get a mail; where the role asks for a second factor, it counts once they have one.
///
/// # Errors
/// [`Error::Forbidden`] for everybody but admins; [`Error::ConfirmRequired`]; [`Error::NotFound`]; [`Error::Conflict`] for oneself,
/// twice, and for whoever can't sign in.
pub async fn give_admin(db: &Db, actor: &Actor, id: UserId) -> OpResult<()> {
    change(db, actor, id, true).await
}

/// Takes that role from a person; their pages and tokens lose it at once. They get a mail.
///
/// # Errors
/// As [`give_admin`]; [`Error::Conflict`] also when nobody would be left.
pub async fn take_admin(db: &Db, actor: &Actor, id: UserId) -> OpResult<()> {
    change(db, actor, id, false).await
}

async fn change(db: &Db, actor: &Actor, id: UserId, is_admin: bool) -> OpResult<()> {
    actor.may(Action::ManageAdmins, &Subject::Platform)?;
    if actor.user_id() == Some(id) {
        return Err(Error::conflict("You can't change your own role. Ask another admin.").into());
    }
    let mut tx = db.begin(actor).await?;
    // Whoever changes who is an admin does so one after the other, and by what the tables say then.
    let admins = store::lock(&mut tx, id).await?;
    if actor.user_id().is_some_and(|user| !admins.iter().any(|admin| admin.id == user && admin.is_usable())) {
        return Err(Error::Forbidden.into());
    }
    let person = admins.iter().find(|one| one.id == id).ok_or(Error::NotFound)?;
    if person.is_admin == is_admin {
        let message = if is_admin { "This person is an admin already." } else { "This person is no admin." };
        return Err(Error::conflict(message).into());
    }
    if is_admin && !person.can_sign_in {
        return Err(Error::conflict("This account is suspended, erased or was never confirmed.").into());
    }
    if !is_admin && !admins.iter().any(|one| one.id != id && one.is_usable()) {
        return Err(Error::conflict("This is the last admin who can sign in. Make somebody else one first.").into());
    }
    let now = db.clock().now();
    store::set(&mut tx, id, is_admin, now).await?;
    let name = person.name.clone();
    let (action, mail) = if is_admin {
        ("user.admin_given", Mail::AdminRoleGiven { name, link_path: "/account/security".to_owned() })
    } else {
        ("user.admin_taken", Mail::AdminRoleTaken { name })
    };
    let event =
        Event::new(action, "user", id).change(json!({ "is_admin": person.is_admin }), json!({ "is_admin": is_admin }));
    record(&mut tx, actor, event).await?;
    let key = format!("{}:{id}:{}", mail.template(), db.id::<uuid::Uuid>());
    let job = SendMail { key, user: Some(id), to: person.email.clone(), mail };
    enqueue(&mut tx, &job, JobOptions::default()).await?;
    tx.commit().await?;
    Ok(())
}
