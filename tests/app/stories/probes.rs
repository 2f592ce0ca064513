//! The operator's machines ask how it goes: liveness, readiness, metrics.

use std::collections::BTreeSet;

use crate::github::FakeGitHub;
use crate::http::{Answer, get};
use crate::stage::{Props, Stage};
use crate::stories::files::CATALOG;

#[tokio::test]
async fn it_lives_and_is_ready() {
    for stage in Stage::each().await {
        assert_eq!(get(&stage.url, "/livez").await.status, 200);
        let ready = get(&stage.url, "/readyz").await;
        assert_eq!(ready.status, 200, "{ready:?}");
        let said: serde_json::Value = serde_json::from_str(&ready.body).unwrap();
        assert_eq!(said, serde_json::json!({"database": "ok", "credentials": "ok", "remarks": []}));
        get(&stage.url, "/readyz").await;
        assert_eq!(stage.gh.calls_to("GET /app").len(), 1, "the answer is believed for a while");
        stage.advance(61);
        get(&stage.url, "/readyz").await;
        assert_eq!(stage.gh.calls_to("GET /app").len(), 2, "but not for ever");
        stage.end().await;
    }
}

#[tokio::test]
async fn without_its_database_it_lives_but_is_not_ready() {
    for stage in Stage::each().await {
        stage.app.store.close().await;
        assert_eq!(get(&stage.url, "/livez").await.status, 200);
        let ready = get(&stage.url, "/readyz").await;
        assert_eq!(ready.status, 503);
        let said: serde_json::Value = serde_json::from_str(&ready.body).unwrap();
        assert_ne!(said["database"], "ok");
        assert_eq!(said["credentials"], "ok");
        assert_eq!(get(&stage.url, "/metrics").await.status, 200, "counters need no database");
        stage.gh.assert_calm();
    }
}

#[tokio::test]
async fn a_webhook_that_cannot_be_stored_is_not_acknowledged() {
    for stage in Stage::each().await {
        stage.app.store.close().await;
        stage.gh.ping();
        let sent = stage.gh.deliver().await;
        assert_eq!(sent, [("ping".to_owned(), 503)], "GitHub must show it as failed");
        stage.gh.assert_calm();
    }
}

#[tokio::test]
async fn with_bad_credentials_it_takes_deliveries_and_says_so() {
    let stranger = || Props { app_id: Some(7), ..Props::default() };
    for stage in Stage::each_with(FakeGitHub::builder, stranger).await {
        let ready = get(&stage.url, "/readyz").await;
        assert_eq!(ready.status, 200, "a delivery can be stored");
        let said: serde_json::Value = serde_json::from_str(&ready.body).unwrap();
        assert_eq!(said["database"], "ok");
        let credentials = said["credentials"].as_str().unwrap();
        assert!(credentials.contains("401"), "{credentials}");
        stage.gh.forgive();
        stage.end().await;
    }
}

#[tokio::test]
async fn without_github_it_is_ready_for_deliveries_and_asks_seldom() {
    let said = |answer: Answer| {
        assert_eq!(answer.status, 200, "a load balancer must not take replicas away: {answer:?}");
        let said: serde_json::Value = serde_json::from_str(&answer.body).unwrap();
        said["credentials"].as_str().unwrap().to_owned()
    };
    for stage in Stage::each().await {
        stage.gh.fail("GET /app", 503, 1);
        for _ in 0..3 {
            assert!(said(get(&stage.url, "/readyz").await).contains("503"));
        }
        assert_eq!(stage.gh.calls_to("GET /app").len(), 1, "a refusal is remembered");
        stage.gh.ping();
        assert_eq!(stage.gh.deliver().await, [("ping".to_owned(), 202)]);
        stage.advance(10);
        assert_eq!(said(get(&stage.url, "/readyz").await), "ok");
        // GitHub says nothing: the probe is answered before whoever sent it gives up.
        stage.advance(61);
        let stall = stage.gh.stall("GET /app");
        assert!(said(get(&stage.url, "/readyz").await).contains("did not answer"));
        stall.release();
        stage.gh.heal();
        stage.settle().await;
        stage.end().await;
    }
}

