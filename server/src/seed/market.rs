//! The demo's trade: who took which course, paid what, got how far, and said what of it.

use chrono::{DateTime, TimeDelta, Utc};
use guildhall_db::Db;
use guildhall_kernel::Chance;
use guildhall_types::{EnrollmentId, Money, OrderId, OrderLineId, ReviewId};
use uuid::Uuid;

use super::{ACTOR, Size, content, end, people::People, store};

pub(crate) struct Sold {
    pub enrollments: usize,
    pub orders: usize,
    pub reviews: usize,
}

/// Percent of enrollments that are finished, well under way, and just begun; the rest was never opened.
const FINISHED: u64 = 62;
const UNDER_WAY: u64 = 84;
const BEGUN: u64 = 95;

fn index(chance: &Chance, length: usize) -> usize {
    usize::try_from(chance.below(u64::try_from(length).unwrap_or(1))).unwrap_or_default()
}

fn between(chance: &Chance, from: DateTime<Utc>, to: DateTime<Utc>) -> DateTime<Utc> {
    let seconds = u64::try_from((to - from).num_seconds()).unwrap_or_default();
    from + TimeDelta::seconds(i64::try_from(chance.below(seconds.max(1))).unwrap_or_default())
}

pub(crate) async fn trade(db: &Db, people: &People, size: Size) -> anyhow::Result<Sold> {
    let chance = db.chance();
    let mut tx = db.begin(&ACTOR).await?;
    let courses = store::courses(&mut tx).await?;
    let words = content::reviews()?;
    let mut taken = std::collections::HashSet::new();
    let mut rows = store::TradeRows::default();
    let mut sold = Sold { enrollments: 0, orders: 0, reviews: 0 };
    while sold.enrollments < size.enrollments {
        // The demo's learner has four courses in four states; the others buy as they come, the early courses more.
        let (learner, place) = match sold.enrollments {
            early @ 0..=3 => (0, early * 7 + 3),
            _ => (
                1 + index(chance, people.learners.len().saturating_sub(1)),
                index(chance, courses.len()).min(index(chance, courses.len())),
            ),
        };
        let (Some(person), Some(course)) = (people.learners.get(learner), courses.get(place)) else { continue };
        if !taken.insert((person.id, course.id)) {
            continue;
        }
        let enrolled_at = between(chance, course.published_at, end() - TimeDelta::days(2));
        let roll = match sold.enrollments {
            0 => 0,
            1 => FINISHED,
            2 => UNDER_WAY,
            _ => chance.below(100),
        };
        let lessons = course.lessons.len();
        let done = if roll < FINISHED {
            lessons
        } else if roll < UNDER_WAY {
            (lessons / 2 + 1).min(lessons.saturating_sub(1))
        } else if roll < BEGUN {
            (lessons / 4).min(lessons.saturating_sub(1))
        } else {
            0
        };
        let enrollment: EnrollmentId = db.id();
        let mut last = enrolled_at;
        for lesson in course.lessons.iter().take(done) {
            last = between(chance, last, (last + TimeDelta::days(6)).min(end()));
            rows.lesson_done(enrollment, *lesson, course.id, last);
        }
        let completed_at = (done == lessons && lessons > 0).then_some(last);
        let line: Option<OrderLineId> = (course.price_pence > 0).then(|| db.id());
        rows.enroll(
            enrollment,
            person.id,
            course.id,
            line,
            enrolled_at,
            completed_at,
            course.lessons.get(done.saturating_sub(1)).copied().filter(|_| done > 0),
        );
        if let Some(line) = line {
            buy(db, &mut rows, line, person.id.0, course, enrolled_at, completed_at)?;
            sold.orders += 1;
        }
        if done * 2 > lessons && sold.reviews < size.reviews && chance.below(100) < 62 {
            let stars = match chance.below(100) {
                0..=46 => 5,
                47..=79 => 4,
                80..=91 => 3,
                92..=96 => 2,
                _ => 1,
            };
            if let Some(said) = words.get(stars - 1).and_then(|list| list.get(index(chance, list.len()))) {
                let id: ReviewId = db.id();
                let text = said.body.replace("{course}", &course.title);
                rows.review(
                    id,
                    enrollment,
                    course.id,
                    person,
                    stars,
                    said.title.replace("{course}", &course.title),
                    text,
                    (last + TimeDelta::hours(3)).min(end()),
                );
                sold.reviews += 1;
            }
        }
        sold.enrollments += 1;
    }
    store::insert_trade(&mut tx, &rows).await?;
    tx.commit().await?;
    Ok(sold)
}

/// The order with its ledger: charged and held, and released when the course was finished.
fn buy(
    db: &Db,
    rows: &mut store::TradeRows,
    line: OrderLineId,
    user: Uuid,
    course: &store::CourseRow,
    at: DateTime<Utc>,
    completed_at: Option<DateTime<Utc>>,
) -> anyhow::Result<()> {
    let order: OrderId = db.id();
    let due = at + TimeDelta::days(80);
    let released_at = completed_at.or_else(|| (due <= end()).then_some(due));
    rows.order(order, line, user, course, at, due, released_at);
    let price = Money::gbp(course.price_pence);
    let held = rows.account(db, "held", Some(course.provider_id));
    let gateway = rows.account(db, "gateway", None);
    rows.transaction(db.id(), "charge", line, at, &[(gateway, price.pence), (held, -price.pence)]);
    if let Some(released_at) = released_at {
        let Some((share, commission)) = price.split_basis_points(8_500) else {
            anyhow::bail!("a price of the demo is too high")
        };
        let payable = rows.account(db, "provider_payable", Some(course.provider_id));
        let ours = rows.account(db, "commission", None);
        rows.transaction(
            db.id(),
            "release",
            line,
            released_at,
            &[(held, price.pence), (payable, -share.pence), (ours, -commission.pence)],
        );
    }
    Ok(())
}
