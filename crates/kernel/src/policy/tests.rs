use std::path::Path;

use guildhall_types::SessionId;
use proptest::{prelude::*, sample::select};
use uuid::Uuid;

use super::*;
use crate::{Clock, Membership, STEP_UP};

fn id<T: From<Uuid>>(number: u128) -> T {
    Uuid::from_u128(number).into()
}

fn person(memberships: &[(u128, OrganizationKind, Role)], is_admin: bool) -> Actor {
    Actor::User(Box::new(UserActor {
        id: id(1),
        session: SessionId(Uuid::nil()),
        organizations: memberships.iter().map(|(organization, ..)| id(*organization)).collect(),
        memberships: memberships
            .iter()
            .map(|(organization, kind, role)| Membership { organization: id(*organization), kind: *kind, role: *role })
            .collect(),
        is_admin,
        name: String::new(),
        email: String::new(),
        email_confirmed: true,
        is_provider: false,
        authenticated_at: chrono::DateTime::UNIX_EPOCH,
        amr: Vec::new(),
        clock: Clock::fixed(chrono::DateTime::UNIX_EPOCH),
        lacks_second_factor: false,
        must_agree: false,
    }))
}

fn in_ten(role: Role) -> Actor {
    person(&[(10, OrganizationKind::Enterprise, role)], false)
}

const TEN: fn() -> Subject = || Subject::Organization(id(10));

#[test]
fn the_document_is_printed_from_the_table() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/permissions.md");
    if std::env::var_os("WRITE_DOCS").is_some() {
        std::fs::write(&path, document()).unwrap();
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == document(), "docs/permissions.md differs from the table: run this test with WRITE_DOCS=1");
}

#[test]
fn every_action_has_one_row() {
    let mut seen: Vec<Action> = TABLE.iter().map(|rule| rule.action).collect();
    seen.sort_unstable();
    seen.dedup();
    assert_eq!(seen.len(), TABLE.len());
}

#[test]
fn refusals_say_no_more_than_they_must() {
    let learner = in_ten(Role::Learner);
    assert_eq!(learner.may(Action::ManageTeams, &TEN()), Err(Error::Forbidden));
    assert_eq!(learner.may(Action::ReadOrganization, &Subject::Organization(id(11))), Err(Error::NotFound));
    assert_eq!(learner.may(Action::ReadAccount, &Subject::Person(id(2))), Err(Error::NotFound));
    assert_eq!(learner.may(Action::ReadPeople, &Subject::Platform), Err(Error::Forbidden));
    assert_eq!(Actor::Anonymous.may(Action::ReadOrganization, &TEN()), Err(Error::SignInRequired));
    assert_eq!(Actor::Anonymous.may(Action::ReadCatalog, &Subject::Platform), Ok(()));
    assert_eq!(Actor::System("x").may(Action::SuspendPerson, &Subject::Person(id(1))), Ok(()));
}

#[test]
fn an_admin_is_no_stranger_but_no_owner_either() {
    let admin = person(&[], true);
    assert_eq!(admin.may(Action::SuspendOrganization, &TEN()), Ok(()));
    assert_eq!(admin.may(Action::TransferOwnership, &TEN()), Err(Error::Forbidden));
    assert_eq!(admin.may(Action::ChangeAccount, &Subject::Person(id(2))), Err(Error::NotFound));
}

/// As [`person`], some time after they proved who they are.
fn later(memberships: &[(u128, OrganizationKind, Role)], is_admin: bool, time: chrono::TimeDelta) -> Actor {
    changed(memberships, is_admin, |user| user.clock.advance(time))
}

fn changed(
    memberships: &[(u128, OrganizationKind, Role)],
    is_admin: bool,
    change: impl FnOnce(&mut UserActor),
) -> Actor {
    let Actor::User(mut user) = person(memberships, is_admin) else { unreachable!() };
    change(&mut user);
    Actor::User(user)
}

