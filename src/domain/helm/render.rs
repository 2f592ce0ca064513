//! Renders a chart with one set of values.

use std::rc::Rc;

use serde_json::{Map, Value as Json};

use super::budget::{Allowance, Fault};
use super::chart::Chart;
use super::coalesce::coalesce;
use super::context::scopes;
use super::dependencies;
use super::engine::Engine;
use super::output::parted;
use super::value::{Map as Entries, Value};
use super::{Problem, RenderedFile};

/// One template: its file, the name that Helm gives it, what it is rendered with.
struct Template {
    path: String,
    name: Rc<str>,
    context: Value,
    base: String,
    partial: bool,
}

/// Everything that a chart renders to with `user`'s values over its own, and what could not be.
pub(super) fn render(
    chart: &Chart,
    user: &Map<String, Json>,
    allowance: &mut Allowance,
) -> (Vec<RenderedFile>, Vec<Problem>) {
    let Some(budget) = allowance.budget() else {
        let message = "the charts of the repository take more steps than they may".to_owned();
        let path = format!("{}Chart.yaml", chart.folder);
        return (Vec::new(), vec![Problem { path, line: None, message, asked: false }]);
    };
    let mut chart = chart.clone();
    let missing = dependencies::process(&mut chart, user);
    let mut values = user.clone();
    coalesce(&chart, &mut values, false);
    let engine = Engine::new(budget);
    let mut templates = Vec::new();
    let mut problems = Vec::new();
    for scope in scopes(&chart, &values) {
        for (file, text) in &scope.chart.templates {
            let partial = file.rsplit('/').next().is_some_and(|name| name.starts_with('_'));
            if scope.chart.library && !partial {
                continue;
            }
            let template = Template {
                path: format!("{}{file}", scope.chart.folder),
                name: format!("{}/{file}", scope.prefix).into(),
                context: scope.context.clone(),
                base: format!("{}/templates", scope.prefix),
                partial,
            };
            templates.push((template, text));
        }
    }
    // Helm's order: the deepest first, so that what a chart defines wins over those within it.
    templates
        .sort_by_key(|(t, _)| std::cmp::Reverse((t.name.matches('/').count(), t.name.clone())));
    let mut whole = Vec::new();
    for (template, text) in templates {
        let path: Rc<str> = template.path.as_str().into();
        match engine.add(&template.name, &path, text) {
            Ok(()) => whole.push(template),
            Err(fault) => problems.push(told(&template.path, fault, &missing)),
        }
    }
    let mut files = Vec::new();
    for template in whole.iter().filter(|template| !template.partial) {
        name_template(template);
        match engine.render(&template.name, &template.context) {
            Ok((text, lines)) => {
                let (text, lines) = parted(text, lines);
                let unfetched = engine.unfetched().map(|file| file.to_string());
                let template = template.path.clone();
                files.push(RenderedFile { template, text, lines, unfetched });
            }
            Err(fault) => problems.push(told(&template.path, fault, &missing)),
        }
    }
    allowance.take(&engine.budget);
    (files, problems)
}

/// `.Template`; charts share one context among their templates.
fn name_template(template: &Template) {
    if let Value::Map(context) = &template.context {
        let named = Value::map(Entries::from([
            ("Name".into(), Value::Str(Rc::clone(&template.name))),
            ("BasePath".into(), Value::str(template.base.as_str())),
        ]));
        context.borrow_mut().insert("Template".into(), named);
    }
}

fn told(path: &str, fault: Fault, missing: &[String]) -> Problem {
    let mut message = fault.message;
    if let Some(name) = message.strip_prefix("no template `") {
        let owner = missing.iter().filter(|dependency| {
            name.starts_with(dependency.as_str())
                || !missing.iter().any(|d| name.starts_with(d.as_str()))
        });
        let owners: Vec<String> = owner.take(3).map(|name| format!("`{name}`")).collect();
        if !owners.is_empty() {
            message = format!(
                "{message}: the chart's dependency {} is not in the repository below `charts/`",
                owners.join(", ")
            );
        }
    }
    let line = fault.line.or(fault.at.as_ref().map(|(_, line)| *line));
    match fault.at {
        Some((file, inner)) if *file != *path => {
            message = format!("{message} (at line {inner} of `{file}`)");
        }
        _ => {}
    }
    Problem { path: path.to_owned(), line, message, asked: fault.asked }
}
