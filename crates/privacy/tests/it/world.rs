//! Two people with a row in every table that is about people; whatever they wrote or are holds their mark.

use guildhall_db::{
    Db, Job,
    testing::{self, TestDb},
};
use guildhall_kernel::{
    Actor, UserActor,
    mail::{Mail, SendMail},
};
use guildhall_privacy::{PARTS, Part};
use guildhall_types::{SessionId, UserId};
use object_store::local::LocalFileSystem;
use serde::de::DeserializeOwned;
use serde_json::Value;
use sqlx::{AssertSqlSafe, PgPool};
use uuid::Uuid;

pub struct World {
    pub test: TestDb,
    pub db: Db,
    pub files: LocalFileSystem,
    pub ada: Somebody,
    pub bob: Somebody,
    _home: tempfile::TempDir,
}

#[derive(Clone, Copy)]
pub struct Somebody {
    pub number: u128,
    pub mark: &'static str,
}

impl Somebody {
    /// One of the ids that belong to them.
    pub fn id(self, part: u128) -> Uuid {
        Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + self.number * 0x1_0000 + part)
    }

    pub fn user(self) -> Uuid {
        self.id(1)
    }

    pub fn email(self) -> String {
        format!("{}@people.test", self.mark)
    }
}

/// What belongs to nobody: an organisation with a keeper who owns it, and its course.
const GROUND: &str = "
    insert into users (id, email, name, password_hash, email_confirmed_at, created_at, updated_at)
        values ('{keeper}', 'keeper@people.test', 'Keeper', 'x', '2027-01-01', '2027-01-01', '2027-01-01');
    insert into organizations (id, kind, slug, name, created_at) values ('{org}', 'enterprise', 'acme', 'Acme', '2027-01-01');
    insert into memberships (organization_id, user_id, role, created_at) values ('{org}', '{keeper}', 'owner', '2027-01-01');
    insert into courses (id, provider_id, category_id, slug, title, summary, description_md, level, price_pence, duration_minutes, state, published_at, created_at, updated_at)
        select '{course}', '{org}', id, 'c', 'Title', 'S', 'D', 'beginner', 10000, 60, 'published', '2027-01-01', '2027-01-01', '2027-01-01' from categories limit 1;
    insert into modules (id, course_id, position, title) values ('{module}', '{course}', 0, 'M');
    insert into lessons (id, course_id, module_id, position, title, kind, minutes) values ('{lesson}', '{course}', '{module}', 0, 'L', 'quiz', 5);
    insert into lesson_contents (lesson_id, course_id) values ('{lesson}', '{course}');
    insert into sso_connections (id, organization_id, kind, name, issuer, client_id, auth_method, secret_sealed, created_at, updated_at)
        values ('{connection}', '{org}', 'generic', 'N', 'https://i.example.test', 'c', 'client_secret_basic', 'x', '2027-01-01', '2027-01-01');
    insert into scim_groups (id, organization_id, display_name, created_at, updated_at) values ('{group}', '{org}', 'N', '2027-01-01', '2027-01-01');
    insert into teams (id, organization_id, name, created_at) values ('{team}', '{org}', 'T', '2027-01-01');
";

