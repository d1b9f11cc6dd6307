//! What came back of a form.

use guildhall_types::Error;
use guildhall_ui::ErrorSummary;
use leptos::{
    prelude::*,
    server_fn::{ServerFn, error::FromServerFnError},
};
use leptos_meta::Title;

/// How a form's last try went; nothing when there was none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tried(Option<Error>);

impl Tried {
    /// The error with which a plain form came back to its page.
    pub(crate) fn of<S>(action: ServerAction<S>) -> Self
    where
        S: ServerFn<Error = Error> + Send + Sync + Clone + 'static,
        S::Output: Send + Sync + 'static,
        S::Error: FromServerFnError + Send + Sync + 'static,
    {
        Self(action.value().with_untracked(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned())))
    }

    /// This one, or the other where this did not fail: for two forms of a page.
    pub(crate) fn or(self, other: Self) -> Self {
        if self.failed() { self } else { other }
    }

    pub(crate) const fn failed(&self) -> bool {
        self.0.is_some()
    }

    /// Whether it failed for another reason than a field's value.
    pub(crate) fn failed_as_a_whole(&self) -> bool {
        self.0.as_ref().is_some_and(|error| error.fields().is_empty())
    }

    /// What is wrong with one field.
    pub(crate) fn message(&self, field: &str) -> Option<String> {
        self.0.as_ref().and_then(|error| error.message_for(field))
    }

    /// What was typed into one field.
    pub(crate) fn entered(&self, field: &str) -> Option<String> {
        self.0.as_ref().and_then(|error| error.entered(field))
    }

    /// All of it, for what reads errors itself.
    pub(crate) fn error(&self) -> Option<Error> {
        self.0.clone()
    }

    /// All that is wrong, for the summary.
    pub(crate) fn lines(&self) -> Vec<(String, String)> {
        match &self.0 {
            None => Vec::new(),
            Some(error) if error.fields().is_empty() => vec![(String::new(), error.to_string())],
            Some(error) => error.fields().iter().map(|field| (field.field.clone(), field.message.clone())).collect(),
        }
    }
}

/// A form page's title, error summary and heading.
#[component]
pub(crate) fn FormHead(#[prop(into)] title: String, tried: Tried) -> impl IntoView {
    let text = if tried.failed() { format!("Error: {title}") } else { title.clone() };
    view! {
        <Title text=text />
        <ErrorSummary errors=tried.lines() />
        <h1>{title}</h1>
    }
}
