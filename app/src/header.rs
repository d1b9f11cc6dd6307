//! The site's header, with the person who is signed in.

use area_account::organization_menu;
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
    let Some(viewer) = viewer else {
        return view! { <SiteHeader place=place user=None /> }.into_any();
    };
    view! {
        <Suspense>
            {
                let viewer = viewer.clone();
                Suspend::new(async move {
                    let user = HeaderUser { links: links(viewer.is_admin).await, name: viewer.name };
                    view! { <SiteHeader place=place user=Some(user) /> }
                })
            }
        </Suspense>
    }
    .into_any()
}

/// What the person's menu offers.
async fn links(is_admin: bool) -> Vec<(String, String)> {
    let own = |label: &str, href: &str| (label.to_owned(), href.to_owned());
    let mut links = vec![own("My courses", "/learn"), own("Orders", "/account/orders")];
    links.extend(organization_menu().await);
    links.push(own("Account", "/account"));
    if is_admin {
        links.push(own("Administration", "/admin"));
    }
    links
}

fn surroundings() -> (String, Option<guildhall_types::Viewer>) {
    #[cfg(feature = "ssr")]
    return (guildhall_host::request_path(), guildhall_host::actor().viewer());
    #[cfg(not(feature = "ssr"))]
    (String::new(), None)
}
