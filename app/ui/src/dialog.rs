//! [`Dialog`]: a native modal `<dialog>` and the button that opens it.
//!
//! Keyboard: the browser's own. Focus moves in and stays in, Escape closes, focus returns to the button. Without
//! JavaScript the button is a link: to `href`, a page that asks the same question, or, where none is given, to the dialog
//! itself, which is then shown in place.

use crate::button::{ButtonKind, class_of};
use leptos::{html, prelude::*};

/// A dialog and its button. Children are what the dialog holds: usually a form.
#[component]
pub fn Dialog(
    /// Unique on the page.
    #[prop(into)]
    id: String,
    #[prop(into)] title: String,
    /// What the button says.
    #[prop(into)]
    trigger: String,
    #[prop(default = ButtonKind::Quiet)] kind: ButtonKind,
    /// The page that does the same without JavaScript.
    #[prop(optional, into)]
    href: crate::MaybeText,
    children: Children,
) -> impl IntoView {
    let href = if href.is_some() { href.into_string() } else { format!("#{id}") };
    view! {
        <DialogIsland id title trigger class=class_of(kind, false) href>
            {children()}
        </DialogIsland>
    }
}

/// The island behind [`Dialog`].
#[island]
fn DialogIsland(
    id: String,
    title: String,
    trigger: String,
    class: String,
    href: String,
    children: Children,
) -> impl IntoView {
    let dialog = NodeRef::<html::Dialog>::new();
    let open = move |event: leptos::ev::MouseEvent| {
        // Where the dialog cannot be shown, the link is followed.
        if dialog.get_untracked().is_some_and(|dialog| dialog.show_modal().is_ok()) {
            event.prevent_default();
        }
    };
    let close = move |event: leptos::ev::MouseEvent| {
        if let Some(dialog) = dialog.get_untracked().filter(web_sys::HtmlDialogElement::open) {
            event.prevent_default();
            dialog.close();
        }
    };
    let opener = format!("{id}-open");
    let heading = format!("{id}-title");
    let labelled_by = heading.clone();
    view! {
        <a class=class id=opener.clone() href=href aria-haspopup="dialog" on:click=open>
            {trigger}
        </a>
        <dialog id=id aria-labelledby=labelled_by node_ref=dialog>
            <div class="head">
                <h2 id=heading>{title}</h2>
                <a class="close" href=format!("#{opener}") aria-label="Close" on:click=close>
                    <crate::Icon name=crate::IconName::Close />
                </a>
            </div>
            {children()}
        </dialog>
    }
}
