//! A waiver is born, counts, is told of before it ends, ends, and is cleared away.

use crate::github::CheckRun;
use crate::stage::{Stage, annotated};

use super::files::{CONFIG, FIXED, GOOD, ROOT, mode, waiver, with};

const REPO: &str = "acme/payments";
const INLINE: &str =
    "waymark:ignore container/non_root_user until=2027-01-31 reason=\"vendor image\" owner=team-a";

/// [`ROOT`] with a waiver above its fault.
fn excused() -> String {
    format!("# {INLINE}\n{ROOT}")
}

async fn pushed(stage: &Stage, branch: &str, files: &[(&str, &str)]) -> CheckRun {
    let head = stage.gh.push(REPO, branch, files, "Change");
    if branch != "main" {
        stage.gh.open_pull(REPO, branch, "main");
    }
    stage.settle().await;
    stage.run(REPO, &head)
}

fn conclusion(run: &CheckRun) -> &str {
    run.conclusion.as_deref().unwrap_or_default()
}

fn summary(run: &CheckRun) -> &str {
    run.summary.as_deref().unwrap_or_default()
}

#[tokio::test]
async fn a_comment_on_the_base_counts_wherever_its_line_has_gone() {
    for stage in Stage::each().await {
        let base = excused();
        stage.gh.create_repo(REPO, &with(GOOD, "Dockerfile", &base));
        // The fault stays, other lines come above and below.
        let moved = format!("# The image.\n\n{base}# end\n");
        let run = pushed(&stage, "moved", &[("Dockerfile", &moved)]).await;
        assert_eq!(conclusion(&run), "success");
        assert!(run.title.clone().unwrap().contains("(1 waived)"), "{:?}", run.title);
        assert!(summary(&run).contains("vendor image"), "{}", summary(&run));

        // Even where the change takes the comment away: that counts once it is merged.
        let run = pushed(&stage, "bare", &[("Dockerfile", ROOT)]).await;
        assert_eq!(conclusion(&run), "success");
        let run = pushed(&stage, "main", &[("Dockerfile", ROOT)]).await;
        assert!(!run.title.unwrap().contains("waived"));
        stage.end().await;
    }
}

#[tokio::test]
async fn a_comment_in_the_change_itself_does_not_count_and_says_so() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        let run = pushed(&stage, "image", &[("Dockerfile", &excused())]).await;
        assert_eq!(conclusion(&run), "failure");
        let said = "the waiver in `Dockerfile:1` counts once it is on the base branch";
        assert!(summary(&run).contains(said), "{}", summary(&run));
        stage.end().await;
    }
}

#[tokio::test]
async fn a_second_fault_is_not_covered_by_the_comment_on_the_first() {
    for stage in Stage::each().await {
        let base = excused();
        stage.gh.create_repo(REPO, &with(GOOD, "Dockerfile", &base));
        let run = pushed(&stage, "more", &[("worker/Dockerfile", ROOT)]).await;
        assert_eq!(conclusion(&run), "failure");
        stage.end().await;
    }
}

#[tokio::test]
async fn on_the_default_branch_its_own_comments_count() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        let run = pushed(&stage, "main", &[("Dockerfile", &excused())]).await;
        assert_eq!(conclusion(&run), "success");
        assert!(run.title.unwrap().contains("(1 waived)"));
        stage.end().await;
    }
}

#[tokio::test]
async fn the_end_is_told_two_weeks_before_and_is_a_finding_of_its_own_behind() {
    for stage in Stage::each().await {
        let yes = waiver("2026-12-06");
        stage.gh.create_repo(REPO, &with(&with(GOOD, "Dockerfile", ROOT), CONFIG, &yes));
        let run = pushed(&stage, "one", &[("docs.md", "x")]).await;
        assert!(!summary(&run).contains("ends soon"), "15 days are left: {}", summary(&run));

        stage.advance(86_400);
        let run = pushed(&stage, "two", &[("docs.md", "y")]).await;
        let said = "a waiver ends soon: `container/non_root_user` on 2026-12-06 (14 days left, owner team-payments)";
        assert!(summary(&run).contains(said), "{}", summary(&run));

        // Afterwards it is told of, but those who did nothing are not blamed.
        stage.advance(15 * 86_400);
        let run = pushed(&stage, "three", &[("docs.md", "z")]).await;
        assert_eq!(conclusion(&run), "success");
        assert!(
            summary(&run).contains("The waiver of `container/non_root_user` ended on 2026-12-06")
        );
        assert_eq!(annotated(&run), []);
        stage.end().await;
    }
}

