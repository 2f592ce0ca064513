//! Who may call us, and whom may we ask? Tokens of the API, and Prometheus.

use secrecy::SecretString;

use super::{Complaints, Source};

/// Shortest token: what is shorter can be guessed.
const SHORTEST: usize = 20;

/// A token of the API, and the account whose data it opens.
#[derive(Debug, Clone)]
pub struct ApiToken {
    /// Login of the organisation or user; `*` for all that the App is installed on.
    pub account: String,
    /// The token, when it was given as it is.
    pub secret: SecretString,
    /// Its SHA-256, when only that was given.
    pub digest: Option<[u8; 32]>,
}

impl ApiToken {
    /// Reads `acme=<token>` or `acme=sha256:<64 hexadecimal digits>`; the error is what follows
    /// the setting's name and shows nothing of the token.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (account, token) = text
            .split_once('=')
            .ok_or("must be `account=token`, several separated by commas or line ends")?;
        let (account, token) = (account.trim(), token.trim());
        let login = |c: u8| c.is_ascii_alphanumeric() || c == b'-' || c == b'_';
        if account != "*" && (account.is_empty() || !account.bytes().all(login)) {
            return Err("names an account that is no login (or `*` for all)".to_owned());
        }
        let digest = match token.strip_prefix("sha256:") {
            None => None,
            Some(digits) => Some(bytes(digits).ok_or_else(|| {
                format!("has a `sha256:` of `{account}` that is not 64 hexadecimal digits")
            })?),
        };
        if digest.is_none() && token.chars().count() < SHORTEST {
            return Err(format!(
                "has a token of `{account}` with fewer than {SHORTEST} characters"
            ));
        }
        Ok(Self { account: account.to_owned(), secret: token.to_owned().into(), digest })
    }
}

fn bytes(digits: &str) -> Option<[u8; 32]> {
    let mut found = [0; 32];
    if digits.len() != 64 || !digits.is_ascii() {
        return None;
    }
    for (i, byte) in found.iter_mut().enumerate() {
        *byte = u8::from_str_radix(&digits[2 * i..2 * i + 2], 16).ok()?;
    }
    Some(found)
}

/// Reads `WAYMARK_PROMETHEUS_TOKEN` alone, for the command line.
pub fn prometheus_token(mut source: Source) -> Result<Option<SecretString>, Complaints> {
    let token = source.optional_secret("WAYMARK_PROMETHEUS_TOKEN");
    let complaints = source.finish();
    match complaints.is_empty() {
        true => Ok(token.map(|token| SecretString::from(token.trim()))),
        false => Err(Complaints(complaints)),
    }
}

pub(super) fn read_tokens(source: &mut Source) -> Vec<ApiToken> {
    let text = source.optional_secret("WAYMARK_API_TOKENS").unwrap_or_default();
    let mut tokens = Vec::new();
    for entry in text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty()) {
        match ApiToken::parse(entry) {
            Ok(token) => tokens.push(token),
            Err(complaint) => source.complain("WAYMARK_API_TOKENS", &complaint),
        }
    }
    tokens
}

pub(super) fn read_prometheus(source: &mut Source) -> Vec<String> {
    let text = source.optional("WAYMARK_PROMETHEUS").unwrap_or_default();
    let bases: Vec<String> = text
        .split([',', ' '])
        .map(|base| base.trim().trim_end_matches('/').to_owned())
        .filter(|base| !base.is_empty())
        .collect();
    let plain = |base: &str| {
        let host = base.strip_prefix("https://").or_else(|| base.strip_prefix("http://"));
        host.is_some_and(|host| !host.is_empty() && !host.contains(['@', '?', '#']))
    };
    if !bases.iter().all(|base| plain(base)) {
        source
            .complain("WAYMARK_PROMETHEUS", "must be addresses such as https://prometheus.example");
    }
    bases
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_wrong_is_said_without_the_token() {
        for (text, complaint) in [
            ("secret-secret-secret-secret", "must be `account=token`"),
            ("a b=secret-secret-secret-secret", "no login"),
            ("acme=short-secret", "fewer than 20"),
            ("acme=sha256:zz", "64 hexadecimal"),
        ] {
            let told = ApiToken::parse(text).expect_err("wrong");
            assert!(told.contains(complaint) && !told.contains("secret"), "{told}");
        }
        let token = ApiToken::parse("acme=secret-secret-secret-secret").expect("whole");
        assert!(!format!("{token:?}").contains("secret-secret"));
    }
}