/// A person, with a row everywhere.
const PERSON: &str = "
    insert into users (id, email, name, password_hash, email_confirmed_at, suspended_reason, last_sign_in_at, created_at, updated_at)
        values ('{a}', '{m}@people.test', 'Name {m}', 'hash {m}', '2027-01-01', 'reason {m}', '2027-01-01', '2027-01-01', '2027-01-01');
    insert into consents (user_id, document, version, given_at, source) values ('{a}', 'terms', 1, '2027-01-01', 'sign_up');
    insert into person_exports (id, user_id, asked_at, ready_at, expires_at, size_bytes, fetched_at)
        values ('{x}', '{a}', '2027-01-01', '2027-01-01', '2027-01-08', 10, '2027-01-02');
    insert into erasures (id, user_id, asked_at, due_at, withdrawn_at) values ('{x}', '{a}', '2027-01-01', '2027-01-15', '2027-01-02');
    insert into sessions (id, user_id, user_agent, address, place, amr, created_at, last_seen_at, expires_at)
        values ('{x}', '{a}', 'Agent {m}', 'address {m}', 'place {m}', array['pwd {m}'], '2027-01-01', '2027-01-01', '2027-02-01');
    insert into refresh_tokens (token_hash, session_id, created_at, expires_at) values (sha256('r{m}'), '{x}', '2027-01-01', '2027-01-08');
    insert into one_time_tokens (id, user_id, purpose, token_hash, created_at, expires_at) values ('{x}', '{a}', 'reset_password', sha256('t{m}'), '2027-01-01', '2027-01-02');
    insert into totp_factors (user_id, secret, created_at) values ('{a}', sha256('s{m}'), '2027-01-01');
    insert into passkeys (id, user_id, credential_id, name, credential, created_at, last_used_at)
        values ('{x}', '{a}', convert_to('c {m}', 'UTF8'), 'Key {m}', '{\"key\": \"{m}\"}', '2027-01-01', '2027-01-01');
    insert into recovery_codes (user_id, code_hash) values ('{a}', sha256('c{m}'));
    insert into recovery_code_sheets (user_id, made_at, sealed, shown_until) values ('{a}', '2027-01-01', convert_to('{m}', 'UTF8'), '2027-01-01');
    insert into webauthn_challenges (token_hash, purpose, user_id, state, expires_at) values (sha256('w{m}'), 'prove', '{a}', '{\"of\": \"{m}\"}', '2027-01-01');
    insert into pending_sign_ins (token_hash, user_id, password_mark, created_at, expires_at) values (sha256('p{m}'), '{a}', sha256('m{m}'), '2027-01-01', '2027-01-01');
    insert into factor_resets (id, user_id, cancel_hash, asked_at, due_at, ended_at, outcome) values ('{x}', '{a}', sha256('f{m}'), '2027-01-01', '2027-01-02', '2027-01-02', 'cancelled');
    insert into sso_identities (connection_id, issuer, subject, user_id, created_at, last_used_at) values ('{connection}', 'i', 'subject {m}', '{a}', '2027-01-01', '2027-01-01');
    insert into sso_pending_links (token_hash, connection_id, issuer, subject, email, sid, created_at, expires_at)
        values (sha256('l{m}'), '{connection}', 'i', 'other {m}', '{m}@people.test', 'sid {m}', '2027-01-01', '2027-01-02');
    insert into sso_sessions (session_id, connection_id, issuer, subject, sid, user_id, created_at) values ('{x}', '{connection}', 'i', 'subject {m}', 'sid {m}', '{a}', '2027-01-01');
    insert into scim_users (id, organization_id, user_id, user_name, external_id, display_name, given_name, family_name, active, created_at, updated_at)
        values ('{x}', '{org}', '{a}', '{m}@people.test', 'external {m}', 'display {m}', 'given {m}', 'family {m}', true, '2027-01-01', '2027-01-01');
    insert into scim_group_members (group_id, scim_user_id, organization_id) values ('{group}', '{x}', '{org}');
    insert into memberships (organization_id, user_id, role, created_at) values ('{org}', '{a}', 'owner', '2027-01-01');
    insert into team_members (team_id, organization_id, user_id, created_at) values ('{team}', '{org}', '{a}', '2027-01-01');
    insert into invitations (id, organization_id, email, role, token_hash, invited_by, created_at, sent_at, expires_at) values
        ('{x}', '{org}', '{m}@people.test', 'learner', sha256('i{m}'), '{keeper}', '2027-01-01', '2027-01-01', '2027-01-15'),
        ('{y}', '{org}', 'third.of.{n}@people.test', 'learner', sha256('j{m}'), '{a}', '2027-01-01', '2027-01-01', '2027-01-15');
    insert into organizations (id, kind, slug, name, created_by, created_at) values ('{x}', 'provider', 'set-up-by-{n}', 'Set up by {n}', '{a}', '2027-01-01');
    insert into orders (id, user_id, state, total_pence, created_at, updated_at, paid_at, session_id, pay_url, payment_intent_id)
        values ('{x}', '{a}', 'paid', 10000, '2027-01-01', '2027-01-01', '2027-01-01', 'cs_{n}', 'https://pay.test/{m}', 'pi_{n}');
    insert into order_lines (id, order_id, user_id, course_id, provider_id, title, price_pence, share_basis_points, state, release_due_at)
        values ('{x}', '{x}', '{a}', '{course}', '{org}', 'T', 10000, 8500, 'held', '2027-04-01');
    insert into payment_events (source, event_id, kind, body, received_at, processed_at)
        values ('stripe', 'evt_{n}', 'k', convert_to('{\"id\": \"cs_{n}\", \"email\": \"{m}\"}', 'UTF8'), '2027-01-01', '2027-01-01');
    insert into enrollments (id, user_id, course_id, order_line_id, state, enrolled_at, completed_at, last_lesson_id, last_seen_at)
        values ('{x}', '{a}', '{course}', '{x}', 'completed', '2027-01-01', '2027-01-01', '{lesson}', '2027-01-01');
    insert into lesson_progress (enrollment_id, lesson_id, course_id, completed_at) values ('{x}', '{lesson}', '{course}', '2027-01-01');
    insert into quiz_attempts (id, enrollment_id, lesson_id, number, percent, passed, answers, at, submission)
        values ('{x}', '{x}', '{lesson}', 1, 100, true, '[{\"chosen\": \"{m}\"}]', '2027-01-01', '{x}');
    insert into notes (enrollment_id, lesson_id, body, updated_at) values ('{x}', '{lesson}', '<b>note</b> {m}', '2027-01-01');
    insert into reviews (id, enrollment_id, course_id, user_id, author_name, rating, title, body, created_at, updated_at)
        values ('{x}', '{x}', '{course}', '{a}', 'Author {m}', 5, 'Title {m}', 'Body {m}', '2027-01-01', '2027-01-01');
    insert into notifications (id, dedupe_key, user_id, template, created_at) values ('{x}', 'k:{m}', '{a}', 't', '2027-01-01');
    insert into failed_sign_ins (key, user_id, reason, first_at, last_at, addresses)
        values ('{x}', '{a}', 'password', '2027-01-01', '2027-01-01', array['address {m}']);
    insert into audit_inbox (actor_role, actor_id, acting_for_kind, acting_for_id, action, target_kind, target_id, before, after, address)
        values ('user', '{a}', 'person', '{a}', 'test.done', 'user', '{a}', '{\"was\":\"{m}\"}', '{\"is\":\"{m}\"}', 'address {m}'),
            ('user', '{a}', null, null, 'test.removed', 'invitation', '{y}', '{\"email\":\"third.of.{n}\"}', null, 'address {m}'),
            ('admin', '{keeper}', null, null, 'test.seen', 'user', '{a}', null, null, 'address of keeper');
