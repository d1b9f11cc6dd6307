//! [`RevealPassword`]: shows what was typed into a password field, because people make fewer mistakes when they can look.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// The button inside a password field. It appears only where it works, in the browser. `input` is the field's id.
#[island]
pub fn RevealPassword(input: String) -> impl IntoView {
    let ready = RwSignal::new(false);
    let shown = RwSignal::new(false);
    Effect::new(move |_| ready.set(true));
    let controls = input.clone();
    let toggle = move |_| {
        let field = web_sys::window()
            .and_then(|window| window.document())
            .and_then(|document| document.get_element_by_id(&input))
            .and_then(|field| field.dyn_into::<web_sys::HtmlInputElement>().ok());
        if let Some(field) = field {
            shown.update(|shown| *shown = !*shown);
            field.set_type(if shown.get_untracked() { "text" } else { "password" });
        }
    };
    view! {
        <button
            type="button"
            class="reveal"
            hidden=move || !ready.get()
            aria-controls=controls
            aria-label=move || if shown.get() { "Hide password" } else { "Show password" }
            on:click=toggle
        >
            {move || if shown.get() { "Hide" } else { "Show" }}
        </button>
    }
}
