//! The area's server functions. Each acts as the admin; nobody else gets past the ops.

use guildhall_types::{
    Error, UserId,
    organization::{AdminOverview, ListPage, OrganizationAdminView, OrganizationItem, PersonItem, PersonView},
};
use leptos::{server, server_fn::codec::GetUrl};

#[cfg(feature = "ssr")]
mod ssr {
    pub(super) use guildhall_host::{actor, db, redirect, told};
    pub(super) use guildhall_identity::organizations as org;

    /// How many rows a page of a list has.
    pub(super) const ROWS: i64 = 50;
}

/// How much there is.
#[server(name = ReadOverview, prefix = "/api/fn", endpoint = "admin/overview", input = GetUrl)]
pub async fn read_overview() -> Result<AdminOverview, Error> {
    ssr::org::overview(&ssr::db()?, &ssr::actor()).await.map_err(ssr::told)
}

/// People by name or address.
#[server(name = SearchPeople, prefix = "/api/fn", endpoint = "admin/people", input = GetUrl)]
pub async fn search_people(
    #[server(default)] query: String,
    #[server(default)] cursor: String,
) -> Result<ListPage<PersonItem>, Error> {
    ssr::org::people(&ssr::db()?, &ssr::actor(), &query, Some(&cursor), ssr::ROWS).await.map_err(ssr::told)
}

/// One person.
#[server(name = ReadPerson, prefix = "/api/fn", endpoint = "admin/person", input = GetUrl)]
pub async fn read_person(id: UserId) -> Result<PersonView, Error> {
    ssr::org::person(&ssr::db()?, &ssr::actor(), id).await.map_err(ssr::told)
}

/// Suspends a person.
#[server(name = SuspendPerson, prefix = "/api/fn", endpoint = "admin/suspend-person")]
pub async fn suspend_person(id: UserId, #[server(default)] reason: String) -> Result<(), Error> {
    ssr::org::suspend_person(&ssr::db()?, &ssr::actor(), id, &reason)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("reason", &reason)]))?;
    ssr::redirect(&format!("/admin/people/{id}?done=suspended"));
    Ok(())
}

/// Lets a suspended person in again.
#[server(name = RestorePerson, prefix = "/api/fn", endpoint = "admin/restore-person")]
pub async fn restore_person(id: UserId) -> Result<(), Error> {
    ssr::org::restore_person(&ssr::db()?, &ssr::actor(), id).await.map_err(ssr::told)?;
    ssr::redirect(&format!("/admin/people/{id}?done=restored"));
    Ok(())
}

/// Signs a person out everywhere.
#[server(name = EndPersonSessions, prefix = "/api/fn", endpoint = "admin/end-sessions")]
pub async fn end_person_sessions(id: UserId) -> Result<(), Error> {
    ssr::org::end_person_sessions(&ssr::db()?, &ssr::actor(), id).await.map_err(ssr::told)?;
    ssr::redirect(&format!("/admin/people/{id}?done=sessions"));
    Ok(())
}

/// Organisations by name.
#[server(name = SearchOrganizations, prefix = "/api/fn", endpoint = "admin/organizations", input = GetUrl)]
pub async fn search_organizations(
    #[server(default)] query: String,
    #[server(default)] cursor: String,
) -> Result<ListPage<OrganizationItem>, Error> {
    ssr::org::organizations(&ssr::db()?, &ssr::actor(), &query, Some(&cursor), ssr::ROWS).await.map_err(ssr::told)
}

/// One organisation.
#[server(name = ReadOrganizationAsAdmin, prefix = "/api/fn", endpoint = "admin/organization", input = GetUrl)]
pub async fn read_organization(#[server(default)] slug: String) -> Result<OrganizationAdminView, Error> {
    ssr::org::organization(&ssr::db()?, &ssr::actor(), &slug).await.map_err(ssr::told)
}

/// Suspends an organisation.
#[server(name = SuspendOrganization, prefix = "/api/fn", endpoint = "admin/suspend-organization")]
pub async fn suspend_organization(
    #[server(default)] slug: String,
    #[server(default)] reason: String,
) -> Result<(), Error> {
    ssr::org::suspend_organization(&ssr::db()?, &ssr::actor(), &slug, &reason)
        .await
        .map_err(|error| ssr::told(error).with_entered(&[("reason", &reason)]))?;
    ssr::redirect(&format!("/admin/organizations/{slug}?done=suspended"));
    Ok(())
}

/// Lets a suspended organisation go on.
#[server(name = RestoreOrganization, prefix = "/api/fn", endpoint = "admin/restore-organization")]
pub async fn restore_organization(#[server(default)] slug: String) -> Result<(), Error> {
    ssr::org::restore_organization(&ssr::db()?, &ssr::actor(), &slug).await.map_err(ssr::told)?;
    ssr::redirect(&format!("/admin/organizations/{slug}?done=restored"));
    Ok(())
}
