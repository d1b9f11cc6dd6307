//! Those who manage a team without a role in the organisation beside it.

use guildhall_identity::organizations as org;
use guildhall_types::{Error, TeamId};

use crate::{
    organizations::Somebody,
    stage::{Stage, told},
};

/// An organisation with two teams; the first has a manager, who is a learner, and one member.
struct School {
    owner: Somebody,
    manager: Somebody,
    member: Somebody,
    outside: Somebody,
    slug: String,
    team: TeamId,
    other: TeamId,
}

async fn school(stage: &Stage) -> School {
    let (owner, slug) = stage.enterprise().await;
    let manager = stage.member(&owner, &slug, "manager@leeds.example", "learner").await;
    let member = stage.member(&owner, &slug, "member@leeds.example", "learner").await;
    let outside = stage.member(&owner, &slug, "outside@leeds.example", "learner").await;
    let boss = stage.now(&owner).await;
    let team = org::create_team(&stage.db, &boss, &slug, "Analysts").await.unwrap();
    let other = org::create_team(&stage.db, &boss, &slug, "Others").await.unwrap();
    org::put_in_team(&stage.db, &boss, &slug, team, manager.id, true).await.unwrap();
    org::put_in_team(&stage.db, &boss, &slug, team, member.id, false).await.unwrap();
    org::put_in_team(&stage.db, &boss, &slug, other, outside.id, true).await.unwrap();
    School { owner, manager, member, outside, slug, team, other }
}

#[tokio::test]
async fn they_see_their_team_and_no_other() {
    let stage = Stage::new().await;
    let school = school(&stage).await;
    let actor = stage.now(&school.manager).await;
    let teams = org::teams(&stage.db, &actor, &school.slug).await.unwrap();
    assert_eq!(teams.len(), 1);
    assert!(teams[0].id == school.team && teams[0].is_mine && teams[0].members[0].is_manager);
    assert_eq!(teams[0].members.len(), 2);
    assert!(org::view(&stage.db, &actor, &school.slug).await.unwrap().may.see_teams);
    assert_eq!(told(org::members(&stage.db, &actor, &school.slug).await), Error::Forbidden);
    let member = stage.now(&school.member).await;
    assert_eq!(told(org::teams(&stage.db, &member, &school.slug).await), Error::Forbidden);
    assert!(!org::view(&stage.db, &member, &school.slug).await.unwrap().may.see_teams);
    let all = org::teams(&stage.db, &stage.now(&school.owner).await, &school.slug).await.unwrap();
    assert!(all.len() == 2 && all.iter().all(|team| !team.is_mine));
}

#[tokio::test]
async fn they_choose_who_is_in_it_among_the_organisations_members() {
    let stage = Stage::new().await;
    let school = school(&stage).await;
    let (db, slug, team) = (&stage.db, school.slug.as_str(), school.team);
    let actor = stage.now(&school.manager).await;
    let stranger = stage.somebody("stranger@other.example").await;
    for address in ["stranger@other.example", "nobody@leeds.example", "member@leeds.example", "not an address", ""] {
        let refused = told(org::add_to_team(db, &actor, slug, team, address).await);
        assert!(refused.message_for("email").is_some(), "{address}: {refused:?}");
    }
    org::add_to_team(db, &actor, slug, team, " Outside@Leeds.example").await.unwrap();
    assert_eq!(org::teams(db, &actor, slug).await.unwrap()[0].members.len(), 3);
    org::take_out_of_team(db, &actor, slug, team, school.member.id).await.unwrap();
    assert_eq!(org::teams(db, &actor, slug).await.unwrap()[0].members.len(), 2);
    // Not in another team, not by others, and not who manages it.
    let (member, outsider) = (stage.now(&school.member).await, stage.now(&stranger).await);
    assert_eq!(told(org::add_to_team(db, &actor, slug, school.other, "member@leeds.example").await), Error::Forbidden);
    assert_eq!(told(org::take_out_of_team(db, &actor, slug, school.other, school.outside.id).await), Error::Forbidden);
    assert_eq!(told(org::add_to_team(db, &member, slug, team, "member@leeds.example").await), Error::Forbidden);
    assert_eq!(told(org::add_to_team(db, &outsider, slug, team, "member@leeds.example").await), Error::NotFound);
    assert_eq!(told(org::put_in_team(db, &actor, slug, team, school.outside.id, true).await), Error::Forbidden);
    assert_eq!(told(org::rename_team(db, &actor, slug, team, "Mine").await), Error::Forbidden);
    assert_eq!(told(org::delete_team(db, &actor, slug, team).await), Error::Forbidden);
    let boss = stage.now(&school.owner).await;
    org::put_in_team(db, &boss, slug, team, school.outside.id, true).await.unwrap();
    assert_eq!(told(org::take_out_of_team(db, &actor, slug, team, school.outside.id).await), Error::NotFound);
    org::add_to_team(db, &boss, slug, team, "member@leeds.example").await.unwrap();
    // They are it no longer than the tables say so.
    org::put_in_team(db, &boss, slug, team, school.manager.id, false).await.unwrap();
    assert_eq!(told(org::teams(db, &actor, slug).await), Error::Forbidden);
    assert_eq!(told(org::add_to_team(db, &actor, slug, team, "owner@leeds.example").await), Error::Forbidden);
}

#[tokio::test]
async fn direct_sql_takes_them_no_further() {
    let stage = Stage::new().await;
    let school = school(&stage).await;
    let organization = stage.organization(&school.slug).await;
    let put = |team: TeamId, who: &Somebody, is_manager: bool| {
        format!(
            "insert into team_members (team_id, organization_id, user_id, is_manager, created_at) values ('{team}', '{organization}', '{}', {is_manager}, now())",
            who.id
        )
    };
    let actor = stage.now(&school.manager).await;
    for statement in [
        put(school.other, &school.member, false),
        put(school.team, &school.outside, true),
        "update team_members set is_manager = true".to_owned(),
        format!("delete from team_members where is_manager and user_id <> '{}'", school.manager.id),
        format!("delete from team_members where team_id = '{}'", school.other),
        "update teams set name = 'Mine'".to_owned(),
    ] {
        let mut tx = stage.db.begin(&actor).await.unwrap();
        match sqlx::query(sqlx::AssertSqlSafe(statement.clone())).execute(&mut *tx).await {
            Ok(done) => assert_eq!(done.rows_affected(), 0, "{statement}"),
            Err(error) => assert!(error.to_string().contains("row-level security"), "{statement}: {error}"),
        }
    }
    let mut tx = stage.db.begin(&actor).await.unwrap();
    let seen: i64 = sqlx::query_scalar("select count(*) from team_members").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(seen, 2);
    for (team, address, found) in [
        (school.team, "outside@leeds.example", true),
        (school.team, "owner@elsewhere.example", false),
        (school.other, "outside@leeds.example", false),
    ] {
        let colleague: Option<uuid::Uuid> = sqlx::query_scalar("select app_colleague($1, $2)")
            .bind(team.0)
            .bind(address)
            .fetch_one(&mut *tx)
            .await
            .unwrap();
        assert_eq!(colleague.is_some(), found, "{address}");
    }
    let hidden: i64 = sqlx::query_scalar("select count(*) from app_team_people($1)")
        .bind(school.other.0)
        .fetch_one(&mut *tx)
        .await
        .unwrap();
    assert_eq!(hidden, 0);
    let role: String = sqlx::query_scalar("select app_role()").fetch_one(&mut *tx).await.unwrap();
    assert_eq!(role, "user", "what the functions lend themselves is given back");
}
