//! Organisations: every rule by its op, and again by direct SQL.

use chrono::TimeDelta;
use guildhall_identity::organizations::{self as org, Invite};
use guildhall_kernel::{
    Actor,
    mail::{Mail, SendMail},
};
use guildhall_types::{
    Error, OrganizationId, UserId,
    organization::{InvitationState, Role},
};

use crate::stage::{PASSWORD, Stage, told};

/// A person who is signed in, and can be asked for again after something changed.
pub struct Somebody {
    pub token: String,
    pub id: UserId,
}

impl Stage {
    pub async fn somebody(&self, email: &str) -> Somebody {
        let (actor, token) = self.signed_in(email).await;
        Somebody { token, id: actor.user_id().unwrap() }
    }

    /// The person as they are now.
    pub async fn now(&self, somebody: &Somebody) -> Actor {
        self.actor(&somebody.token).await
    }

    /// An enterprise and its owner.
    pub async fn enterprise(&self) -> (Somebody, String) {
        let owner = self.somebody("owner@leeds.example").await;
        let slug = org::create(&self.db, &self.now(&owner).await, "enterprise", "Leeds Council").await.unwrap().slug;
        (owner, slug)
    }

    /// Somebody who was invited and accepted.
    pub async fn member(&self, owner: &Somebody, slug: &str, email: &str, role: &str) -> Somebody {
        let invite = Invite { email, role, team: None };
        org::invite(&self.db, &self.now(owner).await, slug, invite).await.unwrap();
        let link = self.invitation().await;
        let somebody = self.somebody(email).await;
        org::accept(&self.db, &self.now(&somebody).await, &link).await.unwrap();
        somebody
    }

    /// The token of the one invitation that is waiting to be mailed.
    pub async fn invitation(&self) -> String {
        let mails = self.take::<SendMail>().await;
        let mut links = mails.iter().filter_map(|mail| match &mail.mail {
            Mail::Invitation { link_path, .. } => link_path.strip_prefix("/invitations/"),
            _ => None,
        });
        let link = links.next().unwrap().to_owned();
        assert!(links.next().is_none());
        link
    }

    pub async fn organization(&self, slug: &str) -> OrganizationId {
        let id: uuid::Uuid = sqlx::query_scalar("select id from organizations where slug = $1")
            .bind(slug)
            .fetch_one(&self.test.owner)
            .await
            .unwrap();
        id.into()
    }
}

#[tokio::test]
async fn whoever_sets_an_organisation_up_owns_it() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    assert_eq!(slug, "leeds-council");
    let actor = stage.now(&owner).await;
    let view = org::view(&stage.db, &actor, &slug).await.unwrap();
    assert_eq!((view.role, view.members, view.owners), (Some(Role::Owner), 1, 1));
    assert!(view.may.manage_domains && view.may.invite);
    let second = org::create(&stage.db, &actor, "provider", "Leeds Council").await.unwrap();
    assert_eq!(second.slug, "leeds-council-2");
    assert!(stage.now(&owner).await.user().unwrap().is_provider);
    let mine = org::mine(&stage.db, &stage.now(&owner).await, None).await.unwrap();
    assert_eq!(mine.organizations.iter().filter(|one| one.is_current).count(), 1);
    for (kind, name, field) in
        [("platform", "X", "kind"), ("", "X", "kind"), ("provider", " ", "name"), ("provider", "www.x.test", "name")]
    {
        assert!(told(org::create(&stage.db, &actor, kind, name).await).message_for(field).is_some(), "{kind} {name}");
    }
    assert_eq!(told(org::create(&stage.db, &Actor::Anonymous, "provider", "X").await), Error::SignInRequired);
}

#[tokio::test]
async fn strangers_find_nothing_and_learners_little() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let learner = stage.member(&owner, &slug, "learner@leeds.example", "learner").await;
    let stranger = stage.somebody("stranger@other.example").await;
    org::create(&stage.db, &stage.now(&stranger).await, "enterprise", "Other").await.unwrap();
    for (actor, expected) in [
        (Actor::Anonymous, Error::SignInRequired),
        (stage.now(&stranger).await, Error::NotFound),
        (stage.now(&learner).await, Error::Forbidden),
    ] {
        let db = &stage.db;
        assert_eq!(told(org::members(db, &actor, &slug).await), expected);
        assert_eq!(told(org::teams(db, &actor, &slug).await), expected);
        assert_eq!(told(org::invitations(db, &actor, &slug).await), expected);
        assert_eq!(told(org::domains(db, &actor, &slug).await), expected);
        assert_eq!(told(org::rename(db, &actor, &slug, "Mine").await), expected);
        assert_eq!(told(org::create_team(db, &actor, &slug, "Mine").await), expected);
        assert_eq!(told(org::set_role(db, &actor, &slug, learner.id, "owner").await), expected);
        assert_eq!(told(org::remove_member(db, &actor, &slug, owner.id).await), expected);
        assert_eq!(told(org::transfer(db, &actor, &slug, learner.id).await), expected);
        let invite = Invite { email: "x@leeds.example", role: "learner", team: None };
        assert_eq!(told(org::invite(db, &actor, &slug, invite).await), expected);
    }
    assert!(org::view(&stage.db, &stage.now(&learner).await, &slug).await.is_ok());
}

