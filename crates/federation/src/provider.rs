//! What a provider says of itself: discovery (OpenID Connect Discovery 1.0) and its keys, kept for a while.

use std::{collections::HashMap, sync::Arc};

use chrono::{DateTime, TimeDelta, Utc};
use parking_lot::Mutex;
use serde::Deserialize;
use url::Url;

use crate::{
    net::{FetchError, Fetcher, Reach, is_allowed},
    policy::{AuthMethod, Connection},
    token::{Algorithm, KeySet},
};

/// Metadata and keys are fetched anew after this long.
const FRESH: TimeDelta = TimeDelta::hours(1);
/// An unknown key makes us look again, but no oftener than this: anybody can make up a key's name.
const BETWEEN_LOOKS: TimeDelta = TimeDelta::minutes(1);
/// Providers remembered at once.
const MOST: usize = 1_000;

/// The discovery document, as far as it matters here.
#[derive(Clone, Debug, Deserialize)]
pub struct Metadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub jwks_uri: String,
    #[serde(default)]
    pub userinfo_endpoint: Option<String>,
    #[serde(default)]
    pub id_token_signing_alg_values_supported: Vec<String>,
    #[serde(default)]
    pub token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub authorization_response_iss_parameter_supported: bool,
}

/// Why a provider can't be used, in words for the owner of the connection.
#[derive(Debug, thiserror::Error)]
pub enum ProviderError {
    #[error(transparent)]
    Fetch(#[from] FetchError),
    #[error("{0}")]
    Wrong(String),
}

/// A provider that answered.
#[derive(Debug)]
pub struct Provider {
    pub metadata: Metadata,
    pub keys: KeySet,
    fetched_at: DateTime<Utc>,
}

/// Every provider that was asked lately. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Providers {
    fetcher: Fetcher,
    reach: Reach,
    known: Arc<Mutex<HashMap<String, Arc<Provider>>>>,
}

impl Providers {
    #[must_use]
    pub fn new(fetcher: Fetcher, reach: Reach) -> Self {
        Self { fetcher, reach, known: Arc::default() }
    }

    #[must_use]
    pub const fn fetcher(&self) -> &Fetcher {
        &self.fetcher
    }

    #[must_use]
    pub const fn reach(&self) -> Reach {
        self.reach
    }

    /// The connection's provider, as fresh as is asked for from anybody.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn of(&self, connection: &Connection, now: DateTime<Utc>) -> Result<Arc<Provider>, ProviderError> {
        if let Some(known) = self.known(&connection.issuer).filter(|known| now - known.fetched_at < FRESH) {
            // Another kind of connection may expect more of the same issuer.
            check_metadata(&known.metadata, connection, self.reach)?;
            return Ok(known);
        }
        self.fetch(connection, now).await
    }

    /// Again, because a token names a key that is not there; the one at hand when it is too soon to ask.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn again(&self, connection: &Connection, now: DateTime<Utc>) -> Result<Arc<Provider>, ProviderError> {
        match self.known(&connection.issuer) {
            Some(known) if now - known.fetched_at < BETWEEN_LOOKS => Ok(known),
            _ => self.fetch(connection, now).await,
        }
    }

    /// Asks the provider, whatever is known.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn fetch(&self, connection: &Connection, now: DateTime<Utc>) -> Result<Arc<Provider>, ProviderError> {
        let metadata = self.discover(connection).await?;
        let keys = self.keys(&metadata).await?;
        let provider = Arc::new(Provider { metadata, keys, fetched_at: now });
        let mut known = self.known.lock();
        if known.len() >= MOST {
            known.clear();
        }
        known.insert(connection.issuer.clone(), Arc::clone(&provider));
        Ok(provider)
    }

    /// The discovery document, checked.
    ///
    /// # Errors
    /// What is wrong with it.
    pub async fn discover(&self, connection: &Connection) -> Result<Metadata, ProviderError> {
        let url = format!("{}/.well-known/openid-configuration", connection.issuer.trim_end_matches('/'));
        let answer = self.fetcher.get(&url, None).await?;
        if !answer.status.is_success() {
            return Err(wrong(format!("{url} answers with the status {}. Check the issuer.", answer.status.as_u16())));
        }
        let metadata: Metadata = serde_json::from_slice(&answer.body)
            .map_err(|_| wrong(format!("What {url} answers is no discovery document. Check the issuer.")))?;
        check_metadata(&metadata, connection, self.reach)?;
        Ok(metadata)
    }

    /// The provider's keys.
    ///
    /// # Errors
    /// What is wrong with them.
    pub async fn keys(&self, metadata: &Metadata) -> Result<KeySet, ProviderError> {
        let answer = self.fetcher.get(&metadata.jwks_uri, None).await?;
        if !answer.status.is_success() {
            let status = answer.status.as_u16();
            return Err(wrong(format!(
                "The provider's keys at {} answer with the status {status}.",
                metadata.jwks_uri
            )));
        }
        KeySet::parse(&answer.body).map_err(|what| wrong(format!("{} can't be read: {what}.", metadata.jwks_uri)))
    }

    fn known(&self, issuer: &str) -> Option<Arc<Provider>> {
        self.known.lock().get(issuer).cloned()
    }
}

const fn wrong(what: String) -> ProviderError {
    ProviderError::Wrong(what)
}

/// Everything that can be told from the document alone.
///
/// # Errors
/// The first thing that is wrong, in words for the owner.
pub fn check_metadata(metadata: &Metadata, connection: &Connection, reach: Reach) -> Result<(), ProviderError> {
    if !connection.speaks_for(&metadata.issuer) {
        return Err(wrong(format!(
            "The provider calls itself {}, but the issuer here is {}. They must be the same to the letter.",
            metadata.issuer, connection.issuer
        )));
    }
    let endpoints = [&metadata.authorization_endpoint, &metadata.token_endpoint, &metadata.jwks_uri];
    for url in endpoints.into_iter().chain(metadata.userinfo_endpoint.as_ref()) {
        if !Url::parse(url).is_ok_and(|url| is_allowed(&url, reach) && url.fragment().is_none()) {
            return Err(wrong(format!("The provider names {url}, which is not a public https address.")));
        }
    }
    let offered = &metadata.id_token_signing_alg_values_supported;
    let taken = connection.kind.algorithms();
    if !offered.is_empty() && !taken.iter().any(|algorithm| offered.iter().any(|name| name == algorithm.name())) {
        let names: Vec<&str> = taken.iter().copied().map(Algorithm::name).collect();
        return Err(wrong(format!("The provider signs with {}; we take {}.", offered.join(", "), names.join(" or "))));
    }
    // What is left out means the standard's default: client_secret_basic.
    let method = connection.auth_method;
    let known = metadata
        .token_endpoint_auth_methods_supported
        .as_ref()
        .map_or_else(|| method == AuthMethod::SecretBasic, |methods| methods.iter().any(|name| name == method.name()));
    if !known {
        return Err(wrong(format!(
            "The provider does not take {}. Choose another way to prove who asks.",
            method.name()
        )));
    }
    if metadata
        .code_challenge_methods_supported
        .as_ref()
        .is_some_and(|methods| !methods.iter().any(|name| name == "S256"))
    {
        return Err(wrong("The provider does not support PKCE with S256, which we need.".to_owned()));
    }
    Ok(())
}
