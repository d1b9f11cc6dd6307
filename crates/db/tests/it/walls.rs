//! Row-level security: for every tenant's table, a stranger reads nothing and changes nothing by direct SQL.

use std::collections::BTreeMap;

use guildhall_db::{Db, testing};
use guildhall_kernel::{Actor, UserActor};
use guildhall_types::{OrganizationId, SessionId, UserId};
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

/// Tables that belong to nobody: everybody may read them, and the program's role writes at most new rows.
const PUBLIC_TABLES: [&str; 5] = ["_sqlx_migrations", "categories", "course_changes", "course_ratings", "skills"];

/// What a stranger may read of a tenant's table, and why. Everything else must be empty for them.
const PUBLIC_ROWS: [(&str, &str); 8] = [
    ("organizations", "names stand on courses"),
    ("provider_profiles", "a provider's public face"),
    ("courses", "published ones"),
    ("course_skills", "of published courses"),
    ("modules", "of published courses"),
    ("lessons", "the syllabus of published courses"),
    ("reviews", "shown on the course's page"),
    ("market_figures", "sums that stand on the home page"),
];

pub(crate) fn user(id: Uuid, organizations: &[Uuid]) -> Actor {
    Actor::User(Box::new(UserActor {
        id: UserId(id),
        session: SessionId(Uuid::nil()),
        organizations: organizations.iter().copied().map(OrganizationId).collect(),
        memberships: Vec::new(),
        is_admin: false,
        name: "Somebody".into(),
        email: "somebody@example.test".into(),
        email_confirmed: true,
        is_provider: !organizations.is_empty(),
        authenticated_at: chrono::DateTime::UNIX_EPOCH,
        amr: Vec::new(),
        clock: guildhall_kernel::Clock::fixed(chrono::DateTime::UNIX_EPOCH),
        lacks_second_factor: false,
        must_agree: false,
    }))
}

fn id(number: u8) -> Uuid {
    Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number))
}

pub(crate) const OWNER: u8 = 1;
pub(crate) const STRANGER: u8 = 2;

