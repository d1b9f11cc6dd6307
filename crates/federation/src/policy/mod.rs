//! Pure rules: what a connection must be, which role a claim gives, and what a provider's word is worth.

mod connection;
mod person;
mod saml;

pub(crate) use connection::line;
pub use connection::{AuthMethod, Connection, Kind, NewConnection, Secret};
pub use person::{Profile, Refused, Roles, given_roles, profile, vouched};
pub use saml::identity;
