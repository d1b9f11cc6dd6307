//! `/Groups`: the directory's groups and who is in them.

use guildhall_db::{Tx, violated};
use serde_json::Value;
use uuid::Uuid;

use super::{
    SYSTEM, To,
    error::ScimError,
    listed,
    patch::patch_group,
    resource::{GroupFields, Page, group_json},
};
use crate::store::directory::{self, Group};

/// How many members one list of groups shows: all of it stands in memory.
const MOST_LISTED: i64 = 20_000;

pub(super) async fn list(to: &To<'_>, page: &Page) -> Result<Value, ScimError> {
    let filter = page.filter()?;
    let (mut name, mut external_id) = (None, None);
    if let Some(filter) = filter {
        match filter.attribute.as_str() {
            "displayname" => name = Some(filter.value),
            "externalid" => external_id = Some(filter.value),
            _ => {
                let detail = "Groups are found by displayName or externalId.";
                return Err(ScimError::new(400, Some("invalidFilter"), detail));
            }
        }
    }
    let (mut tx, organization) = (to.db.begin(&SYSTEM).await?, to.directory.organization);
    let (name, external_id) = (name.as_deref(), external_id.as_deref());
    let (total, groups) =
        directory::groups(&mut tx, organization, name, external_id, page.start - 1, page.count).await?;
    if !page.without_members {
        let ids: Vec<Uuid> = groups.iter().map(|group| group.id).collect();
        if directory::count_members(&mut tx, &ids).await? > MOST_LISTED {
            let detail = "Ask for fewer groups, or with excludedAttributes=members.";
            return Err(ScimError::new(400, Some("tooMany"), detail));
        }
    }
    let mut shown = Vec::with_capacity(groups.len());
    for group in groups {
        shown.push(show(to, &mut tx, &group, !page.without_members).await?);
    }
    Ok(listed(total, page, shown))
}

pub(super) async fn get(to: &To<'_>, id: Uuid, page: &Page) -> Result<Value, ScimError> {
    let mut tx = to.db.begin(&SYSTEM).await?;
    let group = find(to, &mut tx, id).await?;
    show(to, &mut tx, &group, !page.without_members).await
}

pub(super) async fn create(to: &To<'_>, body: &Value) -> Result<Value, ScimError> {
    let fields = GroupFields::parse(body)?;
    let (mut tx, now, organization) = (to.db.begin(&SYSTEM).await?, to.db.clock().now(), to.directory.organization);
    let id: Uuid = to.db.id();
    directory::insert_group(&mut tx, id, organization, &fields.display_name, fields.external_id.as_deref(), now)
        .await
        .map_err(taken)?;
    finish(to, tx, id, &fields).await
}

pub(super) async fn replace(to: &To<'_>, id: Uuid, body: &Value) -> Result<Value, ScimError> {
    let fields = GroupFields::parse(body)?;
    let mut tx = to.db.begin(&SYSTEM).await?;
    find(to, &mut tx, id).await?;
    keep(to, tx, id, &fields).await
}

pub(super) async fn patch(to: &To<'_>, id: Uuid, body: &Value) -> Result<Value, ScimError> {
    let mut tx = to.db.begin(&SYSTEM).await?;
    let before = find(to, &mut tx, id).await?;
    let members = directory::members(&mut tx, id).await?;
    let before = GroupFields {
        display_name: before.display_name,
        external_id: before.external_id,
        members: members.into_iter().map(|(id, _)| id).collect(),
    };
    let fields = patch_group(&before, body)?;
    keep(to, tx, id, &fields).await
}

pub(super) async fn delete(to: &To<'_>, id: Uuid) -> Result<(), ScimError> {
    let mut tx = to.db.begin(&SYSTEM).await?;
    if !directory::delete_group(&mut tx, to.directory.organization, id).await? {
        return Err(ScimError::not_found());
    }
    tx.commit().await?;
    Ok(())
}

async fn keep(to: &To<'_>, mut tx: Tx, id: Uuid, fields: &GroupFields) -> Result<Value, ScimError> {
    let (now, organization) = (to.db.clock().now(), to.directory.organization);
    directory::update_group(&mut tx, organization, id, &fields.display_name, fields.external_id.as_deref(), now)
        .await
        .map_err(taken)?;
    finish(to, tx, id, fields).await
}

/// Writes the members, and commits.
async fn finish(to: &To<'_>, mut tx: Tx, id: Uuid, fields: &GroupFields) -> Result<Value, ScimError> {
    let there = directory::set_members(&mut tx, to.directory.organization, id, &fields.members).await?;
    if there != fields.members.len() {
        return Err(ScimError::value("members names somebody who is no user of this organisation."));
    }
    let group = find(to, &mut tx, id).await?;
    let shown = show(to, &mut tx, &group, true).await?;
    tx.commit().await?;
    Ok(shown)
}

fn taken(error: sqlx::Error) -> ScimError {
    match violated(&error) {
        Some("scim_groups_display_name_key") => ScimError::taken("There is a group with this displayName already."),
        _ => error.into(),
    }
}

async fn find(to: &To<'_>, tx: &mut Tx, id: Uuid) -> Result<Group, ScimError> {
    directory::group(tx, to.directory.organization, id).await?.ok_or_else(ScimError::not_found)
}

async fn show(to: &To<'_>, tx: &mut Tx, group: &Group, with_members: bool) -> Result<Value, ScimError> {
    let members = if with_members { Some(directory::members(tx, group.id).await?) } else { None };
    let times = (group.created_at, group.updated_at);
    let external_id = group.external_id.as_deref();
    Ok(group_json(&to.directory.base, group.id, &group.display_name, external_id, members.as_deref(), times))
}
