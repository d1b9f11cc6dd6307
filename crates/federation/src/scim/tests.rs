//! Filters and patches, as directories send them and as they never should.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    filter::Filter,
    patch::{patch_group, patch_user},
    resource::{GroupFields, Page, UserFields},
};

fn ada() -> UserFields {
    UserFields {
        user_name: "ada@example.com".to_owned(),
        external_id: Some("7".to_owned()),
        display_name: "Ada Lovelace".to_owned(),
        given_name: "Ada".to_owned(),
        family_name: "Lovelace".to_owned(),
        active: true,
    }
}

fn operations(all: Value) -> Value {
    json!({ "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": all })
}

#[test]
fn filters_of_directories_are_read() {
    for (text, attribute, value) in [
        (r#"userName eq "Ada@example.com""#, "username", "Ada@example.com"),
        (r#"  USERNAME EQ "a\"b"  "#, "username", "a\"b"),
        (r#"urn:ietf:params:scim:schemas:core:2.0:User:userName eq "x""#, "username", "x"),
        ("externalId eq 123", "externalid", "123"),
    ] {
        assert_eq!(Filter::parse(text).unwrap(), Filter { attribute: attribute.to_owned(), value: value.to_owned() });
    }
    for text in [
        "",
        "userName",
        "userName eq",
        r#"userName ne "x""#,
        r#"userName eq "x" or "y""#,
        r#"user name eq "x""#,
        r#"userName eq """#,
    ] {
        assert_eq!(Filter::parse(text).unwrap_err().kind, Some("invalidFilter"), "{text}");
    }
}

#[test]
fn pages_are_kept_within_bounds() {
    let page = Page::parse("startIndex=0&count=100000&filter=&excludedAttributes=members");
    assert_eq!((page.start, page.count, page.filter.as_deref(), page.without_members), (1, 200, None, true));
    assert_eq!((Page::parse("startIndex=x&count=-5").start, Page::parse("count=-5").count), (1, 0));
}

#[test]
fn a_leaver_is_a_leaver_in_every_spelling() {
    for all in [
        json!([{ "op": "replace", "path": "active", "value": false }]),
        json!([{ "op": "Replace", "path": "active", "value": "False" }]),
        json!([{ "op": "replace", "value": { "active": false } }]),
        json!([{ "op": "Add", "value": { "active": "false" } }]),
        json!([{ "OP": "replace", "Path": "ACTIVE", "Value": "FALSE" }]),
        json!([{ "op": "replace", "path": "urn:ietf:params:scim:schemas:core:2.0:User:active", "value": false }]),
    ] {
        assert!(!patch_user(&ada(), &operations(all.clone())).unwrap().active, "{all}");
    }
    for wrong in [json!("no"), json!(0), json!(null), json!([false])] {
        patch_user(&ada(), &operations(json!([{ "op": "replace", "path": "active", "value": wrong }]))).unwrap_err();
    }
}

#[test]
fn attributes_are_set_and_taken_away() {
    let all = json!([
        { "op": "replace", "value": { "name.givenName": "Augusta", "title": "Countess" } },
        { "op": "add", "path": "name.familyName", "value": "King" },
        { "op": "remove", "path": "externalId" },
        { "op": "replace", "path": "emails[type eq \"work\"].value", "value": "augusta@example.com" },
        { "op": "replace", "path": "userName", "value": "Augusta@Example.com" },
    ]);
    let user = patch_user(&ada(), &operations(all)).unwrap();
    assert_eq!((user.given_name.as_str(), user.family_name.as_str()), ("Augusta", "King"));
    assert_eq!((user.external_id, user.user_name.as_str()), (None, "augusta@example.com"));
    for (wrong, kind) in [
        (json!([{ "op": "remove", "path": "userName" }]), Some("mutability")),
        (json!([{ "op": "remove" }]), Some("noTarget")),
        (json!([{ "op": "move", "path": "active", "value": false }]), Some("invalidSyntax")),
        (json!([{ "op": "replace", "path": "emails[", "value": "x" }]), Some("invalidPath")),
        (json!([{ "op": "replace", "path": 7, "value": "x" }]), Some("invalidSyntax")),
        (json!([]), Some("invalidSyntax")),
        (json!("x"), Some("invalidSyntax")),
    ] {
        assert_eq!(patch_user(&ada(), &operations(wrong.clone())).unwrap_err().kind, kind, "{wrong}");
    }
}

#[test]
fn members_come_and_go() {
    let ids: Vec<Uuid> = (1..=3).map(Uuid::from_u128).collect();
    let before =
        GroupFields { display_name: "Team".to_owned(), external_id: None, members: ids[..2].iter().copied().collect() };
    let after = |all: Value| patch_group(&before, &operations(all)).unwrap().members;
    let set = |ids: &[Uuid]| ids.iter().copied().collect::<BTreeSet<_>>();
    let value = |id: Uuid| json!({ "value": id });
    assert_eq!(after(json!([{ "op": "add", "path": "members", "value": [value(ids[2])] }])), set(&ids));
    assert_eq!(after(json!([{ "op": "Add", "value": { "members": [value(ids[2])] } }])), set(&ids));
    assert_eq!(
        after(json!([{ "op": "remove", "path": format!("members[value eq \"{}\"]", ids[0]) }])),
        set(&ids[1..2])
    );
    assert_eq!(after(json!([{ "op": "Remove", "path": "members", "value": [value(ids[0])] }])), set(&ids[1..2]));
    assert_eq!(after(json!([{ "op": "remove", "path": "members" }])), set(&[]));
    assert_eq!(after(json!([{ "op": "replace", "path": "members", "value": [value(ids[2])] }])), set(&ids[2..]));
    let wrong = operations(json!([{ "op": "remove", "path": "members[display eq \"x\"]" }]));
    assert_eq!(patch_group(&before, &wrong).unwrap_err().kind, Some("invalidPath"));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::from),
        "\\PC{0,20}".prop_map(Value::String),
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::Array),
            prop::collection::btree_map("(active|userName|members|value|name|displayName|\\PC{0,6})", inner, 0..4)
                .prop_map(|map| map.into_iter().collect()),
        ]
    })
}

proptest! {
    #[test]
    fn odd_patches_never_panic_and_never_reactivate(
        op in "(add|replace|remove|Add|x)",
        path in prop::option::of("(active|userName|members|name|members\\[value eq .x.\\]|displayName|\\PC{0,12})"),
        value in any_json(),
    ) {
        let body = operations(json!([{ "op": op, "path": path, "value": value }]));
        let gone = UserFields { active: false, ..ada() };
        if let Ok(user) = patch_user(&gone, &body) {
            let asked = body.to_string().to_lowercase().contains("active");
            prop_assert!(!user.active || asked, "only whoever says active makes somebody active");
            prop_assert!((3..=254).contains(&user.user_name.len()) && user.user_name == user.user_name.to_lowercase());
        }
        let group = GroupFields { display_name: "Team".to_owned(), ..GroupFields::default() };
        if let Ok(group) = patch_group(&group, &body) {
            prop_assert!(!group.display_name.is_empty());
        }
        let _ = (UserFields::parse(&value), GroupFields::parse(&value));
    }

    #[test]
    fn odd_filters_and_pages_never_panic(text in "\\PC{0,60}") {
        let _ = (Filter::parse(&text), Page::parse(&text));
    }
}
