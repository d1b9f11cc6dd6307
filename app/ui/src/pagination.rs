//! [`Pagination`]: links to the pages of a list; first, last, and the neighbours of where one is, never hundreds.

use leptos::prelude::*;

/// One place in the row of pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PageItem {
    Page(u64),
    /// Pages that are left out.
    Gap,
}

/// Which pages to show: at most nine places, always with the first, the last and the current one.
pub fn page_window(current: u64, total: u64) -> Vec<PageItem> {
    let current = current.clamp(1, total.max(1));
    let mut items = Vec::with_capacity(9);
    let mut last = 0;
    let near = current.saturating_sub(1)..=current.saturating_add(1);
    let wanted = [1, 2].into_iter().chain(near).chain([total.saturating_sub(1), total]);
    for page in wanted {
        if page <= last || page > total {
            continue;
        }
        // The ends show their neighbour only where that fills a gap of one.
        let lone_gap = (page == 2 && current == 4) || (total - page == 1 && total - current == 3);
        let shown = page == 1 || page == total || page.abs_diff(current) <= 1 || lone_gap;
        if !shown {
            continue;
        }
        if page > last + 1 {
            items.push(PageItem::Gap);
        }
        items.push(PageItem::Page(page));
        last = page;
    }
    items
}

/// Links to the pages of a list; nothing when there is one page.
#[component]
pub fn Pagination(
    /// From 1.
    current: u64,
    /// How many pages there are.
    total: u64,
    /// The address of a page.
    href: impl Fn(u64) -> String,
    #[prop(default = "Pages".to_owned(), into)] label: String,
) -> impl IntoView {
    (total > 1).then(|| {
        let current = current.clamp(1, total);
        let previous = (current > 1).then(
            || view! { <li><a rel="prev" href=href(current - 1)>"Previous"<span class="vh">" page"</span></a></li> },
        );
        let next = (current < total)
            .then(|| view! { <li><a rel="next" href=href(current + 1)>"Next"<span class="vh">" page"</span></a></li> });
        let pages = page_window(current, total)
            .into_iter()
            .map(|item| match item {
                PageItem::Gap => view! { <li class="gap" aria-hidden="true">"…"</li> }.into_any(),
                PageItem::Page(page) => view! {
                    <li class="page">
                        <a href=href(page) aria-current=(page == current).then_some("page")>
                            <span class="vh">"Page "</span>
                            {page}
                        </a>
                    </li>
                }
                .into_any(),
            })
            .collect_view();
        view! {
            <nav class="pagination" aria-label=label>
                <ul>{previous} {pages} <li class="where">{format!("Page {current} of {total}")}</li> {next}</ul>
            </nav>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::{
        PageItem::{Gap, Page},
        page_window,
    };

    #[test]
    fn short_lists_show_every_page() {
        assert_eq!(page_window(1, 3), [Page(1), Page(2), Page(3)]);
        assert_eq!(page_window(3, 4), [Page(1), Page(2), Page(3), Page(4)]);
    }

    #[test]
    fn long_lists_leave_out_the_middle() {
        assert_eq!(page_window(1, 50), [Page(1), Page(2), Gap, Page(50)]);
        assert_eq!(page_window(25, 50), [Page(1), Gap, Page(24), Page(25), Page(26), Gap, Page(50)]);
        assert_eq!(page_window(4, 50), [Page(1), Page(2), Page(3), Page(4), Page(5), Gap, Page(50)]);
    }

    #[test]
    fn any_page_of_any_list_is_in_its_own_window() {
        for total in 1..40 {
            for current in 1..=total {
                let window = page_window(current, total);
                assert!(window.len() <= 9, "{current} of {total}: {window:?}");
                for page in [1, current, total] {
                    assert!(window.contains(&Page(page)), "{page} missing for {current} of {total}");
                }
            }
        }
        assert_eq!(page_window(u64::MAX, u64::MAX).len(), 4);
        assert_eq!(page_window(9, 0), []);
    }
}