";

impl World {
    pub async fn new() -> Self {
        let test = testing::database().await;
        let (ada, bob) = (Somebody { number: 1, mark: "mark-ada" }, Somebody { number: 2, mark: "mark-bob" });
        run(&test.owner, &filled(GROUND, ada)).await;
        for person in [ada, bob] {
            run(&test.owner, &filled(PERSON, person)).await;
        }
        run(&test.owner, "select audit_seal(100)").await;
        let waits = "insert into audit_inbox (actor_role, actor_id, acting_for_kind, acting_for_id, action, target_kind, target_id, before, after, address)
            values ('user', '{a}', 'person', '{a}', 'test.waits', 'user', '{a}', '{\"was\":\"{m}\"}', '{\"is\":\"{m}\"}', 'address {m}')";
        run(&test.owner, &filled(waits, ada)).await;
        let home = tempfile::tempdir().unwrap();
        let files = LocalFileSystem::new_with_prefix(home.path()).unwrap();
        Self { db: test.db.clone(), test, files, ada, bob, _home: home }
    }

    /// Somebody who proved just now who they are.
    pub fn actor(&self, person: Somebody) -> Actor {
        Actor::User(Box::new(UserActor {
            id: UserId(person.user()),
            session: SessionId(person.id(2)),
            organizations: Vec::new(),
            memberships: Vec::new(),
            is_admin: false,
            name: format!("Name {}", person.mark),
            email: person.email(),
            email_confirmed: true,
            is_provider: false,
            authenticated_at: self.db.clock().now(),
            amr: Vec::new(),
            clock: self.db.clock().clone(),
            lacks_second_factor: false,
            must_agree: false,
        }))
    }

