//! Whatever is done to a response at random, nothing comes of it but what was signed.

use proptest::prelude::*;

use super::*;

/// What happens to the text at one place.
#[derive(Clone, Debug)]
enum Change {
    Turn(u8),
    Insert(String),
    Remove(usize),
    /// A piece of the text itself, again, elsewhere.
    Copy(usize, usize),
}

fn changes() -> impl Strategy<Value = Vec<(usize, Change)>> {
    let pieces = prop_oneof![
        Just("<!-- x -->".to_owned()),
        Just("<?x?>".to_owned()),
        Just("<![CDATA[x]]>".to_owned()),
        Just("&#x41;".to_owned()),
        Just(" ID=\"_a1\"".to_owned()),
        Just("<saml:NameID>evil</saml:NameID>".to_owned()),
        Just(" xmlns:saml=\"urn:evil\"".to_owned()),
        Just(" xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\"".to_owned()),
        Just("\r\n".to_owned()),
        "[ -~]{1,8}",
    ];
    let change = prop_oneof![
        any::<u8>().prop_map(Change::Turn),
        pieces.prop_map(Change::Insert),
        (1_usize..60).prop_map(Change::Remove),
        (any::<usize>(), 1_usize..600).prop_map(|(from, length)| Change::Copy(from, length)),
    ];
    proptest::collection::vec((any::<usize>(), change), 1..4)
}

fn apply(text: &str, changes: &[(usize, Change)]) -> Vec<u8> {
    let mut bytes = text.as_bytes().to_vec();
    for (place, change) in changes {
        let place = place % bytes.len().max(1);
        match change {
            Change::Turn(by) => {
                if let Some(byte) = bytes.get_mut(place) {
                    *byte ^= by;
                }
            }
            Change::Insert(piece) => drop(bytes.splice(place..place, piece.bytes())),
            Change::Remove(length) => drop(bytes.drain(place..(place + length).min(bytes.len()))),
            Change::Copy(from, length) => {
                let from = from % bytes.len().max(1);
                let piece = bytes[from..(from + length).min(bytes.len())].to_vec();
                drop(bytes.splice(place..place, piece));
            }
        }
    }
    bytes
}

fn certificates() -> Vec<Certificate> {
    vec![Certificate::from_der(Idp::new().unwrap().certificate()).unwrap()]
}

fn open_bytes(bytes: &[u8]) -> Result<Assertion, Refusal> {
    let expected =
        Expected { issuer: ISSUER, certificates: &certificates(), entity_id: ENTITY, acs_url: ACS, key: &OURS.0 };
    open_response(&STANDARD.encode(bytes), &expected, now())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn a_mangled_response_gives_what_was_signed_or_nothing(signs in 0..3_usize, changes in changes()) {
        let signs = [Signs::Assertion, Signs::Response, Signs::Both][signs];
        let text = respond(&answer(signs, Forge::Nothing));
        let original = open(&text).unwrap();
        if let Ok(found) = open_bytes(&apply(&text, &changes)) {
            // Everything, and the very bytes that it was read from.
            prop_assert_eq!(found, original);
        }
    }

    #[test]
    fn a_mangled_encrypted_response_too(changes in changes()) {
        let mut answer = answer(Signs::Assertion, Forge::Nothing);
        answer.encrypt_for = Some(OURS.1.clone());
        let text = respond(&answer);
        let original = open(&text).unwrap();
        if let Ok(found) = open_bytes(&apply(&text, &changes)) {
            prop_assert_eq!(found, original);
        }
    }

    #[test]
    fn what_is_no_response_is_refused_without_a_stumble(text in "[<>/!?&;#a-z:=\"' \\[\\]\\-]{0,200}", bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        prop_assert!(open(&text).is_err());
        prop_assert!(open_bytes(&bytes).is_err());
        let expected = Expected { issuer: ISSUER, certificates: &[], entity_id: ENTITY, acs_url: ACS, key: &OURS.0 };
        prop_assert!(open_response(&text, &expected, now()).is_err());
        prop_assert!(Certificate::from_der(&bytes).is_none());
        prop_assert!(super::super::parse_metadata(&text, crate::net::Reach::Public, now()).is_err());
    }
}
