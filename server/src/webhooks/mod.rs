//! What other services tell us. A webhook verifies the raw bytes, stores the event once, enqueues its job and answers.

pub(crate) mod stripe;
