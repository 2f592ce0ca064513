//! A folder, perhaps with Git in it, and the binary to run on it.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use serde_json::Value;

/// A folder `service` of its own, in an otherwise empty home.
pub(crate) struct Folder {
    home: tempfile::TempDir,
}

/// What a run left.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: Option<i32>,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// What a folder with nothing in it lacks.
pub(crate) const BARE: [&str; 3] = [
    "catalog/info_present catalog-info.yaml new",
    "operations/codeowners_present .github/CODEOWNERS new",
    "operations/readme_present README.md new",
];
/// A Dockerfile with one fault: it runs as root.
pub(crate) const ROOT: &str = "FROM debian:12-slim@sha256:1\nENTRYPOINT [\"/app\"]\n";
/// One without.
pub(crate) const USER: &str = "FROM debian:12-slim@sha256:1\nUSER 10001\nENTRYPOINT [\"/app\"]\n";
impl Folder {
    /// An empty one.
    pub(crate) fn new() -> Self {
        let folder = Self { home: tempfile::tempdir().unwrap() };
        fs::create_dir(folder.path()).unwrap();
        folder
    }

    /// A service without a fault.
    pub(crate) fn sound() -> Self {
        Self::fixture("golden-service")
    }

    /// The same, but its Dockerfile runs as root; committed.
    pub(crate) fn with_a_fault() -> Self {
        let folder = Self::sound();
        folder.write("Dockerfile", ROOT).init();
        folder
    }

    /// A copy of `fixtures/repos/NAME`.
    pub(crate) fn fixture(name: &str) -> Self {
        let folder = Self::new();
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repos").join(name);
        copy(&from, &folder.path());
        folder
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.home.path().join("service")
    }

    /// Beside the folder.
    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.home.path().join(name)
    }

    pub(crate) fn write(&self, path: &str, content: impl AsRef<[u8]>) -> &Self {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, content).unwrap();
        self
    }

    /// Runs Git, which must succeed.
    pub(crate) fn git(&self, arguments: &[&str]) -> &Self {
        let output = self.command("git").args(arguments).output().unwrap();
        assert!(output.status.success(), "{arguments:?}: {}", text(output.stderr));
        self
    }

    /// Makes it a repository with all there is in its first commit.
    pub(crate) fn init(&self) -> &Self {
        self.git(&["init", "-q", "-b", "main"]).commit("first")
    }

    /// Commits everything.
    pub(crate) fn commit(&self, message: &str) -> &Self {
        self.git(&["add", "-A"]).git(&["commit", "-q", "--allow-empty", "-m", message])
    }

    /// Runs `waymark` in the folder.
    pub(crate) fn waymark(&self, arguments: &[&str]) -> Ran {
        self.waymark_with(&[], arguments)
    }

    /// Runs `waymark` in the folder with more environment.
    pub(crate) fn waymark_with(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_waymark"));
        let output = command.args(arguments).envs(variables.iter().copied()).output().unwrap();
        let ran = Ran::of(output);
        assert!(!(ran.out.clone() + &ran.err).contains('\u{1b}'), "{ran:?}");
        ran
    }

    /// The same with something on standard input.
    pub(crate) fn waymark_given(
        &self,
        variables: &[(&str, &str)],
        arguments: &[&str],
        input: &[u8],
    ) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_waymark"));
        command.args(arguments).envs(variables.iter().copied());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        // What it does not want to read it need not.
        let _ = child.stdin.take().unwrap().write_all(input);
        Ran::of(child.wait_with_output().unwrap())
    }

    /// Runs `waymark` for a reader who may want colours.
    pub(crate) fn coloured(&self, variables: &[(&str, &str)], arguments: &[&str]) -> Ran {
        let mut command = self.command(env!("CARGO_BIN_EXE_waymark"));
        Ran::of(command.args(arguments).envs(variables.iter().copied()).output().unwrap())
    }

    /// A program to be run in the folder, which knows no more than where it is at home.
    pub(crate) fn command(&self, program: &str) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.path()).env_clear();
        command.env("PATH", std::env::var_os("PATH").unwrap()).env("HOME", self.home.path());
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "a@x.y");
            command.env(format!("GIT_{who}_DATE"), "2026-11-20T12:00:00Z");
        }
        command
    }
}

impl Ran {
    fn of(output: Output) -> Self {
        let ran =
            Ran { code: output.status.code(), out: text(output.stdout), err: text(output.stderr) };
        assert!(!ran.err.contains("panicked"), "{ran:?}");
        ran
    }

    /// The report of `--format json`.
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.out).unwrap_or_else(|e| panic!("{e}: {self:?}"))
    }

    /// `policy state` of every finding.
    pub(crate) fn findings(&self) -> Vec<String> {
        let word = |value: &Value| value.as_str().unwrap_or("-").to_owned();
        let json = self.json();
        let list = json["findings"].as_array().unwrap();
        list.iter()
            .map(|f| format!("{} {} {}", word(&f["policy"]), word(&f["path"]), word(&f["state"])))
            .collect()
    }

    pub(crate) fn notes(&self) -> String {
        self.json()["notes"].to_string()
    }

    /// Policies that stand so.
    pub(crate) fn standing(&self, status: &str) -> Vec<String> {
        let json = self.json();
        let list = json["policies"].as_array().unwrap();
        list.iter()
            .filter(|p| p["status"] == status)
            .map(|p| p["id"].as_str().unwrap().to_owned())
            .collect()
    }
}

fn text(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap()
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            fs::copy(entry.path(), target).unwrap();
        }
    }
}
