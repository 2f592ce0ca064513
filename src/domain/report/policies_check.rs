//! How is a change of an organisation's policies told? The check `waymark / policies`: what does
//! not compile, which tests fail, and whom the change would hit.

use super::check_run::rerun_action;
use super::escape::{code_span, markdown, prose};
use super::words::{clip, count};
use crate::domain::effect::{Annotation, AnnotationLevel, CheckRunDraft};
use crate::domain::ids::{PolicyId, Sha};
use crate::domain::impact::{Flip, Impact};
use crate::domain::judge::Conclusion;
use crate::domain::policy::metadata::PolicyProblem;
use crate::domain::policy::own::{OwnPolicies, Tested};

/// The check's name; branch protection asks for it by this name, so it never changes.
pub const POLICIES_CHECK: &str = "waymark / policies";

/// Repositories that are named per policy and flip.
const NAMED: usize = 10;
/// Policies, teams, problems and failing tests that are listed.
const LISTED: usize = 30;
/// Findings that are shown per policy.
const FINDINGS: usize = 3;

/// What was found out about the policies of one commit.
#[derive(Debug, Default)]
pub struct PoliciesJudged {
    /// How many policies there are.
    pub policies: usize,
    /// Files that do not compile, or are refused.
    pub problems: Vec<PolicyProblem>,
    /// How many templates of golden paths there are.
    pub templates: usize,
    /// What authors of templates may want to know.
    pub remarks: Vec<String>,
    /// Policy → what its examples and tests gave.
    pub tests: Vec<(PolicyId, Tested)>,
    /// Whether the organisation's file changes, too, so that its effect is in the radius.
    pub configuration: bool,
    /// Whom the change hits; `None`: nothing changes.
    pub radius: Option<Radius>,
}

/// The blast radius of a change.
#[derive(Debug, Default)]
pub struct Radius {
    /// What flips where.
    pub impact: Impact,
    /// Repositories of which nothing is stored.
    pub without_snapshot: usize,
    /// Repositories that were not reached in time.
    pub out_of_time: usize,
}

impl PoliciesJudged {
    fn failing(&self) -> usize {
        self.tests.iter().filter(|(_, tested)| !tested.complaints.is_empty()).count()
    }

    fn hit(&self) -> usize {
        self.radius.as_ref().map_or(0, |radius| radius.impact.repos_that(Flip::NewlyFails))
    }

    fn conclusion(&self) -> Conclusion {
        if !self.problems.is_empty() || self.failing() > 0 {
            Conclusion::Failure
        } else if self.radius.as_ref().is_some_and(|radius| !radius.impact.policies.is_empty()) {
            Conclusion::Neutral
        } else {
            Conclusion::Success
        }
    }

    fn title(&self) -> String {
        let (broken, failing, hit) = (self.problems.len(), self.failing(), self.hit());
        if broken > 0 {
            return format!("{} cannot be used", count(broken, "file", "files"));
        }
        if failing > 0 {
            return format!("The tests of {} fail", count(failing, "policy", "policies"));
        }
        match &self.radius {
            None if self.policies == 0 && self.templates == 0 => {
                "There are no policies here".to_owned()
            }
            None if self.policies == 0 => {
                format!("{} can be rendered", count(self.templates, "template", "templates"))
            }
            None => format!("{}: no change", count(self.policies, "policy", "policies")),
            Some(radius) => {
                let judged = count(radius.impact.judged, "repository", "repositories");
                match (hit, radius.impact.repos_that(Flip::NewlyEnforced)) {
                    (0, 0) => format!("No repository would newly fail ({judged} tried)"),
                    (0, n) => format!("{n} of {judged} would newly be held to a policy they fail"),
                    (n, 0) => format!("{n} of {judged} would newly fail a policy"),
                    (n, m) => {
                        format!("{n} of {judged} would newly fail a policy, {m} be held to one")
                    }
                }
            }
        }
    }
}