#[tokio::test]
async fn an_invitation_is_bound_to_its_address() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let invite = Invite { email: " Ada@Leeds.Example ", role: "manager", team: None };
    org::invite(&stage.db, &stage.now(&owner).await, &slug, invite).await.unwrap();
    let link = stage.invitation().await;
    let other = stage.somebody("ada+1@leeds.example").await;
    let shown = org::offer(&stage.db, &stage.now(&other).await, &link).await.unwrap();
    assert!(!shown.is_mine && shown.email == "a…@leeds.example");
    for refused in [
        told(org::accept(&stage.db, &stage.now(&other).await, &link).await),
        told(org::decline(&stage.db, &stage.now(&other).await, &link).await),
    ] {
        assert!(matches!(refused, Error::Conflict { message } if message.contains("another email address")));
    }
    // Nor by its id.
    assert!(matches!(
        told(org::accept_mine(&stage.db, &stage.now(&other).await, shown.id).await),
        Error::Conflict { .. }
    ));
    assert_eq!(told(org::accept(&stage.db, &Actor::Anonymous, &link).await), Error::SignInRequired);
    let ada = stage.somebody("ada@leeds.example").await;
    let mine = org::mine(&stage.db, &stage.now(&ada).await, None).await.unwrap();
    assert_eq!(mine.invitations.len(), 1);
    assert_eq!(org::accept(&stage.db, &stage.now(&ada).await, &link).await.unwrap().slug, slug);
    let id = stage.organization(&slug).await;
    assert_eq!(stage.now(&ada).await.user().unwrap().role_in(id), Some(Role::Manager));
    assert!(matches!(told(org::accept(&stage.db, &stage.now(&ada).await, &link).await), Error::Conflict { .. }));
}

#[tokio::test]
async fn an_unconfirmed_address_accepts_nothing() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let invite = Invite { email: "ada@leeds.example", role: "learner", team: None };
    let id = org::invite(&stage.db, &stage.now(&owner).await, &slug, invite).await.unwrap();
    let link = stage.invitation().await;
    let ada = stage.somebody("ada@leeds.example").await;
    // As a session from before would still say: the database knows better.
    let confirmed = stage.now(&ada).await;
    stage.owner_sql("update users set email_confirmed_at = null where email = 'ada@leeds.example'").await;
    assert!(matches!(told(org::accept_mine(&stage.db, &confirmed, id).await), Error::Conflict { .. }));
    assert!(matches!(told(org::accept(&stage.db, &confirmed, &link).await), Error::Conflict { .. }));
    assert_eq!(stage.count("select count(*) from memberships").await, 1);
}

#[tokio::test]
async fn invitations_expire_are_resent_and_withdrawn() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    stage.somebody("ada@leeds.example").await;
    let boss = stage.now(&owner).await;
    let invite = Invite { email: "ada@leeds.example", role: "learner", team: None };
    let id = org::invite(&stage.db, &boss, &slug, invite).await.unwrap();
    let first = stage.invitation().await;
    assert!(told(org::invite(&stage.db, &boss, &slug, invite).await).message_for("email").is_some());
    assert!(matches!(told(org::resend(&stage.db, &boss, &slug, id).await), Error::Conflict { .. }));

    stage.wait(TimeDelta::days(14));
    // Longer than a session is left alone.
    let session = stage.sign_in_as("ada@leeds.example", PASSWORD).await.unwrap();
    let actor = stage.actor(&session.refresh_token).await;
    assert!(matches!(told(org::accept(&stage.db, &actor, &first).await), Error::Conflict { .. }));
    assert_eq!(org::invitations(&stage.db, &boss, &slug).await.unwrap()[0].state, InvitationState::Expired);

    org::resend(&stage.db, &boss, &slug, id).await.unwrap();
    let second = stage.invitation().await;
    assert!(matches!(told(org::accept(&stage.db, &actor, &first).await), Error::Conflict { .. }));
    assert!(org::offer(&stage.db, &actor, &second).await.unwrap().is_mine);

    org::withdraw(&stage.db, &boss, &slug, id).await.unwrap();
    assert!(matches!(told(org::accept(&stage.db, &actor, &second).await), Error::Conflict { .. }));
    assert_eq!(told(org::resend(&stage.db, &boss, &slug, id).await), Error::NotFound);

    let third = org::invite(&stage.db, &boss, &slug, invite).await.unwrap();
    assert_ne!(third, id);
    let link = stage.invitation().await;
    org::decline(&stage.db, &actor, &link).await.unwrap();
    assert!(matches!(told(org::accept(&stage.db, &actor, &link).await), Error::Conflict { .. }));
    assert_eq!(stage.count("select count(*) from memberships").await, 1);
}

