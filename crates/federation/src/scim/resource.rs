//! Users and groups as they cross the wire, and the page of a list that is asked for.

use chrono::{DateTime, SecondsFormat, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::{error::ScimError, filter::Filter};

pub(crate) const USER: &str = "urn:ietf:params:scim:schemas:core:2.0:User";
pub(crate) const GROUP: &str = "urn:ietf:params:scim:schemas:core:2.0:Group";

/// Which part of a list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Page {
    /// From 1.
    pub(crate) start: i64,
    pub(crate) count: i64,
    pub(crate) filter: Option<String>,
    pub(crate) without_members: bool,
}

impl Page {
    /// Reads a query; what can't be read is the default (RFC 7644, 3.4.2.4).
    pub(crate) fn parse(query: &str) -> Self {
        let find = |wanted: &str| {
            form_urlencoded::parse(query.as_bytes())
                .find(|(name, _)| name.eq_ignore_ascii_case(wanted))
                .map(|(_, value)| value.into_owned())
        };
        let number = |name: &str| find(name).and_then(|text| text.trim().parse::<i64>().ok());
        Self {
            start: number("startIndex").unwrap_or(1).clamp(1, 1_000_000_000),
            count: number("count").unwrap_or(100).clamp(0, 200),
            filter: find("filter").filter(|text| !text.trim().is_empty()),
            without_members: find("excludedAttributes")
                .is_some_and(|names| names.split(',').any(|name| name.trim() == "members")),
        }
    }

    pub(crate) fn filter(&self) -> Result<Option<Filter>, ScimError> {
        self.filter.as_deref().map(Filter::parse).transpose()
    }
}

/// What of a user is kept.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct UserFields {
    /// In lower case.
    pub(crate) user_name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) display_name: String,
    pub(crate) given_name: String,
    pub(crate) family_name: String,
    pub(crate) active: bool,
}

/// An attribute by its name, which has no case (RFC 7643, 2.1).
pub(crate) fn find<'a>(object: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    object.iter().find(|(found, _)| found.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A text of at most so many characters; `null` is none.
pub(crate) fn words(name: &str, value: &Value, most: usize) -> Result<String, ScimError> {
    match value {
        Value::Null => Ok(String::new()),
        Value::String(text) if text.chars().count() <= most && !text.chars().any(char::is_control) => {
            Ok(text.trim().to_owned())
        }
        _ => Err(ScimError::value(format!("{name} must be a text of at most {most} characters."))),
    }
}

/// `active`: a boolean; Microsoft's older provisioning sends it as a text.
pub(crate) fn truth(name: &str, value: &Value) -> Result<bool, ScimError> {
    match value {
        Value::Bool(value) => Ok(*value),
        Value::String(text) if text.eq_ignore_ascii_case("true") => Ok(true),
        Value::String(text) if text.eq_ignore_ascii_case("false") => Ok(false),
        _ => Err(ScimError::value(format!("{name} must be true or false."))),
    }
}

pub(crate) fn user_name(value: &Value) -> Result<String, ScimError> {
    let name = words("userName", value, 254)?.to_lowercase();
    if (3..=254).contains(&name.len()) { Ok(name) } else { Err(ScimError::value("userName must be an email address.")) }
}

pub(crate) fn external_id(value: &Value) -> Result<Option<String>, ScimError> {
    Ok(Some(words("externalId", value, 255)?).filter(|id| !id.is_empty() && id.len() <= 255))
}

impl UserFields {
    /// Reads a whole user, as POST and PUT send it. Attributes that are not kept are passed over (RFC 7644, 3.3).
    pub(crate) fn parse(value: &Value) -> Result<Self, ScimError> {
        let object = value.as_object().ok_or_else(|| ScimError::value("A user must be an object."))?;
        let mut user = Self { active: true, ..Self::default() };
        user.user_name = user_name(find(object, "userName").unwrap_or(&Value::Null))?;
        if let Some(value) = find(object, "externalId") {
            user.external_id = external_id(value)?;
        }
        if let Some(value) = find(object, "displayName") {
            user.display_name = words("displayName", value, 200)?;
        }
        if let Some(value) = find(object, "active") {
            user.active = truth("active", value)?;
        }
        if let Some(Value::Object(name)) = find(object, "name") {
            user.take_name(name)?;
        }
        Ok(user)
    }

    pub(crate) fn take_name(&mut self, name: &Map<String, Value>) -> Result<(), ScimError> {
        if let Some(value) = find(name, "givenName") {
            self.given_name = words("name.givenName", value, 100)?;
        }
        if let Some(value) = find(name, "familyName") {
            self.family_name = words("name.familyName", value, 100)?;
        }
        Ok(())
    }

