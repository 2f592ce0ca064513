//! Which policy files are there? Those in the binary, and those in folders.

use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::domain::policy::library::Library;

/// The policies of this build: path relative to `policies/`, text.
pub const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/policies.rs"));

/// Policy folders are small; what is larger is a mistake, such as naming the home folder.
const MAX_FILES: usize = 10_000;

/// Files of a library, by path relative to its folder.
#[derive(Debug, Default)]
pub struct PolicyFiles {
    files: Vec<(String, String)>,
}

impl PolicyFiles {
    /// The built-in ones.
    pub fn built_in() -> Self {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self { files: BUILT_IN.iter().map(own).collect() }
    }

    /// Adds the built-in helpers below `lib/`, without the built-in policies.
    pub fn add_built_in_lib(&mut self) {
        let lib = Self::built_in().files.into_iter().filter(|(path, _)| path.starts_with("lib/"));
        self.files.extend(lib);
    }

    /// Adds a folder of the shape of `policies/`; its files replace those of the same path.
    pub fn add(&mut self, folder: &Path) -> io::Result<()> {
        let mut found = Vec::new();
        walk(folder, &mut found)?;
        found.sort();
        for file in found {
            let name = file.strip_prefix(folder).unwrap_or(&file);
            let name = name.components().map(|c| c.as_os_str().to_string_lossy());
            let name = name.collect::<Vec<_>>().join("/");
            if !is_policy_file(&name) {
                continue;
            }
            match fs::read_to_string(&file) {
                Ok(text) => self.files.push((name, text)),
                // Templates make text; a picture in a skeleton is left out.
                Err(e) if e.kind() == io::ErrorKind::InvalidData && name.starts_with("paths/") => {}
                Err(e) => {
                    return Err(io::Error::new(e.kind(), format!("{}: {e}", file.display())));
                }
            }
        }
        Ok(())
    }

    /// The built-in ones and then the given folders.
    pub fn with(folders: &[PathBuf]) -> io::Result<Self> {
        let mut files = Self::built_in();
        for folder in folders {
            files.add(folder)?;
        }
        Ok(files)
    }

    /// Loads them.
    pub fn library(&self) -> Library {
        Library::load(self.files.iter().map(|(path, text)| (path.as_str(), text.as_str())))
    }

    /// The text at a path; the last one that was added counts.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().rev().find(|(p, _)| p == path).map(|(_, text)| text.as_str())
    }
}

/// Whether a file is a policy's or a golden path's. Of paths every file counts: what adoption
/// writes may be of any kind.
fn is_policy_file(name: &str) -> bool {
    name.starts_with("paths/") || name.ends_with(".rego") || name.ends_with(".yaml")
}

fn walk(folder: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let entries = fs::read_dir(folder)
        .map_err(|e| io::Error::new(e.kind(), format!("{}: {e}", folder.display())))?;
    for entry in entries {
        let entry = entry?;
        let path = entry.path();
        if entry.file_type()?.is_dir() {
            walk(&path, found)?;
        } else {
            found.push(path);
        }
        if found.len() > MAX_FILES {
            let message = format!("{}: more than {MAX_FILES} policy files", folder.display());
            return Err(io::Error::other(message));
        }
    }
    Ok(())
}
