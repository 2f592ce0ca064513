//! Is this text a value, or does it stand for one that comes from elsewhere?
//!
//! Used where a value itself must not travel: whether `DB_PASSWORD` is given a password can be
//! told without keeping the password.

use serde::Serialize;

/// Longer texts are looked at up to here.
const MAX_LOOK_BYTES: usize = 4_096;

/// Schemes and prefixes of references to secret stores.
const STORES: [&str; 18] = [
    "arn:aws:",
    "vault:",
    "vault://",
    "op://",
    "ref+",
    "sm://",
    "awssm://",
    "gcpsm://",
    "azurekeyvault://",
    "secretmanager:",
    "secretsmanager:",
    "keyvault:",
    "@microsoft.keyvault(",
    "projects/",
    "env:",
    "file:",
    "k8s:",
    "sops:",
];

/// Words that say that there is no value.
const NO_VALUE: [&str; 22] = [
    "none",
    "null",
    "nil",
    "undefined",
    "todo",
    "tbd",
    "unset",
    "unused",
    "n/a",
    "na",
    "dummy",
    "placeholder",
    "redacted",
    "removed",
    "replaceme",
    "replace_me",
    "replace-me",
    "fill_me_in",
    "fillme",
    "set-me",
    "set_me",
    "setme",
];

const FLAGS: [&str; 12] = [
    "true", "false", "yes", "no", "on", "off", "enabled", "disabled", "enable", "disable",
    "required", "optional",
];

/// What kind of value a text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ValueKind {
    /// Nothing but white space.
    Empty,
    /// A variable, a template, a path, a URL without credentials, a name in a secret store.
    Reference,
    /// Says that somebody shall put a value here.
    Placeholder,
    /// Ciphertext of a known tool.
    Encrypted,
    /// A public certificate or key.
    Certificate,
    /// `true`, `off`, …
    Flag,
    /// A number, maybe with a unit: `30`, `15m`.
    Number,
    /// Anything else: the value itself.
    Text,
}

impl ValueKind {
    /// Looks at the value that `name` is given. One that spells the name out, as
    /// `DB_PASSWORD: DB_PASSWORD_VAL`, is a mark for a script that puts the value in.
    pub fn of_named(name: &str, text: &str) -> Self {
        match Self::of(text) {
            Self::Text if spells(name, text.trim()) => Self::Placeholder,
            kind => kind,
        }
    }

    /// Looks at a text.
    pub fn of(text: &str) -> Self {
        let mut end = text.len().min(MAX_LOOK_BYTES);
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        let text = text[..end].trim();
        let lower = text.to_lowercase();
        if text.is_empty() {
            Self::Empty
        } else if is_encrypted(text) {
            Self::Encrypted
        } else if is_public(text) {
            Self::Certificate
        } else if is_placeholder(text, &lower) {
            Self::Placeholder
        } else if is_reference(text, &lower) {
            Self::Reference
        } else if FLAGS.contains(&lower.as_str()) {
            Self::Flag
        } else if is_number(&lower) {
            Self::Number
        } else {
            Self::Text
        }
    }
}

/// Only names of several words: `PASSWORD: PASSWORD_1` may be meant.
fn spells(name: &str, text: &str) -> bool {
    let loud = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    let rest = text.strip_prefix(name).or_else(|| text.strip_suffix(name));
    name.contains('_')
        && text.chars().all(loud)
        && rest.is_some_and(|r| r.is_empty() || r.starts_with('_') || r.ends_with('_'))
}

fn is_encrypted(text: &str) -> bool {
    let marks = ["ENC[", "vault:v1:", "$ANSIBLE_VAULT", "-----BEGIN AGE ENCRYPTED"];
    marks.iter().any(|mark| text.starts_with(mark)) || text.starts_with("-----BEGIN PGP MESSAGE")
}

fn is_public(text: &str) -> bool {
    let public = ["-----BEGIN CERTIFICATE", "-----BEGIN PUBLIC KEY", "-----BEGIN TRUSTED CERT"];
    public.iter().any(|mark| text.contains(mark)) && !text.contains("PRIVATE KEY")
        || ["ssh-rsa ", "ssh-ed25519 "].iter().any(|mark| text.starts_with(mark))
}

