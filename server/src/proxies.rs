//! Whom a request comes from, when it may have come through proxies.
//!
//! What a proxy says is believed only where its address is in `GUILDHALL_TRUSTED_PROXIES`. `X-Forwarded-For` is read from the
//! right, because anybody can write what stands further left: the first address that is no trusted proxy is the client.

use std::net::{IpAddr, SocketAddr};

use anyhow::Context;
use axum::http::{HeaderMap, HeaderName};
use ipnet::IpNet;
use uuid::Uuid;

const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// What only a proxy may say; `forwarded` and `x-real-ip` are read by nothing here, and must not be by anything else.
const SAID_BY_PROXIES: [HeaderName; 6] = [
    FORWARDED_FOR,
    FORWARDED_HOST,
    FORWARDED_PROTO,
    REQUEST_ID,
    HeaderName::from_static("forwarded"),
    HeaderName::from_static("x-real-ip"),
];

/// The proxies whose word is taken.
#[derive(Clone, Debug, Default)]
pub(crate) struct TrustedProxies(Vec<IpNet>);

/// What is known of the way that a request came.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Way {
    pub address: Option<IpAddr>,
    /// As the person's browser asked for it.
    pub host: Option<String>,
    /// Whether the person's browser asked over plain http, as far as a trusted proxy says.
    pub is_plain_http: bool,
    /// The id that a trusted proxy gave the request.
    pub request_id: Option<Uuid>,
}

impl TrustedProxies {
    /// Addresses and ranges (`10.0.0.0/8, 2001:db8::1`) with commas or spaces between.
    ///
    /// # Errors
    /// When one is neither.
    pub(crate) fn parse(text: &str) -> anyhow::Result<Self> {
        let parts = text.split([',', ' ']).map(str::trim).filter(|part| !part.is_empty());
        let one = |part: &str| -> anyhow::Result<IpNet> {
            part.parse()
                .or_else(|_| part.parse::<IpAddr>().map(IpNet::from))
                .with_context(|| format!("GUILDHALL_TRUSTED_PROXIES: {part} is no address or range like 10.0.0.0/8"))
        };
        parts.map(one).collect::<anyhow::Result<_>>().map(Self)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(crate) fn trusts(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|range| range.contains(&address))
    }

    /// Reads what the headers say of the way, as far as it is to be believed; takes out of them what is not.
    pub(crate) fn way(&self, peer: Option<SocketAddr>, headers: &mut HeaderMap) -> Way {
        let peer = peer.map(|peer| peer.ip().to_canonical());
        let host = headers.get(axum::http::header::HOST).and_then(|host| host.to_str().ok()).map(ToOwned::to_owned);
        if !peer.is_some_and(|peer| self.trusts(peer)) {
            for name in SAID_BY_PROXIES {
                headers.remove(name);
            }
            return Way { address: peer, host, ..Way::default() };
        }
        let said = |name: &HeaderName| headers.get(name).and_then(|value| value.to_str().ok()).map(str::trim);
        // Several proxies may each have added a value: the nearest one's is the last.
        let last = |name: &HeaderName| said(name).and_then(|value| value.rsplit(',').next()).map(str::trim);
        Way {
            address: peer.map(|peer| self.client(peer, headers)),
            host: last(&FORWARDED_HOST).map(ToOwned::to_owned).or(host),
            is_plain_http: last(&FORWARDED_PROTO).is_some_and(|scheme| scheme.eq_ignore_ascii_case("http")),
            request_id: said(&REQUEST_ID).and_then(|id| Uuid::try_parse(id).ok()).filter(|id| !id.is_nil()),
        }
    }

    /// The first address from the right that is no proxy of ours; where a hop is unreadable, whoever reported it.
    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let values: Vec<&str> =
            headers.get_all(FORWARDED_FOR).iter().map(|value| value.to_str().unwrap_or("unreadable")).collect();
        let mut nearest = peer;
        for hop in values.iter().rev().flat_map(|value| value.rsplit(',')) {
            let Some(address) = hop_address(hop.trim()) else { return nearest };
            nearest = address;
            if !self.trusts(address) {
                return nearest;
            }
        }
        nearest
    }
}

