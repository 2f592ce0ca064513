//! A platform team reads how its golden path is adopted: one issue, kept up to date, quietly.

use waymark::domain::ids::InstallationId;
use waymark::domain::job::Job;

use crate::github::{FakeGitHub, Issue};
use crate::stage::Stage;

use super::files::{CATALOG, FIXED, GOOD, OLD_FAULT};

pub(super) const HOME: &str = "acme/.github";
const TITLE: &str = "Golden path scorecard";
pub(crate) const SETTINGS: &str = "path: service\nscorecard: {target: 80}\n";

pub(super) fn id(stage: &Stage, login: &str) -> InstallationId {
    InstallationId(stage.gh.installation_id(login) as i64)
}

/// An organisation with this configuration and three repositories, installed.
pub(super) async fn installed(stage: &Stage, settings: &str) {
    stage.gh.organisation_without_app("acme");
    stage.gh.create_repo(HOME, &[("waymark.yml", settings)]);
    stage.gh.create_repo("acme/payments", GOOD);
    stage.gh.create_repo("acme/orders", OLD_FAULT);
    stage.gh.create_repo("acme/notes", &[("NOTES.md", "# Notes\n")]);
    stage.gh.install("acme", None);
    stage.settle().await;
}

pub(super) async fn sweep(stage: &Stage, login: &str) {
    let job = Job::Sweep { installation: id(stage, login) };
    stage.app.store.enqueue(&[job], stage.hands.now()).await.unwrap();
    stage.settle().await;
}

pub(super) async fn count(stage: &Stage) {
    let job = Job::Scorecard { installation: id(stage, "acme") };
    stage.app.store.enqueue(&[job], stage.hands.now()).await.unwrap();
    stage.settle().await;
}

pub(crate) fn scorecards(stage: &Stage, repo: &str) -> Vec<Issue> {
    let mut issues = stage.gh.issues(repo);
    issues.retain(|issue| issue.title == TITLE);
    issues
}

/// How often issues were written.
pub(super) fn writes(stage: &Stage) -> usize {
    let issues = "* /repos/{owner}/{repo}/issues*";
    stage.gh.calls_to(issues).iter().filter(|call| call.method != "GET").count()
}

#[tokio::test]
async fn whoever_installs_the_app_finds_every_repository_judged_and_counted() {
    for stage in Stage::each().await {
        installed(&stage, SETTINGS).await;
        let [issue] = scorecards(&stage, HOME).try_into().unwrap();
        let said = issue.body.as_str();
        assert!(said.starts_with("**33 % on a golden path: 1 of 3 repositories.** "), "{said}");
        assert!(said.contains("The target is 80 %: 2 more."), "{said}");
        assert!(said.contains("| silver | 1 | – |"), "{said}");
        assert!(said.contains("| `payments` | `service` |"), "{said}");
        assert!(said.contains("`notes`"), "{said}");
        assert!(!said.contains("`.github`"), "{said}");
        // Judged without a word on anybody's commits.
        assert_eq!(stage.gh.calls_to("POST *check-runs").len(), 0);
        stage.end().await;
    }
}

#[tokio::test]
async fn nothing_is_written_that_is_not_news() {
    for stage in Stage::each().await {
        installed(&stage, SETTINGS).await;
        assert_eq!(writes(&stage), 1);
        sweep(&stage, "acme").await;
        stage.advance(86_400);
        sweep(&stage, "acme").await;
        assert_eq!(writes(&stage), 1);

        // One repository changes: one edit, which says what is new.
        stage.gh.push("acme/notes", "main", GOOD, "Describe it");
        stage.settle().await;
        assert_eq!(writes(&stage), 1, "a push alone writes nothing");
        sweep(&stage, "acme").await;
        assert_eq!(writes(&stage), 2);
        let [issue] = scorecards(&stage, HOME).try_into().unwrap();
        assert!(issue.body.contains(": 2 of 3 "), "{}", issue.body);
        let news = "### New since 2026-11-21\n\n- `notes`: none → ";
        assert!(issue.body.contains(news), "{}", issue.body);
        sweep(&stage, "acme").await;
        assert_eq!(writes(&stage), 2);
        stage.end().await;
    }
}

