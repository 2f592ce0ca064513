//! Which names does a glob mean? `*` stays within one folder, `**` crosses them.

use globset::{Glob, GlobBuilder};

/// Whether it is a glob; else why not.
pub fn check(glob: &str) -> Result<(), String> {
    build(glob).map(drop).map_err(|e| e.to_string())
}

/// Whether `glob` means `name`; what is no glob means nothing.
pub fn matches(glob: &str, name: &str) -> bool {
    build(glob).is_ok_and(|glob| glob.compile_matcher().is_match(name))
}

fn build(glob: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(glob).literal_separator(true).build()
}
