//! What does a verdict cost, and what does Rego cost against plain Rust?
//!
//! Times, per generated repository: reading the facts, the seven policies on those facts in Rego
//! and in Rust (`handwritten/`; equal findings are asserted first), and the whole road.
#![allow(clippy::print_stdout, clippy::unwrap_used, unreachable_pub)]

mod generated;
mod handwritten;

use std::collections::BTreeMap;
use std::hint::black_box;
use std::time::{Duration, Instant};

use criterion::Criterion;
use serde_json::{Map, Value};
use waymark::domain::evaluate::{Evaluator, Request};
use waymark::domain::facts::{self, Extracted};
use waymark::domain::finding::Finding;
use waymark::domain::ids::PolicyId;
use waymark::domain::policy::library::Library;
use waymark::edge::disk::PolicyFiles;

/// Files per repository.
const SIZES: [usize; 3] = [10, 100, 3_000];
/// Steps of the road, in the order of the summary.
const STEPS: [&str; 4] = ["facts", "rego", "rust", "whole"];

fn main() {
    let mut criterion = Criterion::default()
        .sample_size(20)
        .warm_up_time(Duration::from_millis(500))
        .measurement_time(Duration::from_secs(4))
        .configure_from_args();
    let mut medians = BTreeMap::new();
    for size in SIZES {
        measure(&mut criterion, size, &mut medians);
    }
    criterion.final_summary();
    summarise(&medians);
}

fn params(library: &Library) -> Value {
    let all = library.policies.values().flat_map(|meta| meta.parameters.clone());
    Value::Object(all.collect::<Map<_, _>>())
}

fn measure(
    criterion: &mut Criterion,
    size: usize,
    medians: &mut BTreeMap<(usize, &'static str), f64>,
) {
    let library = PolicyFiles::built_in().library();
    let ids = handwritten::IDS.map(|id| PolicyId::parse(id).unwrap());
    let needs = library.needs(&ids);
    let prepared = library.prepare(&ids, &params(&library)).unwrap();
    let tree = generated::tree(size, 7);
    let repo = generated::repo();
    let request = Request {
        tree: tree.clone(),
        repo: repo.clone(),
        config: None,
        organisation: None,
        path: None,
        only: Some(ids.to_vec()),
    };
    let extracted: Extracted = facts::extract(&tree, &repo, &needs);
    let own_params = handwritten::Params::defaults(&repo.owner);
    let mut evaluator = Evaluator::new(PolicyFiles::built_in().library());

    let rego = library.evaluate(&prepared, &ids, &extracted);
    let rego: Vec<Finding> = rego.into_iter().flat_map(|outcome| outcome.findings).collect();
    let rust = handwritten::evaluate(&extracted, &own_params);
    assert_eq!(handwritten::faults(&rego), handwritten::faults(&rust));
    println!("{size} files: {} findings, the same from Rego and Rust", rego.len());

    let mut group = criterion.benchmark_group(format!("{size}_files"));
    let mut time = |step: &'static str, run: &mut dyn FnMut()| {
        let mut samples = Vec::new();
        group.bench_function(step, |bencher| {
            bencher.iter_custom(|rounds| {
                let start = Instant::now();
                for _ in 0..rounds {
                    run();
                }
                let taken = start.elapsed();
                samples.push(taken.as_secs_f64() * 1e3 / rounds as f64);
                taken
            });
        });
        samples.sort_by(f64::total_cmp);
        if let Some(median) = samples.get(samples.len() / 2) {
            medians.insert((size, step), *median);
        }
    };
    time("facts", &mut || drop(black_box(facts::extract(&tree, &repo, &needs))));
    time("rego", &mut || drop(black_box(library.evaluate(&prepared, &ids, &extracted))));
    time("rust", &mut || drop(black_box(handwritten::evaluate(&extracted, &own_params))));
    time("whole", &mut || drop(black_box(evaluator.evaluate(&request))));
    group.finish();
}

/// Medians in milliseconds, from the very runs that criterion timed.
fn summarise(medians: &BTreeMap<(usize, &'static str), f64>) {
    println!("\nmedian ms per run, one thread");
    println!("| files | facts | rego | rust | whole | rego/rust | rego/facts |");
    println!("|---|---|---|---|---|---|---|");
    for size in SIZES {
        let of = |step| medians.get(&(size, step)).copied().unwrap_or(f64::NAN);
        let [facts, rego, rust, whole] = STEPS.map(of);
        println!(
            "| {size} | {facts:.3} | {rego:.3} | {rust:.4} | {whole:.3} | {:.1} | {:.2} |",
            rego / rust,
            rego / facts
        );
    }
}
