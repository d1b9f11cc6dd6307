//! What came back of a form.

use guildhall_types::Error;
use guildhall_ui::{ErrorSummary, field_id};
use leptos::{
    prelude::*,
    server_fn::{ServerFn, error::FromServerFnError},
};
use leptos_meta::Title;

/// How a form's last try went; nothing when there was none.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tried {
    error: Option<Error>,
    /// The field that says which one it was, where a page has several forms of this kind.
    which: Option<&'static str>,
}

impl Tried {
    /// The error with which a plain form came back to its page.
    pub(crate) fn of<S>(action: ServerAction<S>) -> Self
    where
        S: ServerFn<Error = Error> + Send + Sync + Clone + 'static,
        S::Output: Send + Sync + 'static,
        S::Error: FromServerFnError + Send + Sync + 'static,
    {
        let error =
            action.value().with_untracked(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned()));
        Self { error, which: None }
    }

    /// The same of a form that a page has several times. The server function gives back what `which` held, and the inputs'
    /// ids are [`id_of`] that: so the summary leads to the form that failed.
    pub(crate) fn one_of<S>(action: ServerAction<S>, which: &'static str) -> Self
    where
        S: ServerFn<Error = Error> + Send + Sync + Clone + 'static,
        S::Output: Send + Sync + 'static,
        S::Error: FromServerFnError + Send + Sync + 'static,
    {
        Self { which: Some(which), ..Self::of(action) }
    }

    /// This one in the form that it is about, and nothing in the others of its kind.
    pub(crate) fn at(self, one: &str) -> Self {
        let is_here = self.which.and_then(|which| self.entered(which)).is_some_and(|entered| entered == one);
        if is_here { self } else { Self::default() }
    }

    /// This one, or the other where this did not fail: for two forms of a page.
    pub(crate) fn or(self, other: Self) -> Self {
        if self.failed() { self } else { other }
    }

    pub(crate) const fn failed(&self) -> bool {
        self.error.is_some()
    }

    /// Whether it failed for another reason than a field's value.
    pub(crate) fn failed_as_a_whole(&self) -> bool {
        self.error.as_ref().is_some_and(|error| error.fields().is_empty())
    }

    /// What is wrong with one field.
    pub(crate) fn message(&self, field: &str) -> Option<String> {
        self.error.as_ref().and_then(|error| error.message_for(field))
    }

    /// What was typed into one field.
    pub(crate) fn entered(&self, field: &str) -> Option<String> {
        self.error.as_ref().and_then(|error| error.entered(field))
    }

    /// All of it, for what reads errors itself.
    pub(crate) fn error(&self) -> Option<Error> {
        self.error.clone()
    }

    /// All that is wrong, for the summary.
    pub(crate) fn lines(&self) -> Vec<(String, String)> {
        let one = self.which.and_then(|which| self.entered(which));
        let place = |field: &str| match &one {
            Some(one) if !field.is_empty() => id_of(field, one),
            _ => field.to_owned(),
        };
        match &self.error {
            None => Vec::new(),
            Some(error) if error.fields().is_empty() => vec![(String::new(), error.to_string())],
            Some(error) => error.fields().iter().map(|field| (place(&field.field), field.message.clone())).collect(),
        }
    }
}

/// The id of an input that a page has once for each of several: teams, passkeys, domains. No two domains share one.
pub(crate) fn id_of(field: &str, one: &str) -> String {
    field_id(&format!("{field}-{}", one.replace('.', "_")))
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

#[cfg(test)]
mod tests {
    use super::*;

    fn failed(which: Option<&'static str>) -> Tried {
        let error = Error::field("name", "Enter a name").with_entered(&[("team", "7"), ("name", "Blue")]);
        Tried { error: Some(error), which }
    }

    #[test]
    fn a_form_that_stands_once_is_found_by_its_fields_name() {
        assert_eq!(failed(None).lines(), [("name".to_owned(), "Enter a name".to_owned())]);
    }

    #[test]
    fn of_several_forms_the_one_that_failed_is_marked_and_led_to() {
        let tried = failed(Some("team"));
        assert_eq!(tried.lines(), [(id_of("name", "7"), "Enter a name".to_owned())]);
        let here = tried.clone().at("7");
        assert_eq!((here.message("name"), here.entered("name")), (Some("Enter a name".into()), Some("Blue".into())));
        let elsewhere = tried.at("8");
        assert!(!elsewhere.failed());
        assert_eq!((elsewhere.message("name"), elsewhere.entered("name")), (None, None));
    }

    #[test]
    fn what_is_no_fields_fault_leads_nowhere_and_marks_no_form() {
        let tried = Tried { error: Some(Error::NotFound), which: Some("team") };
        assert_eq!(tried.lines(), [(String::new(), Error::NotFound.to_string())]);
        assert!(!tried.at("7").failed());
    }

    #[test]
    fn the_summary_links_to_the_id_that_stands_at_the_field() {
        let id = id_of("code", "a.b-c.example");
        assert_eq!(field_id(&id), id);
        assert_ne!(id, id_of("code", "a-b-c.example"));
    }
}
