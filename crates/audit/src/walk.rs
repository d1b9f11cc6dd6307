//! The walk along the chain itself: pure, row by row.
//!
//! Always holds: a fault is named once, and the walk goes on from what is there, so that one fault does not make others.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Deserialize;
use uuid::Uuid;

use crate::{Fault, GENESIS, Report, Row};

/// What the drop of a month told of the last row that went.
#[derive(Deserialize)]
pub(crate) struct Dropped {
    last_seq: i64,
    last_digest: String,
}

/// What anchors say of a place in the chain.
pub(crate) type Anchors = BTreeMap<i64, Vec<(NaiveDate, Vec<u8>)>>;

/// The walk's state.
pub(crate) struct Walk {
    pub(crate) report: Report,
    /// The number that comes next.
    pub(crate) expected: i64,
    /// The hash of the row before.
    previous: Vec<u8>,
    /// The hash of the row before that one, for a number that is there twice.
    before_previous: Vec<u8>,
    /// The row before, with the faults that it was given.
    last: Option<(Row, usize)>,
    anchors: Anchors,
}

impl Walk {
    pub(crate) fn new(dropped: Option<&Dropped>, anchors: Anchors) -> Self {
        let (kept_from, previous) = dropped
            .and_then(|dropped| Some((dropped.last_seq.saturating_add(1), hex::decode(&dropped.last_digest).ok()?)))
            .unwrap_or((1, GENESIS.to_vec()));
        let mut walk = Self {
            report: Report::default(),
            expected: kept_from,
            before_previous: previous.clone(),
            previous,
            last: None,
            anchors,
        };
        // The anchor of the very last row that was dropped still speaks; older ones have nothing to speak of.
        let at_the_cut = walk.previous.clone();
        walk.compare_anchors(kept_from - 1, &at_the_cut);
        walk.anchors.retain(|seq, _| *seq >= kept_from);
        walk
    }

    pub(crate) fn step(&mut self, row: Row) {
        self.report.rows += 1;
        if row.seq < self.expected {
            self.again(row);
            return;
        }
        if self.report.first == 0 {
            self.report.first = row.seq;
        }
        let faults = self.report.faults.len();
        let gap = row.seq > self.expected;
        if gap {
            self.report.add(Fault::Missing { first: self.expected, last: row.seq - 1 });
        }
        if !row.is_whole() {
            self.report.add(Fault::Changed { seq: row.seq, id: row.id, action: row.action.clone() });
        } else if !gap && row.previous_hash != self.previous {
            self.report.add(Fault::Unlinked { seq: row.seq, id: row.id });
        }
        self.accept(row, faults);
    }

    /// A row whose number was there before: of the two, the one that fits was sealed.
    fn again(&mut self, row: Row) {
        let fits = row.is_whole() && row.previous_hash == self.before_previous;
        match self.last.take() {
            Some((last, faults)) if last.seq == row.seq && fits && self.report.faults.len() > faults => {
                self.report.faults.truncate(faults);
                self.report.add(Fault::Inserted { seq: last.seq, id: last.id });
                self.previous = self.before_previous.clone();
                self.accept(row, faults);
            }
            last => {
                self.report.add(Fault::Inserted { seq: row.seq, id: row.id });
                self.last = last;
            }
        }
    }

    fn accept(&mut self, row: Row, faults: usize) {
        self.compare_anchors(row.seq, &row.hash);
        self.before_previous = std::mem::replace(&mut self.previous, row.hash.clone());
        self.expected = row.seq.saturating_add(1);
        self.last = Some((row, faults));
    }

    fn compare_anchors(&mut self, seq: i64, hash: &[u8]) {
        for (on, said) in self.anchors.get(&seq).cloned().unwrap_or_default() {
            self.report.anchors += 1;
            if said != hash {
                self.report.add(Fault::Rewritten { on, seq });
            }
        }
    }

    pub(crate) fn finish(mut self, head: i64, head_hash: &[u8], past: Vec<(i64, Uuid)>) -> Report {
        // Anchors know of rows that the head has forgotten.
        let known = self.anchors.last_key_value().map_or(head, |(seq, _)| head.max(*seq));
        if self.expected <= known {
            self.report.add(Fault::Missing { first: self.expected, last: known });
        } else if self.previous != head_hash {
            self.report.add(Fault::Head { seq: head });
        }
        for (seq, id) in past {
            self.report.add(Fault::Inserted { seq, id });
        }
        self.report.last = head;
        self.report
    }
}

#[cfg(test)]
mod tests {
    use chrono::DateTime;
    use proptest::prelude::*;

    use super::*;
    use crate::chain::tests::any_row;

    fn chain(mut rows: Vec<Row>) -> Vec<Row> {
        let mut previous = GENESIS.to_vec();
        for (place, row) in rows.iter_mut().enumerate() {
            row.seq = i64::try_from(place).unwrap() + 1;
            row.previous_hash = previous;
            row.hash = row.computed_hash().to_vec();
            previous = row.hash.clone();
        }
        rows
    }

