//! A monorepo with more files than GitHub lists: what was not seen is unknown, never missing.

use crate::stage::{Stage, annotated};
use crate::stories::files::CATALOG;

const REPO: &str = "acme/monorepo";
const LOOSE: &str = "on: push
jobs:
  build:
    uses: acme/platform-workflows/.github/workflows/service.yml@main
";

/// So many files that sort before everything else.
fn crowd(files: usize) -> Vec<(String, String)> {
    (0..files).map(|n| (format!(".a/{n:04}.txt"), "x".to_owned())).collect()
}

#[tokio::test]
async fn what_was_not_listed_is_unknown() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &crowd(50));
        stage.gh.truncate_trees(20);
        let head = stage.gh.push(REPO, "topic", &[("README.md", "# All of it\n")], "Say hello");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        let run = stage.run(REPO, &head);
        let said = format!("{:?} {:?} {:?}", run.title, run.summary, run.text);
        // There is no catalog-info.yaml, and the root's own listing shows that there is none; but
        // one may be named elsewhere, so nobody is blamed.
        assert_ne!(run.conclusion.as_deref(), Some("failure"), "{said}");
        assert!(said.contains("more files than GitHub lists"), "the reason is told: {said}");
        assert!(said.to_lowercase().contains("unknown"), "{said}");
        assert_eq!(annotated(&run), []);
        stage.end().await;
    }
}

#[tokio::test]
async fn the_root_and_the_workflows_are_found_all_the_same() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, &crowd(50));
        stage.gh.truncate_trees(20);
        let image = "FROM debian:12@sha256:1\nCMD [\"/app\"]\n";
        let changes = [
            ("Dockerfile", image),
            ("catalog-info.yaml", CATALOG),
            (".github/workflows/build.yml", LOOSE),
        ];
        let head = stage.gh.push(REPO, "topic", &changes, "Add image and workflow");
        stage.gh.open_pull(REPO, "topic", "main");
        stage.settle().await;
        let run = stage.run(REPO, &head);
        assert_eq!(run.conclusion.as_deref(), Some("failure"), "{run:#?}");
        let places: Vec<String> = annotated(&run).into_iter().map(|(path, _)| path).collect();
        assert!(places.contains(&"Dockerfile".to_owned()), "{run:#?}");
        assert!(places.contains(&".github/workflows/build.yml".to_owned()), "{run:#?}");
        assert!(!places.contains(&"catalog-info.yaml".to_owned()), "{run:#?}");
        stage.end().await;
    }
}
