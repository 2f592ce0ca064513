//! What is measured: the binary with its replicas, or a peer; their processor time and memory.

use std::collections::BTreeMap;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::hooks::SECRET;

const KEY: &str =
    include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/github/test-app.pem"));

pub struct Service {
    pub urls: Vec<String>,
    children: Vec<Child>,
}

impl Service {
    /// Starts it and waits until it answers.
    pub async fn start(options: BTreeMap<String, String>, github: &str) -> Self {
        let replicas: usize = options.get("replicas").map_or(1, |n| n.parse().unwrap());
        let mut service = Self { urls: Vec::new(), children: Vec::new() };
        for _ in 0..replicas {
            let port = free_port();
            let listen = format!("127.0.0.1:{port}");
            let command = match options.get("peer") {
                Some(peer) => peer_command(peer, port, github),
                None => own_command(&options, &listen, github),
            };
            let mut command = command;
            command.stdin(Stdio::null()).stdout(Stdio::null());
            if options.get("quiet").is_none_or(|word| word != "no") {
                command.stderr(Stdio::null());
            }
            service.children.push(command.spawn().expect("the service starts"));
            let mut waited = 0;
            while tokio::net::TcpStream::connect(&listen).await.is_err() {
                waited += 1;
                assert!(waited < 600, "it does not listen");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
            service.urls.push(format!("http://{listen}"));
        }
        service
    }

    /// Of all its processes, evaluators included.
    pub fn cpu_seconds(&self) -> f64 {
        // Clock ticks are hundredths of a second on every Linux that we know.
        self.processes().iter().map(|pid| ticks(*pid).unwrap_or(0) as f64 / 100.0).sum()
    }

    /// Resident memory of all its processes.
    pub fn rss_mib(&self) -> f64 {
        let kib = |pid: &u32| {
            let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
            let line = status.lines().find(|line| line.starts_with("VmRSS:"))?.to_owned();
            line.split_whitespace().nth(1)?.parse::<f64>().ok()
        };
        self.processes().iter().filter_map(kib).sum::<f64>() / 1_024.0
    }

    fn processes(&self) -> Vec<u32> {
        let mut all: Vec<u32> = self.children.iter().map(Child::id).collect();
        let mut at = 0;
        while at < all.len() {
            let pid = all[at];
            let path = format!("/proc/{pid}/task/{pid}/children");
            let text = std::fs::read_to_string(path).unwrap_or_default();
            all.extend(text.split_whitespace().filter_map(|child| child.parse::<u32>().ok()));
            at += 1;
        }
        all
    }

    pub async fn stop(mut self) {
        for child in &self.children {
            let _ = Command::new("kill").arg(child.id().to_string()).status();
        }
        // Thousands of deliveries may wait: nobody needs them.
        tokio::time::sleep(Duration::from_millis(500)).await;
        for child in &mut self.children {
            let _ = child.kill();
            let _ = child.wait();
        }
    }
}

fn own_command(options: &BTreeMap<String, String>, listen: &str, github: &str) -> Command {
    let mut command = Command::new(options.get("program").expect("--program"));
    command.arg("serve").env_clear();
    command.env("WAYMARK_APP_ID", "424242").env("WAYMARK_PRIVATE_KEY", KEY);
    command.env("WAYMARK_WEBHOOK_SECRET", SECRET).env("WAYMARK_GITHUB_URL", github);
    command.env("WAYMARK_DATABASE_URL", options.get("database").expect("--database"));
    command
        .env("WAYMARK_LISTEN", listen)
        .env("WAYMARK_LOG", options.get("log").map_or("warn", String::as_str));
    // What GitHub grants is not what is measured here.
    command.env("WAYMARK_GITHUB_LIMITS", "off");
    // One check for each push, as the peer does.
    command.env("WAYMARK_RISK", options.get("risk").map_or("off", String::as_str));
    command.env("WAYMARK_WORKERS", options.get("workers").map_or("32", String::as_str));
    command
}

/// A Probot app is told of a GitHub Enterprise Server.
fn peer_command(peer: &str, port: u16, github: &str) -> Command {
    let mut command = Command::new("sh");
    command.args(["-c", &format!("exec {peer}")]);
    command.env("PORT", port.to_string()).env("HOST", "127.0.0.1");
    command.env("APP_ID", "424242").env("PRIVATE_KEY", KEY).env("WEBHOOK_SECRET", SECRET);
    command.env("GHE_HOST", github.strip_prefix("http://").unwrap()).env("GHE_PROTOCOL", "http");
    command.env("NODE_ENV", "production").env("LOG_LEVEL", "fatal");
    command
}

fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

fn ticks(pid: u32) -> Option<u64> {
    let text = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in brackets may hold blanks.
    let rest: Vec<&str> = text.rsplit_once(") ")?.1.split(' ').collect();
    Some(rest.get(11)?.parse::<u64>().ok()? + rest.get(12)?.parse::<u64>().ok()?)
}
