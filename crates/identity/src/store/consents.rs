//! What was agreed to.

use guildhall_types::{
    UserId,
    privacy::{ConsentView, Document},
};
use sqlx::PgConnection;

use super::Result;
use crate::consents::{Agreed, Source};

/// The newest first.
pub(crate) async fn of(tx: &mut PgConnection, user: UserId) -> Result<Vec<ConsentView>> {
    let rows = sqlx::query!(
        "select document, version, given_at from consents where user_id = $1 order by given_at desc, document",
        user.0
    )
    .fetch_all(tx)
    .await?;
    let view = |document: &str, version: i32, given_at| {
        let version = u32::try_from(version).ok()?;
        Some(ConsentView { document: Document::parse(document)?, version, given_at })
    };
    Ok(rows.into_iter().filter_map(|row| view(&row.document, row.version, row.given_at)).collect())
}

/// What was agreed to before stays as it was.
pub(crate) async fn insert(tx: &mut PgConnection, user: UserId, agreed: &Agreed, source: Source) -> Result<()> {
    let documents: Vec<String> = agreed.versions.iter().map(|(document, _)| document.slug().to_owned()).collect();
    let numbers: Vec<i32> =
        agreed.versions.iter().map(|(_, number)| i32::try_from(*number).unwrap_or(i32::MAX)).collect();
    sqlx::query!(
        "insert into consents (user_id, document, version, given_at, source)
         select $1, document, version, $4, $5 from unnest($2::text[], $3::integer[]) as given (document, version)
         on conflict do nothing",
        user.0,
        &documents,
        &numbers,
        agreed.at,
        source.slug()
    )
    .execute(tx)
    .await?;
    Ok(())
}

pub(crate) async fn forget(tx: &mut PgConnection, user: UserId) -> Result<()> {
    sqlx::query!("delete from consents where user_id = $1", user.0).execute(tx).await?;
    Ok(())
}
