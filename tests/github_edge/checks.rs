//! Check runs: complete from the first request, in batches of fifty, continued after a crash.

use std::sync::Mutex;

use serde_json::{Value, json};
use waymark::domain::effect::{Annotation, AnnotationLevel, CheckAction, CheckRunDraft};
use waymark::domain::judge::Conclusion;
use waymark::edge::github::GitHubError;

use super::stub::{Reply, START, Seen, Stub, answer, repo, sha, tenant};

pub fn draft(annotations: usize) -> CheckRunDraft {
    let annotation = |n: usize| Annotation {
        path: "Dockerfile".to_owned(),
        start_line: n as u32 + 1,
        end_line: n as u32 + 1,
        level: AnnotationLevel::Failure,
        message: format!("message {n}"),
        title: "A title".to_owned(),
        raw_details: None,
    };
    CheckRunDraft {
        name: "waymark / golden path".to_owned(),
        head_sha: sha('a'),
        title: "1 new finding".to_owned(),
        summary: "summary".to_owned(),
        text: Some("text".to_owned()),
        conclusion: Conclusion::ActionRequired,
        annotations: (0..annotations).map(annotation).collect(),
        details_url: None,
        external_id: "evaluation-1".to_owned(),
        actions: vec![CheckAction {
            label: "Fix".to_owned(),
            description: "Open a pull request".to_owned(),
            identifier: "fix".to_owned(),
        }],
    }
}

fn run(id: u64, held: usize, app: u64, external_id: &str, status: &str) -> Value {
    json!({"id": id, "name": "waymark / golden path", "head_sha": sha('a'), "status": status,
        "external_id": external_id, "conclusion": "action_required", "html_url": null,
        "output": {"annotations_count": held}, "app": {"id": app}})
}

/// Holds one run and counts its annotations, as GitHub does; refuses more than fifty at once.
fn checks(listed: Value) -> impl Fn(&Seen) -> Option<Reply> {
    let held = Mutex::new(0_usize);
    move |seen| {
        let batch = seen.body["output"]["annotations"].as_array().map_or(0, Vec::len);
        if batch > 50 {
            return Some(answer(422, json!({"message": "Invalid request."})));
        }
        match (seen.method.as_str(), seen.path.split('?').next().unwrap()) {
            ("GET", path) if path.ends_with("/check-runs") => {
                Some(answer(200, json!({"total_count": 1, "check_runs": listed})))
            }
            ("POST", "/repos/acme/api/check-runs") | ("PATCH", _) => {
                *held.lock().unwrap() += batch;
                Some(answer(200, run(3, *held.lock().unwrap(), 7, "evaluation-1", "completed")))
            }
            _ => None,
        }
    }
}

/// The line of the first annotation and the number of them in each write.
fn batches(stub: &Stub) -> Vec<(String, u64, usize)> {
    let writes = stub.calls().into_iter().filter(|s| s.method != "GET");
    writes
        .map(|s| {
            let list = s.body["output"]["annotations"].as_array().cloned().unwrap_or_default();
            let first = list.first().map_or(0, |a| a["start_line"].as_u64().unwrap());
            (s.method.to_string(), first, list.len())
        })
        .collect()
}

#[tokio::test]
async fn fifty_annotations_are_one_complete_post() {
    let stub = Stub::start(checks(json!([]))).await;
    let made = tenant(&stub.github()).post_check_run(&repo(), &draft(50), false).await.unwrap();
    assert_eq!((made.id, made.annotations_count, made.completed), (3, 50, true));
    assert_eq!(batches(&stub), [("POST".to_owned(), 1, 50)]);
    let mut body = stub.calls()[0].body.clone();
    body["output"]["annotations"].as_array_mut().unwrap().truncate(1);
    assert_eq!(
        body,
        json!({
            "name": "waymark / golden path", "head_sha": sha('a'), "status": "completed",
            "external_id": "evaluation-1", "conclusion": "action_required",
            "completed_at": START.to_rfc3339(),
            "output": {"title": "1 new finding", "summary": "summary", "text": "text",
                "annotations": [{"path": "Dockerfile", "start_line": 1, "end_line": 1,
                    "annotation_level": "failure", "message": "message 0",
                    "title": "A title"}]},
            "actions": [{"label": "Fix", "description": "Open a pull request",
                "identifier": "fix"}],
        })
    );
}

