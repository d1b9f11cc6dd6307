//! Parts that several of the area's pages show.

use guildhall_types::Error;
use guildhall_ui::{ButtonLink, EmptyState};
use leptos::{prelude::*, server_fn::ServerFn};
use leptos_meta::Title;

/// The course's language, where it is not the pages': what the course itself says is marked with it.
#[derive(Clone)]
pub(crate) struct CourseLanguage(pub Option<String>);

/// The value of `lang` for the words of the course that is open.
pub(crate) fn course_language() -> Option<String> {
    use_context::<CourseLanguage>().and_then(|language| language.0)
}

/// What went wrong with a form that was sent without a script, and came back to this page.
pub(crate) fn failed<S>() -> Option<Error>
where
    S: ServerFn<Error = Error> + Clone + Send + Sync + 'static,
    S::Output: Send + Sync + 'static,
{
    ServerAction::<S>::new()
        .value()
        .with_untracked(|value| value.as_ref().and_then(|result| result.as_ref().err().cloned()))
}

/// A form's error as lines for the summary above it; `anchor` turns a field's name into the one that its line links to.
pub(crate) fn summary_lines(error: &Error, anchor: fn(&str) -> String) -> Vec<(String, String)> {
    if error.fields().is_empty() {
        return vec![(String::new(), error.to_string())];
    }
    error.fields().iter().map(|field| (anchor(&field.field), field.message.clone())).collect()
}

/// What stands where a page could not be shown; who is not signed in is sent to do that first. The status was set by the
/// server function.
pub(crate) fn refusal(error: &Error) -> AnyView {
    if *error == Error::SignInRequired {
        return sign_in_first().into_any();
    }
    let (title, text) = match error {
        Error::NotFound => (
            "Page not found",
            "This is not one of your courses. Check the address, or find the course on your shelf.".to_owned(),
        ),
        other => ("Something went wrong", other.to_string()),
    };
    view! {
        <Title text=title />
        <h1>{title}</h1>
        <EmptyState title="What you can do" text=text>
            <ButtonLink href="/learn">"Go to my courses"</ButtonLink>
        </EmptyState>
    }
    .into_any()
}

fn sign_in_first() -> impl IntoView {
    #[cfg(feature = "ssr")]
    let path = {
        let path = crate::server::sign_in_path();
        guildhall_host::see_other(&path);
        path
    };
    #[cfg(not(feature = "ssr"))]
    let path = "/sign-in";
    view! {
        <Title text="Sign in" />
        <h1>"Sign in to see your courses"</h1>
        <p>
            <ButtonLink href=path>"Sign in"</ButtonLink>
        </p>
    }
}

/// Sends the browser on to another page of the site.
pub(crate) fn go_on(path: &str) {
    #[cfg(feature = "ssr")]
    guildhall_host::see_other(path);
    #[cfg(not(feature = "ssr"))]
    let _ = path;
}
