//! Erasing somebody: after its grace, whole or not at all, and nothing of anybody else's.

use std::collections::BTreeSet;

use chrono::TimeDelta;
use guildhall_db::OpError;
use guildhall_kernel::{Actor, mail::Mail};
use guildhall_privacy::{
    Erase, Export, PARTS, ask_erasure, ask_export, jobs,
    jobs::{ErasePerson, PrepareExport},
    overview, withdraw_erasure,
};
use guildhall_types::Error;
use serde_json::json;
use sqlx::AssertSqlSafe;

use crate::world::World;

fn told(error: OpError) -> Error {
    match error {
        OpError::Told(error) => error,
        other => panic!("{other}"),
    }
}

/// Ada asks, and the day comes.
async fn due(world: &World) -> ErasePerson {
    ask_erasure(&world.db, &world.actor(world.ada), true).await.unwrap();
    let job = world.take::<ErasePerson>().await.remove(0);
    world.db.clock().advance(TimeDelta::days(14));
    job
}

async fn erase(world: &World) -> ErasePerson {
    let job = due(world).await;
    jobs::run_erasure(&world.db, &world.files, &job).await.unwrap();
    job
}

/// What a personal column of an erased person's still holds, and why.
const KEPT: [(&str, &str, &str); 27] = [
    ("users", "email", "an address that is nobody's"),
    ("users", "name", "no name"),
    ("users", "password_hash", "no password's hash"),
    ("users", "erased_at", "that it was done"),
    ("person_claims", "user_id", "stale tokens; goes a day later"),
    ("erasures", "user_id", "proof"),
    ("enrollments", "user_id", "that somebody took the course"),
    ("enrollments", "course_id", "that somebody took the course"),
    ("enrollments", "completed_at", "that somebody finished it"),
    ("orders", "user_id", "tax"),
    ("orders", "total_pence", "tax"),
    ("orders", "session_id", "tax, refunds"),
    ("orders", "payment_intent_id", "tax, refunds"),
    ("order_lines", "user_id", "tax"),
    ("order_lines", "title", "tax"),
    ("audit_events", "actor_id", "the record"),
    ("audit_events", "acting_for_id", "the record"),
    ("audit_events", "target_id", "the record"),
    ("audit_events", "before", "the record"),
    ("audit_events", "after", "the record"),
    ("audit_events", "address", "the record"),
    ("audit_inbox", "actor_id", "the record"),
    ("audit_inbox", "acting_for_id", "the record"),
    ("audit_inbox", "target_id", "the record"),
    ("audit_inbox", "before", "the record"),
    ("audit_inbox", "after", "the record"),
    ("audit_inbox", "address", "the record"),
];

#[tokio::test]
async fn no_personal_column_holds_anything_but_what_is_kept() {
    let world = World::new().await;
    let others = world.counts(world.bob).await;
    let mut before = Vec::new();
    for part in PARTS {
        let (own, all) =
            (world.count(part, world.ada).await, world.number(&format!("select count(*) from {}", part.table)).await);
        assert!(own > 0, "{} is empty: furnish it", part.title);
        before.push((own, all));
    }
    erase(&world).await;
    let left_behind = world.number("select count(*) from erasures where done_at is not null").await;
    assert_eq!(left_behind, 1);

    // What is deleted is gone, and no row more.
    for (part, (own, all)) in PARTS.iter().zip(before) {
        let now = world.number(&format!("select count(*) from {}", part.table)).await;
        match part.erase {
            Erase::Delete => assert_eq!(now, all - own, "{}", part.title),
            Erase::Set(_) | Erase::Keep(_) => {}
        }
    }
    assert_eq!(world.counts(world.bob).await, others, "nothing of anybody else's");

    // Every personal column of what is not.
    let mut held = BTreeSet::new();
    for (table, column) in world.personal_columns().await {
        for part in PARTS.iter().filter(|part| part.table == table) {
            if world.values(part, &column, world.ada).await.iter().any(|value| !value.is_null()) {
                held.insert((table.clone(), column.clone()));
            }
        }
    }
    for (table, column) in &held {
        assert!(
            KEPT.iter().any(|(kept, of, _)| kept == table && of == column),
            "{table}.{column} still holds something"
        );
    }
    let person: (String, String, String, bool) = sqlx::query_as(
        "select email, name, password_hash, suspended_at is not null and email_confirmed_at is null and not is_admin from users where id = $1",
    )
    .bind(world.ada.user())
    .fetch_one(&world.test.owner)
    .await
    .unwrap();
    assert_eq!(
        (person.0, person.1, person.3),
        (format!("erased-{}@erased.invalid", world.ada.user()), "Erased person".to_owned(), true)
    );
    assert!(!person.2.contains("mark"));
}

