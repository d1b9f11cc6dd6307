//! Notes are saved while they are typed. The form around the island is a plain one, and works without it.

use guildhall_types::{EnrollmentId, LessonId};
use leptos::{html, prelude::*};

/// Watches the form that it stands in, and says what became of the note.
#[island]
pub fn NoteAutosave(
    enrollment: EnrollmentId,
    lesson: LessonId,
    /// The form has just been sent without the island's help.
    saved: bool,
) -> impl IntoView {
    let status = RwSignal::new(if saved { "Saved".to_owned() } else { String::new() });
    let place = NodeRef::<html::Span>::new();
    Effect::new(move |_| {
        if let Some(place) = place.get() {
            browser::watch(&place, enrollment, lesson, status);
        }
    });
    view! {
        <span class="meta" role="status" node_ref=place>
            {status}
        </span>
    }
}

#[cfg(not(feature = "hydrate"))]
mod browser {
    use guildhall_types::{EnrollmentId, LessonId};
    use leptos::prelude::RwSignal;

    pub(super) fn watch(_: &web_sys::HtmlSpanElement, _: EnrollmentId, _: LessonId, _: RwSignal<String>) {}
}

#[cfg(feature = "hydrate")]
mod browser {
    use std::{
        cell::{Cell, RefCell},
        rc::Rc,
    };

    use gloo_timers::future::TimeoutFuture;
    use guildhall_types::{EnrollmentId, LessonId};
    use leptos::{prelude::*, server_fn::ServerFn, task::spawn_local};
    use wasm_bindgen::{JsCast, closure::Closure};
    use web_sys::{Element, Event, EventTarget, HtmlTextAreaElement, UrlSearchParams};

    use crate::api::{SaveNote, save_note};

    /// How long typing rests before it is saved, in milliseconds.
    const REST: u32 = 1_500;

    #[derive(Clone)]
    struct Note {
        text: HtmlTextAreaElement,
        enrollment: EnrollmentId,
        lesson: LessonId,
        status: RwSignal<String>,
        /// What the server has.
        kept: Rc<RefCell<String>>,
        /// Counts what was typed: only the last rest saves.
        typed: Rc<Cell<u32>>,
        /// One save at a time, so that an older text never lands on a newer one.
        busy: Rc<Cell<bool>>,
    }

    pub(super) fn watch(place: &Element, enrollment: EnrollmentId, lesson: LessonId, status: RwSignal<String>) {
        let Ok(Some(form)) = place.closest("form") else { return };
        let Some(text) =
            form.query_selector("textarea").ok().flatten().and_then(|text| text.dyn_into::<HtmlTextAreaElement>().ok())
        else {
            return;
        };
        // What the page came with; the browser may have put back something newer.
        let kept = Rc::new(RefCell::new(text.default_value().unwrap_or_default()));
        let note =
            Note { text: text.clone(), enrollment, lesson, status, kept, typed: Rc::default(), busy: Rc::default() };
        note.on(&text, "input", Note::rest);
        note.on(&text, "change", |note, _| note.save());
        note.on(&form, "submit", |note, event| {
            event.prevent_default();
            if note.is_kept() {
                note.status.set("Saved".to_owned());
            }
            note.save();
        });
        if let Some(window) = web_sys::window() {
            note.on(&window, "pagehide", |note, _| note.send_off());
        }
    }

    impl Note {
        fn on(&self, target: &EventTarget, name: &str, act: fn(&Self, &Event)) {
            let note = self.clone();
            let handler = Closure::<dyn FnMut(Event)>::new(move |event: Event| act(&note, &event));
            let _ = target.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
            // The page's own lifetime is the listener's.
            handler.forget();
        }

        fn is_kept(&self) -> bool {
            *self.kept.borrow() == self.text.value()
        }

        fn rest(&self, _: &Event) {
            self.status.set(String::new());
            let mine = self.typed.get().wrapping_add(1);
            self.typed.set(mine);
            let note = self.clone();
            spawn_local(async move {
                TimeoutFuture::new(REST).await;
                if note.typed.get() == mine {
                    note.save();
                }
            });
        }

        fn save(&self) {
            if self.busy.get() || self.is_kept() {
                return;
            }
            self.busy.set(true);
            let note = self.clone();
            spawn_local(async move {
                // What was typed while a save was on its way is saved after it.
                while !note.is_kept() {
                    let body = note.text.value();
                    match save_note(note.enrollment, note.lesson, body.clone()).await {
                        Ok(()) => {
                            *note.kept.borrow_mut() = body;
                            note.status.set("Saved".to_owned());
                        }
                        Err(error) => {
                            note.status.set(format!("Not saved. {error}"));
                            break;
                        }
                    }
                }
                note.busy.set(false);
            });
        }

        /// The page goes away: what is not kept yet is sent without waiting for an answer.
        fn send_off(&self) {
            if self.is_kept() {
                return;
            }
            let (Some(window), Ok(fields)) = (web_sys::window(), UrlSearchParams::new()) else { return };
            fields.append("enrollment", &self.enrollment.to_string());
            fields.append("lesson", &self.lesson.to_string());
            fields.append("body", &self.text.value());
            let _ = window.navigator().send_beacon_with_opt_url_search_params(SaveNote::url(), Some(&fields));
        }
    }
}
