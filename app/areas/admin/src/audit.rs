//! The audit trail's server functions.

use guildhall_types::{
    Error,
    audit::{AuditPage, AuditQuery},
};
use leptos::{server, server_fn::codec::GetUrl};

/// A page of the audit trail, newest first. For platform admins; the search is itself an event.
#[server(name = SearchAudit, prefix = "/api/fn", endpoint = "admin/audit", input = GetUrl)]
pub async fn search_audit(#[server(default)] search: AuditQuery) -> Result<AuditPage, Error> {
    let actor = guildhall_host::actor();
    // Who may not read is told so before what is wrong with the form.
    actor.user().map_err(guildhall_host::fail)?;
    let filter = guildhall_audit::Filter::parse(&search).map_err(guildhall_host::fail)?;
    guildhall_audit::search(&guildhall_host::db()?, &actor, &filter, &search.cursor).await.map_err(guildhall_host::told)
}
