//! Random histories played on the books and on a simple model of them: nobody is enrolled unpaid or paid unenrolled, every
//! account is what the model says, and everything sums to zero.

use std::collections::HashMap;

use chrono::TimeDelta;
use guildhall_db::{Db, OpError};
use guildhall_kernel::Actor;
use guildhall_types::{Error, Money, OrderId, OrderLineId};
use proptest::prelude::*;
use uuid::Uuid;

use super::world::{Course, World};
use crate::{
    SessionFacts, SessionStatus,
    ledger::{self, Account},
    policy, refund, release, release_due, settle,
    store::{self, orders::Purchase},
};

const ADMIN: Actor = Actor::System("test");

/// One thing that happens.
#[derive(Clone, Debug)]
enum Event {
    /// A person pays for a course, whether they have it or not.
    Pay {
        person: usize,
        course: usize,
        price: i64,
    },
    /// A payment is heard of once more.
    Again(usize),
    /// A payment page closes without payment.
    Abandon {
        person: usize,
        course: usize,
    },
    Complete(usize),
    Refund(usize),
    Days(i64),
    ReleaseDue,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        4 => (0..3_usize, 0..3_usize, 1..30_000_i64).prop_map(|(person, course, price)| Event::Pay { person, course, price }),
        2 => (0..20_usize).prop_map(Event::Again),
        1 => (0..3_usize, 0..3_usize).prop_map(|(person, course)| Event::Abandon { person, course }),
        2 => (0..20_usize).prop_map(Event::Complete),
        2 => (0..20_usize).prop_map(Event::Refund),
        2 => (1..60_i64).prop_map(Event::Days),
        1 => Just(Event::ReleaseDue),
    ]
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Funds {
    Held { days: i64 },
    Released,
    Refunded,
}

/// A payment in the model.
#[derive(Clone, Debug)]
struct Payment {
    person: usize,
    course: usize,
    price: i64,
    line: OrderLineId,
    facts: SessionFacts,
    funds: Funds,
}

struct History<'a> {
    world: &'a World,
    people: Vec<Actor>,
    courses: Vec<Course>,
    payments: Vec<Payment>,
    /// The books before this history began.
    before: HashMap<Account, i64>,
}

impl<'a> History<'a> {
    async fn begin(world: &'a World) -> Self {
        let mut people = Vec::new();
        let mut courses = Vec::new();
        for _ in 0..3 {
            people.push(world.person().await);
            courses.push(world.course(Money::gbp(1_000)).await);
        }
        let before = accounts(world).await;
        Self { world, people, courses, payments: Vec::new(), before }
    }

    async fn order(&self, person: usize, course: usize, price: i64) -> (OrderLineId, SessionFacts) {
        let db: &Db = &self.world.db;
        let purchase = Purchase {
            order: db.id(),
            line: db.id(),
            user: self.people[person].user_id().unwrap(),
            course: self.courses[course].id,
            provider: self.world.provider,
            title: "Prompting".to_owned(),
            price: Money::gbp(price),
            share: policy::PROVIDER_SHARE,
            now: db.clock().now(),
        };
        let mut tx = db.begin(&self.people[person]).await.unwrap();
        store::orders::insert(&mut tx, &purchase).await.unwrap();
        tx.commit().await.unwrap();
        (purchase.line, facts(db, purchase.order, price))
    }

