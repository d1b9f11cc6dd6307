//! What is over goes, by rule, and a dry run changes nothing.

use chrono::TimeDelta;
use guildhall_privacy::{RULES, run_retention};
use object_store::ObjectStoreExt;

use crate::world::World;

/// Something for every rule, besides what the world holds.
const OLD: &str = "
    insert into users (id, email, name, password_hash, created_at, updated_at)
        values ('01900000-0000-7000-8000-0000000a0001', 'never@people.test', 'Never', 'x', '2027-01-01', '2027-01-01');
    insert into person_exports (id, user_id, asked_at)
        values ('01900000-0000-7000-8000-0000000a0002', '01900000-0000-7000-8000-000000010001', '2027-01-01');
    insert into person_claims (user_id, version, changed_at) values ('01900000-0000-7000-8000-0000000a0009', 1, '2027-01-01');
    insert into sso_attempts (state_hash, connection_id, cookie_hash, created_at, expires_at)
        select sha256('s'), id, sha256('c'), '2027-01-01', '2027-01-01' from sso_connections;
    insert into sso_replays (connection_id, token_hash, expires_at) select id, sha256('t'), '2027-01-01' from sso_connections;
    insert into users (id, email, name, password_hash, created_at, updated_at, suspended_at, erased_at)
        values ('01900000-0000-7000-8000-0000000a0003', 'gone@people.test', 'Gone', 'x', '2019-01-01', '2019-01-01', '2019-02-01', '2019-02-01');
    insert into orders (id, user_id, state, total_pence, created_at, updated_at, paid_at, session_id, payment_intent_id)
        values ('01900000-0000-7000-8000-0000000a0003', '01900000-0000-7000-8000-0000000a0003', 'paid', 100, '2019-01-01', '2019-01-01', '2019-01-01', 'cs_old', 'pi_old'),
            ('01900000-0000-7000-8000-0000000a0004', '01900000-0000-7000-8000-000000010001', 'paid', 100, '2019-01-01', '2019-01-01', '2019-01-01', 'cs_hers', 'pi_hers');
    insert into payment_events (source, event_id, kind, body, received_at) values ('stripe', 'evt_failed', 'k', 'x', '2027-01-01');
    select graphile_worker.add_job('send_mail', '{\"to\": \"never@people.test\"}');
    select graphile_worker.add_job('refund_payment', '{\"line\": \"1\"}');
    select graphile_worker.add_job('refund_payment', '{\"line\": \"2\", \"user\": \"1\"}');
    select graphile_worker.add_job('process_payment_event', '{\"source\": \"stripe\", \"event_id\": \"evt_failed\"}');
    update graphile_worker._private_jobs set attempts = max_attempts, run_at = '2027-01-01';
";

async fn world() -> World {
    let world = World::new().await;
    world.sql(OLD).await;
    world.db.clock().advance(TimeDelta::days(800));
    world
}

#[tokio::test]
async fn every_rule_takes_what_it_found_and_then_finds_nothing() {
    let world = world().await;
    let dry = run_retention(&world.db, &world.files, true).await.unwrap();
    assert!(dry.is_whole(), "{dry:#?}");
    assert_eq!(dry.lines.len(), RULES.len() + 1);
    for line in &dry.lines {
        assert!(line.found > 0 && line.taken == 0, "{line:?}");
    }
    assert_eq!(world.number("select count(*) from sessions").await, 2, "a dry run changes nothing");
    let run = run_retention(&world.db, &world.files, false).await.unwrap();
    for (line, counted) in run.lines.iter().zip(&dry.lines) {
        // A sign-up that goes leaves a mark, which is over at once by the test's clock.
        assert!(line.name == counted.name && line.found >= counted.found && line.fault.is_none(), "{line:?}");
        assert_eq!(line.taken, line.found, "{line:?}");
    }
    let again = run_retention(&world.db, &world.files, false).await.unwrap();
    assert!(again.lines.iter().all(|line| line.found == 0 && line.fault.is_none()), "{again:#?}");
    let told = world
        .number(
            "select count(*) from audit_inbox where action = 'retention.ran' and after like '%sessions that ended%'",
        )
        .await;
    assert_eq!(told, 1);
    assert_eq!(world.number("select count(*) from audit_inbox where action = 'retention.counted'").await, 1);
}

