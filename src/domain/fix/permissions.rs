//! What a workflow's token may do: reading, and for single jobs what they are known to need.

use serde_json::{Map, Value};

use super::Fix;
use super::bench::{Bench, Spot};
use super::token_needs::{Needs, of_job};
use crate::domain::edit::fields;
use crate::domain::finding::Finding;
use crate::domain::yaml::escape_token;

pub(super) const TOKEN_PERMISSIONS_DECLARED: Fix = Fix {
    policy: "delivery/token_permissions_declared",
    look_out: "scripts that use the token behind the back of their workflow fail from then on: watch the next run",
    apply,
};

fn apply(bench: &mut Bench<'_>, finding: &Finding) -> Result<String, String> {
    let spot = bench.spot(finding)?;
    let at = spot.pointer.clone();
    let document = bench.value(&spot, "");
    if spot.document != 0 {
        return Err("GitHub reads the first document only".to_owned());
    }
    match at.split('/').skip(1).collect::<Vec<_>>().as_slice() {
        ["permissions"] => whole(bench, &spot, &document),
        ["jobs", key] => {
            let needs = of_job(document.pointer(&at).unwrap_or(&Value::Null))?;
            job(bench, &spot, key, &needs)?;
            Ok(format!("declares {} for the job `{key}`", words(&needs)))
        }
        ["jobs", key, "permissions"] => {
            bench.on_purpose("`write-all`")?;
            let job = document.pointer(&format!("/jobs/{key}"));
            let needs = of_job(job.unwrap_or(&Value::Null))?;
            bench.set(&spot, &at, &flow(&needs))?;
            Ok(format!("declares {} for the job `{key}`", words(&needs)))
        }
        _ => Err("it names no place in a workflow".to_owned()),
    }
}

/// The workflow reads; jobs that need more say so themselves.
fn whole(bench: &mut Bench<'_>, spot: &Spot, document: &Value) -> Result<String, String> {
    if uses_token(&document["env"]) {
        return Err("the workflow hands its token to all of its steps".to_owned());
    }
    let jobs = document["jobs"].as_object().ok_or("its jobs could not be read")?;
    let mut more = Vec::new();
    for (key, job) in jobs.iter().filter(|(_, job)| job.get("permissions").is_none()) {
        let needs = of_job(job).map_err(|why| format!("job `{key}`: {why}"))?;
        if !needs.is_empty() {
            more.push((escape_token(key).into_owned(), needs));
        }
    }
    match &document["permissions"] {
        Value::Null => {
            let lines = ["permissions:", "  contents: read"].map(str::to_owned);
            put(bench, spot, "/jobs", &lines, &Needs::new())?;
        }
        _ => {
            bench.on_purpose("`write-all`")?;
            bench.set(spot, "/permissions", &flow(&Needs::new()))?;
        }
    }
    let mut told = "declares `contents: read` for the workflow".to_owned();
    for (key, needs) in more {
        job(bench, spot, &key, &needs)?;
        told += &format!(" and {} for the job `{key}`", words(&needs));
    }
    Ok(told)
}

fn uses_token(value: &Value) -> bool {
    let text = value.to_string().to_lowercase();
    text.contains("github_token") || text.contains("github.token")
}

/// A job says what it needs, above its steps.
fn job(bench: &mut Bench<'_>, spot: &Spot, key: &str, needs: &Needs) -> Result<(), String> {
    let mut lines = vec!["permissions:".to_owned()];
    lines.extend(all(needs).into_iter().map(|(scope, level)| format!("  {scope}: {level}")));
    put(bench, spot, &format!("/jobs/{key}/steps"), &lines, needs)
}

fn put(
    bench: &mut Bench<'_>,
    spot: &Spot,
    neighbour: &str,
    lines: &[String],
    needs: &Needs,
) -> Result<(), String> {
    let entries = all(needs).into_iter();
    let value: Map<String, Value> =
        entries.map(|(scope, level)| (scope.to_owned(), Value::from(level))).collect();
    let text = bench.text(&spot.path)?;
    let text = fields::above(text, neighbour, "permissions", lines, Value::Object(value))
        .map_err(|error| error.to_string())?;
    bench.put(&spot.path, text);
    Ok(())
}

/// With the reading that every job needs.
fn all(needs: &Needs) -> Needs {
    let mut all = Needs::from([("contents", "read")]);
    all.extend(needs);
    all
}

fn flow(needs: &Needs) -> String {
    let all: Vec<String> = all(needs).iter().map(|(s, level)| format!("{s}: {level}")).collect();
    format!("{{{}}}", all.join(", "))
}

fn words(needs: &Needs) -> String {
    let all: Vec<String> = all(needs).iter().map(|(s, level)| format!("`{s}: {level}`")).collect();
    all.join(", ")
}
