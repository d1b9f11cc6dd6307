//! What an assertion says, once it is known whose it is (SAML Core, 2.3 to 2.7; SAML Profiles, 4.1.4.2 and 4.1.4.3).

use std::collections::BTreeMap;

use chrono::{DateTime, TimeDelta, Utc};

use super::{ASSERTION, Refusal, response::Expected, xml::Element};
use crate::token::{LEEWAY, OLDEST};

const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
const TRANSIENT: &str = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient";
/// An assertion that says it is good for longer is taken for no longer.
const LONGEST: TimeDelta = TimeDelta::hours(1);
/// Attributes, and values of one, past which nothing is read.
const MOST: usize = 500;

/// An assertion that passed every check but whether it was used before, which only a store knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assertion {
    pub id: String,
    pub issuer: String,
    /// The provider's name for the person.
    pub subject: String,
    /// The provider's name of the session.
    pub session: Option<String>,
    /// The id of the request that it answers; `None` when it began at the provider.
    pub in_response_to: Option<String>,
    /// When the person showed the provider who they are, at the latest (`AuthnInstant`), where it can be read.
    pub signed_in_at: Option<DateTime<Utc>>,
    /// Until when it could be used again.
    pub expires_at: DateTime<Utc>,
    pub attributes: BTreeMap<String, Vec<String>>,
    /// The text that all this was read from.
    pub verified: String,
}

/// Reads an assertion from its verified bytes and checks it.
pub(super) fn read(
    assertion: Element<'_, '_>,
    expected: &Expected<'_>,
    now: DateTime<Utc>,
) -> Result<Assertion, Refusal> {
    if assertion.attribute("Version") != Some("2.0") {
        return Err(Refusal::Assertions);
    }
    let id = assertion.attribute("ID").filter(|id| !id.is_empty()).ok_or(Refusal::Assertions)?;
    let issuer = assertion.one(ASSERTION, "Issuer", Refusal::Issuer)?.text().ok_or(Refusal::Issuer)?;
    if issuer.trim() != expected.issuer {
        return Err(Refusal::Issuer);
    }
    let made = time(assertion.attribute("IssueInstant"), Refusal::IssueInstant)?.ok_or(Refusal::IssueInstant)?;
    if made > now + LEEWAY || made < now - OLDEST - LEEWAY {
        return Err(Refusal::IssueInstant);
    }
    let subject = assertion.one(ASSERTION, "Subject", Refusal::Subject)?;
    let confirmed = confirmed(subject, expected, now)?;
    check_conditions(assertion, expected, now)?;
    let signed_in = signed_in(assertion, now)?;
    Ok(Assertion {
        id: id.to_owned(),
        issuer: expected.issuer.to_owned(),
        subject: name_id(subject)?,
        session: signed_in.session,
        in_response_to: confirmed.in_response_to,
        signed_in_at: signed_in.at,
        expires_at: confirmed.expires_at.min(now + LONGEST) + LEEWAY,
        attributes: attributes(assertion),
        verified: String::new(),
    })
}

/// A time of XML Schema in UTC, as SAML demands (SAML Core, 1.3.3). One that is there and can't be read is refused.
fn time(text: Option<&str>, wrong: Refusal) -> Result<Option<DateTime<Utc>>, Refusal> {
    let Some(text) = text else { return Ok(None) };
    let zoned = if text.ends_with('Z') { text.to_owned() } else { format!("{text}Z") };
    DateTime::parse_from_rfc3339(&zoned).map(|at| Some(at.to_utc())).map_err(|_| wrong)
}

/// Not before, and before the end.
fn check_times(element: Element<'_, '_>, now: DateTime<Utc>) -> Result<Option<DateTime<Utc>>, Refusal> {
    // In this direction nothing overflows: `now` is a real time.
    if time(element.attribute("NotBefore"), Refusal::NotYet)?.is_some_and(|begins| begins > now + LEEWAY) {
        return Err(Refusal::NotYet);
    }
    let ends = time(element.attribute("NotOnOrAfter"), Refusal::Expired)?;
    if ends.is_some_and(|ends| ends <= now - LEEWAY) { Err(Refusal::Expired) } else { Ok(ends) }
}

struct Confirmed {
    in_response_to: Option<String>,
    expires_at: DateTime<Utc>,
}

