//! Does every input that was once interesting to the fuzzer pass? The recorded webhooks, too.
#![allow(clippy::unwrap_used)]

#[path = "../fuzz/targets.rs"]
#[allow(unreachable_pub)]
mod targets;

use std::path::{Path, PathBuf};

fn files(folder: &str) -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.retain(|path| path.is_file());
    files.sort();
    files
}

#[test]
fn the_corpora_pass_whole_and_cut_off() {
    for (name, run) in targets::TARGETS {
        let files = files(&format!("fuzz/corpus/{name}"));
        assert!(files.len() >= 3, "{name} has {} files", files.len());
        for file in files {
            let bytes = std::fs::read(file).unwrap();
            run(&bytes);
            // Broken uploads: whatever the place at which the bytes end.
            for part in 1..16 {
                run(&bytes[..bytes.len() * part / 16]);
            }
        }
    }
}

#[test]
fn cargo_fuzz_knows_every_target() {
    let manifest = std::fs::read_to_string("fuzz/Cargo.toml").unwrap();
    for (name, _) in targets::TARGETS {
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name}");
        assert!(Path::new(&format!("fuzz/fuzz_targets/{name}.rs")).exists(), "{name}");
    }
}

#[test]
fn recorded_webhooks_pass() {
    for file in files("fixtures/webhooks") {
        targets::webhook(&std::fs::read(file).unwrap());
    }
}
