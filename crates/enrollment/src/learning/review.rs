//! What learners say of a course.

use guildhall_db::{Db, OpError, OpResult, violated};
use guildhall_kernel::{Action, Actor};
use guildhall_types::{EnrollmentId, Error, learn::OwnReview};

use super::{
    policy,
    store::{self, review::Reviewer},
};

/// The actor's review by this enrollment, if there is one.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::NotFound`] when the enrollment is not there, or not the actor's, or refunded.
pub async fn own_review(db: &Db, actor: &Actor, enrollment: EnrollmentId) -> OpResult<Option<OwnReview>> {
    let user = actor.myself(Action::Learn)?.id;
    let mut tx = db.begin(actor).await?;
    store::card(&mut tx, user, enrollment).await?.ok_or(Error::NotFound)?;
    Ok(store::review::review(&mut tx, enrollment).await?)
}

/// Writes the actor's review, or changes it. The course's rating follows in the same transaction.
///
/// # Errors
/// [`Error::SignInRequired`]; [`Error::NotFound`] as for [`own_review`]; [`Error::Invalid`] on `rating` (1 to 5), `title`
/// or `body`; [`Error::Conflict`] before more than half of the course is done.
pub async fn write_review(
    db: &Db,
    actor: &Actor,
    enrollment: EnrollmentId,
    rating: u8,
    title: &str,
    body: &str,
) -> OpResult<()> {
    let user = actor.myself(Action::Learn)?;
    let review = policy::review(rating, title, body)?;
    let mut tx = db.begin(actor).await?;
    let held = store::hold(&mut tx, user.id, enrollment).await?.ok_or(Error::NotFound)?;
    let card = store::card(&mut tx, user.id, enrollment).await?.ok_or(Error::NotFound)?;
    if !card.may_review {
        return Err(Error::conflict(policy::TOO_EARLY).into());
    }
    let author_name = policy::author_name(&user.name);
    let by = Reviewer { user: user.id, enrollment, course: held.course, author_name: &author_name };
    let now = db.clock().now();
    let written = if card.reviewed {
        store::review::update_review(&mut tx, &by, &review, now).await
    } else {
        store::review::insert_review(&mut tx, db.id(), &by, &review, now).await
    };
    written.map_err(|error| {
        violated(&error).and_then(policy::review_error).map_or_else(|| OpError::Database(error), OpError::Told)
    })?;
    tx.commit().await?;
    Ok(())
}
