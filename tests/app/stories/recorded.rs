//! Everything that GitHub was ever seen to send arrives at the endpoint.
//!
//! Each recording is sent twice: as it is (a webhook of a repository: often without an
//! installation), and as an App would get it. The jobs that follow are about repositories that
//! this GitHub does not know: they end as moot, which leaves no row.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use waymark::edge::store::JobState;

use crate::examples::examples;
use crate::http::{exchange, hook};
use crate::stage::Stage;

async fn send(stage: &Stage, guid: &str, event: &str, payload: &Value) {
    let body = serde_json::to_vec(payload).unwrap();
    let signed = crate::github::signature(&stage.gh.webhook_secret(), &body);
    let headers: [(&str, &[u8]); 3] = [
        ("X-GitHub-Event", event.as_bytes()),
        ("X-GitHub-Delivery", guid.as_bytes()),
        ("X-Hub-Signature-256", signed.as_bytes()),
    ];
    let answer = exchange(&stage.url, hook(&headers, &body)).await;
    assert_eq!(answer.status, 202, "{guid}: {answer:?}");
}

#[tokio::test]
async fn every_recorded_delivery_is_taken_and_understood() {
    let recorded = examples();
    for stage in Stage::each().await {
        stage.gh.allow("*", 404);
        let mut guids = Vec::new();
        for (n, (event, payload)) in recorded.iter().enumerate() {
            let mut of_app = payload.clone();
            if of_app["installation"].is_null() {
                of_app["installation"] = json!({"id": 4_000_001, "node_id": "x"});
            }
            for (kind, payload) in [("recorded", payload), ("app", &of_app)] {
                let guid = format!("{kind}-{n}-{event}");
                send(&stage, &guid, event, payload).await;
                guids.push(guid);
            }
        }
        assert_eq!(guids.len(), 2 * 329);
        stage.settle().await;

        let mut work: BTreeMap<String, usize> = BTreeMap::new();
        for guid in &guids {
            let outcome = stage.app.store.delivery_outcome(guid).await.unwrap();
            let outcome = outcome.unwrap_or_else(|| panic!("{guid} was never planned"));
            let kinds =
                ["check:", "sync:", "judge:", "sweep:", "measure:", "risk:", "learn:", "gate:"];
            let is_key = |word: &str| kinds.iter().any(|kind| word.starts_with(kind));
            let understood = outcome == "nothing to do" || outcome.split(", ").all(is_key);
            assert!(understood, "{guid}: {outcome}");
            if outcome != "nothing to do" && guid.starts_with("app-") {
                let event = guid.splitn(3, '-').nth(2).unwrap().to_owned();
                *work.entry(event).or_default() += 1;
            }
        }
        // Otherwise this test would also pass for an App that understands nothing.
        for event in ["pull_request", "push", "merge_group", "check_suite", "installation"] {
            assert!(work.contains_key(event), "no {event} made work: {work:?}");
        }
        assert_eq!(stage.jobs(JobState::Dead).await, []);
        assert!(stage.gh.calls().iter().all(|call| call.method != "PATCH"), "nothing was written");
        stage.end().await;
    }
}
