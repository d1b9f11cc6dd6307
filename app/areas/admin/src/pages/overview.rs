//! The admins' first page.

use guildhall_ui::{Stat, StatList};
use leptos::prelude::*;

use super::{Failure, Head};
use crate::api::read_overview;

#[component]
pub(super) fn OverviewPage() -> impl IntoView {
    view! {
        <Suspense>
            {Suspend::new(async move {
                match read_overview().await {
                    Err(error) => view! { <Failure error=error /> }.into_any(),
                    Ok(overview) => {
                        let stat = |value: i64, label: &str| Stat::new(value.to_string(), label);
                        let people = vec![
                            stat(overview.people, "People"),
                            stat(overview.suspended_people, "Suspended people"),
                            stat(overview.open_invitations, "Open invitations"),
                        ];
                        let organizations = vec![
                            stat(overview.providers, "Training providers"),
                            stat(overview.enterprises, "Enterprises"),
                            stat(overview.suspended_organizations, "Suspended organisations"),
                        ];
                        view! {
                            <div class="stack">
                                <Head title="Administration" current=0 />
                                <h2>"People"</h2>
                                <StatList stats=people />
                                <h2>"Organisations"</h2>
                                <StatList stats=organizations />
                            </div>
                        }
                            .into_any()
                    }
                }
            })}
        </Suspense>
    }
}
