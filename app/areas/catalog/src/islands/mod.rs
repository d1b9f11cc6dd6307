//! What runs in the browser.

mod live;
mod search;

pub use live::LiveCatalog;
pub use search::SearchCombobox;
