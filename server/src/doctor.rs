//! `guildhall doctor`: looks at everything that the program needs, and says how to mend what is wrong.

use std::process::ExitCode;

use crate::{commands::say, config::Config, state};

pub(crate) async fn run() -> anyhow::Result<ExitCode> {
    let config = match Config::from_env() {
        Ok(config) => config,
        Err(error) => {
            say(&format!("configuration  WRONG  {error:#}"));
            return Ok(ExitCode::FAILURE);
        }
    };
    let mut well = true;
    let mut report = |name: &str, result: Result<String, String>| {
        match result {
            Ok(words) => say(&format!("{name:<14} ok     {words}")),
            Err(words) => {
                well = false;
                say(&format!("{name:<14} WRONG  {words}"));
            }
        };
    };
    report(
        "configuration",
        Ok(if config.development {
            "development: the sandbox stands in for Stripe and mail".to_owned()
        } else {
            "production".to_owned()
        }),
    );
    match state::connect_db(&config).await {
        Ok(db) => {
            report(
                "database",
                db.check()
                    .await
                    .map(|()| "reached, every migration has run".to_owned())
                    .map_err(|error| error.to_string()),
            );
            db.close().await;
        }
        Err(error) => report("database", Err(format!("{error:#}"))),
    }
    report("files", config.files.check().await.map(|()| config.files.to_string()));
    let index = guildhall_search::SearchIndex::open(&config.index);
    report(
        "index",
        index
            .map(|index| format!("{} courses", index.count()))
            .map_err(|error| format!("{error}. `guildhall reindex` builds it anew")),
    );
    if let Some(url) = &config.redis_url {
        let answer = crate::limits::ping(url).await.map_err(|error| {
            format!(
                "{error:#}. Requests are counted on each node by itself until it answers; unset REDIS_URL for one node"
            )
        });
        report("redis", answer.map(|()| "answers".to_owned()));
    }
    if config.base_url.starts_with("https://") && config.trusted_proxies.is_empty() {
        report(
            "proxies",
            Err("everybody behind the proxy that speaks TLS counts as one address. Set GUILDHALL_TRUSTED_PROXIES to its address or range".to_owned()),
        );
    }
    for (name, base) in [("stripe", &config.stripe_api_base), ("mail", &config.sendgrid_api_base)] {
        report(
            name,
            reach(base).await.map(|()| base.clone()).map_err(|error| format!("{base} does not answer: {error}")),
        );
    }
    Ok(if well { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whether anybody listens at an address.
async fn reach(base: &str) -> Result<(), String> {
    let secure = base.starts_with("https://");
    let host = base.split_once("://").map_or(base, |(_, rest)| rest).split('/').next().unwrap_or_default();
    let target = if host.contains(':') { host.to_owned() } else { format!("{host}:{}", if secure { 443 } else { 80 }) };
    let connect = tokio::net::TcpStream::connect(target);
    match tokio::time::timeout(std::time::Duration::from_secs(5), connect).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(error.to_string()),
        Err(_) => Err("no answer within 5 seconds".to_owned()),
    }
}
