//! Asking providers, whose addresses organisations type in: so nothing here reaches into our own network.
//!
//! Always holds: `https` and public addresses alone, checked after the name was resolved and connected to as checked
//! (development may use plain http and loopback); no redirects; every answer is limited in time and size.

use std::{
    fmt,
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    time::Duration,
};

use anyhow::Context;
use reqwest::{
    StatusCode,
    dns::{Addrs, Name, Resolve, Resolving},
    header,
    redirect::Policy,
};
use url::{Host, Url};

/// Discovery documents and key sets are a few kilobytes.
const LARGEST: usize = 256 * 1024;
const TIMEOUT: Duration = Duration::from_secs(8);
/// GOV.UK One Login answers 403 to a client without a name.
const USER_AGENT: &str = concat!("Guildhall/", env!("CARGO_PKG_VERSION"));

/// How far requests may reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// The public internet, over https.
    Public,
    /// Anything: the sandbox is on loopback.
    Development,
}

/// Why nothing came back. The words are for the owner who set the address.
#[derive(Debug, thiserror::Error)]
pub enum FetchError {
    #[error("{0} is not an address that we may ask: use a public https address")]
    NotAllowed(String),
    #[error("{0} does not answer")]
    NoAnswer(String),
    #[error("{0} answers with more than we take")]
    TooLarge(String),
}

/// An answer within the limits.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: StatusCode,
    pub location: Option<String>,
    pub body: Vec<u8>,
}

/// The way out. Cheap to clone.
#[derive(Clone)]
pub struct Fetcher {
    client: reqwest::Client,
    reach: Reach,
}

/// How a client proves itself at a token endpoint.
#[derive(Clone, Copy)]
pub enum Basic<'a> {
    /// In the form.
    Unused,
    With {
        client: &'a str,
        secret: &'a str,
    },
}

impl fmt::Debug for Basic<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Basic")
    }
}

impl Fetcher {
    /// # Errors
    /// When the HTTP client can't be made.
    pub fn new(reach: Reach) -> anyhow::Result<Self> {
        let client = reqwest::Client::builder()
            .connect_timeout(Duration::from_secs(4))
            .timeout(TIMEOUT)
            .redirect(Policy::none())
            // A proxy would resolve the name anew.
            .no_proxy()
            .user_agent(USER_AGENT)
            .dns_resolver(Guarded(reach))
            .build()
            .context("the HTTP client for sign-in providers")?;
        Ok(Self { client, reach })
    }

    /// # Errors
    /// [`FetchError`].
    pub async fn get(&self, url: &str, bearer: Option<&str>) -> Result<Answer, FetchError> {
        let mut request =
            self.client.get(self.allowed(url)?).header(header::ACCEPT, "application/json, text/html;q=0.5");
        if let Some(token) = bearer {
            request = request.bearer_auth(token);
        }
        answer(request, url).await
    }

    /// # Errors
    /// [`FetchError`].
    pub async fn post(&self, url: &str, form: &[(&str, &str)], basic: Basic<'_>) -> Result<Answer, FetchError> {
        let mut request = self.client.post(self.allowed(url)?).header(header::ACCEPT, "application/json").form(form);
        if let Basic::With { client, secret } = basic {
            // RFC 6749, 2.3.1: both are form-encoded first.
            let encode = |text: &str| form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>();
            request = request.basic_auth(encode(client), Some(encode(secret)));
        }
        answer(request, url).await
    }

    /// The address, if it may be asked as far as its text tells; the resolver checks what a name leads to.
    fn allowed(&self, url: &str) -> Result<Url, FetchError> {
        let refused = || FetchError::NotAllowed(url.to_owned());
        let parsed = Url::parse(url).map_err(|_| refused())?;
        if is_allowed(&parsed, self.reach) { Ok(parsed) } else { Err(refused()) }
    }
}

impl fmt::Debug for Fetcher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Fetcher({:?})", self.reach)
    }
}

