//! Where a request came from, for the audit trail.
//!
//! The server runs each request inside of [`Origin::scope`]; [`Db::begin`](crate::Db::begin) hands the origin on to the
//! transaction, so that no op has to carry it. Work that leaves the request's task takes it along with
//! [`Db::pinned`](crate::Db::pinned).

tokio::task_local! {
    static CURRENT: Origin;
}

/// A request's network address and id. Both are cut to characters that are safe in SQL text and in logs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Origin {
    address: String,
    request_id: String,
}

impl Origin {
    /// What is not a letter, a digit or one of `.:_-` is left out; at most 64 characters stay.
    #[must_use]
    pub fn new(address: &str, request_id: &str) -> Self {
        Self { address: plain(address), request_id: plain(request_id) }
    }

    #[must_use]
    pub fn address(&self) -> &str {
        &self.address
    }

    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// Runs a request's work as coming from here.
    pub async fn scope<F: Future>(self, work: F) -> F::Output {
        CURRENT.scope(self, work).await
    }

    /// Where the request of this task came from; nothing in the program's own work.
    #[must_use]
    pub fn current() -> Option<Self> {
        CURRENT.try_with(Clone::clone).ok()
    }
}

fn plain(text: &str) -> String {
    text.chars().filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | ':' | '_' | '-')).take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_ends_the_text_of_a_statement() {
        let origin = Origin::new("1.2.3.4'; drop table users --", &"x".repeat(100));
        assert_eq!(origin.address(), "1.2.3.4droptableusers--");
        assert_eq!(origin.request_id().len(), 64);
        assert_eq!(Origin::new("2001:db8::1", "").address(), "2001:db8::1");
    }

    #[tokio::test]
    async fn a_task_has_the_origin_of_its_request() {
        assert_eq!(Origin::current(), None);
        let here = Origin::new("10.0.0.1", "r");
        let seen = here.clone().scope(async { Origin::current() }).await;
        assert_eq!(seen, Some(here));
    }
}
