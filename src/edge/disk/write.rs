//! How do texts get into a folder without harming what is there?

use std::fs::{self, OpenOptions};
use std::io::{self, Write as _};
use std::path::{Component, Path, PathBuf};

use super::DiskError;

/// One file to be written.
#[derive(Debug, Clone, Copy)]
pub struct Write<'a> {
    /// Its path in the folder, `/`-separated.
    pub path: &'a str,
    /// The text it must have now; `None`: it must not be there. Somebody may have been faster.
    pub before: Option<&'a str>,
    /// The text it gets.
    pub after: &'a str,
    /// Whether a new file may be run; one that is there stays as it is.
    pub executable: bool,
}

/// Writes all files, or none when one of them cannot be: every place is looked at first. No link
/// is followed, no folder outside of `root` is touched, and a file is replaced in one step.
pub fn write_all(root: &Path, writes: &[Write<'_>]) -> Result<(), DiskError> {
    let places: Vec<PathBuf> =
        writes.iter().map(|write| place(root, write)).collect::<Result<_, _>>()?;
    for (write, place) in writes.iter().zip(&places) {
        put(write, place).map_err(|e| refuse(write.path, e.to_string()))?;
    }
    Ok(())
}

fn refuse(path: &str, reason: impl Into<String>) -> DiskError {
    DiskError::Unwritable { path: path.to_owned(), reason: reason.into() }
}

/// Where the file lies, when it may be written there.
fn place(root: &Path, write: &Write<'_>) -> Result<PathBuf, DiskError> {
    let relative = Path::new(write.path);
    let plain =
        |part| matches!(part, Component::Normal(name) if !name.eq_ignore_ascii_case(".git"));
    if !relative.components().all(plain) {
        return Err(refuse(write.path, "it leads out of the folder"));
    }
    let mut folder = root.to_owned();
    for part in relative.parent().into_iter().flat_map(Path::components) {
        folder.push(part);
        match fs::symlink_metadata(&folder) {
            Ok(meta) if meta.is_dir() => {}
            Ok(_) => {
                return Err(refuse(write.path, format!("`{}` is no folder", folder.display())));
            }
            Err(e) if e.kind() == io::ErrorKind::NotFound => break,
            Err(e) => return Err(refuse(write.path, e.to_string())),
        }
    }
    let place = root.join(relative);
    let now = match fs::symlink_metadata(&place) {
        Err(e) if e.kind() == io::ErrorKind::NotFound => None,
        Err(e) => return Err(refuse(write.path, e.to_string())),
        Ok(meta) if !meta.is_file() => return Err(refuse(write.path, "it is no plain file")),
        Ok(_) => Some(fs::read_to_string(&place).map_err(|e| refuse(write.path, e.to_string()))?),
    };
    if now.as_deref() != write.before {
        return Err(refuse(write.path, "it was changed meanwhile; ask again"));
    }
    Ok(place)
}

fn put(write: &Write<'_>, place: &Path) -> io::Result<()> {
    let folder = place.parent().ok_or_else(|| io::Error::other("it names no file"))?;
    fs::create_dir_all(folder)?;
    if write.before.is_none() {
        let mut file = OpenOptions::new().write(true).create_new(true).open(place)?;
        #[cfg(unix)]
        if write.executable {
            use std::os::unix::fs::PermissionsExt;
            // Who may read it may run it.
            let mode = file.metadata()?.permissions().mode();
            file.set_permissions(fs::Permissions::from_mode(mode | ((mode & 0o444) >> 2)))?;
        }
        return file.write_all(write.after.as_bytes());
    }
    // Beside it first, so that a full disk leaves the old file whole.
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.waymark-new"));
    let mut file = OpenOptions::new().write(true).create_new(true).open(&beside)?;
    let written = file
        .write_all(write.after.as_bytes())
        .and_then(|()| fs::set_permissions(&beside, fs::metadata(place)?.permissions()))
        .and_then(|()| fs::rename(&beside, place));
    if written.is_err() {
        let _ = fs::remove_file(&beside);
    }
    written
}

#[cfg(test)]
mod tests {
    use super::*;

    fn write<'a>(path: &'a str, before: Option<&'a str>, after: &'a str) -> Write<'a> {
        Write { path, before, after, executable: false }
    }

    #[test]
    fn all_is_written_or_nothing() {
        let dir = tempfile::tempdir().expect("temp folder");
        let root = dir.path();
        fs::write(root.join("old"), "1").expect("writable");
        write_all(root, &[write("a/b/new", None, "x"), write("old", Some("1"), "2")])
            .expect("fine");
        assert_eq!(fs::read_to_string(root.join("a/b/new")).expect("there"), "x");
        assert_eq!(fs::read_to_string(root.join("old")).expect("there"), "2");
        let refused = write_all(root, &[write("c", None, "x"), write("old", Some("1"), "3")]);
        assert!(refused.expect_err("changed").to_string().contains("changed meanwhile"));
        assert!(!root.join("c").exists());
        assert_eq!(fs::read_dir(root).expect("there").count(), 2);
    }

    #[test]
    fn nothing_is_written_through_links_or_outside() {
        let dir = tempfile::tempdir().expect("temp folder");
        let root = dir.path().join("in");
        fs::create_dir_all(&root).expect("writable");
        std::os::unix::fs::symlink(dir.path(), root.join("link")).expect("writable");
        std::os::unix::fs::symlink("gone", root.join("file")).expect("writable");
        for path in ["link/x", "file", "../x", "/tmp/x", ".GIT/hooks/x", "a/../../x"] {
            assert!(write_all(&root, &[write(path, None, "x")]).is_err(), "{path}");
        }
        assert!(!dir.path().join("x").exists());
    }
}
