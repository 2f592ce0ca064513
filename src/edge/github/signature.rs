//! Did GitHub send this? `X-Hub-Signature-256` over the raw body, judged before anything is
//! parsed.

use hmac::{Hmac, KeyInit, Mac};
use secrecy::{ExposeSecret, SecretString};
use sha2::Sha256;

/// Why a body is not believed. The caller answers 401 to each and tells nobody more.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SignatureError {
    /// No header.
    #[error("the X-Hub-Signature-256 header is missing")]
    Missing,
    /// The header is not `sha256=` and 64 hexadecimal digits.
    #[error("the X-Hub-Signature-256 header is malformed")]
    Malformed,
    /// Signed with none of our secrets, or the body was changed.
    #[error("the signature matches none of the webhook secrets")]
    Mismatch,
}

/// Verifies the header's value over the raw body; while secrets rotate, any of them may have
/// signed.
///
/// Takes the same time whichever byte differs and whichever secret signed. An empty secret never
/// matches: anybody can sign with it.
pub fn verify(
    secrets: &[SecretString],
    header: Option<&[u8]>,
    body: &[u8],
) -> Result<(), SignatureError> {
    let header = header.ok_or(SignatureError::Missing)?;
    let digits = header.strip_prefix(b"sha256=").ok_or(SignatureError::Malformed)?;
    let mut claimed = [0_u8; 32];
    hex::decode_to_slice(digits, &mut claimed).map_err(|_| SignatureError::Malformed)?;
    let matched = secrets.iter().fold(false, |matched, secret| {
        let good = mac(secret, body).verify_slice(&claimed).is_ok();
        matched | (good & !secret.expose_secret().is_empty())
    });
    if matched { Ok(()) } else { Err(SignatureError::Mismatch) }
}

/// The header's value for a body, as GitHub would send it; tests and the demo play GitHub.
pub fn sign(secret: &SecretString, body: &[u8]) -> String {
    format!("sha256={}", hex::encode(mac(secret, body).finalize().into_bytes()))
}

fn mac(secret: &SecretString, body: &[u8]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(secret.expose_secret().as_bytes())
        .expect("HMAC takes a key of any length");
    mac.update(body);
    mac
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const BODY: &[u8] = b"Hello, World!";
    const HEADER: &str = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17";

    fn secret() -> SecretString {
        SecretString::from("It's a Secret to Everybody")
    }

    #[test]
    fn githubs_published_vector_is_good() {
        // docs.github.com, "Validating webhook deliveries", read 2026-11.
        assert_eq!(verify(&[secret()], Some(HEADER.as_bytes()), BODY), Ok(()));
        assert_eq!(sign(&secret(), BODY), HEADER);
    }

    #[test]
    fn either_secret_may_sign_while_they_rotate() {
        let new = SecretString::from("new");
        for secrets in [[secret(), new.clone()], [new.clone(), secret()]] {
            assert_eq!(verify(&secrets, Some(HEADER.as_bytes()), BODY), Ok(()));
        }
        assert_eq!(verify(&[new], Some(HEADER.as_bytes()), BODY), Err(SignatureError::Mismatch));
        assert_eq!(verify(&[], Some(HEADER.as_bytes()), BODY), Err(SignatureError::Mismatch));
    }

    #[test]
    fn an_empty_secret_never_matches() {
        let empty = SecretString::from("");
        let header = sign(&empty, BODY);
        let verdict = verify(&[empty], Some(header.as_bytes()), BODY);
        assert_eq!(verdict, Err(SignatureError::Mismatch));
    }

    #[test]
    fn hostile_headers_are_refused() {
        assert_eq!(verify(&[secret()], None, BODY), Err(SignatureError::Missing));
        let digits = &HEADER[7..];
        let long = format!("sha256={digits}00");
        let spaced = format!("sha256= {digits}");
        let twice = format!("{HEADER},{HEADER}");
        for bad in [
            "",
            "sha256",
            "sha256=",
            "sha1=00",
            digits,
            &long,
            &spaced,
            &twice,
            &HEADER[..70],
            "sha256=zz",
            "SHA256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17",
        ] {
            let verdict = verify(&[secret()], Some(bad.as_bytes()), BODY);
            assert_eq!(verdict, Err(SignatureError::Malformed), "{bad:?}");
        }
        let verdict = verify(&[secret()], Some(&[0xff; 71]), BODY);
        assert_eq!(verdict, Err(SignatureError::Malformed));
    }

    proptest! {
        #[test]
        fn what_was_signed_is_good_and_any_flipped_bit_is_not(
            key in ".{1,80}",
            body in proptest::collection::vec(any::<u8>(), 1..300),
            at in any::<prop::sample::Index>(),
            bit in 0_u8..8,
        ) {
            let key = SecretString::from(key);
            let header = sign(&key, &body);
            prop_assert_eq!(verify(std::slice::from_ref(&key), Some(header.as_bytes()), &body), Ok(()));
            let mut changed = body.clone();
            changed[at.index(body.len())] ^= 1 << bit;
            prop_assert!(verify(std::slice::from_ref(&key), Some(header.as_bytes()), &changed).is_err());
            let mut raw = hex::decode(&header[7..]).expect("hexadecimal");
            raw[at.index(32)] ^= 1 << bit;
            let forged = format!("sha256={}", hex::encode(raw));
            prop_assert!(verify(&[key], Some(forged.as_bytes()), &body).is_err());
        }

        #[test]
        fn no_header_makes_it_panic(header in proptest::collection::vec(any::<u8>(), 0..100)) {
            prop_assert!(verify(&[secret()], Some(&header), BODY).is_err());
        }
    }
}
