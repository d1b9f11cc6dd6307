//! Small drawn symbols. They never carry meaning alone: each is hidden from screen readers, words stand beside it.

use crate::Markup;
use leptos::prelude::*;

/// Which symbol.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IconName {
    Search,
    Check,
    Star,
    Arrow,
    Down,
    Close,
    Clock,
    Person,
    Play,
    Text,
    Quiz,
    Download,
    Lock,
    Warning,
    Info,
    Sun,
    Moon,
    Screen,
}

impl IconName {
    const fn path(self) -> &'static str {
        match self {
            Self::Search => "M7 2.5a4.5 4.5 0 1 1 0 9 4.5 4.5 0 0 1 0-9zM10.4 10.4 14 14",
            Self::Check => "M3 8.5 6.5 12 13 4.5",
            Self::Star => "M8 1.8l1.9 4 4.4.6-3.2 3 .8 4.4L8 11.7l-3.9 2.1.8-4.4-3.2-3 4.4-.6z",
            Self::Arrow => "M2.5 8h11M9 3.5 13.5 8 9 12.5",
            Self::Down => "M3.5 6 8 10.5 12.5 6",
            Self::Close => "M3.5 3.500l9 9M12.5 3.500l-9 9",
            Self::Clock => "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 4.800V8l2.2 1.8",
            Self::Person => {
                "M8 2.200a2.8 2.8 0 1 1 0 5.6 2.8 2.8 0 0 1 0-5.600zM2.5 13.800c.6-2.7 2.8-4 5.5-4s4.9 1.3 5.5 4"
            }
            Self::Play => "M4.5 2.800v10.400L13 8z",
            Self::Text => "M3 3.500h10M3 6.500h10M3 9.500h10M3 12.500h6",
            Self::Quiz => "M5.5 6a2.5 2.5 0 1 1 3.6 2.200C8.3 8.6 8 9 8 10M8 12.600v.2",
            Self::Download => "M8 2v8M4.5 6.8 8 10.200l3.5-3.400M3 13.500h10",
            Self::Lock => "M4 7.200h8v6.300H4zM5.5 7V5a2.5 2.5 0 0 1 5 0v2",
            Self::Warning => "M8 2.2 14.5 13.500h-13zM8 6.500v3M8 11.400v.2",
            Self::Info => "M8 2a6 6 0 1 1 0 12A6 6 0 0 1 8 2zM8 7.300v3.700M8 4.900v.2",
            Self::Sun => {
                "M8 5a3 3 0 1 1 0 6 3 3 0 0 1 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.5 8H15M3 3l1 1M12 12l1 1M3 13l1-1M12 4l1-1"
            }
            Self::Moon => "M13.5 9.800A6 6 0 0 1 6.2 2.500a6 6 0 1 0 7.3 7.300z",
            Self::Screen => "M2 3h12v8.500H2zM5.5 14h5M8 11.500V14",
        }
    }

    /// The symbol as markup.
    pub(crate) fn draw(self, markup: Markup) -> Markup {
        let class = if matches!(self, Self::Star | Self::Play) { "icon solid" } else { "icon" };
        let markup = markup.html("<svg class=\"").html(class).html("\" viewBox=\"0 0 16 16\" aria-hidden=\"true\">");
        markup.html("<path d=\"").html(self.path()).html("\"></path></svg>")
    }
}

/// One symbol of 1 em, drawn in the colour of the text around it.
#[component]
pub fn Icon(name: IconName) -> impl IntoView {
    name.draw(Markup::new()).view()
}
