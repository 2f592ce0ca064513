//! Which policy files are there? Those in the binary, and those in folders.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::domain::ids::PolicyId;
use crate::domain::policy::library::Library;
use crate::domain::policy::own::{self, OwnPolicies};

/// The policies of this build: path relative to `policies/`, text.
pub const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/policies.rs"));

/// Policy folders are small; what is larger is a mistake, such as naming the home folder.
const MAX_FILES: usize = 10_000;

/// Files of a library, by path relative to its folder.
#[derive(Debug, Default)]
pub struct PolicyFiles {
    files: Vec<(String, String)>,
    /// Numbers of files of templates that a later folder's template replaces as a whole.
    replaced: BTreeSet<usize>,
    /// Paths of those that may be run.
    executable: BTreeSet<String>,
    /// Number of the first file → the folder that it and those behind it come from.
    folders: Vec<(usize, PathBuf)>,
}

impl PolicyFiles {
    /// The built-in ones.
    pub fn built_in() -> Self {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), (*text).to_owned());
        Self { files: BUILT_IN.iter().map(own).collect(), ..Self::default() }
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
        let first = self.files.len();
        self.folders.push((first, folder.to_owned()));
        for file in found {
            let name = file.strip_prefix(folder).unwrap_or(&file);
            let name = name.components().map(|c| c.as_os_str().to_string_lossy());
            let name = name.collect::<Vec<_>>().join("/");
            if !is_policy_file(&name) {
                continue;
            }
            match fs::read_to_string(&file) {
                Ok(text) => {
                    // The last one of a path counts.
                    match is_executable(&file) {
                        true => self.executable.insert(name.clone()),
                        false => self.executable.remove(&name),
                    };
                    self.files.push((name, text));
                }
                // Templates make text; a picture in a skeleton is left out.
                Err(e) if e.kind() == io::ErrorKind::InvalidData && name.starts_with("paths/") => {}
                Err(e) => {
                    return Err(io::Error::new(e.kind(), format!("{}: {e}", file.display())));
                }
            }
        }
        let (before, new) = self.files.split_at(first);
        let templates = own::templates(new.iter().map(|(path, _)| path.as_str()));
        let gone = |path: &str| own::is_template_of(path, &templates);
        let before = before.iter().enumerate().filter(|(_, (path, _))| gone(path));
        self.replaced.extend(before.map(|(number, _)| number));
        Ok(())
    }

    /// As [`Self::add`], of a folder that somebody just named: one without anything of a library in
    /// it is a mistake, and is told with the folder that was meant, if there is one.
    pub fn add_named(&mut self, folder: &Path) -> io::Result<()> {
        let first = self.files.len();
        self.add(folder)?;
        let found: Vec<&str> = self.files[first..].iter().map(|(path, _)| path.as_str()).collect();
        match misplaced(folder, &found) {
            Some(message) => Err(io::Error::new(io::ErrorKind::InvalidInput, message)),
            None => Ok(()),
        }
    }

    /// The built-in ones and then the named folders.
    pub fn with(folders: &[PathBuf]) -> io::Result<Self> {
        let mut files = Self::built_in();
        for folder in folders {
            files.add_named(folder)?;
        }
        Ok(files)
    }

    /// The built-in ones and then the folders of a running service, in which nothing may lie yet.
    pub fn with_any(folders: &[PathBuf]) -> io::Result<Self> {
        let mut files = Self::built_in();
        for folder in folders {
            files.add(folder)?;
        }
        Ok(files)
    }

    /// Ids of the policies that come from folders.
    pub fn ids_of_folders(&self) -> BTreeSet<PolicyId> {
        let first = self.folders.first().map_or(self.files.len(), |(first, _)| *first);
        let rules = self.files[first..].iter().filter_map(|(path, _)| {
            let id = path.strip_suffix("/policy.rego")?;
            PolicyId::parse(id).ok()
        });
        rules.collect()
    }

    /// Loads them.
    pub fn library(&self) -> Library {
        let mut library = Library::load(self.present());
        library.note_executable(self.executable.iter().map(String::as_str));
        if self.has_own_rules_only() { library.proven() } else { library }
    }

    /// Whether all rules are those of this build: none is replaced, and none is added.
    fn has_own_rules_only(&self) -> bool {
        let is_rule = |path: &str| path.ends_with(".rego") && !path.ends_with("_test.rego");
        let rules = |files: &mut dyn Iterator<Item = (&str, &str)>| -> BTreeMap<String, String> {
            let rules = files.filter(|(path, _)| is_rule(path));
            rules.map(|(path, text)| (path.to_owned(), text.to_owned())).collect()
        };
        rules(&mut self.present()) == rules(&mut BUILT_IN.iter().copied())
    }

    /// Path and text of all that count; later ones of the same path replace earlier ones.
    fn present(&self) -> impl Iterator<Item = (&str, &str)> {
        let count = self.files.iter().enumerate().filter(|(n, _)| !self.replaced.contains(n));
        count.map(|(_, (path, text))| (path.as_str(), text.as_str()))
    }

    /// Loads them with an organisation's own.
    pub fn library_with(&self, own: &OwnPolicies) -> Library {
        // Those that were added later replace those before.
        let files: BTreeMap<&str, &str> = self.present().collect();
        let mut library = Library::with_own(&files.into_iter().collect::<Vec<_>>(), own);
        let runs = self.executable.iter().filter(|path| !own.files.contains_key(*path));
        library.note_executable(runs.map(String::as_str));
        if !self.has_own_rules_only() {
            library
        } else if own.files.keys().any(|path| path.ends_with(".rego")) {
            library.proven_as(self.library())
        } else {
            library.proven()
        }
    }

    /// Where the file of this path lies on disk, to be opened by its author; built-in ones are
    /// named as they are.
    pub fn place(&self, path: &str) -> String {
        let Some(at) = self.files.iter().rposition(|(p, _)| p == path) else {
            return path.to_owned();
        };
        match self.folders.iter().rev().find(|(first, _)| *first <= at) {
            Some((_, folder)) => folder.join(path).display().to_string(),
            None => path.to_owned(),
        }
    }

    /// Paths of all files.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        self.files.iter().map(|(path, _)| path.as_str())
    }

    /// The text at a path; the last one that was added counts.
    pub fn text(&self, path: &str) -> Option<&str> {
        self.files.iter().rev().find(|(p, _)| p == path).map(|(_, text)| text.as_str())
    }
}

