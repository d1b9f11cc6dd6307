//! Which events are wanted: the search form, parsed.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use guildhall_types::{Error, Fields, audit::AuditQuery};
use uuid::Uuid;

/// Which events are wanted; what is `None` does not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter {
    pub from: Option<DateTime<Utc>>,
    /// Not this moment itself.
    pub until: Option<DateTime<Utc>>,
    /// Who did it, or for whom.
    pub actor: Option<Whom>,
    /// How the action begins.
    pub action: Option<String>,
    pub target_kind: Option<String>,
    pub target_id: Option<String>,
    /// In lower case.
    pub text: Option<String>,
}

/// A person or an organisation, as somebody named them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Whom {
    Id(Uuid),
    Email(String),
}

impl Filter {
    /// Reads the search form.
    ///
    /// # Errors
    /// [`Error::Invalid`] with every field that needs mending.
    pub fn parse(query: &AuditQuery) -> Result<Self, Error> {
        let mut fields = Fields::new();
        let from = day(&query.from).map_err(|message| fields.add("from", message)).ok().flatten();
        let to = day(&query.to).map_err(|message| fields.add("to", message)).ok().flatten();
        if let (Some(from), Some(to)) = (from, to)
            && to < from
        {
            fields.add("to", "Enter a last day that is not before the first day");
        }
        let actor = whom(&query.actor).map_err(|message| fields.add("actor", message)).ok().flatten();
        let (target_kind, target_id) = target(&query.target);
        fields.finish()?;
        Ok(Self {
            from: from.map(midnight),
            until: to.and_then(|to| to.checked_add_days(Days::new(1))).map(midnight),
            actor,
            action: given(&query.action).map(str::to_lowercase),
            target_kind,
            target_id,
            text: given(&query.text).map(str::to_lowercase),
        })
    }

    /// The action's beginning as a pattern of `like`.
    pub(crate) fn action_pattern(&self) -> Option<String> {
        let action = self.action.as_deref()?;
        Some(format!("{}%", action.replace('\\', "\\\\").replace('_', "\\_").replace('%', "\\%")))
    }

    /// What was asked for, for the event that tells of the search.
    pub(crate) fn told(&self) -> serde_json::Value {
        let mut told = serde_json::Map::new();
        let mut tell = |name: &str, value: Option<String>| {
            if let Some(value) = value {
                told.insert(name.to_owned(), value.into());
            }
        };
        tell("from", self.from.map(|at| at.to_rfc3339()));
        tell("until", self.until.map(|at| at.to_rfc3339()));
        tell(
            "actor",
            self.actor.as_ref().map(|whom| match whom {
                Whom::Id(id) => id.to_string(),
                Whom::Email(email) => email.clone(),
            }),
        );
        tell("action", self.action.clone());
        tell("target_kind", self.target_kind.clone());
        tell("target_id", self.target_id.clone());
        tell("text", self.text.clone());
        told.into()
    }
}

/// What was typed, unless it was nothing; no longer than any value in the trail that can be asked for.
fn given(text: &str) -> Option<&str> {
    let text = text.trim();
    let end = text.char_indices().nth(200).map_or(text.len(), |(at, _)| at);
    text.get(..end).filter(|text| !text.is_empty())
}

fn day(text: &str) -> Result<Option<NaiveDate>, &'static str> {
    let Some(text) = given(text) else { return Ok(None) };
    let date = NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    // The years that PostgreSQL and everybody else can hold.
    date.filter(|date| (1970..=9999).contains(&chrono::Datelike::year(date)))
        .map(Some)
        .ok_or("Enter a day like 2027-03-31")
}

fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(NaiveTime::MIN).and_utc()
}

fn whom(text: &str) -> Result<Option<Whom>, &'static str> {
    let Some(text) = given(text) else { return Ok(None) };
    if let Ok(id) = text.parse() {
        return Ok(Some(Whom::Id(id)));
    }
    if text.contains('@') {
        return Ok(Some(Whom::Email(text.to_lowercase())));
    }
    Err("Enter an email address, or the id of a person or organisation")
}

/// `kind`, `kind:id`, or an id.
fn target(text: &str) -> (Option<String>, Option<String>) {
    let Some(text) = given(text) else { return (None, None) };
    let is_kind = |word: &str| word.chars().all(|c| c.is_ascii_lowercase() || c == '_') && !word.is_empty();
    match text.split_once(':') {
        Some((kind, id)) if is_kind(kind) => (Some(kind.to_owned()), given(id).map(ToOwned::to_owned)),
        _ if is_kind(text) => (Some(text.to_owned()), None),
        _ => (None, Some(text.to_owned())),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn query(set: impl FnOnce(&mut AuditQuery)) -> AuditQuery {
        let mut query = AuditQuery::default();
        set(&mut query);
        query
    }

    #[test]
    fn the_last_day_is_within() {
        let filter = Filter::parse(&query(|q| {
            q.from = "2027-03-01".into();
            q.to = "2027-03-01".into();
        }))
        .unwrap();
        assert_eq!(filter.until.unwrap() - filter.from.unwrap(), chrono::TimeDelta::days(1));
    }

    #[test]
    fn mistakes_are_told_by_field() {
        let error = Filter::parse(&query(|q| {
            q.from = "yesterday".into();
            q.to = "2027-13-01".into();
            q.actor = "Ada".into();
        }))
        .unwrap_err();
        let fields: Vec<&str> = error.fields().iter().map(|field| field.field.as_str()).collect();
        assert_eq!(fields, ["from", "to", "actor"]);
        Filter::parse(&query(|q| {
            q.from = "2027-03-02".into();
            q.to = "2027-03-01".into();
        }))
        .unwrap_err();
    }

    #[test]
    fn a_target_is_a_kind_an_id_or_both() {
        let id = "01a1f927-6772-79b1-8430-0b0297c90dac";
        assert_eq!(target("user"), (Some("user".into()), None));
        assert_eq!(target(&format!("user:{id}")), (Some("user".into()), Some(id.into())));
        assert_eq!(target(id), (None, Some(id.into())));
        assert_eq!(target("2027-03"), (None, Some("2027-03".into())));
        assert_eq!(target(" "), (None, None));
    }

    #[test]
    fn a_pattern_means_what_was_typed() {
        let filter = Filter::parse(&query(|q| q.action = "user.Sign_in%".into())).unwrap();
        assert_eq!(filter.action_pattern().unwrap(), "user.sign\\_in\\%%");
    }

    proptest! {
        #[test]
        fn nothing_that_is_typed_breaks_it(from in ".{0,20}", actor in ".{0,300}", target in ".{0,300}", text in ".{0,300}") {
            let _ = Filter::parse(&AuditQuery { from, actor, target, text, ..AuditQuery::default() });
        }
    }
}