/// One row of the owner's in every tenant's table, and a published and a draft course.
pub(crate) async fn furnish(owner: &PgPool) {
    let sql = format!(
        "
        insert into users (id, email, name, password_hash, created_at, updated_at) values
            ('{a}', 'a@example.test', 'A', 'x', now(), now()), ('{b}', 'b@example.test', 'B', 'x', now(), now());
        insert into sessions (id, user_id, token_hash, created_at, last_seen_at, expires_at) values ('{i3}', '{a}', sha256('s'), now(), now(), now() + '1 day');
        insert into refresh_tokens (token_hash, session_id, created_at, expires_at) values (sha256('r'), '{i3}', now(), now() + '1 day');
        insert into signing_keys (kid, public_jwk, private_sealed, created_at) values ('walls-key', '{{}}', 'x', now());
        insert into one_time_tokens (id, user_id, purpose, token_hash, created_at, expires_at) values ('{i3}', '{a}', 'reset_password', sha256('t'), now(), now() + '1 day');
        insert into totp_factors (user_id, secret, created_at) values ('{a}', sha256('t'), now());
        insert into failed_sign_ins (key, user_id, reason, first_at, last_at) values ('k', '{a}', 'password', now(), now());
        insert into passkeys (id, user_id, credential_id, name, credential, created_at) values ('{i3}', '{a}', 'c', 'N', '{{}}', now());
        insert into recovery_codes (user_id, code_hash) values ('{a}', sha256('c'));
        insert into recovery_code_sheets (user_id, made_at, shown_until) values ('{a}', now(), now());
        insert into webauthn_challenges (token_hash, purpose, user_id, state, expires_at) values (sha256('t'), 'prove', '{a}', '{{}}', now());
        insert into pending_sign_ins (token_hash, user_id, password_mark, created_at, expires_at) values (sha256('t'), '{a}', sha256('p'), now(), now());
        insert into factor_resets (id, user_id, cancel_hash, asked_at, due_at) values ('{i3}', '{a}', sha256('c'), now(), now());
        insert into organizations (id, kind, slug, name, created_at) values ('{o}', 'provider', 'o', 'O', now()), ('{i5}', 'provider', 'other', 'Other', now());
        insert into memberships (organization_id, user_id, role, created_at) values ('{o}', '{a}', 'owner', now());
        insert into teams (id, organization_id, name, created_at) values ('{i3}', '{o}', 'T', now());
        insert into team_members (team_id, organization_id, user_id, created_at) values ('{i3}', '{o}', '{a}', now());
        insert into invitations (id, organization_id, email, role, token_hash, created_at, sent_at, expires_at)
            values ('{i3}', '{o}', 'c@example.test', 'analyst', sha256('i'), now(), now(), now() + '1 day');
        insert into organization_domains (organization_id, domain, verification, created_at) values ('{o}', 'example.org', repeat('v', 43), now());
        insert into provider_profiles (organization_id) values ('{o}');
        insert into skills (id, slug, name) values ('{i3}', 'k', 'K');
        insert into courses (id, provider_id, category_id, slug, title, summary, description_md, level, price_pence, duration_minutes, state, published_at, created_at, updated_at)
            select v.id::uuid, '{o}', g.id, v.slug, 'Title', 'S', 'D', 'beginner', 10000, 60, v.state, now(), now(), now()
            from (values ('{c}', 'c', 'published'), ('{d}', 'd', 'draft')) v (id, slug, state), (select id from categories limit 1) g;
        insert into course_skills (course_id, skill_id, position) values ('{c}', '{i3}', 0), ('{d}', '{i3}', 0);
        insert into modules (id, course_id, position, title) values ('{m}', '{c}', 0, 'M'), ('{i9}', '{d}', 0, 'M');
        insert into lessons (id, course_id, module_id, position, title, kind, minutes) values ('{l}', '{c}', '{m}', 0, 'L', 'quiz', 5), ('{i10}', '{d}', '{i9}', 0, 'L', 'text', 5);
        insert into lesson_contents (lesson_id, course_id, body_md, pass_percent) values ('{l}', '{c}', 'secret', 70), ('{i10}', '{d}', 'secret', null);
        insert into quiz_questions (id, lesson_id, position, prompt) values ('{i3}', '{l}', 0, 'Q');
        insert into quiz_options (id, question_id, position, body, correct) values ('{i3}', '{i3}', 0, 'O', true);
        insert into orders (id, user_id, state, total_pence, created_at, updated_at, paid_at) values ('{i3}', '{a}', 'paid', 10000, now(), now(), now());
        insert into order_lines (id, order_id, user_id, course_id, provider_id, title, price_pence, share_basis_points, state, release_due_at)
            values ('{i3}', '{i3}', '{a}', '{c}', '{o}', 'T', 10000, 8500, 'held', now());
        insert into enrollments (id, user_id, course_id, order_line_id, enrolled_at) values ('{e}', '{a}', '{c}', '{i3}', now());
        insert into lesson_progress (enrollment_id, lesson_id, course_id, completed_at) values ('{e}', '{l}', '{c}', now());
        insert into quiz_attempts (id, enrollment_id, lesson_id, number, percent, passed, answers, at, submission) values ('{i3}', '{e}', '{l}', 1, 100, true, '[]', now(), '{i3}');
        insert into notes (enrollment_id, lesson_id, body, updated_at) values ('{e}', '{l}', 'note', now());
        insert into reviews (id, enrollment_id, course_id, user_id, author_name, rating, title, body, created_at, updated_at) values ('{i3}', '{e}', '{c}', '{a}', 'A', 5, 'T', 'B', now(), now());
        insert into payment_events (source, event_id, kind, body, received_at) values ('stripe', 'evt_1', 'k', 'b', now());
        insert into ledger_accounts (id, kind, organization_id, currency) values ('{i3}', 'held', '{o}', 'GBP'), ('{i9}', 'gateway', null, 'GBP');
        insert into ledger_transactions (id, kind, idempotency_key, order_line_id, created_at) values ('{i3}', 'charge', 'charge:1', '{i3}', now());
        insert into ledger_postings (transaction_id, account_id, amount_pence, currency) values ('{i3}', '{i3}', -10000, 'GBP'), ('{i3}', '{i9}', 10000, 'GBP');
        insert into notifications (id, dedupe_key, user_id, template, created_at) values ('{i3}', 'k', '{a}', 't', now());
        insert into sso_connections (id, organization_id, kind, name, issuer, client_id, auth_method, secret_sealed, created_at, updated_at)
            values ('{i3}', '{o}', 'generic', 'N', 'https://i.example.test', 'c', 'client_secret_basic', 'x', now(), now());
        insert into saml_connections (connection_id, sign_on_url, certificates, our_certificate, read_at)
            values ('{i3}', 'https://i.example.test', array['x'::bytea], 'x', now());
        insert into sso_identities (connection_id, issuer, subject, user_id, created_at, last_used_at) values ('{i3}', 'i', 's', '{a}', now(), now());
        insert into sso_attempts (state_hash, connection_id, cookie_hash, created_at, expires_at) values (sha256('s'), '{i3}', sha256('c'), now(), now());
        insert into sso_pending_links (token_hash, connection_id, issuer, subject, email, created_at, expires_at) values (sha256('t'), '{i3}', 'i', 's', 'a@example.test', now(), now());
        insert into sso_replays (connection_id, token_hash, expires_at) values ('{i3}', sha256('t'), now());
        insert into sso_sessions (session_id, connection_id, issuer, subject, user_id, created_at) values ('{i3}', '{i3}', 'i', 's', '{a}', now());
        insert into scim_tokens (id, organization_id, name, token_hash, created_at) values ('{i3}', '{o}', 'N', sha256('t'), now());
        insert into scim_users (id, organization_id, user_id, user_name, active, created_at, updated_at) values ('{i3}', '{o}', '{a}', 'a@example.test', true, now(), now());
        insert into scim_groups (id, organization_id, display_name, created_at, updated_at) values ('{i3}', '{o}', 'N', now(), now());
        insert into scim_group_members (group_id, scim_user_id, organization_id) values ('{i3}', '{i3}', '{o}');
        insert into consents (user_id, document, version, given_at, source) values ('{a}', 'terms', 1, now(), 'sign_up');
        insert into person_exports (id, user_id, asked_at) values ('{i3}', '{a}', now());
        insert into erasures (id, user_id, asked_at, due_at) values ('{i3}', '{a}', now(), now());
        insert into audit_inbox (actor_role, action, target_kind, target_id) values ('system', 'test.told', 't', '1');
        select audit_seal(10);
        insert into audit_inbox (actor_role, action, target_kind, target_id) values ('system', 'test.waits', 't', '2');
        insert into market_figures (courses, providers, rating_sum, rating_count, enrollments, completions, counted_at) values (1, 1, 0, 0, 0, 0, now());
        insert into audit_anchors (anchored_on, seq, hash, anchored_at, location) values (current_date, 1, sha256('h'), now(), 'l');
        ",
        a = id(OWNER),
        b = id(STRANGER),
        i3 = id(3),
        o = id(4),
        i5 = id(5),
        c = id(6),
        d = id(7),
        m = id(8),
        i9 = id(9),
        i10 = id(10),
        l = id(11),
        e = id(12),
    );
    let mut tx = owner.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql)).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

