//! A wire to PostgreSQL that can be cut.

use std::net::SocketAddr;

use sqlx::postgres::PgConnectOptions;
use tokio::{
    net::{TcpListener, TcpStream},
    sync::watch,
};

/// Passes connections on. Cut, it drops those that it has and refuses new ones, as a server that has gone does.
pub(super) struct Wire {
    addr: SocketAddr,
    whole: watch::Sender<bool>,
    listening: watch::Receiver<bool>,
}

impl Wire {
    /// A wire to where an address leads, and the address over the wire.
    pub(super) async fn to(url: &str) -> (Self, String) {
        let options: PgConnectOptions = url.parse().unwrap();
        let target = (options.get_host().to_owned(), options.get_port());
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let addr = listener.local_addr().unwrap();
        let (whole, state) = watch::channel(true);
        let (told, listening) = watch::channel(true);
        tokio::spawn(carry(addr, listener, target.clone(), state, told));
        let over = url.replacen(&format!("{}:{}", target.0, target.1), &addr.to_string(), 1);
        assert_ne!(over, url);
        (Self { addr, whole, listening }, over)
    }

    pub(super) async fn cut(&self) {
        self.set(false).await;
        TcpStream::connect(self.addr).await.unwrap_err();
    }

    pub(super) async fn mend(&self) {
        self.set(true).await;
    }

    async fn set(&self, whole: bool) {
        self.whole.send_replace(whole);
        self.listening.clone().wait_for(|now| *now == whole).await.unwrap();
    }
}

async fn carry(
    addr: SocketAddr,
    listener: TcpListener,
    target: (String, u16),
    mut whole: watch::Receiver<bool>,
    told: watch::Sender<bool>,
) {
    let mut listener = Some(listener);
    let state = whole.clone();
    loop {
        let Some(open) = &listener else {
            if whole.wait_for(|whole| *whole).await.is_err() {
                return;
            }
            listener = Some(TcpListener::bind(addr).await.unwrap());
            told.send_replace(true);
            continue;
        };
        tokio::select! {
            accepted = open.accept() => {
                let (near, _) = accepted.unwrap();
                tokio::spawn(pass(near, target.clone(), state.clone()));
            }
            changed = whole.wait_for(|whole| !*whole) => {
                if changed.is_err() {
                    return;
                }
                drop(changed);
                listener = None;
                told.send_replace(false);
            }
        }
    }
}

async fn pass(mut near: TcpStream, target: (String, u16), mut whole: watch::Receiver<bool>) {
    let mut far = TcpStream::connect(target).await.unwrap();
    tokio::select! {
        _ = tokio::io::copy_bidirectional(&mut near, &mut far) => {}
        _ = whole.wait_for(|whole| !*whole) => {}
    }
}
