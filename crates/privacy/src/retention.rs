//! How long anything is kept: the rules as data, and the run that carries them out, once a day.

use chrono::{DateTime, TimeDelta, Utc};
use futures::future::BoxFuture;
use guildhall_audit::Event;
use guildhall_db::{Db, OpResult};
use guildhall_kernel::Actor;
use object_store::ObjectStore;
use serde_json::{Value, json};

use crate::{export, store};

/// What becomes of rows that are over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deed {
    Deletes,
    /// These columns of the row are set, as SQL says it.
    Anonymises(&'static str),
}

/// One rule.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// For the command's answer and the audit trail; no two rules have the same.
    pub name: &'static str,
    pub table: &'static str,
    pub days: i64,
    pub deed: Deed,
    /// Which rows `t` are over: a condition in which $1 is the time `days` ago.
    pub over: &'static str,
}

/// Everything that goes by itself, but for copies of people's data (with their files: [`EXPORTS`]) and the
/// audit trail (whole months, by `guildhall_audit`).
#[rustfmt::skip]
pub const RULES: &[Rule] = &[
    deletes("sign-ups that nobody confirmed", "users", 30, UNCONFIRMED),
    deletes("refresh tokens that expired", "refresh_tokens", 0, "t.expires_at < $1"),
    deletes("sessions that ended", "sessions", 90, "(t.expires_at < $1 or t.revoked_at < $1)"),
    deletes("links that expired", "one_time_tokens", 30, "t.expires_at < $1"),
    deletes("marks of erased people", "person_claims", 1, "t.changed_at < $1 and not exists (select from users u where u.id = t.user_id and u.erased_at is null)"),
    deletes("passkeys that were not finished", "webauthn_challenges", 0, "t.expires_at < $1"),
    deletes("second steps that were not finished", "pending_sign_ins", 0, "t.expires_at < $1"),
    deletes("authenticator apps that were not finished", "totp_factors", 1, "t.confirmed_at is null and t.created_at < $1"),
    deletes("lost second factors that were dealt with", "factor_resets", 30, "t.ended_at < $1"),
    anonymises("recovery codes that were shown", "recovery_code_sheets", 0, "t.sealed is not null and t.shown_until < $1", "sealed = null"),
    deletes("invitations that are closed or expired", "invitations", 90, "(t.closed_at < $1 or t.expires_at < $1)"),
    deletes("attempts to sign in through an organisation", "sso_attempts", 1, "t.expires_at < $1"),
    deletes("links to an organisation that waited", "sso_pending_links", 1, "t.expires_at < $1"),
    deletes("used tokens of organisations' sign-ins", "sso_replays", 1, "t.expires_at < $1"),
    deletes("records of mails", "notifications", 365, "t.created_at < $1"),
    anonymises("messages of the payment service", "payment_events", 180, "coalesce(t.processed_at, t.received_at) < $1 and length(t.body) > 0", "body = ''"),
    anonymises("payments of erased people", "orders", 2_557, PAID_LONG_AGO, "session_id = null, payment_intent_id = null"),
    deletes("jobs about people that failed for good", "graphile_worker._private_jobs", 30, FAILED),
];

/// The rule of copies: what it is called.
pub const EXPORTS: &str = "copies that expired or were never made";

/// Nothing hangs on them but links, none of which still works: a sign-up that was begun again goes on from its last link.
const UNCONFIRMED: &str = "t.email_confirmed_at is null and t.erased_at is null and t.suspended_at is null and t.last_sign_in_at is null
    and t.created_at < $1 and not t.is_admin
    and not exists (select from memberships m where m.user_id = t.id) and not exists (select from scim_users s where s.user_id = t.id)
    and not exists (select from orders o where o.user_id = t.id) and not exists (select from enrollments e where e.user_id = t.id)
    and not exists (select from erasures e where e.user_id = t.id)
    and not exists (select from one_time_tokens l where l.user_id = t.id and l.used_at is null and l.expires_at > $1 + interval '30 days')";

/// Six years after the end of the tax year, whichever day of it that was, are seven years. What was paid stays in the books, and
/// names nobody.
const PAID_LONG_AGO: &str =
    "t.updated_at < $1 and t.state <> 'pending' and (t.session_id is not null or t.payment_intent_id is not null)
    and exists (select from users u where u.id = t.user_id and u.erased_at is not null)";

/// Those that name a person. What is owed to somebody is a job of payments: it waits until somebody sees to it.
const FAILED: &str = "t.attempts >= t.max_attempts and t.locked_at is null and t.run_at < $1
    and coalesce(t.payload ->> 'to', t.payload ->> 'email', t.payload ->> 'user') is not null
    and not exists (select from graphile_worker._private_tasks k where k.id = t.task_id
        and k.identifier in ('process_payment_event', 'refund_payment', 'reconcile_payments', 'release_due_funds'))";

