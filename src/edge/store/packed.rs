//! Long JSON, stored small.

use std::io::{Read, Write};

use flate2::Compression;
use flate2::read::ZlibDecoder;
use flate2::write::ZlibEncoder;

use super::error::StoreError;

/// Largest text that is read back, in bytes.
const MAX_TEXT: u64 = 128 * 1024 * 1024;

/// A text as it is stored; `None` when that would be more than `most` bytes.
pub(super) fn pack(text: &str, most: usize) -> Option<Vec<u8>> {
    let mut zlib = ZlibEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let bytes = zlib.write_all(text.as_bytes()).and_then(|()| zlib.finish());
    bytes.ok().filter(|bytes| bytes.len() <= most)
}

/// A text as it was given; `of` names it.
pub(super) fn unpack(bytes: &[u8], of: impl FnOnce() -> String) -> Result<String, StoreError> {
    let mut text = String::new();
    ZlibDecoder::new(bytes)
        .take(MAX_TEXT)
        .read_to_string(&mut text)
        .map_err(|e| StoreError::corrupt(of(), e))?;
    Ok(text)
}
