//! What the queue does for single sign-on: once a day the metadata of SAML providers is read again from where it came from, so
//! that a new signing certificate is known before the old one goes.
//!
//! Always holds: what is read counts only where it describes the same provider and still holds one of the certificates that are
//! kept; all else is kept as it was, and the owner is told why.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use guildhall_audit::{Event, Party};
use guildhall_db::{Db, Job, JobOptions, OpResult, enqueue};
use guildhall_kernel::Actor;
use guildhall_types::ConnectionId;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::{
    Federation,
    saml::{IdentityProvider, parse_metadata},
    saml_connections::fetch,
    store::{
        connections::{self, Kept},
        saml::{self as store, SamlSettings},
    },
};

const ACTOR: Actor = Actor::System("saml-metadata");

/// Once a day, in the quiet of the night (UTC); one that was missed is made up for within a day.
pub const CRONTAB: &str = "20 3 * * * federation_read_all_metadata ?fill=1d&max=3";

/// Puts a [`ReadMetadata`] for each provider whose metadata has an address into the queue.
#[derive(Debug, Serialize, Deserialize)]
pub struct ReadAllMetadata {}

impl Job for ReadAllMetadata {
    const NAME: &'static str = "federation_read_all_metadata";
}

/// Reads one provider's metadata again.
#[derive(Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReadMetadata {
    pub connection: ConnectionId,
}

impl Job for ReadMetadata {
    const NAME: &'static str = "federation_read_metadata";
}

/// Runs [`ReadAllMetadata`]: a job for each, so that one slow provider holds nobody up; how many.
///
/// # Errors
/// When the database does not answer.
pub async fn run_all(db: &Db) -> OpResult<usize> {
    let mut tx = db.begin(&ACTOR).await?;
    let connections = store::with_address(&mut tx).await?;
    for connection in &connections {
        let options = JobOptions { key: Some(format!("saml-metadata:{connection}")), ..JobOptions::default() };
        enqueue(&mut tx, &ReadMetadata { connection: *connection }, options).await?;
    }
    tx.commit().await?;
    Ok(connections.len())
}

/// Runs [`ReadMetadata`]. A provider that does not answer, or answers what can't be taken, is no failure of the job: it is noted,
/// everything stays, and the next day comes.
///
/// # Errors
/// When the database does not answer.
pub async fn run_one(db: &Db, federation: &Federation, job: &ReadMetadata) -> OpResult<()> {
    let mut tx = db.begin(&ACTOR).await?;
    let found = connections::find(&mut tx, job.connection).await?;
    let settings = store::find(&mut tx, job.connection).await?;
    drop(tx);
    let (Some(kept), Some(before)) = (found, settings.filter(|settings| !settings.metadata_url.is_empty())) else {
        return Ok(());
    };
    let now = db.clock().now();
    let read = match fetch(federation, &before.metadata_url).await {
        Ok(text) => parse_metadata(&text, federation.providers.reach(), now).map_err(|problem| problem.to_string()),
        Err(problem) => Err(problem),
    };
    let taken = read.and_then(|found| accept(&kept, &before, found));
    let mut tx = db.begin(&ACTOR).await?;
    // Whoever saved the connection meanwhile knows better.
    let Some(current) = store::lock(&mut tx, job.connection).await? else { return Ok(()) };
    if current.metadata_url != before.metadata_url || current.certificates != before.certificates {
        return Ok(());
    }
    match taken {
        Ok(found) => {
            let after = replaced(&current, &found, now);
            store::renew(&mut tx, job.connection, &after).await?;
            if let Some(event) = changed(&kept, &current, &after) {
                guildhall_audit::record(&mut tx, &ACTOR, event).await?;
            }
        }
        Err(why) => {
            tracing::warn!(connection = %job.connection, why, "a provider's metadata was not taken");
            store::not_read(&mut tx, job.connection, &why, now).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

/// Whether what was read is this provider still. Whoever answers at the address can't make themselves another one: a new
/// certificate comes beside one that is known.
fn accept(kept: &Kept, before: &SamlSettings, found: IdentityProvider) -> Result<IdentityProvider, String> {
    if found.entity_id != kept.connection.issuer {
        return Err(format!("it now describes {}, another provider: save the connection to use that", found.entity_id));
    }
    if found.certificates.iter().any(|one| before.certificates.iter().any(|der| der == one.der())) {
        Ok(found)
    } else {
        Err("all of its certificates are new: check them with the provider, and save the connection to take them"
            .to_owned())
    }
}

fn replaced(before: &SamlSettings, found: &IdentityProvider, now: DateTime<Utc>) -> SamlSettings {
    SamlSettings {
        sign_on_url: found.sign_on_url.clone(),
        certificates: found.certificates.iter().map(|one| one.der().to_vec()).collect(),
        valid_until: found.valid_until,
        wants_signed: found.wants_signed,
        read_at: now,
        ..before.clone()
    }
}

/// What is told where keys or the sign-in address are others now.
fn changed(kept: &Kept, before: &SamlSettings, after: &SamlSettings) -> Option<Event> {
    let marks = |settings: &SamlSettings| -> BTreeSet<String> {
        settings
            .certificates
            .iter()
            .map(|der| Sha256::digest(der).iter().map(|byte| format!("{byte:02x}")).collect())
            .collect()
    };
    let (was, is) = (marks(before), marks(after));
    if was == is && before.sign_on_url == after.sign_on_url {
        return None;
    }
    let said = |marks: BTreeSet<String>, settings: &SamlSettings| json!({ "certificate_sha256": marks, "sign_on_url": settings.sign_on_url });
    let event = Event::new("sign_on.provider_keys_changed", "sso_connection", kept.connection.id)
        .acting_for(Party::Organization(kept.connection.organization));
    Some(event.change(said(was, before), said(is, after)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schedule_names_the_job_and_the_queue_can_run_it() {
        assert_eq!(CRONTAB.split(' ').nth(5), Some(ReadAllMetadata::NAME));
        let payload = json!({ "_cron": { "ts": "2027-03-03T03:20:00Z", "backfilled": false } });
        serde_json::from_value::<ReadAllMetadata>(payload).unwrap();
    }
}
