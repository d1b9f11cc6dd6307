//! Who may do what: one table of actions and relations, which server functions, pages, REST and jobs ask by the same call,
//! [`Actor::may`]. Row-level security is the second wall behind it.
//!
//! Invariants: what an action's row does not name is refused; whoever stands nearer may all that those further away may
//! (an owner all that a member may); what belongs to another tenant is not found rather than forbidden.
//! `docs/permissions.md` is printed from the table, and a test fails when the two differ.

use guildhall_types::{
    Error, OrganizationId, UserId,
    organization::{OrganizationKind, Role},
};

use crate::{Actor, UserActor};

/// How somebody stands to what they want to act on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Relation {
    /// Everybody, signed in or not.
    Anyone,
    SignedIn,
    /// It is the person, or belongs to them.
    Myself,
    /// Of the organisation, whatever the role: a learner, and all others.
    Member,
    /// Reads a provider's figures.
    Analyst,
    /// Writes a provider's courses.
    Editor,
    /// Looks after an enterprise's learners.
    Manager,
    Owner,
    /// Of the platform.
    Admin,
}

impl Relation {
    pub const ALL: [Self; 9] = [
        Self::Anyone,
        Self::SignedIn,
        Self::Myself,
        Self::Member,
        Self::Analyst,
        Self::Editor,
        Self::Manager,
        Self::Owner,
        Self::Admin,
    ];

    /// The heading of its column.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Anyone => "anyone",
            Self::SignedIn => "signed in",
            Self::Myself => "self",
            Self::Member => "member",
            Self::Analyst => "analyst",
            Self::Editor => "editor",
            Self::Manager => "manager",
            Self::Owner => "owner",
            Self::Admin => "admin",
        }
    }

    /// Which relations a role in an organisation brings with it.
    #[must_use]
    pub const fn of_role(role: Role) -> &'static [Self] {
        match role {
            Role::Learner => &[Self::Member],
            Role::Analyst => &[Self::Member, Self::Analyst],
            Role::Editor => &[Self::Member, Self::Analyst, Self::Editor],
            Role::Manager => &[Self::Member, Self::Manager],
            Role::Owner => &[Self::Member, Self::Analyst, Self::Editor, Self::Manager, Self::Owner],
        }
    }
}

/// What is acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A person, or what belongs to them: their account, orders, courses.
    Person(UserId),
    /// An organisation, or what belongs to it.
    Organization(OrganizationId),
    /// Guildhall as a whole.
    Platform,
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub action: Action,
    /// Who may; nobody else.
    pub allowed: &'static [Relation],
    /// Whether the person must have proved lately that it is them.
    pub steps_up: bool,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $words:literal: $allowed:expr $(, $steps:ident)?;)+) => {
        /// What can be done.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Action {
            $($(#[$doc])* $name,)+
        }

        impl Action {
            /// As the table says it.
            #[must_use]
            pub const fn words(self) -> &'static str {
                match self { $(Self::$name => $words,)+ }
            }

            /// The action's row.
            #[must_use]
            pub const fn rule(self) -> Rule {
                match self { $(Self::$name => Rule {
                    action: self, allowed: $allowed, steps_up: steps!($($steps)?),
                },)+ }
            }
        }

        /// The table.
        pub const TABLE: &[Rule] = &[$(Action::$name.rule(),)+];
    };
}

macro_rules! steps {
    () => {
        false
    };
    (steps_up) => {
        true
    };
}

use Relation::{Admin, Analyst, Anyone, Editor, Manager, Member, Myself, Owner, SignedIn};

/// Everybody in the organisation, and admins.
const MEMBERS: &[Relation] = &[Member, Analyst, Editor, Manager, Owner, Admin];
/// Those who work for the organisation rather than learn there, and admins.
const STAFF: &[Relation] = &[Analyst, Editor, Manager, Owner, Admin];

actions! {
    ReadCatalog = "Read the catalogue": &[Anyone, SignedIn, Myself, Member, Analyst, Editor, Manager, Owner, Admin];
    ReadAccount = "Read an account": &[Myself, Admin];
    ChangeAccount = "Change an account's name and password": &[Myself];
    EndSessions = "End a person's sessions": &[Myself, Admin];
    Learn = "Take courses, keep notes, write reviews": &[Myself];
    Buy = "Buy a course": &[Myself];
    ReadOrders = "Read a person's orders": &[Myself, Admin];
    GiveConsent = "Agree to the terms": &[Myself];
    ExportPerson = "Export everything about a person": &[Myself];
    ErasePerson = "Erase a person": &[Myself, Admin], steps_up;
    JoinOrganization = "Join an organisation, invited or by domain": &[Myself];
    CreateOrganization = "Set up an organisation": &[Myself];
    ReadOrganization = "Read an organisation": MEMBERS;
    LeaveOrganization = "Leave an organisation": &[Member, Analyst, Editor, Manager, Owner];
    ReadMembers = "Read an organisation's members and teams": STAFF;
    InvitePeople = "Invite people, resend and withdraw invitations": &[Manager, Owner, Admin];
    RemoveMembers = "Remove learners": &[Manager, Owner, Admin];
    ManageTeams = "Make and change teams": &[Manager, Owner, Admin];
    ManageRoles = "Change roles, invite and remove anyone": &[Owner, Admin], steps_up;
    TransferOwnership = "Hand an organisation over": &[Owner], steps_up;
    ChangeOrganization = "Rename an organisation": &[Owner, Admin];
    ManageDomains = "Prove and remove mail domains": &[Owner, Admin];
    ManageSignOn = "Connect single sign-on and directories": &[Owner, Admin], steps_up;
    EditCourses = "Write a provider's courses": &[Editor, Owner, Admin];
    ReadFigures = "Read an organisation's figures": STAFF;
    ReadPeople = "Search and read all people": &[Admin];
    ReadOrganizations = "Search and read all organisations": &[Admin];
    SuspendPerson = "Suspend and restore a person": &[Admin];
    SuspendOrganization = "Suspend and restore an organisation": &[Admin];
    RefundOrders = "Refund an order": &[Admin], steps_up;
    ReadLedger = "Read the whole ledger": &[Admin];
    ImportCourses = "Import courses for any provider": &[Admin];
    ReadAudit = "Search and export the audit trail": &[Admin];
}

