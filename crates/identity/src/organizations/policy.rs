//! Pure rules: names, roles, how long an invitation lasts, which domains can be proved.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};
use guildhall_types::{
    form::EMAIL_MAX,
    organization::{InvitationState, OrganizationKind, Role},
};

use crate::EmailAddress;

/// How long an invitation works after it was last sent.
pub const INVITED_FOR: TimeDelta = TimeDelta::days(14);
/// An invitation is sent at most this often, and a minute lies between two.
pub const SENT_AT_MOST: i32 = 5;
const BETWEEN_SENDS: TimeDelta = TimeDelta::minutes(1);
/// How long a code for a domain works, how often it may be tried, and how many are sent in all.
pub const CODE_FOR: TimeDelta = TimeDelta::minutes(30);
pub const CODE_TRIES: i32 = 5;
pub const CODES_AT_MOST: i32 = 10;
/// Codes that one organisation has sent within [`CODES_WITHIN`], for all its domains.
pub const CODES_AT_ONCE: i64 = 20;
pub const CODES_WITHIN: TimeDelta = TimeDelta::days(1);
/// Open invitations of one organisation, so that nobody mails the whole town in its name.
pub const OPEN_INVITATIONS: i64 = 2_000;
/// Organisations that one person sets up.
pub const FOUNDED_AT_MOST: i64 = 10;
/// Domains of one organisation, and its teams.
pub const DOMAINS_AT_MOST: i64 = 20;
pub const TEAMS_AT_MOST: i64 = 200;
/// What stands before the token in a domain's TXT record.
pub const RECORD: &str = "guildhall-verification=";
/// Parts of an organisation's address that are pages.
const RESERVED: [&str; 3] = ["new", "current", "switch"];

/// Whether an invitation may be sent again.
///
/// # Errors
/// What the person should know.
pub fn may_resend(sent_count: i32, sent_at: DateTime<Utc>, now: DateTime<Utc>) -> Result<(), &'static str> {
    if sent_count >= SENT_AT_MOST {
        return Err("This invitation was sent five times. Withdraw it and invite the person anew.");
    }
    if now - sent_at < BETWEEN_SENDS {
        return Err("This invitation was sent a moment ago. Wait a minute and try again.");
    }
    Ok(())
}

/// Where an invitation stands now.
#[must_use]
pub fn invitation_state(state: &str, expires_at: DateTime<Utc>, now: DateTime<Utc>) -> InvitationState {
    match state {
        "accepted" => InvitationState::Accepted,
        "declined" => InvitationState::Declined,
        "withdrawn" => InvitationState::Withdrawn,
        _ if expires_at <= now => InvitationState::Expired,
        _ => InvitationState::Open,
    }
}

/// A role that members of such an organisation can have.
///
/// # Errors
/// What the person should do.
pub fn role_for(kind: OrganizationKind, text: &str) -> Result<Role, &'static str> {
    text.parse().ok().filter(|role| kind.roles().contains(role)).ok_or("Choose one of the roles")
}

/// Part of an address that is free for an organisation: `slug`, or `slug-2` and on; `organisation` when nothing is left
/// of a name.
#[must_use]
pub fn slug_candidate(slug: &str, attempt: u32) -> String {
    let base = if slug.is_empty() { "organisation" } else { slug };
    let is_free = attempt <= 1 && !RESERVED.contains(&base);
    if is_free {
        base.to_owned()
    } else {
        format!("{}-{}", base.get(..90).unwrap_or(base).trim_end_matches('-'), attempt.max(2))
    }
}

/// An address that is shown to whoever holds a link, without telling it.
#[must_use]
pub fn masked(email: &str) -> String {
    match email.split_once('@') {
        Some((local, domain)) => format!("{}…@{domain}", local.chars().take(1).collect::<String>()),
        None => String::new(),
    }
}

/// A line that an organisation or a team is called by.
///
/// # Errors
/// What the person should do.
pub fn title(text: &str, most: usize) -> Result<String, String> {
    let name = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if name.is_empty() {
        return Err("Enter a name".to_owned());
    }
    if name.chars().count() > most {
        return Err(format!("Enter a name of {most} characters or fewer"));
    }
    let lower = name.to_lowercase();
    if name.chars().any(|c| c.is_control() || is_invisible(c)) || lower.contains("://") || lower.contains("www.") {
        return Err("Enter a name without links and control characters".to_owned());
    }
    if name.split(' ').any(mixes_alphabets) {
        return Err("Enter each word of the name in one alphabet".to_owned());
    }
    Ok(name)
}

