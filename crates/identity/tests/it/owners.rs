//! Who counts as an owner, and when the last one may go: what the database itself holds to.

use guildhall_db::violated;
use guildhall_identity::organizations as org;
use guildhall_kernel::Actor;
use guildhall_types::{Error, organization::Role};

use crate::{
    organizations::Somebody,
    stage::{Stage, told},
};

const PROGRAM: Actor = Actor::System("owners-test");

fn is_last(error: &Error) -> bool {
    matches!(error, Error::Conflict { message } if message.contains("needs an owner"))
}

/// Takes somebody out by SQL, as this actor; how many rows that was.
async fn take_out(stage: &Stage, actor: &Actor, who: &Somebody) -> Result<u64, sqlx::Error> {
    let mut tx = stage.db.begin(actor).await.unwrap();
    let done = sqlx::query("delete from memberships where user_id = $1").bind(who.id.0).execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(done.rows_affected())
}

#[tokio::test]
async fn a_suspended_owner_does_not_count() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let other = stage.member(&owner, &slug, "other@leeds.example", "owner").await;
    stage.owner_sql("update users set suspended_at = now() where email = 'other@leeds.example'").await;
    let boss = stage.now(&owner).await;
    for refused in [
        told(org::leave(&stage.db, &boss, &slug).await),
        told(org::set_role(&stage.db, &boss, &slug, owner.id, "manager").await),
        told(org::remove_member(&stage.db, &boss, &slug, owner.id).await),
    ] {
        assert!(is_last(&refused), "{refused:?}");
    }
    assert!(told(org::transfer(&stage.db, &boss, &slug, other.id).await).message_for("user").is_some());
    for actor in [&boss, &PROGRAM] {
        let refused = take_out(&stage, actor, &owner).await.unwrap_err();
        assert_eq!(violated(&refused), Some("memberships_last_owner"), "past the ops too");
    }
    // The suspended one may go, and does not hold the place.
    org::remove_member(&stage.db, &boss, &slug, other.id).await.unwrap();
    assert_eq!(stage.count("select count(*) from memberships where role = 'owner'").await, 1);
}

#[tokio::test]
async fn with_a_second_owner_who_can_sign_in_the_first_may_go() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let other = stage.member(&owner, &slug, "other@leeds.example", "owner").await;
    org::leave(&stage.db, &stage.now(&owner).await, &slug).await.unwrap();
    let id = stage.organization(&slug).await;
    assert_eq!(stage.now(&other).await.user().unwrap().role_in(id), Some(Role::Owner));
}

#[tokio::test]
async fn a_closed_organisation_loses_its_last_owner_to_the_program_alone_and_stays_closed() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let admin = stage.somebody("admin@guildhall.example").await;
    stage.owner_sql("update users set is_admin = true where email = 'admin@guildhall.example'").await;
    let admin = stage.now(&admin).await;
    // While it is open not even the program.
    let refused = take_out(&stage, &PROGRAM, &owner).await.unwrap_err();
    assert_eq!(violated(&refused), Some("memberships_last_owner"));
    let before = stage.now(&owner).await;
    org::suspend_organization(&stage.db, &admin, &slug, "Closed").await.unwrap();
    for actor in [&before, &admin] {
        let gone = take_out(&stage, actor, &owner).await;
        let stays =
            gone.as_ref().map_or_else(|error| violated(error) == Some("memberships_last_owner"), |rows| *rows == 0);
        assert!(stays, "{gone:?}");
    }
    assert_eq!(take_out(&stage, &PROGRAM, &owner).await.unwrap(), 1);
    let refused = told(org::restore_organization(&stage.db, &admin, &slug).await);
    assert!(matches!(&refused, Error::Conflict { message } if message.contains("Nobody owns")), "{refused:?}");
    assert!(org::organization(&stage.db, &admin, &slug).await.unwrap().suspended_reason.is_some());
    assert_eq!(stage.count("select count(*) from audit_inbox where action = 'organization.restored'").await, 0);
}
