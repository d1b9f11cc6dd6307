//! A row of the chain, its encoding and its hash, as `audit_hash` in the database computes it.
//!
//! The encoding is injective: every field has its length before it or a fixed width, so no two rows share one.

use chrono::{DateTime, Utc};
use sha2::{Digest, Sha256};
use uuid::Uuid;

/// SHA-256.
pub type Hash = [u8; 32];

/// What stands before the first row.
pub const GENESIS: Hash = [0; 32];
/// Names the encoding; a later one gets another name.
const ENCODING: &str = "guildhall.audit/1";

/// A sealed event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    pub seq: i64,
    pub id: Uuid,
    pub occurred_at: DateTime<Utc>,
    pub filed_at: DateTime<Utc>,
    pub actor_role: String,
    pub actor_id: Option<Uuid>,
    pub actor_name: Option<String>,
    pub acting_for_kind: Option<String>,
    pub acting_for_id: Option<Uuid>,
    pub action: String,
    pub target_kind: String,
    pub target_id: String,
    pub before: Option<String>,
    pub after: Option<String>,
    pub address: Option<String>,
    pub request_id: Option<String>,
    pub previous_hash: Vec<u8>,
    pub hash: Vec<u8>,
}

impl Row {
    /// The bytes that are hashed.
    #[must_use]
    pub fn encoded(&self) -> Vec<u8> {
        let mut out = Vec::with_capacity(512);
        field(&mut out, Some(ENCODING));
        out.extend_from_slice(&self.previous_hash);
        out.extend_from_slice(&self.seq.to_be_bytes());
        field(&mut out, Some(&self.id.to_string()));
        out.extend_from_slice(&self.occurred_at.timestamp_micros().to_be_bytes());
        out.extend_from_slice(&self.filed_at.timestamp_micros().to_be_bytes());
        field(&mut out, Some(&self.actor_role));
        field(&mut out, self.actor_id.map(|id| id.to_string()).as_deref());
        field(&mut out, self.actor_name.as_deref());
        field(&mut out, self.acting_for_kind.as_deref());
        field(&mut out, self.acting_for_id.map(|id| id.to_string()).as_deref());
        field(&mut out, Some(&self.action));
        field(&mut out, Some(&self.target_kind));
        field(&mut out, Some(&self.target_id));
        field(&mut out, self.before.as_deref());
        field(&mut out, self.after.as_deref());
        field(&mut out, self.address.as_deref());
        field(&mut out, self.request_id.as_deref());
        out
    }

    /// The hash that the row must have.
    #[must_use]
    pub fn computed_hash(&self) -> Hash {
        Sha256::digest(self.encoded()).into()
    }

    /// Whether the row's content is what its hash says.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.hash == self.computed_hash()
    }
}

/// Four bytes of length, big-endian, and the text; a missing one is `ffffffff`.
fn field(out: &mut Vec<u8>, text: Option<&str>) {
    match text {
        None => out.extend_from_slice(&[0xff; 4]),
        Some(text) => {
            out.extend_from_slice(&u32::try_from(text.len()).unwrap_or(u32::MAX - 1).to_be_bytes());
            out.extend_from_slice(text.as_bytes());
        }
    }
}

#[cfg(test)]
pub(crate) mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    pub(crate) fn any_row() -> impl Strategy<Value = Row> {
        let text = || any::<Option<String>>();
        let id = || any::<Option<u128>>().prop_map(|id| id.map(Uuid::from_u128));
        let at = || (0..4_000_000_000_000_000_i64).prop_map(|micros| Utc.timestamp_micros(micros).unwrap());
        (
            (any::<i64>(), any::<u128>(), at(), at(), any::<String>(), id(), text(), text(), id()),
            (any::<String>(), any::<String>(), any::<String>(), text(), text(), text(), text()),
            any::<[u8; 32]>(),
        )
            .prop_map(|(who, what, previous)| Row {
                seq: who.0,
                id: Uuid::from_u128(who.1),
                occurred_at: who.2,
                filed_at: who.3,
                actor_role: who.4,
                actor_id: who.5,
                actor_name: who.6,
                acting_for_kind: who.7,
                acting_for_id: who.8,
                action: what.0,
                target_kind: what.1,
                target_id: what.2,
                before: what.3,
                after: what.4,
                address: what.5,
                request_id: what.6,
                previous_hash: previous.to_vec(),
                hash: Vec::new(),
            })
    }

    struct Reader<'a>(&'a [u8]);

    impl Reader<'_> {
        fn take(&mut self, length: usize) -> Vec<u8> {
            let (first, rest) = self.0.split_at(length);
            self.0 = rest;
            first.to_vec()
        }
        fn int(&mut self) -> i64 {
            i64::from_be_bytes(self.take(8).try_into().unwrap())
        }
        fn at(&mut self) -> DateTime<Utc> {
            Utc.timestamp_micros(self.int()).unwrap()
        }
        fn text(&mut self) -> Option<String> {
            let length = u32::from_be_bytes(self.take(4).try_into().unwrap());
            (length != u32::MAX).then(|| String::from_utf8(self.take(length.try_into().unwrap())).unwrap())
        }
        fn id(&mut self) -> Option<Uuid> {
            self.text().map(|text| text.parse().unwrap())
        }
    }

    /// The encoding read back: that it can be is why no two rows share one.
    fn decode(bytes: &[u8]) -> Row {
        let mut r = Reader(bytes);
        assert_eq!(r.text().as_deref(), Some(ENCODING));
        let previous_hash = r.take(32);
        let row = Row {
            previous_hash,
            seq: r.int(),
            id: r.id().unwrap(),
            occurred_at: r.at(),
            filed_at: r.at(),
            actor_role: r.text().unwrap(),
            actor_id: r.id(),
            actor_name: r.text(),
            acting_for_kind: r.text(),
            acting_for_id: r.id(),
            action: r.text().unwrap(),
            target_kind: r.text().unwrap(),
            target_id: r.text().unwrap(),
            before: r.text(),
            after: r.text(),
            address: r.text(),
            request_id: r.text(),
            hash: Vec::new(),
        };
        assert!(r.0.is_empty());
        row
    }

    proptest! {
        #[test]
        fn a_row_can_be_read_back_from_its_encoding(row in any_row()) {
            prop_assert_eq!(decode(&row.encoded()), row);
        }

        #[test]
        fn two_rows_have_two_hashes(a in any_row(), b in any_row()) {
            prop_assert_eq!(a == b, a.computed_hash() == b.computed_hash());
        }
    }

    #[test]
    fn nothing_and_an_empty_text_differ() {
        let mut row = decode_sample();
        row.before = None;
        let without = row.computed_hash();
        row.before = Some(String::new());
        assert_ne!(row.computed_hash(), without);
    }

    fn decode_sample() -> Row {
        Row {
            seq: 1,
            id: Uuid::nil(),
            occurred_at: DateTime::UNIX_EPOCH,
            filed_at: DateTime::UNIX_EPOCH,
            actor_role: "system".into(),
            actor_id: None,
            actor_name: None,
            acting_for_kind: None,
            acting_for_id: None,
            action: "a.b".into(),
            target_kind: "t".into(),
            target_id: "1".into(),
            before: None,
            after: None,
            address: None,
            request_id: None,
            previous_hash: GENESIS.to_vec(),
            hash: Vec::new(),
        }
    }
}
