//! Identifiers in the shapes that clients expect, and the only source of chance.

use rand::Rng;
use rand::distr::Alphanumeric;
use rand::rngs::ThreadRng;
use uuid::Uuid;

/// A prefix and as many random letters and digits as asked for.
pub fn token(prefix: &str, length: usize) -> String {
    let mut id = String::with_capacity(prefix.len() + length);
    id.push_str(prefix);
    id.extend(chance().sample_iter(&Alphanumeric).take(length).map(char::from));
    id
}

pub fn uuid() -> Uuid {
    uuid::Builder::from_random_bytes(chance().random()).into_uuid()
}

/// The generator of this thread. Nothing here has to be repeatable.
#[expect(clippy::disallowed_methods, reason = "this is where the sandbox's chance comes from")]
pub fn chance() -> ThreadRng {
    rand::rng()
}
