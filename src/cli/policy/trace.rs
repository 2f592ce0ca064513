//! `waymark policy show ID --trace [PATH]`: why did it say what it said here?

use std::path::Path;
use std::process::ExitCode;

use crate::cli::runtime::open_runtime;
use crate::cli::terminal::{BAD, CAUTION, GOOD, STRONG, say, styled};
use crate::domain::evaluate::{Evaluator, Request};
use crate::domain::facts;
use crate::domain::ids::PolicyId;
use crate::domain::policy::library::Library;
use crate::domain::policy::outcome::{Outcome, Status};
use crate::domain::policy::trace::{TracedBody, TracedRule, trace};
use crate::domain::report::visible::line;
use crate::flow::gather_folder::{Folder, Gathered, gather_folder};
use crate::flow::judge_commit::config_of;

pub(super) fn run(library: Library, id: &PolicyId, path: &Path) -> anyhow::Result<ExitCode> {
    let needs = library.needs([id]);
    // The catalog chooses the golden path, whatever the policy reads.
    let mut fetched = needs.clone();
    fetched.insert(facts::FactKind::Catalog);
    let folder = Folder { path: path.to_owned(), head: None, base: None };
    let Gathered { repo, head, .. } = open_runtime()?.block_on(gather_folder(&folder, &fetched))?;
    let request = Request {
        config: config_of(&head.tree),
        tree: head.tree,
        repo,
        only: Some(vec![id.clone()]),
        ..Request::default()
    };
    let mut evaluator = Evaluator::new(library);
    let answer = evaluator.evaluate(&request);
    let params = evaluator.parameters(&answer, id);
    let snapshot = evaluator.facts(&request, &answer, &needs);
    say(&verdict(answer.evaluation.outcomes.first(), id, &answer.path));
    let trace = trace(evaluator.library(), id, &params, &snapshot)
        .map_err(|reason| anyhow::anyhow!("`{id}` cannot be traced: {reason}"))?;
    say(&format!("\n{}", styled(STRONG, "What it reads (shortened)")));
    for (name, value) in &trace.inputs {
        let json = serde_json::to_string_pretty(value)?;
        let shown: Vec<String> = json.lines().map(line).collect();
        say(&format!("  {name} = {}", shown.join("\n  ")));
    }
    if params.as_object().is_some_and(|p| !p.is_empty()) {
        say(&format!("  data.waymark.params = {}", line(&params.to_string())));
    }
    say(&format!("\n{}", styled(STRONG, "Its rules")));
    for rule in &trace.rules {
        tell_rule(rule, 1);
    }
    if !trace.prints.is_empty() {
        say(&format!("\n{}", styled(STRONG, "What it printed")));
        trace.prints.iter().for_each(|print| say(&format!("  {}", line(print))));
    }
    Ok(ExitCode::SUCCESS)
}

fn verdict(outcome: Option<&Outcome>, id: &PolicyId, path: &str) -> String {
    let Some(outcome) = outcome else {
        return format!(
            "{}  {}: the golden path `{path}` does not hold it, or the configuration turns it off",
            styled(STRONG, id.as_str()),
            styled(CAUTION, "not asked")
        );
    };
    let (style, word) = match outcome.status {
        Status::Pass => (GOOD, "pass"),
        Status::Fail => (BAD, "fail"),
        Status::NotApplicable => (CAUTION, "not applicable"),
        Status::Unknown => (CAUTION, "unknown"),
        Status::Broken => (BAD, "broken"),
    };
    let mut text = format!("{}  {}", styled(STRONG, id.as_str()), styled(style, word));
    text.extend(outcome.reason.iter().map(|reason| format!(": {}", line(reason))));
    for finding in &outcome.findings {
        let path = finding.place.path.as_deref().unwrap_or("repository");
        let number = finding.place.start_line.map(|n| format!(":{n}")).unwrap_or_default();
        text.push_str(&format!("\n  {}{number} {}", line(path), line(&finding.message)));
    }
    text
}

fn tell_rule(rule: &TracedRule, depth: usize) {
    let pad = "  ".repeat(depth);
    let value = line(&rule.value);
    let name = styled(STRONG, &rule.name);
    let equals = if depth == 1 { "=" } else { "" };
    say(&format!("{pad}line {:<4} {name} {equals} {value}", rule.line));
    rule.bodies.iter().for_each(|body| tell_body(body, depth));
}

fn tell_body(body: &TracedBody, depth: usize) {
    let pad = "  ".repeat(depth);
    if body.is_else {
        say(&format!("{pad}       else"));
    }
    if let Some(reason) = &body.untold {
        say(&format!("{pad}       not asked: {}", line(reason)));
    }
    for (i, condition) in body.conditions.iter().enumerate() {
        let (mark, ways) = match (condition.ways, body.stopped == Some(i)) {
            (_, true) => (styled(BAD, "✗"), styled(BAD, "  stopped here")),
            (Some(1), _) => (styled(GOOD, "✓"), String::new()),
            (Some(n), _) => (styled(GOOD, "✓"), format!("  {n} ways")),
            (None, _) => ("·".to_owned(), String::new()),
        };
        say(&format!("{pad}  {:>4} {mark} {}{ways}", condition.line, line(&condition.text)));
        if body.stopped == Some(i) {
            for (name, value) in body.variables.iter().chain(&body.parts) {
                let is = if name.ends_with('=') { "" } else { " =" };
                say(&format!("{pad}           {}{is} {}", line(name), line(value)));
            }
            body.called.iter().for_each(|rule| tell_rule(rule, depth + 4));
        }
    }
}
