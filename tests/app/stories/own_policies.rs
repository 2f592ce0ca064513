//! A platform team writes policies of its own in `acme/.github`. They hold in the repositories of
//! its organisation; whatever is wrong with them, the built-in ones go on.

use std::time::Duration;

use waymark::edge::store::JobState;

use crate::github::{CheckRun, FakeGitHub};
use crate::http::get;
use crate::stage::{Props, Stage};

use super::files::{FIXED, GOOD, ROOT};

pub(super) const HOME: &str = "acme/.github";
const REPO: &str = "acme/payments";

/// Where the rules of `acme/NAME` lie.
pub(super) fn place(name: &str) -> String {
    format!("waymark/policies/acme/{name}/policy.rego")
}

/// Rules of `acme/NAME` with METADATA.
pub(super) fn rules(name: &str, body: &str) -> String {
    format!(
        "# METADATA\n# title: A licence is there\n# description: Without one nobody may use it.\n\
         # custom:\n#   severity: medium\n#   level: bronze\n#   mode: enforce\n#   needs: [files]\n\
         #   scope: repo\n#   since: \"1\"\n#   remediation: Add a file `LICENSE`.\n\
         package waymark.acme.{name}\n\nimport rego.v1\n\n{body}\n"
    )
}

/// A sound policy: a repository needs this file.
pub(super) fn wants(name: &str, file: &str) -> String {
    let body = format!(
        "default applies := true\n\nfindings contains {{\"message\": \"There is no `{file}`\", \
         \"path\": \"{file}\"}} if {{\n\tnot \"{file}\" in input.files\n}}"
    );
    rules(name, &body)
}

/// A configuration repository without a `waymark.yml`: that is asked for all the same.
pub(super) fn home(stage: &Stage) {
    stage.gh.allow("GET /repos/{owner}/{repo}/contents/{path}", 404);
    stage.gh.create_repo(HOME, &[("README.md", "Ours")]);
}

/// An organisation with these policies beside a repository in which nothing is wrong.
async fn furnished(stage: &Stage, files: &[(String, String)]) {
    home(stage);
    stage.gh.create_repo(REPO, GOOD);
    stage.settle().await;
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    stage.gh.push(HOME, "main", &files, "Add policies");
    stage.settle().await;
}

/// Judges a pull request that adds an image.
async fn judged(stage: &Stage, branch: &str, image: &str) -> CheckRun {
    let head = stage.gh.push(REPO, branch, &[("Dockerfile", image)], "Add image");
    stage.gh.open_pull(REPO, branch, "main");
    stage.settle().await;
    assert_eq!(stage.jobs(JobState::Dead).await, []);
    stage.run(REPO, &head)
}

fn said(run: &CheckRun) -> String {
    format!("{:?}\n{:?}\n{:?}", run.title, run.summary, run.text)
}

#[tokio::test]
async fn a_policy_of_the_organisation_holds_in_its_repositories_and_nowhere_else() {
    for stage in Stage::each().await {
        furnished(&stage, &[(place("licensed"), wants("licensed", "LICENSE"))]).await;
        let run = judged(&stage, "one", FIXED).await;
        assert!(said(&run).contains("There is no `LICENSE`"), "{}", said(&run));
        assert!(said(&run).contains("`acme/licensed`"), "{}", said(&run));

        // Another organisation knows nothing of it.
        stage.gh.create_repo("other/shop", GOOD);
        let head = stage.gh.push("other/shop", "topic", &[("Dockerfile", FIXED)], "Add image");
        stage.gh.open_pull("other/shop", "topic", "main");
        stage.settle().await;
        let other = stage.run("other/shop", &head);
        assert!(!said(&other).contains("acme/licensed"), "{}", said(&other));

        // A push to the configuration repository changes it at once.
        let text = wants("licensed", "COPYING");
        stage.gh.push(HOME, "main", &[(place("licensed"), text)], "Another name");
        stage.settle().await;
        let run = judged(&stage, "two", FIXED).await;
        assert!(said(&run).contains("There is no `COPYING`"), "{}", said(&run));
        stage.end().await;
    }
}

