//! How does a plan come about? Template, parameters, files, lock.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::around::Around;
use super::decide::{decide, planned};
use super::infer::{BY_ACCOUNT, CONFIGURED, Inferred, infer};
use super::lock::{LOCK, Lock};
use super::{Action, AdoptRequest, KnownParameter, Plan, PlannedFile};
use crate::domain::template::{Parameter, Rendered, Template, TemplateFiles};

/// Where a value came from that nobody said and nothing tells.
pub const BY_DEFAULT: &str = "the default";

/// Makes the plan for the golden path `path`. `own_path` is the one that configuration and catalog
/// choose now; `configured` are the parameters of policies that the configuration sets.
///
/// Refused, with the reasons, when the path has no template, the template is broken, or parameters
/// do not fit it.
pub fn draft(
    templates: &TemplateFiles,
    request: &AdoptRequest,
    path: &str,
    own_path: &str,
    configured: &Map<String, Value>,
) -> Result<Plan, Vec<String>> {
    let file = format!("{path}/template.yaml");
    if !templates.contains_key(&file) {
        let known: Vec<&str> =
            templates.keys().filter_map(|name| name.strip_suffix("/template.yaml")).collect();
        return Err(vec![format!(
            "the golden path `{path}` writes no files; these do: {}",
            known.join(", ")
        )]);
    }
    let words = |complaints: Vec<crate::domain::template::Complaint>| {
        complaints.iter().map(|complaint| format!("paths/{complaint}")).collect::<Vec<_>>()
    };
    let template = Template::read(&file, templates).map_err(words)?;
    let around = Around::of(&request.tree, &request.repo);
    let mut plan = Plan { path: path.to_owned(), ..Plan::default() };
    let last = match around.text(LOCK) {
        Some(text) => Lock::read(text),
        None => {
            if around.has(LOCK) {
                plan.wanted.insert(LOCK.to_owned());
            }
            Lock::default()
        }
    };
    plan.parameters = parameters(&template, request, &around, &last, path, configured)?;
    let values: Map<String, Value> =
        plan.parameters.iter().map(|known| (known.name.clone(), known.value.clone())).collect();
    let complaints = template.complaints(&values);
    if !complaints.is_empty() {
        return Err(complaints);
    }
    // Values that a template never sets are its author's matter, not this repository's.
    let Rendered { files, executable, skipped, unset: _ } =
        template.render(templates, &values).map_err(words)?;
    plan.skipped = skipped;
    // Defaults are the template's to change.
    // So is the configuration's word, or a new version of it would never arrive.
    let freely = |known: &&KnownParameter| ![BY_DEFAULT, CONFIGURED].contains(&&*known.from);
    let said = plan.parameters.iter().filter(freely);
    let parameters = said.map(|known| (known.name.clone(), known.value.clone())).collect();
    let mut lock = Lock { path: path.to_owned(), parameters, ..Lock::default() };
    let mut runs = BTreeSet::new();
    for (wanted, text) in &files {
        let (place, memory) = decide(&mut plan, request, &around, &last, wanted, text);
        if executable.contains(wanted) {
            runs.insert(place.clone());
        }
        lock.note(&last, &place, text, memory);
    }
    plan.decisions = template.told(&values, &news(&plan));
    plan.decisions.extend(supposed_workflows(&plan));
    for gone in last.files.keys().filter(|path| !lock.files.contains_key(*path)) {
        if around.has(gone) {
            plan.notes.push(format!(
                "the golden path writes `{gone}` no longer; delete it when nothing else needs it"
            ));
        }
    }
    let images = around.facts.dockerfiles.len();
    if images > 1 && around.components().len() < 2 {
        plan.notes.push(format!(
            "{images} Dockerfiles are here; one catalog entry and the files at the root stand for \
             all that they build"
        ));
    }
    let components: Vec<&str> = around.components();
    if let [first, _, ..] = components.as_slice() {
        plan.notes.push(format!(
            "the catalog describes several components ({}); the files at the root are those of \
             `{first}`",
            components.join(", ")
        ));
    }
    // Who left the path since is not brought back by an upgrade.
    if own_path != path && !request.upgrade {
        choose_path(&mut plan, request, &around, path);
    }
    // A note of what is generated is no reason for an upgrade.
    let needless = request.upgrade && plan.writes().next().is_none();
    if !plan.wants_more() && !needless {
        plan.files.push(locked(&around, &lock));
    }
    for file in &mut plan.files {
        // What is there stays as runnable as it is: a mode is its owner's, too.
        file.executable = match file.action {
            Action::Add => runs.contains(&file.path),
            _ => request.tree.is_executable(&file.path),
        };
    }
    plan.files.sort_by(|a, b| a.path.cmp(&b.path));
    Ok(plan)
}

