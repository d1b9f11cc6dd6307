//! The page for when what a page needs is away. It asks nothing of the database, and nobody's name is on it: who is asking
//! can't be known just then.

use guildhall_ui::{ButtonLink, EmptyState, Mark, ThemeChoice};
use leptos::prelude::*;
use leptos_meta::HashedStylesheet;

/// A whole document: what happened, in a sentence, and the way to try again.
#[must_use]
pub fn outage(
    options: LeptosOptions,
    theme: ThemeChoice,
    sentence: String,
    // The address that was asked for, when asking again is safe.
    again: Option<String>,
) -> String {
    let (label, href) = again.map_or(("Go to the front page", "/".to_owned()), |path| ("Try again", path));
    Owner::new().with(|| {
        view! {
            <!DOCTYPE html>
            <html lang="en-GB" data-theme=theme.attribute()>
                <head>
                    <meta charset="utf-8" />
                    <meta name="viewport" content="width=device-width, initial-scale=1" />
                    <meta name="color-scheme" content="light dark" />
                    <meta name="robots" content="noindex" />
                    <title>"Try again in a minute – Guildhall"</title>
                    <link rel="icon" href="/favicon.svg" type="image/svg+xml" />
                    <HashedStylesheet options=options id="style" />
                </head>
                <body>
                    <header class="top">
                        <div class="wrap">
                            <a class="mark" href="/">
                                <Mark />
                                "Guildhall"
                            </a>
                        </div>
                    </header>
                    <main id="main" class="wrap">
                        <h1>"Try again in a minute"</h1>
                        <EmptyState title="What happened" text=sentence>
                            <ButtonLink href=href>{label}</ButtonLink>
                        </EmptyState>
                    </main>
                </body>
            </html>
        }
        .to_html()
    })
}
