//! Check runs: creating, updating, reading; with every limit that GitHub puts on them.

use serde_json::{Value, json};

use super::{CHECKS, CHECKS_WRITE, Route, get, patch, post};
use crate::github::call::{Call, Reply, page, paged, with_link};
use crate::github::clock::stamp;
use crate::github::shapes;
use crate::github::state::{CheckRun, World};

pub const ROUTES: &[Route] = &[
    post("/repos/{owner}/{repo}/check-runs", CHECKS_WRITE, create),
    patch("/repos/{owner}/{repo}/check-runs/{check_run_id}", CHECKS_WRITE, update),
    get("/repos/{owner}/{repo}/check-runs/{check_run_id}", CHECKS, one),
    get("/repos/{owner}/{repo}/check-runs/{check_run_id}/annotations", CHECKS, annotations),
    get("/repos/{owner}/{repo}/commits/{ref}/check-runs", CHECKS, list),
    get("/repos/{owner}/{repo}/commits/{ref}/check-suites", CHECKS, suites),
];

const TEXT_BYTES: usize = 64 << 10;

fn create(world: &mut World, call: &Call) -> Reply {
    let text = |name: &str| call.body[name].as_str().map(String::from);
    let sha = text("head_sha").unwrap_or_default();
    if world.store(call.repo).commit(&sha).is_none() {
        world.blame(format!("check run for {sha}: no commit of this repository"));
        return Reply::error(422, &format!("No commit found for SHA: {sha}"));
    }
    if let Some(refusal) = refuse(world, call, None) {
        return refusal;
    }
    let (id, suite) = (world.next_id(), world.suite(call.repo, &sha));
    let mut run = CheckRun {
        id,
        repo: call.repo,
        suite,
        name: text("name").unwrap_or_default(),
        head_sha: sha,
        status: "queued".into(),
        conclusion: None,
        started_at: None,
        completed_at: None,
        details_url: None,
        external_id: None,
        title: None,
        summary: None,
        text: None,
        annotations: Vec::new(),
        actions: Vec::new(),
    };
    write(world.clock.now(), &mut run, &call.body);
    let answer = shapes::check_run(world, &run);
    world.runs.insert(id, run);
    world.echo(id, "created");
    Reply::json(201, answer)
}

/// Ours, and those of other Apps.
fn suites(world: &mut World, call: &Call) -> Reply {
    let Some(sha) = world.resolve(call.repo, call.param("ref")) else {
        return Reply::error(422, "No commit found for SHA");
    };
    let key = (call.repo, sha.clone());
    let own = world.suites.get(&key).map(|id| shapes::listed_suite(world, &key, *id, None));
    let others: Vec<Value> = world
        .foreign_suites
        .get(&key)
        .into_iter()
        .flatten()
        .enumerate()
        .map(|(n, word)| shapes::listed_suite(world, &key, n as u64 + 1, Some(word.as_deref())))
        .collect();
    let all: Vec<Value> = own.into_iter().chain(others).collect();
    Reply::ok(json!({"total_count": all.len(), "check_suites": all}))
}

fn update(world: &mut World, call: &Call) -> Reply {
    let id = call.number("check_run_id");
    let Some(mut run) = world.runs.get(&id).filter(|run| run.repo == call.repo).cloned() else {
        return Reply::not_found();
    };
    if let Some(refusal) = refuse(world, call, Some(&run)) {
        return refusal;
    }
    let was_open = run.status != "completed";
    write(world.clock.now(), &mut run, &call.body);
    let answer = shapes::check_run(world, &run);
    let completes = was_open && run.status == "completed";
    world.runs.insert(id, run);
    if completes {
        world.echo(id, "completed");
    }
    Reply::ok(answer)
}

/// What the description's schema cannot say.
fn refuse(world: &mut World, call: &Call, old: Option<&CheckRun>) -> Option<Reply> {
    let why = complaint(&call.body, old)?;
    world.blame(format!("{} {}: {}: {}", call.method, call.path, why.0, why.1));
    Some(Reply::invalid("CheckRun", why.0, &why.1))
}

fn complaint(body: &Value, old: Option<&CheckRun>) -> Option<(&'static str, String)> {
    let (status, conclusion) = (body["status"].as_str(), body["conclusion"].as_str());
    let completes = status == Some("completed");
    if completes && conclusion.is_none() {
        return Some(("conclusion", "is required when status is completed".into()));
    }
    if conclusion.is_some() && status.is_some() && !completes {
        return Some(("conclusion", "can only be given with status completed".into()));
    }
    if conclusion == Some("stale") {
        return Some(("conclusion", "stale is set by GitHub only".into()));
    }
    if body["completed_at"].is_string() && conclusion.is_none() {
        return Some(("completed_at", "needs a conclusion".into()));
    }
    if old.is_some_and(|run| run.status == "completed") && status.is_some() && !completes {
        return Some(("status", "a completed check run cannot be reopened".into()));
    }
    let output = &body["output"];
    if output.is_object()
        && !output["title"].is_string()
        && old.is_none_or(|run| run.title.is_none())
    {
        return Some(("output", "title is missing".into()));
    }
    let name = body["name"].as_str();
    let details = body["details_url"].as_str();
    if details.is_some_and(|url| !url.starts_with("https://") && !url.starts_with("http://")) {
        return Some(("details_url", "must use the http or https scheme".into()));
    }
    if name.is_some_and(str::is_empty) {
        return Some(("name", "is blank".into()));
    }
    output["annotations"].as_array().into_iter().flatten().find_map(annotation_complaint)
}