    /// What the person is called.
    pub(crate) fn full_name(&self) -> String {
        if self.display_name.is_empty() {
            format!("{} {}", self.given_name, self.family_name).trim().to_owned()
        } else {
            self.display_name.clone()
        }
    }
}

/// What of a group is kept, but for who is in it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct GroupFields {
    pub(crate) display_name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) members: std::collections::BTreeSet<Uuid>,
}

/// More than a team has; a body is limited too.
pub(crate) const MOST_MEMBERS: usize = 10_000;

impl GroupFields {
    /// Reads a whole group, as POST and PUT send it.
    pub(crate) fn parse(value: &Value) -> Result<Self, ScimError> {
        let object = value.as_object().ok_or_else(|| ScimError::value("A group must be an object."))?;
        let mut group = Self::default();
        group.rename(find(object, "displayName").unwrap_or(&Value::Null))?;
        if let Some(value) = find(object, "externalId") {
            group.external_id = external_id(value)?;
        }
        if let Some(value) = find(object, "members") {
            group.members = members(value)?;
        }
        Ok(group)
    }

    pub(crate) fn rename(&mut self, value: &Value) -> Result<(), ScimError> {
        let name = words("displayName", value, 200)?;
        if name.is_empty() {
            return Err(ScimError::value("displayName is required."));
        }
        self.display_name = name;
        Ok(())
    }
}

/// `[{ "value": id }]`, one such object, or ids alone.
pub(crate) fn members(value: &Value) -> Result<std::collections::BTreeSet<Uuid>, ScimError> {
    let wrong = || ScimError::value("members must be a list of objects whose value is a user's id.");
    let one = |value: &Value| {
        let id = match value {
            Value::Object(member) => find(member, "value").and_then(Value::as_str),
            value => value.as_str(),
        };
        id.and_then(|id| Uuid::try_parse(id).ok()).ok_or_else(wrong)
    };
    match value {
        Value::Null => Ok(std::collections::BTreeSet::new()),
        Value::Array(all) if all.len() <= MOST_MEMBERS => all.iter().map(one).collect(),
        Value::Object(_) | Value::String(_) => Ok([one(value)?].into()),
        _ => Err(wrong()),
    }
}

fn meta(kind: &str, base: &str, id: Uuid, created: DateTime<Utc>, changed: DateTime<Utc>) -> Value {
    let time = |at: DateTime<Utc>| at.to_rfc3339_opts(SecondsFormat::Millis, true);
    json!({ "resourceType": kind, "created": time(created), "lastModified": time(changed), "location": format!("{base}/{kind}s/{id}") })
}

/// A user as it is answered.
pub(crate) fn user_json(
    base: &str,
    id: Uuid,
    user: &UserFields,
    groups: &[(Uuid, String)],
    times: (DateTime<Utc>, DateTime<Utc>),
) -> Value {
    let groups: Vec<Value> = groups
        .iter()
        .map(|(id, name)| json!({ "value": id, "display": name, "$ref": format!("{base}/Groups/{id}"), "type": "direct" }))
        .collect();
    let mut body = json!({
        "schemas": [USER],
        "id": id,
        "userName": user.user_name,
        "displayName": user.full_name(),
        "name": { "givenName": user.given_name, "familyName": user.family_name, "formatted": user.full_name() },
        "active": user.active,
        "emails": [{ "value": user.user_name, "type": "work", "primary": true }],
        "groups": groups,
        "meta": meta("User", base, id, times.0, times.1),
    });
    with_external_id(&mut body, user.external_id.as_deref());
    body
}

/// A group as it is answered; without `members` when they were asked to be left out.
pub(crate) fn group_json(
    base: &str,
    id: Uuid,
    name: &str,
    external_id: Option<&str>,
    members: Option<&[(Uuid, String)]>,
    times: (DateTime<Utc>, DateTime<Utc>),
) -> Value {
    let mut body = json!({
        "schemas": [GROUP],
        "id": id,
        "displayName": name,
        "meta": meta("Group", base, id, times.0, times.1),
    });
    with_external_id(&mut body, external_id);
    if let (Some(members), Some(body)) = (members, body.as_object_mut()) {
        let members: Vec<Value> = members
            .iter()
            .map(|(id, name)| json!({ "value": id, "display": name, "$ref": format!("{base}/Users/{id}"), "type": "User" }))
            .collect();
        body.insert("members".to_owned(), members.into());
    }
    body
}

fn with_external_id(body: &mut Value, id: Option<&str>) {
    if let (Some(id), Some(body)) = (id, body.as_object_mut()) {
        body.insert("externalId".to_owned(), id.into());
    }
}
