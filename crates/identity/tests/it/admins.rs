//! Giving and taking the platform admin's role.

use chrono::TimeDelta;
use guildhall_identity::organizations as org;
use guildhall_kernel::{
    Actor,
    mail::{Mail, SendMail},
};
use guildhall_types::{Error, UserId};

use crate::{
    organizations::Somebody,
    stage::{Stage, told},
};

/// Two admins.
async fn admins(stage: &Stage) -> (Somebody, Somebody) {
    let (one, two) = (stage.somebody("one@guildhall.example").await, stage.somebody("two@guildhall.example").await);
    stage.owner_sql("update users set is_admin = true").await;
    (one, two)
}

async fn is_admin(stage: &Stage, id: UserId) -> bool {
    sqlx::query_scalar("select is_admin from users where id = $1")
        .bind(id.0)
        .fetch_one(&stage.test.owner)
        .await
        .unwrap()
}

#[tokio::test]
async fn an_admin_makes_another_and_takes_it_back_at_once_and_both_are_told() {
    let stage = Stage::new().await;
    let (one, _) = admins(&stage).await;
    let ada = stage.somebody("ada@example.com").await;
    stage.work().await;
    let admin = stage.now(&one).await;
    org::give_admin(&stage.db, &admin, ada.id).await.unwrap();
    let hers = stage.now(&ada).await;
    org::overview(&stage.db, &hers).await.unwrap();
    assert!(matches!(told(org::give_admin(&stage.db, &admin, ada.id).await), Error::Conflict { .. }), "once");
    org::take_admin(&stage.db, &admin, ada.id).await.unwrap();
    assert_eq!(told(org::overview(&stage.db, &stage.now(&ada).await).await), Error::Forbidden);
    assert!(matches!(told(org::take_admin(&stage.db, &admin, ada.id).await), Error::Conflict { .. }));
    let mails = stage.take::<SendMail>().await;
    assert!(mails.iter().all(|mail| mail.to == "ada@example.com" && mail.user == Some(ada.id)));
    assert!(matches!(
        mails.iter().map(|mail| &mail.mail).collect::<Vec<_>>()[..],
        [Mail::AdminRoleGiven { .. }, Mail::AdminRoleTaken { .. }]
    ));
    let events: Vec<(String, String, String)> = sqlx::query_as(
        "select action, before, after from audit_inbox where action like 'user.admin_%' and target_id = $1 order by place",
    )
    .bind(ada.id.to_string())
    .fetch_all(&stage.test.owner)
    .await
    .unwrap();
    let event = |action: &str, before: bool, after: bool| {
        (action.to_owned(), format!("{{\"is_admin\":{before}}}"), format!("{{\"is_admin\":{after}}}"))
    };
    assert_eq!(events, [event("user.admin_given", false, true), event("user.admin_taken", true, false)]);
}

#[tokio::test]
async fn nobody_else_does_and_nobody_to_themselves() {
    let stage = Stage::new().await;
    let (one, two) = admins(&stage).await;
    let ada = stage.somebody("ada@example.com").await;
    let (admin, hers) = (stage.now(&one).await, stage.now(&ada).await);
    for (actor, expected) in [(&Actor::Anonymous, Error::SignInRequired), (&hers, Error::Forbidden)] {
        assert_eq!(told(org::give_admin(&stage.db, actor, ada.id).await), expected);
        assert_eq!(told(org::take_admin(&stage.db, actor, one.id).await), expected);
    }
    for own in [org::take_admin(&stage.db, &admin, one.id).await, org::give_admin(&stage.db, &admin, one.id).await] {
        assert!(matches!(told(own), Error::Conflict { message } if message.contains("your own role")));
    }
    let unknown = UserId(stage.db.id());
    assert_eq!(told(org::give_admin(&stage.db, &admin, unknown).await), Error::NotFound);
    // A proof of eleven minutes ago.
    stage.wait(TimeDelta::minutes(11));
    let late = stage.now(&one).await;
    assert_eq!(told(org::give_admin(&stage.db, &late, ada.id).await), Error::ConfirmRequired);
    assert_eq!(told(org::take_admin(&stage.db, &late, two.id).await), Error::ConfirmRequired);
    // Without the second factor that the role asks for.
    let Actor::User(mut user) = stage.now(&two).await else { panic!() };
    user.authenticated_at = stage.db.clock().now();
    user.lacks_second_factor = true;
    let bare = Actor::User(user);
    assert_eq!(told(org::give_admin(&stage.db, &bare, ada.id).await), Error::SecondFactorRequired);
    assert!(!is_admin(&stage, ada.id).await && is_admin(&stage, two.id).await);
    // By direct SQL neither.
    let mut tx = stage.db.begin(&hers).await.unwrap();
    let by_sql = sqlx::query("update users set is_admin = true where id = $1").bind(ada.id.0).execute(&mut *tx).await;
    assert!(by_sql.is_err());
}

#[tokio::test]
async fn there_is_always_an_admin_who_can_sign_in() {
    let stage = Stage::new().await;
    let (one, two) = admins(&stage).await;
    let (first, second) = (stage.now(&one).await, stage.now(&two).await);
    for _ in 0..5 {
        let (a, b) =
            tokio::join!(org::take_admin(&stage.db, &first, two.id), org::take_admin(&stage.db, &second, one.id));
        assert!(a.is_ok() != b.is_ok(), "one of them: {a:?} {b:?}");
        assert_eq!(told(if a.is_ok() { b } else { a }), Error::Forbidden);
        assert_eq!(stage.count("select count(*) from users where is_admin").await, 1);
        stage.owner_sql("update users set is_admin = true").await;
    }
    // The program itself takes it from nobody who is the last.
    let program = Actor::System("test");
    stage.owner_sql("update users set suspended_at = now() where email = 'two@guildhall.example'").await;
    let last = told(org::take_admin(&stage.db, &program, one.id).await);
    assert!(matches!(&last, Error::Conflict { message } if message.contains("last admin")), "{last:?}");
    org::take_admin(&stage.db, &program, two.id).await.unwrap();
    // Nor is it given to somebody who can't use it.
    let given = told(org::give_admin(&stage.db, &stage.now(&one).await, two.id).await);
    assert!(matches!(&given, Error::Conflict { message } if message.contains("suspended")), "{given:?}");
}