const fn deletes(name: &'static str, table: &'static str, days: i64, over: &'static str) -> Rule {
    Rule { name, table, days, deed: Deed::Deletes, over }
}

const fn anonymises(
    name: &'static str,
    table: &'static str,
    days: i64,
    over: &'static str,
    columns: &'static str,
) -> Rule {
    Rule { name, table, days, deed: Deed::Anonymises(columns), over }
}

/// Rows taken in one transaction.
const BATCH: i64 = 2_000;

/// What a rule found, and took.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionLine {
    pub name: &'static str,
    pub table: &'static str,
    pub found: u64,
    pub taken: u64,
    /// Why it did not go through.
    pub fault: Option<String>,
}

/// What came of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetentionReport {
    pub dry_run: bool,
    pub lines: Vec<RetentionLine>,
}

impl RetentionReport {
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.lines.iter().all(|line| line.fault.is_none())
    }
}

/// Counts what is over, rule by rule, and then, unless it is a dry run, takes it in batches. A rule that fails does not hold up
/// the others. What was counted and taken is an event. Safe to run again, and twice at once.
///
/// # Errors
/// When the event can't be told; what went wrong with a rule stands in the report.
pub async fn run_retention(db: &Db, files: &dyn ObjectStore, dry_run: bool) -> OpResult<RetentionReport> {
    let now = db.clock().now();
    let mut lines = Vec::with_capacity(RULES.len() + 1);
    for rule in RULES {
        let before = now - TimeDelta::days(rule.days);
        let run = Run { name: rule.name, table: rule.table, dry_run };
        lines.push(run.line(count(db, rule, before), || Box::pin(take(db, rule, before))).await);
    }
    let run = Run { name: EXPORTS, table: "person_exports", dry_run };
    lines.push(run.line(export::count_expired(db, now), || Box::pin(export::purge(db, files, now))).await);
    let report = RetentionReport { dry_run, lines };
    tell(db, &report).await?;
    Ok(report)
}

/// One rule's turn.
struct Run {
    name: &'static str,
    table: &'static str,
    dry_run: bool,
}

impl Run {
    async fn line<'a>(
        &self,
        count: impl Future<Output = OpResult<u64>>,
        take: impl FnOnce() -> BoxFuture<'a, OpResult<u64>>,
    ) -> RetentionLine {
        let mut line = RetentionLine { name: self.name, table: self.table, found: 0, taken: 0, fault: None };
        let outcome = async {
            line.found = count.await?;
            if !self.dry_run && line.found > 0 {
                line.taken = take().await?;
            }
            OpResult::Ok(())
        };
        if let Err(error) = outcome.await {
            tracing::error!(rule = self.name, %error, "a rule of retention failed");
            line.fault = Some(error.to_string());
        }
        line
    }
}

async fn count(db: &Db, rule: &Rule, before: DateTime<Utc>) -> OpResult<u64> {
    let mut tx = db.begin(&ACTOR).await?;
    Ok(store::retention::count(&mut tx, rule, before).await?)
}

async fn take(db: &Db, rule: &Rule, before: DateTime<Utc>) -> OpResult<u64> {
    let mut taken = 0;
    loop {
        let mut tx = db.begin(&ACTOR).await?;
        let some = store::retention::take(&mut tx, rule, before, BATCH).await?;
        tx.commit().await?;
        taken += some;
        if some < BATCH.unsigned_abs() {
            return Ok(taken);
        }
    }
}

const ACTOR: Actor = Actor::System("retention");

async fn tell(db: &Db, report: &RetentionReport) -> OpResult<()> {
    let counts: Vec<Value> = report
        .lines
        .iter()
        .filter(|line| line.found > 0 || line.fault.is_some())
        .map(|line| json!({ "rule": line.name, "found": line.found, "taken": line.taken, "failed": line.fault.is_some() }))
        .collect();
    let action = if report.dry_run { "retention.counted" } else { "retention.ran" };
    let event = Event::new(action, "retention", db.clock().now().date_naive()).after(json!({ "rules": counts }));
    let mut tx = db.begin(&ACTOR).await?;
    guildhall_audit::record(&mut tx, &ACTOR, event).await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_rule_has_a_name_of_its_own() {
        let names: BTreeSet<&str> = RULES.iter().map(|rule| rule.name).chain([EXPORTS]).collect();
        assert_eq!(names.len(), RULES.len() + 1);
        assert!(RULES.iter().all(|rule| rule.days >= 0));
    }
}
