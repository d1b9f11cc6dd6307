//! What must never reach the trail: values of keys that name a secret, and texts that are one by their look.
//!
//! A value under such a key is replaced whole, whatever it is. Keys are taken apart into words (`apiKey`, `api_key`, `API-Key`), so
//! that `postcode` is not taken for a `code`.

use serde_json::Value;

/// What stands in a secret's place.
pub(crate) const REMOVED: &str = "[removed]";
/// A text longer than this is cut: the trail tells of changes, it is no copy of the data.
const TEXT_MAX: usize = 1_000;
/// What is told of a change is at most this long, as JSON.
const WHOLE_MAX: usize = 32_000;

/// Words that make a key one of a secret, in the singular.
const WORDS: [&str; 26] = [
    "password",
    "passwd",
    "passphrase",
    "passcode",
    "pwd",
    "secret",
    "token",
    "jwt",
    "hash",
    "digest",
    "salt",
    "code",
    "otp",
    "totp",
    "pin",
    "cookie",
    "credential",
    "authorization",
    "bearer",
    "assertion",
    "signature",
    "cvc",
    "cvv",
    "nonce",
    "verifier",
    "seed",
];
/// Pairs of words that do, where neither does alone.
const PAIRS: [(&str, &str); 6] =
    [("api", "key"), ("private", "key"), ("signing", "key"), ("sealing", "key"), ("access", "key"), ("card", "number")];
/// Keys that end in such a word and are none.
const PUBLIC: [&str; 4] = ["country_code", "currency_code", "status_code", "error_code"];

/// The value without its secrets, its long texts cut; a value that is too large as a whole is left out.
#[must_use]
pub fn strip(value: Value) -> Value {
    let stripped = strip_value(value);
    let length = stripped.to_string().len();
    if length > WHOLE_MAX { serde_json::json!({ "left_out_bytes": length }) } else { stripped }
}

fn strip_value(value: Value) -> Value {
    match value {
        Value::Object(map) => Value::Object(
            map.into_iter()
                .map(|(key, value)| {
                    let value = if value.is_null() || value.is_boolean() {
                        value
                    } else if names_a_secret(&key) {
                        Value::from(REMOVED)
                    } else {
                        strip_value(value)
                    };
                    (key, value)
                })
                .collect(),
        ),
        Value::Array(items) => Value::Array(items.into_iter().map(strip_value).collect()),
        Value::String(text) if looks_secret(&text) => Value::from(REMOVED),
        Value::String(text) if text.chars().count() > TEXT_MAX => {
            let mut cut: String = text.chars().take(TEXT_MAX).collect();
            cut.push('…');
            Value::from(cut)
        }
        other => other,
    }
}

fn names_a_secret(key: &str) -> bool {
    let words = words(key);
    if PUBLIC.contains(&words.join("_").as_str()) {
        return false;
    }
    let is_secret = |word: &String| {
        let singular = word.strip_suffix('s').unwrap_or(word);
        WORDS.contains(&word.as_str()) || WORDS.contains(&singular)
    };
    let runs_together = || {
        let joined = words.concat();
        ["password", "passphrase", "secret", "apikey", "privatekey", "accesstoken", "refreshtoken"]
            .iter()
            .any(|part| joined.contains(part))
    };
    words.iter().any(is_secret)
        || words.windows(2).any(|pair| {
            matches!(pair, [first, second]
                if PAIRS.contains(&(first.as_str(), second.strip_suffix('s').unwrap_or(second))))
        })
        || runs_together()
}

/// `apiKey`, `api_key`, `API-Key` -> `api`, `key`.
fn words(key: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    let mut word = String::new();
    let mut before_is_lower = false;
    for character in key.chars() {
        let begins = character.is_uppercase() && before_is_lower;
        if (begins || !character.is_alphanumeric()) && !word.is_empty() {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphanumeric() {
            word.extend(character.to_lowercase());
        }
        before_is_lower = character.is_lowercase() || character.is_numeric();
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

/// A password's hash, a signed token, a key in PEM, or an API key by its prefix.
fn looks_secret(text: &str) -> bool {
    let is_jwt = text.starts_with("eyJ") && text.split('.').count() >= 3;
    let begins = ["$argon2", "$2a$", "$2b$", "sk_live_", "sk_test_", "whsec_", "SG.", "Bearer ", "otpauth://"];
    is_jwt || begins.iter().any(|prefix| text.starts_with(prefix)) || text.contains("PRIVATE KEY-----")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    #[test]
    fn keys_that_name_a_secret_lose_their_value() {
        for key in [
            "password",
            "new_password",
            "newPassword",
            "PASSWORD",
            "token",
            "access_token",
            "refreshToken",
            "token_hash",
            "hash",
            "client_secret",
            "secrets",
            "code",
            "recovery_codes",
            "recoveryCodes",
            "api_key",
            "apiKey",
            "API-Key",
            "privatekey",
            "totp",
            "otp",
            "session.token",
            "Authorization",
            "set-cookie",
            "card_number",
            "cvc",
            "userpassword",
            "pin",
        ] {
            let out = strip(json!({ key: "x", "deep": [{ key: {"inner": 7} }] })).to_string();
            assert_eq!(out.matches(REMOVED).count(), 2, "{key}: {out}");
            assert!(!out.contains("\"x\"") && !out.contains('7'), "{key}: {out}");
        }
    }

    #[test]
    fn others_keep_theirs() {
        for key in [
            "postcode",
            "name",
            "email",
            "role",
            "keyboard",
            "country_code",
            "encoded",
            "shipping",
            "opinion",
            "key_id",
        ] {
            let value = json!({ key: "x" });
            assert_eq!(strip(value.clone()), value);
        }
        // That there is a password is no secret.
        assert_eq!(strip(json!({"password": true, "token": null})), json!({"password": true, "token": null}));
    }

    #[test]
    fn texts_that_look_like_secrets_are_removed_under_any_key() {
        for text in [
            "$argon2id$v=19$m=19456,t=2,p=1$abc$def",
            "eyJhbGciOiJSUzI1NiJ9.e30.c2ln",
            "Bearer abc",
            "-----BEGIN RSA PRIVATE KEY-----\nMII",
        ] {
            assert_eq!(strip(json!({"note": text})), json!({"note": REMOVED}));
        }
    }

    #[test]
    fn what_is_long_is_cut() {
        let out = strip(json!({"body": "a".repeat(5_000)}));
        assert_eq!(out["body"].as_str().unwrap().chars().count(), TEXT_MAX + 1);
        let out = strip(json!({"rows": vec!["abcdefgh"; 10_000]}));
        assert!(out["left_out_bytes"].as_u64().unwrap() > 32_000);
    }

    proptest! {
        #[test]
        fn nothing_under_a_secret_key_comes_through(prefix in "[a-z]{0,6}", at in 0..WORDS.len(), value in "needle[0-9]{1,9}") {
            let key = format!("{prefix}_{}", WORDS[at]);
            prop_assume!(!PUBLIC.contains(&key.as_str()));
            let out = strip(json!({ "a": [{ key: [value.clone()] }] })).to_string();
            prop_assert!(!out.contains(&value), "{}", out);
        }
    }
}
