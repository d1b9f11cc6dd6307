//! The configuration, from the environment (and `.env`). Unknown `GUILDHALL_` names are errors: a typing mistake must not
//! pass for a default. A secret may be given as `NAME_FILE`, the file that holds it.

use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf};

use anyhow::{Context, bail, ensure};
use guildhall_identity::{FactorSettings, RequiredOf};

use crate::{files::Place, proxies::TrustedProxies};

/// The names that this program knows under its own prefix.
const KNOWN: [&str; 14] = [
    "GUILDHALL_BASE_URL",
    "GUILDHALL_FILES",
    "GUILDHALL_SECRET_KEY",
    "GUILDHALL_RATE_LIMITS",
    "GUILDHALL_METRICS_ADDR",
    "GUILDHALL_LOG_FORMAT",
    "GUILDHALL_INDEX",
    "GUILDHALL_MAIL_FROM",
    "GUILDHALL_TRUSTED_PROXIES",
    "GUILDHALL_AUDIT_YEARS",
    "GUILDHALL_RETENTION",
    "GUILDHALL_DNS_SERVER",
    "GUILDHALL_REQUIRE_SECOND_FACTOR",
    "GUILDHALL_SECOND_FACTOR_REMOVAL_HOURS",
];

/// How log lines are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum LogFormat {
    Text,
    Json,
}

/// Everything that can be set.
#[derive(Clone, Debug)]
pub(crate) struct Config {
    pub database_url: String,
    pub database_read_url: Option<String>,
    /// Where several nodes count requests together.
    pub redis_url: Option<String>,
    pub addr: SocketAddr,
    /// Without a slash at the end.
    pub base_url: String,
    pub files: Place,
    pub index: PathBuf,
    pub stripe_secret_key: String,
    /// Several, with commas between, while a secret is being rolled.
    pub stripe_webhook_secrets: Vec<String>,
    pub stripe_api_base: String,
    pub sendgrid_api_key: String,
    pub sendgrid_api_base: String,
    pub mail_from: String,
    pub rate_limits: bool,
    /// Seals secrets at rest and derives the program's own keys.
    pub secret_key: SecretKey,
    pub factors: FactorSettings,
    /// Whose `X-Forwarded-*` are believed; nobody's by default.
    pub trusted_proxies: TrustedProxies,
    pub metrics_addr: Option<SocketAddr>,
    /// How long the audit trail is kept.
    pub audit_years: u16,
    /// What is over is only counted each day, not deleted.
    pub retention_dry_run: bool,
    /// Whom to ask about mail domains, when not whom the machine asks.
    pub dns_server: Option<SocketAddr>,
    /// Plain http on loopback: the sandbox stands in for the services, and cookies are not `Secure`.
    pub development: bool,
}

/// The key of `GUILDHALL_SECRET_KEY`; `Debug` does not show it.
#[derive(Clone)]
pub(crate) struct SecretKey([u8; 32]);

impl SecretKey {
    /// Known to everybody: what it seals in development is no secret.
    const DEVELOPMENT: Self = Self(*b"guildhall's key for development!");

    fn parse(text: &str) -> anyhow::Result<Self> {
        use base64::Engine;
        let bytes = base64::engine::general_purpose::STANDARD.decode(text).unwrap_or_default();
        Ok(Self(bytes.try_into().ok().context("GUILDHALL_SECRET_KEY must be 32 bytes in base64")?))
    }

    pub(crate) const fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl std::fmt::Debug for SecretKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SecretKey")
    }
}

/// The sandbox's keys: known to everybody, good for nothing else.
const SANDBOX_KEY: &str = "sk_test_sandbox";
pub(crate) const SANDBOX_WEBHOOK_SECRET: &str = "whsec_sandbox";

impl Config {
    /// Reads the environment.
    pub(crate) fn from_env() -> anyhow::Result<Self> {
        Self::read(&std::env::vars().collect())
    }

