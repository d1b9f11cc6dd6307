//! Giving a person a course, and taking it back.
//!
//! Always holds: granting twice gives the same enrollment; what takes a course back names the order line that paid for it,
//! so nothing but that course goes.

use guildhall_db::{Db, JobOptions, OpError, OpResult, Tx, enqueue};
use guildhall_kernel::{
    Action, Actor,
    mail::{Mail, SendMail},
    slug::slugify,
};
use guildhall_types::{CourseId, EnrollmentId, Error, OrderLineId, UserId};

use crate::store;

/// An enrollment and what paid for it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EnrollmentGrant {
    pub enrollment: EnrollmentId,
    /// `None` for a free course.
    pub order_line: Option<OrderLineId>,
}

/// Gives a person a course, within the transaction of what earned it. When they have it already, the live enrollment is
/// answered unchanged: compare [`EnrollmentGrant::order_line`] by [`find`] where it matters which payment got it.
///
/// # Errors
/// When the database fails.
pub async fn grant(
    tx: &mut Tx,
    db: &Db,
    user: UserId,
    course: CourseId,
    line: Option<OrderLineId>,
) -> OpResult<EnrollmentId> {
    grant_once(tx, db, user, course, line).await.map(|(enrollment, _)| enrollment)
}

/// The enrollment that a person has in a course, unless it was refunded.
///
/// # Errors
/// When the database fails.
pub async fn live(tx: &mut Tx, user: UserId, course: CourseId) -> OpResult<Option<EnrollmentGrant>> {
    Ok(store::live(tx, user, course).await?)
}

/// An enrollment by its id, as far as the actor may see it.
///
/// # Errors
/// When the database fails.
pub async fn find(tx: &mut Tx, enrollment: EnrollmentId) -> OpResult<Option<EnrollmentGrant>> {
    Ok(store::find(tx, enrollment).await?)
}

/// Enrols the actor in a published course that costs nothing.
///
/// # Errors
/// [`Error::SignInRequired`], [`Error::NotFound`] for what is not in the catalogue, [`Error::Conflict`] when it has a price.
pub async fn enroll_free(db: &Db, actor: &Actor, slug: &str) -> OpResult<EnrollmentId> {
    let user = actor.myself(Action::Learn)?;
    if slugify(slug) != slug {
        return Err(Error::NotFound.into());
    }
    let mut tx = db.begin(actor).await?;
    let course = store::course_on_offer(&mut tx, slug).await?.ok_or(Error::NotFound)?;
    if let Some(live) = store::live(&mut tx, user.id, course.id).await? {
        return Ok(live.enrollment);
    }
    if course.price_pence > 0 {
        return Err(Error::conflict("This course has a price now. Go back to its page to see it.").into());
    }
    let (enrollment, new) = grant_once(&mut tx, db, user.id, course.id, None).await?;
    if new {
        let message = SendMail {
            key: format!("enrolled:{enrollment}"),
            user: Some(user.id),
            to: user.email.clone(),
            mail: Mail::Enrolled {
                name: user.name.clone(),
                course: course.title,
                link_path: format!("/learn/{enrollment}"),
            },
        };
        enqueue(&mut tx, &message, JobOptions::default()).await?;
    }
    tx.commit().await?;
    Ok(enrollment)
}

/// Takes back the course that an order line paid for, and only that; `None` when nothing is enrolled by it.
///
/// # Errors
/// When the database fails.
pub async fn withdraw(tx: &mut Tx, line: OrderLineId) -> OpResult<Option<EnrollmentId>> {
    Ok(store::refund(tx, line).await?)
}

/// The enrollment, and whether it is new.
async fn grant_once(
    tx: &mut Tx,
    db: &Db,
    user: UserId,
    course: CourseId,
    line: Option<OrderLineId>,
) -> OpResult<(EnrollmentId, bool)> {
    // Another transaction may enrol, or take back, between the two statements; not three times over.
    for _ in 0..3 {
        if let Some(id) = store::enroll(tx, db.id(), user, course, line, db.clock().now()).await? {
            return Ok((id, true));
        }
        if let Some(live) = store::live(tx, user, course).await? {
            return Ok((live.enrollment, false));
        }
    }
    Err(OpError::Other(anyhow::anyhow!("an enrollment of {user} in {course} could neither be made nor found")))
}