fn annotation_complaint(annotation: &Value) -> Option<(&'static str, String)> {
    let number = |name: &str| annotation[name].as_i64();
    let bytes = |name: &str| annotation[name].as_str().map_or(0, str::len);
    let (start, end) = (number("start_line").unwrap_or(0), number("end_line").unwrap_or(0));
    let problem = if start < 1 {
        "start_line must be at least 1"
    } else if end < start {
        "end_line is before start_line"
    } else if start != end && (number("start_column").is_some() || number("end_column").is_some()) {
        "columns are only allowed when start_line and end_line are equal"
    } else if bytes("message") > TEXT_BYTES || bytes("raw_details") > TEXT_BYTES {
        "message or raw_details is over 64 KB"
    } else if bytes("message") == 0 {
        "message is blank"
    } else if annotation["title"].as_str().is_some_and(|title| title.chars().count() > 255) {
        "title is over 255 characters"
    } else if annotation["path"]
        .as_str()
        .is_none_or(|path| path.is_empty() || path.starts_with('/'))
    {
        "path must be relative to the root of the repository"
    } else {
        return None;
    };
    Some(("annotations", problem.into()))
}

fn write(now: i64, run: &mut CheckRun, body: &Value) {
    let set = |slot: &mut Option<String>, value: &Value| {
        if let Some(text) = value.as_str() {
            *slot = Some(text.into());
        }
    };
    if let Some(name) = body["name"].as_str() {
        run.name = name.into();
    }
    if let Some(status) = body["status"].as_str() {
        run.status = status.into();
    }
    set(&mut run.details_url, &body["details_url"]);
    set(&mut run.external_id, &body["external_id"]);
    set(&mut run.started_at, &body["started_at"]);
    set(&mut run.completed_at, &body["completed_at"]);
    set(&mut run.conclusion, &body["conclusion"]);
    if run.status != "queued" && run.started_at.is_none() {
        run.started_at = Some(stamp(now));
    }
    if run.conclusion.is_some() {
        run.status = "completed".into();
        run.completed_at.get_or_insert_with(|| stamp(now));
        run.started_at.get_or_insert_with(|| stamp(now));
    }
    let output = &body["output"];
    set(&mut run.title, &output["title"]);
    set(&mut run.summary, &output["summary"]);
    set(&mut run.text, &output["text"]);
    run.annotations.extend(output["annotations"].as_array().into_iter().flatten().cloned());
    if let Some(actions) = body["actions"].as_array() {
        run.actions = actions.clone();
    }
}

fn one(world: &mut World, call: &Call) -> Reply {
    let id = call.number("check_run_id");
    match world.runs.get(&id).filter(|run| run.repo == call.repo) {
        Some(run) => Reply::ok(shapes::check_run(world, run)),
        None => Reply::not_found(),
    }
}

fn annotations(world: &mut World, call: &Call) -> Reply {
    let id = call.number("check_run_id");
    let Some(run) = world.runs.get(&id).filter(|run| run.repo == call.repo) else {
        return Reply::not_found();
    };
    let api = format!("{}/{}", world.base, world.repos[&run.repo].full_name());
    let rows = run.annotations.iter().map(|sent| {
        let mut row = json!({"start_column": null, "end_column": null, "title": null,
            "raw_details": null,
            "blob_href": format!("{api}/blob/{}/{}", run.head_sha, sent["path"].as_str().unwrap_or_default())});
        crate::github::sample::overlay(&mut row, sent.clone());
        row
    });
    paged(call, &world.base, rows.collect())
}

fn list(world: &mut World, call: &Call) -> Reply {
    let Some(sha) = world.resolve(call.repo, call.param("ref")) else {
        return Reply::error(422, &format!("No commit found for SHA: {}", call.param("ref")));
    };
    let app = call.query("app_id").and_then(|id| id.parse::<u64>().ok());
    let mut found: Vec<&CheckRun> = world
        .runs
        .values()
        .filter(|run| run.repo == call.repo && run.head_sha == sha)
        .filter(|run| call.query("check_name").is_none_or(|name| run.name == name))
        .filter(|run| call.query("status").is_none_or(|status| run.status == status))
        .filter(|_| app.is_none_or(|id| id == world.app_id))
        .collect();
    if call.query("filter") != Some("all") {
        // Ids grow: the newest run of each name is the last.
        let newest: std::collections::BTreeMap<&str, u64> =
            found.iter().map(|run| (run.name.as_str(), run.id)).collect();
        found.retain(|run| newest[run.name.as_str()] == run.id);
    }
    let rows: Vec<Value> = found.into_iter().map(|run| shapes::check_run(world, run)).collect();
    let count = rows.len();
    let (rows, link) = page(call, &world.base, rows);
    with_link(Reply::ok(json!({"total_count": count, "check_runs": rows})), link)
}