#[tokio::test]
async fn who_adds_a_waiver_that_cannot_count_is_told_on_its_line() {
    let rules = "waiver_rules: {max_days: 30, require_owner: true, not_for: [catalog/*]}\n";
    let entry = |policy: &str, more: &str| {
        format!("waivers:\n  - policy: {policy}\n    reason: later\n    {more}\n")
    };
    let cases = [
        (
            entry("container/non_root_user", "owner: a\n    expires: 2026-11-20"),
            "ended on 2026-11-20",
        ),
        (
            entry("container/non_root_user", "owner: a\n    expires: 2026-12-22"),
            "lasts until 2026-12-22: the organisation allows 30 days",
        ),
        (entry("container/non_root_user", "expires: 2026-12-21"), "names no `owner`"),
        (
            entry("catalog/info_present", "owner: a\n    expires: 2026-12-21"),
            "only the organisation may waive it",
        ),
        (
            entry("kubernetes/probes", "owner: a\n    expires: 2026-12-21"),
            "excuses nothing: it is not judged here",
        ),
    ];
    for (config, said) in cases {
        for stage in Stage::each().await {
            stage.gh.create_repo("acme/.github", &[("waymark.yml", rules)]);
            stage.gh.create_repo(REPO, GOOD);
            let run = pushed(&stage, "waive", &[(CONFIG, &config)]).await;
            assert_eq!(conclusion(&run), "neutral", "{said}: {}", summary(&run));
            assert_eq!(annotated(&run), [(CONFIG.to_owned(), 2)]);
            assert!(run.annotations[0].to_string().contains(said), "{:?}", run.annotations);
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn a_waiver_too_long_for_the_organisation_does_not_hold() {
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/.github", &[("waymark.yml", "waiver_rules: {max_days: 30}\n")]);
        let long = waiver("2026-12-22");
        stage.gh.create_repo(REPO, &with(GOOD, CONFIG, &long));
        let run = pushed(&stage, "image", &[("Dockerfile", ROOT)]).await;
        assert_eq!(conclusion(&run), "failure");
        // A day later it is near enough.
        stage.advance(86_400);
        stage.gh.rerequest_check(run.id);
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &run.head_sha), "success");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_waiver_that_is_not_needed_any_more_is_told_of() {
    for stage in Stage::each().await {
        let base = excused();
        let yes = waiver("2027-01-31");
        let files = [("Dockerfile", base.as_str()), (CONFIG, yes.as_str())];
        stage.gh.create_repo(REPO, &[GOOD, &files].concat());
        // The comment lies in the file that the change mends, the entry elsewhere.
        let mended = format!("# {INLINE}\n{FIXED}");
        let run = pushed(&stage, "mend", &[("Dockerfile", &mended)]).await;
        assert_eq!(conclusion(&run), "neutral");
        assert_eq!(annotated(&run), [("Dockerfile".to_owned(), 1)]);
        assert!(summary(&run).contains("1 existing finding, not blocking"), "{}", summary(&run));

        let off = format!(
            "{yes}{}",
            mode("enforce")
                .replace("container/non_root_user", "waymark/waiver_unused")
                .replace("enforce", "off")
        );
        stage.gh.push(REPO, "main", &[(CONFIG, off.as_str())], "Do not tell");
        stage.settle().await;
        stage.gh.rerequest_check(run.id);
        stage.settle().await;
        assert_eq!(stage.conclusion(REPO, &run.head_sha), "success");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_comment_that_cannot_be_read_is_told_of_in_the_change_that_brings_it() {
    for stage in Stage::each().await {
        stage.gh.create_repo(REPO, GOOD);
        let text = format!("{FIXED}# waymark:ignore container/non_root_user reason=x\n");
        let run = pushed(&stage, "typo", &[("Dockerfile", &text)]).await;
        assert_eq!(conclusion(&run), "neutral");
        let told = run.annotations[0].to_string();
        assert!(told.contains("until=YYYY-MM-DD"), "{told}");
        stage.end().await;
    }
}

/// The organisation's own waivers are bound by no rule and tire nobody.
#[tokio::test]
async fn the_organisation_waives_for_all() {
    let config = format!("waiver_rules: {{not_for: ['*']}}\n{}", waiver("2027-12-31"));
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/.github", &[("waymark.yml", config.as_str())]);
        stage.gh.create_repo(REPO, GOOD);
        let run = pushed(&stage, "image", &[("Dockerfile", ROOT)]).await;
        assert_eq!(conclusion(&run), "success");
        let run = pushed(&stage, "docs", &[("docs.md", "x")]).await;
        assert_eq!(run.title.as_deref(), Some("Passed: 6 of 6 policies that apply"));
        stage.end().await;
    }
}

#[tokio::test]
async fn who_edits_the_configuration_sees_what_it_would_change() {
    for stage in Stage::each().await {
        let old = [("Dockerfile", ROOT), ("worker/Dockerfile", ROOT)];
        stage.gh.create_repo(REPO, &[GOOD, &old].concat());
        let config =
            format!("{}path: service\npolicies:\n  catalog/*: observe\n", waiver("2027-01-31"));
        let run = pushed(&stage, "config", &[(CONFIG, &config)]).await;
        let text = summary(&run);
        for line in [
            "golden path: `service` instead of `default`",
            "observe instead of enforce: `catalog/info_present`",
            "`Dockerfile:1` would be waived: ",
        ] {
            assert!(text.contains(line), "{line}: {text}");
        }
        assert!(!text.contains("`worker/Dockerfile:1` would"), "{text}");

        let run = pushed(&stage, "words", &[(CONFIG, "path: default\n")]).await;
        assert!(summary(&run).contains("nothing would change for what is found at this commit"));
        let run = pushed(&stage, "docs", &[("docs.md", "x")]).await;
        assert!(!summary(&run).contains("would change"), "{}", summary(&run));
        stage.end().await;
    }
}

#[tokio::test]
async fn a_lock_is_told_of_before_the_merge() {
    let locked = "policies:\n  container/*: {mode: enforce, locked: true}\n";
    for stage in Stage::each().await {
        stage.gh.create_repo("acme/.github", &[("waymark.yml", locked)]);
        stage.gh.create_repo(REPO, GOOD);
        let run = pushed(&stage, "config", &[(CONFIG, &mode("off"))]).await;
        assert_eq!(conclusion(&run), "success");
        let text = summary(&run);
        assert!(text.contains("`acme/.github:waymark.yml:2` locks it"), "{text}");
        stage.end().await;
    }
}
