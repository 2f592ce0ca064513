//! Three hundred faults at once stay readable.

use crate::stage::{Stage, annotated};

use super::files::{CATALOG, GOOD, ROOT};

#[tokio::test]
async fn three_hundred_findings_are_annotated_as_far_as_allowed() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let names: Vec<String> = (0..300).map(|i| format!("svc/{i:03}/Dockerfile")).collect();
        let changes: Vec<(&str, &str)> = names.iter().map(|n| (n.as_str(), ROOT)).collect();
        let head = stage.gh.push("acme/payments", "many", &changes, "Add images");
        stage.gh.open_pull("acme/payments", "many", "main");
        stage.settle().await;

        let runs = stage.runs("acme/payments", &head);
        assert_eq!(runs.len(), 1);
        let run = &runs[0];
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        assert_eq!(run.title.as_deref(), Some("Blocked: 300 new findings in an enforced policy"));
        let expected: Vec<_> = names.iter().take(200).map(|name| (name.clone(), 1)).collect();
        assert_eq!(annotated(run), expected);
        let summary = run.summary.as_deref().unwrap();
        assert!(summary.contains("100 more on changed files without an annotation"), "{summary}");
        assert!(summary.contains("svc/299/Dockerfile"), "{summary}");

        // Concluded from the first request on, then three more batches.
        let sent = stage.gh.calls_to("* /repos/{owner}/{repo}/check-runs*");
        let batches: Vec<_> = sent
            .iter()
            .map(|call| {
                let output = &call.body["output"]["annotations"];
                (call.method.as_str(), output.as_array().unwrap().len())
            })
            .collect();
        assert_eq!(batches, [("POST", 50), ("PATCH", 50), ("PATCH", 50), ("PATCH", 50)]);
        assert_eq!(sent[0].body["conclusion"], "failure");
        // All three hundred are one file: it is fetched once.
        assert_eq!(stage.gh.calls_to("POST /graphql").len(), 2, "base and head");
        stage.end().await;
    }
}

/// A change can make a file faulty that it does not touch: told, but not on the diff.
#[tokio::test]
async fn a_finding_outside_the_diff_is_listed_and_not_annotated() {
    for stage in Stage::each().await {
        let calls = "name: ci\non: {pull_request: {}}\njobs:\n  ci:\n    uses: \
                     acme/platform-workflows/.github/workflows/service.yml@v1\n";
        let ci = ".github/workflows/ci.yml";
        stage.gh.create_repo("acme/payments", &[GOOD, &[(ci, calls)]].concat());
        let service = CATALOG.replace("type: tool", "type: service");
        let changes = [("catalog-info.yaml", service.as_str())];
        let head = stage.gh.push("acme/payments", "service", &changes, "It is a service");
        stage.gh.open_pull("acme/payments", "service", "main");
        stage.settle().await;

        let run = stage.run("acme/payments", &head);
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        let summary = run.summary.as_deref().unwrap();
        assert!(summary.contains("does not run on push to `main`"), "{summary}");
        assert!(summary.contains("**Where.** `.github/workflows/ci.yml:2`"), "{summary}");
        assert_eq!(annotated(&run), []);
        stage.end().await;
    }
}