/// The check run, complete. `took`: how long it took, in words.
pub fn render_policies_check(
    judged: &PoliciesJudged,
    head: &Sha,
    external_id: &str,
    took: Option<&str>,
) -> CheckRunDraft {
    let mut summary = String::new();
    summary += &problems(judged);
    summary += &failing_tests(judged);
    summary += &remarks(judged);
    summary += &match &judged.radius {
        None => {
            "**Blast radius.** Policies and configuration are those in force, so nothing changes.\n\n"
                .to_owned()
        }
        Some(radius) => blast(radius),
    };
    if judged.configuration {
        summary += "The organisation's configuration changes: its effect is counted in.\n\n";
    }
    let passed: usize = judged.tests.iter().map(|(_, tested)| tested.passed).sum();
    let took = took.map(|took| format!(", in {took}")).unwrap_or_default();
    let templates = match judged.templates {
        0 => String::new(),
        n => format!("{}, ", count(n, "template", "templates")),
    };
    summary += &format!(
        "{}, {templates}{}{took}.\n",
        count(judged.policies, "policy", "policies"),
        count(passed, "test passed", "tests passed")
    );
    CheckRunDraft {
        name: POLICIES_CHECK.to_owned(),
        head_sha: head.clone(),
        title: clip(&judged.title(), 250),
        summary: clip(&summary, 60_000),
        text: None,
        conclusion: judged.conclusion(),
        annotations: judged.problems.iter().filter_map(annotation).take(50).collect(),
        details_url: None,
        external_id: external_id.to_owned(),
        actions: vec![rerun_action()],
    }
}

fn problems(judged: &PoliciesJudged) -> String {
    if judged.problems.is_empty() {
        return String::new();
    }
    let mut text =
        "**These files cannot be used.** Everything else goes on without them.\n\n".to_owned();
    for problem in judged.problems.iter().take(LISTED) {
        let line = problem.line.map(|l| format!(":{l}")).unwrap_or_default();
        let place =
            code_span(&format!("{}{line}", clip(&OwnPolicies::file_of(&problem.path), 200)));
        text += &format!("- {place}: {}\n", prose(&clip(&problem.message, 400)));
        text.extend(problem.hint.iter().map(|hint| format!("  {}\n", prose(&clip(hint, 400)))));
    }
    text + &more(judged.problems.len()) + "\n"
}

fn remarks(judged: &PoliciesJudged) -> String {
    if judged.remarks.is_empty() {
        return String::new();
    }
    let mut text = "**Remarks on templates.** Nothing here stops anybody.\n\n".to_owned();
    for remark in judged.remarks.iter().take(LISTED) {
        text += &format!("- {}\n", prose(&clip(remark, 400)));
    }
    text + &more(judged.remarks.len()) + "\n"
}

fn failing_tests(judged: &PoliciesJudged) -> String {
    if judged.failing() == 0 {
        return String::new();
    }
    let mut text =
        "**These tests fail.** `waymark policy test waymark/policies` runs them.\n\n".to_owned();
    let failing = judged.tests.iter().filter(|(_, tested)| !tested.complaints.is_empty());
    for (id, tested) in failing.take(LISTED) {
        for complaint in tested.complaints.iter().take(FINDINGS) {
            let complaint = complaint.split_whitespace().collect::<Vec<_>>().join(" ");
            text += &format!("- `{id}`: {}\n", prose(&clip(&complaint, 400)));
        }
        if tested.complaints.len() > FINDINGS {
            text += &format!("- `{id}`: and {} more\n", tested.complaints.len() - FINDINGS);
        }
    }
    text + &more(judged.failing()) + "\n"
}

