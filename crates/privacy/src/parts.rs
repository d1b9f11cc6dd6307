//! The list of everything that is kept about a person, table by table: see [`PARTS`].

/// A part of the register and of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Area {
    Account,
    SignIn,
    Organizations,
    Learning,
    Payments,
    Mail,
    Audit,
}

impl Area {
    pub const ALL: [Self; 7] =
        [Self::Account, Self::SignIn, Self::Organizations, Self::Learning, Self::Payments, Self::Mail, Self::Audit];

    #[must_use]
    pub const fn title(self) -> &'static str {
        match self {
            Self::Account => "Your account",
            Self::SignIn => "Signing in",
            Self::Organizations => "Your organisations",
            Self::Learning => "Learning",
            Self::Payments => "Payments",
            Self::Mail => "Mails to you",
            Self::Audit => "The record of what was done",
        }
    }
}

/// What a copy holds of a part.
#[derive(Clone, Copy, Debug)]
pub enum Export {
    /// Every column, but for these, each with its reason.
    Rows { but: &'static [(&'static str, &'static str)] },
    /// Nothing, and why.
    Nothing(&'static str),
}

/// What erasing a person does with a part.
#[derive(Clone, Copy, Debug)]
pub enum Erase {
    Delete,
    /// Columns of the row `t` are set, as SQL says it; $2 is the time.
    Set(&'static str),
    /// Nothing, and why.
    Keep(&'static str),
}

/// Some rows of a table.
#[derive(Clone, Copy, Debug)]
pub struct Part {
    pub table: &'static str,
    pub area: Area,
    /// Its heading; no two parts have the same.
    pub title: &'static str,
    /// Which rows `t` are the person's, whose id is $1.
    pub of: &'static str,
    pub export: Export,
    pub erase: Erase,
}

const EVERYTHING: Export = Export::Rows { but: &[] };
const OWN: &str = "t.user_id = $1";
const TO_ADDRESS: &str = "t.email = (select email from users where id = $1)";
const OF_ENROLLMENT: &str = "t.enrollment_id in (select id from enrollments where user_id = $1)";

const SECRET: &str = "a secret, kept as its hash or sealed: it would only help whoever finds the file";
const UNFINISHED: &str = "what you began minutes ago, with its secrets";
const TAX: &str = "tax law wants what was paid to be kept for 6 years after the end of the tax year";
const TRAIL: &str =
    "the record of what was done is kept for 7 years, to answer for it and to find misuse, and can't be changed";
const OTHERS: &str = "somebody else's";
const MAY_NAME: &str = "may name other people";
const CHAIN: &str = "holds the record together, and says nothing of you";

/// Everything, in the order in which erasing goes through it: what refers to other rows before these, the person last.
#[rustfmt::skip]
pub const PARTS: &[Part] = &[
    // Signing in.
    part("refresh_tokens", Area::SignIn, "What keeps you signed in", "t.session_id in (select id from sessions where user_id = $1)", Export::Nothing(SECRET), Erase::Delete),
    part("sso_sessions", Area::SignIn, "Devices signed in through an organisation", OWN, EVERYTHING, Erase::Delete),
    part("sessions", Area::SignIn, "Where you are signed in", OWN, but(&[("token_hash", SECRET)]), Erase::Delete),
    part("one_time_tokens", Area::SignIn, "Links sent to you", OWN, but(&[("token_hash", SECRET)]), Erase::Delete),
    part("totp_factors", Area::SignIn, "Authenticator app", OWN, but(&[("secret", SECRET)]), Erase::Delete),
    part("passkeys", Area::SignIn, "Passkeys", OWN, EVERYTHING, Erase::Delete),
    part("recovery_codes", Area::SignIn, "Recovery codes", OWN, but(&[("code_hash", SECRET)]), Erase::Delete),
    part("recovery_code_sheets", Area::SignIn, "When recovery codes were made", OWN, but(&[("sealed", SECRET)]), Erase::Delete),
    part("webauthn_challenges", Area::SignIn, "Passkeys being used", OWN, Export::Nothing(UNFINISHED), Erase::Delete),
    part("pending_sign_ins", Area::SignIn, "Second steps being taken", OWN, Export::Nothing(UNFINISHED), Erase::Delete),
    part("factor_resets", Area::SignIn, "Lost second factors", OWN, but(&[("cancel_hash", SECRET)]), Erase::Delete),
    part("failed_sign_ins", Area::SignIn, "Tries to get into your account in the last minutes", OWN, Export::Nothing("told to the record within minutes, and copied from there"), Erase::Delete),
    part("sso_pending_links", Area::SignIn, "Links to an organisation's sign-in that wait for you", TO_ADDRESS, but(&[("token_hash", SECRET)]), Erase::Delete),
    part("sso_identities", Area::SignIn, "Links to an organisation's sign-in", OWN, EVERYTHING, Erase::Delete),
    part("person_claims", Area::SignIn, "How often your rights changed", OWN, EVERYTHING, Erase::Keep("it makes what was handed out before stale, and goes a day later")),
    // Organisations.
    part("scim_group_members", Area::Organizations, "Groups of your organisation's directory", "t.scim_user_id in (select id from scim_users where user_id = $1)", EVERYTHING, Erase::Delete),
    part("scim_users", Area::Organizations, "You in your organisation's directory", OWN, EVERYTHING, Erase::Delete),
    part("team_members", Area::Organizations, "Your teams", OWN, EVERYTHING, Erase::Delete),
    part("memberships", Area::Organizations, "Where you belong", OWN, EVERYTHING, Erase::Delete),
    part("invitations", Area::Organizations, "Invitations to you", TO_ADDRESS, but(&[("token_hash", SECRET), ("invited_by", OTHERS)]), Erase::Delete),
    part("invitations", Area::Organizations, "Invitations that you sent", "t.invited_by = $1", but(&[("token_hash", SECRET), ("email", OTHERS)]), Erase::Set("invited_by = null")),
    part("organizations", Area::Organizations, "Organisations that you set up", "t.created_by = $1", but(&[("suspended_reason", "the organisation's affair")]), Erase::Set("created_by = null")),
    // Learning.
    part("lesson_progress", Area::Learning, "Lessons that you finished", OF_ENROLLMENT, EVERYTHING, Erase::Delete),
    part("quiz_attempts", Area::Learning, "Your quizzes", OF_ENROLLMENT, EVERYTHING, Erase::Delete),
    part("notes", Area::Learning, "Your notes", OF_ENROLLMENT, EVERYTHING, Erase::Delete),
    part("reviews", Area::Learning, "Your reviews", OWN, EVERYTHING, Erase::Delete),
    part("enrollments", Area::Learning, "Your courses", OWN, EVERYTHING, Erase::Set("last_lesson_id = null, last_seen_at = null")),
    // Payments.
    part("payment_events", Area::Payments, "What the payment service told us", PAID, Export::Nothing("the payment service's raw messages; what they say stands in your orders"), Erase::Set("body = ''")),
    part("orders", Area::Payments, "Your orders", OWN, EVERYTHING, Erase::Set("pay_url = null")),
    part("order_lines", Area::Payments, "What you bought", OWN, but(&[("share_basis_points", "between Guildhall and the provider")]), Erase::Keep(TAX)),
    // Mails.
    part("notifications", Area::Mail, "Mails that we sent you", OWN, EVERYTHING, Erase::Delete),
    // The audit trail.
    part("audit_inbox", Area::Audit, "What was done in the last minute", "t.actor_id = $1", Export::Nothing("put into the record before a copy is made"), Erase::Keep(TRAIL)),
    part("audit_events", Area::Audit, "What you did to what is yours", OWN_EVENTS, but(&[("hash", CHAIN), ("previous_hash", CHAIN)]), Erase::Keep(TRAIL)),
    part("audit_events", Area::Audit, "What else you did", OTHER_EVENTS, but(&[("hash", CHAIN), ("previous_hash", CHAIN), ("before", MAY_NAME), ("after", MAY_NAME)]), Erase::Keep(TRAIL)),
    part("audit_events", Area::Audit, "What others did about you", "(t.target_kind = 'user' and t.target_id = $1::text and t.actor_id is distinct from $1 and t.acting_for_id is distinct from $1)", but(&[("hash", CHAIN), ("previous_hash", CHAIN), ("actor_id", OTHERS), ("acting_for_id", OTHERS), ("address", OTHERS), ("request_id", OTHERS)]), Erase::Keep(TRAIL)),
    // The account.
    part("consents", Area::Account, "What you agreed to", OWN, EVERYTHING, Erase::Delete),
    part("person_exports", Area::Account, "Copies of your data", OWN, EVERYTHING, Erase::Delete),
    part("erasures", Area::Account, "Erasing your account", OWN, EVERYTHING, Erase::Keep("proof that you asked for it and that it was done")),
    part("users", Area::Account, "Who you are", "t.id = $1", but(&[("password_hash", SECRET)]), Erase::Set(NOBODY)),
];

/// The payment service's messages that name one of the person's orders and have been worked on.
const PAID: &str = "t.processed_at is not null and exists (select from orders o where o.user_id = $1
    and (position(convert_to(o.session_id, 'UTF8') in t.body) > 0 or position(convert_to(o.payment_intent_id, 'UTF8') in t.body) > 0))";

/// Events that the person caused, or that happened on their behalf, to their own account.
const OWN_EVENTS: &str = "((t.acting_for_kind = 'person' and t.acting_for_id = $1) or (t.actor_id = $1 and t.target_kind = 'user' and t.target_id = $1::text))";
/// What they did to anything else.
const OTHER_EVENTS: &str = "t.actor_id = $1 and t.acting_for_id is distinct from $1 and not (t.target_kind = 'user' and t.target_id = $1::text)";

/// An account that is nobody's: no mail reaches its address (RFC 2606), no password has that hash, and it stays suspended.
const NOBODY: &str = "email = 'erased-' || t.id || '@erased.invalid', name = 'Erased person', password_hash = '$argon2id$v=19$m=19456,t=2,p=1$AAAAAAAAAAAAAAAAAAAAAA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA',
    is_admin = false,
    email_confirmed_at = null, suspended_at = coalesce(t.suspended_at, $2), suspended_reason = null, last_sign_in_at = null,
    erased_at = $2, updated_at = $2";

const fn part(
    table: &'static str,
    area: Area,
    title: &'static str,
    of: &'static str,
    export: Export,
    erase: Erase,
) -> Part {
    Part { table, area, title, of, export, erase }
}

const fn but(but: &'static [(&'static str, &'static str)]) -> Export {
    Export::Rows { but }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_heading_stands_once_and_the_person_goes_last() {
        let titles: BTreeSet<&str> = PARTS.iter().map(|part| part.title).collect();
        assert_eq!(titles.len(), PARTS.len());
        assert_eq!(PARTS.last().map(|part| part.table), Some("users"));
    }
}
