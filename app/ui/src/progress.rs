//! How far one is: [`Progress`] in one thing, [`Stepper`] through several.

use leptos::prelude::*;

/// A labelled bar.
#[component]
pub fn Progress(
    #[prop(into)] label: String,
    /// How much is done.
    value: u32,
    /// Of how much; 100 makes `value` a percentage.
    #[prop(default = 100)]
    max: u32,
    /// What stands beside the label instead of the percentage: "3 of 12 lessons".
    #[prop(optional, into)]
    text: crate::MaybeText,
) -> impl IntoView {
    let max = max.max(1);
    let value = value.min(max);
    let text =
        if text.is_some() { text.into_string() } else { format!("{}%", u64::from(value) * 100 / u64::from(max)) };
    view! {
        <label class="progress">
            <span>{label}</span>
            <span class="n">{text.clone()}</span>
            <progress value=value max=max>
                {text.clone()}
            </progress>
        </label>
    }
}

/// The steps of a journey and where one is.
#[component]
pub fn Stepper(
    steps: Vec<String>,
    /// From 1; steps before it are done.
    current: usize,
    #[prop(default = "Steps".to_owned(), into)] label: String,
) -> impl IntoView {
    let steps = steps
        .into_iter()
        .enumerate()
        .map(|(at, step)| {
            let number = at + 1;
            let (class, state) = match number.cmp(&current) {
                std::cmp::Ordering::Less => (Some("done"), " (done)"),
                std::cmp::Ordering::Equal => (None, ""),
                std::cmp::Ordering::Greater => (Some("later"), ""),
            };
            view! {
                <li class=class aria-current=(number == current).then_some("step")>
                    {step}
                    {(!state.is_empty()).then(|| view! { <span class="vh">{state}</span> })}
                </li>
            }
        })
        .collect_view();
    view! {
        <nav aria-label=label>
            <ol class="stepper">{steps}</ol>
        </nav>
    }
}