/// Why a folder is none of policies: nothing in it lies where a library looks. Policies that lie
/// deeper, or a folder inside of one, show which was meant.
fn misplaced(folder: &Path, found: &[&str]) -> Option<String> {
    let parts: Vec<Vec<&str>> = found.iter().map(|path| path.split('/').collect()).collect();
    let counts = |parts: &Vec<&str>| match parts.as_slice() {
        ["paths", _, file] => ["path.yaml", "template.yaml"].contains(file),
        ["lib", .., file] | [_, _, file] => file.ends_with(".rego"),
        _ => false,
    };
    if parts.iter().any(counts) {
        return None;
    }
    let shown = folder.display();
    let rules = parts.iter().find(|parts| parts.last() == Some(&"policy.rego"));
    let meant = rules.map(|parts| match 3usize.saturating_sub(parts.len()) {
        0 => folder.join(parts[..parts.len() - 3].join("/")),
        up => match folder.ancestors().nth(up).filter(|above| !above.as_os_str().is_empty()) {
            Some(above) => above.to_owned(),
            None => folder.join(["..", "../.."][up - 1]),
        },
    });
    Some(match meant {
        Some(meant) => format!(
            "`{shown}` is not the folder above <pack>/<policy>/policy.rego; did you mean `{}`?",
            meant.display()
        ),
        None => format!(
            "no policy below `{shown}`; is it the folder above <pack>/<policy>/policy.rego?"
        ),
    })
}

/// Writes files below a folder; folders are made. Writes nothing when one of them is there.
pub fn write_new(folder: &Path, files: &[(String, String)]) -> io::Result<()> {
    let named =
        |path: &Path, e: io::Error| io::Error::new(e.kind(), format!("{}: {e}", path.display()));
    for (path, _) in files {
        let path = folder.join(path);
        if path.symlink_metadata().is_ok() {
            let message = format!("{} is there already; nothing was written", path.display());
            return Err(io::Error::new(io::ErrorKind::AlreadyExists, message));
        }
    }
    for (path, text) in files {
        let path = folder.join(path);
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(|e| named(parent, e))?;
        }
        let mut file = fs::File::create_new(&path).map_err(|e| named(&path, e))?;
        io::Write::write_all(&mut file, text.as_bytes()).map_err(|e| named(&path, e))?;
    }
    Ok(())
}

/// Whether a file is a policy's or a golden path's. Of paths every file counts: what adoption
/// writes may be of any kind.
fn is_policy_file(name: &str) -> bool {
    name.starts_with("paths/") || name.ends_with(".rego") || name.ends_with(".yaml")
}

/// Whether somebody may run a file; where files have no such mark, nobody.
fn is_executable(path: &Path) -> bool {
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).is_ok_and(|found| found.permissions().mode() & 0o111 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
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