#[tokio::test]
async fn their_mark_is_nowhere_but_in_the_record() {
    let world = World::new().await;
    world
        .sql("select graphile_worker.add_job('send_mail', '{\"user\": \"01900000-0000-7000-8000-000000010001\", \"to\": \"x\", \"mail\": \"mark-ada\"}')")
        .await;
    erase(&world).await;
    let columns: Vec<(String, String, String)> = sqlx::query_as(
        "select c.relname::text, a.attname::text, format_type(a.atttypid, null) from pg_class c
         join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
         where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and c.relname not like 'audit%'",
    )
    .fetch_all(&world.test.owner)
    .await
    .unwrap();
    for (table, column, kind) in columns {
        let find = |mark: &str| match kind.as_str() {
            "bytea" => {
                format!("select count(*) from {table} where position(convert_to('{mark}', 'UTF8') in \"{column}\") > 0")
            }
            _ => format!("select count(*) from {table} where \"{column}\"::text like '%{mark}%'"),
        };
        assert_eq!(world.number(&find("mark-ada")).await, 0, "{table}.{column}");
    }
    // What waits in the queue is the last mail alone.
    let waiting = world.take::<guildhall_kernel::mail::SendMail>().await;
    assert!(matches!(&waiting[..], [last] if last.user.is_none() && last.to == world.ada.email()), "{waiting:?}");
    assert!(matches!(waiting[0].mail, Mail::Erased { .. }));
    assert!(
        world.number("select count(*) from audit_events where after like '%mark-ada%'").await > 0,
        "the record stays"
    );
}

#[tokio::test]
async fn copies_go_with_their_files() {
    let world = World::new().await;
    ask_export(&world.db, &world.actor(world.ada)).await.unwrap();
    let job = world.take::<PrepareExport>().await.remove(0);
    jobs::run_export(&world.db, &world.files, &job).await.unwrap();
    erase(&world).await;
    let key = object_store::path::Path::from(format!("exports/{}.zip", job.export));
    let gone = object_store::ObjectStoreExt::head(&world.files, &key).await;
    assert!(matches!(gone, Err(object_store::Error::NotFound { .. })), "{gone:?}");
    assert!(PARTS.iter().any(|part| part.table == "person_exports" && matches!(part.export, Export::Rows { .. })));
}

#[tokio::test]
async fn it_asks_for_proof_a_tick_and_waits() {
    let world = World::new().await;
    let Actor::User(mut user) = world.actor(world.ada) else { panic!() };
    user.authenticated_at -= TimeDelta::minutes(11);
    let stale = Actor::User(user);
    assert_eq!(told(ask_erasure(&world.db, &stale, true).await.unwrap_err()), Error::ConfirmRequired);
    let actor = world.actor(world.ada);
    let unticked = told(ask_erasure(&world.db, &actor, false).await.unwrap_err());
    assert!(unticked.message_for("understood").is_some());
    ask_erasure(&world.db, &actor, true).await.unwrap();
    assert!(matches!(told(ask_erasure(&world.db, &actor, true).await.unwrap_err()), Error::Conflict { .. }), "once");
    let view = overview(&world.db, &actor).await.unwrap().erasure.unwrap();
    assert_eq!(view.due_at - view.asked_at, TimeDelta::days(14));
    let mails = world.mails().await;
    assert!(matches!(&mails[..], [Mail::ErasureAsked { .. }]), "{mails:?}");

    // A job that comes too early waits on.
    let job = world.take::<ErasePerson>().await.remove(0);
    world.db.clock().advance(TimeDelta::days(13));
    jobs::run_erasure(&world.db, &world.files, &job).await.unwrap();
    assert_eq!(world.number("select count(*) from users where erased_at is not null").await, 0);
    assert_eq!(world.take::<ErasePerson>().await, [job]);
}

