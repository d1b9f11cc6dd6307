//! Where the request of this task came from, for the audit trail.
//!
//! The server runs each request inside of [`from_request`]; [`Db::begin`](crate::Db::begin) hands the origin on to the
//! transaction, so that no op has to carry it. Work that leaves the request's task takes it along with
//! [`Db::pinned`](crate::Db::pinned).

use guildhall_kernel::RequestOrigin;

tokio::task_local! {
    static CURRENT: RequestOrigin;
}

/// Runs a request's work as coming from there.
pub async fn from_request<F: Future>(origin: RequestOrigin, work: F) -> F::Output {
    CURRENT.scope(origin, work).await
}

/// Where the request of this task came from; nothing in the program's own work.
pub(crate) fn current() -> Option<RequestOrigin> {
    CURRENT.try_with(|origin| *origin).ok()
}

/// What adds it to the settings of a transaction. An address and an id hold nothing that could end the text.
pub(crate) fn settings(origin: RequestOrigin) -> String {
    let address = origin.address.map(|address| address.to_string()).unwrap_or_default();
    let id = origin.request_id;
    format!(", set_config('app.address', '{address}', true), set_config('app.request_id', '{id}', true)")
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    #[tokio::test]
    async fn a_task_has_the_origin_of_its_request() {
        assert_eq!(current(), None);
        let here = RequestOrigin { address: Some([10, 0, 0, 1].into()), request_id: Uuid::from_u128(7) };
        assert_eq!(from_request(here, async { current() }).await, Some(here));
        assert_eq!(
            settings(here),
            ", set_config('app.address', '10.0.0.1', true), set_config('app.request_id', '00000000-0000-0000-0000-000000000007', true)"
        );
    }
}
