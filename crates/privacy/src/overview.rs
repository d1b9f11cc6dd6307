//! A person's page about their own data.

use guildhall_db::{Db, OpResult};
use guildhall_kernel::{Action, Actor};
use guildhall_types::privacy::PrivacyView;

use crate::{policy, store};

/// What the person agreed to, their last copy, whether they are going to be erased, and what would stand in the way.
///
/// # Errors
/// [`guildhall_types::Error::SignInRequired`].
pub async fn overview(db: &Db, actor: &Actor) -> OpResult<PrivacyView> {
    let user = actor.myself(Action::ReadAccount)?;
    let now = db.clock().now();
    let consents = guildhall_identity::consents::consents(db, actor).await?;
    let mut tx = db.begin(&Actor::System("privacy-overview")).await?;
    let export = store::last_export(&mut tx, user.id).await?;
    let export = export.filter(|export| export.ready.is_none_or(|ready| policy::may_fetch(ready.expires_at, now)));
    Ok(PrivacyView {
        consents,
        export,
        erasure: store::waiting_erasure(&mut tx, user.id, now).await?,
        sole_owner_of: store::sole_owned(&mut tx, user.id).await?,
        is_admin: user.is_admin,
        is_paying: store::is_paying(&mut tx, user.id).await?,
    })
}
