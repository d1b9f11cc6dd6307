//! Who may do what: one table of actions and relations, which server functions, pages, REST and jobs ask by the same call,
//! [`Actor::may`]. Row-level security is the second wall behind it.
//!
//! Invariants: what an action's row does not name is refused; whoever stands nearer may all that those further away may
//! (an owner all that a member may); what belongs to another tenant is not found rather than forbidden; what steps up is
//! refused to whoever did not prove lately that it is them; a role that asks for a second factor counts for nothing without;
//! whoever has not agreed to the terms may do only what a row says is there for them too.
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
    /// Manages the team that it is about, whatever the role in the organisation.
    TeamManager,
    /// Looks after an enterprise's learners.
    Manager,
    Owner,
    /// Of the platform.
    Admin,
}

impl Relation {
    pub const ALL: [Self; 10] = [
        Self::Anyone,
        Self::SignedIn,
        Self::Myself,
        Self::Member,
        Self::TeamManager,
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
            Self::TeamManager => "team's manager",
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
    /// A team of an organisation. Whether the acting person manages it stands in the tables, not in the session: whoever
    /// asks has looked.
    Team { organization: OrganizationId, is_manager: bool },
    /// Guildhall as a whole.
    Platform,
}

impl Subject {
    /// The organisation that it is, or belongs to.
    const fn organization(&self) -> Option<OrganizationId> {
        match self {
            Self::Organization(organization) | Self::Team { organization, .. } => Some(*organization),
            Self::Person(_) | Self::Platform => None,
        }
    }
}

/// One row of the table.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    pub action: Action,
    /// Who may; nobody else.
    pub allowed: &'static [Relation],
    /// Whether the person must have proved lately that it is them.
    pub steps_up: bool,
    /// Whether it is there for those too who have not agreed to the terms: to read, to look after the account, to leave.
    pub before_agreeing: bool,
}

macro_rules! actions {
    ($($(#[$doc:meta])* $name:ident = $words:literal: $allowed:expr $(, $mark:ident)*;)+) => {
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
                    action: self,
                    allowed: $allowed,
                    steps_up: marked!(steps_up: $($mark)*),
                    before_agreeing: marked!(before_agreeing: $($mark)*),
                },)+ }
            }
        }

        /// The table.
        pub const TABLE: &[Rule] = &[$(Action::$name.rule(),)+];
    };
}

/// Whether a mark is among those of a row. Only these two are known.
macro_rules! marked {
    ($mark:ident:) => {
        false
    };
    (steps_up: steps_up $($rest:ident)*) => {
        true
    };
    (before_agreeing: before_agreeing $($rest:ident)*) => {
        true
    };
    (steps_up: before_agreeing $($rest:ident)*) => {
        marked!(steps_up: $($rest)*)
    };
    (before_agreeing: steps_up $($rest:ident)*) => {
        marked!(before_agreeing: $($rest)*)
    };
}

use Relation::{Admin, Analyst, Anyone, Editor, Manager, Member, Myself, Owner, SignedIn, TeamManager};

/// Everybody in the organisation, and admins.
const MEMBERS: &[Relation] = &[Member, Analyst, Editor, Manager, Owner, Admin];
/// Those who work for the organisation rather than learn there, and admins.
const STAFF: &[Relation] = &[Analyst, Editor, Manager, Owner, Admin];

