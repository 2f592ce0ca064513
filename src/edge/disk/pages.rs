//! Pages that were made are written to a folder.

use std::path::Path;
use std::{fs, io};

/// Writes each page at its path below `folder`; other files there are left alone. Fails with the
/// file's name.
pub fn write_pages(folder: &Path, pages: &[(String, String)]) -> io::Result<()> {
    for (path, text) in pages {
        let file = folder.join(path);
        let named =
            |error: io::Error| io::Error::new(error.kind(), format!("{}: {error}", file.display()));
        if let Some(parent) = file.parent() {
            fs::create_dir_all(parent).map_err(named)?;
        }
        fs::write(&file, text).map_err(named)?;
    }
    Ok(())
}
