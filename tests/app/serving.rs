//! `waymark serve`, the real process, with everything that it says.

#![allow(dead_code, unreachable_pub, clippy::unwrap_used)]

use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use tokio::io::{AsyncBufReadExt, BufReader};
use tokio::process::{Child, Command};
use tokio::sync::Notify;

use super::github::{FakeClock, FakeGitHub};

/// The present time in seconds: the process has the machine's clock.
pub fn now() -> i64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs() as i64
}

/// A fake GitHub that agrees with the machine's clock.
pub fn clock() -> FakeClock {
    FakeClock::at(now())
}

/// How to start it.
#[derive(Clone)]
pub struct Recipe {
    pub program: PathBuf,
    pub settings: Vec<(String, String)>,
    /// How many files it may open.
    pub files: Option<u32>,
}

impl Recipe {
    /// With the fake's credentials, on this database.
    pub fn new(program: &Path, gh: &FakeGitHub, database_url: &str) -> Self {
        let settings = [
            ("WAYMARK_APP_ID", gh.app_id().to_string()),
            ("WAYMARK_PRIVATE_KEY", gh.private_key_pem().to_owned()),
            ("WAYMARK_WEBHOOK_SECRET", gh.webhook_secret()),
            ("WAYMARK_GITHUB_URL", gh.url()),
            ("WAYMARK_DATABASE_URL", database_url.to_owned()),
            ("WAYMARK_LISTEN", "127.0.0.1:0".to_owned()),
        ];
        let settings = settings.map(|(name, value)| (name.to_owned(), value)).to_vec();
        Self { program: program.to_owned(), settings, files: None }
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self.settings.retain(|(known, _)| known != name);
        self.settings.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Starts it; returns once it listens. `Err` holds what it said before it ended.
    pub async fn start(&self) -> Result<Serving, String> {
        let mut command = match self.files {
            None => Command::new(&self.program),
            Some(files) => {
                let mut shell = Command::new("/bin/sh");
                let line = format!("ulimit -n {files}; exec \"$0\" \"$@\"");
                shell.arg("-c").arg(line).arg(&self.program);
                shell
            }
        };
        command.arg("serve").env_clear().kill_on_drop(true);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let said: Arc<Mutex<Vec<String>>> = Arc::default();
        let ended = Arc::new(Notify::new());
        let address = loop {
            let Ok(Some(line)) = lines.next_line().await else {
                return Err(said.lock().unwrap().join("\n"));
            };
            said.lock().unwrap().push(line.clone());
            let address = line.split_once("address=").or(line.split_once("\"address\":\""));
            // Others speak of addresses, too, when everything is traced.
            let ours = line.contains("is ready");
            if let Some((_, rest)) = address.filter(|_| ours) {
                break rest.split([' ', '"']).next().unwrap().to_owned();
            }
        };
        let (kept, done) = (said.clone(), ended.clone());
        tokio::spawn(async move {
            while let Ok(Some(line)) = lines.next_line().await {
                kept.lock().unwrap().push(line);
            }
            done.notify_one();
        });
        Ok(Serving { child, url: format!("http://{address}"), said, ended })
    }
}

/// A running service; it dies with this.
pub struct Serving {
    pub child: Child,
    pub url: String,
    said: Arc<Mutex<Vec<String>>>,
    ended: Arc<Notify>,
}

impl Serving {
    pub fn pid(&self) -> u32 {
        self.child.id().unwrap()
    }

    /// Kills it without a word.
    pub async fn shoot(mut self) {
        self.child.kill().await.unwrap();
    }

    /// Asks it to stop, waits, and returns every line that it wrote.
    pub async fn stop(mut self) -> Vec<String> {
        let pid = self.pid().to_string();
        Command::new("kill").args(["-TERM", &pid]).status().await.unwrap();
        let end = tokio::time::timeout(Duration::from_secs(30), self.child.wait()).await;
        assert_eq!(end.expect("it ends").unwrap().code(), Some(0), "{:#?}", self.said());
        self.ended.notified().await;
        self.said()
    }

    /// What it has said so far.
    pub fn said(&self) -> Vec<String> {
        self.said.lock().unwrap().clone()
    }
}
