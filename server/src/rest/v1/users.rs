//! `/api/v1/users`: the people whom the caller may see.

use axum::{
    Extension, Json,
    extract::{Query, State},
};
use guildhall_kernel::Actor;
use serde::Serialize;
use utoipa::ToSchema;

use super::paging::Paging;
use crate::{rest::problem::Problem, state::AppState};

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserItem {
    id: String,
    name: String,
    email: String,
}

#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct UserList {
    items: Vec<UserItem>,
    /// Give it as `cursor` to get the next ones; null at the end.
    next_cursor: Option<String>,
}

/// Lists people: all for platform admins, those of their organisations for who works there, oneself for everybody else.
#[utoipa::path(
    get,
    path = "/api/v1/users",
    tag = "users",
    params(
        ("limit" = Option<u32>, Query, description = "1 to 100; 50 when not given"),
        ("cursor" = Option<String>, Query, description = "next_cursor of the answer before")
    ),
    responses((status = 200, description = "People", body = UserList), (status = 401, description = "Not signed in", body = Problem))
)]
pub(crate) async fn list(
    State(state): State<AppState>,
    Extension(actor): Extension<Actor>,
    Query(paging): Query<Paging>,
) -> Result<Json<UserList>, Problem> {
    actor.user()?;
    let page = guildhall_identity::organizations::visible_people(&state.db, &actor, paging.cursor(), paging.limit()?)
        .await
        .map_err(|error| Problem::from(error.told()))?;
    let items = page
        .items
        .into_iter()
        .map(|one| UserItem { id: one.id.to_string(), name: one.name, email: one.email })
        .collect();
    Ok(Json(UserList { items, next_cursor: page.next_cursor }))
}