async fn tables(owner: &PgPool) -> Vec<String> {
    sqlx::query_scalar("select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p') order by 1")
        .fetch_all(owner)
        .await
        .unwrap()
}

async fn count(db: &Db, actor: &Actor, table: &str) -> i64 {
    let mut tx = db.begin(actor).await.unwrap();
    sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}"))).fetch_one(&mut *tx).await.unwrap()
}

/// Rows that a statement touched; a refusal touches none.
async fn touched(db: &Db, actor: &Actor, statement: &str) -> u64 {
    let mut tx = db.begin(actor).await.unwrap();
    match sqlx::query(AssertSqlSafe(statement.to_owned())).execute(&mut *tx).await {
        Ok(done) => done.rows_affected(),
        Err(sqlx::Error::Database(error)) if error.code().as_deref() == Some("42501") => 0,
        Err(error) => panic!("{statement}: {error}"),
    }
}

#[tokio::test]
async fn every_table_is_guarded_or_known_to_be_public() {
    let test = testing::database().await;
    let open: Vec<String> = sqlx::query_scalar(
        "select relname::text from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p')
            and not (relrowsecurity and relforcerowsecurity) order by 1",
    )
    .fetch_all(&test.owner)
    .await
    .unwrap();
    assert_eq!(open, PUBLIC_TABLES);
}