    fn walked(rows: &[Row], head: &Row, anchors: Anchors) -> Report {
        let mut walk = Walk::new(None, anchors);
        for row in rows {
            walk.step(row.clone());
        }
        walk.finish(head.seq, &head.hash, Vec::new())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn a_whole_chain_has_no_fault(rows in prop::collection::vec(any_row(), 1..12)) {
            let rows = chain(rows);
            let report = walked(&rows, &rows[rows.len() - 1], Anchors::new());
            prop_assert_eq!(&report.faults, &[]);
            prop_assert_eq!(usize::try_from(report.rows), Ok(rows.len()));
        }

        #[test]
        fn a_changed_row_is_named(rows in prop::collection::vec(any_row(), 1..12), at in any::<prop::sample::Index>(), text in "[a-z]{1,9}") {
            let rows = chain(rows);
            let head = rows[rows.len() - 1].clone();
            let at = at.index(rows.len());
            let mut bent = rows.clone();
            bent[at].after = Some(format!("{}{text}", bent[at].after.clone().unwrap_or_default()));
            let report = walked(&bent, &head, Anchors::new());
            prop_assert_eq!(report.faults, [Fault::Changed { seq: bent[at].seq, id: bent[at].id, action: bent[at].action.clone() }]);
        }

        #[test]
        fn a_missing_row_is_named(rows in prop::collection::vec(any_row(), 1..12), at in any::<prop::sample::Index>()) {
            let rows = chain(rows);
            let head = rows[rows.len() - 1].clone();
            let mut bent = rows.clone();
            let gone = bent.remove(at.index(rows.len()));
            let report = walked(&bent, &head, Anchors::new());
            prop_assert_eq!(report.faults, [Fault::Missing { first: gone.seq, last: gone.seq }]);
        }

        #[test]
        fn a_row_beside_another_is_named(rows in prop::collection::vec(any_row(), 1..12), extra in any_row(), at in any::<prop::sample::Index>(), first in any::<bool>(), whole in any::<bool>()) {
            let rows = chain(rows);
            let head = rows[rows.len() - 1].clone();
            let at = at.index(rows.len());
            let mut extra = Row { seq: rows[at].seq, hash: vec![1; 32], ..extra };
            if whole {
                extra.hash = extra.computed_hash().to_vec();
            }
            let mut bent = rows.clone();
            bent.insert(if first { at } else { at + 1 }, extra.clone());
            let report = walked(&bent, &head, Anchors::new());
            prop_assert_eq!(report.faults, [Fault::Inserted { seq: extra.seq, id: extra.id }]);
        }

        #[test]
        fn a_chain_made_anew_breaks_at_its_anchor(rows in prop::collection::vec(any_row(), 2..12), at in any::<prop::sample::Index>()) {
            let rows = chain(rows);
            let head = &rows[rows.len() - 1];
            let on = NaiveDate::MIN;
            let anchors = Anchors::from([(head.seq, vec![(on, head.hash.clone())])]);
            let mut bent = rows.clone();
            bent[at.index(rows.len())].action.push('x');
            let bent = chain(bent);
            let report = walked(&bent, &bent[bent.len() - 1], anchors.clone());
            prop_assert_eq!(report.faults, [Fault::Rewritten { on, seq: head.seq }]);
            // Cut short, head and all, the anchor still knows.
            let short = &rows[..rows.len() - 1];
            let report = walked(short, &short[short.len() - 1], anchors);
            prop_assert_eq!(report.faults, [Fault::Missing { first: head.seq, last: head.seq }]);
        }
    }

    #[test]
    fn a_row_made_anew_alone_breaks_the_link() {
        let rows = chain(vec![sample("a.b"), sample("c.d"), sample("e.f")]);
        let mut bent = rows.clone();
        bent[1].action = "x.y".into();
        bent[1].hash = bent[1].computed_hash().to_vec();
        assert_eq!(walked(&bent, &rows[2], Anchors::new()).faults, [Fault::Unlinked { seq: 3, id: bent[2].id }]);
        bent = rows.clone();
        bent[2].action = "x.y".into();
        bent[2].hash = bent[2].computed_hash().to_vec();
        assert_eq!(walked(&bent, &rows[2], Anchors::new()).faults, [Fault::Head { seq: 3 }]);
    }

    fn sample(action: &str) -> Row {
        let at = DateTime::UNIX_EPOCH;
        Row {
            seq: 0,
            id: Uuid::from_u128(action.len().try_into().unwrap()),
            occurred_at: at,
            filed_at: at,
            actor_role: "system".into(),
            actor_id: None,
            actor_name: Some("test".into()),
            acting_for_kind: None,
            acting_for_id: None,
            action: action.into(),
            target_kind: "t".into(),
            target_id: "1".into(),
            before: None,
            after: None,
            address: None,
            request_id: None,
            previous_hash: Vec::new(),
            hash: Vec::new(),
        }
    }
}
