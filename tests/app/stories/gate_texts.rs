//! Everything that the gate says to people, on one page: read it as they would before it is accepted.

use crate::github::FakeGitHub;
use crate::prometheus::{FakePrometheus, Says};
use crate::stage::{Props, Stage};

use super::files::{CONFIG, GOOD, ROOT, mode};
use super::gate::{FILE, FREEZE_LONG, FREEZE_TODAY, HOME, REPO, deployed, last_reply, objective};

/// What was said so far.
struct Page {
    text: String,
}

impl Page {
    fn add(&mut self, title: &str, said: &str, head: &str) {
        let said = said.replace(head, "COMMIT").replace(&head[..7], "COMMIT");
        // What a reply is recognised by is no part of it.
        let said = said.split("<!--").next().unwrap_or_default().trim_end();
        self.text += &format!("=== {title}\n{said}\n\n");
    }
}

/// Deploys, and notes the answer, or else the last report.
async fn ask(stage: &Stage, page: &mut Page, title: &str, head: &str) {
    let told = deployed(stage, head).await;
    let said = told.answer.map(|(_, comment)| comment).or(told.reports.last().cloned());
    page.add(title, &said.unwrap_or_default(), head);
}

async fn rules(stage: &Stage, text: &str) {
    stage.gh.push(HOME, "main", &[(FILE, text)], "Other rules");
    stage.settle().await;
}

async fn reply(
    stage: &Stage,
    page: &mut Page,
    (title, login, comment): (&str, &str, &str),
    at: (u64, &str),
) {
    stage.gh.comment(REPO, at.0, login, comment);
    stage.settle().await;
    page.add(&format!("{title}: {comment}"), &last_reply(stage, at.0), at.1);
}

async fn freezes(stage: &Stage, page: &mut Page, head: &str) {
    rules(stage, FREEZE_TODAY).await;
    ask(stage, page, "a freeze that ends soon", head).await;
    let issue = stage.gh.open_issue(REPO, "octo-dev", "Deploy the fix");
    let at = (issue, head);
    stage.gh.allow("GET /orgs/*/teams/*/memberships/*", 404);
    let approve = "/platform deploy approve because customers cannot pay";
    reply(stage, page, ("a stranger", "octo-dev", approve), at).await;
    reply(stage, page, ("while it waits", "grace", approve), at).await;
    reply(stage, page, ("nothing is held", "grace", approve), at).await;
    rules(stage, FREEZE_LONG).await;
    stage.gh.push(REPO, "main", &[("a", "b")], "Another");
    stage.settle().await;
    let next = stage.gh.head(REPO, "main");
    ask(stage, page, "a freeze that lasts", &next).await;
    reply(stage, page, ("after a rejection", "grace", approve), (issue, &next)).await;
    ask(stage, page, "overridden", &next).await;
}

async fn conditions(stage: &Stage, page: &mut Page) {
    rules(stage, "gate: {override: sre, blocks: irreversible_migration}\npolicies: {operations/migration_safe: observe}\n").await;
    let files = [("migrations/2_drop/up.sql", "DROP TABLE customers;\n")];
    stage.gh.push(REPO, "drop", &files, "Drop it");
    let number = stage.gh.open_pull(REPO, "drop", "main");
    stage.settle().await;
    let pull = stage.gh.head(REPO, "drop");
    let head = stage.gh.merge(REPO, number);
    stage.settle().await;
    ask(stage, page, "a condition of the change", &head).await;
    let slip = "/platform acknowledge irreversible_migrations because nobody reads it any more";
    reply(stage, page, ("a slip of the pen", "octo-dev", slip), (number, &pull)).await;
    let ask_for = "/platform acknowledge irreversible_migration because nobody reads it any more";
    reply(stage, page, ("acknowledged", "octo-dev", ask_for), (number, &pull)).await;
    ask(stage, page, "after it was acknowledged", &head).await;
}

async fn budgets(stage: &Stage, page: &mut Page, prometheus: &FakePrometheus, head: &str) {
    let calm = [0.0001; 6];
    rules(stage, &objective(prometheus, "pass")).await;
    prometheus.say(Says { ratios: calm, budget: 0.0008, down: false });
    ask(stage, page, "little of a budget is left", head).await;
    prometheus.say(Says { ratios: calm, budget: 0.0012, down: false });
    ask(stage, page, "a budget is overdrawn", head).await;
    prometheus.say(Says {
        ratios: [0.02, 0.018, 0.0145, 0.01, 0.004, 0.001],
        budget: 0.0004,
        down: false,
    });
    ask(stage, page, "a budget burns", head).await;
    prometheus.say(Says { down: true, ..Says::default() });
    ask(stage, page, "Prometheus is down, and that passes", head).await;
    rules(stage, &objective(prometheus, "wait")).await;
    ask(stage, page, "Prometheus is down, and that waits", head).await;
}

async fn incidents(stage: &Stage, page: &mut Page, head: &str) {
    rules(stage, "gate: {incidents: incident, max_wait_hours: 1}\n").await;
    let issue = stage.gh.open_incident(REPO, "Payments <b>fail</b>", "incident");
    let run = stage.gh.ask_gate(REPO, "staging", head);
    stage.settle().await;
    page.add("an incident", &stage.gh.deployment(run).reports[0], head);
    stage.advance(60 * 60);
    stage.settle().await;
    page.add("waiting ends", &stage.gh.deployment(run).answer.unwrap().1, head);
    stage.gh.set_issue_open(REPO, issue, false);
    stage.settle().await;
}

async fn red(stage: &Stage, page: &mut Page) {
    let own = mode("enforce");
    let files = [("Dockerfile", ROOT), (CONFIG, own.as_str())];
    let head = stage.gh.push(REPO, "main", &files, "Past all rules");
    stage.settle().await;
    rules(stage, &format!("{FREEZE_LONG}slo: {{prometheus: 'http://elsewhere.example', objectives: [{{name: up, objective: 99, error_ratio: 'e[$window]'}}]}}\n")).await;
    ask(stage, page, "two reasons, and a note", &head).await;
    stage.gh.fail("GET /repos/*/*/commits/*/pulls", 500, 1_000);
    let run = stage.gh.ask_gate(REPO, "production", &head);
    for _ in 0..10 {
        stage.settle().await;
        stage.advance(15 * 60);
    }
    page.add("no try led to a decision", &stage.gh.deployment(run).answer.unwrap().1, &head);
    stage.gh.heal();
    stage.gh.forgive();
}

#[tokio::test]
async fn what_the_gate_says_reads_well() {
    let prometheus = FakePrometheus::start().await;
    let props = || Props { prometheus: prometheus.client(), risk: true, ..Props::default() };
    for stage in Stage::each_with(FakeGitHub::builder, props).await {
        let mut page = Page { text: String::new() };
        stage.gh.create_repo(HOME, &[(FILE, "gate: {environments: production}\n")]);
        let head = stage.gh.create_repo(REPO, GOOD);
        stage.gh.join_team("acme", "sre", "grace");
        stage.settle().await;
        ask(&stage, &mut page, "nothing speaks against it", &head).await;
        let run = stage.gh.ask_gate(REPO, "staging", &head);
        stage.settle().await;
        page.add("none of the gate's", &stage.gh.deployment(run).answer.unwrap().1, &head);
        freezes(&stage, &mut page, &head).await;
        conditions(&stage, &mut page).await;
        let head = stage.gh.head(REPO, "main");
        budgets(&stage, &mut page, &prometheus, &head).await;
        incidents(&stage, &mut page, &head).await;
        red(&stage, &mut page).await;
        insta::assert_snapshot!("texts", page.text.trim_end());
    }
}
