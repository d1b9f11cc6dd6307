//! Walking the chain: is every event there, as it was told?
//!
//! Each row's hash is computed anew from its content, and compared with what the next row says came before it; numbers run without
//! gaps from the first kept row to the head; the first kept row follows what the last drop of a month told; and the hash at each
//! anchor's place is the anchor's. A change, a gap and an addition each leave one of these wrong, and so does a chain that was
//! rewritten from some row on, for the anchors are not in the database.

use std::fmt;

use chrono::{DateTime, NaiveDate};
use guildhall_db::{Db, OpResult};
use guildhall_kernel::Actor;
use object_store::ObjectStore;
use uuid::Uuid;

use crate::{
    Anchor, anchor, jobs, store,
    walk::{Anchors, Dropped, Walk},
};

/// Rows read at once.
const BATCH: i64 = 2_000;
/// Faults named; the others are counted.
const NAMED: usize = 100;

/// What is wrong with the trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The row's content is not what its hash says.
    Changed { seq: i64, id: Uuid, action: String },
    /// Rows are gone, both ends included.
    Missing { first: i64, last: i64 },
    /// A row that nobody sealed: its number is taken, or past the end.
    Inserted { seq: i64, id: Uuid },
    /// The row does not say of the one before it what that one is: one of the two was put in, or made anew.
    Unlinked { seq: i64, id: Uuid },
    /// The chain ends in another hash than its head says.
    Head { seq: i64 },
    /// The anchor says of this place something else than the chain does: rows up to it were made anew.
    Rewritten { on: NaiveDate, seq: i64 },
    /// The anchor's file is gone from the file store.
    AnchorGone { on: NaiveDate },
    /// The anchor's file can't be read.
    AnchorUnreadable { on: NaiveDate },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Changed { seq, id, action } => write!(f, "event {seq} ({id}, {action}) was changed"),
            Self::Missing { first, last } if first == last => write!(f, "event {first} is missing"),
            Self::Missing { first, last } => write!(f, "events {first} to {last} are missing"),
            Self::Inserted { seq, id } => write!(f, "event {seq} ({id}) was inserted"),
            Self::Unlinked { seq, id } => {
                write!(
                    f,
                    "event {seq} ({id}) does not follow the one before it: one of the two was inserted or made anew"
                )
            }
            Self::Head { seq } => write!(f, "the chain's end is not the hash of event {seq}: it was made anew"),
            Self::Rewritten { on, seq } => {
                write!(f, "the anchor of {on} holds another hash of event {seq}: the chain was rewritten up to there")
            }
            Self::AnchorGone { on } => write!(f, "the anchor of {on} is gone from the file store"),
            Self::AnchorUnreadable { on } => write!(f, "the anchor of {on} can't be read"),
        }
    }
}

/// What the walk found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// Rows that were looked at.
    pub rows: u64,
    /// The first row that is kept; 0 for an empty chain.
    pub first: i64,
    /// Where the chain ends.
    pub last: i64,
    /// Anchors that were compared.
    pub anchors: u64,
    /// The first hundred.
    pub faults: Vec<Fault>,
    /// Faults beyond those.
    pub more: u64,
}

impl Report {
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.faults.is_empty()
    }

    pub(crate) fn add(&mut self, fault: Fault) {
        if self.faults.len() < NAMED {
            self.faults.push(fault);
        } else {
            self.more += 1;
        }
    }
}

/// Walks the whole chain, telling `progress` now and then how many rows of how many were looked at. Events that wait are sealed
/// first. Nothing is locked; what is sealed meanwhile is left for the next time.
///
/// # Errors
/// When the database or the file store does not answer. Faults of the trail are no errors: they are in the report.
pub async fn verify(db: &Db, files: &dyn ObjectStore, mut progress: impl FnMut(u64, u64)) -> OpResult<Report> {
    let actor = Actor::System("verify-audit");
    jobs::seal(db).await?;
    // In the reverse order of their writing: the chain, the file, the note of it.
    let mut tx = db.begin(&actor).await?;
    let noted = store::anchors(&mut tx).await?;
    drop(tx);
    let stored = anchor::read_all(files).await?;
    let mut tx = db.begin(&actor).await?;
    let head = store::head(&mut tx).await?;
    let dropped = store::last_drop(&mut tx).await?.and_then(|told| serde_json::from_str::<Dropped>(&told).ok());
    drop(tx);

    let mut walk = Walk::new(dropped.as_ref(), anchors_by_place(&noted, &stored));
    for (on, anchor) in &stored {
        if anchor.is_none() {
            walk.report.add(Fault::AnchorUnreadable { on: *on });
        }
    }
    for row in noted.iter().filter(|row| !stored.iter().any(|(on, _)| *on == row.anchored_on)) {
        walk.report.add(Fault::AnchorGone { on: row.anchored_on });
    }
    let all = u64::try_from(head.seq - walk.expected + 1).unwrap_or_default();
    let mut after = (0, DateTime::UNIX_EPOCH);
    loop {
        let mut tx = db.begin(&actor).await?;
        let rows = store::rows(&mut tx, after, head.seq, BATCH).await?;
        drop(tx);
        let Some(last) = rows.last() else { break };
        after = (last.seq, last.filed_at);
        for row in rows {
            walk.step(row);
        }
        progress(walk.report.rows, all.max(walk.report.rows));
    }
    let mut tx = db.begin(&actor).await?;
    let past = store::past_the_head(&mut tx).await?;
    Ok(walk.finish(head.seq, &head.hash, past))
}

/// Anchors by the place that they speak of; the file store's word goes before the database's.
fn anchors_by_place(noted: &[store::AnchorRow], stored: &[(NaiveDate, Option<Anchor>)]) -> Anchors {
    let mut anchors = Anchors::new();
    for row in noted {
        anchors.entry(row.seq).or_default().push((row.anchored_on, row.hash.clone()));
    }
    for anchor in stored.iter().filter_map(|(_, anchor)| anchor.as_ref()) {
        anchors.entry(anchor.seq).or_default().push((anchor.on, anchor.hash.to_vec()));
    }
    for said in anchors.values_mut() {
        said.sort();
        said.dedup();
    }
    anchors
}
