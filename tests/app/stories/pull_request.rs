//! A product engineer opens a pull request, reads what is wrong, fixes it, and is done.

use crate::stage::{Stage, annotated};

const ROOT: &str = "FROM debian:12\nCOPY app /app\nCMD [\"/app\"]\n";
const FIXED: &str = "FROM debian:12\nCOPY app /app\nUSER 10001\nCMD [\"/app\"]\n";
const README: &str = "# Payments\n";

/// A catalogue entry that is right.
pub const CATALOG: &str = "apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: payments
spec:
  type: tool
  lifecycle: production
  owner: group:team-payments
";

#[tokio::test]
async fn red_then_green() {
    for stage in Stage::each().await {
        stage
            .gh
            .create_repo("acme/payments", &[("catalog-info.yaml", CATALOG), ("README.md", README)]);
        let head =
            stage.gh.push("acme/payments", "containerise", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull("acme/payments", "containerise", "main");
        stage.settle().await;

        let run = stage.run("acme/payments", &head);
        assert_eq!(run.conclusion.as_deref(), Some("failure"), "{run:#?}");
        assert_eq!(annotated(&run), [("Dockerfile".to_owned(), 1)]);

        let head =
            stage.gh.push("acme/payments", "containerise", &[("Dockerfile", FIXED)], "Drop root");
        stage.settle().await;
        let run = stage.run("acme/payments", &head);
        assert_ne!(run.conclusion.as_deref(), Some("failure"), "{run:#?}");
        assert_eq!(run.annotations, Vec::<serde_json::Value>::new());
        stage.end().await;
    }
}
