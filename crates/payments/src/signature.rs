//! The signature of Stripe's webhooks: `t=<unix seconds>,v1=<hex of HMAC-SHA256 over "t.rawbody">`, with several `v1` while a
//! secret is being changed. <https://docs.stripe.com/webhooks#verify-manually>

use chrono::{DateTime, Utc};
use hmac::{Hmac, Mac};
use sha2::Sha256;

/// How old, or how far ahead, a signature may be: what Stripe's own libraries take.
pub(crate) const TOLERANCE_SECONDS: i64 = 300;

/// Why a signature is not believed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum SignatureError {
    #[error("the signature is missing or malformed")]
    Malformed,
    #[error("the signature is too old")]
    Stale,
    #[error("the signature does not match")]
    Wrong,
}

/// Checks the header against the raw body. The comparison takes constant time.
pub(crate) fn verify(
    payload: &[u8],
    header: Option<&str>,
    secrets: &[String],
    now: DateTime<Utc>,
) -> Result<(), SignatureError> {
    let header = header.filter(|header| header.len() <= 4_096).ok_or(SignatureError::Malformed)?;
    let mut time = None;
    let mut signatures = Vec::new();
    for part in header.split(',') {
        match part.trim().split_once('=') {
            Some(("t", value)) => time = Some(value),
            Some(("v1", value)) => signatures.push(hex::decode(value).map_err(|_| SignatureError::Malformed)?),
            // Other schemes, such as v0, are not ours to check.
            Some(_) => {}
            None => return Err(SignatureError::Malformed),
        }
    }
    let time = time.ok_or(SignatureError::Malformed)?;
    let seconds: i64 = time.parse().map_err(|_| SignatureError::Malformed)?;
    if signatures.is_empty() {
        return Err(SignatureError::Malformed);
    }
    let matches = |secret: &String, signature: &Vec<u8>| {
        // HMAC takes a key of any length.
        let Ok(mut mac) = Hmac::<Sha256>::new_from_slice(secret.as_bytes()) else { return false };
        mac.update(time.as_bytes());
        mac.update(b".");
        mac.update(payload);
        mac.verify_slice(signature).is_ok()
    };
    if !secrets
        .iter()
        .filter(|secret| !secret.is_empty())
        .any(|secret| signatures.iter().any(|signature| matches(secret, signature)))
    {
        return Err(SignatureError::Wrong);
    }
    if now.timestamp().abs_diff(seconds) > TOLERANCE_SECONDS.unsigned_abs() {
        return Err(SignatureError::Stale);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use guildhall_sandbox::signature;
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    fn secrets(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn a_true_signature_is_believed_within_five_minutes() {
        let header = signature("whsec_a", 1_000_000, "{}");
        for now in [999_700, 1_000_000, 1_000_300] {
            assert_eq!(verify(b"{}", Some(&header), &secrets(&["whsec_a"]), at(now)), Ok(()));
        }
        for now in [999_699, 1_000_301] {
            assert_eq!(verify(b"{}", Some(&header), &secrets(&["whsec_a"]), at(now)), Err(SignatureError::Stale));
        }
    }

    #[test]
    fn while_a_secret_changes_either_will_do() {
        let old = signature("whsec_old", 1_000_000, "{}");
        let new = signature("whsec_new", 1_000_000, "{}");
        let both = format!("{old},{}", new.split_once(',').unwrap().1);
        assert_eq!(verify(b"{}", Some(&both), &secrets(&["whsec_new"]), at(1_000_000)), Ok(()));
        assert_eq!(verify(b"{}", Some(&old), &secrets(&["whsec_new", "whsec_old"]), at(1_000_000)), Ok(()));
    }

    #[test]
    fn anything_else_is_refused() {
        let good = signature("whsec_a", 1_000_000, "{}");
        let now = at(1_000_000);
        let verify = |body: &[u8], header: Option<&str>, names: &[&str]| verify(body, header, &secrets(names), now);
        assert_eq!(verify(b"{ }", Some(&good), &["whsec_a"]), Err(SignatureError::Wrong));
        assert_eq!(verify(b"{}", Some(&good), &["whsec_b"]), Err(SignatureError::Wrong));
        assert_eq!(verify(b"{}", Some(&good), &[]), Err(SignatureError::Wrong));
        // An empty secret would let everybody sign.
        assert_eq!(verify(b"{}", Some(&signature("", 1_000_000, "{}")), &[""]), Err(SignatureError::Wrong));
        for header in [
            None,
            Some(""),
            Some("t=1000000"),
            Some("v1=00"),
            Some("t=x,v1=00"),
            Some("t=1000000,v1=zz"),
            Some("nonsense"),
        ] {
            assert_eq!(verify(b"{}", header, &["whsec_a"]), Err(SignatureError::Malformed));
        }
    }

    proptest! {
        #[test]
        fn arbitrary_headers_never_pass_nor_panic(header in "\\PC{0,80}", body in proptest::collection::vec(any::<u8>(), 0..64)) {
            prop_assert!(verify(&body, Some(&header), &secrets(&["whsec_a"]), at(1_000_000)).is_err());
        }
    }
}
