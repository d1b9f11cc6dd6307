//! The browser's entry: wakes the islands of the page, and nothing else.

/// Called by the page once the module is loaded.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    // The islands register themselves by being linked in.
    guildhall_app::link();
    leptos::mount::hydrate_islands();
}
