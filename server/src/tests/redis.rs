//! A Redis of a test's own, gone with it.

use std::{
    net::TcpListener,
    process::{Child, Command, Stdio},
    time::Duration,
};

pub(crate) struct RedisServer {
    pub url: String,
    process: Child,
    _home: tempfile::TempDir,
}

impl RedisServer {
    /// Starts `redis-server`, which `cargo xtask setup` installs, on a free port of loopback.
    pub(crate) async fn start() -> Self {
        let home = tempfile::tempdir().unwrap();
        for _ in 0..5 {
            let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
            let mut process = Command::new("redis-server")
                .args(["--port", &port.to_string(), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
                .arg("--dir")
                .arg(home.path())
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .expect("redis-server is there: `cargo xtask setup` installs it");
            let url = format!("redis://127.0.0.1:{port}");
            for _ in 0..200 {
                if process.try_wait().unwrap().is_some() {
                    // Somebody else took the port.
                    break;
                }
                if crate::limits::ping(&url).await.is_ok() {
                    return Self { url, process, _home: home };
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            let _ = process.kill();
            let _ = process.wait();
        }
        panic!("redis-server does not start");
    }

    pub(crate) fn stop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

impl Drop for RedisServer {
    fn drop(&mut self) {
        self.stop();
    }
}
