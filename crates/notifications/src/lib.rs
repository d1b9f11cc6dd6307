//! What people are sent: the words of every [`Mail`](guildhall_kernel::mail::Mail), and the way out through SendGrid's API.
//!
//! [`run_send_mail`] is the job behind [`SendMail`](guildhall_kernel::mail::SendMail), which any domain enqueues.
//!
//! Invariants: a message of one key is handed over once, however often its job runs; a message that the service refuses is
//! not tried again, one that could not be handed over is.

mod factors;
mod mailer;
mod message;
mod ops;
mod privacy;
mod store;
mod words;

pub use mailer::{Mailer, SendError};
pub use message::Message;
pub use ops::{Outcome, run_send_mail, send_mail};
pub use words::compose;
