//! What platform admins do about people and organisations.

use guildhall_identity::organizations as org;
use guildhall_kernel::Actor;
use guildhall_types::Error;

use crate::stage::{PASSWORD, Stage, told};

async fn admin(stage: &Stage) -> Actor {
    let admin = stage.somebody("admin@guildhall.example").await;
    stage.owner_sql("update users set is_admin = true where email = 'admin@guildhall.example'").await;
    stage.now(&admin).await
}

#[tokio::test]
async fn only_admins_are_let_in() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    for (actor, expected) in [(Actor::Anonymous, Error::SignInRequired), (stage.now(&owner).await, Error::Forbidden)] {
        let db = &stage.db;
        assert_eq!(told(org::overview(db, &actor).await), expected);
        assert_eq!(told(org::people(db, &actor, "", None, 10).await), expected);
        assert_eq!(told(org::person(db, &actor, owner.id).await), expected);
        assert_eq!(told(org::organizations(db, &actor, "", None, 10).await), expected);
        assert_eq!(told(org::organization(db, &actor, &slug).await), expected);
        assert_eq!(told(org::suspend_organization(db, &actor, &slug, "x").await), expected);
        assert_eq!(told(org::restore_organization(db, &actor, &slug).await), expected);
    }
    let stranger = stage.somebody("stranger@other.example").await;
    let actor = stage.now(&owner).await;
    assert_eq!(told(org::suspend_person(&stage.db, &actor, stranger.id, "x").await), Error::NotFound);
    assert_eq!(told(org::restore_person(&stage.db, &actor, stranger.id).await), Error::NotFound);
    assert_eq!(told(org::end_person_sessions(&stage.db, &actor, stranger.id).await), Error::NotFound);
}

#[tokio::test]
async fn a_suspended_person_is_out_at_once_and_comes_back() {
    let stage = Stage::new().await;
    let admin = admin(&stage).await;
    let ada = stage.somebody("ada@example.com").await;
    assert!(told(org::suspend_person(&stage.db, &admin, ada.id, " ").await).message_for("reason").is_some());
    org::suspend_person(&stage.db, &admin, ada.id, "Sold seats twice").await.unwrap();
    assert!(stage.now(&ada).await.user_id().is_none());
    told(stage.sign_in_as("ada@example.com", PASSWORD).await);
    assert!(matches!(told(org::suspend_person(&stage.db, &admin, ada.id, "x").await), Error::Conflict { .. }));
    let view = org::person(&stage.db, &admin, ada.id).await.unwrap();
    assert_eq!((view.suspended_reason.as_deref(), view.sessions), (Some("Sold seats twice"), 0));
    org::restore_person(&stage.db, &admin, ada.id).await.unwrap();
    // The old session stays ended.
    assert!(stage.now(&ada).await.user_id().is_none());
    stage.sign_in_as("ada@example.com", PASSWORD).await.unwrap();
    assert!(matches!(
        told(org::suspend_person(&stage.db, &admin, admin.user_id().unwrap(), "x").await),
        Error::Conflict { .. }
    ));
}

#[tokio::test]
async fn a_suspended_organisation_counts_nowhere_at_once() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let admin = admin(&stage).await;
    // A session from before, as another node may still hold it.
    let before = stage.now(&owner).await;
    org::suspend_organization(&stage.db, &admin, &slug, "Unpaid").await.unwrap();
    assert_eq!(told(org::view(&stage.db, &stage.now(&owner).await, &slug).await), Error::NotFound);
    assert_eq!(told(org::rename(&stage.db, &before, &slug, "Other").await), Error::Forbidden);
    assert!(org::members(&stage.db, &before, &slug).await.unwrap().is_empty());
    assert!(org::organization(&stage.db, &admin, &slug).await.unwrap().suspended_reason.is_some());
    org::restore_organization(&stage.db, &admin, &slug).await.unwrap();
    assert!(org::view(&stage.db, &stage.now(&owner).await, &slug).await.is_ok());
}

#[tokio::test]
async fn lists_come_whole_by_cursor_and_each_sees_their_own() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let admin = admin(&stage).await;
    for number in 0..4 {
        stage.wait(chrono::TimeDelta::seconds(1));
        stage.member(&owner, &slug, &format!("learner{number}@leeds.example"), "learner").await;
    }
    let all = async |actor: &Actor| {
        let (mut seen, mut cursor) = (Vec::new(), None::<String>);
        loop {
            let page = org::visible_people(&stage.db, actor, cursor.as_deref(), 2).await.unwrap();
            seen.extend(page.items.into_iter().map(|item| item.email));
            cursor = page.next_cursor;
            if cursor.is_none() {
                return seen;
            }
        }
    };
    assert_eq!(all(&admin).await.len(), 6);
    assert_eq!(all(&stage.now(&owner).await).await.len(), 5);
    let learner = stage.sign_in_as("learner1@leeds.example", PASSWORD).await.unwrap();
    let learner = stage.actor(&learner.refresh_token).await;
    assert_eq!(all(&learner).await, ["learner1@leeds.example"]);
    let organizations = org::visible_organizations(&stage.db, &learner, None, 10).await.unwrap();
    assert_eq!(organizations.items.len(), 1);
    let stranger = stage.somebody("stranger@other.example").await;
    assert!(
        org::visible_organizations(&stage.db, &stage.now(&stranger).await, None, 10).await.unwrap().items.is_empty()
    );
    assert!(matches!(told(org::visible_people(&stage.db, &admin, Some("x"), 10).await), Error::BadRequest { .. }));
    let found = org::people(&stage.db, &admin, "LEARNER2@", None, 10).await.unwrap();
    assert_eq!(found.items.len(), 1);
    assert!(org::people(&stage.db, &admin, "%", None, 10).await.unwrap().items.is_empty());
    assert_eq!(told(org::visible_people(&stage.db, &Actor::Anonymous, None, 10).await), Error::SignInRequired);
}

#[tokio::test]
async fn reading_other_peoples_data_is_told() {
    let stage = Stage::new().await;
    let admin = admin(&stage).await;
    let (owner, slug) = stage.enterprise().await;
    let read = async || stage.count("select count(*) from audit_inbox where action = 'data.read'").await;
    org::people(&stage.db, &admin, "ada", None, 10).await.unwrap();
    assert_eq!(read().await, 1);
    org::person(&stage.db, &admin, owner.id).await.unwrap();
    assert_eq!(read().await, 2);
    org::organization(&stage.db, &admin, &slug).await.unwrap();
    assert_eq!(read().await, 3);
    org::visible_people(&stage.db, &admin, None, 10).await.unwrap();
    assert_eq!(read().await, 4);
    // Who looks at their own colleagues reads nobody else's.
    org::visible_people(&stage.db, &stage.now(&owner).await, None, 10).await.unwrap();
    assert_eq!(read().await, 4);
    // Whom one looked for is not written down.
    assert_eq!(stage.count("select count(*) from audit_inbox where after::text like '%ada%'").await, 0);
}