actions! {
    ReadCatalog = "Read the catalogue": &[Anyone, SignedIn, Myself, Member, Analyst, Editor, Manager, Owner, Admin], before_agreeing;
    ReadAccount = "Read an account": &[Myself, Admin], before_agreeing;
    ChangeAccount = "Change an account's name and password": &[Myself], before_agreeing;
    EndSessions = "End a person's sessions": &[Myself, Admin], before_agreeing;
    Learn = "Take courses, keep notes, write reviews": &[Myself];
    Buy = "Buy a course": &[Myself];
    ReadOrders = "Read a person's orders": &[Myself, Admin], before_agreeing;
    GiveConsent = "Agree to the terms": &[Myself], before_agreeing;
    ExportPerson = "Export everything about a person": &[Myself], before_agreeing;
    LinkSignOn = "Link an account to an organisation's sign-in, and undo it": &[Myself], steps_up, before_agreeing;
    ErasePerson = "Erase a person": &[Myself, Admin], steps_up, before_agreeing;
    JoinOrganization = "Join an organisation, invited or by domain": &[Myself];
    CreateOrganization = "Set up an organisation": &[Myself];
    ReadOrganization = "Read an organisation": MEMBERS, before_agreeing;
    LeaveOrganization = "Leave an organisation": &[Member, Analyst, Editor, Manager, Owner], before_agreeing;
    ReadMembers = "Read an organisation's members and teams": STAFF, before_agreeing;
    InvitePeople = "Invite people, resend and withdraw invitations": &[Manager, Owner, Admin];
    RemoveMembers = "Remove learners": &[Manager, Owner, Admin];
    ManageTeams = "Make and change teams, say who manages them": &[Manager, Owner, Admin];
    ReadTeam = "See who is in a team": &[TeamManager, Analyst, Editor, Manager, Owner, Admin];
    FillTeam = "Put members into a team and take them out": &[TeamManager, Manager, Owner, Admin];
    ManageRoles = "Change roles, invite and remove anyone": &[Owner, Admin], steps_up;
    TransferOwnership = "Hand an organisation over": &[Owner], steps_up, before_agreeing;
    ChangeOrganization = "Rename an organisation": &[Owner, Admin];
    ManageDomains = "Add and prove mail domains": &[Owner, Admin];
    RemoveDomains = "Remove mail domains, which ends an enforced sign-in": &[Owner, Admin], steps_up;
    ReadSignOn = "See how an organisation's people sign in": &[Owner];
    ManageSignOn = "Connect single sign-on and directories": &[Owner], steps_up;
    EditCourses = "Write a provider's courses": &[Editor, Owner, Admin];
    ReadFigures = "Read an organisation's figures": STAFF;
    ReadPeople = "Search and read all people": &[Admin];
    ReadOrganizations = "Search and read all organisations": &[Admin];
    SuspendPerson = "Suspend and restore a person": &[Admin];
    ManageAdmins = "Give and take the platform admin's role": &[Admin], steps_up;
    SuspendOrganization = "Suspend and restore an organisation": &[Admin];
    RefundOrders = "Refund an order": &[Admin], steps_up;
    ReadLedger = "Read the whole ledger": &[Admin];
    ImportCourses = "Import courses for any provider": &[Admin];
    ReadAudit = "Search and export the audit trail": &[Admin];
}

impl Actor {
    /// Whether the actor may do this to that, now. The program's own work may do everything: which work runs is decided by
    /// whoever enqueues it.
    ///
    /// # Errors
    /// [`Error::SignInRequired`] for nobody in particular; [`Error::NotFound`] for what is another person's or another
    /// organisation's; [`Error::Forbidden`] inside one's own organisation and for the platform's own affairs;
    /// [`Error::SecondFactorRequired`] where the role would do if it had one; [`Error::AgreementRequired`] where the person
    /// would do if they agreed to the terms; [`Error::ConfirmRequired`] where all is well but for the age of the proof.
    pub fn may(&self, action: Action, subject: &Subject) -> Result<(), Error> {
        self.allowed(action, subject)?;
        let (Self::User(user), rule) = (self, action.rule()) else { return Ok(()) };
        // What is there before is there for their own affairs; being an admin is none.
        let own =
            || user.relations(subject).iter().any(|relation| *relation != Admin && rule.allowed.contains(relation));
        if user.must_agree && !(rule.before_agreeing && own()) {
            return Err(Error::AgreementRequired);
        }
        if rule.steps_up { user.confirmed_recently(&user.clock) } else { Ok(()) }
    }

