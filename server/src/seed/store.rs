//! The demo's SQL: inserts of many rows at once.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use guildhall_db::Db;
use guildhall_kernel::slug::slugify;
use guildhall_types::{EnrollmentId, OrderId, OrderLineId, OrganizationId, ReviewId, TeamId, UserId};
use sqlx::PgConnection;
use uuid::Uuid;

use super::{content::Profile, people::Learner};

type At = DateTime<Utc>;

pub(crate) async fn holds_something(db: &mut PgConnection) -> sqlx::Result<bool> {
    sqlx::query_scalar!("select exists (select from users) or exists (select from courses) or exists (select from organizations) as \"some!\"").fetch_one(db).await
}

pub(crate) async fn organization(db: &mut PgConnection, slug: &str) -> sqlx::Result<Option<Uuid>> {
    sqlx::query_scalar!("select id from organizations where slug = $1", slug).fetch_optional(db).await
}

pub(crate) async fn describe_provider(db: &mut PgConnection, profile: &Profile) -> sqlx::Result<()> {
    sqlx::query!(
        "update provider_profiles p set summary = $2, description_md = $3, location = $4, website = $5, founded = $6
         from organizations o where o.id = p.organization_id and o.slug = $1",
        slugify(&profile.name),
        profile.summary,
        profile.description,
        profile.location,
        profile.website,
        profile.founded
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn insert_enterprise(
    db: &mut PgConnection,
    id: OrganizationId,
    name: &str,
    at: At,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into organizations (id, kind, slug, name, created_at) values ($1, 'enterprise', $2, $3, $4)",
        id.0,
        slugify(name),
        name,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn join(
    db: &mut PgConnection,
    organization: OrganizationId,
    user: UserId,
    role: &str,
    at: At,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into memberships (organization_id, user_id, role, created_at) values ($1, $2, $3, $4)",
        organization.0,
        user.0,
        role,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn insert_team(
    db: &mut PgConnection,
    id: TeamId,
    organization: OrganizationId,
    name: &str,
    at: At,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into teams (id, organization_id, name, created_at) values ($1, $2, $3, $4)",
        id.0,
        organization.0,
        name,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) async fn put_in_team(
    db: &mut PgConnection,
    team: TeamId,
    organization: OrganizationId,
    user: UserId,
    is_manager: bool,
    at: At,
) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into team_members (team_id, organization_id, user_id, is_manager, created_at) values ($1, $2, $3, $4, $5)",
        team.0,
        organization.0,
        user.0,
        is_manager,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

#[derive(Default)]
pub(crate) struct UserRows {
    id: Vec<Uuid>,
    name: Vec<String>,
    email: Vec<String>,
    is_admin: Vec<bool>,
    at: Vec<At>,
}

impl UserRows {
    pub(crate) fn push(&mut self, id: UserId, name: String, email: String, is_admin: bool, at: At) {
        self.id.push(id.0);
        self.name.push(name);
        self.email.push(email);
        self.is_admin.push(is_admin);
        self.at.push(at);
    }
}

pub(crate) async fn insert_users(db: &mut PgConnection, rows: &UserRows, password_hash: &str) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into users (id, email, name, password_hash, email_confirmed_at, is_admin, created_at, updated_at)
         select id, email, name, $6, at, is_admin, at, at
         from unnest($1::uuid[], $2::text[], $3::text[], $4::boolean[], $5::timestamptz[]) as given (id, name, email, is_admin, at)",
        &rows.id,
        &rows.name,
        &rows.email,
        &rows.is_admin,
        &rows.at,
        password_hash
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Everybody of the demo agreed to the terms when they signed up.
pub(crate) async fn agree(db: &mut PgConnection, document: &str, version: i32) -> sqlx::Result<()> {
    sqlx::query!(
        "insert into consents (user_id, document, version, given_at, source) select id, $1, $2, created_at, 'sign_up' from users",
        document,
        version
    )
    .execute(db)
    .await?;
    Ok(())
}

pub(crate) struct CourseRow {
    pub id: Uuid,
    pub provider_id: Uuid,
    pub title: String,
    pub price_pence: i64,
    pub published_at: At,
    pub lessons: Vec<Uuid>,
}

pub(crate) async fn courses(db: &mut PgConnection) -> sqlx::Result<Vec<CourseRow>> {
    sqlx::query_as!(
        CourseRow,
        "select c.id, c.provider_id, c.title, c.price_pence, c.published_at as \"published_at!\",
            array(select l.id from lessons l join modules m on m.id = l.module_id where l.course_id = c.id order by m.position, l.position) as \"lessons!\"
         from courses c order by c.published_at, c.id"
    )
    .fetch_all(db)
    .await
}

/// The trade's rows, column by column.
#[expect(clippy::type_complexity, reason = "one vector for each column of an insert")]
#[derive(Default)]
pub(crate) struct TradeRows {
    enrollment: (Vec<Uuid>, Vec<Uuid>, Vec<Uuid>, Vec<Option<Uuid>>, Vec<At>, Vec<Option<At>>, Vec<Option<Uuid>>),
    progress: (Vec<Uuid>, Vec<Uuid>, Vec<Uuid>, Vec<At>),
    order: (Vec<Uuid>, Vec<Uuid>, Vec<Uuid>, Vec<Uuid>, Vec<Uuid>, Vec<String>, Vec<i64>),
    order_times: (Vec<At>, Vec<At>, Vec<Option<At>>),
    review: (Vec<Uuid>, Vec<Uuid>, Vec<Uuid>, Vec<Uuid>, Vec<String>, Vec<i32>, Vec<String>, Vec<String>, Vec<At>),
    account: (Vec<Uuid>, Vec<String>, Vec<Option<Uuid>>),
    accounts: HashMap<(String, Option<Uuid>), Uuid>,
    transaction: (Vec<Uuid>, Vec<String>, Vec<String>, Vec<Uuid>, Vec<At>),
    posting: (Vec<Uuid>, Vec<Uuid>, Vec<i64>),
}

impl TradeRows {
    #[expect(clippy::too_many_arguments, reason = "one for each column")]
    pub(crate) fn enroll(
        &mut self,
        id: EnrollmentId,
        user: UserId,
        course: Uuid,
        line: Option<OrderLineId>,
        at: At,
        completed: Option<At>,
        last: Option<Uuid>,
    ) {
        let rows = &mut self.enrollment;
        rows.0.push(id.0);
        rows.1.push(user.0);
        rows.2.push(course);
        rows.3.push(line.map(|line| line.0));
        rows.4.push(at);
        rows.5.push(completed);
        rows.6.push(last);
    }

    pub(crate) fn lesson_done(&mut self, enrollment: EnrollmentId, lesson: Uuid, course: Uuid, at: At) {
        let rows = &mut self.progress;
        rows.0.push(enrollment.0);
        rows.1.push(lesson);
        rows.2.push(course);
        rows.3.push(at);
    }

    #[expect(clippy::too_many_arguments, reason = "one for each column")]
    pub(crate) fn order(
        &mut self,
        order: OrderId,
        line: OrderLineId,
        user: Uuid,
        course: &CourseRow,
        at: At,
        due: At,
        released: Option<At>,
    ) {
        let rows = &mut self.order;
        rows.0.push(order.0);
        rows.1.push(line.0);
        rows.2.push(user);
        rows.3.push(course.id);
        rows.4.push(course.provider_id);
        rows.5.push(course.title.clone());
        rows.6.push(course.price_pence);
        self.order_times.0.push(at);
        self.order_times.1.push(due);
        self.order_times.2.push(released);
    }

    #[expect(clippy::too_many_arguments, reason = "one for each column")]
    pub(crate) fn review(
        &mut self,
        id: ReviewId,
        enrollment: EnrollmentId,
        course: Uuid,
        person: &Learner,
        stars: usize,
        title: String,
        body: String,
        at: At,
    ) {
        let rows = &mut self.review;
        rows.0.push(id.0);
        rows.1.push(enrollment.0);
        rows.2.push(course);
        rows.3.push(person.id.0);
        rows.4.push(person.signature.clone());
        rows.5.push(i32::try_from(stars).unwrap_or(5));
        rows.6.push(title);
        rows.7.push(body);
        rows.8.push(at);
    }

    /// The id of a ledger account, made when it is first used.
    pub(crate) fn account(&mut self, db: &Db, kind: &str, organization: Option<Uuid>) -> Uuid {
        if let Some(known) = self.accounts.get(&(kind.to_owned(), organization)) {
            return *known;
        }
        let id: Uuid = db.id();
        self.accounts.insert((kind.to_owned(), organization), id);
        self.account.0.push(id);
        self.account.1.push(kind.to_owned());
        self.account.2.push(organization);
        id
    }

    pub(crate) fn transaction(&mut self, id: Uuid, kind: &str, line: OrderLineId, at: At, postings: &[(Uuid, i64)]) {
        let rows = &mut self.transaction;
        rows.0.push(id);
        rows.1.push(kind.to_owned());
        rows.2.push(format!("{kind}:{line}"));
        rows.3.push(line.0);
        rows.4.push(at);
        for (account, pence) in postings.iter().filter(|(_, pence)| *pence != 0) {
            self.posting.0.push(id);
            self.posting.1.push(*account);
            self.posting.2.push(*pence);
        }
    }
}

pub(crate) async fn insert_trade(db: &mut PgConnection, rows: &TradeRows) -> sqlx::Result<()> {
    insert_orders(db, rows).await?;
    insert_learning(db, rows).await?;
    insert_ledger(db, rows).await
}

#[expect(clippy::as_conversions, reason = "how sqlx is told that elements may be null")]
async fn insert_orders(db: &mut PgConnection, rows: &TradeRows) -> sqlx::Result<()> {
    let (order, line, user, course, provider, title, price) = &rows.order;
    let (at, due, released) = &rows.order_times;
    sqlx::query!(
        "insert into orders (id, user_id, state, total_pence, created_at, updated_at, paid_at)
         select id, person, 'paid', price, at, at, at from unnest($1::uuid[], $2::uuid[], $3::bigint[], $4::timestamptz[]) as given (id, person, price, at)",
        order,
        user,
        price,
        at
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "insert into order_lines (id, order_id, user_id, course_id, provider_id, title, price_pence, share_basis_points, state, release_due_at, released_at)
         select id, ordered, person, course, provider, title, price, 8500, case when released is null then 'held' else 'released' end, due, released
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::text[], $7::bigint[], $8::timestamptz[], $9::timestamptz[])
            as given (id, ordered, person, course, provider, title, price, due, released)",
        line,
        order,
        user,
        course,
        provider,
        title,
        price,
        due,
        released as &[Option<At>]
    )
    .execute(db)
    .await?;
    Ok(())
}

#[expect(clippy::as_conversions, reason = "how sqlx is told that elements may be null")]
async fn insert_learning(db: &mut PgConnection, rows: &TradeRows) -> sqlx::Result<()> {
    let (id, user, course, line, at, completed, last) = &rows.enrollment;
    sqlx::query!(
        "insert into enrollments (id, user_id, course_id, order_line_id, state, enrolled_at, completed_at, last_lesson_id, last_seen_at)
         select id, person, course, line, case when completed is null then 'active' else 'completed' end, at, completed, last, coalesce(completed, at)
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::timestamptz[], $6::timestamptz[], $7::uuid[])
            as given (id, person, course, line, at, completed, last)",
        id,
        user,
        course,
        line as &[Option<Uuid>],
        at,
        completed as &[Option<At>],
        last as &[Option<Uuid>]
    )
    .execute(&mut *db)
    .await?;
    let (enrollment, lesson, course, at) = &rows.progress;
    sqlx::query!(
        "insert into lesson_progress (enrollment_id, lesson_id, course_id, completed_at)
         select * from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::timestamptz[])",
        enrollment,
        lesson,
        course,
        at
    )
    .execute(&mut *db)
    .await?;
    let (id, enrollment, course, user, author, stars, title, body, at) = &rows.review;
    sqlx::query!(
        "insert into reviews (id, enrollment_id, course_id, user_id, author_name, rating, title, body, created_at, updated_at)
         select id, enrollment, course, person, author, stars, title, body, at, at
         from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::integer[], $7::text[], $8::text[], $9::timestamptz[])
            as given (id, enrollment, course, person, author, stars, title, body, at)",
        id,
        enrollment,
        course,
        user,
        author,
        stars,
        title,
        body,
        at
    )
    .execute(db)
    .await?;
    Ok(())
}

