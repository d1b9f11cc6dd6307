//! What every request passes through, from the outside in: its id and where it came from ([`edge`]), headers and policy
//! ([`headers`]), panics, the time it may take, floods ([`flood`]), whether another site sent it ([`same_origin`]); pages and
//! the API then who asks ([`actor`]) and how often ([`limits`]).

mod actor;
mod agreed;
mod csp;
mod edge;
mod headers;
mod input;
mod limits;
mod origin;
mod outage;

pub(crate) use actor::actor;
pub(crate) use agreed::agreed;
pub(crate) use csp::{Csp, REPORTS};
pub(crate) use edge::{PageNonce, edge};
pub(crate) use headers::headers;
pub(crate) use input::input;
pub(crate) use limits::{flood, limits};
pub(crate) use origin::same_origin;
pub(crate) use outage::outage;
