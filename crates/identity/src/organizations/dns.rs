//! Asking the DNS whether a domain says what it was asked to.

use std::{net::SocketAddr, time::Duration};

use anyhow::{Context, anyhow};
use guildhall_db::OpResult;
use guildhall_types::Error;
use hickory_resolver::{
    TokioResolver,
    config::{ConnectionConfig, NameServerConfig, ResolverConfig},
    net::runtime::TokioRuntimeProvider,
    proto::rr::RData,
};

/// The longest that an answer may take.
const PATIENCE: Duration = Duration::from_secs(8);

/// Reads TXT records. Cheap to clone; nothing is cached, so that a record that was just added counts.
#[derive(Clone, Debug)]
pub struct Dns(TokioResolver);

impl Dns {
    /// Asks the given server, or those that the machine is set up with.
    ///
    /// # Errors
    /// When the machine's settings can't be read.
    pub fn new(server: Option<SocketAddr>) -> anyhow::Result<Self> {
        let mut builder = match server {
            Some(server) => {
                let mut connections = vec![ConnectionConfig::udp(), ConnectionConfig::tcp()];
                for connection in &mut connections {
                    connection.port = server.port();
                }
                let name_server = NameServerConfig::new(server.ip(), true, connections);
                let config = ResolverConfig::from_name_servers(vec![name_server]);
                TokioResolver::builder_with_config(config, TokioRuntimeProvider::default())
            }
            None => TokioResolver::builder_tokio().context("the machine's DNS settings can't be read")?,
        };
        let options = builder.options_mut();
        options.cache_size = 0;
        options.timeout = Duration::from_secs(3);
        options.attempts = 1;
        Ok(Self(builder.build().map_err(|error| anyhow!("DNS: {error}"))?))
    }

    /// Whether one of the domain's TXT records is this text.
    ///
    /// # Errors
    /// [`Error::Unavailable`] when no server answers.
    pub(crate) async fn has_text(&self, domain: &str, text: &str) -> OpResult<bool> {
        let away = || Error::unavailable("The domain's DNS does not answer just now. Try again in a minute.");
        // The dot at the end keeps the machine's search list out of it.
        let asked =
            tokio::time::timeout(PATIENCE, self.0.txt_lookup(format!("{domain}."))).await.map_err(|_| away())?;
        match asked {
            Ok(answer) => Ok(answer.answers().iter().any(|record| match &record.data {
                RData::TXT(txt) => txt.txt_data.concat() == text.as_bytes(),
                _ => false,
            })),
            Err(error) if error.is_no_records_found() || error.is_nx_domain() => Ok(false),
            Err(error) => {
                tracing::warn!(%error, "a domain's TXT records could not be read");
                Err(away().into())
            }
        }
    }
}
