//! A plain form that failed comes back to its page with the error in the address (decision 6). Whoever can make a link could put
//! words of their own there, and they would stand on our page: so what the server writes is signed, and nothing else is shown.

use std::fmt;

use base64::{
    Engine,
    engine::general_purpose::{URL_SAFE, URL_SAFE_NO_PAD},
};
use guildhall_kernel::derive;
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// The parameter that holds the signature, beside `__path` and `__err` of `server_fn`.
const SIGNATURE: &str = "__sig";
const OURS: [&str; 3] = ["__path", "__err", SIGNATURE];

/// Signs errors, with `GUILDHALL_SECRET_KEY`: every node reads what another wrote.
#[derive(Clone)]
pub(crate) struct FormErrors(Hmac<Sha256>);

impl FormErrors {
    pub(crate) fn new(secret: &[u8; 32]) -> Self {
        Self(derive::mac(secret, "guildhall: errors of forms"))
    }

    /// The address that a form's answer leads to, with the error of `path` that was just made, signed, in place of any other; without
    /// an error where nothing failed. `None` when there is nothing to change.
    ///
    /// The error must come from the answer itself: whoever sends a form decides what stands in the address already.
    pub(crate) fn address(&self, location: &str, failed: Option<(&str, &[u8])>) -> Option<String> {
        let (page, query) = location.split_once('?')?;
        let mut kept = without_ours(query);
        let shown = counts(query);
        match failed {
            Some((path, error)) if shown != [0; 3] => {
                let error = URL_SAFE.encode(error);
                let mut pairs = form_urlencoded::Serializer::new(String::new());
                pairs.append_pair("__path", path).append_pair("__err", &error);
                pairs.append_pair(SIGNATURE, &URL_SAFE_NO_PAD.encode(self.mac(path, &error).finalize().into_bytes()));
                let separator = if kept.is_empty() { "" } else { "&" };
                kept = format!("{kept}{separator}{}", pairs.finish());
            }
            _ if shown == [0; 3] => return None,
            _ => {}
        }
        Some(if kept.is_empty() { page.to_owned() } else { format!("{page}?{kept}") })
    }

    /// A page's query without an error that the server did not put there; `None` when there is nothing to take out. Leptos' router
    /// shows whatever error it finds in the address.
    pub(crate) fn without_foreign(&self, query: &str) -> Option<String> {
        let shown = counts(query);
        let is_fine = shown == [0; 3] || shown == [1; 3] && self.is_ours(query);
        (!is_fine).then(|| without_ours(query))
    }

    fn is_ours(&self, query: &str) -> bool {
        let signature = value(query, SIGNATURE).and_then(|signature| URL_SAFE_NO_PAD.decode(signature).ok());
        let (Some((path, error)), Some(signature)) = (found(query), signature) else { return false };
        self.mac(&path, &error).verify_slice(&signature).is_ok()
    }

    fn mac(&self, path: &str, error: &str) -> Hmac<Sha256> {
        let mut mac = self.0.clone();
        mac.update(path.as_bytes());
        mac.update(b"\n");
        mac.update(error.as_bytes());
        mac
    }
}

impl fmt::Debug for FormErrors {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("FormErrors")
    }
}

fn found(query: &str) -> Option<(String, String)> {
    Some((value(query, "__path")?, value(query, "__err")?))
}

fn value(query: &str, wanted: &str) -> Option<String> {
    pairs(query).find(|(name, _)| name == wanted).map(|(_, value)| value.into_owned())
}

/// How often each of ours is there.
fn counts(query: &str) -> [usize; 3] {
    OURS.map(|wanted| pairs(query).filter(|(name, _)| name == wanted).count())
}

fn without_ours(query: &str) -> String {
    let is_ours = |pair: &&str| pairs(pair).any(|(name, _)| OURS.contains(&name.as_ref()));
    query.split('&').filter(|pair| !is_ours(pair)).collect::<Vec<_>>().join("&")
}

