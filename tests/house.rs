//! Does the house stand as it was drawn? Reads every source and holds it against the laws of
//! imports, rooms, purity, names and sizes (`tests/house/laws.rs`).
#![allow(clippy::unwrap_used)]

#[path = "house/laws.rs"]
mod laws;
#[path = "house/made_up.rs"]
mod made_up;
#[path = "house/paths.rs"]
mod paths;
#[path = "house/security.rs"]
mod security;
#[path = "house/tokens.rs"]
mod tokens;

use std::collections::BTreeSet;
use std::path::PathBuf;

use laws::{Breach, ROOMS};
use paths::{Scan, module_of, scan};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Path from the root → text, of every Rust file below a folder.
fn sources(folder: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = std::fs::read_dir(&folder) else { continue };
        for entry in entries {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|e| e == "rs") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}

/// The crate's own sources; the build script belongs to Cargo, not to the house.
fn house() -> Vec<(String, String, Scan)> {
    let own = sources("src").into_iter().filter(|(file, _)| file != "src/build.rs");
    own.map(|(file, text)| {
        let scan = scan(&module_of(&file), &text);
        (file, text, scan)
    })
    .collect()
}

fn is_below(module: &[String], roots: &BTreeSet<Vec<String>>) -> bool {
    (1..=module.len()).any(|length| roots.contains(&module[..length]))
}

fn complain(breaches: &[impl std::fmt::Display]) {
    let list: Vec<String> = breaches.iter().map(ToString::to_string).collect();
    assert!(list.is_empty(), "{} broken laws of the house:\n{}", list.len(), list.join("\n"));
}

#[test]
fn imports_rooms_purity_and_names() {
    let house = house();
    assert!(house.len() > 100, "only {} sources were found", house.len());
    let tests: BTreeSet<_> = house.iter().flat_map(|(_, _, s)| s.test_modules.clone()).collect();
    let found: Vec<Breach> = house
        .iter()
        .flat_map(|(file, _, scan)| laws::breaches(file, scan, is_below(&module_of(file), &tests)))
        .collect();
    complain(&found);
}

#[test]
fn files_are_small() {
    let lines: Vec<(String, usize)> =
        house().into_iter().map(|(file, text, _)| (file, text.lines().count())).collect();
    complain(&laws::sizes(&lines));
}

#[test]
fn the_front_door_is_tidy() {
    let names = std::fs::read_dir(root()).unwrap().map(|e| e.unwrap().file_name());
    let names: Vec<String> = names.map(|n| n.to_string_lossy().into_owned()).collect();
    // What .gitignore leaves out.
    let built = |name: &&String| *name != "target" && !name.contains(".db");
    let names: Vec<String> = names.iter().filter(built).cloned().collect();
    let strangers = laws::strangers(&names);
    assert_eq!(strangers, Vec::<String>::new(), "not in the list of `tests/house/laws.rs`");
}

#[test]
fn every_dependency_has_a_room_and_a_user() {
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml::Table = manifest.parse().unwrap();
    let names = |table: &str| -> BTreeSet<String> {
        manifest[table].as_table().unwrap().keys().map(|name| name.replace('-', "_")).collect()
    };
    let roomed: BTreeSet<String> = ROOMS.iter().map(|(name, _)| (*name).to_owned()).collect();
    assert_eq!(names("dependencies"), roomed, "Cargo.toml and `ROOMS` of tests/house/laws.rs");

    let heads = |scans: Vec<Scan>| -> BTreeSet<String> {
        let named = scans.into_iter().flat_map(|s| s.named);
        named.filter_map(|n| n.segments.into_iter().next()).collect()
    };
    let outside = ["src", "tests", "benches", "examples"].map(sources).concat();
    let in_tests = heads(outside.iter().map(|(_, text)| scan(&[], text)).collect());
    let in_house = heads(house().into_iter().map(|(_, _, scan)| scan).collect());
    let idle = |declared: BTreeSet<String>, used: &BTreeSet<String>| -> Vec<String> {
        declared.difference(used).cloned().collect()
    };
    assert_eq!(idle(names("dependencies"), &in_house), Vec::<String>::new(), "used by nobody");
    assert_eq!(idle(names("dev-dependencies"), &in_tests), Vec::<String>::new(), "used by no test");
}

#[test]
fn every_source_is_found() {
    let listed: Vec<String> = house().into_iter().map(|(file, ..)| file).collect();
    for file in ["src/lib.rs", "src/domain/judge.rs", "src/edge/store/jobs/claim.rs"] {
        assert!(listed.iter().any(|f| f == file), "{file}");
    }
}
