//! Who calls `/api/v1`? A bearer token of ours (`WAYMARK_API_TOKENS`), good for one account.
//!
//! Tokens are kept as SHA-256 and compared in constant time, all of them each time: neither the
//! time nor the answer tells which one was nearly right.

use std::sync::Arc;

use axum::Json;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use secrecy::ExposeSecret;
use serde_json::json;
use sha2::{Digest, Sha256};

use crate::config::ApiToken;

/// The tokens that open the API. Cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Bearers(Arc<[Known]>);

struct Known {
    account: String,
    digest: [u8; 32],
}

/// Somebody who showed a good token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Caller {
    account: String,
}

/// Nobody was let in; both look the same from outside but for the words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refused {
    /// No `Authorization: Bearer …`.
    Missing,
    /// One that is not ours.
    Unknown,
}

impl Bearers {
    /// Of the settings.
    pub(crate) fn new(tokens: &[ApiToken]) -> Self {
        let known = |token: &ApiToken| Known {
            account: token.account.clone(),
            digest: token.digest.unwrap_or_else(|| digest(token.secret.expose_secret().as_bytes())),
        };
        Self(tokens.iter().map(known).collect())
    }

    /// Who sends these headers.
    pub(crate) fn caller(&self, headers: &HeaderMap) -> Result<Caller, Refused> {
        let given = headers.get(header::AUTHORIZATION).ok_or(Refused::Missing)?.as_bytes();
        let (scheme, token) = given.split_at_checked(7).ok_or(Refused::Missing)?;
        if !scheme.eq_ignore_ascii_case(b"bearer ") {
            return Err(Refused::Missing);
        }
        let given = digest(token.trim_ascii());
        let mut found = None;
        for known in self.0.iter() {
            if equal(&known.digest, &given) {
                found = Some(known.account.clone());
            }
        }
        found.map(|account| Caller { account }).ok_or(Refused::Unknown)
    }
}

impl Caller {
    /// Whether it may ask about what belongs to this organisation or user.
    pub(crate) fn may(&self, owner: &str) -> bool {
        self.account == "*" || self.account.eq_ignore_ascii_case(owner)
    }

    /// The one account that it may ask about; `None`: every one.
    pub(crate) fn account(&self) -> Option<&str> {
        (self.account != "*").then_some(self.account.as_str())
    }
}

impl IntoResponse for Refused {
    fn into_response(self) -> Response {
        let error = match self {
            Self::Missing => "send `Authorization: Bearer <token>`",
            Self::Unknown => "the token is not known; the operator sets WAYMARK_API_TOKENS",
        };
        let challenge = [(header::WWW_AUTHENTICATE, "Bearer realm=\"waymark\"")];
        (StatusCode::UNAUTHORIZED, challenge, Json(json!({ "error": error }))).into_response()
    }
}

fn digest(text: &[u8]) -> [u8; 32] {
    Sha256::digest(text).into()
}

/// Looks at every byte, whichever differs.
fn equal(a: &[u8; 32], b: &[u8; 32]) -> bool {
    a.iter().zip(b).fold(0, |differ, (a, b)| differ | (a ^ b)) == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bearers(tokens: &[&str]) -> Bearers {
        let read = |text: &&str| ApiToken::parse(text).expect("whole");
        Bearers::new(&tokens.iter().map(read).collect::<Vec<_>>())
    }

    fn with(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::AUTHORIZATION, value.parse().expect("plain"));
        headers
    }

    const LONG: &str = "wm_0123456789abcdef0123456789";

    #[test]
    fn a_token_opens_its_own_account_only() {
        let hashed =
            format!("other=sha256:{}", hex::encode(digest(b"another long token of 32 chars")));
        let bearers = bearers(&[&format!("acme={LONG}"), &hashed]);
        let caller = bearers.caller(&with(&format!("Bearer {LONG}"))).expect("known");
        assert!(caller.may("ACME") && !caller.may("other"));
        assert_eq!(caller.account(), Some("acme"));
        let hashed = bearers.caller(&with("bearer another long token of 32 chars")).expect("known");
        assert!(hashed.may("other") && !hashed.may("acme"));
        let all = super::tests::bearers(&[&format!("*={LONG}")]);
        let caller = all.caller(&with(&format!("Bearer {LONG}"))).expect("known");
        assert!(caller.may("anybody") && caller.account().is_none());
    }

    #[test]
    fn everybody_else_stays_outside() {
        let bearers = bearers(&[&format!("acme={LONG}")]);
        assert_eq!(bearers.caller(&HeaderMap::new()), Err(Refused::Missing));
        for other in ["", "Bearer", "Basic abc", LONG] {
            assert_eq!(bearers.caller(&with(other)), Err(Refused::Missing), "{other}");
        }
        for wrong in ["Bearer ", "Bearer x", &format!("Bearer {LONG}x"), "Bearer sha256:00"] {
            assert_eq!(bearers.caller(&with(wrong)), Err(Refused::Unknown), "{wrong}");
        }
        assert_eq!(Bearers::default().caller(&with("Bearer ")), Err(Refused::Unknown));
    }
}
