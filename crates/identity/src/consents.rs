//! What people agreed to: the terms and the privacy notice, each version with its time.
//!
//! Invariants: an account made by the sign-up form carries the versions that the form named, in the same commit; whoever came
//! another way (through an organisation, provisioned) and whoever agreed to older versions is asked before they go on; what
//! was agreed to is never changed. A test holds the texts to their versions.

use std::{collections::HashSet, sync::Arc};

use guildhall_audit::Event;
use guildhall_db::{Db, OpResult, Tx};
use guildhall_kernel::{Action, Actor};
use guildhall_types::{
    DateTime, Error, UserId, Utc,
    privacy::{ConsentView, Document, Outstanding},
};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::store;

/// A document as it stands.
#[derive(Clone, Copy, Debug)]
pub struct Version {
    pub document: Document,
    pub number: u32,
    /// Since when it holds, as people read it.
    pub since: &'static str,
    /// What is new against the version before, for those who agreed to that one.
    pub changes: &'static str,
    /// SHA-256 of its text in `docs/statements/`: a change of meaning needs a new number, and then people are asked again.
    pub digest: &'static str,
}

/// The documents as they stand.
pub const CURRENT: [Version; 2] = [
    Version {
        document: Document::Terms,
        number: 1,
        since: "20 November 2026",
        changes: "",
        digest: "36dcb147b5fbac070a896be82edd223a0e021626fd30680dc9c8fe8d643befb7",
    },
    Version {
        document: Document::Privacy,
        number: 1,
        since: "20 November 2026",
        changes: "",
        digest: "4a8de03e6f7d1863dfaba3e814d20d3fc2d830c11704341252c8bfcd1cc5a443",
    },
];

/// Which versions somebody agreed to, and when: what a form carries.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreed {
    pub versions: Vec<(Document, u32)>,
    pub at: DateTime<Utc>,
}

impl Agreed {
    /// To what a form showed, as it carries it: see [`shown`]. What is no version, or does not hold, was not agreed to: it is
    /// asked for later.
    #[must_use]
    pub fn to_shown(shown: &str, at: DateTime<Utc>) -> Self {
        let mut versions: Vec<_> = shown.split(',').filter_map(parse_version).filter(holds).collect();
        versions.sort_unstable();
        versions.dedup();
        Self { versions, at }
    }
}

/// Where somebody agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Source {
    SignUp,
    Asked,
}

impl Source {
    pub(crate) const fn slug(self) -> &'static str {
        match self {
            Self::SignUp => "sign_up",
            Self::Asked => "asked",
        }
    }
}

/// Everything that the person agreed to, the newest first.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn consents(db: &Db, actor: &Actor) -> OpResult<Vec<ConsentView>> {
    let user = actor.myself(Action::ReadAccount)?;
    let mut tx = db.begin(actor).await?;
    Ok(store::consents::of(&mut tx, user.id).await?)
}

/// What the person has not agreed to as it stands.
///
/// # Errors
/// [`Error::SignInRequired`].
pub async fn outstanding(db: &Db, actor: &Actor) -> OpResult<Vec<Outstanding>> {
    let given = consents(db, actor).await?;
    Ok(CURRENT.iter().filter_map(|version| lacks(&given, version)).collect())
}

fn lacks(given: &[ConsentView], version: &Version) -> Option<Outstanding> {
    let last = given.iter().filter(|consent| consent.document == version.document).map(|consent| consent.version).max();
    (last < Some(version.number)).then(|| Outstanding {
        document: version.document,
        version: version.number,
        since: version.since.to_owned(),
        changes: last.map(|_| version.changes.to_owned()),
    })
}

/// The signed-in person agrees to what the page showed: `versions` as `terms:1`, one for each document that was outstanding.
///
/// # Errors
/// [`Error::Invalid`] when the box is not ticked; [`Error::Conflict`] when what was shown is not what holds.
pub async fn agree(db: &Db, actor: &Actor, agreed: bool, versions: &[String]) -> OpResult<()> {
    let user = actor.myself(Action::GiveConsent)?;
    if !agreed {
        return Err(Error::field("agree", AGREE_FIRST).into());
    }
    let shown = versions.iter().map(|text| parse_version(text)).collect::<Option<Vec<_>>>();
    let shown = shown.filter(|shown| !shown.is_empty() && shown.iter().all(holds)).ok_or_else(|| {
        Error::conflict("What you were shown has changed since. Read it again, and agree to it as it stands now.")
    })?;
    let agreed = Agreed { versions: shown, at: db.clock().now() };
    let mut tx = db.begin(actor).await?;
    store::consents::insert(&mut tx, user.id, &agreed, Source::Asked).await?;
    let event = Event::new("user.agreed", "user", user.id).after(json!({ "versions": versions }));
    guildhall_audit::record(&mut tx, actor, event).await?;
    tx.commit().await?;
    Ok(())
}

