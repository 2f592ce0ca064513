//! What somebody asks for beside checks: waivers, adoption, fixes, an answer to a deployment, the
//! scorecard, an upgrade. The process dies somewhere on the way; in the end each has been done once.

use crate::github::FakeGitHub;
use crate::stage::Stage;
use crate::stories::files::{CODEOWNERS, CONFIG, FIXED, GOOD, README, ROOT, with};
use crate::stories::own_templates::{GUIDE, TEMPLATE, guide, place};
use crate::stories::scorecard::{SETTINGS, scorecards};

use super::{LEASE, calm_wires, dying_after, steps_of, with_room};
use waymark::edge::store::JobState;

/// Deaths of each errand, spread over its steps. `WAYMARK_TEST_DEATHS` asks for others: one for each
/// step where it is larger than their number.
const DEATHS: usize = 6;

const COMMENTS: &str = "POST /repos/{owner}/{repo}/issues/{issue_number}/comments";
const PULLS: &str = "POST /repos/{owner}/{repo}/pulls";
const ISSUES: &str = "POST /repos/{owner}/{repo}/issues";
const ANSWERS: &str = "POST *deployment_protection_rule";

/// Something that somebody asks for.
#[derive(Clone, Copy, Debug)]
enum Errand {
    Waive,
    Adopt,
    /// A commit on the pull request's own branch.
    Fix,
    /// A pull request of ours.
    FixMain,
    Gate,
    Scorecard,
    Upgrade,
}

/// Each errand is run in an organisation of its own.
struct Place {
    org: String,
    repo: String,
    /// The issue or pull request in which people talk, or the run that waits for the gate.
    number: u64,
}

impl Errand {
    /// Everything is there, and nobody has asked yet.
    async fn furnish(self, stage: &Stage, org: &str) -> Place {
        let gh = &stage.gh;
        let (repo, home) = (format!("{org}/payments"), format!("{org}/.github"));
        let mut number = 0;
        match self {
            Self::Waive | Self::Fix => {
                gh.create_repo(&repo, &with(GOOD, CONFIG, "path: default\n"));
                gh.push(&repo, "image", &[("Dockerfile", ROOT)], "Add image");
                number = gh.open_pull(&repo, "image", "main");
            }
            Self::Adopt => {
                let files = [("README.md", README), ("CODEOWNERS", CODEOWNERS)];
                gh.create_repo(&repo, &with(&files, "go.mod", "module example.org/payments\n"));
                number = gh.open_issue(&repo, "octo-dev", "Golden path?");
            }
            Self::FixMain => {
                gh.create_repo(&repo, &with(GOOD, "Dockerfile", ROOT));
                number = gh.open_issue(&repo, "octo-dev", "Put it right?");
            }
            Self::Gate => {
                gh.create_repo(&home, &[("waymark.yml", "gate: {override: [sre]}\n")]);
                gh.create_repo(&repo, GOOD);
                gh.push(&repo, "main", &[("a.txt", "a")], "Tell of the repository");
            }
            Self::Scorecard => {
                gh.organisation_without_app(org);
                gh.create_repo(&home, &[("waymark.yml", SETTINGS)]);
                gh.create_repo(&repo, GOOD);
                gh.create_repo(&format!("{org}/notes"), &[("NOTES.md", "# Notes\n")]);
            }
            Self::Upgrade => {
                gh.create_repo(&home, &[("README.md", "Ours")]);
                gh.create_repo(&repo, GOOD);
                let path = "description: Something that people run\ntypes: [tool]\n\
                            include: ['catalog/*']\n";
                change(
                    gh,
                    &home,
                    &[
                        (place("template.yaml"), TEMPLATE.to_owned()),
                        (place("path.yaml"), path.to_owned()),
                        (place(&format!("skeleton/{GUIDE}")), guide("One.")),
                    ],
                );
                number = gh.open_issue(&repo, "octo-dev", "Golden path?");
                stage.settle().await;
                gh.comment(&repo, number, "octo-dev", "/platform adopt");
                stage.settle().await;
                let pull = gh.pull_from(&repo, "waymark/adopt-tool").expect("it was opened");
                gh.merge(&repo, pull.number);
            }
        }
        stage.settle().await;
        Place { org: org.to_owned(), repo, number }
    }

    /// Somebody asks; the webhooks of it are on their way.
    fn ask(self, gh: &FakeGitHub, place: &mut Place) {
        let say = |text: &str| gh.comment(&place.repo, place.number, "octo-dev", text);
        match self {
            Self::Waive => {
                say("/platform waive non_root_user Dockerfile until 2027-01-31 because \
                     the vendor's image needs root");
            }
            Self::Adopt => {
                say("/platform adopt library language=go owner=group:default/team-payments");
            }
            Self::Fix | Self::FixMain => {
                say("/platform fix");
            }
            Self::Gate => {
                let head = gh.head(&place.repo, "main");
                place.number = gh.ask_gate(&place.repo, "production", &head);
            }
            Self::Scorecard => {
                gh.install(&place.org, None);
            }
            Self::Upgrade => {
                let home = format!("{}/.github", place.org);
                let new = [(self::place(&format!("skeleton/{GUIDE}")), guide("Two."))];
                change(gh, &home, &new);
            }
        }
    }

    /// What must have come of it: so many comments, pull requests, issues and answers were made.
    fn makes(self) -> [usize; 4] {
        match self {
            Self::Waive | Self::Adopt | Self::FixMain => [1, 1, 0, 0],
            Self::Fix => [1, 0, 0, 0],
            Self::Gate => [0, 0, 0, 1],
            Self::Scorecard => [0, 0, 1, 0],
            Self::Upgrade => [0, 1, 0, 0],
        }
    }

