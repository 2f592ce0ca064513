//! What does a verdict cost, and where does the time go?
//!
//! Per generated repository and for the whole built-in pack: reading the facts, turning them into
//! the Rego input, Rego itself, reading what it said, judging, and the whole road from files to
//! outcomes. Then seven policies once in Rego and once in plain Rust (`handwritten/`; equal
//! findings are asserted first). All ratios are of one run.
//!
//! `cargo bench --bench evaluate -- policies` tells instead what each policy costs alone, and
//! `-- folders DIR…` what real repositories cost.
#![allow(clippy::print_stdout, clippy::unwrap_used, unreachable_pub)]

mod generated;
mod handwritten;
mod real;
mod stopwatch;

use std::collections::BTreeMap;
use std::hint::black_box;

use criterion::Criterion;
use serde_json::{Map, Value};
use stopwatch::Stopwatch;
use waymark::domain::evaluate::{Evaluator, Request};
use waymark::domain::facts;
use waymark::domain::finding::Finding;
use waymark::domain::ids::PolicyId;
use waymark::domain::judge::{Case, Kept, judge};
use waymark::domain::policy::evaluate::{Input, Prepared};
use waymark::domain::policy::library::Library;
use waymark::domain::policy::metadata::PolicyMeta;
use waymark::domain::policy::outcome::{Evaluation, Status};
use waymark::domain::tree::SourceTree;
use waymark::edge::disk::PolicyFiles;

/// Files per repository.
const SIZES: [usize; 3] = [10, 100, 3_000];

fn main() -> std::process::ExitCode {
    if let Some(code) = stopwatch::without_backtraces() {
        return code;
    }
    let library = PolicyFiles::built_in().library();
    if std::env::args().any(|argument| argument == "policies") {
        each_policy(&library);
        return std::process::ExitCode::SUCCESS;
    }
    let arguments: Vec<String> = std::env::args().collect();
    if let Some(at) = arguments.iter().position(|argument| argument == "folders") {
        let folders = arguments[at + 1..].iter().filter(|word| !word.starts_with("--"));
        real::folders(&library, folders.map(std::path::Path::new));
        return std::process::ExitCode::SUCCESS;
    }
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(std::time::Duration::from_millis(500))
        .measurement_time(std::time::Duration::from_secs(3))
        .configure_from_args();
    let mut watch = Stopwatch::default();
    for size in SIZES {
        whole_pack(&mut criterion, &mut watch, &library, size);
        seven(&mut criterion, &mut watch, &library, size);
    }
    criterion.final_summary();
    println!(
        "\nthe whole pack, {} policies: median ms per run, one thread",
        library.policies.len()
    );
    watch.table(
        &SIZES,
        &["facts", "input", "rego", "read", "judge", "files to outcomes"],
        &[("(input + rego) / facts", &["input", "rego"], "facts")],
    );
    println!("\nseven policies, in Rego and in Rust: median ms per run, one thread");
    watch.table(
        &SIZES,
        &["seven: facts", "seven: rego", "seven: rust"],
        &[
            ("rego / rust", &["seven: rego"], "seven: rust"),
            ("rego / facts", &["seven: rego"], "seven: facts"),
        ],
    );
    std::process::ExitCode::SUCCESS
}

