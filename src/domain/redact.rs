//! Which words must nobody read? Credentials, wherever they turn up: in logs, errors, rows.
//!
//! Two nets: shapes (GitHub's tokens of any length, JWTs, private keys, passwords in addresses,
//! bearer headers) and the very values that the operator gave us. Whoever prints something that
//! may quote others sends it through here; what is found becomes [`MARK`].

use std::borrow::Cow;

/// Stands where a secret stood.
pub const MARK: &str = "[redacted]";

/// Prefixes of GitHub's tokens (docs.github.com, "GitHub's token formats", 2026-11): what follows
/// has 36 characters or, since 2026, about 520 with dots in it.
const TOKENS: &[&str] = &["ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_"];

/// What follows a token's prefix is longer than any word that only looks like one.
const SHORTEST_TOKEN: usize = 16;

/// A secret shorter than this is not looked for by its value: it would hide half of every log.
const SHORTEST_KNOWN: usize = 6;

/// Replaces what has a credential's shape.
pub fn redact(text: &str) -> Cow<'_, str> {
    let mut out: Option<String> = None;
    let (mut from, mut at) = (0, 0);
    while at < text.len() {
        if let Some((start, end)) = secret_at(text, at) {
            let out = out.get_or_insert_with(|| String::with_capacity(text.len()));
            out.push_str(&text[from..start]);
            out.push_str(MARK);
            (from, at) = (end, end);
        } else {
            at += 1;
        }
    }
    match out {
        None => Cow::Borrowed(text),
        Some(mut out) => {
            out.push_str(&text[from..]);
            Cow::Owned(out)
        }
    }
}

/// Shapes, and the operator's own secrets by their values.
#[derive(Clone, Default)]
pub struct Redactor {
    known: Vec<String>,
}

impl Redactor {
    /// Looks for these values, too; one that is too short to be a secret is passed over. Of a text
    /// of many lines (a private key) each line counts.
    pub fn new<'a>(secrets: impl IntoIterator<Item = &'a str>) -> Self {
        let lines = secrets.into_iter().flat_map(str::lines).map(str::trim);
        let long = lines.filter(|line| line.len() >= SHORTEST_KNOWN && !line.starts_with("-----"));
        let mut known: Vec<String> = long.map(str::to_owned).collect();
        // The longest first: one may be part of another.
        known.sort_by_key(|value| std::cmp::Reverse(value.len()));
        known.dedup();
        Self { known }
    }

    /// The text without secrets.
    pub fn redact<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut out = redact(text);
        for value in self.known.iter().filter(|value| text.contains(value.as_str())) {
            out = Cow::Owned(out.replace(value.as_str(), MARK));
        }
        out
    }
}

impl std::fmt::Debug for Redactor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redactor").field("known", &self.known.len()).finish()
    }
}

/// The secret that announces itself at byte `at`: from where to where it reaches. Every sign
/// begins with an ASCII character, so all places are between characters.
fn secret_at(text: &str, at: usize) -> Option<(usize, usize)> {
    let rest = text.as_bytes().get(at..)?;
    match rest.first()? {
        b'g' => {
            let prefix = TOKENS.iter().find(|prefix| rest.starts_with(prefix.as_bytes()))?;
            let end = at + prefix.len() + run(&rest[prefix.len()..], is_token);
            (end - at >= prefix.len() + SHORTEST_TOKEN).then_some((at, end))
        }
        b'e' if rest.starts_with(b"eyJ") => {
            let length = run(rest, |b| is_token(b) || b == b'=');
            let dots = rest[..length].iter().filter(|b| **b == b'.').count();
            (dots >= 2 && length >= 3 * SHORTEST_TOKEN).then_some((at, at + length))
        }
        b'B' | b'b' => {
            let scheme = rest.get(..7)?;
            scheme.eq_ignore_ascii_case(b"bearer ").then_some(())?;
            let length = run(&rest[7..], |b| b.is_ascii_graphic() && !b"\"'\\,;)]}<>".contains(&b));
            (length >= SHORTEST_TOKEN).then_some((at + 7, at + 7 + length))
        }
        b'-' if rest.starts_with(b"-----BEGIN ") => {
            let head = text[at..].find("PRIVATE KEY-----").filter(|head| *head < 40)?;
            let tail = &text[at + head + 16..];
            let end = tail.find("PRIVATE KEY-----").map_or(tail.len(), |end| end + 16);
            Some((at, at + head + 16 + end))
        }
        b':' if rest.starts_with(b"://") => {
            let authority = run(&rest[3..], |b| b.is_ascii_graphic() && !b"/\"'<>".contains(&b));
            let authority = &rest[3..3 + authority];
            let sign = authority.iter().rposition(|b| *b == b'@')?;
            let colon = authority[..sign].iter().position(|b| *b == b':')?;
            (colon + 1 < sign).then_some((at + 3 + colon + 1, at + 3 + sign))
        }
        _ => None,
    }
}

fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"_-.".contains(&byte)
}

/// How many bytes at the beginning are so.
fn run(bytes: &[u8], so: impl Fn(u8) -> bool) -> usize {
    bytes.iter().position(|byte| !so(*byte)).unwrap_or(bytes.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_of_any_length_go() {
        let long = format!("ghs_424242_{}.{}.{}", "a".repeat(36), "b".repeat(290), "c".repeat(172));
        assert_eq!(long.len(), 511);
        let classic = format!("ghp_{}", "x".repeat(36));
        let fine = format!("github_pat_{}", "A1_".repeat(27));
        let jwt = format!("eyJhbGciOiJSUzI1NiJ9.{}.{}", "q".repeat(40), "-_".repeat(40));
        for secret in [&long, &classic, &fine, &jwt] {
            for text in [format!("a {secret} b"), format!("\"{secret}\""), format!("x={secret}")] {
                let said = redact(&text);
                assert!(said.contains(MARK) && !said.contains(&secret[12..40]), "{said}");
                assert_eq!(said.len(), text.len() - secret.len() + MARK.len());
            }
        }
    }

    #[test]
    fn keys_headers_and_passwords_go() {
        let key = "x -----BEGIN RSA PRIVATE KEY-----\\nMIIE\\n-----END RSA PRIVATE KEY----- y";
        assert_eq!(redact(key), "x [redacted] y");
        assert_eq!(redact("-----BEGIN PRIVATE KEY-----\nMIIE"), "[redacted]");
        let header = "{\"authorization\": \"Bearer abcdefghijklmnop.qrst\"}";
        assert_eq!(redact(header), "{\"authorization\": \"Bearer [redacted]\"}");
        let url =
            "postgres://way:hunter2@db.example/way?x=1 https://x-access-token:abc@github.com/";
        let said = "postgres://way:[redacted]@db.example/way?x=1 \
                    https://x-access-token:[redacted]@github.com/";
        assert_eq!(redact(url), said);
    }

    #[test]
    fn ordinary_words_stay() {
        for text in [
            "ghs_ is how a token begins",
            "highs_and_lows",
            "https://api.github.com/repos/a/b?x=a@b:c",
            "eyJust.a.word",
            "the bearer of bad news",
            "-----BEGIN CERTIFICATE-----",
            "é👀 — nothing at all",
            "",
        ] {
            assert_eq!(redact(text), text);
        }
    }

    #[test]
    fn what_the_operator_gave_goes_by_its_value() {
        let redactor = Redactor::new([
            "correct horse",
            "abc",
            "-----BEGIN X PRIVATE KEY-----\nMIIEow\n-----END X PRIVATE KEY-----",
        ]);
        assert_eq!(
            redactor.redact("a correct horse, MIIEow, abc"),
            "a [redacted], [redacted], abc"
        );
        assert_eq!(format!("{redactor:?}"), "Redactor { known: 2 }");
    }
}
