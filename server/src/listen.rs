//! Takes connections and serves them.
//!
//! `axum::serve` has no timeout for whoever sends headers a byte at a time, nor a bound on connections; here both are. The rest
//! of a request is bounded by the router's own timeout and body limits.

use std::{
    collections::HashMap,
    convert::Infallible,
    net::{IpAddr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use axum::{Router, body::Body, extract::ConnectInfo};
use guildhall_kernel::RequestOrigin;
use hyper::{Request, Response, body::Incoming, server::conn::http1, service::service_fn};
use hyper_util::{
    rt::{TokioIo, TokioTimer},
    server::graceful::GracefulShutdown,
};
use parking_lot::Mutex;
use tokio::net::{TcpListener, TcpStream};
use tower::ServiceExt;

use crate::proxies::TrustedProxies;

/// For the headers of a request, from the end of the one before: longer than proxies keep an idle connection (60 s is usual),
/// so that none of them sends into one that is being closed.
const HEADERS_WITHIN: Duration = Duration::from_secs(75);
/// What is under way when the program is told to stop has this long to end.
const STOP_WITHIN: Duration = Duration::from_secs(30);
/// Connections at a time, from everybody and from one address.
const MOST: usize = 10_000;
const MOST_FROM_ONE: usize = 256;

/// Serves until `stop`; then ends what is under way.
pub(crate) async fn listen(listener: TcpListener, site: Router, doors: Doors, stop: impl Future<Output = ()>) {
    let connections = GracefulShutdown::new();
    tokio::pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                // Nobody is there to be told: the connection is closed.
                let Some(place) = doors.enter(peer.ip()) else { continue };
                let connection = connections.watch(serve(stream, peer, site.clone()));
                tokio::spawn(async move {
                    if let Err(error) = connection.await {
                        tracing::debug!(%error, "a connection broke");
                    }
                    drop(place);
                });
            }
            Err(error) => {
                // Most likely too many open files: they become fewer by themselves.
                tracing::warn!(%error, "a connection can't be taken");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
    drop(listener);
    if tokio::time::timeout(STOP_WITHIN, connections.shutdown()).await.is_err() {
        tracing::warn!("some requests were not done when the program had to stop");
    }
}

fn serve(
    stream: TcpStream,
    peer: SocketAddr,
    site: Router,
) -> http1::Connection<
    TokioIo<TcpStream>,
    impl hyper::service::Service<Request<Incoming>, Response = Response<Body>, Error = Infallible, Future: Send>,
> {
    // Without this a streamed page waits 40 ms for the client's acknowledgement (Nagle's algorithm).
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%error, "a connection keeps Nagle's algorithm");
    }
    let service = service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(ConnectInfo(peer));
        site.clone().oneshot(request.map(Body::new))
    });
    http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(HEADERS_WITHIN)
        .serve_connection(TokioIo::new(stream), service)
}

/// How many are inside. Trusted proxies speak for many, and where limits are off nobody is counted by address.
#[derive(Clone)]
pub(crate) struct Doors(Arc<Inside>);

struct Inside {
    proxies: TrustedProxies,
    most: usize,
    most_from_one: usize,
    by_network: Mutex<(usize, HashMap<IpAddr, usize>)>,
}

/// A connection's place; given back when it is dropped.
struct Place {
    doors: Doors,
    network: Option<IpAddr>,
}

impl Doors {
    pub(crate) fn new(proxies: TrustedProxies, limits: bool) -> Self {
        Self::with(proxies, MOST, if limits { MOST_FROM_ONE } else { MOST })
    }

    fn with(proxies: TrustedProxies, most: usize, most_from_one: usize) -> Self {
        Self(Arc::new(Inside { proxies, most, most_from_one, by_network: Mutex::default() }))
    }

    fn enter(&self, peer: IpAddr) -> Option<Place> {
        let counted = !self.0.proxies.trusts(peer);
        let network = RequestOrigin { address: Some(peer), ..RequestOrigin::default() }.network().filter(|_| counted);
        let mut inside = self.0.by_network.lock();
        let (all, by_network) = &mut *inside;
        let from_one = network.and_then(|network| by_network.get(&network)).copied().unwrap_or_default();
        if *all >= self.0.most || from_one >= self.0.most_from_one {
            return None;
        }
        *all += 1;
        if let Some(network) = network {
            by_network.insert(network, from_one + 1);
        }
        Some(Place { doors: self.clone(), network })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut inside = self.doors.0.by_network.lock();
        let (all, by_network) = &mut *inside;
        *all = all.saturating_sub(1);
        if let Some(network) = self.network
            && let Some(count) = by_network.get_mut(&network)
        {
            *count = count.saturating_sub(1);
            if *count == 0 {
                by_network.remove(&network);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    use super::*;

    #[test]
    fn one_address_does_not_take_every_place() {
        let proxies = TrustedProxies::parse("10.0.0.1").unwrap();
        let doors = Doors::with(proxies, 5, 2);
        let [stranger, proxy] = ["192.0.2.7", "10.0.0.1"].map(|address| address.parse::<IpAddr>().unwrap());
        let first = doors.enter(stranger).unwrap();
        let _second = doors.enter(stranger).unwrap();
        assert!(doors.enter(stranger).is_none());
        let _proxies: Vec<Place> = (0..3).map(|_| doors.enter(proxy).unwrap()).collect();
        assert!(doors.enter(proxy).is_none(), "there are five places");
        drop(first);
        assert!(doors.enter(stranger).is_some());
        drop((_second, _proxies));
        assert_eq!(doors.0.by_network.lock().0, 0);
        assert!(doors.0.by_network.lock().1.is_empty());
    }

    #[tokio::test]
    async fn the_peer_is_known_and_what_is_under_way_ends() {
        let (begun, mut is_begun) = tokio::sync::mpsc::channel(1);
        let site = Router::new().route(
            "/",
            get(move |ConnectInfo(peer): ConnectInfo<SocketAddr>| async move {
                begun.send(()).await.unwrap();
                tokio::task::yield_now().await;
                peer.ip().to_string()
            }),
        );
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
        let doors = Doors::new(TrustedProxies::default(), true);
        let server = tokio::spawn(listen(listener, site, doors, async {
            let _ = stopped.await;
        }));
        let mut client = TcpStream::connect(addr).await.unwrap();
        client.write_all(b"GET / HTTP/1.1\r\nhost: x\r\n\r\n").await.unwrap();
        is_begun.recv().await.unwrap();
        stop.send(()).unwrap();
        let mut answer = String::new();
        client.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with("HTTP/1.1 200") && answer.ends_with("127.0.0.1"), "{answer}");
        server.await.unwrap();
    }
}
