//! An authenticator in software: makes one passkey and signs with it, so that the ops are tried with real signatures.

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use guildhall_types::factors::Ceremony;
use p256::ecdsa::{Signature, SigningKey, signature::Signer};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::stage::ORIGIN;

/// User present and verified.
const PRESENT: u8 = 0x05;
const ATTESTED: u8 = 0x40;

pub struct Authenticator {
    key: SigningKey,
    id: Vec<u8>,
    pub counter: u32,
    /// Whom the passkey belongs to, as the site said.
    pub owner: Option<String>,
    pub origin: String,
    pub flags: u8,
}

fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl Authenticator {
    pub fn new(seed: u8) -> Self {
        Self {
            key: SigningKey::from_slice(&[seed; 32]).unwrap(),
            id: vec![seed; 16],
            counter: 0,
            owner: None,
            origin: ORIGIN.to_owned(),
            flags: PRESENT,
        }
    }

    fn client_data(&self, kind: &str, options: &Value) -> Vec<u8> {
        let challenge = &options["publicKey"]["challenge"];
        json!({ "type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": false })
            .to_string()
            .into_bytes()
    }

    fn data(&self, flags: u8) -> Vec<u8> {
        let mut data = Sha256::digest(b"localhost").to_vec();
        data.push(flags);
        data.extend(self.counter.to_be_bytes());
        data
    }

    /// What `navigator.credentials.create` answers.
    pub fn create(&mut self, ceremony: &Ceremony) -> String {
        let options: Value = serde_json::from_str(&ceremony.options).unwrap();
        self.owner = options["publicKey"]["user"]["id"].as_str().map(ToOwned::to_owned);
        let mut data = self.data(self.flags | ATTESTED);
        data.extend([0; 16]);
        data.extend(u16::try_from(self.id.len()).unwrap().to_be_bytes());
        data.extend(&self.id);
        let point = self.key.verifying_key().to_sec1_point(false);
        let (x, y) = point.as_bytes()[1..].split_at(32);
        // COSE: key type EC2, ES256, curve P-256, x, y.
        data.extend([0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21, 0x58, 0x20]);
        data.extend(x);
        data.extend([0x22, 0x58, 0x20]);
        data.extend(y);
        // CBOR: {"fmt": "none", "attStmt": {}, "authData": …}.
        let mut object = vec![0xa3];
        object.extend(b"\x63fmt\x64none\x67attStmt\xa0\x68authData\x59");
        object.extend(u16::try_from(data.len()).unwrap().to_be_bytes());
        object.extend(data);
        json!({
            "id": encode(&self.id),
            "rawId": encode(&self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "attestationObject": encode(&object),
                "clientDataJSON": encode(&self.client_data("webauthn.create", &options)),
            },
        })
        .to_string()
    }

    /// What `navigator.credentials.get` answers.
    pub fn get(&mut self, ceremony: &Ceremony) -> String {
        self.counter += 1;
        let options: Value = serde_json::from_str(&ceremony.options).unwrap();
        let data = self.data(self.flags);
        let client_data = self.client_data("webauthn.get", &options);
        let mut signed = data.clone();
        signed.extend(Sha256::digest(&client_data));
        let signature: Signature = self.key.sign(&signed);
        json!({
            "id": encode(&self.id),
            "rawId": encode(&self.id),
            "type": "public-key",
            "clientExtensionResults": {},
            "response": {
                "authenticatorData": encode(&data),
                "clientDataJSON": encode(&client_data),
                "signature": encode(signature.to_der().as_bytes()),
                "userHandle": self.owner,
            },
        })
        .to_string()
    }
}
