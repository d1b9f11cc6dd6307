//! What an access token says: everything that a request needs to know of its person, so that checking it asks nobody.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::{DateTime, Utc};
use guildhall_kernel::{Clock, Membership, UserActor};
use guildhall_types::{
    OrganizationId, SessionId, UserId,
    organization::{OrganizationKind, Role},
};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::policy::ACCESS_FOR;

/// Who the tokens are for: this program. A token for somebody else (a client assertion, say) is not one of these.
pub(crate) const AUDIENCE: &str = "guildhall";
/// RFC 9068: an access token, and nothing else that the same key may sign.
pub(crate) const TYPE: &str = "at+jwt";

/// More organisations than this are not carried: the cookie stays under 3 KB, and their person is looked up instead.
pub(super) const MOST_ORGANIZATIONS: usize = 28;

/// The claims: registered names (RFC 7519, RFC 8176, OpenID Connect) where there are, short ones otherwise. A new one is
/// `#[serde(default)]`, so that tokens of the version before are still read.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Claims {
    pub(crate) iss: String,
    pub(crate) aud: String,
    pub(crate) sub: Uuid,
    /// The session.
    pub(crate) sid: Uuid,
    pub(crate) iat: i64,
    pub(crate) nbf: i64,
    pub(crate) exp: i64,
    /// Seconds since the epoch.
    pub(crate) auth_time: i64,
    #[serde(default)]
    pub(crate) amr: Vec<String>,
    /// How often what is said here of the person had changed when it was read: see `person_claims`.
    pub(crate) ver: i64,
    pub(crate) name: String,
    pub(crate) email: String,
    /// The address is confirmed.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) cnf: bool,
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) adm: bool,
    /// Belongs to a provider.
    #[serde(default, skip_serializing_if = "is_false")]
    pub(crate) prv: bool,
    /// The memberships, each the organisation's id (22 characters of base64url), the letter of its kind and that of the
    /// role; none when there were too many to carry.
    pub(crate) org: Option<Vec<String>>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands a reference over")]
const fn is_false(flag: &bool) -> bool {
    !*flag
}

impl Claims {
    pub(crate) fn new(issuer: &str, actor: &UserActor, version: i64, now: DateTime<Utc>) -> Self {
        let carried = actor.memberships.len() <= MOST_ORGANIZATIONS;
        Self {
            iss: issuer.to_owned(),
            aud: AUDIENCE.to_owned(),
            sub: actor.id.0,
            sid: actor.session.0,
            iat: now.timestamp(),
            nbf: now.timestamp(),
            exp: (now + ACCESS_FOR).timestamp(),
            auth_time: actor.authenticated_at.timestamp(),
            amr: actor.amr.clone(),
            ver: version,
            name: actor.name.clone(),
            email: actor.email.clone(),
            cnf: actor.email_confirmed,
            adm: actor.is_admin,
            prv: actor.is_provider,
            org: carried.then(|| actor.memberships.iter().map(short).collect()),
        }
    }

    pub(crate) fn session(&self) -> SessionId {
        SessionId(self.sid)
    }

    pub(crate) fn person(&self) -> UserId {
        UserId(self.sub)
    }

    /// The person, when the token carries all of what they are.
    pub(crate) fn actor(self, clock: &Clock) -> Option<UserActor> {
        let memberships = self.org?.iter().map(|text| long(text)).collect::<Option<Vec<Membership>>>()?;
        Some(UserActor {
            id: UserId(self.sub),
            session: SessionId(self.sid),
            organizations: memberships.iter().map(|membership| membership.organization).collect(),
            memberships,
            is_admin: self.adm,
            name: self.name,
            email: self.email,
            email_confirmed: self.cnf,
            is_provider: self.prv,
            authenticated_at: DateTime::from_timestamp(self.auth_time, 0)?,
            amr: self.amr,
            clock: clock.clone(),
            lacks_second_factor: false,
            must_agree: false,
        })
    }
}

/// Kinds and roles by their letters. One that is taken is never given to another: older tokens say it.
const KINDS: [(char, OrganizationKind); 3] =
    [('p', OrganizationKind::Provider), ('e', OrganizationKind::Enterprise), ('g', OrganizationKind::Platform)];
