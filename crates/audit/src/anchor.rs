//! Anchors: the chain's end of each day, as a small file in the file store. Whoever rewrote the whole chain in the database would have
//! to rewrite these too, and the store can be set to refuse that.

use chrono::{DateTime, NaiveDate, Utc};
use futures::TryStreamExt;
use guildhall_db::{OpError, OpResult};
use object_store::{ObjectStore, ObjectStoreExt, PutMode, PutPayload, path::Path};
use serde::{Deserialize, Serialize};

use crate::Hash;

const FOLDER: &str = "audit/anchors";

/// Where the chain ended on a day.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Anchor {
    pub on: NaiveDate,
    pub seq: i64,
    pub hash: Hash,
    pub at: DateTime<Utc>,
}

/// As it stands in the file.
#[derive(Serialize, Deserialize)]
struct File {
    encoding: String,
    seq: i64,
    hash: String,
    anchored_at: DateTime<Utc>,
}

/// `audit/anchors/2027-03-03.json`
#[must_use]
pub(crate) fn location(on: NaiveDate) -> String {
    format!("{FOLDER}/{on}.json")
}

/// Writes a day's anchor, unless the day has one: that one stays and is handed back.
pub(crate) async fn write(store: &dyn ObjectStore, anchor: &Anchor) -> OpResult<Anchor> {
    let file = File {
        encoding: "guildhall.audit/1".to_owned(),
        seq: anchor.seq,
        hash: hex::encode(anchor.hash),
        anchored_at: anchor.at,
    };
    let text = serde_json::to_vec_pretty(&file).map_err(anyhow::Error::from)?;
    let path = Path::from(location(anchor.on));
    match store.put_opts(&path, PutPayload::from(text), PutMode::Create.into()).await {
        Ok(_) => Ok(anchor.clone()),
        Err(object_store::Error::AlreadyExists { .. }) => {
            let bytes = store.get(&path).await.map_err(storage)?.bytes().await.map_err(storage)?;
            parse(anchor.on, &bytes).ok_or_else(|| OpError::Other(anyhow::anyhow!("{path} can't be read as an anchor")))
        }
        Err(error) => Err(storage(error)),
    }
}

/// Every anchor of the store by its day; one that can't be read is there without its content.
pub(crate) async fn read_all(store: &dyn ObjectStore) -> OpResult<Vec<(NaiveDate, Option<Anchor>)>> {
    let folder = Path::from(FOLDER);
    let files: Vec<_> = store.list(Some(&folder)).try_collect().await.map_err(storage)?;
    let mut anchors = Vec::with_capacity(files.len());
    for file in files {
        let name = file.location.filename().and_then(|name| name.strip_suffix(".json")).unwrap_or_default();
        let Ok(on) = name.parse::<NaiveDate>() else { continue };
        let bytes = store.get(&file.location).await.map_err(storage)?.bytes().await.map_err(storage)?;
        anchors.push((on, parse(on, &bytes)));
    }
    anchors.sort_by_key(|(on, _)| *on);
    Ok(anchors)
}

fn parse(on: NaiveDate, bytes: &[u8]) -> Option<Anchor> {
    let file: File = serde_json::from_slice(bytes).ok()?;
    let hash = hex::decode(&file.hash).ok()?.try_into().ok()?;
    Some(Anchor { on, seq: file.seq, hash, at: file.anchored_at })
}

fn storage(error: object_store::Error) -> OpError {
    OpError::Other(anyhow::Error::from(error).context("the file store does not answer"))
}
