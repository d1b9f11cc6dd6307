//! The site's header, with the person who is signed in.

use guildhall_ui::{HeaderUser, Place, SiteHeader};
use leptos::prelude::*;

/// Marks the place that the page belongs to.
#[component]
pub(crate) fn Header() -> impl IntoView {
    let (path, viewer) = surroundings();
    let place = match path.split(['/', '?']).nth(1) {
        Some("courses") => Place::Courses,
        Some("providers") => Place::Providers,
        _ => Place::Elsewhere,
    };
    let user = viewer.map(|viewer| {
        let links = [("My courses", "/learn"), ("Orders", "/account/orders"), ("Account", "/account")];
        let admin = viewer.is_admin.then_some(("Audit trail", "/admin/audit"));
        let links = links.into_iter().chain(admin).map(|(label, href)| (label.to_owned(), href.to_owned())).collect();
        HeaderUser { name: viewer.name, links }
    });
    view! { <SiteHeader place=place user=user /> }
}

fn surroundings() -> (String, Option<guildhall_types::Viewer>) {
    #[cfg(feature = "ssr")]
    return (guildhall_host::request_path(), guildhall_host::actor().viewer());
    #[cfg(not(feature = "ssr"))]
    (String::new(), None)
}
