//! Reading the trail, for platform admins. Each reading is itself an event.

use guildhall_db::{Db, OpError, OpResult, Tx};
use guildhall_kernel::Actor;
use guildhall_types::{
    Error,
    audit::{AuditEventView, AuditPage},
};
use serde_json::json;
use uuid::Uuid;

use crate::{Event, Filter, filter::Whom, jobs, record, store};

/// How many events a page shows.
const PAGE: i64 = 50;

/// A page of events, newest first. What was told until now is in it: sealing is not waited for.
///
/// # Errors
/// [`Error::SignInRequired`], [`Error::Forbidden`] for everybody but platform admins, [`Error::Invalid`] for a cursor that is none,
/// [`Error::Unavailable`] when it takes too long.
pub async fn search(db: &Db, actor: &Actor, filter: &Filter, cursor: &str) -> OpResult<AuditPage> {
    admin_only(actor)?;
    let before = match cursor {
        "" => None,
        text => Some(text.parse::<i64>().map_err(|_| Error::field("cursor", "This page's address is not whole"))?),
    };
    jobs::seal(db).await?;
    let mut tx = db.begin(actor).await?;
    let mut found = find(&mut tx, filter, before, PAGE + 1).await?;
    let more = i64::try_from(found.len()).is_ok_and(|length| length > PAGE);
    if more {
        found.pop();
    }
    let told = json!({ "filter": filter.told(), "before": before });
    record(&mut tx, actor, Event::new("audit.searched", "audit", "trail").after(told)).await?;
    tx.commit().await?;
    let next = found.last().filter(|_| more).map(|last| last.row.seq.to_string());
    Ok(AuditPage { events: found.into_iter().map(view).collect(), next })
}

/// Lets platform admins through.
pub(crate) fn admin_only(actor: &Actor) -> Result<(), Error> {
    if actor.user()?.is_admin { Ok(()) } else { Err(Error::Forbidden) }
}

/// Events that the filter lets through, before a place in the chain.
pub(crate) async fn find(tx: &mut Tx, filter: &Filter, before: Option<i64>, limit: i64) -> OpResult<Vec<store::Found>> {
    let person = match &filter.actor {
        None => None,
        Some(Whom::Id(id)) => Some(*id),
        // An address that nobody has finds nothing, rather than everything.
        Some(Whom::Email(email)) => Some(store::person(tx, email).await?.unwrap_or(Uuid::nil())),
    };
    store::search(tx, filter, person, before, limit).await.map_err(too_slow)
}

/// A search that ran into the statement's time limit can be mended by whoever asks.
fn too_slow(error: sqlx::Error) -> OpError {
    match error.as_database_error().and_then(sqlx::error::DatabaseError::code).as_deref() {
        Some("57014") => Error::unavailable("That search took too long. Choose fewer days, or a person.").into(),
        _ => error.into(),
    }
}

fn view(found: store::Found) -> AuditEventView {
    let row = found.row;
    AuditEventView {
        seq: row.seq,
        id: row.id,
        occurred_at: row.occurred_at,
        actor_role: row.actor_role,
        actor_id: row.actor_id,
        actor_name: found.person.or(row.actor_name),
        acting_for_kind: row.acting_for_kind,
        acting_for_id: row.acting_for_id,
        action: row.action,
        target_kind: row.target_kind,
        target_id: row.target_id,
        before: row.before,
        after: row.after,
        address: row.address,
        request_id: row.request_id,
    }
}
