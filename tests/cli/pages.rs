//! The handbook says what the policies say.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

/// Files below a folder: path → text.
fn files(folder: &Path) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    let mut todo = vec![folder.to_owned()];
    while let Some(next) = todo.pop() {
        for entry in fs::read_dir(next).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                todo.push(path);
            } else {
                let name = path.strip_prefix(folder).unwrap().to_string_lossy().into_owned();
                found.insert(name, fs::read_to_string(&path).unwrap());
            }
        }
    }
    found
}

#[test]
fn the_pages_of_all_policies_are_current() {
    let made = tempfile::tempdir().unwrap();
    let binary = env!("CARGO_BIN_EXE_waymark");
    let ran = Command::new(binary).args(["policy", "docs"]).arg(made.path()).output().unwrap();
    assert!(ran.status.success(), "{}", String::from_utf8_lossy(&ran.stderr));
    let (made, kept) = (files(made.path()), Path::new(env!("CARGO_MANIFEST_DIR")));
    let kept = files(&kept.join("docs/policies"));
    assert!(made.len() > 40);
    let differ = made.keys().chain(kept.keys()).filter(|name| made.get(*name) != kept.get(*name));
    let differ: Vec<&String> = differ.collect();
    assert!(
        differ.is_empty(),
        "{differ:?} are not what the policies say; run \
         `rm -r docs/policies && cargo run -- policy docs docs/policies`"
    );
}
