//! Embeds `policies/` into the binary, so that one file is all there is to install.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> std::io::Result<()> {
    println!("cargo:rerun-if-changed=src/build.rs");
    println!("cargo:rerun-if-changed=policies");
    println!("cargo:rerun-if-changed=src/edge/store/migrations");
    let root =
        PathBuf::from(env::var("CARGO_MANIFEST_DIR").expect("cargo sets it")).join("policies");
    let mut files = Vec::new();
    walk(&root, &mut files)?;
    // Of golden paths every file counts: what adoption writes may be of any kind.
    files.retain(|file| {
        file.strip_prefix(&root).is_ok_and(|name| name.starts_with("paths"))
            || file.extension().is_some_and(|e| e == "rego" || e == "yaml")
    });
    files.sort();
    let mut code = String::from("&[\n");
    for file in files {
        let name = file.strip_prefix(&root).expect("walked below it").to_string_lossy();
        let _ = writeln!(code, "    ({name:?}, include_str!({:?})),", file.to_string_lossy());
    }
    code.push_str("]\n");
    fs::write(PathBuf::from(env::var("OUT_DIR").expect("cargo sets it")).join("policies.rs"), code)
}

fn walk(dir: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !dir.is_dir() {
        return Ok(());
    }
    for entry in fs::read_dir(dir)? {
        let path = entry?.path();
        if path.is_dir() {
            walk(&path, files)?;
        } else {
            files.push(path);
        }
    }
    Ok(())
}