#[tokio::test]
async fn it_can_be_withdrawn_and_asked_for_again() {
    let world = World::new().await;
    let job = due(&world).await;
    withdraw_erasure(&world.db, &world.actor(world.ada)).await.unwrap();
    jobs::run_erasure(&world.db, &world.files, &job).await.unwrap();
    assert_eq!(world.number("select count(*) from users where erased_at is not null").await, 0);
    let again = told(withdraw_erasure(&world.db, &world.actor(world.ada)).await.unwrap_err());
    assert!(matches!(again, Error::Conflict { .. }));
    erase(&world).await;
    assert_eq!(world.number("select count(*) from users where erased_at is not null").await, 1);
}

#[tokio::test]
async fn the_last_owner_is_told_what_to_do() {
    let world = World::new().await;
    let keeper =
        "delete from memberships m using users u where u.id = m.user_id and u.name in ('Keeper', 'Name mark-bob')";
    world.sql(keeper).await;
    let refused = told(ask_erasure(&world.db, &world.actor(world.ada), true).await.unwrap_err());
    assert!(
        refused.to_string().contains("only owner of Acme")
            && refused.to_string().contains("Make somebody else an owner"),
        "{refused}"
    );
    assert_eq!(overview(&world.db, &world.actor(world.ada)).await.unwrap().sole_owner_of[0].slug, "acme");
}

#[tokio::test]
async fn the_last_owner_of_a_closed_organisation_may_go() {
    let world = World::new().await;
    world
        .sql(
            "delete from memberships m using users u where u.id = m.user_id and u.name in ('Keeper', 'Name mark-bob');
             update organizations set suspended_at = '2027-02-01', suspended_reason = 'Closed' where slug = 'acme'",
        )
        .await;
    assert!(overview(&world.db, &world.actor(world.ada)).await.unwrap().sole_owner_of.is_empty());
    erase(&world).await;
    assert_eq!(world.number("select count(*) from users where erased_at is not null").await, 1);
    assert_eq!(world.number("select count(*) from memberships").await, 0);
    assert_eq!(world.number("select count(*) from organizations where slug = 'acme'").await, 1, "closed, not gone");
}

#[tokio::test]
async fn who_became_the_last_owner_meanwhile_is_told_why_and_tried_daily() {
    let world = World::new().await;
    let job = due(&world).await;
    world
        .sql("delete from memberships m using users u where u.id = m.user_id and u.name in ('Keeper', 'Name mark-bob')")
        .await;
    world.mails().await;
    jobs::run_erasure(&world.db, &world.files, &job).await.unwrap();
    assert_eq!(world.number("select count(*) from users where erased_at is not null").await, 0);
    let mails = world.take::<guildhall_kernel::mail::SendMail>().await;
    assert!(matches!(&mails[0].mail, Mail::ErasureBlocked { organizations, .. } if organizations == &["Acme"]));
    assert_eq!(mails[0].key, format!("erasure-blocked:{}:owner-1:acme", job.erasure), "one key, so one mail");
    assert_eq!(world.take::<ErasePerson>().await, [job]);
    let view = overview(&world.db, &world.actor(world.ada)).await.unwrap();
    assert!(view.erasure.unwrap().is_late && view.sole_owner_of.len() == 1 && !view.is_paying, "{view:?}");

    // Another reason besides: another mail.
    world.sql("update orders set state = 'pending', paid_at = null where session_id = 'cs_1'").await;
    jobs::run_erasure(&world.db, &world.files, &job).await.unwrap();
    let mails = world.take::<guildhall_kernel::mail::SendMail>().await;
    assert_eq!(mails[0].key, format!("erasure-blocked:{}:payment+owner-1:acme", job.erasure));
    assert!(matches!(&mails[0].mail, Mail::ErasureBlocked { is_paying: true, is_admin: false, .. }), "{mails:?}");
}

#[tokio::test]
async fn a_payment_under_way_is_waited_for() {
    let world = World::new().await;
    let job = due(&world).await;
    world.sql("update orders set state = 'pending', paid_at = null where session_id = 'cs_1'").await;
    world.mails().await;
    jobs::run_erasure(&world.db, &world.files, &job).await.unwrap();
    assert_eq!(world.number("select count(*) from users where erased_at is not null").await, 0);
    assert_eq!(world.take::<ErasePerson>().await, [job]);
    let mails = world.mails().await;
    assert!(matches!(&mails[..], [Mail::ErasureBlocked { is_paying: true, .. }]), "{mails:?}");
    let view = overview(&world.db, &world.actor(world.ada)).await.unwrap();
    assert!(view.erasure.unwrap().is_late && view.is_paying, "{view:?}");
}

