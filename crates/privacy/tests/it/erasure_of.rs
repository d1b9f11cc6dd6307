//! An admin asks for somebody else's erasure: on the same terms as the person, who hears of it.

use chrono::TimeDelta;
use guildhall_db::OpError;
use guildhall_kernel::{Actor, mail::Mail};
use guildhall_privacy::{
    ask_erasure_of, erasure_of, jobs, jobs::ErasePerson, overview, withdraw_erasure, withdraw_erasure_of,
};
use guildhall_types::{Error, UserId};

use crate::world::World;

fn told(error: OpError) -> Error {
    match error {
        OpError::Told(error) => error,
        other => panic!("{other}"),
    }
}

/// Bob, who is an admin.
async fn admin(world: &World) -> Actor {
    world.sql("update users set is_admin = true where name = 'Name mark-bob'").await;
    let Actor::User(mut user) = world.actor(world.bob) else { panic!() };
    user.is_admin = true;
    Actor::User(user)
}

fn ada(world: &World) -> UserId {
    UserId(world.ada.user())
}

#[tokio::test]
async fn the_same_wait_a_mail_and_a_way_back() {
    let world = World::new().await;
    let admin = admin(&world).await;
    let ada = ada(&world);
    assert_eq!(erasure_of(&world.db, &admin, ada).await.unwrap(), None);
    let blank = told(ask_erasure_of(&world.db, &admin, ada, " \n").await.unwrap_err());
    assert!(blank.message_for("why").is_some());
    ask_erasure_of(&world.db, &admin, ada, " Asked for\nby letter ").await.unwrap();
    assert!(matches!(told(ask_erasure_of(&world.db, &admin, ada, "Again").await.unwrap_err()), Error::Conflict { .. }));
    let waits = erasure_of(&world.db, &admin, ada).await.unwrap().unwrap();
    assert_eq!(waits.due_at - waits.asked_at, TimeDelta::days(14));
    let mails = world.mails().await;
    assert!(
        matches!(&mails[..], [Mail::ErasureAskedByUs { reason, .. }] if reason == "Asked for by letter"),
        "{mails:?}"
    );
    let event = "select count(*) from audit_inbox where action = 'user.erasure_asked' and actor_role = 'admin'
        and actor_id <> target_id::uuid and after like '%by letter%'";
    assert_eq!(world.number(event).await, 1);
    // The admin keeps the account, and asks again; then the person keeps it.
    withdraw_erasure_of(&world.db, &admin, ada).await.unwrap();
    assert!(matches!(&world.mails().await[..], [Mail::ErasureWithdrawn { by_us: true, .. }]));
    assert!(matches!(told(withdraw_erasure_of(&world.db, &admin, ada).await.unwrap_err()), Error::Conflict { .. }));
    ask_erasure_of(&world.db, &admin, ada, "Asked again").await.unwrap();
    assert!(overview(&world.db, &world.actor(world.ada)).await.unwrap().erasure.is_some());
    withdraw_erasure(&world.db, &world.actor(world.ada)).await.unwrap();
    assert_eq!(erasure_of(&world.db, &admin, ada).await.unwrap(), None);
    // Nobody did: the day comes.
    world.take::<ErasePerson>().await;
    ask_erasure_of(&world.db, &admin, ada, "For good").await.unwrap();
    let job = world.take::<ErasePerson>().await.remove(0);
    jobs::run_erasure(&world.db, &world.files, &job).await.unwrap();
    assert_eq!(world.number("select count(*) from users where erased_at is not null").await, 0, "not before");
    world.db.clock().advance(TimeDelta::days(14));
    jobs::run_erasure(&world.db, &world.files, &job).await.unwrap();
    assert_eq!(world.number("select count(*) from users where erased_at is not null").await, 1);
    assert_eq!(
        told(ask_erasure_of(&world.db, &self::admin(&world).await, ada, "Twice").await.unwrap_err()),
        Error::NotFound
    );
}

#[tokio::test]
async fn admins_alone_with_a_fresh_proof_and_never_of_themselves() {
    let world = World::new().await;
    let admin = admin(&world).await;
    let ada = ada(&world);
    for (actor, expected) in [(Actor::Anonymous, Error::SignInRequired), (world.actor(world.ada), Error::Forbidden)] {
        let other = UserId(world.bob.user());
        assert_eq!(told(ask_erasure_of(&world.db, &actor, other, "x").await.unwrap_err()), expected);
        assert_eq!(told(withdraw_erasure_of(&world.db, &actor, other).await.unwrap_err()), expected);
        assert_eq!(told(erasure_of(&world.db, &actor, other).await.unwrap_err()), expected);
        // Nor by this way what is one's own.
        assert_eq!(told(ask_erasure_of(&world.db, &actor, ada, "x").await.unwrap_err()), expected);
    }
    let own = ask_erasure_of(&world.db, &admin, UserId(world.bob.user()), "x").await.unwrap_err();
    assert!(matches!(told(own), Error::Conflict { message } if message.contains("Your data")));
    world.db.clock().advance(TimeDelta::minutes(11));
    assert_eq!(told(ask_erasure_of(&world.db, &admin, ada, "x").await.unwrap_err()), Error::ConfirmRequired);
    assert_eq!(told(withdraw_erasure_of(&world.db, &admin, ada).await.unwrap_err()), Error::ConfirmRequired);
    assert_eq!(world.number("select count(*) from erasures where withdrawn_at is null").await, 0);
}

#[tokio::test]
async fn what_stands_in_the_way_of_the_person_stands_in_the_admins() {
    let world = World::new().await;
    let admin = admin(&world).await;
    let ada = ada(&world);
    world.sql("update users set is_admin = true where name = 'Name mark-ada'").await;
    let refused = told(ask_erasure_of(&world.db, &admin, ada, "x").await.unwrap_err());
    assert!(matches!(&refused, Error::Conflict { message } if message.contains("platform admin")), "{refused:?}");
    world
        .sql(
            "update users set is_admin = false where name = 'Name mark-ada';
             delete from memberships m using users u where u.id = m.user_id and u.name in ('Keeper', 'Name mark-bob')",
        )
        .await;
    let refused = told(ask_erasure_of(&world.db, &admin, ada, "x").await.unwrap_err());
    assert!(matches!(&refused, Error::Conflict { message } if message.contains("only owner of Acme")), "{refused:?}");
}