/// What somebody is told who has not ticked the box.
pub(crate) const AGREE_FIRST: &str = "Tick the box to agree to the terms. Without it we can't give you an account";

/// What the sign-up form shows, as it carries it: `terms:1,privacy:1`.
#[must_use]
pub fn shown() -> String {
    let versions: Vec<String> =
        CURRENT.iter().map(|version| format!("{}:{}", version.document.slug(), version.number)).collect();
    versions.join(",")
}

fn holds((document, number): &(Document, u32)) -> bool {
    CURRENT.iter().any(|version| version.document == *document && version.number == *number)
}

fn parse_version(text: &str) -> Option<(Document, u32)> {
    let (document, number) = text.split_once(':')?;
    Some((Document::parse(document)?, number.parse().ok()?))
}

/// What the sign-up form carried, in the transaction that makes the account. Whatever an unconfirmed account of that address
/// had agreed to before was somebody else's word.
pub(crate) async fn record_sign_up(tx: &mut Tx, user: UserId, agreed: &Agreed) -> OpResult<()> {
    store::consents::forget(tx, user).await?;
    store::consents::insert(tx, user, agreed, Source::SignUp).await?;
    Ok(())
}

/// Who is known to have agreed to everything as it stands: asked of the database once for each person and program, since
/// neither changes while the program runs. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Agreements(Arc<Mutex<HashSet<UserId>>>);

/// How many people are remembered before it is begun anew: 1.6 MB.
const REMEMBERED: usize = 100_000;

impl Agreements {
    /// Whether the signed-in person has agreed to everything as it stands; true for everybody else, whom nobody asks.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn are_given(&self, db: &Db, actor: &Actor) -> OpResult<bool> {
        let Some(user) = actor.user_id() else { return Ok(true) };
        if self.0.lock().contains(&user) {
            return Ok(true);
        }
        if !outstanding(db, actor).await?.is_empty() {
            return Ok(false);
        }
        let mut known = self.0.lock();
        if known.len() >= REMEMBERED {
            known.clear();
        }
        known.insert(user);
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use sha2::{Digest, Sha256};

    use super::*;

    #[test]
    fn a_text_has_not_changed_without_its_version() {
        for version in CURRENT {
            let file = format!("../../docs/statements/{}.md", version.document.slug());
            let text = std::fs::read(Path::new(env!("CARGO_MANIFEST_DIR")).join(&file)).unwrap();
            let digest: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
            assert_eq!(
                digest, version.digest,
                "{file} has changed: raise its number in consents::CURRENT, so that people are asked again, or only put the \
                 digest right when the meaning is the same"
            );
            assert_eq!(version.number > 1, !version.changes.is_empty(), "say what is new in {file}");
        }
    }

    #[test]
    fn who_agreed_to_an_older_version_is_told_what_is_new() {
        let second = Version { number: 2, changes: "Fees are held for 90 days.", ..CURRENT[0] };
        let given = |version| ConsentView { document: Document::Terms, version, given_at: DateTime::UNIX_EPOCH };
        assert_eq!(lacks(&[], &second).unwrap().changes, None);
        assert_eq!(lacks(&[given(1)], &second).unwrap().changes.as_deref(), Some("Fees are held for 90 days."));
        assert_eq!(lacks(&[given(1), given(2)], &second), None);
        let other = ConsentView { document: Document::Privacy, ..given(2) };
        assert!(lacks(&[other], &second).is_some());
    }

    #[test]
    fn a_form_agrees_to_what_it_showed_and_holds() {
        let agreed = |shown: &str| Agreed::to_shown(shown, DateTime::UNIX_EPOCH).versions;
        let current: Vec<(Document, u32)> = CURRENT.iter().map(|version| (version.document, version.number)).collect();
        assert_eq!(agreed(&shown()), current);
        for nothing in ["", ",", "terms", "terms:0", "terms:99999", "other:1", "terms:1 privacy:1"] {
            assert_eq!(agreed(nothing), [], "{nothing}");
        }
        let first = CURRENT[0];
        let once = format!("{0}:{1},{0}:{1},privacy:99999", first.document.slug(), first.number);
        assert_eq!(agreed(&once), [(first.document, first.number)]);
    }

    #[test]
    fn only_what_holds_is_a_version() {
        assert_eq!(parse_version("terms:1"), Some((Document::Terms, 1)));
        for bad in ["", "terms", "terms:", "terms:x", "other:1", "terms:-1"] {
            assert_eq!(parse_version(bad), None, "{bad}");
        }
    }
}