    pub async fn sql(&self, sql: &str) {
        run(&self.test.owner, sql).await;
    }

    pub async fn number(&self, sql: &str) -> i64 {
        sqlx::query_scalar(AssertSqlSafe(sql.to_owned())).fetch_one(&self.test.owner).await.unwrap()
    }

    /// How many rows of a part are somebody's.
    pub async fn count(&self, part: &Part, person: Somebody) -> i64 {
        let sql = format!("select count(*) from {} t where {}", part.table, part.of);
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(person.user()).fetch_one(&self.test.owner).await.unwrap()
    }

    /// The same for every part.
    pub async fn counts(&self, person: Somebody) -> Vec<(&'static str, i64)> {
        let mut counts = Vec::new();
        for part in PARTS {
            counts.push((part.title, self.count(part, person).await));
        }
        counts
    }

    /// What stands in a column of somebody's rows of a part.
    pub async fn values(&self, part: &Part, column: &str, person: Somebody) -> Vec<Value> {
        let sql = format!("select to_jsonb(t) -> '{column}' from {} t where {} order by t.ctid", part.table, part.of);
        sqlx::query_scalar(AssertSqlSafe(sql)).bind(person.user()).fetch_all(&self.test.owner).await.unwrap()
    }

    /// Every personal column of the schema.
    pub async fn personal_columns(&self) -> Vec<(String, String)> {
        sqlx::query_as(
            "select c.relname::text, a.attname::text from pg_class c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0
             where c.relnamespace = 'public'::regnamespace and c.relkind in ('r', 'p') and col_description(c.oid, a.attnum) like 'personal:%'
             order by 1, 2",
        )
        .fetch_all(&self.test.owner)
        .await
        .unwrap()
    }

    /// Takes the waiting jobs of a kind out of the queue.
    pub async fn take<J: Job + DeserializeOwned>(&self) -> Vec<J> {
        let rows: Vec<Value> = sqlx::query_scalar(
            "with gone as (delete from graphile_worker._private_jobs j using graphile_worker._private_tasks t
                 where t.id = j.task_id and t.identifier = $1 returning j.id, j.payload)
             select payload::jsonb from gone order by id",
        )
        .bind(J::NAME)
        .fetch_all(&self.test.owner)
        .await
        .unwrap();
        rows.into_iter().map(|row| serde_json::from_value(row).unwrap()).collect()
    }

    pub async fn mails(&self) -> Vec<Mail> {
        self.take::<SendMail>().await.into_iter().map(|job| job.mail).collect()
    }
}

async fn run(owner: &PgPool, sql: &str) {
    let mut tx = owner.begin().await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut *tx).await.unwrap();
    tx.commit().await.unwrap();
}

fn filled(sql: &str, person: Somebody) -> String {
    let nobody = Somebody { number: 9, mark: "" };
    let mut sql = sql.to_owned();
    for (name, id) in [
        ("{a}", person.user()),
        ("{x}", person.id(2)),
        ("{y}", person.id(3)),
        ("{keeper}", nobody.id(1)),
        ("{org}", nobody.id(2)),
        ("{course}", nobody.id(3)),
        ("{module}", nobody.id(4)),
        ("{lesson}", nobody.id(5)),
        ("{connection}", nobody.id(6)),
        ("{group}", nobody.id(7)),
        ("{team}", nobody.id(8)),
    ] {
        sql = sql.replace(name, &id.to_string());
    }
    sql.replace("{m}", person.mark).replace("{n}", &person.number.to_string())
}