async fn answer(request: reqwest::RequestBuilder, url: &str) -> Result<Answer, FetchError> {
    let silent = |error: reqwest::Error| {
        tracing::debug!(%error, url, "a provider did not answer");
        FetchError::NoAnswer(url.to_owned())
    };
    let mut response = request.send().await.map_err(silent)?;
    let location =
        response.headers().get(header::LOCATION).and_then(|value| value.to_str().ok()).map(ToOwned::to_owned);
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(silent)? {
        if body.len() + chunk.len() > LARGEST {
            return Err(FetchError::TooLarge(url.to_owned()));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { status: response.status(), location, body })
}

/// Whether an address may be asked, as far as its text tells.
#[must_use]
pub fn is_allowed(url: &Url, reach: Reach) -> bool {
    let plain = url.username().is_empty() && url.password().is_none();
    let scheme = match reach {
        Reach::Public => url.scheme() == "https",
        Reach::Development => matches!(url.scheme(), "https" | "http"),
    };
    let host = match (url.host(), reach) {
        (None, _) => false,
        (Some(_), Reach::Development) => true,
        (Some(Host::Ipv4(address)), Reach::Public) => is_public(IpAddr::V4(address)),
        (Some(Host::Ipv6(address)), Reach::Public) => is_public(IpAddr::V6(address)),
        (Some(Host::Domain(name)), Reach::Public) => {
            name.contains('.')
                && !name.ends_with(".localhost")
                && !name.ends_with(".local")
                && !name.ends_with(".internal")
        }
    };
    plain && scheme && host
}

/// Whether an address belongs to the public internet.
#[must_use]
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(address) => is_public_v4(address),
        IpAddr::V6(address) => is_public_v6(address),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    !(address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_documentation()
        || address.is_multicast()
        || a == 0
        || a >= 240
        // Carrier-grade NAT, protocol assignments, 6to4 relays, benchmarking.
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 192 && b == 88 && c == 99)
        || (a == 198 && (18..20).contains(&b)))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(inner) = address.to_ipv4_mapped() {
        return is_public_v4(inner);
    }
    let [a, b, ..] = address.segments();
    // Global unicast alone, less Teredo, documentation, 6to4 and other ways to write an IPv4 address.
    (a & 0xe000) == 0x2000 && !(a == 0x2001 && (b < 0x0200 || b == 0x0db8)) && a != 0x2002 && a != 0x3fff
}

/// Resolves names, and answers only with addresses that may be connected to.
struct Guarded(Reach);

impl Resolve for Guarded {
    fn resolve(&self, name: Name) -> Resolving {
        let reach = self.0;
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            if reach == Reach::Public && !found.iter().all(|address| is_public(address.ip())) {
                return Err(format!("{} leads to an address that is not public", name.as_str()).into());
            }
            let addresses: Addrs = Box::new(found.into_iter());
            Ok(addresses)
        })
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn our_own_network_is_out_of_reach() {
        for inside in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "0.0.0.0",
            "100.64.0.1",
            "198.18.0.1",
            "224.0.0.1",
            "255.255.255.255",
            "::1",
            "::",
            "fe80::1",
            "fc00::1",
            "fd00:ec2::254",
            "ff02::1",
            "::ffff:127.0.0.1",
            "::ffff:10.0.0.1",
            "64:ff9b::a00:1",
            "2002:a00:1::",
            "2001:db8::1",
            "::127.0.0.1",
        ] {
            assert!(!is_public(inside.parse().unwrap()), "{inside}");
        }
        for outside in ["8.8.8.8", "151.101.0.144", "2a00:1450:4009::1", "2606:4700::1"] {
            assert!(is_public(outside.parse().unwrap()), "{outside}");
        }
    }

    #[test]
    fn only_public_https_is_asked() {
        for bad in [
            "http://login.example.com",
            "https://127.0.0.1/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::1]/",
            "https://localhost/",
            "https://metadata.internal/",
            "https://user:pass@login.example.com/",
            "ftp://example.com/",
            "file:///etc/passwd",
            "https://printer.local/",
        ] {
            assert!(!Url::parse(bad).is_ok_and(|url| is_allowed(&url, Reach::Public)), "{bad}");
        }
        assert!(is_allowed(&Url::parse("https://login.example.com/x").unwrap(), Reach::Public));
        assert!(is_allowed(&Url::parse("http://127.0.0.1:3001/x").unwrap(), Reach::Development));
    }

    proptest! {
        #[test]
        fn private_ranges_never_pass(low in any::<u32>()) {
            let inside = [(10, 8), (127, 8), (0, 8)].map(|(first, bits)| (first << 24) | (low >> bits));
            for address in inside {
                prop_assert!(!is_public(IpAddr::V4(Ipv4Addr::from(address))));
                prop_assert!(!is_public(IpAddr::V6(Ipv4Addr::from(address).to_ipv6_mapped())));
            }
        }
    }
}
