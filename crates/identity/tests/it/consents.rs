//! What people agree to: at sign-up, and when asked.

use guildhall_identity::{Agreements, SignUp, confirm_email, consents, sign_up};
use guildhall_types::{Error, privacy::Document};

use crate::stage::{PASSWORD, Stage, token};

#[tokio::test]
async fn the_form_needs_the_tick_and_the_account_carries_the_versions() {
    let stage = Stage::new().await;
    let form =
        SignUp { name: "Ada", email: "ada@example.com", password: PASSWORD, next: "", agreed: false, versions: "" };
    let refused = sign_up(&stage.db, &stage.passwords, &stage.throttle, &stage.client, form).await.unwrap_err().told();
    assert!(refused.message_for("agree").is_some(), "{refused}");
    assert_eq!(stage.count("select count(*) from graphile_worker._private_jobs").await, 0);

    let (actor, _) = stage.signed_in("ada@example.com").await;
    let given = consents::consents(&stage.db, &actor).await.unwrap();
    let documents: Vec<(Document, u32)> = given.iter().map(|one| (one.document, one.version)).collect();
    assert_eq!(documents, [(Document::Privacy, 1), (Document::Terms, 1)]);
    assert_eq!(given[0].given_at, stage.db.clock().now());
    assert!(consents::outstanding(&stage.db, &actor).await.unwrap().is_empty());
}

#[tokio::test]
async fn what_the_form_did_not_show_is_asked_later() {
    let stage = Stage::new().await;
    // One that stands no more, one that holds, and nonsense.
    let versions = "terms:99,privacy:1,<b>";
    let form = SignUp { name: "Ada", email: "ada@example.com", password: PASSWORD, next: "", agreed: true, versions };
    sign_up(&stage.db, &stage.passwords, &stage.throttle, &stage.client, form).await.unwrap();
    let mails = stage.work().await;
    confirm_email(&stage.db, &token(&mails[0])).await.unwrap();
    let given = stage.count("select count(*) from consents where document = 'privacy' and version = 1").await;
    assert_eq!((given, stage.count("select count(*) from consents").await), (1, 1));
}

#[tokio::test]
async fn whoever_did_not_is_asked_and_agrees_to_what_was_shown() {
    let stage = Stage::new().await;
    let (actor, _) = stage.signed_in("ada@example.com").await;
    stage.owner_sql("delete from consents where document = 'terms'").await;
    let agreements = Agreements::default();
    assert!(!agreements.are_given(&stage.db, &actor).await.unwrap());
    let asked = consents::outstanding(&stage.db, &actor).await.unwrap();
    assert_eq!(asked.iter().map(|one| one.document).collect::<Vec<_>>(), [Document::Terms]);
    assert_eq!(asked[0].changes, None, "nothing was agreed to before");

    let agree = async |agreed: bool, versions: &[&str]| {
        let versions: Vec<String> = versions.iter().map(|one| (*one).to_owned()).collect();
        consents::agree(&stage.db, &actor, agreed, &versions).await.map_err(guildhall_db::OpError::told)
    };
    assert!(matches!(agree(false, &["terms:1"]).await, Err(Error::Invalid { .. })));
    for shown in [&["terms:2"][..], &["terms:0"], &["nothing:1"], &[]] {
        assert!(matches!(agree(true, shown).await, Err(Error::Conflict { .. })), "{shown:?}");
    }
    agree(true, &["terms:1"]).await.unwrap();
    agree(true, &["terms:1"]).await.unwrap();
    assert!(agreements.are_given(&stage.db, &actor).await.unwrap());
    assert_eq!(stage.count("select count(*) from consents").await, 2);
    assert_eq!(stage.count("select count(*) from audit_inbox where action = 'user.agreed'").await, 2);
    // Known from here on without asking the database.
    stage.owner_sql("delete from consents").await;
    assert!(agreements.are_given(&stage.db, &actor).await.unwrap());
    assert!(Agreements::default().are_given(&stage.db, &guildhall_kernel::Actor::Anonymous).await.unwrap());
}

#[tokio::test]
async fn an_account_that_is_taken_over_keeps_nobody_elses_word() {
    let stage = Stage::new().await;
    stage.sign_up_as("Squatter", "ada@example.com", PASSWORD).await.unwrap();
    stage.work().await;
    stage.owner_sql("update consents set given_at = '2020-01-01'").await;
    stage.person("ada@example.com").await;
    assert_eq!(stage.count("select count(*) from consents where given_at < '2021-01-01'").await, 0);
    assert_eq!(stage.count("select count(*) from consents").await, 2);
}
