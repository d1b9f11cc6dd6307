//! By which organisations' word one's own account opens, and taking that back.

use guildhall_types::{federation::SignOnLink, time};
use guildhall_ui::{ButtonKind, SubmitButton};
use leptos::{form::ActionForm, prelude::*};

use super::{
    Failure,
    api::{UnlinkSignOn, read_sign_on_links},
};

/// A section of the page about one's security; nothing where no organisation signs one in.
#[component]
pub(crate) fn OwnLinks() -> impl IntoView {
    view! {
        <Suspense>
            {Suspend::new(async move {
                match read_sign_on_links().await {
                    Ok(links) if links.is_empty() => ().into_any(),
                    Ok(links) => view! { <Links links=links /> }.into_any(),
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                }
            })}
        </Suspense>
    }
}

#[component]
fn Links(links: Vec<SignOnLink>) -> impl IntoView {
    view! {
        <section class="section" aria-labelledby="sign-on-heading">
            <h2 id="sign-on-heading">"Signing in through an organisation"</h2>
            <p>"These organisations can sign you in to this account. Unlink any that should not."</p>
            <ul class="fields">
                {links.into_iter().map(|link| view! { <Link link=link /> }).collect_view()}
            </ul>
        </section>
    }
}

#[component]
fn Link(link: SignOnLink) -> impl IntoView {
    let action = ServerAction::<UnlinkSignOn>::new();
    let used =
        format!("Linked on {}, last used {} (UTC)", time::date(link.created_at), time::date_time(link.last_used_at));
    let label = format!("Unlink {}", link.organization);
    view! {
        <li>
            <strong>{link.organization}</strong>
            <p class="meta">{link.name} ". " {used}</p>
            <ActionForm action=action>
                <input type="hidden" name="id" value=link.connection.to_string() />
                <SubmitButton label=label kind=ButtonKind::Danger />
            </ActionForm>
        </li>
    }
}
