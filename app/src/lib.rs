//! The app: the shell around every page, the routes of all areas, and the page for what isn't there.
//!
//! Every route is rendered in full on the server (`SsrMode::Async`), so that status codes, redirects and titles are right
//! and a page without JavaScript is complete. Only islands reach the browser.

mod assets;
mod header;
mod missing;
#[cfg(feature = "ssr")]
mod outage;

use area_account::{AccountRoutes, OrganizationRoutes, PrivacyRoutes, SignOnRoutes};
use area_admin::AdminRoutes;
use area_catalog::CatalogRoutes;
use area_checkout::CheckoutRoutes;
use area_learner::LearnerRoutes;
use guildhall_ui::{SiteFooter, SkipLink, StyleguidePage, ThemeChoice};
use leptos::prelude::*;
use leptos_meta::{MetaTags, Title, provide_meta_context};
use leptos_router::{
    SsrMode,
    components::{Route, Router, Routes},
    path,
};

use assets::assets;
use header::Header;
pub use missing::Missing;
#[cfg(feature = "ssr")]
pub use outage::outage;

/// Links every area's islands into the browser's module.
pub const fn link() {
    area_account::link();
    area_admin::link();
    area_catalog::link();
    area_checkout::link();
    area_learner::link();
}

/// The document around every page.
pub fn shell(options: LeptosOptions) -> impl IntoView {
    let theme = theme();
    view! {
        <!DOCTYPE html>
        <html lang="en-GB" data-theme=theme.attribute()>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="preload" href="/fonts/public-sans-latin-wght-normal.woff2" r#as="font" type="font/woff2" crossorigin="anonymous" />
                <link rel="preload" href="/fonts/fraunces-latin-wght-normal.woff2" r#as="font" type="font/woff2" crossorigin="anonymous" />
                <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                {assets(options)}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}

/// A page's whole title. Escaped here, because leptos_meta writes it as it is and some pages name what was searched for.
fn page_title(title: String) -> String {
    let title = title.replace('&', "&amp;").replace('<', "&lt;");
    if title.starts_with("Guildhall") { title } else { format!("{title} – Guildhall") }
}

/// What the person chose, from the cookie.
fn theme() -> ThemeChoice {
    #[cfg(feature = "ssr")]
    {
        let cookies = guildhall_host::header(&http::header::COOKIE).unwrap_or_default();
        cookies
            .split(';')
            .find_map(|cookie| cookie.trim().strip_prefix("theme="))
            .map(ThemeChoice::parse)
            .unwrap_or_default()
    }
    #[cfg(not(feature = "ssr"))]
    ThemeChoice::default()
}

/// Header, page and footer.
#[component]
pub fn App() -> impl IntoView {
    provide_meta_context();
    let theme = theme();
    view! {
        <Title formatter=page_title />
        <SkipLink />
        <Router>
            <Header />
            <main id="main" tabindex="-1" class="wrap">
                <Routes fallback=Missing>
                    <CatalogRoutes />
                    <AccountRoutes />
                    <OrganizationRoutes />
                    <PrivacyRoutes />
                    <AdminRoutes />
                    <SignOnRoutes />
                    <CheckoutRoutes />
                    <LearnerRoutes />
                    <Route path=path!("styleguide") view=StyleguidePage ssr=SsrMode::Async />
                </Routes>
            </main>
            <SiteFooter theme=theme />
        </Router>
    }
}