#[tokio::test]
async fn what_is_owed_stays_and_what_was_paid_names_nobody() {
    let world = world().await;
    run_retention(&world.db, &world.files, false).await.unwrap();
    let kinds =
        "select count(*) from graphile_worker._private_jobs j join graphile_worker._private_tasks t on t.id = j.task_id
        where t.identifier ";
    assert_eq!(world.number(&format!("{kinds} in ('refund_payment', 'process_payment_event')")).await, 3);
    assert_eq!(world.number(&format!("{kinds} = 'send_mail'")).await, 0);
    assert_eq!(world.number("select count(*) from orders where session_id in ('cs_1', 'cs_2', 'cs_hers')").await, 3);
    let old =
        "select count(*) from orders where total_pence = 100 and session_id is null and payment_intent_id is null";
    assert_eq!(world.number(old).await, 1, "the erased person's alone");
    assert_eq!(world.number("select count(*) from payment_events where length(body) > 0").await, 0);
}

#[tokio::test]
async fn a_sign_up_that_was_begun_again_goes_on_from_its_last_link() {
    let world = World::new().await;
    world.sql(OLD).await;
    let now = world.db.clock().now();
    let day = chrono::DateTime::parse_from_rfc3339("2027-02-05T12:00:00Z").unwrap().to_utc();
    world.db.clock().advance(day - now);
    world
        .sql(
            "insert into one_time_tokens (id, user_id, purpose, token_hash, created_at, expires_at)
             values ('01900000-0000-7000-8000-0000000a0005', '01900000-0000-7000-8000-0000000a0001', 'confirm_email', sha256('again'), '2027-02-05', '2027-02-07')",
        )
        .await;
    let there = "select count(*) from users where email = 'never@people.test'";
    run_retention(&world.db, &world.files, false).await.unwrap();
    assert_eq!(world.number(there).await, 1);
    world.db.clock().advance(TimeDelta::days(2));
    run_retention(&world.db, &world.files, false).await.unwrap();
    assert_eq!(world.number(there).await, 0);
}

#[tokio::test]
async fn a_copy_that_was_never_made_goes_with_its_file() {
    let world = world().await;
    let key = object_store::path::Path::from("exports/01900000-0000-7000-8000-0000000a0002.zip");
    world.files.put(&key, "half".into()).await.unwrap();
    run_retention(&world.db, &world.files, false).await.unwrap();
    assert_eq!(world.number("select count(*) from person_exports").await, 0);
    let gone = world.files.head(&key).await;
    assert!(matches!(gone, Err(object_store::Error::NotFound { .. })), "{gone:?}");
}

#[tokio::test]
async fn what_is_not_over_stays() {
    let world = World::new().await;
    // The day after everything was made.
    let back = world.db.clock().now() - chrono::DateTime::parse_from_rfc3339("2027-01-01T12:00:00Z").unwrap().to_utc();
    world.db.clock().advance(-back);
    let report = run_retention(&world.db, &world.files, false).await.unwrap();
    let taken: Vec<&str> = report.lines.iter().filter(|line| line.taken > 0).map(|line| line.name).collect();
    assert_eq!(
        taken,
        ["passkeys that were not finished", "second steps that were not finished", "recovery codes that were shown"]
    );
    for table in
        ["users", "sessions", "refresh_tokens", "one_time_tokens", "invitations", "notifications", "person_exports"]
    {
        assert!(world.number(&format!("select count(*) from {table}")).await >= 2, "{table}");
    }
}

#[tokio::test]
async fn a_rule_that_fails_is_told_and_the_others_run() {
    let world = world().await;
    world
        .sql(
            "create function no_more() returns trigger language plpgsql as $$ begin raise exception 'not today'; end $$;
             create trigger no_more before delete on one_time_tokens for each row execute function no_more();",
        )
        .await;
    let report = run_retention(&world.db, &world.files, false).await.unwrap();
    assert!(!report.is_whole());
    for line in &report.lines {
        let fails = line.table == "one_time_tokens";
        assert_eq!((line.fault.is_some(), line.taken == 0), (fails, fails), "{line:?}");
    }
    assert!(
        guildhall_privacy::jobs::run_daily(&world.db, &world.files, false).await.is_err(),
        "the job is tried again"
    );
}