/// The built-in policies judge as ever, the sound one of the organisation, too; the faulty one is
/// broken, with the reason.
async fn others_are_judged(bad: &str, reason: &str) {
    let props = || Props { deadline: Duration::from_secs(3), ..Props::default() };
    for stage in Stage::each_with(FakeGitHub::builder, props).await {
        let files =
            [(place("bad"), bad.to_owned()), (place("licensed"), wants("licensed", "LICENSE"))];
        furnished(&stage, &files).await;
        let run = judged(&stage, "bad", ROOT).await;
        let text = said(&run);
        let line = text.split("\\n").find(|line| line.starts_with("- `acme/bad`: "));
        let line = line.unwrap_or_else(|| panic!("it is not named: {text}"));
        assert!(line.contains(reason), "{reason} in {line}");
        assert!(text.contains("There is no `LICENSE`"), "{text}");
        assert_eq!(run.conclusion.as_deref(), Some("failure"), "{text}");
        assert_eq!(run.annotations.len(), 1, "the image runs as root: {text}");
        assert_eq!(get(&stage.url, "/livez").await.status, 200);
        stage.end().await;
    }
}

#[tokio::test]
async fn one_that_does_not_parse() {
    others_are_judged(&rules("bad", "findings contains {"), "expecting expression").await;
}

/// regorus analyses everything together: this one used to break every policy.
#[tokio::test]
async fn one_with_two_arities() {
    others_are_judged(&rules("bad", "f(x) := x\n\nf(x, y) := y"), "takes 2 arguments here").await;
}

/// A function that asks for itself fills the stack of whoever calls it: it is never called.
#[tokio::test]
async fn one_that_asks_for_itself() {
    let body = "default applies := true\n\ndepth(x) := 1 + depth(x)\n\n\
         findings contains {\"message\": \"x\"} if depth(input.files) > 2";
    others_are_judged(&rules("bad", body), "asks for itself, and would never end").await;
}

/// What was judged today is shown again tomorrow: no policy has a clock.
#[tokio::test]
async fn one_that_asks_for_the_time() {
    let body = "findings contains {\"message\": sprintf(\"now %d\", [time.now_ns()])}";
    others_are_judged(&rules("bad", body), "a policy may not call").await;
}

#[tokio::test]
async fn one_that_never_ends() {
    let body = "default applies := true\n\nmany := numbers.range(1, 3000)\n\n\
         findings contains {\"message\": \"x\"} if {\n\
         \tcount([1 | some a in many; some b in many; some c in many; a + b + c == 1]) > 0\n}";
    others_are_judged(&rules("bad", body), "took longer than").await;
}

/// The parser takes time that doubles with each bracket: it cannot even be loaded.
#[tokio::test]
async fn one_that_cannot_be_parsed_in_a_lifetime() {
    let body = format!("x := {}1{}", "[".repeat(29), "]".repeat(29));
    others_are_judged(&rules("bad", &body), "it cannot be loaded").await;
}

#[tokio::test]
async fn a_huge_number() {
    let body = "findings contains {\"message\": \"x\"} if 1e999999999 > 2 * 1e999999998";
    others_are_judged(&rules("bad", body), "").await;
}

#[tokio::test]
async fn built_in_policies_cannot_be_replaced_or_silenced() {
    for stage in Stage::each().await {
        let silent = rules("x", "default applies := false")
            .replace("waymark.acme.x", "waymark.container.non_root_user");
        let files = [
            ("waymark/policies/container/non_root_user/policy.rego".to_owned(), silent),
            (
                "waymark/policies/lib/gaps.rego".to_owned(),
                "package waymark.lib.gaps\n\nimport rego.v1\n\nnone(_) := false\n".to_owned(),
            ),
        ];
        furnished(&stage, &files).await;
        let run = judged(&stage, "image", ROOT).await;
        assert_eq!(run.conclusion.as_deref(), Some("failure"), "{}", said(&run));
        assert_eq!(run.annotations.len(), 1);

        // Where it can be mended, it is told.
        let head = stage.gh.head(HOME, "main");
        let runs = stage.gh.check_runs(HOME, &head);
        let told = runs.iter().find(|run| run.name == "waymark / policies").unwrap();
        assert_eq!(told.conclusion.as_deref(), Some("failure"));
        let text = said(told);
        assert!(text.contains("`container/non_root_user` is a built-in policy"), "{text}");
        assert!(text.contains("`lib/gaps.rego` is built in"), "{text}");
        stage.end().await;
    }
}