#[tokio::test]
async fn an_unchanged_organisation_costs_one_question() {
    for stage in Stage::each().await {
        installed(&stage, SETTINGS).await;
        let before = stage.gh.calls().len();
        sweep(&stage, "acme").await;
        let calls: Vec<String> =
            stage.gh.calls()[before..].iter().map(|call| call.route.clone()).collect();
        let heads = calls.iter().filter(|route| *route == "POST /graphql").count();
        // Besides, the issue is looked at.
        assert_eq!((heads, calls.len()), (1, 2), "{calls:?}");
        stage.end().await;
    }
}

#[tokio::test]
async fn without_graphql_an_unchanged_head_costs_nothing() {
    for stage in Stage::each_on(|clock| FakeGitHub::builder(clock).ghes().without_graphql()).await {
        installed(&stage, SETTINGS).await;
        let [issue] = scorecards(&stage, HOME).try_into().unwrap();
        assert!(issue.body.contains(": 1 of 3 "), "{}", issue.body);
        let before = stage.gh.calls().len();
        sweep(&stage, "acme").await;
        let heads: Vec<u16> = stage.gh.calls()[before..]
            .iter()
            .filter(|call| call.route == "GET /repos/{owner}/{repo}/commits/{ref}")
            .map(|call| call.status)
            .collect();
        assert_eq!(heads, [304; 4]);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_closed_scorecard_is_opened_again_once_there_is_news() {
    for (closed, open) in [("reopen", vec![true]), ("replace", vec![false, true])] {
        for stage in Stage::each().await {
            let settings = format!("path: service\nscorecard: {{closed: {closed}}}\n");
            installed(&stage, &settings).await;
            let number = scorecards(&stage, HOME)[0].number;
            stage.gh.close_issue(HOME, number);
            sweep(&stage, "acme").await;
            assert_eq!(writes(&stage), 1, "closed, and no news");
            stage.gh.push("acme/notes", "main", GOOD, "Describe it");
            stage.settle().await;
            sweep(&stage, "acme").await;
            assert_eq!(writes(&stage), 2);
            let states: Vec<bool> = scorecards(&stage, HOME).iter().map(|i| i.open).collect();
            assert_eq!(states, open, "{closed}");
            sweep(&stage, "acme").await;
            assert_eq!(writes(&stage), 2);
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn a_deleted_or_transferred_scorecard_is_written_anew() {
    for away in ["deleted", "transferred"] {
        for stage in Stage::each().await {
            installed(&stage, SETTINGS).await;
            let number = scorecards(&stage, HOME)[0].number;
            // A narrowed token does not see where it went.
            stage.gh.allow("GET /repos/{owner}/{repo}/issues/{issue_number}", 410);
            stage.gh.allow("GET /repos/{owner}/{repo}/issues/{issue_number}", 404);
            if away == "deleted" {
                stage.gh.delete_issue(HOME, number);
            } else {
                stage.gh.transfer_issue(HOME, number, "acme/notes");
            }
            count(&stage).await;
            let now = scorecards(&stage, HOME);
            assert_eq!(now.len(), 1, "{away}");
            assert_ne!(now[0].number, number);
            count(&stage).await;
            assert_eq!(writes(&stage), 2, "{away}");
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn a_copied_mark_fools_nobody_and_a_lost_answer_makes_no_second_issue() {
    for stage in Stage::each().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo(HOME, &[("waymark.yml", SETTINGS)]);
        stage.gh.create_repo("acme/payments", GOOD);
        let copy = "Mine\n\n<!-- waymark:issue scorecard -->\n";
        let number = stage.gh.open_issue_saying(HOME, "mallory", "Mine", copy);
        stage.gh.install("acme", None);
        stage.gh.lose_answer("POST /repos/{owner}/{repo}/issues", 1);
        stage.settle().await;
        stage.advance(60);
        stage.settle().await;
        assert_eq!(scorecards(&stage, HOME).len(), 1);
        assert_eq!(stage.gh.issue_body(HOME, number), copy);
        stage.end().await;
    }
}

#[tokio::test]
async fn where_issues_are_switched_off_it_is_said_once_and_tried_at_the_next_time() {
    for stage in Stage::each().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo(HOME, &[("waymark.yml", SETTINGS)]);
        stage.gh.create_repo("acme/payments", GOOD);
        stage.gh.set_issues(HOME, false);
        stage.gh.allow("* /repos/{owner}/{repo}/issues*", 410);
        stage.gh.install("acme", None);
        stage.settle().await;
        let refused = stage.gh.calls_to("* /repos/{owner}/{repo}/issues*").len();
        assert_eq!(refused, 1, "no storm");
        let ready = crate::http::get(&stage.url, "/readyz").await;
        assert_eq!(ready.status, 200, "{}", ready.body);
        assert!(ready.body.contains("Issues has been disabled"), "{}", ready.body);

        stage.gh.set_issues(HOME, true);
        count(&stage).await;
        assert_eq!(scorecards(&stage, HOME).len(), 1);
        let ready = crate::http::get(&stage.url, "/readyz").await;
        assert!(!ready.body.contains("disabled"), "{}", ready.body);
        stage.end().await;
    }
}

#[tokio::test]
async fn nobody_gets_a_scorecard_who_did_not_ask() {
    for settings in ["path: service\n", "scorecard: {enabled: false}\n"] {
        for stage in Stage::each().await {
            installed(&stage, settings).await;
            assert_eq!(stage.gh.issues(HOME).len(), 0);
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn a_public_scorecard_does_not_name_private_repositories() {
    for (private, named) in [(false, false), (true, true)] {
        for stage in Stage::each().await {
            stage.gh.organisation_without_app("acme");
            stage.gh.create_repo(HOME, &[("waymark.yml", SETTINGS)]);
            stage.gh.create_repo("acme/payments", GOOD);
            stage.gh.create_repo("acme/secret", OLD_FAULT);
            stage.gh.set_private("acme/secret");
            if private {
                stage.gh.set_private(HOME);
            }
            stage.gh.install("acme", None);
            stage.settle().await;
            let [issue] = scorecards(&stage, HOME).try_into().unwrap();
            assert!(issue.body.contains(": 1 of 2 "), "{}", issue.body);
            assert_eq!(issue.body.contains("secret"), named, "{}", issue.body);
            stage.end().await;
        }
    }
}

#[tokio::test]
async fn one_bad_repository_never_stops_the_rest() {
    for stage in Stage::each().await {
        installed(&stage, SETTINGS).await;
        // Nobody tells us of these pushes.
        stage.gh.push("acme/orders", "main", &[("Dockerfile", FIXED)], "Fix it");
        stage.gh.push("acme/notes", "main", GOOD, "Describe it");
        stage.gh.lose_queue();
        // The first of the two that is read cannot be.
        stage.gh.fail("GET /repos/{owner}/{repo}/git/trees/{tree_sha}", 502, 1);
        sweep(&stage, "acme").await;
        let [issue] = scorecards(&stage, HOME).try_into().unwrap();
        assert!(issue.body.contains(": 2 of 3 "), "{}", issue.body);
        // It is tried again by itself, and counted at the next time.
        stage.advance(60);
        stage.settle().await;
        count(&stage).await;
        let [issue] = scorecards(&stage, HOME).try_into().unwrap();
        assert!(issue.body.contains(": 3 of 3 "), "{}", issue.body);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_limit_in_the_middle_of_a_sweep_delays_it_and_repeats_nothing() {
    for stage in Stage::each_on(|c| FakeGitHub::builder(c).without_secondary_limits()).await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo(HOME, &[("waymark.yml", SETTINGS)]);
        for n in 0..220 {
            let catalog = CATALOG.replace("payments", &format!("service-{n}"));
            stage.gh.create_repo(&format!("acme/service-{n}"), &[("catalog-info.yaml", catalog)]);
        }
        stage.gh.install("acme", None);
        // GitHub's limit a minute spreads the judgements.
        for _ in 0..4 {
            stage.settle().await;
            stage.advance(60);
        }
        count(&stage).await;
        let asked = |stage: &Stage| {
            let calls = stage.gh.calls_to("POST /graphql");
            let heads =
                calls.iter().filter(|call| call.body.to_string().contains("defaultBranchRef"));
            heads.filter(|call| call.status == 200).count()
        };
        assert_eq!(asked(&stage), 3);
        let [issue] = scorecards(&stage, HOME).try_into().unwrap();
        assert!(issue.body.contains(" of 220 repositories."), "{}", issue.body);

        // The second question meets the limit.
        let now = stage.gh.clock().now();
        let job = Job::Sweep { installation: id(&stage, "acme") };
        stage.app.store.enqueue(&[job], stage.hands.now()).await.unwrap();
        stage.gh.pass_then_limit("POST /graphql", 1, 30);
        stage.settle().await;
        let row = stage.app.store.sweep(id(&stage, "acme")).await.unwrap().unwrap();
        assert_eq!((row.finished, row.seen), (None, 100));
        assert!(now < stage.gh.clock().now() + 1);
        stage.advance(31);
        stage.settle().await;
        let row = stage.app.store.sweep(id(&stage, "acme")).await.unwrap().unwrap();
        assert!(row.finished.is_some());
        assert_eq!((row.seen, row.changed), (221, 0));
        assert_eq!(asked(&stage), 6);
        stage.end().await;
    }
}

#[tokio::test]
async fn two_organisations_are_apart() {
    for stage in Stage::each().await {
        for login in ["acme", "umbrella"] {
            stage.gh.organisation_without_app(login);
            stage.gh.create_repo(&format!("{login}/.github"), &[("waymark.yml", SETTINGS)]);
        }
        stage.gh.create_repo("acme/payments", GOOD);
        stage.gh.create_repo("umbrella/virus", OLD_FAULT);
        stage.gh.install("acme", None);
        stage.gh.install("umbrella", None);
        stage.settle().await;
        let [acme] = scorecards(&stage, HOME).try_into().unwrap();
        let [umbrella] = scorecards(&stage, "umbrella/.github").try_into().unwrap();
        assert!(acme.body.contains("payments") && !acme.body.contains("virus"));
        assert!(umbrella.body.contains("virus") && !umbrella.body.contains("`payments`"));
        stage.end().await;
    }
}

#[tokio::test]
async fn policies_that_change_are_tried_on_what_is_kept_without_a_call() {
    for stage in Stage::each().await {
        installed(&stage, SETTINGS).await;
        let changed = "path: service\nscorecard: {target: 80}\npolicies: {container/*: off}\n";
        stage.gh.push(HOME, "main", &[("waymark.yml", changed)], "Be quiet");
        stage.settle().await;
        let before = stage.gh.calls().len();
        sweep(&stage, "acme").await;
        let trees = stage.gh.calls()[before..]
            .iter()
            .filter(|call| call.route.contains("/git/trees/"))
            .count();
        assert_eq!(trees, 0);
        let [issue] = scorecards(&stage, HOME).try_into().unwrap();
        assert!(issue.body.contains(": 2 of 3 "), "{}", issue.body);
        stage.end().await;
    }
}

/// Our newest reply below an issue.
fn reply(stage: &Stage, repo: &str, number: u64) -> String {
    let all = stage.gh.comments(repo, number);
    let newest = all.into_iter().rfind(|comment| comment.author.ends_with("[bot]"));
    newest.map(|comment| comment.body).unwrap_or_default()
}

#[tokio::test]
async fn a_developer_hears_of_place_and_neighbours_but_not_of_private_ones() {
    for stage in Stage::each().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo(HOME, &[("waymark.yml", SETTINGS)]);
        stage.gh.create_repo("acme/payments", GOOD);
        stage.gh.create_repo("acme/orders", OLD_FAULT);
        stage.gh.create_repo("acme/secret", GOOD);
        stage.gh.set_private("acme/secret");
        stage.gh.install("acme", None);
        stage.settle().await;
        let issue = stage.gh.open_issue("acme/orders", "ada", "How far?");
        stage.gh.comment("acme/orders", issue, "ada", "/platform scorecard");
        stage.settle().await;
        let said = reply(&stage, "acme/orders", issue);
        assert!(said.contains("Place 3 of 3 on this golden path."), "{said}");
        assert!(said.contains("Its neighbours: `payments` (silver, "), "{said}");
        assert!(!said.contains("secret"), "{said}");
        assert!(said.contains("`![golden path](https://waymark.example/badge/acme/orders.svg)`"));
        stage.end().await;
    }
}

#[tokio::test]
async fn a_badge_tells_nothing_of_private_repositories_without_its_seal() {
    for stage in Stage::each().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo("acme/payments", GOOD);
        stage.gh.create_repo("acme/secret", GOOD);
        stage.gh.set_private("acme/secret");
        stage.gh.install("acme", None);
        stage.settle().await;
        let badge = async |path: &str| crate::http::get(&stage.url, path).await;
        let public = badge("/badge/acme/payments.svg").await;
        assert_eq!(public.status, 200);
        assert!(public.body.contains("golden path: "), "{}", public.body);
        assert!(!public.body.contains("unknown"), "{}", public.body);
        let unknown = badge("/badge/acme/nothing.svg").await;
        let private = badge("/badge/acme/secret.svg").await;
        assert_eq!(private.status, unknown.status);
        assert_eq!(private.body, unknown.body);
        assert!(private.body.contains("golden path: unknown"));
        assert_eq!(badge("/badge/acme/secret.svg?seal=00").await.body, unknown.body);

        // Who may see the repository is given its sealed address.
        stage.gh.set_role("acme/secret", "ada", "read");
        let issue = stage.gh.open_issue("acme/secret", "ada", "How far?");
        stage.gh.comment("acme/secret", issue, "ada", "/platform scorecard");
        stage.settle().await;
        let said = reply(&stage, "acme/secret", issue);
        let (_, url) = said.split_once("https://waymark.example").unwrap();
        let sealed = badge(url.split(')').next().unwrap()).await;
        assert_eq!(sealed.body, public.body);
        stage.end().await;
    }
}

#[tokio::test]
async fn five_answers_make_a_figure_and_a_second_one_replaces_the_first() {
    for stage in Stage::each().await {
        installed(&stage, SETTINGS).await;
        let issue = stage.gh.open_issue("acme/payments", "ada", "How do you like it?");
        for (n, person) in ["ada", "bob", "cy", "dee", "eve"].into_iter().enumerate() {
            stage.gh.set_role("acme/payments", person, "read");
            stage.gh.comment("acme/payments", issue, person, &format!("/platform nps {}", n + 6));
            stage.settle().await;
            assert!(reply(&stage, "acme/payments", issue).contains("Noted for 2026-Q4"));
            if n == 3 {
                count(&stage).await;
                let said = scorecards(&stage, HOME)[0].body.clone();
                assert!(said.contains("fewer than 5 answers a quarter | unknown |"), "{said}");
            }
        }
        stage.gh.comment("acme/payments", issue, "ada", "/platform nps 10 better by now");
        stage.settle().await;
        count(&stage).await;
        // 10, 7, 8, 9, 10: three promoters of five, nobody against it.
        let said = scorecards(&stage, HOME)[0].body.clone();
        assert!(said.contains("**+60** in 2026-Q4, 5 answers; no quarter before"), "{said}");
        // Everybody may read it.
        assert!(!said.contains("better by now"), "{said}");
        assert!(said.contains("1 remark beside `/platform nps` is not told"), "{said}");
        assert!(!said.contains("ada"), "{said}");
        stage.end().await;
    }
}

#[tokio::test]
async fn a_campaign_counts_down_reminds_in_checks_and_promotes_at_its_end() {
    let settings = "path: service\nscorecard: {demand: 0}\ncampaigns:\n  - {name: No root, \
                    policies: container/non_root_user, due: 2026-11-30, promote: gold}\n";
    for stage in Stage::each().await {
        installed(&stage, settings).await;
        let campaign = |stage: &Stage| {
            let mut issues = stage.gh.issues(HOME);
            issues.retain(|issue| issue.title == "Campaign: No root");
            issues
        };
        let [issue] = campaign(&stage).try_into().unwrap();
        assert!(issue.body.starts_with("**2 of 3 repositories are done.** It ends on 2026-11-30."));
        assert!(issue.body.contains("- `orders`"), "{}", issue.body);

        // A check says so where it is open; nobody is pinged.
        let head = stage.gh.push("acme/orders", "main", &[("a.txt", "a")], "Change");
        stage.settle().await;
        let summary = stage.run("acme/orders", &head).summary.unwrap();
        assert!(summary.contains("ends on 2026-11-30; open here: `container/non"), "{summary}");
        assert_eq!(stage.gh.comments(HOME, issue.number).len(), 0);

        stage.advance(86_400);
        stage.gh.push("acme/orders", "main", &[("Dockerfile", FIXED)], "Fix it");
        stage.settle().await;
        sweep(&stage, "acme").await;
        let [issue] = campaign(&stage).try_into().unwrap();
        assert!(issue.body.starts_with("**3 of 3 "), "{}", issue.body);
        assert!(issue.body.contains("x-axis [\"11-21\", \"11-22\"]"), "{}", issue.body);
        assert!(issue.body.contains("line [1, 0]"), "{}", issue.body);

        // Over: written once more, closed, and its policy stands on the promised rung.
        stage.advance(10 * 86_400);
        sweep(&stage, "acme").await;
        let [issue] = campaign(&stage).try_into().unwrap();
        assert!(!issue.open && issue.body.contains("belong to **gold** now"), "{}", issue.body);
        stage.gh.push("acme/notes", "main", OLD_FAULT, "Run as root");
        stage.settle().await;
        sweep(&stage, "acme").await;
        let said = scorecards(&stage, HOME)[0].body.clone();
        assert!(said.contains("| `notes` | `service` | silver |"), "{said}");
        let writes = writes(&stage);
        sweep(&stage, "acme").await;
        assert_eq!(self::writes(&stage), writes);
        stage.end().await;
    }
}

#[tokio::test]
async fn a_way_out_in_demand_becomes_one_issue_and_ends_by_itself() {
    let settings = "path: service\nscorecard: {demand: 2}\n";
    for stage in Stage::each().await {
        stage.gh.organisation_without_app("acme");
        stage.gh.create_repo(HOME, &[("waymark.yml", settings)]);
        let waived = super::files::waiver("2027-01-31");
        let files = super::files::with(OLD_FAULT, super::files::CONFIG, &waived);
        stage.gh.create_repo("acme/payments", &files);
        stage.gh.create_repo("acme/orders", &files);
        stage.gh.install("acme", None);
        stage.settle().await;
        let demand = |stage: &Stage| {
            let mut issues = stage.gh.issues(HOME);
            issues.retain(|issue| issue.title.starts_with("Escape hatch in demand"));
            issues
        };
        let [issue] = demand(&stage).try_into().unwrap();
        assert_eq!(issue.title, "Escape hatch in demand: container/non_root_user");
        assert!(issue.body.contains("**2 repositories waive it.**"), "{}", issue.body);
        let reason = "- the vendor's image needs root: `orders`, `payments`";
        assert!(issue.body.contains(reason), "{}", issue.body);

        stage.gh.push("acme/orders", "main", &[("Dockerfile", FIXED)], "Fix it");
        stage.settle().await;
        sweep(&stage, "acme").await;
        let [issue] = demand(&stage).try_into().unwrap();
        assert!(!issue.open);
        let before = writes(&stage);
        sweep(&stage, "acme").await;
        assert_eq!(writes(&stage), before);
        stage.end().await;
    }
}
