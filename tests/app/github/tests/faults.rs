//! Ordered failures, limits, and deliveries that go astray.

use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Bytes;
use axum::http::HeaderMap;
use axum::routing::post;
use serde_json::json;

use super::*;
use crate::github::signature;

#[tokio::test]
async fn failures_come_as_often_as_ordered() {
    let (github, mut client) = fixture().await;
    client.install(&github, json!({})).await;
    let repo = "/repos/acme/payments";
    github.fail("GET /repos/{owner}/{repo}", 502, 2);
    for status in [502, 502, 200] {
        assert_eq!(client.get(repo).await.status, status);
    }
    github.secondary_limit(Some(30), 1);
    let answer = client.get(repo).await;
    assert_eq!((answer.status, answer.header("retry-after")), (403, Some("30")));
    github.drop_connection("*", 1);
    assert!(client.send("GET", repo, None).await.is_err());
    github.half_body("*");
    let half = client.send("GET", repo, None).await;
    assert_eq!(half.unwrap_err(), "half an answer");
    // The act was done although nobody heard of it.
    let head = github.head("acme/payments", "main");
    github.lose_answer("POST */check-runs", 1);
    let body = json!({"name": "w", "head_sha": head, "conclusion": "neutral"});
    assert!(client.send("POST", "/repos/acme/payments/check-runs", Some(body)).await.is_err());
    assert_eq!(github.check_runs("acme/payments", &head).len(), 1);
    github.primary_exhausted(NOW + 100);
    let answer = client.get(repo).await;
    assert_eq!((answer.status, answer.header("x-ratelimit-remaining")), (403, Some("0")));
    assert_eq!(answer.header("x-ratelimit-reset"), Some((NOW + 100).to_string().as_str()));
    github.clock().advance(100);
    assert_eq!(client.get(repo).await.status, 200);
    github.expire_tokens();
    assert_eq!(client.get(repo).await.status, 401);
    github.assert_calm();
}

#[tokio::test]
async fn a_stall_waits_for_its_guard() {
    let (github, mut client) = fixture().await;
    client.install(&github, json!({})).await;
    let stall = github.stall("GET */git/trees/*");
    let task = tokio::spawn(async move {
        let answer = client.get("/repos/acme/payments/git/trees/main").await;
        answer.status
    });
    stall.hit().await;
    assert!(!task.is_finished());
    stall.release();
    assert_eq!(task.await.unwrap(), 200);
    github.assert_calm();
}

/// The deed is done, and nobody says so; who waits goes away in the end.
#[tokio::test]
async fn silence_lasts_until_the_caller_hangs_up() {
    let (github, mut client) = fixture().await;
    client.install(&github, json!({})).await;
    let head = github.head("acme/payments", "main");
    github.keep_silent("POST */check-runs", 1);
    let body = json!({"name": "w", "head_sha": head, "conclusion": "neutral"});
    let task = tokio::spawn(async move {
        client.send("POST", "/repos/acme/payments/check-runs", Some(body)).await.is_ok()
    });
    github.wait_until(|github| github.check_runs("acme/payments", &head).len() == 1).await;
    assert!(!task.is_finished() && !github.is_idle());
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    github.wait_until(FakeGitHub::is_idle).await;
    github.assert_calm();
}

/// (GUID, event, signature is right) of everything received; answers 202.
async fn receiver(secret: String) -> (String, Arc<Mutex<Vec<(String, String, bool)>>>) {
    let seen = Arc::new(Mutex::new(Vec::new()));
    let log = seen.clone();
    let app = Router::new().route(
        "/webhook",
        post(move |headers: HeaderMap, body: Bytes| async move {
            let text = |name: &str| headers[name].to_str().unwrap().to_string();
            let right = text("x-hub-signature-256") == signature(&secret, &body);
            log.lock().unwrap().push((text("x-github-delivery"), text("x-github-event"), right));
            axum::http::StatusCode::ACCEPTED
        }),
    );
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}/webhook", listener.local_addr().unwrap());
    tokio::spawn(async move { axum::serve(listener, app).await });
    (url, seen)
}

#[tokio::test]
async fn deliveries_are_signed_repeated_lost_and_found() {
    let (github, mut client) = fixture().await;
    let (url, seen) = receiver(github.webhook_secret()).await;
    github.deliver_to(&url);
    github.push("acme/payments", "main", &[("a", "a")], "one");
    github.duplicate_queue();
    assert_eq!(github.deliver().await, [("push".to_string(), 202), ("push".to_string(), 202)]);
    github.push("acme/payments", "main", &[("a", "b")], "two");
    github.lose_queue();
    client.jwt(&github, NOW - 60, NOW + 500);
    let failed = client.get("/app/hook/deliveries?status=failure").await.json();
    assert_eq!(failed.as_array().unwrap().len(), 1);
    let one = client.get(&format!("/app/hook/deliveries/{}", failed[0]["id"])).await.json();
    assert_eq!(one["request"]["payload"]["ref"], "refs/heads/main");
    assert_eq!(one["request"]["headers"]["X-GitHub-Event"], "push");
    let path = format!("/app/hook/deliveries/{}/attempts", failed[0]["id"]);
    assert_eq!(client.send("POST", &path, None).await.unwrap().status, 202);
    github.deliver().await;
    let seen = seen.lock().unwrap().clone();
    assert!(seen.iter().all(|(_, event, right)| event == "push" && *right));
    assert_eq!(
        (seen.len(), seen[0].0 == seen[1].0, seen[2].0.as_str()),
        (3, true, failed[0]["guid"].as_str().unwrap())
    );
    assert!(github.history().last().unwrap().redelivery);
    github.assert_calm();
}

#[tokio::test]
async fn automatic_delivery_needs_no_asking() {
    let (github, _) = fixture().await;
    let (url, seen) = receiver(github.webhook_secret()).await;
    github.deliver_to(&url);
    github.deliver_automatically();
    github.push("acme/payments", "main", &[("a", "a")], "one");
    github.push("acme/payments", "main", &[("a", "b")], "two");
    github.wait_until(|github| github.history().len() == 2).await;
    assert_eq!(seen.lock().unwrap().len(), 2);
}