#[tokio::test]
async fn managers_look_after_learners_alone() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let manager = stage.member(&owner, &slug, "manager@leeds.example", "manager").await;
    let learner = stage.member(&owner, &slug, "learner@leeds.example", "learner").await;
    let actor = stage.now(&manager).await;
    for role in ["owner", "manager"] {
        let invite = Invite { email: "x@leeds.example", role, team: None };
        assert_eq!(told(org::invite(&stage.db, &actor, &slug, invite).await), Error::Forbidden);
    }
    assert_eq!(told(org::set_role(&stage.db, &actor, &slug, manager.id, "owner").await), Error::Forbidden);
    assert_eq!(told(org::remove_member(&stage.db, &actor, &slug, owner.id).await), Error::Forbidden);
    let team = org::create_team(&stage.db, &actor, &slug, "Analysts").await.unwrap();
    assert!(told(org::create_team(&stage.db, &actor, &slug, "ANALYSTS").await).message_for("name").is_some());
    let invite = Invite { email: "new@leeds.example", role: "learner", team: Some(team) };
    org::invite(&stage.db, &actor, &slug, invite).await.unwrap();
    let link = stage.invitation().await;
    let new = stage.somebody("new@leeds.example").await;
    org::accept(&stage.db, &stage.now(&new).await, &link).await.unwrap();
    org::put_in_team(&stage.db, &actor, &slug, team, learner.id, true).await.unwrap();
    let teams = org::teams(&stage.db, &actor, &slug).await.unwrap();
    assert_eq!(teams[0].members.iter().map(|member| member.is_manager).collect::<Vec<_>>(), [true, false]);
    org::remove_member(&stage.db, &actor, &slug, learner.id).await.unwrap();
    assert_eq!(org::teams(&stage.db, &actor, &slug).await.unwrap()[0].members.len(), 1);
    let stranger = stage.somebody("stranger@other.example").await;
    assert_eq!(told(org::put_in_team(&stage.db, &actor, &slug, team, stranger.id, false).await), Error::NotFound);
}

#[tokio::test]
async fn the_last_owner_stays() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let heir = stage.member(&owner, &slug, "heir@leeds.example", "manager").await;
    let actor = stage.now(&owner).await;
    let last = |error| matches!(error, Error::Conflict { message } if message.contains("needs an owner"));
    assert!(last(told(org::leave(&stage.db, &actor, &slug).await)));
    assert!(last(told(org::set_role(&stage.db, &actor, &slug, owner.id, "manager").await)));
    assert!(last(told(org::remove_member(&stage.db, &actor, &slug, owner.id).await)));
    assert!(told(org::transfer(&stage.db, &actor, &slug, owner.id).await).message_for("user").is_some());
    let stranger = stage.somebody("stranger@other.example").await;
    assert_eq!(told(org::transfer(&stage.db, &actor, &slug, stranger.id).await), Error::NotFound);
    org::transfer(&stage.db, &actor, &slug, heir.id).await.unwrap();
    let id = stage.organization(&slug).await;
    assert_eq!(stage.now(&owner).await.user().unwrap().role_in(id), Some(Role::Manager));
    assert_eq!(stage.now(&heir).await.user().unwrap().role_in(id), Some(Role::Owner));
    // The session from before still says owner; the tables do not.
    assert_eq!(told(org::set_role(&stage.db, &actor, &slug, owner.id, "owner").await), Error::Forbidden);
    org::leave(&stage.db, &stage.now(&owner).await, &slug).await.unwrap();
    assert_eq!(told(org::view(&stage.db, &stage.now(&owner).await, &slug).await), Error::NotFound);
}

