//! The parts of a person's page that ask for a proof before they do anything: the admin's role, and erasure.

use guildhall_types::{Error, privacy::ErasureView, time};
use guildhall_ui::{ButtonKind, Field, FieldKind, SubmitButton};
use leptos::{form::ActionForm, prelude::*};

use crate::powers::{ErasePerson, GiveAdmin, KeepPerson, TakeAdmin};

/// The forms of the two parts, made once for the page, which lists what went wrong with any of them above.
#[derive(Clone, Copy)]
pub(super) struct Powers {
    give: ServerAction<GiveAdmin>,
    take: ServerAction<TakeAdmin>,
    erase: ServerAction<ErasePerson>,
    keep: ServerAction<KeepPerson>,
}

impl Powers {
    pub(super) fn new() -> Self {
        Self {
            give: ServerAction::new(),
            take: ServerAction::new(),
            erase: ServerAction::new(),
            keep: ServerAction::new(),
        }
    }

    /// How the last try of each went.
    pub(super) fn tried(self) -> [Option<Error>; 4] {
        [super::tried(self.give), super::tried(self.take), super::tried(self.erase), super::tried(self.keep)]
    }
}

/// Whether the page is about whoever looks at it.
pub(super) fn is_oneself(id: guildhall_types::UserId) -> bool {
    #[cfg(feature = "ssr")]
    return guildhall_host::actor().user_id() == Some(id);
    #[cfg(not(feature = "ssr"))]
    {
        let _ = id;
        false
    }
}

/// Giving and taking the admin's role.
#[component]
pub(super) fn AdminRole(powers: Powers, id: String, name: String, is_admin: bool, is_oneself: bool) -> impl IntoView {
    let body = if is_oneself {
        view! { <p>"You are one yourself. Only another admin can take that role from you."</p> }.into_any()
    } else if is_admin {
        view! {
            <p>{name} " sees everybody’s accounts and organisations. Taking the role away holds at once."</p>
            <ActionForm action=powers.take>
                <input type="hidden" name="id" value=id />
                <SubmitButton label="Take the admin’s role away" kind=ButtonKind::Danger />
            </ActionForm>
        }
        .into_any()
    } else {
        view! {
            <p>"An admin sees everybody’s accounts and organisations. Give that role to few."</p>
            <ActionForm action=powers.give>
                <input type="hidden" name="id" value=id />
                <SubmitButton label="Make this person an admin" kind=ButtonKind::Quiet />
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <section class="section" aria-labelledby="admin-heading">
            <h2 id="admin-heading">"Platform admin"</h2>
            {body}
        </section>
    }
}

/// Asking for the person's erasure, or taking that back.
#[component]
pub(super) fn Erasure(
    powers: Powers,
    id: String,
    is_admin: bool,
    is_oneself: bool,
    erasure: Option<ErasureView>,
) -> impl IntoView {
    let tried = super::tried(powers.erase);
    let body = if let Some(erasure) = erasure {
        let when = if erasure.is_late {
            "It was due, and something stands in the way. It is tried again every day.".to_owned()
        } else {
            format!("It happens on {} (UTC).", time::date_time(erasure.due_at))
        };
        let keep = (!is_oneself).then(|| {
            view! {
                <ActionForm action=powers.keep>
                    <input type="hidden" name="id" value=id />
                    <SubmitButton label="Keep the account" kind=ButtonKind::Quiet />
                </ActionForm>
            }
        });
        view! {
            <p>"Asked for on " {time::date(erasure.asked_at)} ". " {when}</p>
            {keep}
        }
        .into_any()
    } else if is_oneself {
        view! { <p>"Your own account is erased from " <a href="/account/privacy">"your data"</a> "."</p> }.into_any()
    } else if is_admin {
        view! { <p>"An admin can’t be erased. Take that role away first."</p> }.into_any()
    } else {
        view! {
            <p>
                "For somebody who asks for it and can’t do it here. The account is erased in 14 days; the person gets a mail, and can keep it until then. What the law wants kept stays, without a name."
            </p>
            <ActionForm action=powers.erase attr:novalidate=true>
                <input type="hidden" name="id" value=id />
                <Field
                    name="why"
                    label="Why the account is to be erased"
                    kind=FieldKind::Textarea
                    rows=3
                    hint="The person reads it in a mail, and it stands in the audit trail."
                    required=true
                    maxlength=500
                    value=tried.as_ref().and_then(|error| error.entered("why"))
                    error=tried.as_ref().and_then(|error| error.message_for("why"))
                />
                <SubmitButton label="Erase the account in 14 days" kind=ButtonKind::Danger />
            </ActionForm>
        }
        .into_any()
    };
    view! {
        <section class="section" aria-labelledby="erasure-heading">
            <h2 id="erasure-heading">"Erasure"</h2>
            {body}
        </section>
    }
}