    pub(crate) fn read(given: &BTreeMap<String, String>) -> anyhow::Result<Self> {
        let unknown: Vec<&str> = given
            .keys()
            .map(String::as_str)
            .filter(|name| {
                name.starts_with("GUILDHALL_") && !KNOWN.contains(&name.strip_suffix("_FILE").unwrap_or(name))
            })
            .collect();
        ensure!(unknown.is_empty(), "unknown settings: {}. Known are: {}", unknown.join(", "), KNOWN.join(", "));
        let get = |name: &str| -> anyhow::Result<Option<String>> {
            if let Some(path) = given.get(&format!("{name}_FILE")) {
                let text = std::fs::read_to_string(path)
                    .with_context(|| format!("{name}_FILE names {path}, which can't be read"))?;
                return Ok(Some(text.trim().to_owned()));
            }
            Ok(given.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty()))
        };
        let addr: SocketAddr = get("LEPTOS_SITE_ADDR")?
            .unwrap_or_else(|| "127.0.0.1:3000".to_owned())
            .parse()
            .context("LEPTOS_SITE_ADDR is no address like 127.0.0.1:3000")?;
        let base_url = get("GUILDHALL_BASE_URL")?.unwrap_or_else(|| "http://localhost:3000".to_owned());
        let base_url = base_url.trim_end_matches('/').to_owned();
        ensure!(
            base_url.starts_with("http://") || base_url.starts_with("https://"),
            "GUILDHALL_BASE_URL must begin with http:// or https://"
        );
        let development = is_loopback(&base_url) && addr.ip().is_loopback();
        let sandbox = format!("http://127.0.0.1:{}", addr.port().wrapping_add(1));
        let service = |name: &str, fallback: &str| -> anyhow::Result<String> {
            match get(name)? {
                Some(value) => Ok(value),
                None if development => Ok(fallback.to_owned()),
                None => bail!("{name} is not set: it is required outside of development"),
            }
        };
        let secret_key = match get("GUILDHALL_SECRET_KEY")? {
            Some(text) => SecretKey::parse(&text)?,
            None if development => SecretKey::DEVELOPMENT,
            None => {
                bail!("GUILDHALL_SECRET_KEY is not set: 32 random bytes in base64, as `openssl rand -base64 32` prints")
            }
        };
        let files = get("GUILDHALL_FILES")?.unwrap_or_else(|| "file:./.local/files".to_owned());
        let files = Place::read(&files, given, &get)?;
        let rate_limits = match get("GUILDHALL_RATE_LIMITS")?.as_deref() {
            None | Some("on") => true,
            Some("off") if addr.ip().is_loopback() => false,
            Some("off") => bail!("GUILDHALL_RATE_LIMITS=off is accepted only while the site listens on loopback"),
            Some(other) => bail!("GUILDHALL_RATE_LIMITS is on or off, not {other}"),
        };
        let redis_url = get("REDIS_URL")?;
        if let Some(url) = &redis_url {
            ensure!(
                url.starts_with("redis://") || url.starts_with("rediss://"),
                "REDIS_URL must begin with redis:// or rediss://"
            );
        }
        let audit_years: u16 = match get("GUILDHALL_AUDIT_YEARS")? {
            None => 7,
            Some(years) => years
                .parse()
                .ok()
                .filter(|years| (1..=100).contains(years))
                .context("GUILDHALL_AUDIT_YEARS is a number of years from 1 to 100")?,
        };
        let retention_dry_run = match get("GUILDHALL_RETENTION")?.as_deref() {
            None | Some("on") => false,
            Some("dry-run") => true,
            Some(other) => bail!("GUILDHALL_RETENTION is on or dry-run, not {other}"),
        };
        Ok(Self {
            database_url: get("DATABASE_URL")?.context("DATABASE_URL is not set: for example postgres://guildhall_app@127.0.0.1/guildhall. `cargo xtask db` starts a private PostgreSQL and prints its address")?,
            database_read_url: get("DATABASE_READ_URL")?,
            redis_url,
            addr,
            files,
            index: get("GUILDHALL_INDEX")?.map_or_else(|| PathBuf::from("./.local/index"), PathBuf::from),
            stripe_secret_key: service("STRIPE_SECRET_KEY", SANDBOX_KEY)?,
            stripe_webhook_secrets: service("STRIPE_WEBHOOK_SECRET", SANDBOX_WEBHOOK_SECRET)?.split(',').map(|secret| secret.trim().to_owned()).collect(),
            stripe_api_base: service("STRIPE_API_BASE", &sandbox).or_else(|error| if get("STRIPE_SECRET_KEY")?.is_some() { Ok("https://api.stripe.com".to_owned()) } else { Err(error) })?,
            sendgrid_api_key: service("SENDGRID_API_KEY", "SG.sandbox")?,
            sendgrid_api_base: service("SENDGRID_API_BASE", &sandbox).or_else(|error| if get("SENDGRID_API_KEY")?.is_some() { Ok("https://api.sendgrid.com".to_owned()) } else { Err(error) })?,
            mail_from: get("GUILDHALL_MAIL_FROM")?.unwrap_or_else(|| "hello@guildhall.test".to_owned()),
            rate_limits,
            secret_key,
            trusted_proxies: TrustedProxies::parse(&get("GUILDHALL_TRUSTED_PROXIES")?.unwrap_or_default())?,
            audit_years,
            retention_dry_run,
            factors: factor_settings(
                get("GUILDHALL_REQUIRE_SECOND_FACTOR")?.as_deref(),
                get("GUILDHALL_SECOND_FACTOR_REMOVAL_HOURS")?.as_deref(),
                development,
            )?,
            metrics_addr: get("GUILDHALL_METRICS_ADDR")?.map(|text| text.parse().context("GUILDHALL_METRICS_ADDR is no address like 127.0.0.1:9090")).transpose()?,
            dns_server: get("GUILDHALL_DNS_SERVER")?.map(|text| text.parse().context("GUILDHALL_DNS_SERVER is no address like 127.0.0.1:53")).transpose()?,
            base_url,
            development,
        })
    }

    /// Where the sandbox is, in development.
    pub(crate) fn sandbox(&self) -> Option<String> {
        (self.development && is_loopback(&self.stripe_api_base))
            .then(|| self.stripe_api_base.trim_end_matches('/').to_owned())
    }

    pub(crate) fn secure_cookies(&self) -> bool {
        !self.development
    }
}

