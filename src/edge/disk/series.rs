//! Which histories lie in a folder? Comma-separated values, packed or not. And where does the
//! drawing of what they gave go?

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

/// One file's text, unpacked; more is a mistake.
const MAX_BYTES: u64 = 256 * 1024 * 1024;

/// Every `*.csv` and `*.csv.gz` of a folder, by name without these endings.
pub fn read_series(folder: &Path) -> io::Result<Vec<(String, String)>> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        let Some(file) = path.file_name().and_then(|name| name.to_str()) else { continue };
        let packed = file.strip_suffix(".csv.gz");
        let Some(name) = packed.or_else(|| file.strip_suffix(".csv")) else { continue };
        let named = |e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", path.display()));
        let bytes = File::open(&path).map_err(named)?;
        let mut text = String::new();
        let read = if packed.is_some() {
            flate2::read::GzDecoder::new(bytes).take(MAX_BYTES).read_to_string(&mut text)
        } else {
            bytes.take(MAX_BYTES).read_to_string(&mut text)
        };
        read.map_err(named)?;
        found.push((name.to_owned(), text));
    }
    found.sort();
    Ok(found)
}

/// Writes a drawing; a file that is there is replaced, because somebody named it.
pub fn write_drawing(file: &Path, text: &str) -> io::Result<()> {
    std::fs::write(file, text)
}