fn is_placeholder(text: &str, lower: &str) -> bool {
    let between = |open: &str, close: &str| {
        text.len() > open.len() + close.len() && text.starts_with(open) && text.ends_with(close)
    };
    let name = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    let wrapped = |mark: &str| between(mark, mark) && text.trim_matches('_').chars().all(name);
    let percent = between("%", "%") && text.trim_matches('%').chars().all(name);
    let at = between("@", "@") && text.trim_matches('@').chars().all(name);
    between("<", ">")
        || between("[", "]")
        || wrapped("__")
        || percent
        || at
        || text.chars().all(|c| matches!(c, '*' | 'x' | 'X' | '.' | '-' | '…'))
        || NO_VALUE.contains(&lower)
        || ["your-", "your_", "replace-with", "replace_with", "insert-", "insert_"]
            .iter()
            .any(|start| lower.starts_with(start))
}

fn is_reference(text: &str, lower: &str) -> bool {
    if ["${", "$(", "{{", "<%", "<path:"].iter().any(|mark| text.contains(mark)) {
        return true;
    }
    let word = |text: &str| text.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
    if text.strip_prefix('$').is_some_and(|name| word(name) && !name.starts_with(char::is_numeric))
        || STORES.iter().any(|store| lower.starts_with(store))
    {
        return true;
    }
    if let Some((scheme, rest)) = text.split_once("://") {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or("");
        return word(scheme) && !authority.contains('@') && !text.contains(char::is_whitespace);
    }
    let path = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let rooted = ["/", "./", "../", "~/"].iter().any(|root| text.starts_with(root));
    rooted && text.trim_start_matches('~').chars().all(path)
}

fn is_number(lower: &str) -> bool {
    let digits = lower.trim_start_matches(['-', '+']);
    let end = digits.find(|c: char| !c.is_ascii_digit() && c != '.' && c != '_');
    let (number, unit) = digits.split_at(end.unwrap_or(digits.len()));
    let units = ["", "ms", "s", "m", "h", "d", "k", "kb", "mb", "gb", "ki", "mi", "gi", "%"];
    number.starts_with(|c: char| c.is_ascii_digit()) && units.contains(&unit)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_told_from_what_stands_for_them() {
        for (kind, texts) in [
            (ValueKind::Empty, &["", "  "][..]),
            (
                ValueKind::Reference,
                &[
                    "$TOKEN",
                    "${TOKEN}",
                    "$(TOKEN)",
                    "{{ .token }}",
                    "/run/secrets/db",
                    "~/.ssh/id_rsa",
                    "https://auth.example.com/token",
                    "arn:aws:secretsmanager:eu-west-1:1:secret:x",
                    "vault:secret/data/x#y",
                    "op://vault/item/field",
                ],
            ),
            (
                ValueKind::Placeholder,
                &[
                    "<token>",
                    "[PAD]",
                    "__TOKEN__",
                    "%TOKEN%",
                    "****",
                    "xxx",
                    "TODO",
                    "your-api-key",
                ],
            ),
            (ValueKind::Encrypted, &["ENC[AES256_GCM,data:x]", "vault:v1:abc"]),
            (ValueKind::Certificate, &["-----BEGIN CERTIFICATE-----\nMII"]),
            (ValueKind::Flag, &["true", "No", "disabled"]),
            (ValueKind::Number, &["4096", "1.5", "15m", "30s", "-1"]),
            (
                ValueKind::Text,
                &[
                    "hunter2",
                    "changeme",
                    "pa$$word",
                    "postgres://app:pw@db/app",
                    "-----BEGIN RSA PRIVATE KEY-----",
                    "-----BEGIN CERTIFICATE-----\n-----BEGIN PRIVATE KEY-----",
                    "a/b+c==",
                    "12345abc",
                    "two words",
                ],
            ),
        ] {
            for text in texts {
                assert_eq!(ValueKind::of(text), kind, "{text}");
            }
        }
        ValueKind::of(&"é".repeat(4_000));
    }

    #[test]
    fn a_value_that_spells_its_name_stands_for_another() {
        for (name, text, kind) in [
            ("DB_PASSWORD", "DB_PASSWORD", ValueKind::Placeholder),
            ("GOOGLE_API_KEY", "GOOGLE_API_KEY_VAL", ValueKind::Placeholder),
            ("API_TOKEN", "REPLACE_API_TOKEN", ValueKind::Placeholder),
            ("PASSWORD", "PASSWORD_1", ValueKind::Text),
            ("DB_PASSWORD", "DB_PASSWORD1", ValueKind::Text),
            ("DB_PASSWORD", "db_password", ValueKind::Text),
            ("API_TOKEN", "API_TOKEN_x8Kq", ValueKind::Text),
        ] {
            assert_eq!(ValueKind::of_named(name, text), kind, "{name}: {text}");
        }
    }
}