/// Nobody needs a second factor in development and the demo, unless it is asked for.
fn factor_settings(required: Option<&str>, hours: Option<&str>, development: bool) -> anyhow::Result<FactorSettings> {
    let required = match required {
        Some(text) => RequiredOf::parse(text)?,
        None if development => RequiredOf::NOBODY,
        None => RequiredOf::DEFAULT,
    };
    let Some(hours) = hours else { return Ok(FactorSettings { required, ..FactorSettings::default() }) };
    let hours = hours.parse::<u16>().ok().filter(|hours| (1..=720).contains(hours));
    let hours = hours.context("GUILDHALL_SECOND_FACTOR_REMOVAL_HOURS is a number of hours from 1 to 720")?;
    Ok(FactorSettings { required, removal_wait: chrono::TimeDelta::hours(i64::from(hours)) })
}

/// How to log: `GUILDHALL_LOG_FORMAT`, else text on a terminal and JSON elsewhere.
pub(crate) fn log_format() -> LogFormat {
    use std::io::IsTerminal;
    match std::env::var("GUILDHALL_LOG_FORMAT").as_deref() {
        Ok("text") => LogFormat::Text,
        Ok("json") => LogFormat::Json,
        _ if std::io::stderr().is_terminal() => LogFormat::Text,
        _ => LogFormat::Json,
    }
}

