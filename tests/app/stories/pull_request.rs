//! A product engineer opens a pull request, reads what is wrong, fixes it, and is done.

use crate::stage::{Stage, annotated};

use super::files::{FIXED, GOOD, ROOT};

#[tokio::test]
async fn red_then_green() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/payments", GOOD);
        let red =
            stage.gh.push("acme/payments", "containerise", &[("Dockerfile", ROOT)], "Add image");
        stage.gh.open_pull("acme/payments", "containerise", "main");
        stage.settle().await;

        let run = stage.run("acme/payments", &red);
        assert_eq!(run.conclusion.as_deref(), Some("failure"));
        assert_eq!(annotated(&run), [("Dockerfile".to_owned(), 1)]);
        let said = format!("{}\n\n{}", run.title.unwrap(), run.summary.unwrap());
        insta::assert_snapshot!("red", normalised(&said));

        let green =
            stage.gh.push("acme/payments", "containerise", &[("Dockerfile", FIXED)], "Drop root");
        stage.settle().await;
        let run = stage.run("acme/payments", &green);
        assert_eq!(run.conclusion.as_deref(), Some("success"));
        assert_eq!(run.title.as_deref(), Some("Passed: 9 of 9 policies that apply"));
        assert_eq!(run.annotations, Vec::<serde_json::Value>::new());
        // One run each: the push and the `synchronize` that follows it are one wish.
        assert_eq!(stage.runs("acme/payments", &red).len(), 1);
        assert_eq!(stage.runs("acme/payments", &green).len(), 1);
        stage.end().await;
    }
}

/// Without what changes with each policy that is added: the library's digest and its size.
fn normalised(said: &str) -> String {
    let cut = |text: &str, from: &str, to: &str, by: &str| {
        let (front, rest) = text.rsplit_once(from).unwrap();
        format!("{front}{from}{by}{to}{}", rest.split_once(to).unwrap().1)
    };
    let said = cut(said, "Policy library `", "`", "[digest]");
    cut(&said, "apply pass; ", " do not apply", "[n]")
}