#[tokio::test]
async fn the_programs_role_cannot_step_past_the_wall() {
    let test = testing::database().await;
    let mut connection = test.db.anonymous().await.unwrap();
    let (name, bypass, superuser): (String, bool, bool) =
        sqlx::query_as("select rolname::text, rolbypassrls, rolsuper from pg_roles where rolname = current_user")
            .fetch_one(&mut *connection)
            .await
            .unwrap();
    assert_eq!((name.as_str(), bypass, superuser), ("guildhall_app", false, false));
    sqlx::query("alter table users disable row level security").execute(&mut *connection).await.unwrap_err();
}

#[tokio::test]
async fn a_stranger_reads_and_changes_nothing() {
    let test = testing::database().await;
    furnish(&test.owner).await;
    let public: BTreeMap<&str, &str> = PUBLIC_ROWS.into_iter().collect();
    let owner = user(id(OWNER), &[id(4)]);
    for (who, stranger) in [
        ("anonymous", Actor::Anonymous),
        ("another person", user(id(STRANGER), &[])),
        ("another provider", user(id(STRANGER), &[id(5)])),
    ] {
        for table in tables(&test.owner).await {
            if PUBLIC_TABLES.contains(&table.as_str()) {
                continue;
            }
            let table = table.as_str();
            let all: i64 = sqlx::query_scalar(AssertSqlSafe(format!("select count(*) from {table}")))
                .fetch_one(&test.owner)
                .await
                .unwrap();
            assert!(all > 0, "{table} has no row to try it with: furnish it");
            let seen = count(&test.db, &stranger, table).await;
            match (table, public.contains_key(table)) {
                // Their own row, and nobody else's.
                ("users", _) => assert_eq!(seen, i64::from(stranger.user_id().is_some()), "{who} reads {table}"),
                (_, true) => assert!(seen > 0, "{who} can't read {table}, which is public"),
                (_, false) => assert_eq!(seen, 0, "{who} reads {table}"),
            }
            let column: String = sqlx::query_scalar(
                "select attname::text from pg_attribute where attrelid = $1::regclass and attnum = 1",
            )
            .bind(table)
            .fetch_one(&test.owner)
            .await
            .unwrap();
            let own = if table == "users" {
                format!(" where id <> '{}'", id(STRANGER))
            } else if table == "organizations" {
                format!(" where id <> '{}'", id(5))
            } else {
                String::new()
            };
            assert_eq!(
                touched(&test.db, &stranger, &format!("update {table} set {column} = {column}{own}")).await,
                0,
                "{who} changes {table}"
            );
            assert_eq!(
                touched(&test.db, &stranger, &format!("delete from {table}{own}")).await,
                0,
                "{who} deletes from {table}"
            );
            // A copy of the owner's row can't be slipped in either: it is refused, not merely a duplicate.
            let mut tx = test.db.begin(&stranger).await.unwrap();
            let slipped = sqlx::query(AssertSqlSafe(format!(
                "insert into {table} select (jsonb_populate_record(null::{table}, $1)).*"
            )))
            .bind(
                sqlx::query_scalar::<_, serde_json::Value>(AssertSqlSafe(format!(
                    "select to_jsonb(t) from {table} t limit 1"
                )))
                .fetch_one(&test.owner)
                .await
                .unwrap(),
            )
            .execute(&mut *tx)
            .await;
            match slipped {
                Err(sqlx::Error::Database(error)) => assert!(
                    matches!(error.code().as_deref(), Some("42501" | "23514")),
                    "{who} may insert into {table}: {error}"
                ),
                other => panic!("{who} inserts into {table}: {other:?}"),
            }
        }
    }
    // The owner, by contrast, sees what is theirs.
    for table in [
        "sessions",
        "consents",
        "person_exports",
        "erasures",
        "totp_factors",
        "passkeys",
        "recovery_codes",
        "memberships",
        "teams",
        "team_members",
        "invitations",
        "organization_domains",
        "orders",
        "order_lines",
        "enrollments",
        "notes",
        "lesson_contents",
        "quiz_options",
        "ledger_accounts",
        "sso_connections",
        "saml_connections",
        "sso_identities",
        "scim_tokens",
    ] {
        assert!(count(&test.db, &owner, table).await > 0, "the owner can't read {table}");
    }
}

