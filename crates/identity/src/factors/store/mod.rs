//! The SQL of second factors.

mod app;
mod passkeys;
mod sign_in;

use chrono::{DateTime, Utc};
use guildhall_types::UserId;
use sqlx::PgConnection;

pub(crate) use app::*;
pub(crate) use passkeys::*;
pub(crate) use sign_in::*;

type Result<T> = std::result::Result<T, sqlx::Error>;

/// What a person has.
#[derive(Debug)]
pub(crate) struct Status {
    pub(crate) totp_since: Option<DateTime<Utc>>,
    pub(crate) has_passkey: bool,
    pub(crate) codes_left: Option<i64>,
    pub(crate) removal_due_at: Option<DateTime<Utc>>,
}

impl Status {
    pub(crate) const fn has_second_factor(&self) -> bool {
        self.totp_since.is_some() || self.has_passkey
    }
}

pub(crate) async fn status(tx: &mut PgConnection, user: UserId) -> Result<Status> {
    sqlx::query_as!(
        Status,
        r#"select (select confirmed_at from totp_factors where user_id = $1) as totp_since,
               exists (select from passkeys where user_id = $1) as "has_passkey!",
               (select (select count(*) from recovery_codes c where c.user_id = s.user_id and c.used_at is null)
                   from recovery_code_sheets s where s.user_id = $1) as codes_left,
               (select due_at from factor_resets where user_id = $1 and ended_at is null) as removal_due_at"#,
        user.0
    )
    .fetch_one(tx)
    .await
}

/// Whether the person has one of the roles: platform admin, owner of a provider.
pub(crate) async fn has_role(tx: &mut PgConnection, user: UserId, admin: bool, provider_owner: bool) -> Result<bool> {
    let found = sqlx::query_scalar!(
        r#"select (($2 and u.is_admin) or ($3 and exists (select from memberships m join organizations o on o.id = m.organization_id
               where m.user_id = u.id and m.role = 'owner' and o.kind = 'provider' and o.suspended_at is null))) as "found!"
           from users u where u.id = $1"#,
        user.0,
        admin,
        provider_owner
    )
    .fetch_optional(tx)
    .await?;
    Ok(found.unwrap_or(false))
}

/// Everything that a second factor is; whether there was any.
pub(crate) async fn delete_all(tx: &mut PgConnection, user: UserId) -> Result<bool> {
    let app = sqlx::query!("delete from totp_factors where user_id = $1", user.0).execute(&mut *tx).await?;
    let keys = sqlx::query!("delete from passkeys where user_id = $1", user.0).execute(&mut *tx).await?;
    delete_codes(tx, user).await?;
    Ok(app.rows_affected() + keys.rows_affected() > 0)
}
