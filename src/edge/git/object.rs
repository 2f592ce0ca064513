//! What would Git call these bytes?

use sha1::{Digest, Sha1};
use sha2::Sha256;

use crate::domain::ids::Sha;

/// How a repository names its objects.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ObjectFormat {
    /// 40 digits; nearly every repository.
    Sha1,
    /// 64 digits.
    Sha256,
}

impl ObjectFormat {
    /// The object name of a blob with this content.
    pub fn blob(self, content: &[u8]) -> Sha {
        let header = format!("blob {}\0", content.len());
        let hex = match self {
            Self::Sha1 => {
                hex::encode(Sha1::new().chain_update(header).chain_update(content).finalize())
            }
            Self::Sha256 => {
                hex::encode(Sha256::new().chain_update(header).chain_update(content).finalize())
            }
        };
        Sha::parse(&hex).expect("a digest has 40 or 64 hexadecimal digits")
    }

    /// The object name of a file's blob, given that of the blob before: line ends that differ
    /// only because Git turned LF into CRLF on checkout (`core.autocrlf`, `eol=crlf`) do not count.
    pub fn blob_after(self, content: &[u8], before: Option<&Sha>) -> Sha {
        let plain = self.blob(content);
        if before.is_none_or(|before| *before == plain) || !content.contains(&b'\r') {
            return plain;
        }
        let unix = self.blob(&without_carriage_returns(content));
        if before == Some(&unix) { unix } else { plain }
    }
}

fn without_carriage_returns(content: &[u8]) -> Vec<u8> {
    let next = content.iter().skip(1).map(Some).chain([None]);
    let kept =
        content.iter().zip(next).filter(|(c, next)| !(**c == b'\r' && *next == Some(&b'\n')));
    kept.map(|(c, _)| *c).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_git_hash_object() {
        let hello = |format: ObjectFormat| format.blob(b"hello\n").to_string();
        assert_eq!(hello(ObjectFormat::Sha1), "ce013625030ba8dba906f756967f9e9ca394464a");
        assert_eq!(
            hello(ObjectFormat::Sha256),
            "2cf8d83d9ee29543b34a87727421fdecb7e3f3a183d337639025de576db9ebb4"
        );
    }

    #[test]
    fn only_line_ends_of_the_checkout_are_forgiven() {
        let format = ObjectFormat::Sha1;
        let before = format.blob(b"a\nb\r\n");
        let unix = format.blob(b"a\nb\n");
        assert_eq!(format.blob_after(b"a\nb\r\n", Some(&before)), before);
        assert_eq!(format.blob_after(b"a\r\nb\r\n", Some(&unix)), unix);
        assert_eq!(format.blob_after(b"a\r\nc\r\n", Some(&unix)), format.blob(b"a\r\nc\r\n"));
        assert_eq!(without_carriage_returns(b"\r\r\n\n\r"), b"\r\n\n\r");
    }
}
