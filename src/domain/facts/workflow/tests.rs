#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use super::super::testing::{extract_from, repo};
use super::*;

fn rows(files: &[(&str, &str)]) -> super::super::Extracted {
    extract_from(files, &repo(), &BTreeSet::from([FactKind::Workflows]))
}

#[test]
fn uses_and_runs_are_listed_with_their_place() {
    let ci = "on: [push]\njobs:\n  a/b:\n    steps:\n      - uses: actions/checkout@v4\n        \
              with: {fetch-depth: 0}\n      - run: make\n        shell: bash\n  call:\n    \
              uses: Acme/platform-workflows/.github/workflows/ci.yml@main\n    secrets: inherit\n";
    let got = rows(&[(".github/workflows/ci.yml", ci)]);
    let uses = &got.snapshot.uses;
    assert_eq!(uses.len(), 2);
    assert_eq!((uses[0].pointer.as_str(), uses[0].pin), ("/jobs/a~1b/steps/0/uses", Pin::Version));
    assert_eq!(uses[0].with, serde_json::json!({"fetch-depth": 0}));
    assert_eq!(got.spans.lines(&uses[0].path, Some(&uses[0].pointer)), Some((5, 5)));
    assert_eq!(uses[1].kind, UseKind::ReusableWorkflow);
    assert_eq!(uses[1].subpath.as_deref(), Some(".github/workflows/ci.yml"));
    assert_eq!(uses[1].secrets, "inherit");
    assert_eq!(uses[1].runs_on_default_branch_push, Answer::Yes);
    assert_eq!(got.snapshot.runs[0].shell.as_deref(), Some("bash"));
    assert_eq!(got.spans.lines(&uses[0].path, Some(&got.snapshot.runs[0].pointer)), Some((7, 7)));
}

#[test]
fn a_call_is_told_apart() {
    let called = |raw, by_job| Called::parse(raw, by_job, &repo());
    assert_eq!(called("./.github/actions/x/", false).subpath.unwrap(), ".github/actions/x");
    assert_eq!(called("docker://alpine:3.8", false).pin, Pin::Version);
    assert_eq!(called("docker://a@sha256:1", false).pin, Pin::Digest);
    assert_eq!(called("docker://alpine", false).pin, Pin::None);
    assert_eq!(called("a/b/c/d@x/y", false).subpath.unwrap(), "c/d");
    assert_eq!(called("acme/Shop/.github/workflows/x.yml@main", true).kind, UseKind::Local);
}

#[test]
fn being_run_on_push_is_handed_on() {
    let call = "on: workflow_call\njobs: {x: {steps: [{uses: ./.github/actions/deep}]}}\n";
    let main = "name: Main\non: push\njobs: {x: {uses: ./.github/workflows/call.yml}}\n";
    let later = "on: {workflow_run: {workflows: [Main]}}\njobs: {x: {steps: [{run: x}]}}\n";
    let action = "runs: {using: composite, steps: [{uses: a/b@v1}]}\n";
    let idle = "on: workflow_dispatch\njobs: {x: {steps: [{uses: a/b@v1}]}}\n";
    let got = rows(&[
        (".github/actions/deep/action.yml", action),
        (".github/workflows/call.yml", call),
        (".github/workflows/idle.yml", idle),
        (".github/workflows/later.yml", later),
        (".github/workflows/main.yml", main),
    ]);
    let of = |path: &str| {
        let rows = &got.snapshot.uses;
        rows.iter().find(|row| row.path.ends_with(path)).unwrap().runs_on_default_branch_push
    };
    assert_eq!(of("deep/action.yml"), Answer::Yes);
    assert_eq!(of("call.yml"), Answer::Yes);
    assert_eq!(of("idle.yml"), Answer::No);
    assert_eq!(got.snapshot.runs[0].runs_on_default_branch_push, Answer::Yes);
}

#[test]
fn a_template_is_a_gap_and_an_expression_is_not() {
    let of = |use_: &str| {
        let text = format!("on: push\njobs:\n  a:\n    steps:\n      - uses: {use_}\n");
        rows(&[(".github/workflows/ci.yml", &text)]).snapshot
    };
    let told = "`.github/workflows/ci.yml` is a template, which is not rendered";
    for call in ["actions/checkout@{{ sha }}", "'{{ action }}@v1'", "{{ action }}", "a/b@{% v %}"] {
        let got = of(call);
        assert_eq!((got.uses.len(), got.gaps.len()), (0, 1), "{call}");
        assert_eq!(got.gaps[0].reason, told, "{call}");
    }
    let got = of("docker://a:${{ matrix.tag }}\n      - run: docker ps --format {{.ID}}");
    assert_eq!((got.uses.len(), got.runs.len(), got.gaps), (1, 1, vec![]));
}

#[test]
fn what_cannot_be_read_is_a_gap() {
    let got = rows(&[
        (".github/workflows/a.yml", "on: [push\n"),
        (".github/workflows/b.yml", "- x\n"),
        (".github/workflows/c.yml", ""),
        (".github/workflows/d.yml", "on: push\non: pull_request\njobs: {}\n"),
    ]);
    let reasons: Vec<&str> = got.snapshot.gaps.iter().map(|gap| gap.reason.as_str()).collect();
    assert!(
        reasons[0].starts_with("`.github/workflows/a.yml` cannot be read whole: line "),
        "{reasons:?}"
    );
    assert_eq!(reasons[1], "`.github/workflows/b.yml` does not hold a mapping");
    assert_eq!(reasons[2], "`.github/workflows/c.yml` is empty");
    assert_eq!(
        reasons[3],
        "`.github/workflows/d.yml` cannot be read whole: line 2: key `on` is set twice"
    );
}
