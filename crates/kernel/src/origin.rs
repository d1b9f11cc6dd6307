//! Where a request came from, for throttles, logs and the audit trail.

use std::net::IpAddr;

use uuid::Uuid;

/// The address and the id of one request. Work that no request asked for has neither: the default.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RequestOrigin {
    /// The client's address; what a proxy says of it is believed only where the proxy is configured as trusted.
    pub address: Option<IpAddr>,
    /// UUIDv7, the same as in the answer's `x-request-id`; nil outside of a request.
    pub request_id: Uuid,
}

impl RequestOrigin {
    /// What limits count by: an IPv4 address, or the /64 of an IPv6 address, within which one client has all addresses.
    #[must_use]
    pub fn network(&self) -> Option<IpAddr> {
        self.address.map(network)
    }
}

/// See [`RequestOrigin::network`]. IPv4 in IPv6 is IPv4.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V4(address) => IpAddr::V4(address),
        IpAddr::V6(address) => IpAddr::V6(std::net::Ipv6Addr::from_bits(address.to_bits() & (u128::MAX << 64))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_client_is_one_network() {
        let of = |text: &str| network(text.parse().unwrap()).to_string();
        assert_eq!(of("192.0.2.7"), "192.0.2.7");
        assert_eq!(of("::ffff:192.0.2.7"), "192.0.2.7");
        assert_eq!(of("2001:db8:1:2:aaaa:bbbb:cccc:dddd"), "2001:db8:1:2::");
        assert_eq!(of("2001:db8:1:2::1"), "2001:db8:1:2::");
        assert_ne!(of("2001:db8:1:3::1"), "2001:db8:1:2::");
    }
}
