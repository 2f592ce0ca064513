//! The same story on every shape of GitHub: Enterprise Server, no GraphQL, old tokens, echoes.

use crate::github::{Builder, FakeClock, FakeGitHub};
use crate::stage::{Stage, annotated};
use crate::stories::files::CATALOG;

const ROOT: &str = "FROM debian:12@sha256:1\nCMD [\"/app\"]\n";
const FIXED: &str = "FROM debian:12@sha256:1\nUSER 10001\nCMD [\"/app\"]\n";
const REPO: &str = "acme/payments";

/// Red, green, merged: one run for each head.
async fn red_green_merged(shape: impl Fn(FakeClock) -> Builder) {
    for stage in Stage::each_on(shape).await {
        stage.gh.create_repo(REPO, &[("catalog-info.yaml", CATALOG)]);
        let red = stage.gh.push(REPO, "topic", &[("Dockerfile", ROOT)], "Add image");
        let number = stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        let run = stage.run(REPO, &red);
        assert_eq!(run.conclusion.as_deref(), Some("failure"), "{run:#?}");
        assert_eq!(annotated(&run), [("Dockerfile".to_owned(), 1)]);
        let green = stage.gh.push(REPO, "topic", &[("Dockerfile", FIXED)], "Drop root");
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &green), "success");
        stage.advance(5);
        let merged = stage.gh.merge(REPO, number);
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &merged), "success");
        for head in [&red, &green, &merged] {
            assert_eq!(stage.runs(REPO, head).len(), 1, "one run for each head");
        }
        assert_eq!(stage.gh.calls_to("POST */check-runs").len(), 3);
        stage.end().await;
    }
}

#[tokio::test]
async fn on_enterprise_server() {
    red_green_merged(|clock| FakeGitHub::builder(clock).ghes()).await;
}

#[tokio::test]
async fn without_graphql() {
    red_green_merged(|clock| FakeGitHub::builder(clock).without_graphql()).await;
}

#[tokio::test]
async fn with_tokens_as_until_2026() {
    red_green_merged(|clock| FakeGitHub::builder(clock).classic_tokens()).await;
}

#[tokio::test]
async fn with_echoes_of_our_own_runs() {
    red_green_merged(|clock| FakeGitHub::builder(clock).with_echoes()).await;
}

#[tokio::test]
async fn with_all_of_it_at_once() {
    red_green_merged(|clock| {
        FakeGitHub::builder(clock).ghes().without_graphql().classic_tokens().with_echoes()
    })
    .await;
}
