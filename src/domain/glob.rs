//! Which names does a glob mean? `*` stays within one folder, `**` crosses them.

use globset::{Glob, GlobBuilder, GlobSet, GlobSetBuilder};

/// Whether it is a glob; else why not.
pub fn check(glob: &str) -> Result<(), String> {
    build(glob).map(drop).map_err(|e| e.to_string())
}

/// Whether `glob` means `name`; what is no glob means nothing.
pub fn matches(glob: &str, name: &str) -> bool {
    build(glob).is_ok_and(|glob| glob.compile_matcher().is_match(name))
}

/// Several globs, made ready once for many names.
pub struct Globs(GlobSet);

impl Globs {
    /// What is no glob means nothing.
    pub fn new<'a>(globs: impl IntoIterator<Item = &'a String>) -> Self {
        let mut set = GlobSetBuilder::new();
        globs.into_iter().filter_map(|glob| build(glob).ok()).for_each(|glob| {
            set.add(glob);
        });
        Self(set.build().unwrap_or_else(|_| GlobSet::empty()))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether any of them means `name`.
    pub fn mean(&self, name: &str) -> bool {
        self.0.is_match(name)
    }
}

fn build(glob: &str) -> Result<Glob, globset::Error> {
    GlobBuilder::new(glob).literal_separator(true).build()
}