const ROLES: [(char, Role); 5] =
    [('o', Role::Owner), ('e', Role::Editor), ('a', Role::Analyst), ('m', Role::Manager), ('l', Role::Learner)];

fn short(membership: &Membership) -> String {
    let mut text = URL_SAFE_NO_PAD.encode(membership.organization.0.as_bytes());
    // One without a letter would make a text that is not read, and its person be looked up.
    text.extend(KINDS.iter().find(|(_, kind)| *kind == membership.kind).map(|(letter, _)| *letter));
    text.extend(ROLES.iter().find(|(_, role)| *role == membership.role).map(|(letter, _)| *letter));
    text
}

fn long(text: &str) -> Option<Membership> {
    let (id, letters) = text.split_at_checked(22)?;
    let organization = OrganizationId(Uuid::from_slice(&URL_SAFE_NO_PAD.decode(id).ok()?).ok()?);
    let mut letters = letters.chars();
    let (kind, role) = (letters.next()?, letters.next()?);
    Some(Membership {
        organization,
        kind: KINDS.iter().find(|(letter, _)| *letter == kind)?.1,
        role: ROLES.iter().find(|(letter, _)| *letter == role)?.1,
    })
    .filter(|_| letters.next().is_none())
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::{prelude::*, sample::select};

    use super::*;

    fn actor(name: String, memberships: Vec<Membership>) -> UserActor {
        UserActor {
            id: UserId(Uuid::from_u128(1)),
            session: SessionId(Uuid::from_u128(2)),
            organizations: memberships.iter().map(|membership| membership.organization).collect(),
            memberships,
            is_admin: false,
            name,
            email: "ada@example.com".to_owned(),
            email_confirmed: true,
            is_provider: true,
            authenticated_at: Utc.with_ymd_and_hms(2027, 3, 3, 9, 0, 0).single().unwrap(),
            amr: vec!["pwd".to_owned(), "otp".to_owned(), "mfa".to_owned()],
            clock: Clock::fixed(DateTime::UNIX_EPOCH),
            lacks_second_factor: false,
            must_agree: false,
        }
    }

    fn membership((id, kind, role): (u128, OrganizationKind, Role)) -> Membership {
        Membership { organization: OrganizationId(Uuid::from_u128(id)), kind, role }
    }

    fn memberships(many: usize) -> Vec<Membership> {
        (0_u128..)
            .take(many)
            .map(|id| membership((u128::MAX - id, OrganizationKind::Enterprise, Role::Learner)))
            .collect()
    }

    #[test]
    fn every_kind_and_role_has_a_letter_of_its_own() {
        for kind in OrganizationKind::ALL {
            for role in Role::ALL {
                let one = membership((7, kind, role));
                assert_eq!(long(&short(&one)), Some(one));
            }
        }
        // As tokens were before memberships were carried: looked up.
        assert_eq!(long(&URL_SAFE_NO_PAD.encode([7; 16])), None);
    }

    #[test]
    fn too_many_organisations_are_not_half_carried() {
        let now = Utc.with_ymd_and_hms(2027, 3, 3, 9, 0, 0).single().unwrap();
        let many = actor("Ada".to_owned(), memberships(MOST_ORGANIZATIONS + 1));
        assert_eq!(Claims::new("https://guildhall.test", &many, 1, now).actor(&many.clock).map(|actor| actor.id), None);
    }

    proptest! {
        #[test]
        fn what_a_person_is_comes_back(name in ".{1,100}", organizations in prop::collection::vec(
            (any::<u128>(), select(OrganizationKind::ALL.to_vec()), select(Role::ALL.to_vec())).prop_map(membership), 0..=MOST_ORGANIZATIONS)) {
            let now = Utc.with_ymd_and_hms(2027, 3, 3, 9, 0, 0).single().unwrap();
            let before = actor(name, organizations);
            let claims = Claims::new("https://guildhall.test", &before, 7, now);
            let text = serde_json::to_string(&claims).unwrap();
            let after = serde_json::from_str::<Claims>(&text).unwrap().actor(&before.clock).unwrap();
            prop_assert_eq!(format!("{before:?}"), format!("{after:?}"));
        }

        #[test]
        fn any_organisation_s_text_is_read_without_panic(text in any::<String>()) {
            let _ = long(&text);
        }
    }
}
