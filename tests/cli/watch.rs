//! `policy test --watch`: again after a change, until it is ended.

use std::io::{BufRead, BufReader};
use std::process::{Child, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use crate::given::Folder;

/// A machine that is busy with other tests may be slow; one that never tells is wrong.
const PATIENCE: Duration = Duration::from_secs(120);

/// The running binary, and what it prints.
struct Watched {
    child: Child,
    lines: Receiver<String>,
}

impl Watched {
    fn start(folder: &Folder, arguments: &[&str]) -> Self {
        let mut command = folder.command(env!("CARGO_BIN_EXE_waymark"));
        command.args(arguments).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().unwrap();
        let out = BufReader::new(child.stdout.take().unwrap());
        let (sender, lines) = channel();
        std::thread::spawn(move || {
            for line in out.lines() {
                let _ = sender.send(line.unwrap());
            }
        });
        Self { child, lines }
    }

    /// What it prints until it waits again.
    fn run(&self) -> String {
        let mut told = String::new();
        loop {
            let line = self.lines.recv_timeout(PATIENCE);
            let line = line.unwrap_or_else(|e| panic!("{e} after: {told}"));
            told += &line;
            told.push('\n');
            if line.starts_with("waiting for changes below ") {
                return told;
            }
        }
    }

    /// Ends it; what it has printed since is told.
    fn end(mut self) -> String {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        self.lines.into_iter().collect()
    }
}

#[test]
fn a_policy_is_tested_again_whenever_it_changes() {
    let folder = Folder::new();
    assert_eq!(folder.waymark(&["policy", "new", "team/no_maintainer"]).code, Some(0));
    let file = "policies/team/no_maintainer/policy.rego";
    let sound = std::fs::read_to_string(folder.path().join(file)).unwrap();

    let watched = Watched::start(&folder, &["policy", "test", "policies", "--watch"]);
    let told = watched.run();
    assert!(told.contains("6 passed, 0 failed in "), "{told}");

    folder.write(file, sound.replace("`MAINTAINER` is deprecated", "`MAINTAINER` is old"));
    let told = watched.run();
    assert!(told.contains("team/no_maintainer ... FAILED"), "{told}");

    // A file in the middle of being written is no reason to stop.
    folder.write(file, &sound[..sound.len() / 2]);
    let told = watched.run();
    assert!(told.contains("failed in "), "{told}");

    folder.write(file, &sound);
    let told = watched.run();
    assert!(told.contains("6 passed, 0 failed in "), "{told}");
    assert!(!watched.end().contains("FAILED"));
}