impl Actor {
    /// Whether the actor may do this to that. The program's own work may do everything: which work runs is decided by
    /// whoever enqueues it.
    ///
    /// # Errors
    /// [`Error::SignInRequired`] for nobody in particular; [`Error::NotFound`] for what is another person's or another
    /// organisation's; [`Error::Forbidden`] inside one's own organisation and for the platform's own affairs.
    pub fn may(&self, action: Action, subject: &Subject) -> Result<(), Error> {
        let allowed = action.rule().allowed;
        match self {
            Self::System(_) => Ok(()),
            Self::Anonymous if allowed.contains(&Anyone) => Ok(()),
            Self::Anonymous => Err(Error::SignInRequired),
            Self::User(user) if user.relations(subject).iter().any(|relation| allowed.contains(relation)) => Ok(()),
            Self::User(user) => Err(user.refusal(subject)),
        }
    }

    /// The signed-in person, who may do this with what is theirs.
    ///
    /// # Errors
    /// [`Error::SignInRequired`] for everybody else, the program too: it has nothing of its own.
    pub fn myself(&self, action: Action) -> Result<&UserActor, Error> {
        let user = self.user()?;
        self.may(action, &Subject::Person(user.id))?;
        Ok(user)
    }

    /// As [`Actor::may`], for pages that show or leave out a button.
    #[must_use]
    pub fn can(&self, action: Action, subject: &Subject) -> bool {
        self.may(action, subject).is_ok()
    }
}

impl UserActor {
    /// Every relation of the person to the subject.
    #[must_use]
    pub fn relations(&self, subject: &Subject) -> Vec<Relation> {
        let mut relations = vec![Anyone, SignedIn];
        match subject {
            Subject::Person(person) if *person == self.id => relations.push(Myself),
            Subject::Organization(organization) => {
                relations.extend(self.role_in(*organization).map(Relation::of_role).unwrap_or_default());
            }
            Subject::Person(_) | Subject::Platform => {}
        }
        if self.is_admin {
            relations.push(Admin);
        }
        relations
    }

    /// The person's role in an organisation.
    #[must_use]
    pub fn role_in(&self, organization: OrganizationId) -> Option<Role> {
        self.memberships.iter().find(|membership| membership.organization == organization).map(|found| found.role)
    }

    /// Whether the person belongs to an organisation of this kind.
    #[must_use]
    pub fn belongs_to(&self, kind: OrganizationKind) -> bool {
        self.memberships.iter().any(|membership| membership.kind == kind)
    }

    fn refusal(&self, subject: &Subject) -> Error {
        match subject {
            Subject::Person(person) if *person == self.id => Error::Forbidden,
            Subject::Organization(organization) if self.is_admin || self.role_in(*organization).is_some() => {
                Error::Forbidden
            }
            Subject::Platform => Error::Forbidden,
            Subject::Person(_) | Subject::Organization(_) => Error::NotFound,
        }
    }
}

/// The table as a page of documentation.
#[must_use]
pub fn document() -> String {
    let mut page = String::from(
        "# Who may do what\n\nPrinted from the table in `crates/kernel/src/policy.rs`; a test fails when the two differ. `WRITE_DOCS=1 cargo test -p\nguildhall-kernel` prints it anew. Whoever is not named in a row is refused: what is another tenant's is not found (404), what is forbidden\ninside one's own organisation is forbidden (403). \"Confirm\" asks the person to prove again that it is them.\n\n| action |",
    );
    for relation in Relation::ALL {
        page.push_str(&format!(" {} |", relation.label()));
    }
    page.push_str(" confirm |\n|---|");
    page.push_str(&"---|".repeat(Relation::ALL.len() + 1));
    page.push('\n');
    for rule in TABLE {
        page.push_str(&format!("| {} |", rule.action.words()));
        for relation in Relation::ALL {
            page.push_str(if rule.allowed.contains(&relation) { " yes |" } else { " |" });
        }
        page.push_str(if rule.steps_up { " yes |\n" } else { " |\n" });
    }
    page.push_str("\n## Roles\n\n| organisation | role | counts as |\n|---|---|---|\n");
    for kind in OrganizationKind::ALL {
        for role in kind.roles() {
            let relations: Vec<&str> = Relation::of_role(*role).iter().map(|relation| relation.label()).collect();
            page.push_str(&format!("| {} | {} | {} |\n", kind.slug(), role.slug(), relations.join(", ")));
        }
    }
    page
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use guildhall_types::SessionId;
    use proptest::{prelude::*, sample::select};
    use uuid::Uuid;

    use super::*;
    use crate::Membership;

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
                .map(|(organization, kind, role)| Membership {
                    organization: id(*organization),
                    kind: *kind,
                    role: *role,
                })
                .collect(),
            is_admin,
            name: String::new(),
            email: String::new(),
            email_confirmed: true,
            is_provider: false,
            authenticated_at: chrono::DateTime::UNIX_EPOCH,
            amr: Vec::new(),
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
}
