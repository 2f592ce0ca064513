//! How are long texts stored that repeat themselves? As zlib, which makes a tenth of them.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

/// Longest text that is read back, in bytes.
const MAX_TEXT_BYTES: u64 = 128 * 1024 * 1024;

/// Packs a text.
pub(super) fn pack(text: &str) -> Vec<u8> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail; nothing at all would be read back as corrupt.
    zlib.write_all(text.as_bytes()).and_then(|()| zlib.finish()).unwrap_or_default()
}

/// Reads it again; fails when it is no packed text.
pub(super) fn unpack(bytes: &[u8]) -> std::io::Result<String> {
    let mut text = String::new();
    ZlibDecoder::new(bytes).take(MAX_TEXT_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_comes_back_and_anything_else_is_no_text() {
        let text = "Containers do not run as root. ".repeat(1_000);
        let packed = pack(&text);
        assert!(packed.len() * 10 < text.len(), "{}", packed.len());
        assert_eq!(unpack(&packed).ok(), Some(text));
        for broken in [&b""[..], b"plain", &packed[..packed.len() / 2]] {
            assert!(unpack(broken).is_err());
        }
    }
}
