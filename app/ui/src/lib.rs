//! The design system: components only. Nothing here knows data, server functions or the domain; everything a component
//! shows is given to it as plain values, and it renders complete HTML on the server.
//!
//! Components are styled by the semantic classes of `style/main.css`. Only [`ThemeSwitch`], [`SubmitButton`],
//! [`Dialog`], [`MenuKeys`] and [`RevealPassword`] have islands and reach the browser as code. `README.md` beside this crate lists every component and property; the page
//! `/styleguide` shows them.

mod button;
mod card;
mod choice;
#[cfg(feature = "ssr")]
pub mod cover;
mod dialog;
mod failure;
mod feedback;
mod field;
mod icon;
mod markup;
mod menu;
mod page;
mod pagination;
mod progress;
mod rating;
mod reveal;
mod site;
mod social;
mod styleguide;
mod submit;
mod table;
mod tabs;
mod text;
mod theme;

pub use button::*;
pub use card::*;
pub use choice::*;
pub use dialog::*;
pub use failure::{Failure, FailureProps};
pub use feedback::*;
pub use field::{Field, FieldKind, FieldProps, field_id};
pub use icon::*;
pub use markup::Markup;
pub use menu::*;
pub use page::*;
pub use pagination::*;
pub use progress::*;
pub use rating::*;
pub use reveal::RevealPassword;
pub use site::*;
pub use social::SocialCard;
pub use styleguide::StyleguidePage;
pub use submit::*;
pub use table::*;
pub use tabs::*;
pub use text::*;
pub use theme::*;
