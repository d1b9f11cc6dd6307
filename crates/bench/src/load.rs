//! A closed loop: each connection asks again as soon as it has its answer.

use std::time::{Duration, Instant};

use anyhow::Context;
use bytes::Bytes;
use http::{Request, header};
use http_body_util::{BodyExt, Empty};
use hyper::client::conn::http1::{SendRequest, handshake};
use hyper_util::rt::TokioIo;
use serde::Serialize;
use tokio::net::TcpStream;

/// How it went. Times in milliseconds.
#[derive(Debug, Serialize)]
pub(crate) struct Figures {
    pub per_second: u64,
    pub p50_ms: f64,
    pub p95_ms: f64,
    pub max_ms: f64,
    /// Answers that were not 200.
    pub errors: usize,
    pub bytes_each: usize,
}

struct Connection {
    sender: SendRequest<Empty<Bytes>>,
    host: String,
}

impl Connection {
    async fn open(base: &str) -> anyhow::Result<Self> {
        let host = base.strip_prefix("http://").context("the site speaks plain http")?.trim_end_matches('/').to_owned();
        let stream = TcpStream::connect(&host).await?;
        stream.set_nodelay(true)?;
        let (sender, connection) = handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self { sender, host })
    }

    async fn get(&mut self, path: &str) -> anyhow::Result<(u16, Bytes)> {
        self.sender.ready().await?;
        let request = Request::get(path)
            .header(header::HOST, &self.host)
            .header(header::ACCEPT, "text/html")
            .body(Empty::new())?;
        let response = self.sender.send_request(request).await?;
        let status = response.status().as_u16();
        Ok((status, response.into_body().collect().await?.to_bytes()))
    }
}

/// The slug of a course that there is.
pub(crate) async fn first_course(base: &str) -> anyhow::Result<String> {
    let (_, body) = Connection::open(base).await?.get("/api/v1/courses?limit=1").await?;
    let answer: serde_json::Value = serde_json::from_slice(&body)?;
    let slug = answer.pointer("/items/0/slug").and_then(serde_json::Value::as_str);
    slug.map(ToOwned::to_owned).context("the site has no course")
}

/// Asks for a page over so many connections for so long.
pub(crate) async fn run(base: &str, path: &str, connections: usize, time: Duration) -> anyhow::Result<Figures> {
    let begun = Instant::now();
    let mut tasks = Vec::with_capacity(connections);
    for _ in 0..connections {
        let mut connection = Connection::open(base).await?;
        let path = path.to_owned();
        tasks.push(tokio::spawn(async move {
            let (mut took, mut errors, mut bytes) = (Vec::with_capacity(4_096), 0, 0);
            while begun.elapsed() < time {
                let asked = Instant::now();
                let (status, body) = connection.get(&path).await?;
                took.push(asked.elapsed());
                bytes = body.len();
                if status != 200 {
                    errors += 1;
                }
            }
            anyhow::Ok((took, errors, bytes))
        }));
    }
    let (mut took, mut errors, mut bytes_each) = (Vec::new(), 0, 0);
    for task in tasks {
        let (mine, wrong, bytes) = task.await??;
        took.extend(mine);
        errors += wrong;
        bytes_each = bytes;
    }
    let elapsed = begun.elapsed();
    took.sort_unstable();
    let at = |percent: usize| {
        took.get(took.len().saturating_sub(1) * percent / 100).map_or(0.0, |time| time.as_secs_f64() * 1_000.0)
    };
    let count = u128::try_from(took.len())?;
    let per_second = u64::try_from(count * 1_000 / elapsed.as_millis().max(1))?;
    Ok(Figures { per_second, p50_ms: at(50), p95_ms: at(95), max_ms: at(100), errors, bytes_each })
}
