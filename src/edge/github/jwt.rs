//! How does the App prove who it is? A short-lived JWT signed with its private key.

use std::fmt;

use jsonwebtoken::{Algorithm, EncodingKey, Header};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;

use crate::domain::time::Timestamp;

/// The App's id and key.
#[derive(Clone)]
pub(super) struct AppKey {
    app_id: u64,
    key: EncodingKey,
}

#[derive(Serialize)]
struct Claims {
    iss: u64,
    iat: i64,
    exp: i64,
}

impl AppKey {
    /// Reads an RSA key in PEM form (PKCS#1 or PKCS#8). Line breaks written as `\n`, as some
    /// secret stores do to environment variables, are put back. Signs once, so that a bad key is
    /// found at the start and not at the first webhook.
    pub(super) fn read(app_id: u64, pem: &SecretString) -> Result<Self, String> {
        let pem = pem.expose_secret().replace("\\n", "\n");
        let pem = pem.trim();
        if !pem.starts_with("-----BEGIN") {
            return Err("it does not begin with -----BEGIN".to_owned());
        }
        let key = EncodingKey::from_rsa_pem(pem.as_bytes()).map_err(|e| e.to_string())?;
        let key = Self { app_id, key };
        key.sign(Timestamp(0))?;
        Ok(key)
    }

    /// A JWT that is good for nine minutes. It begins a minute in the past, because the clocks
    /// may differ; GitHub takes at most ten minutes ahead.
    pub(super) fn sign(&self, now: Timestamp) -> Result<SecretString, String> {
        let secs = now.as_secs();
        let claims = Claims { iss: self.app_id, iat: secs - 60, exp: secs + 9 * 60 };
        jsonwebtoken::encode(&Header::new(Algorithm::RS256), &claims, &self.key)
            .map(SecretString::from)
            .map_err(|e| e.to_string())
    }

    pub(super) fn app_id(&self) -> u64 {
        self.app_id
    }
}

impl fmt::Debug for AppKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("AppKey").field("app_id", &self.app_id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;

    use super::*;

    const PEM: &str = include_str!("../../../fixtures/github/test-app.pem");

    #[test]
    fn claims_are_what_github_takes() {
        let key = AppKey::read(7, &SecretString::from(PEM)).expect("good");
        let jwt = key.sign(Timestamp::from_secs(1_000_000)).expect("signed");
        let part = |i| {
            let text = jwt.expose_secret().split('.').nth(i).expect("three parts");
            let raw =
                base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).expect("base64");
            serde_json::from_slice::<serde_json::Value>(&raw).expect("JSON")
        };
        assert_eq!(part(0)["alg"], "RS256");
        assert_eq!(part(1), serde_json::json!({"iss": 7, "iat": 999_940, "exp": 1_000_540}));
        assert_eq!(format!("{key:?}"), "AppKey { app_id: 7, .. }");
    }

    #[test]
    fn one_line_keys_are_mended_and_wrong_ones_refused() {
        let flat = PEM.replace('\n', "\\n");
        assert!(AppKey::read(7, &SecretString::from(flat)).is_ok());
        let certificate = "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----";
        let cut = &PEM[..PEM.len() / 2];
        for bad in ["", "secret", certificate, cut, "-----BEGIN RSA PRIVATE KEY-----"] {
            let error = AppKey::read(7, &SecretString::from(bad)).expect_err("refused");
            assert!(!error.contains("MII"), "{error}");
        }
    }
}