fn whole_pack(criterion: &mut Criterion, watch: &mut Stopwatch, library: &Library, size: usize) {
    let ids: Vec<PolicyId> = library.policies.keys().cloned().collect();
    let needs = library.needs(&ids);
    let (tree, repo) = (generated::tree(size, 7), generated::repo());
    let prepared = library.prepare(&ids, &params(library)).unwrap();
    let extracted = facts::extract(&tree, &repo, &needs);
    let input = Input::of(&extracted.snapshot).unwrap();
    let said = prepared.ask(&input);
    let outcomes = library.read(&said, &ids, &extracted);
    // A library that cannot be read judges nothing, and fast.
    assert!(library.problems.is_empty() && library.broken.is_empty(), "{:?}", library.problems);
    assert!(outcomes.iter().all(|outcome| outcome.status != Status::Broken), "{outcomes:?}");
    let findings: usize = outcomes.iter().map(|outcome| outcome.findings.len()).sum();
    println!("{size} files, {} policies: {findings} findings", ids.len());
    let metas: Vec<PolicyMeta> = library.policies.values().cloned().collect();
    let evaluation = Evaluation {
        library: library.digest.clone(),
        outcomes,
        excluded_files: 0,
        early: Default::default(),
    };
    let verdict = || {
        let files = BTreeMap::new();
        judge(Case {
            metas: &metas,
            path: "default",
            config: &Default::default(),
            organisation: &Default::default(),
            traits: &Default::default(),
            config_problems: Vec::new(),
            head: &evaluation,
            head_files: &files,
            baseline: None,
            inline: &[],
            kept: Kept::default(),
            today: chrono::NaiveDate::default(),
            notes: Vec::new(),
        })
    };
    let mut evaluator = Evaluator::new(PolicyFiles::built_in().library());
    let path = Some("service".to_owned());
    let request = Request { tree: tree.clone(), repo: repo.clone(), path, ..Request::default() };
    let mut group = criterion.benchmark_group(format!("{size}_files"));
    let mut time = |step, run: &mut dyn FnMut()| watch.time(&mut group, size, step, run);
    time("facts", &mut || drop(black_box(facts::extract(&tree, &repo, &needs))));
    time("input", &mut || drop(black_box(Input::of(&extracted.snapshot))));
    time("rego", &mut || drop(black_box(prepared.ask(&input))));
    time("read", &mut || drop(black_box(library.read(&said, &ids, &extracted))));
    time("judge", &mut || drop(black_box(verdict())));
    time("files to outcomes", &mut || drop(black_box(evaluator.evaluate(&request))));
    group.finish();
}

fn seven(criterion: &mut Criterion, watch: &mut Stopwatch, library: &Library, size: usize) {
    let ids = handwritten::IDS.map(|id| PolicyId::parse(id).unwrap());
    let needs = library.needs(&ids);
    let (tree, repo) = (generated::tree(size, 7), generated::repo());
    let prepared = library.prepare(&ids, &params(library)).unwrap();
    let extracted = facts::extract(&tree, &repo, &needs);
    let own_params = handwritten::Params::defaults(&repo.owner);
    let rego = library.evaluate(&prepared, &ids, &extracted);
    let rego: Vec<Finding> = rego.into_iter().flat_map(|outcome| outcome.findings).collect();
    let rust = handwritten::evaluate(&extracted, &own_params);
    assert_eq!(handwritten::faults(&rego), handwritten::faults(&rust));
    let mut group = criterion.benchmark_group(format!("{size}_files"));
    let mut time = |step, run: &mut dyn FnMut()| watch.time(&mut group, size, step, run);
    time("seven: facts", &mut || drop(black_box(facts::extract(&tree, &repo, &needs))));
    time("seven: rego", &mut || drop(black_box(library.evaluate(&prepared, &ids, &extracted))));
    time("seven: rust", &mut || drop(black_box(handwritten::evaluate(&extracted, &own_params))));
    group.finish();
}

/// The parameters' defaults.
fn params(library: &Library) -> Value {
    let all = library.policies.values().flat_map(|meta| meta.parameters.clone());
    Value::Object(all.collect::<Map<_, _>>())
}

/// What each policy costs alone, dearest first. What several share is counted for each.
fn each_policy(library: &Library) {
    let ids: Vec<PolicyId> = library.policies.keys().cloned().collect();
    let params = params(library);
    let alone: Vec<Prepared> =
        ids.iter().map(|id| library.prepare(std::slice::from_ref(id), &params).unwrap()).collect();
    let inputs = SIZES.map(|size| input(library, &ids, &generated::tree(size, 7)));
    let mut rows: Vec<([f64; SIZES.len()], &PolicyId)> = alone
        .iter()
        .zip(&ids)
        .map(|(prepared, id)| {
            (inputs.each_ref().map(|input| stopwatch::fastest_us(|| prepared.ask(input))), id)
        })
        .collect();
    rows.sort_by(|a, b| b.0[1].total_cmp(&a.0[1]));
    println!("| policy | µs at {SIZES:?} files | | |\n|---|---|---|---|");
    for (times, id) in rows {
        let cells: String = times.iter().map(|time| format!(" {time:.0} |")).collect();
        println!("| {id} |{cells}");
    }
}

fn input(library: &Library, ids: &[PolicyId], tree: &SourceTree) -> Input {
    let extracted = facts::extract(tree, &generated::repo(), &library.needs(ids));
    Input::of(&extracted.snapshot).unwrap()
}
