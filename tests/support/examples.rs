//! What is GitHub known to send? The deliveries that octokit recorded.

#![allow(unreachable_pub, clippy::unwrap_used)]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// (event, payload) of every recorded delivery: `fixtures/webhooks/octokit-examples.json.gz`.
pub fn examples() -> Vec<(String, Value)> {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/webhooks/octokit-examples.json.gz");
    let output = Command::new("gzip").arg("-dc").arg(file).output().expect("gzip is installed");
    assert!(output.status.success(), "gzip: {}", String::from_utf8_lossy(&output.stderr));
    let list: Vec<Value> = serde_json::from_slice(&output.stdout).unwrap();
    let named = |event: &Value| {
        let name = event["name"].as_str().unwrap().to_string();
        let payloads = event["examples"].as_array().unwrap().clone();
        payloads.into_iter().map(move |payload| (name.clone(), payload)).collect::<Vec<_>>()
    };
    list.iter().flat_map(named).collect()
}