#[tokio::test]
async fn two_owners_who_demote_each_other_at_once_leave_one() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let other = stage.member(&owner, &slug, "other@leeds.example", "owner").await;
    let (one, two) = (stage.now(&owner).await, stage.now(&other).await);
    for _ in 0..5 {
        let (first, second) = tokio::join!(
            org::set_role(&stage.db, &one, &slug, owner.id, "learner"),
            org::set_role(&stage.db, &two, &slug, other.id, "learner"),
        );
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        assert_eq!(stage.count("select count(*) from memberships where role = 'owner'").await, 1);
        stage.owner_sql("update memberships set role = 'owner'").await;
    }
    // Also past the ops, by two transactions that both saw two owners.
    let mut first = stage.db.begin(&one).await.unwrap();
    let mut second = stage.db.begin(&two).await.unwrap();
    let demote = "update memberships set role = 'learner' where user_id = $1";
    sqlx::query("select count(*) from memberships").fetch_one(&mut *second).await.unwrap();
    sqlx::query(demote).bind(owner.id.0).execute(&mut *first).await.unwrap();
    let (done, ()) = tokio::join!(sqlx::query(demote).bind(other.id.0).execute(&mut *second), async {
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        first.commit().await.unwrap();
    });
    assert_eq!(guildhall_db::violated(&done.unwrap_err()), Some("memberships_last_owner"));
}

#[tokio::test]
async fn direct_sql_reaches_no_further_than_the_ops() {
    let stage = Stage::new().await;
    let (owner, slug) = stage.enterprise().await;
    let manager = stage.member(&owner, &slug, "manager@leeds.example", "manager").await;
    let learner = stage.member(&owner, &slug, "learner@leeds.example", "learner").await;
    let stranger = stage.somebody("stranger@other.example").await;
    let boss = stage.now(&owner).await;
    org::create_team(&stage.db, &boss, &slug, "Team").await.unwrap();
    org::add_domain(&stage.db, &boss, &slug, "leeds.example").await.unwrap();
    org::invite(&stage.db, &boss, &slug, Invite { email: "x@leeds.example", role: "owner", team: None }).await.unwrap();
    let (id, me) = (stage.organization(&slug).await, stranger.id);
    let join = |who: UserId, role: &str| {
        format!(
            "insert into memberships (organization_id, user_id, role, created_at) values ('{id}', '{who}', '{role}', now())"
        )
    };
    let tries = [
        (&stranger, join(me, "learner")),
        (&stranger, join(me, "owner")),
        (&stranger, "update memberships set role = 'owner'".to_owned()),
        (&stranger, format!("delete from memberships where user_id <> '{me}'")),
        (&stranger, format!("update invitations set email = 'stranger@other.example' where organization_id = '{id}'")),
        (&stranger, "update users set email = 'x@leeds.example'".to_owned()),
        (&stranger, "update users set email_confirmed_at = null".to_owned()),
        (&learner, "update memberships set role = 'owner'".to_owned()),
        (&learner, format!("delete from memberships where user_id <> '{}'", learner.id)),
        (&learner, "update organizations set name = 'Mine'".to_owned()),
        (&learner, "update teams set name = 'Mine'".to_owned()),
        (&learner, "delete from teams".to_owned()),
        (&manager, "update memberships set role = 'owner'".to_owned()),
        (&manager, "delete from memberships where role = 'owner'".to_owned()),
        (&manager, "update invitations set state = 'accepted', closed_at = now()".to_owned()),
        (&manager, "delete from organization_domains".to_owned()),
        (&owner, "update organization_domains set verified_at = now(), verified_by = 'dns'".to_owned()),
        (&owner, "update organizations set kind = 'platform'".to_owned()),
        (&owner, "update organizations set suspended_at = now()".to_owned()),
        (&owner, join(me, "owner")),
    ];
    for (who, statement) in tries {
        let actor = stage.now(who).await;
        let mut tx = stage.db.begin(&actor).await.unwrap();
        match sqlx::query(sqlx::AssertSqlSafe(statement.clone())).execute(&mut *tx).await {
            Ok(done) => assert_eq!(done.rows_affected(), 0, "{statement}"),
            Err(error) => {
                let code = error
                    .as_database_error()
                    .and_then(sqlx::error::DatabaseError::code)
                    .map(std::borrow::Cow::into_owned);
                assert!(matches!(code.as_deref(), Some("42501" | "23514")), "{statement}: {error}");
            }
        }
    }
    for who in [&stranger, &learner] {
        let actor = stage.now(who).await;
        let mut tx = stage.db.begin(&actor).await.unwrap();
        for (table, seen) in [
            ("app_people((select id from organizations limit 1))", 0_i64),
            // Their own, accepted one they see.
            ("invitations where email <> 'learner@leeds.example'", 0),
            ("organization_domains", 0),
        ] {
            let statement = format!("select count(*) from {table}");
            let count: i64 = sqlx::query_scalar(sqlx::AssertSqlSafe(statement)).fetch_one(&mut *tx).await.unwrap();
            assert_eq!(count, seen, "{table}");
        }
        // What the functions lend themselves is given back.
        let role: String = sqlx::query_scalar("select app_role()").fetch_one(&mut *tx).await.unwrap();
        assert_eq!(role, "user");
        sqlx::query("select * from app_people_unchecked((select id from organizations limit 1))")
            .execute(&mut *tx)
            .await
            .unwrap_err();
    }
}
