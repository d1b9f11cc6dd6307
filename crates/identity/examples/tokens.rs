//! What checking an access token costs, and how many refreshes a second there are.
//!
//! `cargo xtask bench tokens` runs it, against a database of its own. Writes JSON into the folder `BENCH_OUTPUT`, where that is set.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a measurement that can't be taken has nothing to say"
)]

use std::time::{Duration, Instant};

use guildhall_db::{Db, testing::database};
use guildhall_identity::{Client, NewSession, Passwords, SignedIn, Throttle, Tokens, refresh, sign_in};
use guildhall_kernel::{Chance, Clock};
use uuid::Uuid;

const PASSWORD: &str = "violet kettle 42 harbour";
const CHECKS: u32 = 20_000;
const ISSUES: u32 = 1_000;
const SESSIONS: u32 = 64;
const ROUNDS: u32 = 40;

#[tokio::main]
async fn main() {
    let test = database().await;
    let db: Db = Db::connect(&test.owner_url, None, 20).await.unwrap().with(Clock::system(), Chance::system());
    let passwords = Passwords::with_cost(db.chance(), 64, 1).unwrap();
    let hash = passwords.hash(PASSWORD).await.unwrap();
    sqlx::query(
        "insert into users (id, email, name, password_hash, email_confirmed_at, created_at, updated_at)
         values ($1, 'ada@example.com', 'Ada', $2, now(), now(), now())",
    )
    .bind(db.id::<Uuid>())
    .bind(hash)
    .execute(&test.owner)
    .await
    .unwrap();
    let tokens = Tokens::new(&db, &[7; 32], "http://localhost:3000");
    tokens.prepare().await.unwrap();
    tokio::spawn(tokens.clone().follow());
    while !tokens.is_following() {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    let mut sessions = Vec::new();
    for _ in 0..SESSIONS {
        let throttle = Throttle::off();
        let signed_in =
            sign_in(&db, &passwords, &throttle, &Client::default(), "ada@example.com", PASSWORD).await.unwrap();
        let SignedIn::Session(session) = signed_in else { panic!("no second factor was set up") };
        sessions.push(session);
    }
    let signed = sessions.first().unwrap().signed.clone();

    let token = tokens.issue(&signed).await.unwrap();
    let start = Instant::now();
    for _ in 0..CHECKS {
        tokens.actor(&token).await.unwrap().unwrap();
    }
    let check = micros(start) / f64::from(CHECKS);
    println!("check    {check:>8.1} µs a token ({} bytes), target: under 50", token.len());

    let start = Instant::now();
    for _ in 0..ISSUES {
        tokens.issue(&signed).await.unwrap();
    }
    let issue = micros(start) / f64::from(ISSUES);
    println!("issue    {issue:>8.1} µs a token");

    let start = Instant::now();
    let turns: Vec<_> =
        sessions.into_iter().map(|session| tokio::spawn(turn(db.clone(), tokens.clone(), session))).collect();
    for turn in turns {
        turn.await.unwrap();
    }
    let refresh = f64::from(SESSIONS * ROUNDS) / (micros(start) / 1e6);
    println!("refresh  {refresh:>8.0} a second, target: 1,000");
    if let Ok(folder) = std::env::var("BENCH_OUTPUT") {
        let json = format!(r#"{{"check_us":{check:.1},"issue_us":{issue:.1},"refresh_per_second":{refresh:.0}}}"#);
        std::fs::write(std::path::Path::new(&folder).join("tokens.json"), json).unwrap();
    }
}

fn micros(start: Instant) -> f64 {
    start.elapsed().as_secs_f64() * 1e6
}

/// One browser that refreshes again and again, with the access token that goes with it.
async fn turn(db: Db, tokens: Tokens, session: NewSession) {
    let mut token = session.refresh_token;
    for _ in 0..ROUNDS {
        let next = refresh(&db, &tokens, &token).await.unwrap().unwrap();
        tokens.issue(&next.signed).await.unwrap();
        token = next.refresh_token;
    }
}