    async fn play(&mut self, event: &Event) {
        let db = self.world.db.clone();
        match *event {
            Event::Pay { person, course, price } => {
                let (line, facts) = self.order(person, course, price).await;
                settle(&db, &facts).await.unwrap();
                // Who has the course already gets the money back.
                let funds = if self.has(person, course) { Funds::Refunded } else { Funds::Held { days: 0 } };
                self.payments.push(Payment { person, course, price, line, facts, funds });
            }
            Event::Again(which) => {
                if let Some(payment) = self.pick(which) {
                    settle(&db, &payment.facts.clone()).await.unwrap();
                }
            }
            Event::Abandon { person, course } => {
                let (_, facts) = self.order(person, course, 500).await;
                settle(&db, &SessionFacts { status: SessionStatus::Expired, paid: false, ..facts }).await.unwrap();
            }
            Event::Complete(which) => {
                let Some(payment) = self.pick(which) else { return };
                let was_held = matches!(payment.funds, Funds::Held { .. });
                if was_held {
                    payment.funds = Funds::Released;
                }
                let line = payment.line;
                assert_eq!(release(&db, line).await.unwrap(), was_held);
            }
            Event::Refund(which) => {
                let Some(payment) = self.pick(which) else { return };
                let line = payment.line;
                let released = payment.funds == Funds::Released;
                if !released {
                    payment.funds = Funds::Refunded;
                }
                let result = refund(&db, &ADMIN, line).await;
                let refused = matches!(result, Err(OpError::Told(Error::Conflict { .. })));
                assert!(refused == released && (refused || result.is_ok()));
            }
            Event::Days(days) => {
                db.clock().advance(TimeDelta::days(days));
                for payment in &mut self.payments {
                    if let Funds::Held { days: held } = &mut payment.funds {
                        *held += days;
                    }
                }
            }
            Event::ReleaseDue => {
                release_due(&db).await.unwrap();
                for payment in &mut self.payments {
                    if matches!(payment.funds, Funds::Held { days } if days >= policy::HOLD_DAYS) {
                        payment.funds = Funds::Released;
                    }
                }
            }
        }
    }

    fn has(&self, person: usize, course: usize) -> bool {
        self.payments.iter().any(|paid| paid.person == person && paid.course == course && paid.funds != Funds::Refunded)
    }

    fn pick(&mut self, which: usize) -> Option<&mut Payment> {
        let count = self.payments.len();
        if count == 0 { None } else { self.payments.get_mut(which % count) }
    }

    async fn check(&self) {
        let mut expected = self.before.clone();
        let mut add = |account, pence: i64| *expected.entry(account).or_default() += pence;
        for payment in &self.payments {
            let (share, rest) = policy::split(Money::gbp(payment.price), policy::PROVIDER_SHARE).unwrap();
            let provider = self.world.provider;
            match payment.funds {
                Funds::Held { .. } => {
                    add(Account::Gateway, payment.price);
                    add(Account::Held(provider), -payment.price);
                }
                Funds::Released => {
                    add(Account::Gateway, payment.price);
                    add(Account::Payable(provider), -share.pence);
                    add(Account::Commission, -rest.pence);
                }
                Funds::Refunded => {}
            }
        }
        expected.retain(|_, pence| *pence != 0);
        assert_eq!(accounts(self.world).await, expected);
        let mut tx = self.world.db.begin(&ADMIN).await.unwrap();
        for payment in &self.payments {
            let held = if matches!(payment.funds, Funds::Held { .. }) { payment.price } else { 0 };
            assert_eq!(ledger::held_for(&mut tx, payment.line).await.unwrap(), Money::gbp(held));
        }
        drop(tx);
        for (person, actor) in self.people.iter().enumerate() {
            for (place, course) in self.courses.iter().enumerate() {
                assert_eq!(self.world.enrolled(actor, course).await.is_some(), self.has(person, place));
            }
        }
    }
}

fn facts(db: &Db, order: OrderId, price: i64) -> SessionFacts {
    SessionFacts {
        id: format!("cs_{order}"),
        order: Some(order),
        status: SessionStatus::Complete,
        paid: true,
        amount: price,
        currency: "gbp".to_owned(),
        payment_intent: Some(format!("pi_{}", db.id::<Uuid>())),
        url: None,
        expires_at: db.clock().now(),
    }
}

/// The accounts that are not at zero.
async fn accounts(world: &World) -> HashMap<Account, i64> {
    let books = world.books().await;
    books
        .balances
        .iter()
        .map(|balance| (balance.account, balance.amount.pence))
        .filter(|(_, pence)| *pence != 0)
        .collect()
}

#[test]
fn random_histories_keep_the_books() {
    let runtime = tokio::runtime::Runtime::new().unwrap();
    let world = runtime.block_on(World::new());
    // Funds of earlier histories fall due in later ones: all is released between them.
    proptest!(ProptestConfig { cases: 60, max_shrink_iters: 40, failure_persistence: None, ..ProptestConfig::default() },
        |(events in proptest::collection::vec(event(), 1..25))| {
        runtime.block_on(async {
            world.db.clock().advance(TimeDelta::days(policy::HOLD_DAYS));
            release_due(&world.db).await.unwrap();
            let mut history = History::begin(&world).await;
            for event in &events {
                history.play(event).await;
            }
            history.check().await;
        });
    });
}