#[test]
fn what_matters_asks_again_after_ten_minutes_whoever_asks_and_shows_its_button_all_the_while() {
    let ten = [(10, OrganizationKind::Enterprise, Role::Owner)];
    let second = chrono::TimeDelta::seconds(1);
    for (action, subject) in [
        (Action::ManageRoles, TEN()),
        (Action::TransferOwnership, TEN()),
        (Action::ManageSignOn, TEN()),
        (Action::RemoveDomains, TEN()),
        (Action::ErasePerson, Subject::Person(id(1))),
        (Action::RefundOrders, Subject::Platform),
        (Action::ManageAdmins, Subject::Platform),
    ] {
        assert!(action.rule().steps_up, "{action:?}");
        let is_admin = subject == Subject::Platform;
        assert_eq!(later(&ten, is_admin, STEP_UP).may(action, &subject), Ok(()), "{action:?}");
        let late = later(&ten, is_admin, STEP_UP + second);
        assert_eq!(late.may(action, &subject), Err(Error::ConfirmRequired), "{action:?}");
        assert!(late.can(action, &subject), "{action:?}");
        // Another node's clock, not a proof that never ages.
        let early = later(&ten, is_admin, -STEP_UP - second);
        assert_eq!(early.may(action, &subject), Err(Error::ConfirmRequired), "{action:?}");
        assert_eq!(Actor::System("x").may(action, &subject), Ok(()));
    }
}

#[test]
fn a_role_that_asks_for_a_second_factor_counts_for_nothing_without() {
    let lacks = |memberships: &[_], is_admin| changed(memberships, is_admin, |user| user.lacks_second_factor = true);
    let admin = lacks(&[], true);
    assert_eq!(admin.role(), "user", "nor in the database");
    assert_eq!(person(&[], true).role(), "admin");
    for rule in TABLE {
        for subject in [TEN(), Subject::Person(id(2)), Subject::Platform] {
            let stranger = person(&[], false).may(rule.action, &subject);
            match person(&[], true).may(rule.action, &subject) {
                Ok(()) if stranger.is_err() => {
                    assert_eq!(admin.may(rule.action, &subject), Err(Error::SecondFactorRequired), "{rule:?}");
                }
                other => assert_eq!(admin.may(rule.action, &subject), other, "{rule:?}"),
            }
        }
    }
    let provider = [(10, OrganizationKind::Provider, Role::Owner), (11, OrganizationKind::Enterprise, Role::Owner)];
    let owner = lacks(&provider, false);
    for action in [Action::EditCourses, Action::ReadFigures, Action::ReadMembers, Action::ManageRoles] {
        assert_eq!(owner.may(action, &TEN()), Err(Error::SecondFactorRequired), "{action:?}");
    }
    assert_eq!(owner.may(Action::LeaveOrganization, &TEN()), Ok(()));
    assert_eq!(owner.may(Action::ManageTeams, &Subject::Organization(id(11))), Ok(()), "an enterprise asks for none");
    assert_eq!(owner.may(Action::ChangeAccount, &Subject::Person(id(1))), Ok(()));
    let editor = lacks(&[(10, OrganizationKind::Provider, Role::Editor)], false);
    assert_eq!(editor.may(Action::EditCourses, &TEN()), Ok(()));
}

#[test]
fn a_teams_manager_looks_after_that_team_and_no_more() {
    let learner = in_ten(Role::Learner);
    let team = |is_manager| Subject::Team { organization: id(10), is_manager };
    for action in [Action::ReadTeam, Action::FillTeam] {
        assert_eq!(learner.may(action, &team(true)), Ok(()));
        assert_eq!(learner.may(action, &team(false)), Err(Error::Forbidden));
        assert_eq!(in_ten(Role::Manager).may(action, &team(false)), Ok(()));
        let elsewhere = Subject::Team { organization: id(11), is_manager: false };
        assert_eq!(in_ten(Role::Owner).may(action, &elsewhere), Err(Error::NotFound));
    }
    assert_eq!(learner.may(Action::ManageTeams, &team(true)), Err(Error::Forbidden));
    assert_eq!(learner.may(Action::ReadMembers, &TEN()), Err(Error::Forbidden));
}