#[expect(clippy::as_conversions, reason = "how sqlx is told that elements may be null")]
async fn insert_ledger(db: &mut PgConnection, rows: &TradeRows) -> sqlx::Result<()> {
    let (id, kind, organization) = &rows.account;
    sqlx::query!(
        "insert into ledger_accounts (id, kind, organization_id, currency)
         select id, kind, organization, 'GBP' from unnest($1::uuid[], $2::text[], $3::uuid[]) as given (id, kind, organization)",
        id,
        kind,
        organization as &[Option<Uuid>]
    )
    .execute(&mut *db)
    .await?;
    let (id, kind, key, line, at) = &rows.transaction;
    sqlx::query!(
        "insert into ledger_transactions (id, kind, idempotency_key, order_line_id, created_at)
         select * from unnest($1::uuid[], $2::text[], $3::text[], $4::uuid[], $5::timestamptz[])",
        id,
        kind,
        key,
        line,
        at
    )
    .execute(&mut *db)
    .await?;
    let (transaction, account, pence) = &rows.posting;
    sqlx::query!(
        "insert into ledger_postings (transaction_id, account_id, amount_pence, currency)
         select transaction, account, pence, 'GBP' from unnest($1::uuid[], $2::uuid[], $3::bigint[]) as given (transaction, account, pence)",
        transaction,
        account,
        pence
    )
    .execute(db)
    .await?;
    Ok(())
}
