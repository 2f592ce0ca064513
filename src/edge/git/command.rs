//! How is `git` run so that it only looks? Disarmed configuration, no inherited settings, no
//! network, a deadline, bounded output.

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWriteExt};

use super::error::{GitError, shown};

/// Longest time for one answer; listing 300,000 files takes a few seconds.
const DEADLINE: Duration = Duration::from_secs(60);
/// Bytes of a short answer.
pub(super) const SMALL: u64 = 1024 * 1024;
/// Bytes of a listing of files.
pub(super) const LISTING: u64 = 256 * 1024 * 1024;
/// Bytes of a complaint that are looked at.
const COMPLAINT: u64 = 64 * 1024;

/// Settings that no repository may override: a value given here outranks its `.git/config`.
const SETTINGS: [&str; 7] = [
    "core.fsmonitor=false",
    "core.hooksPath=/dev/null",
    "core.pager=cat",
    "core.untrackedCache=false",
    "protocol.allow=never",
    // A folder that only looks like a repository (its files came with another one) is none.
    "safe.bareRepository=explicit",
    "submodule.recurse=false",
];

/// `LC_ALL`: complaints are read. `GIT_ALLOW_PROTOCOL` (nothing) outranks `protocol.X.allow`,
/// which a repository may set; together with `GIT_NO_LAZY_FETCH` it keeps a partial clone from
/// starting the `remote.origin.uploadpack` of its choice.
const ENVIRONMENT: [(&str, &str); 6] = [
    ("LC_ALL", "C"),
    ("GIT_ALLOW_PROTOCOL", ""),
    ("GIT_LITERAL_PATHSPECS", "1"),
    ("GIT_NO_LAZY_FETCH", "1"),
    ("GIT_OPTIONAL_LOCKS", "0"),
    ("GIT_TERMINAL_PROMPT", "0"),
];

/// `git` in one folder.
#[derive(Debug, Clone)]
pub(super) struct Git {
    folder: PathBuf,
    overrides: Vec<(String, String)>,
}

/// What a run gave.
pub(super) struct Output {
    pub(super) code: Option<i32>,
    pub(super) stdout: Vec<u8>,
    pub(super) stderr: String,
}

impl Git {
    /// The folder's name is made absolute, so that it cannot be taken for an option.
    pub(super) fn in_folder(folder: &Path) -> Result<Self, GitError> {
        let folder = folder
            .canonicalize()
            .map_err(|e| GitError::failed("-C", &format!("{}: {e}", folder.display())))?;
        Ok(Self { folder, overrides: Vec::new() })
    }

    /// The same with further settings that outrank the repository's.
    pub(super) fn with(&self, overrides: Vec<(String, String)>) -> Self {
        Self { folder: self.folder.clone(), overrides }
    }

    /// Runs a command that must succeed; its output without the last line break, as text.
    pub(super) async fn text(&self, arguments: &[&str]) -> Result<String, GitError> {
        let bytes = self.bytes(arguments, SMALL).await?;
        Ok(String::from_utf8_lossy(&bytes).trim_end_matches('\n').to_owned())
    }

    /// Runs a command that must succeed and say no more than `limit` bytes.
    pub(super) async fn bytes(&self, arguments: &[&str], limit: u64) -> Result<Vec<u8>, GitError> {
        let output = self.run(arguments, Vec::new(), limit).await?;
        if output.code == Some(0) {
            return Ok(output.stdout);
        }
        Err(self.complaint(arguments, &output))
    }

    /// Runs a command that answers with its exit code: 1 gives `None`.
    pub(super) async fn maybe(&self, arguments: &[&str]) -> Result<Option<Vec<u8>>, GitError> {
        let output = self.run(arguments, Vec::new(), SMALL).await?;
        match output.code {
            Some(0) => Ok(Some(output.stdout)),
            Some(1) => Ok(None),
            _ => Err(self.complaint(arguments, &output)),
        }
    }

    /// Runs a command, feeds it `input`, and reads what it says.
    pub(super) async fn run(
        &self,
        arguments: &[&str],
        input: Vec<u8>,
        limit: u64,
    ) -> Result<Output, GitError> {
        let name = arguments.first().copied().unwrap_or_default().to_owned();
        let mut child = self
            .command(arguments)
            .spawn()
            .map_err(|e| GitError::NotInstalled(shown(&e.to_string())))?;
        let (Some(mut stdin), Some(stdout), Some(stderr)) =
            (child.stdin.take(), child.stdout.take(), child.stderr.take())
        else {
            return Err(GitError::failed(&name, "it has no pipes"));
        };
        let talk = async {
            // Feeding and reading at once: both sides would wait for each other on full pipes.
            // That it stops listening shows in what it says.
            let feed = async move {
                let _ = stdin.write_all(&input).await;
                drop(stdin);
            };
            let ((), out, err) =
                tokio::join!(feed, read(stdout, limit.saturating_add(1)), read(stderr, COMPLAINT));
            let (stdout, stderr) = (out?, err?);
            if stdout.len() as u64 > limit {
                return Ok(None);
            }
            let code = child.wait().await?.code();
            Ok(Some(Output { code, stdout, stderr: String::from_utf8_lossy(&stderr).into() }))
        };
        // Dropping the child kills it.
        match tokio::time::timeout(DEADLINE, talk).await {
            Ok(Ok(Some(output))) => Ok(output),
            Ok(Ok(None)) => Err(GitError::TooLong { command: name, limit }),
            Ok(Err(e)) => Err(GitError::failed(&name, &std::io::Error::to_string(&e))),
            Err(_) => Err(GitError::TooSlow { command: name, limit: DEADLINE }),
        }
    }

    pub(super) fn complaint(&self, arguments: &[&str], output: &Output) -> GitError {
        let command = arguments.first().copied().unwrap_or_default();
        GitError::of_complaint(command, &self.folder.display().to_string(), &output.stderr)
    }

    fn command(&self, arguments: &[&str]) -> tokio::process::Command {
        let mut command = tokio::process::Command::new("git");
        // Not `current_dir`: a PATH with `.` in it would then find a `git` of the repository's.
        command.arg("-C").arg(&self.folder).arg("--no-pager");
        for setting in SETTINGS {
            command.args(["-c", setting]);
        }
        command.args(arguments);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("GIT_") {
                command.env_remove(name);
            }
        }
        command.envs(ENVIRONMENT);
        // By environment, because names of settings may hold a `=`.
        command.env("GIT_CONFIG_COUNT", self.overrides.len().to_string());
        for (i, (key, value)) in self.overrides.iter().enumerate() {
            command.env(format!("GIT_CONFIG_KEY_{i}"), key);
            command.env(format!("GIT_CONFIG_VALUE_{i}"), value);
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.kill_on_drop(true);
        command
    }
}

/// Reads at most `limit` bytes. Dropping the pipe afterwards lets a talkative Git end.
async fn read(pipe: impl AsyncRead + Unpin, limit: u64) -> std::io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    pipe.take(limit).read_to_end(&mut bytes).await?;
    Ok(bytes)
}
