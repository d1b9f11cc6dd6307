//! Filters, sorting and pages without a reload: the page that a link or the form would lead to is fetched, and its results
//! and filters take the place of the ones that are shown. The address follows, so that it can always be shared.

use leptos::prelude::*;

/// Wakes the catalogue. Shows nothing but a status for screen readers.
#[island]
pub fn LiveCatalog() -> impl IntoView {
    let status = RwSignal::new(String::new());
    Effect::new(move |_| browser::listen(status));
    view! {
        <p class="vh" role="status">
            {status}
        </p>
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    use leptos::prelude::RwSignal;

    pub(super) fn listen(_: RwSignal<String>) {}
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::{cell::Cell, rc::Rc};

    use gloo_timers::future::TimeoutFuture;
    use leptos::{prelude::*, task::spawn_local};
    use wasm_bindgen::{JsCast, JsValue, closure::Closure};
    use wasm_bindgen_futures::JsFuture;
    use web_sys::{
        Document, DomParser, Element, Event, FormData, HtmlElement, HtmlFormElement, HtmlInputElement, Response,
        SupportedType, UrlSearchParams, Window,
    };

    /// How long typing rests before it is searched for, in milliseconds.
    const REST: u32 = 180;

    /// What becomes of the browser's history.
    #[derive(Clone, Copy)]
    enum Memory {
        /// A step that "back" undoes.
        New,
        /// Typing goes on: the same step.
        Same,
        /// The person came by "back" or "forward".
        Came,
    }

    #[derive(Clone)]
    struct Live {
        window: Window,
        document: Document,
        status: RwSignal<String>,
        /// Counts what was asked: an answer that comes after a newer question is dropped.
        asked: Rc<Cell<u32>>,
    }

    pub(super) fn listen(status: RwSignal<String>) {
        let Some(window) = web_sys::window() else { return };
        let Some(document) = window.document() else { return };
        let live = Live { window, document, status, asked: Rc::default() };
        live.on("change", Live::changed);
        live.on("input", Live::typed);
        live.on("submit", Live::submitted);
        live.on("click", Live::clicked);
        let back = live.clone();
        let handler = Closure::<dyn FnMut(Event)>::new(move |_| {
            if let Ok(href) = back.window.location().href() {
                back.show(href, Memory::Came, 0);
            }
        });
        let _ = live.window.add_event_listener_with_callback("popstate", handler.as_ref().unchecked_ref());
        handler.forget();
    }

    impl Live {
        fn on(&self, name: &str, act: fn(&Self, &Event)) {
            let live = self.clone();
            let handler = Closure::<dyn FnMut(Event)>::new(move |event: Event| act(&live, &event));
            let _ = self.document.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
            // The page's own lifetime is the listener's.
            handler.forget();
        }

        fn form(&self) -> Option<HtmlFormElement> {
            self.document.get_element_by_id("filters")?.dyn_into().ok()
        }

        fn target(event: &Event) -> Option<Element> {
            event.target()?.dyn_into().ok()
        }

        fn belongs(&self, element: &Element) -> bool {
            element.closest("#filters").ok().flatten().is_some()
                || element.get_attribute("form").as_deref() == Some("filters")
        }

        fn changed(&self, event: &Event) {
            if Self::target(event).is_some_and(|element| self.belongs(&element) && element.id() != "catalog-search") {
                self.show_form(Memory::New, 0);
            }
        }

        fn typed(&self, event: &Event) {
            if Self::target(event).is_some_and(|element| element.id() == "catalog-search") {
                self.show_form(Memory::Same, REST);
            }
        }

        fn submitted(&self, event: &Event) {
            if Self::target(event).is_some_and(|element| element.id() == "filters") {
                event.prevent_default();
                self.show_form(Memory::New, 0);
            }
        }

        fn clicked(&self, event: &Event) {
            let Some(link) = Self::target(event).and_then(|element| {
                element.closest("#results nav a, #results a[data-live], #filters a").ok().flatten()
            }) else {
                return;
            };
            let modified = event
                .dyn_ref::<web_sys::MouseEvent>()
                .is_some_and(|mouse| mouse.ctrl_key() || mouse.meta_key() || mouse.shift_key());
            if modified {
                return;
            }
            if let Some(href) = link.get_attribute("href").filter(|href| href.starts_with("/courses")) {
                event.prevent_default();
                self.show(href, Memory::New, 0);
                if link.closest(".pagination").ok().flatten().is_some()
                    && let Some(results) = self.document.get_element_by_id("results")
                {
                    results.scroll_into_view();
                }
            }
        }

        fn show_form(&self, memory: Memory, rest: u32) {
            let Some(address) = self.form().and_then(|form| Self::address(&form).ok()) else { return };
            self.show(address, memory, rest);
        }

        /// The address that the form would lead to, without empty fields.
        fn address(form: &HtmlFormElement) -> Result<String, JsValue> {
            let data = FormData::new_with_form(form)?;
            let all = UrlSearchParams::new_with_record_from_str_to_str(&js_sys::Object::new())?;
            for entry in data.entries() {
                let pair: js_sys::Array = entry?.dyn_into()?;
                if let (Some(name), Some(value)) = (pair.get(0).as_string(), pair.get(1).as_string())
                    && !value.is_empty()
                {
                    all.append(&name, &value);
                }
            }
            let query = String::from(all.to_string());
            Ok(if query.is_empty() { "/courses".to_owned() } else { format!("/courses?{query}") })
        }

        fn show(&self, address: String, memory: Memory, rest: u32) {
            let mine = self.asked.get().wrapping_add(1);
            self.asked.set(mine);
            let live = self.clone();
            spawn_local(async move {
                if rest > 0 {
                    TimeoutFuture::new(rest).await;
                }
                if live.asked.get() != mine {
                    return;
                }
                match live.fetch(&address).await {
                    Ok(page) if live.asked.get() == mine => {
                        if live.swap(&page).is_err() {
                            let _ = live.window.location().set_href(&address);
                            return;
                        }
                        live.remember(memory, &page, &address);
                    }
                    Ok(_) => {}
                    // What can't be fetched is asked for in the plain way, which says what is wrong.
                    Err(_) => {
                        let _ = live.window.location().set_href(&address);
                    }
                }
            });
        }

        /// Keeps the address; where the person came back to one, its words come back as well.
        fn remember(&self, memory: Memory, page: &Document, address: &str) {
            let Ok(history) = self.window.history() else { return };
            let _ = match memory {
                Memory::New => history.push_state_with_url(&JsValue::NULL, "", Some(address)),
                Memory::Same => history.replace_state_with_url(&JsValue::NULL, "", Some(address)),
                Memory::Came => {
                    let words = page.get_element_by_id("catalog-search").and_then(|field| field.get_attribute("value"));
                    let field = self.document.get_element_by_id("catalog-search");
                    if let Some(Ok(field)) = field.map(JsCast::dyn_into::<HtmlInputElement>) {
                        field.set_value(&words.unwrap_or_default());
                    }
                    Ok(())
                }
            };
        }

        async fn fetch(&self, address: &str) -> Result<Document, JsValue> {
            let response: Response = JsFuture::from(self.window.fetch_with_str(address)).await?.dyn_into()?;
            if !response.ok() {
                return Err(JsValue::NULL);
            }
            let text = JsFuture::from(response.text()?).await?.as_string().unwrap_or_default();
            DomParser::new()?.parse_from_string(&text, SupportedType::TextHtml)
        }

        /// Takes over the new results and filters; what had the focus keeps it, what was folded stays so.
        fn swap(&self, page: &Document) -> Result<(), JsValue> {
            let focused = self.document.active_element().map(|element| element.id()).filter(|id| !id.is_empty());
            for id in ["results", "filters"] {
                let old = self.document.get_element_by_id(id).ok_or(JsValue::NULL)?;
                let new = page.get_element_by_id(id).ok_or(JsValue::NULL)?;
                if id == "filters" {
                    Self::keep_folds(&old, &new);
                }
                let adopted = self.document.import_node_with_deep(&new, true)?;
                old.replace_with_with_node_1(&adopted)?;
            }
            self.document.set_title(&page.title());
            if let Some(element) = focused.and_then(|id| self.document.get_element_by_id(&id))
                && let Ok(element) = element.dyn_into::<HtmlElement>()
            {
                let _ = element.focus();
            }
            let title =
                page.get_element_by_id("results-title").and_then(|title| title.text_content()).unwrap_or_default();
            self.status.set(title.trim().to_owned());
            Ok(())
        }

        fn keep_folds(old: &Element, new: &Element) {
            let Ok(folds) = new.query_selector_all("details") else { return };
            for place in 0..folds.length() {
                let Some(fold) = folds.get(place).and_then(|node| node.dyn_into::<Element>().ok()) else { continue };
                if let Ok(Some(before)) = old.query_selector(&format!("#{}", fold.id()))
                    && before.has_attribute("open")
                {
                    let _ = fold.set_attribute("open", "");
                }
            }
        }
    }
}