    /// Panics unless that is what people see now.
    fn is_done(self, stage: &Stage, place: &Place, what: &str) {
        let gh = &stage.gh;
        let on = |branch: &str, path: &str, words: &str| {
            assert!(gh.pull_from(&place.repo, branch).is_some(), "{what}: no pull request");
            let text = gh.text(&place.repo, branch, path);
            assert_eq!(text.matches(words).count(), 1, "{what}: {text}");
        };
        match self {
            Self::Waive => {
                on("waymark/waive-container-non_root_user", CONFIG, "container/non_root_user");
            }
            Self::Adopt => on("waymark/adopt-library", "catalog-info.yaml", "kind: Component"),
            Self::FixMain => on("waymark/fix-all", "Dockerfile", "USER 10001"),
            Self::Upgrade => on("waymark/adopt-tool", GUIDE, "Two."),
            Self::Fix => {
                assert_eq!(gh.text(&place.repo, "image", "Dockerfile"), FIXED, "{what}");
                let commits = gh.messages(&place.repo, "main", "image");
                assert_eq!(commits.len(), 2, "{what}: {commits:?}");
                let runs = stage.runs(&place.repo, &gh.head(&place.repo, "image"));
                let said: Vec<_> = runs.iter().map(|run| run.conclusion.as_deref()).collect();
                assert_eq!(said, [Some("success")], "{what}");
            }
            Self::Gate => {
                let (state, _) = gh.deployment(place.number).answer.expect(what);
                assert_eq!(state, "approved", "{what}");
            }
            Self::Scorecard => {
                let issues = scorecards(stage, &format!("{}/.github", place.org));
                let said: Vec<&str> = issues.iter().map(|issue| issue.body.as_str()).collect();
                assert!(said.len() == 1 && said[0].contains(": 1 of 2 "), "{what}: {said:?}");
            }
        }
    }
}

fn change(gh: &FakeGitHub, repo: &str, files: &[(String, String)]) {
    let files: Vec<(&str, &str)> = files.iter().map(|(p, t)| (p.as_str(), t.as_str())).collect();
    gh.push(repo, "main", &files, "Change the template");
}

/// How often something was made on GitHub since the log was last emptied.
fn made(gh: &FakeGitHub) -> [usize; 4] {
    [COMMENTS, PULLS, ISSUES, ANSWERS].map(|route| {
        gh.calls_to(route).iter().filter(|call| (200..300).contains(&call.status)).count()
    })
}

/// One errand in the organisation of that number. Tells how many steps it took, if it was let.
async fn run(stage: &Stage, errand: Errand, serial: usize, waits: usize) -> Option<usize> {
    let what = format!("{errand:?}, {waits} waits, {}", stage.database.kind);
    let mut place = errand.furnish(stage, &format!("org-{serial}")).await;
    stage.gh.forget_calls();
    errand.ask(&stage.gh, &mut place);
    stage.gh.deliver().await;
    let lived = dying_after(waits, steps_of(stage.app.work_off())).await;
    calm_wires(stage).await;
    stage.advance(LEASE);
    stage.settle().await;
    assert_eq!(made(&stage.gh), errand.makes(), "{what}");
    errand.is_done(stage, &place, &what);
    assert_eq!(stage.jobs(JobState::Dead).await, [], "{what}");
    // What was refused because it was there already is no mistake.
    assert_eq!(stage.gh.forgive(), [""; 0], "{what}");
    lived.map(|(steps, done)| {
        done.unwrap();
        steps
    })
}

async fn deaths_of(errand: Errand) {
    let asked = std::env::var("WAYMARK_TEST_DEATHS").ok().and_then(|text| text.parse().ok());
    let deaths = asked.unwrap_or(DEATHS);
    for stage in Stage::each().await {
        // No organisation of theirs has a configuration at first.
        stage.gh.allow("GET */contents/*", 404);
        let mut steps = run(&stage, errand, 0, usize::MAX).await.expect("it lives");
        assert!(steps > 2 * DEATHS, "{errand:?}: {steps} steps");
        let mut died = 0;
        for death in 0..deaths.min(steps) {
            let waits = 1 + death * steps / deaths.min(steps);
            match run(&stage, errand, 1 + death, waits).await {
                // How often it waits differs from time to time.
                Some(fewer) => steps = fewer,
                None => died += 1,
            }
        }
        assert!(died >= deaths.min(steps) / 2, "{errand:?}: {died} deaths");
        stage.end().await;
    }
}

#[test]
fn a_waiver_survives_a_death_at_any_step() {
    with_room(deaths_of(Errand::Waive));
}

#[test]
fn an_adoption_survives_a_death_at_any_step() {
    with_room(deaths_of(Errand::Adopt));
}

#[test]
fn a_fix_survives_a_death_at_any_step() {
    with_room(deaths_of(Errand::Fix));
}

#[test]
fn a_pull_request_with_fixes_survives_a_death_at_any_step() {
    with_room(deaths_of(Errand::FixMain));
}

#[test]
fn a_deployment_is_answered_once_whatever_dies() {
    with_room(deaths_of(Errand::Gate));
}

#[test]
fn a_scorecard_is_one_issue_whatever_dies() {
    with_room(deaths_of(Errand::Scorecard));
}

#[test]
fn an_upgrade_survives_a_death_at_any_step() {
    with_room(deaths_of(Errand::Upgrade));
}
