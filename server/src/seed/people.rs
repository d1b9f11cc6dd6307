//! The demo's people and their organisations.

use chrono::{DateTime, TimeDelta, Utc};
use guildhall_db::{Db, Tx};
use guildhall_types::{OrganizationId, UserId};
use uuid::Uuid;

use super::{Size, content, store};

pub(crate) struct People {
    pub provider: UserId,
    pub enterprise: UserId,
    /// The demo's own learner first.
    pub learners: Vec<Learner>,
}

pub(crate) struct Learner {
    pub id: UserId,
    /// As it stands on reviews.
    pub signature: String,
}

pub(crate) async fn make(db: &Db, tx: &mut Tx, size: Size, hash: &str, from: DateTime<Utc>) -> anyhow::Result<People> {
    let names = content::people()?;
    let mut rows = store::UserRows::default();
    let mut add = |name: String, email: String, is_admin: bool| -> UserId {
        let id: UserId = db.id();
        let days = i64::try_from(db.chance().below(300)).unwrap_or_default();
        rows.push(id, name, email, is_admin, from + TimeDelta::days(days));
        id
    };
    let demo = |who: &str| format!("{who}@demo.guildhall.test");
    let learner = add("Amara Okafor".to_owned(), demo("learner"), false);
    let provider = add("Rhys Bevan".to_owned(), demo("provider"), false);
    let enterprise = add("Priya Nair".to_owned(), demo("enterprise"), false);
    add("Morag Sinclair".to_owned(), demo("admin"), true);
    let mut learners = vec![Learner { id: learner, signature: "Amara O.".to_owned() }];
    let one = |list: &[String]| -> String {
        let count = u64::try_from(list.len()).unwrap_or(1);
        usize::try_from(db.chance().below(count)).ok().and_then(|at| list.get(at)).cloned().unwrap_or_default()
    };
    for number in 1..size.learners {
        let (given, family) = (one(&names.given), one(&names.family));
        let initial: String = family.chars().take(1).collect();
        let id = add(format!("{given} {family}"), format!("learner{number}@people.guildhall.test"), false);
        learners.push(Learner { id, signature: format!("{given} {initial}.") });
    }
    store::insert_users(tx, &rows, hash).await?;
    for version in guildhall_identity::consents::CURRENT {
        store::agree(tx, version.document.slug(), i32::try_from(version.number)?).await?;
    }
    Ok(People { provider, enterprise, learners })
}

const PLACES: [&str; 10] =
    ["Leeds", "Bristol", "Cardiff", "Glasgow", "Belfast", "Newcastle", "Norwich", "Exeter", "Dundee", "Swansea"];
const KINDS: [&str; 5] = ["City Council", "Teaching Hospitals", "Building Society", "Water", "University"];

/// Enterprises; the first is the demo account's.
pub(crate) async fn enterprises(
    db: &Db,
    tx: &mut Tx,
    size: Size,
    from: DateTime<Utc>,
) -> anyhow::Result<OrganizationId> {
    let mut first = None;
    for (place, kind) in
        KINDS.iter().flat_map(|kind| PLACES.iter().map(move |place| (place, kind))).take(size.enterprises.max(1))
    {
        let id: OrganizationId = db.id::<Uuid>().into();
        store::insert_enterprise(tx, id, &format!("{place} {kind}"), from).await?;
        first.get_or_insert(id);
    }
    Ok(first.unwrap_or_else(|| db.id()))
}
