//! Who works and learns in the demo's organisations.

use chrono::TimeDelta;
use guildhall_db::{Db, Tx};
use guildhall_types::{OrganizationId, TeamId};

use super::{end, people::People, store};

/// How many learners the demo's enterprise has beside the demo's own.
const LEARNERS: usize = 14;

/// Gives the demo's provider an editor and an analyst, and its enterprise a manager, learners and two teams; how many
/// people that is.
pub(crate) async fn staff(
    db: &Db,
    tx: &mut Tx,
    people: &People,
    provider: OrganizationId,
    enterprise: OrganizationId,
) -> anyhow::Result<usize> {
    let at = end() - TimeDelta::days(200);
    let (analysts, services): (TeamId, TeamId) = (db.id(), db.id());
    store::insert_team(tx, analysts, enterprise, "Data and analysis", at).await?;
    store::insert_team(tx, services, enterprise, "Customer services", at).await?;
    let mut everybody = people.learners.iter().map(|learner| learner.id);
    let demo = everybody.next();
    let mut count = 0;
    for (role, user) in ["editor", "analyst"].into_iter().zip(everybody.by_ref()) {
        store::join(tx, provider, user, role, at).await?;
        count += 1;
    }
    for user in everybody.by_ref().take(1) {
        store::join(tx, enterprise, user, "manager", at).await?;
        store::put_in_team(tx, analysts, enterprise, user, true, at).await?;
        count += 1;
    }
    for (place, user) in demo.into_iter().chain(everybody.take(LEARNERS)).enumerate() {
        store::join(tx, enterprise, user, "learner", at).await?;
        let team = if place % 3 == 2 { services } else { analysts };
        store::put_in_team(tx, team, enterprise, user, false, at).await?;
        count += 1;
    }
    Ok(count)
}
