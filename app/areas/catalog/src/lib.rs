//! The public catalogue: home, search with filters, courses, providers.
//!
//! Pages are rendered on the server; the islands [`SearchCombobox`] (suggestions) and [`LiveCatalog`] (filters without a
//! reload) make them faster in the browser and are never needed.

mod api;
mod islands;
mod pages;
mod parts;
mod structured;

pub use api::{CoursePage, HomePage};
pub use islands::{LiveCatalog, SearchCombobox};
pub use pages::CatalogRoutes;

/// Links the islands into the browser's module.
pub const fn link() {}
