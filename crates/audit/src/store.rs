//! All of the crate's SQL. The program's role may insert into the inbox, read, and call the sealing functions; nothing else.

use chrono::{DateTime, NaiveDate, Utc};
use guildhall_db::Tx;
use guildhall_kernel::Actor;
use uuid::Uuid;

use crate::{Event, Filter, Row, anchor::Anchor};

pub(crate) async fn insert(tx: &mut Tx, actor: &Actor, event: &Event) -> Result<(), sqlx::Error> {
    let name = match actor {
        Actor::System(name) => Some(*name),
        Actor::Anonymous | Actor::User(_) => None,
    };
    sqlx::query!(
        "insert into audit_inbox (actor_role, actor_id, actor_name, acting_for_kind, acting_for_id, action, target_kind, target_id, before, after)
         values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        actor.role(),
        actor.user_id().map(Uuid::from),
        name,
        event.acting_for.map(crate::Party::kind),
        event.acting_for.map(crate::Party::id),
        event.action,
        event.target_kind,
        event.target_id,
        event.before,
        event.after,
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// Puts at most so many waiting events into the chain; how many.
pub(crate) async fn seal(tx: &mut Tx, most: i32) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!(r#"select audit_seal($1) as "moved!""#, most).fetch_one(&mut **tx).await
}

pub(crate) async fn make_months(tx: &mut Tx) -> Result<(), sqlx::Error> {
    sqlx::query!("select audit_make_months()").execute(&mut **tx).await?;
    Ok(())
}

pub(crate) async fn drop_months(tx: &mut Tx, years: i32) -> Result<i32, sqlx::Error> {
    sqlx::query_scalar!(r#"select audit_drop_months($1) as "dropped!""#, years).fetch_one(&mut **tx).await
}

/// Where the chain ends.
#[derive(Debug)]
pub(crate) struct Head {
    pub(crate) seq: i64,
    pub(crate) hash: Vec<u8>,
}

pub(crate) async fn head(tx: &mut Tx) -> Result<Head, sqlx::Error> {
    sqlx::query_as!(Head, "select seq, hash from audit_head").fetch_one(&mut **tx).await
}

pub(crate) async fn insert_anchor(tx: &mut Tx, anchor: &Anchor, location: &str) -> Result<(), sqlx::Error> {
    sqlx::query!(
        "insert into audit_anchors (anchored_on, seq, hash, anchored_at, location) values ($1, $2, $3, $4, $5) on conflict do nothing",
        anchor.on,
        anchor.seq,
        anchor.hash.as_slice(),
        anchor.at,
        location
    )
    .execute(&mut **tx)
    .await?;
    Ok(())
}

/// An anchor as the database noted it.
#[derive(Debug)]
pub(crate) struct AnchorRow {
    pub(crate) anchored_on: NaiveDate,
    pub(crate) seq: i64,
    pub(crate) hash: Vec<u8>,
}

pub(crate) async fn anchors(tx: &mut Tx) -> Result<Vec<AnchorRow>, sqlx::Error> {
    sqlx::query_as!(AnchorRow, "select anchored_on, seq, hash from audit_anchors order by anchored_on")
        .fetch_all(&mut **tx)
        .await
}

/// The next rows of the chain, in order. A number that is there twice comes twice.
pub(crate) async fn rows(
    tx: &mut Tx,
    after: (i64, DateTime<Utc>),
    last: i64,
    limit: i64,
) -> Result<Vec<Row>, sqlx::Error> {
    sqlx::query_as!(
        Row,
        "select seq, id, occurred_at, filed_at, actor_role, actor_id, actor_name, acting_for_kind, acting_for_id, action, target_kind,
                target_id, before, after, address, request_id, previous_hash, hash
         from audit_events where (seq, filed_at) > ($1, $2) and seq <= $3 order by seq, filed_at limit $4",
        after.0,
        after.1,
        last,
        limit
    )
    .fetch_all(&mut **tx)
    .await
}

/// Rows past the end of the chain, as it is at this very moment.
pub(crate) async fn past_the_head(tx: &mut Tx) -> Result<Vec<(i64, Uuid)>, sqlx::Error> {
    let rows = sqlx::query!(
        "select seq, id from audit_events where seq > (select seq from audit_head) order by seq limit 100"
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows.into_iter().map(|row| (row.seq, row.id)).collect())
}

/// What the last drop of a month told.
pub(crate) async fn last_drop(tx: &mut Tx) -> Result<Option<String>, sqlx::Error> {
    sqlx::query_scalar!(
        r#"select after as "after!" from audit_events where action = 'audit.month_dropped' and after is not null order by seq desc limit 1"#
    )
    .fetch_optional(&mut **tx)
    .await
}

/// The person of an address.
pub(crate) async fn person(tx: &mut Tx, email: &str) -> Result<Option<Uuid>, sqlx::Error> {
    sqlx::query_scalar!("select id from users where email = $1", email).fetch_optional(&mut **tx).await
}

/// An event that was searched for.
#[derive(Clone, Debug)]
pub(crate) struct Found {
    pub(crate) row: Row,
    /// What the person who acted is called now.
    pub(crate) person: Option<String>,
}

/// Events that the filter lets through, newest first, before a place in the chain.
pub(crate) async fn search(
    tx: &mut Tx,
    filter: &Filter,
    person: Option<Uuid>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Found>, sqlx::Error> {
    // So that conditions which are not asked for cost nothing, and those which are find their index.
    sqlx::query!("set local plan_cache_mode = force_custom_plan").execute(&mut **tx).await?;
    let rows = sqlx::query!(
        r#"select e.seq, e.id, e.occurred_at, e.filed_at, e.actor_role, e.actor_id, e.actor_name, e.acting_for_kind, e.acting_for_id,
                e.action, e.target_kind, e.target_id, e.before, e.after, e.address, e.request_id, e.previous_hash, e.hash,
                u.name as "person?"
         from audit_events e left join users u on u.id = e.actor_id
         where ($1::bigint is null or e.seq < $1)
            and ($2::timestamptz is null or (e.occurred_at >= $2 and e.filed_at >= $2))
            and ($3::timestamptz is null or e.occurred_at < $3)
            and ($4::uuid is null or e.actor_id = $4 or e.acting_for_id = $4)
            and ($5::text is null or e.action like $5)
            and ($6::text is null or e.target_kind = $6)
            and ($7::text is null or e.target_id = $7)
            and ($8::text is null or strpos(lower(concat_ws(' ', e.action, e.target_kind, e.target_id, e.actor_name, e.before, e.after,
                e.address, e.request_id)), $8) > 0)
         order by e.seq desc limit $9"#,
        before,
        filter.from,
        filter.until,
        person,
        filter.action_pattern(),
        filter.target_kind,
        filter.target_id,
        filter.text,
        limit
    )
    .fetch_all(&mut **tx)
    .await?;
    Ok(rows
        .into_iter()
        .map(|found| Found {
            row: Row {
                seq: found.seq,
                id: found.id,
                occurred_at: found.occurred_at,
                filed_at: found.filed_at,
                actor_role: found.actor_role,
                actor_id: found.actor_id,
                actor_name: found.actor_name,
                acting_for_kind: found.acting_for_kind,
                acting_for_id: found.acting_for_id,
                action: found.action,
                target_kind: found.target_kind,
                target_id: found.target_id,
                before: found.before,
                after: found.after,
                address: found.address,
                request_id: found.request_id,
                previous_hash: found.previous_hash,
                hash: found.hash,
            },
            person: found.person,
        })
        .collect())
}