#[tokio::test]
async fn what_was_written_beside_it_goes_with_the_daily_run() {
    let world = World::new().await;
    erase(&world).await;
    let erased_at = "select extract(epoch from erased_at)::bigint from users where erased_at is not null";
    let (then, others) = (world.number(erased_at).await, world.counts(world.bob).await);
    let beside = "insert into consents (user_id, document, version, given_at, source)
        values ('01900000-0000-7000-8000-000000010001', 'terms', 1, '2027-01-01', 'asked')";
    let left = "select count(*) from consents where user_id = '01900000-0000-7000-8000-000000010001'";
    world.sql(beside).await;
    world.db.clock().advance(TimeDelta::hours(20));
    jobs::run_daily(&world.db, &world.files, true).await.unwrap();
    assert_eq!(world.number(left).await, 1, "a dry run changes nothing");
    for _ in 0..2 {
        jobs::erase_again(&world.db, &world.files).await.unwrap();
        assert_eq!(world.number(left).await, 0);
    }
    assert_eq!(world.number(erased_at).await, then);
    assert_eq!(world.counts(world.bob).await, others, "nothing of anybody else's");

    // Later it is not looked for any more.
    world.sql(beside).await;
    world.db.clock().advance(TimeDelta::days(2));
    jobs::erase_again(&world.db, &world.files).await.unwrap();
    assert_eq!(world.number(left).await, 1);
}

#[tokio::test]
async fn an_erasure_whose_job_was_lost_is_woken_by_the_daily_run() {
    let world = World::new().await;
    let job = due(&world).await;
    world.take::<ErasePerson>().await;
    jobs::run_daily(&world.db, &world.files, true).await.unwrap();
    assert_eq!(world.take::<ErasePerson>().await, [], "not a moment before it is due");
    world.db.clock().advance(TimeDelta::seconds(1));
    jobs::run_daily(&world.db, &world.files, true).await.unwrap();
    assert_eq!(world.take::<ErasePerson>().await, [job]);
}

#[tokio::test]
async fn a_failure_half_way_leaves_everything_and_the_next_run_does_it() {
    let world = World::new().await;
    let job = due(&world).await;
    // The last step of all fails.
    world
        .sql(
            "create function no_more() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
             create trigger no_more before update on users for each row execute function no_more();",
        )
        .await;
    let before = world.counts(world.ada).await;
    jobs::run_erasure(&world.db, &world.files, &job).await.unwrap_err();
    assert_eq!(world.counts(world.ada).await, before);
    world.sql("drop trigger no_more on users").await;
    jobs::run_erasure(&world.db, &world.files, &job).await.unwrap();
    let after = world.counts(world.ada).await;
    assert_ne!(after, before);
    world.mails().await;
    jobs::run_erasure(&world.db, &world.files, &job).await.unwrap();
    assert_eq!((world.counts(world.ada).await, world.mails().await.len()), (after, 0), "run again, it does nothing");
}

#[tokio::test]
async fn nobody_comes_back_to_an_erased_account() {
    let world = World::new().await;
    erase(&world).await;
    for change in ["suspended_at = null", "email_confirmed_at = now()", "is_admin = true"] {
        let sql = format!("update users set {change} where id = $1");
        let error =
            sqlx::query(AssertSqlSafe(sql)).bind(world.ada.user()).execute(&world.test.owner).await.unwrap_err();
        assert_eq!(guildhall_db::violated(&error), Some("users_erased_stays"), "{change}");
    }
    let told = sqlx::query_scalar::<_, String>("select after from audit_inbox where action = 'user.erased'")
        .fetch_one(&world.test.owner)
        .await
        .unwrap();
    let told: serde_json::Value = serde_json::from_str(&told).unwrap();
    assert!(told["parts"].as_array().unwrap().contains(&json!({ "part": "Your notes", "rows": 1 })), "{told}");
}
