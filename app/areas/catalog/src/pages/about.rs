//! What the site owes its readers: accessibility, and how its algorithms decide. Written in `docs/`, shown here.

use guildhall_ui::Prose;
use leptos::prelude::*;
use leptos_meta::Title;

fn html(markdown: &'static str) -> String {
    #[cfg(feature = "ssr")]
    // Rendered for a place below a heading of the second level; here it stands right under the page's own.
    return guildhall_catalog::markdown::to_html(markdown).replace("<h3>", "<h2>").replace("</h3>", "</h2>");
    #[cfg(not(feature = "ssr"))]
    {
        let _ = markdown;
        String::new()
    }
}

#[component]
fn Statement(title: &'static str, text: &'static str) -> impl IntoView {
    view! {
        <Title text=title />
        <div class="narrow">
            <h1>{title}</h1>
            <Prose html=html(text) />
        </div>
    }
}

macro_rules! statement {
    ($name:ident, $title:literal, $file:literal) => {
        #[component]
        pub(crate) fn $name() -> impl IntoView {
            #[cfg(feature = "ssr")]
            let text = include_str!(concat!("../../../../../docs/", $file));
            #[cfg(not(feature = "ssr"))]
            let text = "";
            view! { <Statement title=$title text=text /> }
        }
    };
}

statement!(AccessibilityView, "Accessibility", "statements/accessibility.md");
statement!(TransparencyView, "How our algorithms decide", "atrs/search-ranking.md");
