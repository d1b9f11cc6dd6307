//! What a `User-Agent` says about the device, for people; and which devices count as one.

use std::net::IpAddr;

/// `Firefox on Windows`, from a `User-Agent` header; `Unknown browser` when it says nothing.
#[must_use]
pub fn device(user_agent: &str) -> String {
    // The order matters: Edge and Opera also claim to be Chrome, Chrome claims to be Safari, and all to be Mozilla.
    let browsers = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("CriOS/", "Chrome"),
        ("Chrome/", "Chrome"),
        ("Chromium/", "Chromium"),
        ("Safari/", "Safari"),
        ("curl/", "curl"),
    ];
    let systems = [
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Android", "Android"),
        ("Windows", "Windows"),
        ("CrOS", "ChromeOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "Linux"),
    ];
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (find(&browsers), find(&systems)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("Unknown browser on {system}"),
        (None, None) => "Unknown browser".to_owned(),
    }
}

/// What tells one of a person's devices from another: the kind of browser and system, and the network. Updating a browser or
/// being given the next address by the same provider is no new device.
#[must_use]
pub fn device_key(user_agent: &str, address: &str) -> (String, String) {
    (device(user_agent), network(address))
}

/// The network that an address belongs to: the first three bytes of IPv4, the first 48 bits of IPv6; empty when it is no
/// address.
#[must_use]
pub fn network(address: &str) -> String {
    match address.parse::<IpAddr>().map(|ip| ip.to_canonical()) {
        Ok(IpAddr::V4(ip)) => {
            let [a, b, c, _] = ip.octets();
            format!("{a}.{b}.{c}.0/24")
        }
        Ok(IpAddr::V6(ip)) => {
            let [a, b, c, ..] = ip.segments();
            format!("{a:x}:{b:x}:{c:x}::/48")
        }
        Err(_) => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::{device, device_key};

    #[test]
    fn devices_are_named() {
        let chrome =
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Safari/537.36";
        assert_eq!(device(chrome), "Chrome on Linux");
        assert_eq!(device(&format!("{chrome} Edg/142.0")), "Edge on Linux");
        assert_eq!(
            device(
                "Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) AppleWebKit/605.1.15 Version/19.0 Mobile/15E148 Safari/604.1"
            ),
            "Safari on iPhone"
        );
        assert_eq!(device("<script>"), "Unknown browser");
    }

    #[test]
    fn an_update_or_the_next_address_is_no_new_device() {
        let (old, new) = ("Firefox/140.0 (X11; Linux)", "Firefox/141.0 (X11; Linux)");
        assert_eq!(device_key(old, "192.0.2.1"), device_key(new, "192.0.2.77"));
        assert_eq!(device_key(old, "::ffff:192.0.2.1"), device_key(old, "192.0.2.9"));
        assert_eq!(device_key(old, "2001:db8:1:2::3"), device_key(old, "2001:db8:1:ffff::1"));
        assert_ne!(device_key(old, "192.0.2.1"), device_key(old, "192.0.3.1"));
        assert_ne!(device_key(old, "192.0.2.1"), device_key("curl/8", "192.0.2.1"));
        assert_eq!(device_key(old, "nonsense").1, "");
    }
}