/// The repository of the platform's workflows, when only the account's name tells it and a file
/// that is written calls it: nobody has said that it exists.
fn supposed_workflows(plan: &Plan) -> Option<String> {
    let known = plan.parameters.iter().find(|known| known.from == BY_ACCOUNT)?;
    let name = known.value.as_str()?;
    plan.writes().any(|(_, text)| text.contains(name)).then(|| {
        format!(
            "Platform workflows: `{name}` is taken from the account's name. See that it exists, or \
             say `{}=…`; until then the workflow cannot run.",
            known.name
        )
    })
}

/// What is new, as templates may ask for it: `new image`, `new manifests`, `new entry`.
fn news(plan: &Plan) -> Vec<&'static str> {
    let adds = |marks: &[&str]| {
        let mut texts = plan.with(Action::Add).filter_map(|file| file.text.as_deref());
        texts.any(|text| marks.iter().any(|mark| text.contains(mark)))
    };
    let mut news = Vec::new();
    if adds(&["\n          image: ", "\n              image: "]) {
        news.push("new image");
    }
    if adds(&["kind: Deployment", "kind: ServiceMonitor", "kind: PodMonitor"]) {
        news.push("new manifests");
    }
    if adds(&["kind: Component"]) {
        news.push("new entry");
    }
    news
}

/// The lock, written anew. It is no human's.
fn locked(around: &Around<'_>, lock: &Lock) -> PlannedFile {
    let text = lock.write();
    match around.text(LOCK) {
        Some(own) if own == text => planned(LOCK, Action::Keep, "is up to date", None),
        Some(_) => planned(LOCK, Action::Merge, "notes what is generated now", Some(text)),
        None => planned(
            LOCK,
            Action::Add,
            "notes what is generated, so that your edits survive the next time",
            Some(text),
        ),
    }
}

/// The template's parameters, each with its value and where that came from.
fn parameters(
    template: &Template,
    request: &AdoptRequest,
    around: &Around<'_>,
    last: &Lock,
    path: &str,
    configured: &Map<String, Value>,
) -> Result<Vec<KnownParameter>, Vec<String>> {
    let known = |name: &str| template.parameters.iter().any(|parameter| parameter.name == name);
    let unknown: Vec<String> = request
        .given
        .keys()
        .filter(|name| !known(name))
        .map(|name| {
            let names: Vec<&str> = template.parameters.iter().map(|p| p.name.as_str()).collect();
            format!("`{name}` is no parameter of `{path}`; these are: {}", names.join(", "))
        })
        .collect();
    if !unknown.is_empty() {
        return Err(unknown);
    }
    let inferred = infer(around, request, path, configured);
    let same_path = last.path == path;
    let value = |parameter: &Parameter| -> Option<KnownParameter> {
        let known = |value: Value, from: String, guessed: bool| {
            Some(KnownParameter { name: parameter.name.clone(), value, from, guessed })
        };
        if let Some(text) = request.given.get(&parameter.name) {
            return known(parameter.value_of(text), "as you said".to_owned(), false);
        }
        if let Some(value) = last.parameters.get(&parameter.name).filter(|_| same_path) {
            return known(value.clone(), format!("as last time (`{LOCK}`)"), false);
        }
        // What was generated last tells the same things back: once is enough.
        let asks = !same_path || (parameter.required && parameter.default.is_none());
        if let Some(Inferred { value, from, guessed, .. }) =
            inferred.find(parameter).filter(|found| asks || found.from == CONFIGURED)
        {
            // A guess does not stand against what the template itself says.
            match &parameter.default {
                Some(default) if guessed => {
                    return known(default.clone(), BY_DEFAULT.to_owned(), false);
                }
                _ => return known(value, from, guessed),
            }
        }
        known(parameter.default.clone()?, BY_DEFAULT.to_owned(), false)
    };
    Ok(template.parameters.iter().filter_map(value).collect())
}

