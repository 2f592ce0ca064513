//! A monorepo with the 100,000 files that GitHub lists at most: memory stays bounded.
//! `scripts/bench-memory` tells the figures.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::given::{Folder, ROOT};

/// Files of the repository.
const FILES: usize = 100_000;
/// Of so many, one is a Dockerfile with a fault.
const ONE_IN: usize = 1_000;
/// Address space of each process, in KiB. Most of it is reserved and never touched: stacks, the
/// allocator's arenas, the binary itself.
const LIMIT_KIB: usize = 320 * 1024;

/// What `git fast-import` makes a commit of.
fn history() -> Vec<u8> {
    let mut text = format!(
        "blob\nmark :1\ndata 2\nx\n\nblob\nmark :2\ndata {}\n{ROOT}\n\
         commit refs/heads/main\ncommitter A <a@x.y> 1700000000 +0000\ndata 5\nfirst\n",
        ROOT.len()
    );
    for n in 0..FILES {
        let folder = format!("services/team_{:02}/component_{:03}/src/{n:06}", n % 97, n % 977);
        let (mark, name) = match n % ONE_IN {
            0 => (2, "Dockerfile".to_owned()),
            _ => (1, format!("SomeGeneratedSource{n:06}.java")),
        };
        text.push_str(&format!("M 100644 :{mark} {folder}/{name}\n"));
    }
    text.push('\n');
    text.into_bytes()
}

#[test]
fn a_crowd_of_files_is_judged_in_little_memory() {
    let folder = Folder::new();
    folder.git(&["init", "-q", "-b", "main"]);
    let mut import = Command::new("git")
        .args(["fast-import", "--quiet"])
        .current_dir(folder.path())
        .stdin(Stdio::piped())
        .spawn()
        .unwrap();
    import.stdin.take().unwrap().write_all(&history()).unwrap();
    assert!(import.wait().unwrap().success());
    // The shell's limit holds for the process and for the evaluator that it starts.
    let command = format!(
        "ulimit -v {LIMIT_KIB} && exec {} check --head HEAD --format json",
        env!("CARGO_BIN_EXE_waymark")
    );
    let output =
        Command::new("sh").args(["-c", &command]).current_dir(folder.path()).output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).expect(&said);
    assert_eq!(report["summary"]["broken"], 0, "{said}");
    let rooted = report["findings"].as_array().unwrap().iter();
    let rooted = rooted.filter(|finding| finding["policy"] == "container/non_root_user");
    assert_eq!(rooted.count(), FILES / ONE_IN);
}
