//! PATCH (RFC 7644, 3.5.2), pure: operations over what is kept. Microsoft Entra's forms are taken too: operations with a
//! capital letter, booleans as texts, dotted names in a value without a path, members to remove in the value.

use serde_json::{Map, Value};
use uuid::Uuid;

use super::{
    error::ScimError,
    resource::{GroupFields, MOST_MEMBERS, UserFields, external_id, find, members, truth, user_name, words},
};

const MOST_OPERATIONS: usize = 1_000;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verb {
    /// For attributes with one value both do the same.
    Add,
    Replace,
    Remove,
}

struct Operation<'a> {
    verb: Verb,
    path: Option<&'a str>,
    value: &'a Value,
}

fn operations(body: &Value) -> Result<Vec<Operation<'_>>, ScimError> {
    let wrong = || {
        ScimError::new(400, Some("invalidSyntax"), "The body needs Operations, each with op add, replace or remove.")
    };
    let object = body.as_object().ok_or_else(wrong)?;
    let all = find(object, "Operations").and_then(Value::as_array).ok_or_else(wrong)?;
    if all.is_empty() || all.len() > MOST_OPERATIONS {
        return Err(wrong());
    }
    all.iter()
        .map(|operation| {
            let object = operation.as_object().ok_or_else(wrong)?;
            let name = find(object, "op").and_then(Value::as_str).unwrap_or_default();
            let verb = match name.to_ascii_lowercase().as_str() {
                "add" => Verb::Add,
                "replace" => Verb::Replace,
                "remove" => Verb::Remove,
                _ => return Err(wrong()),
            };
            let path = match find(object, "path") {
                None | Some(Value::Null) => None,
                Some(path) => Some(path.as_str().ok_or_else(wrong)?.trim()).filter(|path| !path.is_empty()),
            };
            Ok(Operation { verb, path, value: find(object, "value").unwrap_or(&Value::Null) })
        })
        .collect()
}

/// A path without its schema and in lower case: `urn:...:User:name.givenName` -> `name.givenname`.
fn plain_path(path: &str) -> String {
    let path = path.to_ascii_lowercase();
    path.strip_prefix("urn:ietf:params:scim:schemas:core:2.0:user:")
        .or_else(|| path.strip_prefix("urn:ietf:params:scim:schemas:core:2.0:group:"))
        .unwrap_or(&path)
        .to_owned()
}

/// Whether it reads like a path at all, of an attribute that is not kept: then it is passed over.
fn is_foreign(path: &str) -> bool {
    !path.is_empty()
        && path.len() <= 500
        && path.starts_with(|c: char| c.is_ascii_alphabetic())
        && path.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".:-_$[]\" @+".contains(&byte))
        && path.matches('[').count() == path.matches(']').count()
}

/// What a user is after these operations: all of them, or none.
pub(crate) fn patch_user(before: &UserFields, body: &Value) -> Result<UserFields, ScimError> {
    let mut user = before.clone();
    for operation in operations(body)? {
        match (operation.path, operation.value) {
            (Some(path), value) => set(&mut user, operation.verb, &plain_path(path), value)?,
            (None, _) if operation.verb == Verb::Remove => {
                return Err(ScimError::new(400, Some("noTarget"), "remove needs a path."));
            }
            (None, Value::Object(values)) => {
                for (name, value) in values {
                    set(&mut user, operation.verb, &plain_path(name), value)?;
                }
            }
            (None, _) => return Err(ScimError::value("Without a path the value must be an object.")),
        }
    }
    Ok(user)
}

fn set(user: &mut UserFields, verb: Verb, path: &str, value: &Value) -> Result<(), ScimError> {
    let nothing = Value::Null;
    let value = if verb == Verb::Remove { &nothing } else { value };
    match path {
        "username" | "active" if verb == Verb::Remove => {
            return Err(ScimError::new(400, Some("mutability"), format!("{path} can't be removed.")));
        }
        "username" => user.user_name = user_name(value)?,
        "active" => user.active = truth("active", value)?,
        "externalid" => user.external_id = external_id(value)?,
        "displayname" => user.display_name = words("displayName", value, 200)?,
        "name.givenname" => user.given_name = words("name.givenName", value, 100)?,
        "name.familyname" => user.family_name = words("name.familyName", value, 100)?,
        "name" => match value {
            Value::Object(name) => user.take_name(name)?,
            Value::Null => (user.given_name, user.family_name) = (String::new(), String::new()),
            _ => return Err(ScimError::value("name must be an object.")),
        },
        "id" | "meta" | "groups" | "schemas" => {}
        path if is_foreign(path) => {}
        _ => return Err(ScimError::path("This path can't be read.")),
    }
    Ok(())
}

/// What a group is after these operations: all of them, or none.
pub(crate) fn patch_group(before: &GroupFields, body: &Value) -> Result<GroupFields, ScimError> {
    let mut group = before.clone();
    for operation in operations(body)? {
        match (operation.path, operation.value) {
            (Some(path), value) => set_in_group(&mut group, operation.verb, path, value)?,
            (None, _) if operation.verb == Verb::Remove => {
                return Err(ScimError::new(400, Some("noTarget"), "remove needs a path."));
            }
            (None, Value::Object(values)) => set_all_in_group(&mut group, operation.verb, values)?,
            (None, _) => return Err(ScimError::value("Without a path the value must be an object.")),
        }
    }
    if group.members.len() > MOST_MEMBERS {
        return Err(ScimError::value(format!("A group has at most {MOST_MEMBERS} members.")));
    }
    Ok(group)
}

fn set_all_in_group(group: &mut GroupFields, verb: Verb, values: &Map<String, Value>) -> Result<(), ScimError> {
    for (name, value) in values {
        set_in_group(group, verb, name, value)?;
    }
    Ok(())
}

fn set_in_group(group: &mut GroupFields, verb: Verb, path: &str, value: &Value) -> Result<(), ScimError> {
    let plain = plain_path(path);
    match (plain.as_str(), verb) {
        ("displayname", Verb::Remove) => {
            return Err(ScimError::new(400, Some("mutability"), "displayName can't be removed."));
        }
        ("displayname", _) => group.rename(value)?,
        ("externalid", Verb::Remove) => group.external_id = None,
        ("externalid", _) => group.external_id = external_id(value)?,
        ("members", Verb::Add) => group.members.extend(members(value)?),
        ("members", Verb::Replace) => group.members = members(value)?,
        ("members", Verb::Remove) if value.is_null() => group.members.clear(),
        ("members", Verb::Remove) => {
            let gone = members(value)?;
            group.members.retain(|member| !gone.contains(member));
        }
        ("id" | "meta" | "schemas", _) => {}
        (path, verb) if path.starts_with("members[") => {
            let id = one_member(path).ok_or_else(|| ScimError::path("Only members[value eq \"id\"] is understood."))?;
            match verb {
                Verb::Remove => {
                    group.members.remove(&id);
                }
                Verb::Add | Verb::Replace => return Err(ScimError::path("A single member can only be removed.")),
            }
        }
        (path, _) if is_foreign(path) => {}
        _ => return Err(ScimError::path("This path can't be read.")),
    }
    Ok(())
}

/// `members[value eq "id"]`, in lower case.
fn one_member(path: &str) -> Option<Uuid> {
    let inner = path.strip_prefix("members[")?.strip_suffix(']')?.trim();
    let rest = inner.strip_prefix("value")?.trim_start().strip_prefix("eq")?.trim();
    Uuid::try_parse(rest.strip_prefix('"')?.strip_suffix('"')?).ok()
}