#[tokio::test]
async fn drafts_and_lessons_stay_hidden() {
    let test = testing::database().await;
    furnish(&test.owner).await;
    for stranger in [Actor::Anonymous, user(id(STRANGER), &[])] {
        assert_eq!(count(&test.db, &stranger, "courses").await, 1);
        assert_eq!(count(&test.db, &stranger, "lessons").await, 1);
        assert_eq!(count(&test.db, &stranger, "lesson_contents").await, 0);
        assert_eq!(count(&test.db, &stranger, "quiz_options").await, 0);
    }
    assert_eq!(count(&test.db, &user(id(STRANGER), &[id(4)]), "courses").await, 2);
}

#[tokio::test]
async fn nobody_makes_themselves_an_admin() {
    let test = testing::database().await;
    furnish(&test.owner).await;
    let mut tx = test.db.begin(&user(id(OWNER), &[])).await.unwrap();
    let error = sqlx::query("update users set is_admin = true where id = $1")
        .bind(id(OWNER))
        .execute(&mut *tx)
        .await
        .unwrap_err();
    assert_eq!(code(&error).as_deref(), Some("42501"));
}

#[tokio::test]
async fn a_person_enrols_in_free_courses_only() {
    let test = testing::database().await;
    furnish(&test.owner).await;
    let mut tx = test.db.begin(&user(id(STRANGER), &[])).await.unwrap();
    let error = sqlx::query("insert into enrollments (id, user_id, course_id, enrolled_at) values ($1, $2, $3, now())")
        .bind(id(50))
        .bind(id(STRANGER))
        .bind(id(6))
        .execute(&mut *tx)
        .await
        .unwrap_err();
    assert_eq!(code(&error).as_deref(), Some("42501"));
}

#[tokio::test]
async fn the_actor_ends_with_the_transaction() {
    let test = testing::database().await;
    furnish(&test.owner).await;
    let db = test.db;
    for _ in 0..20 {
        assert_eq!(count(&db, &user(id(OWNER), &[]), "orders").await, 1);
        let mut connection = db.anonymous().await.unwrap();
        let seen: i64 = sqlx::query_scalar("select count(*) from orders").fetch_one(&mut *connection).await.unwrap();
        assert_eq!(seen, 0);
    }
}

fn code(error: &sqlx::Error) -> Option<String> {
    error.as_database_error().and_then(sqlx::error::DatabaseError::code).map(std::borrow::Cow::into_owned)
}
