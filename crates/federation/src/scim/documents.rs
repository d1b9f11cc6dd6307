//! What the service says of itself (RFC 7643, 5 to 7): what it supports, its resource types and schemas.

use serde_json::{Value, json};

use super::resource::{GROUP, USER};

/// `ServiceProviderConfig`, `ResourceTypes` or `Schemas`, whole or one of them.
pub(super) fn find(kind: &str, id: Option<&str>, base: &str) -> Option<Value> {
    match kind {
        "ServiceProviderConfig" if id.is_none() => Some(config(base)),
        "ResourceTypes" => pick(resource_types(base), id),
        "Schemas" => pick(schemas(base), id),
        _ => None,
    }
}

fn pick(all: Vec<Value>, id: Option<&str>) -> Option<Value> {
    match id {
        Some(id) => all.into_iter().find(|one| one.get("id").and_then(Value::as_str) == Some(id)),
        None => Some(json!({
            "schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"],
            "totalResults": all.len(), "startIndex": 1, "itemsPerPage": all.len(), "Resources": all,
        })),
    }
}

fn config(base: &str) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
        "patch": { "supported": true },
        "bulk": { "supported": false, "maxOperations": 0, "maxPayloadSize": 0 },
        "filter": { "supported": true, "maxResults": 200 },
        "changePassword": { "supported": false },
        "sort": { "supported": false },
        "etag": { "supported": false },
        "authenticationSchemes": [{
            "type": "oauthbearertoken", "name": "Bearer token", "primary": true,
            "description": "A token that an owner of the organisation makes on its sign-in page.",
        }],
        "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{base}/ServiceProviderConfig") },
    })
}

fn resource_types(base: &str) -> Vec<Value> {
    let one = |name: &str, schema: &str| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ResourceType"],
            "id": name, "name": name, "endpoint": format!("/{name}s"), "schema": schema,
            "meta": { "resourceType": "ResourceType", "location": format!("{base}/ResourceTypes/{name}") },
        })
    };
    vec![one("User", USER), one("Group", GROUP)]
}

fn attribute(name: &str, kind: &str, required: bool, uniqueness: &str) -> Value {
    json!({
        "name": name, "type": kind, "multiValued": false, "required": required, "caseExact": false,
        "mutability": "readWrite", "returned": "default", "uniqueness": uniqueness,
    })
}

fn with(mut attribute: Value, several: bool, mutability: &str, parts: Vec<Value>) -> Value {
    if let Some(attribute) = attribute.as_object_mut() {
        attribute.insert("multiValued".to_owned(), several.into());
        attribute.insert("mutability".to_owned(), mutability.into());
        attribute.insert("subAttributes".to_owned(), parts.into());
    }
    attribute
}

fn schemas(base: &str) -> Vec<Value> {
    let text = |name: &str| attribute(name, "string", false, "none");
    let name = with(
        attribute("name", "complex", false, "none"),
        false,
        "readWrite",
        vec![text("givenName"), text("familyName"), text("formatted")],
    );
    let emails = with(
        attribute("emails", "complex", false, "none"),
        true,
        "readOnly",
        vec![text("value"), text("type"), attribute("primary", "boolean", false, "none")],
    );
    let groups =
        with(attribute("groups", "complex", false, "none"), true, "readOnly", vec![text("value"), text("display")]);
    let members =
        with(attribute("members", "complex", false, "none"), true, "readWrite", vec![text("value"), text("display")]);
    let one = |id: &str, name: &str, attributes: Vec<Value>| {
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Schema"],
            "id": id, "name": name, "attributes": attributes,
            "meta": { "resourceType": "Schema", "location": format!("{base}/Schemas/{id}") },
        })
    };
    let user = vec![
        attribute("userName", "string", true, "server"),
        name,
        text("displayName"),
        attribute("active", "boolean", false, "none"),
        emails,
        groups,
    ];
    vec![
        one(USER, "User", user),
        one(GROUP, "Group", vec![attribute("displayName", "string", true, "server"), members]),
    ]
}