    /// As [`Actor::may`], whenever the actor proved who they are, and whatever they agreed to.
    fn allowed(&self, action: Action, subject: &Subject) -> Result<(), Error> {
        let allowed = action.rule().allowed;
        match self {
            Self::System(_) => Ok(()),
            Self::Anonymous if allowed.contains(&Anyone) => Ok(()),
            Self::Anonymous => Err(Error::SignInRequired),
            Self::User(user) => {
                let among = |relations: &[Relation]| relations.iter().any(|relation| allowed.contains(relation));
                if among(&user.relations(subject)) {
                    Ok(())
                } else if user.lacks_second_factor && among(&user.of_roles(subject)) {
                    Err(Error::SecondFactorRequired)
                } else {
                    Err(user.refusal(subject))
                }
            }
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

    /// For pages that show or leave out a button: as [`Actor::may`], but that pressing it may ask first who one is, or for an
    /// agreement to the terms.
    #[must_use]
    pub fn can(&self, action: Action, subject: &Subject) -> bool {
        self.allowed(action, subject).is_ok()
    }
}

impl UserActor {
    /// Every relation of the person to the subject that counts.
    #[must_use]
    pub fn relations(&self, subject: &Subject) -> Vec<Relation> {
        let mut relations = vec![Anyone, SignedIn];
        match subject {
            Subject::Person(person) if *person == self.id => relations.push(Myself),
            Subject::Team { is_manager: true, .. } => relations.push(TeamManager),
            Subject::Person(_) | Subject::Organization(_) | Subject::Team { .. } | Subject::Platform => {}
        }
        if self.lacks_second_factor {
            // Of an organisation that they own they are still a member: they can see it, and leave it.
            let still = |relation: &Relation| !self.asks_for_factor(subject) || *relation == Member;
            relations
                .extend(self.of_roles(subject).into_iter().filter(|relation| *relation != Admin && still(relation)));
        } else {
            relations.extend(self.of_roles(subject));
        }
        relations
    }

    /// The relations that the person's roles bring with them.
    fn of_roles(&self, subject: &Subject) -> Vec<Relation> {
        let role = subject.organization().and_then(|organization| self.role_in(organization));
        let mut relations = role.map(Relation::of_role).unwrap_or_default().to_vec();
        if self.is_admin {
            relations.push(Admin);
        }
        relations
    }

    /// Whether it is a provider that the person owns: that role may ask for a second factor.
    fn asks_for_factor(&self, subject: &Subject) -> bool {
        self.memberships
            .iter()
            .any(|membership| Some(membership.organization) == subject.organization() && membership.owns_a_provider())
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
            Subject::Organization(organization) | Subject::Team { organization, .. }
                if self.is_admin || self.role_in(*organization).is_some() =>
            {
                Error::Forbidden
            }
            Subject::Platform => Error::Forbidden,
            Subject::Person(_) | Subject::Organization(_) | Subject::Team { .. } => Error::NotFound,
        }
    }
}

/// The table as a page of documentation.
#[must_use]
pub fn document() -> String {
    let mut page = String::from(
        "# Who may do what\n\nPrinted from the table in `crates/kernel/src/policy.rs`; a test fails when the two differ. `WRITE_DOCS=1 cargo test -p\nguildhall-kernel` prints it anew. Whoever is not named in a row is refused: what is another tenant's is not found (404), what is forbidden\ninside one's own organisation is forbidden (403). \"Confirm\" asks the person to prove again that it is them; all but \"before agreeing\"\nasks whoever has not agreed to the terms as they stand to do so first.\n\n| action |",
    );
    for relation in Relation::ALL {
        page.push_str(&format!(" {} |", relation.label()));
    }
    page.push_str(" confirm | before agreeing |\n|---|");
    page.push_str(&"---|".repeat(Relation::ALL.len() + 2));
    page.push('\n');
    for rule in TABLE {
        page.push_str(&format!("| {} |", rule.action.words()));
        for relation in Relation::ALL {
            page.push_str(if rule.allowed.contains(&relation) { " yes |" } else { " |" });
        }
        page.push_str(if rule.steps_up { " yes |" } else { " |" });
        page.push_str(if rule.before_agreeing { " yes |\n" } else { " |\n" });
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
mod tests;