/// Sample lines of a scrape, without values.
fn series(text: &str) -> BTreeSet<String> {
    let samples = text.lines().filter(|line| !line.starts_with('#'));
    samples.map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect()
}

#[tokio::test]
async fn metrics_are_openmetrics_without_secrets() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", &[("catalog-info.yaml", CATALOG)]);
        stage.gh.push("acme/payments", "topic", &[("NOTES.md", "# Payments\n")], "Say hello");
        stage.gh.open_pull("acme/payments", "topic", "main");
        stage.settle().await;
        let answer = get(&stage.url, "/metrics").await;
        assert_eq!(answer.status, 200);
        let kind = answer.header("content-type").unwrap();
        assert!(kind.starts_with("application/openmetrics-text; version=1.0.0"), "{kind}");
        check_openmetrics(&answer.body);
        for expected in [
            "waymark_deliveries_total{event=\"pull_request\",result=\"new\"} 1",
            "waymark_check_runs_total{result=\"success\"} 1",
        ] {
            assert!(answer.body.contains(expected), "{expected} in\n{}", answer.body);
        }
        let token = "ghs_";
        let key = stage.gh.private_key_pem().lines().nth(3).unwrap();
        let secret = stage.gh.webhook_secret();
        for private in [token, key, secret.as_str(), "payments", "acme"] {
            assert!(!answer.body.contains(private), "{private} in\n{}", answer.body);
        }
        stage.end().await;
    }
}

#[tokio::test]
async fn nobody_can_make_series_from_outside() {
    for stage in Stage::each().await {
        let refused = || get(&stage.url, "/a/path/of/a/stranger");
        refused().await;
        stage.gh.ping();
        stage.settle().await;
        let before = series(&get(&stage.url, "/metrics").await.body);
        for n in 0..20 {
            let (body, secret) = (b"{}".as_slice(), stage.gh.webhook_secret());
            let (event, guid) = (format!("event_{n}"), format!("guid-{n}"));
            let signed = crate::github::signature(&secret, body);
            let headers: [(&str, &[u8]); 3] = [
                ("X-GitHub-Event", event.as_bytes()),
                ("X-GitHub-Delivery", guid.as_bytes()),
                ("X-Hub-Signature-256", signed.as_bytes()),
            ];
            let answer = crate::http::exchange(&stage.url, crate::http::hook(&headers, body)).await;
            assert_eq!(answer.status, 202);
            refused().await;
        }
        stage.settle().await;
        let after = series(&get(&stage.url, "/metrics").await.body);
        assert_eq!(before, after);
        stage.end().await;
    }
}

#[tokio::test]
async fn waiting_and_dead_jobs_are_counted() {
    for stage in Stage::each().await {
        stage.gh.ping();
        stage.gh.deliver().await;
        let text = get(&stage.url, "/metrics").await.body;
        assert!(text.contains("waymark_jobs{kind=\"plan\",state=\"queued\"} 1"), "{text}");
        check_openmetrics(&text);
        stage.settle().await;
        let text = get(&stage.url, "/metrics").await.body;
        assert!(!text.contains("state=\"queued\"} 1"), "{text}");
        stage.end().await;
    }
}

/// The rules of OpenMetrics 1.0 that a scraper insists on.
fn check_openmetrics(text: &str) {
    assert!(text.ends_with("# EOF\n"), "{text}");
    assert_eq!(text.matches("# EOF").count(), 1);
    let (mut families, mut current) = (BTreeSet::new(), String::new());
    let mut seen = BTreeSet::new();
    for line in text.lines() {
        assert!(!line.is_empty(), "an empty line");
        if let Some(rest) = line.strip_prefix("# TYPE ") {
            let (name, kind) = rest.split_once(' ').unwrap();
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert!(families.insert(name.to_owned()), "{name} is declared twice");
            current = name.to_owned();
        } else if !line.starts_with('#') {
            let (series, value) = line.rsplit_once(' ').unwrap();
            assert!(value.parse::<f64>().is_ok(), "{line}");
            let name = series.split('{').next().unwrap();
            assert!(name.starts_with(&current), "{line} stands outside its family");
            assert!(seen.insert(series.to_owned()), "{series} comes twice");
        }
    }
    assert!(!seen.is_empty());
}