/// Says in the configuration which path the repository walks, when nothing else says it.
fn choose_path(plan: &mut Plan, request: &AdoptRequest, around: &Around<'_>, path: &str) {
    // A catalog that the plan adds says it by its type.
    let catalog = "catalog-info.yaml";
    let says = |text: &str| text.contains(&format!("  type: {path}\n"));
    if plan.writes().any(|(file, text)| file == catalog && says(text)) {
        return;
    }
    let line = format!("path: {path}\n");
    let file = super::equivalent::same_file(around, ".github/waymark.yml");
    plan.files.push(match around.text(file) {
        None if around.has(file) => {
            plan.wanted.insert(file.to_owned());
            return;
        }
        None => planned(file, Action::Add, "says which golden path counts here", Some(line)),
        Some(own) => {
            let is_set = request
                .config
                .as_ref()
                .is_some_and(|_| own.lines().any(|line| line.starts_with("path:")));
            if is_set {
                let reason =
                    format!("names another golden path; write `path: {path}` to walk this one");
                planned(file, Action::Conflict, reason, None)
            } else {
                let text = format!("{line}{own}");
                planned(file, Action::Merge, "gains the name of the golden path", Some(text))
            }
        }
    });
}

/// The golden path for a repository that neither says it nor has a catalog entry, and why.
pub fn guess_path(request: &AdoptRequest) -> (&'static str, &'static str) {
    let around = Around::of(&request.tree, &request.repo);
    let exposes = around
        .facts
        .dockerfiles
        .iter()
        .any(|file| file.instructions.iter().any(|instruction| instruction.name == "EXPOSE"));
    let kinds: Vec<&str> = around.facts.workloads.iter().map(|w| w.kind.as_str()).collect();
    if !kinds.is_empty() && kinds.iter().all(|kind| matches!(*kind, "CronJob" | "Job")) {
        return ("scheduled_job", "it deploys jobs only");
    }
    if exposes || around.kinds.contains_key("Service") {
        return ("service", "it has a port");
    }
    if !around.facts.dockerfiles.is_empty() || !kinds.is_empty() {
        return ("worker", "it runs in a container without a port");
    }
    if around.is_empty() {
        return ("service", "there is nothing to go by yet");
    }
    if let Some(chart) = &around.chart {
        let library = around.text(chart).is_some_and(|text| text.contains("type: library"));
        if !library {
            return ("service", "a Helm chart deploys it");
        }
    }
    let main = |path: &str| matches!(path, "main.go" | "src/main.rs" | "manage.py");
    let tool = |path: &str| path.starts_with("cmd/") && path.ends_with("/main.go");
    let starts = around.paths().any(|path| main(path) || tool(path));
    let code =
        |path: &str| path.ends_with(".go") && !path.ends_with("_test.go") && !path.contains('/');
    // Tools beside a package, as many libraries have them.
    if starts && !around.paths().any(main) && around.paths().any(code) {
        return ("library", "its root is a Go package, and nothing in it is deployed");
    }
    let script = around.text("package.json").is_some_and(|text| text.contains("\"start\":"));
    if starts || script {
        return ("service", "it has an entry point");
    }
    if around.has("index.html") || around.has("public/index.html") {
        return ("website", "it holds pages");
    }
    ("library", "nothing in it is deployed")
}