#[test]
fn before_agreeing_one_may_read_keep_ones_account_and_leave() {
    let must_agree = |memberships: &[_], is_admin| changed(memberships, is_admin, |user| user.must_agree = true);
    let ten = [(10, OrganizationKind::Provider, Role::Owner)];
    let (before, after, no_admin) = (must_agree(&ten, true), person(&ten, true), person(&ten, false));
    for rule in TABLE {
        for subject in [TEN(), Subject::Person(id(1)), Subject::Person(id(2)), Subject::Platform] {
            let expected = match after.may(rule.action, &subject) {
                Ok(()) if !rule.before_agreeing || no_admin.may(rule.action, &subject).is_err() => {
                    Err(Error::AgreementRequired)
                }
                other => other,
            };
            assert_eq!(before.may(rule.action, &subject), expected, "{rule:?}");
            assert_eq!(before.can(rule.action, &subject), after.can(rule.action, &subject), "{rule:?}");
        }
    }
    // Whoever does not agree can get their data and go, whatever else changes in the table.
    for action in
        [Action::GiveConsent, Action::ReadAccount, Action::ExportPerson, Action::ErasePerson, Action::EndSessions]
    {
        assert_eq!(must_agree(&[], false).may(action, &Subject::Person(id(1))), Ok(()), "{action:?}");
    }
    for action in [Action::LeaveOrganization, Action::TransferOwnership] {
        assert_eq!(
            before.may(action, &TEN()),
            Ok(()),
            "{action:?}: nobody is held by an organisation that they own alone"
        );
    }
    // And can do nothing with anybody's money, courses or people.
    for action in [Action::Buy, Action::Learn, Action::CreateOrganization, Action::JoinOrganization] {
        assert_eq!(before.may(action, &Subject::Person(id(1))), Err(Error::AgreementRequired), "{action:?}");
    }
    for action in
        [Action::EditCourses, Action::InvitePeople, Action::ManageRoles, Action::ManageSignOn, Action::ReadFigures]
    {
        assert_eq!(before.may(action, &TEN()), Err(Error::AgreementRequired), "{action:?}");
    }
    // It is asked before the proof: agreeing needs none.
    let late = changed(&ten, false, |user| {
        user.must_agree = true;
        user.clock.advance(STEP_UP * 2);
    });
    assert_eq!(late.may(Action::ManageRoles, &TEN()), Err(Error::AgreementRequired));
    assert_eq!(late.may(Action::TransferOwnership, &TEN()), Err(Error::ConfirmRequired));
}

fn any_action() -> impl Strategy<Value = Action> {
    select(TABLE.iter().map(|rule| rule.action).collect::<Vec<_>>())
}

proptest! {
    #[test]
    fn an_owner_may_all_that_another_member_may(action in any_action(), role in select(Role::ALL.to_vec())) {
        prop_assert!(!in_ten(role).can(action, &TEN()) || in_ten(Role::Owner).can(action, &TEN()));
    }

    #[test]
    fn an_editor_may_all_that_an_analyst_may_and_all_what_a_learner_may(action in any_action()) {
        for (more, less) in [(Role::Editor, Role::Analyst), (Role::Analyst, Role::Learner), (Role::Manager, Role::Learner)] {
            prop_assert!(!in_ten(less).can(action, &TEN()) || in_ten(more).can(action, &TEN()), "{:?} {:?}", more, less);
        }
    }

    #[test]
    fn what_everybody_may_everybody_may(action in any_action(), role in select(Role::ALL.to_vec()), admin in any::<bool>()) {
        if Actor::Anonymous.can(action, &TEN()) {
            prop_assert!(in_ten(role).can(action, &TEN()) && person(&[], admin).can(action, &TEN()));
        }
    }

    #[test]
    fn a_role_counts_in_its_own_organisation_alone(action in any_action(), role in select(Role::ALL.to_vec()), other in 11_u128..100) {
        let elsewhere = Subject::Organization(id(other));
        prop_assert_eq!(in_ten(role).may(action, &elsewhere), person(&[], false).may(action, &elsewhere));
    }

    #[test]
    fn roles_do_not_reach_other_people(action in any_action(), role in select(Role::ALL.to_vec()), other in 2_u128..100) {
        let stranger = Subject::Person(id(other));
        prop_assert_eq!(in_ten(role).may(action, &stranger), person(&[], false).may(action, &stranger));
    }
}
