//! Who looks at a page, as far as the page may know.

use serde::{Deserialize, Serialize};

use crate::UserId;

/// The signed-in person, for headers and greetings. Permissions are decided by the server's actor, never by this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    pub id: UserId,
    pub name: String,
    pub email: String,
    pub email_confirmed: bool,
    pub is_admin: bool,
    /// Belongs to a provider.
    pub is_provider: bool,
}