/// `192.0.2.1`, `192.0.2.1:80`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:80`.
fn hop_address(hop: &str) -> Option<IpAddr> {
    let in_brackets = || hop.strip_prefix('[')?.strip_suffix(']')?.parse::<IpAddr>().ok();
    hop.parse::<IpAddr>()
        .ok()
        .or_else(|| hop.parse::<SocketAddr>().ok().map(|address| address.ip()))
        .or_else(in_brackets)
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn way(trusted: &str, peer: &str, pairs: &[(&'static str, &str)]) -> Way {
        let mut headers = HeaderMap::new();
        for (name, value) in pairs {
            headers.append(*name, value.parse().unwrap());
        }
        let way =
            TrustedProxies::parse(trusted).unwrap().way(Some(SocketAddr::new(peer.parse().unwrap(), 1)), &mut headers);
        let trusts = TrustedProxies::parse(trusted).unwrap().trusts(peer.parse().unwrap());
        assert_eq!(
            headers.contains_key("x-forwarded-for"),
            trusts && pairs.iter().any(|(name, _)| *name == "x-forwarded-for")
        );
        way
    }

    fn address(trusted: &str, peer: &str, forwarded: &[&str]) -> String {
        let pairs: Vec<_> = forwarded.iter().map(|value| ("x-forwarded-for", *value)).collect();
        way(trusted, peer, &pairs).address.unwrap().to_string()
    }

    #[test]
    fn a_stranger_is_not_believed() {
        let way = way(
            "10.0.0.0/8",
            "192.0.2.7",
            &[
                ("x-forwarded-for", "203.0.113.9"),
                ("x-forwarded-host", "evil.test"),
                ("x-forwarded-proto", "http"),
                ("x-request-id", "0192f0c1-7d5e-7b3a-9c4d-0123456789ab"),
                ("host", "guildhall.example"),
            ],
        );
        let expected = Way {
            address: Some("192.0.2.7".parse().unwrap()),
            host: Some("guildhall.example".to_owned()),
            ..Way::default()
        };
        assert_eq!(way, expected);
        assert_eq!(address("", "192.0.2.7", &["203.0.113.9"]), "192.0.2.7");
    }

    #[test]
    fn the_chain_is_read_from_the_right() {
        for (peer, forwarded, client) in [
            ("10.0.0.1", &["203.0.113.9"][..], "203.0.113.9"),
            // What the client wrote itself stands on the left.
            ("10.0.0.1", &["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9, 10.9.9.9"], "203.0.113.9"),
            ("10.0.0.1", &["1.1.1.1", "203.0.113.9, 10.9.9.9"], "203.0.113.9"),
            ("10.0.0.1", &["203.0.113.9:4711"], "203.0.113.9"),
            ("10.0.0.1", &["[2001:db8::9]:4711"], "2001:db8::9"),
            ("10.0.0.1", &["2001:db8::9"], "2001:db8::9"),
            ("::ffff:10.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            // Everybody is a proxy of ours: the one furthest away.
            ("10.0.0.1", &["10.0.0.3, 10.0.0.2"], "10.0.0.3"),
            ("10.0.0.1", &[], "10.0.0.1"),
            // Whoever reported nonsense is held to account for it.
            ("10.0.0.1", &["203.0.113.9, unknown, 10.0.0.2"], "10.0.0.2"),
            ("10.0.0.1", &[""], "10.0.0.1"),
        ] {
            assert_eq!(address("10.0.0.0/8, 192.168.1.1", peer, forwarded), client, "{forwarded:?}");
        }
    }

    #[test]
    fn a_trusted_proxy_names_host_scheme_and_id() {
        let id = "0192f0c1-7d5e-7b3a-9c4d-0123456789ab";
        let pairs = [
            ("x-forwarded-host", "guildhall.example"),
            ("x-forwarded-proto", "https, HTTP"),
            ("x-request-id", id),
            ("host", "inner"),
        ];
        let found = way("10.0.0.1", "10.0.0.1", &pairs);
        assert_eq!((found.host.as_deref(), found.is_plain_http), (Some("guildhall.example"), true));
        assert_eq!(found.request_id.unwrap().to_string(), id);
        let nonsense = way("10.0.0.1", "10.0.0.1", &[("x-request-id", "'; drop table"), ("host", "inner")]);
        assert_eq!((nonsense.request_id, nonsense.host.as_deref()), (None, Some("inner")));
    }

    #[test]
    fn what_is_no_range_is_an_error() {
        let error = TrustedProxies::parse("10.0.0.0/8, proxy.internal").unwrap_err().to_string();
        assert!(error.contains("proxy.internal"), "{error}");
        TrustedProxies::parse("10.0.0.0/33").unwrap_err();
        assert!(TrustedProxies::parse(" ").unwrap().is_empty());
    }

    proptest! {
        #[test]
        fn whatever_is_forwarded_by_a_stranger_changes_nothing(value in "[ -~]{0,80}") {
            prop_assert_eq!(address("10.0.0.0/8", "192.0.2.7", &[&value]), "192.0.2.7");
        }

        /// Whatever stands left of what the trusted proxy added.
        #[test]
        fn whatever_the_client_writes_before_it_is_not_believed(value in "[ -~]{0,80}") {
            let chain = format!("{value}, 203.0.113.9");
            prop_assert_eq!(address("10.0.0.0/8", "10.0.0.1", &[&chain]), "203.0.113.9");
        }
    }
}