fn blast(radius: &Radius) -> String {
    let impact = &radius.impact;
    let judged = count(impact.judged, "repository", "repositories");
    let mut text = match impact.repos_that(Flip::NewlyFails) {
        0 => format!("**Blast radius.** None of {judged} would newly fail a policy.\n\n"),
        n => format!("**Blast radius.** {n} of {judged} would newly fail a policy.\n\n"),
    };
    if impact.repos_that(Flip::NewlyEnforced) > 0 {
        text += "*Newly enforced* means that the policy fails there already and from then on blocks \
                 pull requests that add to it. What is there today blocks nobody.\n\n";
    }
    if !impact.policies.is_empty() {
        // Modes change seldom: their columns are there when they say something.
        let seen = |flip: &Flip| Flip::ALL[..4].contains(flip) || impact.repos_that(*flip) > 0;
        let columns: Vec<Flip> = Flip::ALL.into_iter().filter(seen).collect();
        let heads: Vec<&str> = columns.iter().map(|flip| flip.words()).collect();
        text += &format!("| policy | {} |\n", heads.join(" | "));
        text += &format!("|---|{}\n", "--:|".repeat(columns.len()));
        for (id, flips) in impact.policies.iter().take(LISTED) {
            let number = |flip: &Flip| flips.get(flip).copied().unwrap_or(0).to_string();
            let numbers: Vec<String> = columns.iter().map(number).collect();
            text += &format!("| `{id}` | {} |\n", numbers.join(" | "));
        }
        text += &more(impact.policies.len());
        text.push('\n');
    }
    if !impact.teams.is_empty() {
        text += "| team | repositories that would newly fail |\n|---|--:|\n";
        let mut teams: Vec<(&String, &usize)> = impact.teams.iter().collect();
        teams.sort_by_key(|(team, n)| (std::cmp::Reverse(**n), (*team).clone()));
        for (team, n) in teams.iter().take(LISTED) {
            let team = if team.is_empty() {
                "none is named".to_owned()
            } else {
                markdown(&clip(team, 100))
            };
            text += &format!("| {team} | {n} |\n");
        }
        text += &more(teams.len());
        text.push('\n');
    }
    for id in impact.policies.keys().take(LISTED) {
        for flip in Flip::ALL {
            text += &who(impact, id, flip);
        }
    }
    for (n, why) in [
        (radius.without_snapshot, "nothing was pushed to the default branch yet"),
        (radius.out_of_time, "there was no time left"),
        (impact.unjudged, "they could not be judged"),
    ] {
        if n > 0 {
            text += &format!("Not tried: {} ({why}).\n\n", count(n, "repository", "repositories"));
        }
    }
    text
}

/// Who flips, and why; at most so many by name.
fn who(impact: &Impact, id: &PolicyId, flip: Flip) -> String {
    let mut hit: Vec<_> = Vec::new();
    for repo in &impact.repos {
        hit.extend(
            repo.changes
                .iter()
                .filter(|c| c.policy == *id && c.flip == flip)
                .map(|change| (&repo.repo, change)),
        );
    }
    if hit.is_empty() {
        return String::new();
    }
    let mut text = format!("**`{id}` {}** in\n\n", flip.words());
    for (i, (repo, change)) in hit.iter().take(NAMED).enumerate() {
        text += &format!("- {}\n", markdown(&clip(repo, 150)));
        // The first ones show what is meant.
        if i < FINDINGS {
            for finding in change.findings.iter().take(FINDINGS) {
                text += &format!("  - {}\n", prose(&clip(finding, 300)));
            }
        }
    }
    if hit.len() > NAMED {
        text += &format!("- and {} more\n", hit.len() - NAMED);
    }
    text + "\n"
}

fn more(n: usize) -> String {
    if n > LISTED { format!("\nand {} more\n", n - LISTED) } else { String::new() }
}

fn annotation(problem: &PolicyProblem) -> Option<Annotation> {
    let line = problem.line?;
    let hint = problem.hint.as_ref().map(|hint| format!("\n{hint}")).unwrap_or_default();
    Some(Annotation {
        path: OwnPolicies::file_of(&problem.path),
        start_line: line,
        end_line: line,
        level: AnnotationLevel::Failure,
        title: "This file cannot be used".to_owned(),
        message: clip(&super::visible::block(&format!("{}{hint}", problem.message)), 4_000),
        raw_details: None,
    })
}