/// Whether a word has Latin letters beside letters that look like them: so one name is made to look like another
/// (Unicode Technical Standard 39, 5.2, for the alphabets that matter).
fn mixes_alphabets(word: &str) -> bool {
    let is_latin = |c: char| c.is_ascii_alphabetic();
    let looks_latin = |c: char| {
        matches!(c, '\u{370}'..='\u{3ff}' | '\u{400}'..='\u{52f}' | '\u{530}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}'
            | '\u{ff21}'..='\u{ff5a}' | '\u{1d400}'..='\u{1d7ff}')
    };
    word.chars().any(is_latin) && word.chars().any(looks_latin)
}

/// Characters that turn text around or can't be seen: they can make one name look like another.
const fn is_invisible(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// A mail domain that an organisation can prove: in lower case, with at least one dot, and not one where anybody can have
/// an address.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct MailDomain(String);

/// Where everybody can have an address, in the UK and around it.
const PUBLIC: &[&str] = &[
    "aol.co.uk",
    "aol.com",
    "blueyonder.co.uk",
    "btinternet.com",
    "btopenworld.com",
    "duck.com",
    "email.com",
    "fastmail.com",
    "fastmail.co.uk",
    "fsmail.net",
    "gmail.com",
    "gmx.co.uk",
    "gmx.com",
    "gmx.de",
    "gmx.net",
    "googlemail.com",
    "hey.com",
    "hotmail.co.uk",
    "hotmail.com",
    "hushmail.com",
    "icloud.com",
    "inbox.com",
    "laposte.net",
    "live.co.uk",
    "live.com",
    "mac.com",
    "mail.com",
    "mail.ru",
    "mailinator.com",
    "me.com",
    "msn.com",
    "ntlworld.com",
    "o2.co.uk",
    "orange.fr",
    "outlook.co.uk",
    "outlook.com",
    "pm.me",
    "proton.me",
    "protonmail.ch",
    "protonmail.com",
    "qq.com",
    "rocketmail.com",
    "sky.com",
    "talk21.com",
    "talktalk.net",
    "tiscali.co.uk",
    "tutanota.com",
    "tuta.com",
    "uwclub.net",
    "virgin.net",
    "virginmedia.com",
    "web.de",
    "yahoo.co.uk",
    "yahoo.com",
    "yandex.com",
    "yandex.ru",
    "ymail.com",
    "zoho.com",
    "zohomail.com",
    "163.com",
];

/// Suffixes under which others register names: proving one would take in everybody below.
const SUFFIXES: &[&str] = &[
    "co.uk",
    "org.uk",
    "gov.uk",
    "ac.uk",
    "nhs.uk",
    "police.uk",
    "sch.uk",
    "ltd.uk",
    "plc.uk",
    "me.uk",
    "net.uk",
    "mod.uk",
    "gov.scot",
    "gov.wales",
    "nhs.net",
];

impl MailDomain {
    /// # Errors
    /// What the person should do.
    pub fn parse(text: &str) -> Result<Self, &'static str> {
        let text = text.trim().trim_start_matches('@').trim_end_matches('.');
        if text.is_empty() {
            return Err("Enter a domain, like example.co.uk");
        }
        if text.len() > EMAIL_MAX - 2 {
            return Err("Enter a shorter domain");
        }
        // One rule for what a domain is: that of addresses.
        let address = EmailAddress::parse(&format!("a@{text}"))
            .map_err(|_| "Enter a domain in the correct format, like example.co.uk")?;
        let domain = address.domain().to_owned();
        if domain.split('.').next_back().is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit())) {
            return Err("Enter a domain in the correct format, like example.co.uk");
        }
        if PUBLIC.contains(&domain.as_str()) {
            return Err("Anybody can have an address there. Enter a domain that belongs to your organisation");
        }
        if SUFFIXES.contains(&domain.as_str()) {
            return Err("Enter the whole domain of your organisation, like example.co.uk");
        }
        Ok(Self(domain))
    }

    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for MailDomain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeZone;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn domains_are_read_as_people_write_them() {
        for (typed, stored) in [
            ("Example.CO.UK", "example.co.uk"),
            (" @leeds.gov.uk. ", "leeds.gov.uk"),
            ("xn--caf-dma.example", "xn--caf-dma.example"),
            ("dept.leeds.gov.uk", "dept.leeds.gov.uk"),
        ] {
            assert_eq!(MailDomain::parse(typed).unwrap().as_str(), stored);
        }
        for typed in [
            "",
            "@",
            "example",
            "gmail.com",
            "GMAIL.com.",
            "a@b.com",
            "gov.uk",
            "https://example.com",
            "example.com/x",
            "a..b",
            "127.0.0.1",
            "ex\u{430}mple.com",
            "a b.com",
            "-a.com",
            "example.com\nx",
            "*.example.com",
        ] {
            assert!(MailDomain::parse(typed).is_err(), "{typed:?}");
        }
    }

    #[test]
    fn roles_fit_the_kind() {
        assert_eq!(role_for(OrganizationKind::Provider, "editor"), Ok(Role::Editor));
        assert!(role_for(OrganizationKind::Enterprise, "editor").is_err());
        assert!(role_for(OrganizationKind::Enterprise, "admin").is_err());
        assert!(role_for(OrganizationKind::Platform, "learner").is_err());
    }

    #[test]
    fn addresses_are_masked_and_slugs_kept_free() {
        assert_eq!(masked("grace@example.com"), "g…@example.com");
        assert_eq!(slug_candidate("leeds-council", 1), "leeds-council");
        assert_eq!(slug_candidate("leeds-council", 2), "leeds-council-2");
        assert_eq!(slug_candidate("new", 1), "new-2");
        assert_eq!(slug_candidate("", 1), "organisation");
    }

    #[test]
    fn a_title_does_not_pass_for_another() {
        for honest in
            ["Leeds Council", "Газпром", "Ελλάς", "Ökohaus 3", "Leeds Газпром", "O’Brien & Söhne", "東京 Works"]
        {
            assert_eq!(title(honest, 120).as_deref(), Ok(honest));
        }
        for alike in
            ["Leeds C\u{43e}uncil", "L\u{435}eds", "\u{391}cme", "Ac\u{200b}me", "Acme\u{202e}", "\u{1d400}cme"]
        {
            assert!(title(alike, 120).is_err(), "{alike}");
        }
    }

    #[test]
    fn sending_again_is_rationed() {
        let now = Utc.with_ymd_and_hms(2027, 3, 3, 9, 0, 0).single().unwrap();
        assert!(may_resend(1, now - TimeDelta::minutes(1), now).is_ok());
        assert!(may_resend(1, now - TimeDelta::seconds(59), now).is_err());
        assert!(may_resend(SENT_AT_MOST, now - TimeDelta::days(1), now).is_err());
    }

    proptest! {
        #[test]
        fn a_domain_is_one_and_parses_again(text in "\\PC{0,60}|[a-zA-Z0-9.@-]{0,40}") {
            if let Ok(domain) = MailDomain::parse(&text) {
                let domain = domain.as_str();
                prop_assert!(domain.contains('.') && domain.is_ascii() && !domain.contains('@'));
                prop_assert_eq!(MailDomain::parse(domain).unwrap().to_string(), domain);
                let address = EmailAddress::parse(&format!("a@{domain}")).unwrap();
                prop_assert_eq!(address.domain(), domain);
                prop_assert!(!PUBLIC.contains(&domain) && !SUFFIXES.contains(&domain));
            }
        }

        #[test]
        fn a_title_is_one_line(text in any::<String>()) {
            if let Ok(title) = title(&text, 120) {
                prop_assert!(!title.contains(char::is_control) && (1..=120).contains(&title.chars().count()));
            }
        }

        #[test]
        fn a_slug_is_one_whatever_the_attempt(name in any::<String>(), attempt in 0_u32..100) {
            let slug = slug_candidate(&guildhall_kernel::slug::slugify(&name), attempt);
            prop_assert!(!slug.is_empty() && slug.len() <= 100 && !RESERVED.contains(&slug.as_str()));
            prop_assert!(slug.split('-').all(|part| !part.is_empty()));
        }
    }
}