fn is_loopback(url: &str) -> bool {
    let Some(rest) = url.strip_prefix("http://") else { return false };
    let host = rest.split('/').next().unwrap_or_default();
    let host = host.rsplit_once(':').map_or(host, |(host, _)| host);
    matches!(host, "localhost" | "127.0.0.1" | "[::1]")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(pairs: &[(&str, &str)]) -> anyhow::Result<Config> {
        let mut given: BTreeMap<String, String> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        given.entry("DATABASE_URL".to_owned()).or_insert_with(|| "postgres://127.0.0.1/x".to_owned());
        Config::read(&given)
    }

    #[test]
    fn development_needs_only_a_database() {
        let config = with(&[]).unwrap();
        assert!(config.development);
        assert_eq!(config.stripe_api_base, "http://127.0.0.1:3001");
    }

    #[test]
    fn a_typing_mistake_is_an_error() {
        let error = with(&[("GUILDHALL_BASE_URI", "x")]).unwrap_err().to_string();
        assert!(error.contains("GUILDHALL_BASE_URI"), "{error}");
    }

    #[test]
    fn production_needs_its_secrets() {
        let error = with(&[("GUILDHALL_BASE_URL", "https://guildhall.example")]).unwrap_err().to_string();
        assert!(error.contains("GUILDHALL_SECRET_KEY"), "{error}");
    }

    #[test]
    fn a_second_factor_is_required_outside_of_development() {
        assert_eq!(with(&[]).unwrap().factors.required, RequiredOf::NOBODY);
        assert_eq!(
            with(&[("GUILDHALL_REQUIRE_SECOND_FACTOR", "admin")]).unwrap().factors.required,
            RequiredOf { admins: true, provider_owners: false }
        );
        assert_eq!(factor_settings(None, None, false).unwrap().required, RequiredOf::DEFAULT);
        assert!(with(&[("GUILDHALL_REQUIRE_SECOND_FACTOR", "everybody")]).is_err());
        for bad in ["0", "721", "-1", "x"] {
            assert!(with(&[("GUILDHALL_SECOND_FACTOR_REMOVAL_HOURS", bad)]).is_err(), "{bad}");
        }
    }

    #[test]
    fn limits_are_off_on_loopback_alone() {
        assert!(!with(&[("GUILDHALL_RATE_LIMITS", "off")]).unwrap().rate_limits);
        with(&[
            ("GUILDHALL_RATE_LIMITS", "off"),
            ("LEPTOS_SITE_ADDR", "0.0.0.0:3000"),
            ("GUILDHALL_SECRET_KEY", &"A".repeat(43)),
        ])
        .unwrap_err();
    }

    #[test]
    fn proxies_and_redis_are_read() {
        let config =
            with(&[("GUILDHALL_TRUSTED_PROXIES", "10.0.0.0/8, 192.0.2.1"), ("REDIS_URL", "rediss://cache:6379")])
                .unwrap();
        assert!(config.trusted_proxies.trusts("10.1.2.3".parse().unwrap()));
        assert_eq!(config.redis_url.as_deref(), Some("rediss://cache:6379"));
        assert!(with(&[]).unwrap().trusted_proxies.is_empty());
        with(&[("GUILDHALL_TRUSTED_PROXIES", "everybody")]).unwrap_err();
        with(&[("REDIS_URL", "cache:6379")]).unwrap_err();
    }

    #[test]
    fn the_trail_is_kept_for_whole_years() {
        assert_eq!(with(&[]).unwrap().audit_years, 7);
        assert_eq!(with(&[("GUILDHALL_AUDIT_YEARS", "10")]).unwrap().audit_years, 10);
        for wrong in ["0", "-1", "7.5", "101", "for ever"] {
            with(&[("GUILDHALL_AUDIT_YEARS", wrong)]).unwrap_err();
        }
    }

    #[test]
    fn retention_may_be_rehearsed() {
        assert!(!with(&[]).unwrap().retention_dry_run);
        assert!(with(&[("GUILDHALL_RETENTION", "dry-run")]).unwrap().retention_dry_run);
        with(&[("GUILDHALL_RETENTION", "off")]).unwrap_err();
    }

    #[test]
    fn a_host_that_only_begins_like_loopback_is_none() {
        assert!(!is_loopback("http://localhost.example.org"));
        assert!(is_loopback("http://localhost:3000"));
    }
}
