//! Who is a platform admin.

use chrono::{DateTime, Utc};
use guildhall_types::UserId;
use sqlx::PgConnection;
use uuid::Uuid;

use super::Result;

/// An admin, or the person whom it is about.
#[derive(Debug)]
pub(crate) struct Candidate {
    pub(crate) id: UserId,
    pub(crate) name: String,
    pub(crate) email: String,
    pub(crate) is_admin: bool,
    /// Not suspended, not erased, and the address is confirmed.
    pub(crate) can_sign_in: bool,
}

impl Candidate {
    /// An admin who can be one.
    pub(crate) const fn is_usable(&self) -> bool {
        self.is_admin && self.can_sign_in
    }
}

/// Every admin, and the person whom it is about; their rows stay locked until the transaction ends. Always in the same order, so
/// that two who do this at once wait for each other.
pub(crate) async fn lock(tx: &mut PgConnection, about: UserId) -> Result<Vec<Candidate>> {
    sqlx::query_as!(
        Candidate,
        r#"select id as "id: Uuid", name, email, is_admin,
               suspended_at is null and erased_at is null and email_confirmed_at is not null as "can_sign_in!"
           from users where is_admin or id = $1 order by id for update"#,
        about.0
    )
    .fetch_all(tx)
    .await
}

pub(crate) async fn set(tx: &mut PgConnection, id: UserId, is_admin: bool, now: DateTime<Utc>) -> Result<()> {
    sqlx::query!("update users set is_admin = $2, updated_at = $3 where id = $1", id.0, is_admin, now)
        .execute(tx)
        .await?;
    Ok(())
}