#[tokio::test]
async fn more_are_appended_in_order() {
    let stub = Stub::start(checks(json!([]))).await;
    let made = tenant(&stub.github()).post_check_run(&repo(), &draft(120), false).await.unwrap();
    assert_eq!(made.annotations_count, 120);
    let (post, patch) = ("POST".to_owned(), "PATCH".to_owned());
    assert_eq!(batches(&stub), [(post, 1, 50), (patch.clone(), 51, 50), (patch, 101, 20)]);
    let calls = stub.calls();
    assert_eq!(calls[0].body["status"], "completed");
    assert_eq!(calls[1].path, "/repos/acme/api/check-runs/3");
    let texts = |s: &Seen| (s.body["output"]["summary"].clone(), s.body["output"]["text"].clone());
    assert!(calls.iter().all(|s| texts(s) == (json!("summary"), json!("text"))));
}

#[tokio::test]
async fn no_annotation_is_one_post_without_a_list() {
    let stub = Stub::start(checks(json!([]))).await;
    tenant(&stub.github()).post_check_run(&repo(), &draft(0), false).await.unwrap();
    assert_eq!(batches(&stub), [("POST".to_owned(), 0, 0)]);
    assert!(stub.calls()[0].body["output"].get("annotations").is_none());
}

#[tokio::test]
async fn a_crash_between_batches_is_continued() {
    let stub = Stub::start(checks(json!([
        run(8, 200, 8, "evaluation-1", "completed"), // another App's
        run(2, 200, 7, "evaluation-0", "completed"),
        run(3, 50, 7, "evaluation-1", "completed"),
    ])))
    .await;
    let made = tenant(&stub.github()).post_check_run(&repo(), &draft(120), true).await.unwrap();
    assert_eq!(made.id, 3);
    let patch = "PATCH".to_owned();
    assert_eq!(batches(&stub), [(patch.clone(), 51, 50), (patch, 101, 20)]);
    assert_eq!(
        stub.lines()[0],
        format!(
            "GET /repos/acme/api/commits/{}/check-runs?check_name=waymark%20%2F%20golden%20path\
             &app_id=7&filter=all&per_page=100",
            sha('a')
        )
    );
}

#[tokio::test]
async fn a_repeat_of_what_arrived_whole_writes_nothing() {
    let whole = run(3, 120, 7, "evaluation-1", "completed");
    let stub = Stub::start(checks(json!([whole]))).await;
    let made = tenant(&stub.github()).post_check_run(&repo(), &draft(120), true).await.unwrap();
    assert_eq!((made.id, batches(&stub).len()), (3, 0));
}

#[tokio::test]
async fn a_repeat_of_what_never_arrived_posts() {
    let stub = Stub::start(checks(json!([]))).await;
    tenant(&stub.github()).post_check_run(&repo(), &draft(1), true).await.unwrap();
    assert_eq!(batches(&stub), [("POST".to_owned(), 1, 1)]);
}

#[tokio::test]
async fn a_run_found_in_progress_is_concluded() {
    let open = run(3, 1, 7, "evaluation-1", "in_progress");
    let stub = Stub::start(checks(json!([open]))).await;
    tenant(&stub.github()).post_check_run(&repo(), &draft(1), true).await.unwrap();
    assert_eq!(batches(&stub), [("PATCH".to_owned(), 0, 0)]);
    assert_eq!(stub.calls()[1].body["conclusion"], "action_required");
}

#[tokio::test]
async fn a_refusal_says_why() {
    let stub = Stub::start(|seen| {
        seen.path.ends_with("/check-runs").then(|| {
            answer(422, json!({"message": "Validation Failed", "errors": ["No commit found"]}))
        })
    })
    .await;
    let error = tenant(&stub.github()).post_check_run(&repo(), &draft(1), false).await.unwrap_err();
    let message =
        "POST /repos/acme/api/check-runs answered 422: Validation Failed (No commit found)";
    assert_eq!(
        error,
        GitHubError::Rejected {
            status: 422,
            message: message.to_owned(),
            errors: vec!["No commit found".to_owned()],
        }
    );
}
