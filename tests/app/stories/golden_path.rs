//! Which policies apply is said by the golden path, and a change cannot leave it to excuse itself.

use crate::stage::Stage;

use super::files::{CATALOG, CONFIG};

const REPO: &str = "acme/payments";
/// Passes every bronze policy, and has no digest, which only gold asks for.
const UNPINNED: &str = "FROM debian:12\nUSER 10001\nCMD [\"/app\"]\n";
const STRICT: &str = "policies:\n  container/base_image_pinned: enforce\n";

fn catalog(kind: &str) -> String {
    CATALOG.replace("type: tool", &format!("type: {kind}"))
}

#[tokio::test]
async fn the_catalog_or_the_configuration_chooses_it() {
    for stage in Stage::each().await {
        let by_type = [("catalog-info.yaml", catalog("worker")), (CONFIG, STRICT.to_owned())];
        stage.gh.create_repo(REPO, &by_type);
        let head = stage.gh.push(REPO, "image", &[("Dockerfile", UNPINNED)], "Add image");
        stage.gh.open_pull(REPO, "image", "main");
        let chosen =
            [("catalog-info.yaml", catalog("tool")), (CONFIG, format!("path: library\n{STRICT}"))];
        stage.gh.create_repo("acme/other", &chosen);
        let other = stage.gh.push("acme/other", "image", &[("Dockerfile", UNPINNED)], "Add image");
        stage.gh.open_pull("acme/other", "image", "main");
        stage.settle().await;

        let run = stage.run(REPO, &head);
        assert!(run.summary.unwrap().contains("Golden path `worker`"));
        let pinned = run.annotations.iter().find(|a| a["annotation_level"] == "failure");
        assert_eq!(pinned.unwrap()["path"], "Dockerfile");
        let run = stage.run("acme/other", &other);
        assert!(run.summary.unwrap().contains("Golden path `library`"));
        assert_eq!(run.annotations, Vec::<serde_json::Value>::new(), "a library has no image");
        stage.end().await;
    }
}

#[tokio::test]
async fn leaving_it_is_no_excuse() {
    for stage in Stage::each().await {
        let files = [("catalog-info.yaml", catalog("service")), (CONFIG, STRICT.to_owned())];
        stage.gh.create_repo(REPO, &files);
        let changes = [("catalog-info.yaml", catalog("tool")), ("Dockerfile", UNPINNED.to_owned())];
        let head = stage.gh.push(REPO, "image", &changes, "Add image, be a tool");
        stage.gh.open_pull(REPO, "image", "main");
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &head), "failure");
        stage.end().await;
    }
}

#[tokio::test]
async fn one_that_does_not_exist_is_named_with_its_line() {
    for stage in Stage::each().await {
        let files =
            [("catalog-info.yaml", CATALOG.to_owned()), (CONFIG, "\npath: servce\n".to_owned())];
        stage.gh.create_repo(REPO, &files);
        let head = stage.gh.push(REPO, "image", &[("Dockerfile", UNPINNED)], "Add image");
        stage.gh.open_pull(REPO, "image", "main");
        stage.settle().await;
        let run = stage.run(REPO, &head);
        assert_eq!(run.conclusion.as_deref(), Some("action_required"));
        let said = format!("{:?} {:?}", run.title, run.summary);
        assert!(said.contains(".github/waymark.yml line 2"), "{said}");
        assert!(said.contains("did you mean `service`?"), "{said}");
        stage.end().await;
    }
}