/// Decoded, as the router does.
fn pairs(query: &str) -> form_urlencoded::Parse<'_> {
    form_urlencoded::parse(query.as_bytes())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// `eyJ9` is `{"}` in base64.
    const FAILED: &str = "http://localhost:3000/sign-in?next=%2Flearn&__path=%2Fapi%2Ffn%2Fx&__err=eyJ9";
    const ERROR: &[u8] = b"{\"}";

    fn query(address: &str) -> &str {
        address.split_once('?').unwrap().1
    }

    fn sign(errors: &FormErrors) -> String {
        errors.address(FAILED, Some(("/api/fn/x", ERROR))).unwrap()
    }

    #[test]
    fn only_what_the_server_wrote_is_shown() {
        let errors = FormErrors::new(&[1; 32]);
        let signed = sign(&errors);
        assert!(signed.starts_with(&format!("{FAILED}&__sig=")), "{signed}");
        assert_eq!(errors.without_foreign(query(&signed)), None);
        let plain = Some("next=%2Flearn".to_owned());
        for foreign in [
            query(FAILED).to_owned(),
            query(&signed).replace("eyJ9", "eyJ8"),
            query(&signed).replace("fn%2Fx", "fn%2Fy"),
            query(FAILED).replace("__err", "%5f_err"),
            format!("{}&__err=eyJ8", query(&signed)),
            format!("__err=eyJ8&{}", query(&signed)),
        ] {
            assert_eq!(errors.without_foreign(&foreign), plain, "{foreign}");
        }
        assert_eq!(FormErrors::new(&[2; 32]).without_foreign(query(&signed)), plain);
        assert_eq!(errors.without_foreign("q=a%20b&sort=price"), None);
    }

    #[test]
    fn a_second_error_takes_the_place_of_the_first() {
        let errors = FormErrors::new(&[1; 32]);
        let signed = sign(&errors);
        let twice = format!("{signed}&__path=%2Fapi%2Ffn%2Fx&__err=eyJ9");
        assert_eq!(errors.address(&twice, Some(("/api/fn/x", ERROR))).unwrap(), signed);
        // Once the form succeeds, `server_fn` takes its own two out.
        let signature = signed.rsplit('&').next().unwrap();
        assert_eq!(errors.address(&format!("/sign-in?{signature}"), None).unwrap(), "/sign-in");
        assert_eq!(errors.address(&format!("/sign-in?a=b&{signature}"), None).unwrap(), "/sign-in?a=b");
        assert_eq!(errors.address("/sign-in?a=b#c", None), None);
        assert_eq!(errors.address("/sign-in?a=b", Some(("/api/fn/x", ERROR))), None);
        assert_eq!(errors.address("/sign-in", Some(("/api/fn/x", ERROR))), None);
    }

    #[test]
    fn nobody_has_words_of_their_own_signed() {
        let errors = FormErrors::new(&[1; 32]);
        let planted = "/learn?__path=%2Fapi%2Ffn%2Fx&__err=eyJldmlsIjoxfQ%3D%3D";
        assert_eq!(errors.address(planted, None).unwrap(), "/learn");
        let signed = errors.address(planted, Some(("/api/fn/x", ERROR))).unwrap();
        assert!(signed.contains("__err=eyJ9&") && !signed.contains("eyJldmls"), "{signed}");
    }

    proptest! {
        #[test]
        fn nothing_mangled_is_shown(at in 0..400_usize, to in "[0-9a-zA-Z&=%_-]") {
            let errors = FormErrors::new(&[1; 32]);
            let signed = sign(&errors);
            let start = signed.find("__path").unwrap();
            let at = start + at % (signed.len() - start);
            let mangled = format!("{}{to}{}", &signed[..at], &signed[at + 1..]);
            let same = found(query(&mangled)) == found(query(&signed)) && value(query(&mangled), SIGNATURE) == value(query(&signed), SIGNATURE);
            let shown = errors.without_foreign(query(&mangled)).unwrap_or_else(|| query(&mangled).to_owned());
            prop_assert!(same || found(&shown).is_none(), "{}", mangled);
        }
    }
}
