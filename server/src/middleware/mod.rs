//! What every request passes through, from the outside in: request id and log, panics, headers, origin, actor.

mod actor;
mod headers;
mod input;
mod origin;
mod second_factor;

pub(crate) use actor::actor;
pub(crate) use headers::headers;
pub(crate) use input::input;
pub(crate) use origin::same_origin;
pub(crate) use second_factor::second_factor;