/// One confirmation of the bearer must fit whole; what is wrong with the last is told when none does.
fn confirmed(subject: Element<'_, '_>, expected: &Expected<'_>, now: DateTime<Utc>) -> Result<Confirmed, Refusal> {
    let mut wrong = Refusal::Confirmation;
    for confirmation in subject.all(ASSERTION, "SubjectConfirmation") {
        if confirmation.attribute("Method") != Some(BEARER) {
            continue;
        }
        match bearer(confirmation, expected, now) {
            Ok(confirmed) => return Ok(confirmed),
            Err(refusal) => wrong = refusal,
        }
    }
    Err(wrong)
}

fn bearer(confirmation: Element<'_, '_>, expected: &Expected<'_>, now: DateTime<Utc>) -> Result<Confirmed, Refusal> {
    let data = confirmation.one(ASSERTION, "SubjectConfirmationData", Refusal::Confirmation)?;
    if data.attribute("Recipient") != Some(expected.acs_url) {
        return Err(Refusal::Recipient);
    }
    let expires_at = check_times(data, now)?.ok_or(Refusal::Expired)?;
    Ok(Confirmed { in_response_to: data.attribute("InResponseTo").map(ToOwned::to_owned), expires_at })
}

fn check_conditions(assertion: Element<'_, '_>, expected: &Expected<'_>, now: DateTime<Utc>) -> Result<(), Refusal> {
    let conditions = assertion.one(ASSERTION, "Conditions", Refusal::Condition)?;
    check_times(conditions, now)?;
    // Each is used once anyway, and nothing is passed on to others.
    let known = ["AudienceRestriction", "OneTimeUse", "ProxyRestriction"];
    if !conditions.children().all(|condition| known.iter().any(|name| condition.is(ASSERTION, name))) {
        return Err(Refusal::Condition);
    }
    let restrictions = conditions.all(ASSERTION, "AudienceRestriction");
    let names_us = |restriction: &Element<'_, '_>| {
        let audiences = restriction.all(ASSERTION, "Audience");
        audiences.iter().any(|audience| audience.text().is_some_and(|text| text.trim() == expected.entity_id))
    };
    if !restrictions.is_empty() && restrictions.iter().all(names_us) { Ok(()) } else { Err(Refusal::Audience) }
}

fn name_id(subject: Element<'_, '_>) -> Result<String, Refusal> {
    let name = subject.one(ASSERTION, "NameID", Refusal::Subject)?;
    if name.attribute("Format") == Some(TRANSIENT) {
        return Err(Refusal::Transient);
    }
    let text = name.text().ok_or(Refusal::Subject)?;
    let text = text.trim();
    let plain = (1..=255).contains(&text.len()) && !text.chars().any(char::is_control);
    if plain { Ok(text.to_owned()) } else { Err(Refusal::Subject) }
}

/// What the statements about signing in say.
struct SignedIn {
    /// The provider's name of the session.
    session: Option<String>,
    at: Option<DateTime<Utc>>,
}

/// Somebody signed in, in a session that still runs.
fn signed_in(assertion: Element<'_, '_>, now: DateTime<Utc>) -> Result<SignedIn, Refusal> {
    let statements = assertion.all(ASSERTION, "AuthnStatement");
    let first = statements.first().ok_or(Refusal::Authentication)?;
    for statement in &statements {
        let ends = time(statement.attribute("SessionNotOnOrAfter"), Refusal::Expired)?;
        if ends.is_some_and(|ends| ends <= now - LEEWAY) {
            return Err(Refusal::Expired);
        }
    }
    let session = first.attribute("SessionIndex").filter(|session| (1..=255).contains(&session.len()));
    // One in the future says nothing.
    let instants = statements.iter().filter_map(|statement| {
        time(statement.attribute("AuthnInstant"), Refusal::Authentication)
            .ok()
            .flatten()
            .filter(|at| *at <= now + LEEWAY)
    });
    Ok(SignedIn { session: session.map(ToOwned::to_owned), at: instants.max() })
}

fn attributes(assertion: Element<'_, '_>) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::<String, Vec<String>>::new();
    let statements = assertion.all(ASSERTION, "AttributeStatement");
    let each = statements.iter().flat_map(|statement| statement.all(ASSERTION, "Attribute"));
    for attribute in each.take(MOST) {
        let Some(name) = attribute.attribute("Name") else { continue };
        let values = attribute.all(ASSERTION, "AttributeValue");
        let texts = values.iter().take(MOST).filter_map(|value| value.text()).map(|text| text.trim().to_owned());
        all.entry(name.to_owned()).or_default().extend(texts.filter(|text| !text.is_empty()));
    }
    all
}
