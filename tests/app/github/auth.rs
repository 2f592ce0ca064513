//! Who is calling, and what may they do? App JWTs are really verified; tokens are really narrowed.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::HeaderMap;
use jsonwebtoken::{Algorithm, DecodingKey, Validation};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::call::Reply;
use super::state::World;

pub const PRIVATE_KEY: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/github/test-app.pem"));
const PUBLIC_KEY: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/github/test-app.pub.pem"));

/// Permission name → `read`, `write` or `admin`.
pub type Permissions = BTreeMap<String, String>;

/// Builds permissions from pairs: `permissions(&[("checks", "write")])`; metadata:read is always there.
pub fn permissions(pairs: &[(&str, &str)]) -> Permissions {
    [("metadata", "read")]
        .iter()
        .chain(pairs)
        .map(|(k, v)| (k.to_string(), v.to_string()))
        .collect()
}

#[derive(Clone, Debug)]
pub struct Token {
    pub text: String,
    pub installation: u64,
    pub permissions: Permissions,
    /// None: every repository of the installation, also later ones.
    pub repos: Option<BTreeSet<u64>>,
    /// Unix seconds.
    pub expires: i64,
}

#[derive(Clone, Debug)]
pub enum Actor {
    App,
    Installation(Token),
    Nobody,
}

impl Actor {
    pub fn installation(&self) -> Option<u64> {
        match self {
            Actor::Installation(token) => Some(token.installation),
            _ => None,
        }
    }

    /// `have` is at least one of `wanted` (name, level).
    pub fn may(&self, wanted: &[(&str, &str)]) -> bool {
        let Actor::Installation(token) = self else { return false };
        wanted.iter().any(|(name, level)| {
            token.permissions.get(*name).is_some_and(|have| rank(have) >= rank(level))
        })
    }
}

impl Actor {
    pub fn has(&self, name: &str, level: &str) -> bool {
        self.may(&[(name, level)])
    }
}

/// read < write < admin; 0 for anything else.
pub fn rank(level: &str) -> u8 {
    ["read", "write", "admin"].iter().position(|known| *known == level).map_or(0, |at| at as u8 + 1)
}

/// The caller of a request, or the 401 that GitHub would answer. `Err` carries why, for the record.
pub fn identify(world: &World, headers: &HeaderMap) -> Result<Actor, (Reply, Option<String>)> {
    let refused = |why: String| Err((Reply::error(401, "Bad credentials"), Some(why)));
    let Some(header) = headers.get("authorization") else { return Ok(Actor::Nobody) };
    let text = header.to_str().unwrap_or_default();
    let Some((scheme, secret)) = text.split_once(' ') else {
        return refused("malformed Authorization header".into());
    };
    if !scheme.eq_ignore_ascii_case("bearer") && !scheme.eq_ignore_ascii_case("token") {
        return refused(format!("Authorization scheme {scheme}"));
    }
    if secret.starts_with("ghs_") {
        return match world.tokens.get(secret) {
            // An expired token may happen to anyone; the 401 alone is noticed by `assert_calm`.
            Some(token) if token.expires <= world.clock.now() => {
                Err((Reply::error(401, "Bad credentials"), None))
            }
            Some(token) => Ok(Actor::Installation(token.clone())),
            None => refused("a token that was never minted".into()),
        };
    }
    match verify_jwt(world, secret) {
        Ok(()) => Ok(Actor::App),
        Err(why) => {
            let reply = Reply::error(401, &format!("'{}' {}", why.0, why.1));
            Err((reply, Some(format!("App JWT: {} {}", why.0, why.1))))
        }
    }
}

fn verify_jwt(world: &World, jwt: &str) -> Result<(), (&'static str, String)> {
    let key = DecodingKey::from_rsa_pem(PUBLIC_KEY.as_bytes()).expect("the fixture is a key");
    let mut rules = Validation::new(Algorithm::RS256);
    // Times are judged by the fake's clock below, not by the machine's.
    rules.validate_exp = false;
    rules.required_spec_claims.clear();
    let claims = jsonwebtoken::decode::<Value>(jwt, &key, &rules)
        .map_err(|error| ("JWT", format!("could not be decoded: {error}")))?
        .claims;
    let now = world.clock.now();
    let issuer = claims["iss"].as_str().map(String::from).unwrap_or(claims["iss"].to_string());
    if issuer != world.app_id.to_string() && issuer != world.client_id {
        return Err(("Issuer", format!("claim ('iss') {issuer} is not this App")));
    }
    let time = |name: &str| claims[name].as_i64();
    let Some(issued) = time("iat") else {
        return Err(("Issued at", "claim ('iat') is missing".into()));
    };
    let Some(expires) = time("exp") else {
        return Err(("Expiration time", "claim ('exp') is missing".into()));
    };
    if issued > now {
        return Err(("Issued at", "claim ('iat') must be an Integer representing the past".into()));
    }
    if expires <= now {
        return Err(("Expiration time", "claim ('exp') must be in the future".into()));
    }
    if expires > now + 600 {
        return Err(("Expiration time", "claim ('exp') is too far in the future".into()));
    }
    Ok(())
}

/// The text of a new token: GitHub's long format of 2026 (`ghs_APPID_` and a JWT-like text with two
/// dots, about 520 characters), or the classic 40 characters.
pub fn mint(app_id: u64, serial: u64, classic: bool) -> String {
    let letters = |count: usize, salt: &str| -> String {
        let mut text = String::new();
        let mut round = 0;
        while text.len() < count {
            text += &hex::encode(Sha256::digest(format!("{serial}/{salt}/{round}")));
            round += 1;
        }
        text.truncate(count);
        text
    };
    if classic {
        return format!("ghs_{}", letters(36, "classic"));
    }
    let parts = [letters(36, "head"), letters(290, "claims"), letters(172, "signature")];
    format!("ghs_{app_id}_{}", parts.join("."))
}
