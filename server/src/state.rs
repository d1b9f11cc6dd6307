//! What every request may need, made once.

use std::{ops::Deref, sync::Arc};

use axum::extract::FromRef;
use guildhall_db::Db;
use guildhall_federation::Federation;
use guildhall_identity::{Agreements, Factors, Passwords, Throttle, Tokens, organizations::Dns};
use guildhall_kernel::Sealer;
use guildhall_notifications::Mailer;
use guildhall_payments::Stripe;
use guildhall_search::SearchIndex;
use leptos::config::LeptosOptions;
use metrics_exporter_prometheus::PrometheusHandle;
use object_store::ObjectStore;

use crate::{
    cards::Cards,
    config::Config,
    form_errors::FormErrors,
    limits::{Limits, Redis},
    middleware::Csp,
};

/// The services. Every layer and handler holds a clone: one counted pointer.
#[derive(Clone)]
pub(crate) struct AppState(Arc<Services>);

/// What [`AppState`] gives access to.
pub(crate) struct Services {
    pub config: Config,
    pub db: Db,
    pub index: SearchIndex,
    pub passwords: Passwords,
    pub throttle: Throttle,
    pub agreements: Agreements,
    pub federation: Federation,
    pub limits: Limits,
    pub csp: Csp,
    pub form_errors: FormErrors,
    pub tokens: Tokens,
    pub dns: Dns,
    pub factors: Factors,
    pub stripe: Stripe,
    pub mailer: Mailer,
    pub files: Arc<dyn ObjectStore>,
    pub cards: Cards,
    pub metrics: PrometheusHandle,
    pub leptos: LeptosOptions,
}

impl Deref for AppState {
    type Target = Services;

    fn deref(&self) -> &Services {
        &self.0
    }
}

impl FromRef<AppState> for LeptosOptions {
    fn from_ref(state: &AppState) -> Self {
        state.leptos.clone()
    }
}

impl AppState {
    /// Connects to everything.
    pub(crate) async fn connect(config: Config) -> anyhow::Result<Self> {
        let db = connect_db(&config).await?;
        let leptos = leptos_options(&config)?;
        Self::with_db(config, db, leptos)
    }

    /// As [`AppState::connect`], with a database that is there already.
    pub(crate) fn with_db(config: Config, db: Db, leptos: LeptosOptions) -> anyhow::Result<Self> {
        let index = SearchIndex::open(&config.index)?;
        let stripe = Stripe::new(&config.stripe_secret_key, Some(&config.stripe_api_base), &config.base_url)?;
        let mailer =
            Mailer::new(&config.sendgrid_api_base, &config.sendgrid_api_key, &config.mail_from, &config.base_url)?;
        let files = config.files.open()?;
        let throttle = if config.rate_limits { Throttle::new(db.clock().clone()) } else { Throttle::off() };
        let passwords = Passwords::new(db.chance())?;
        let sealer = Sealer::new(config.secret_key.bytes(), db.chance());
        let federation = Federation::new(&config.base_url, sealer.clone(), config.development, passwords.clone())?;
        let redis = config.redis_url.as_deref().map(Redis::open).transpose()?;
        let limits = if config.rate_limits { Limits::new(db.clock().clone(), redis) } else { Limits::off() };
        Ok(Self(Arc::new(Services {
            csp: Csp::new(&config, &leptos),
            limits,
            form_errors: FormErrors::new(config.secret_key.bytes()),
            index,
            passwords,
            federation,
            throttle,
            agreements: Agreements::default(),
            tokens: Tokens::new(&db, config.secret_key.bytes(), &config.base_url),
            dns: Dns::new(config.dns_server)?,
            factors: Factors::new(sealer, &config.base_url, config.factors)?,
            stripe,
            mailer,
            files,
            cards: Cards::new(),
            metrics: crate::health::recorder(),
            leptos,
            db,
            config,
        })))
    }
}

pub(crate) async fn connect_db(config: &Config) -> anyhow::Result<Db> {
    use anyhow::Context;
    Db::connect(&config.database_url, config.database_read_url.as_deref(), 10)
        .await
        .context("PostgreSQL does not answer at DATABASE_URL, or the role guildhall_app is not there yet (`guildhall migrate` makes it)")
}

/// The site's settings: `Leptos.toml` where it can be found, with `LEPTOS_*` over it.
fn leptos_options(config: &Config) -> anyhow::Result<LeptosOptions> {
    let file = std::path::Path::new("Leptos.toml");
    let mut options = leptos::config::get_configuration(file.exists().then_some("Leptos.toml"))
        .or_else(|_| leptos::config::get_configuration(None))?
        .leptos_options;
    options.site_addr = config.addr;
    Ok(options)
}
