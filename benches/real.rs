//! What do repositories cost that nobody made for a benchmark?

use std::path::Path;

use waymark::domain::evaluate::Catalogue;
use waymark::domain::facts;
use waymark::domain::ids::PolicyId;
use waymark::domain::policy::evaluate::Input;
use waymark::domain::policy::library::Library;
use waymark::flow::gather_folder::{Folder, gather_folder};

use crate::{params, stopwatch};

/// One row per folder: files that policies read, findings, the fastest run of each step; then the
/// policies that cost most when they are asked alone.
pub fn folders<'a>(library: &Library, folders: impl Iterator<Item = &'a Path>) {
    let catalogue = Catalogue::of(library);
    let (ids, needs): (Vec<PolicyId>, _) = (catalogue.ids(), catalogue.needs());
    let prepared = library.prepare(&ids, &params(library)).unwrap();
    println!("{} policies; the fastest run of each step, in ms of CPU\n", ids.len());
    println!(
        "| repository | files read | findings | facts | input | Rego | (input + Rego) / facts |"
    );
    println!("|---|--:|--:|--:|--:|--:|--:|");
    let mut dearest = Vec::new();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    for path in folders {
        let folder = Folder { path: path.to_owned(), head: None, base: None };
        let gathered = runtime.block_on(gather_folder(&folder, &needs)).unwrap();
        let (tree, repo) = (gathered.head.tree, gathered.repo);
        let extracted = facts::extract(&tree, &repo, &needs);
        let input = Input::of(&extracted.snapshot).unwrap();
        let outcomes = library.read(&prepared.ask(&input), &ids, &extracted);
        let findings: usize = outcomes.iter().map(|outcome| outcome.findings.len()).sum();
        let parse = stopwatch::fastest_us(|| facts::extract(&tree, &repo, &needs)) / 1e3;
        let turn = stopwatch::fastest_us(|| Input::of(&extracted.snapshot).unwrap()) / 1e3;
        let judge = stopwatch::fastest_us(|| prepared.ask(&input)) / 1e3;
        println!(
            "| {} | {} | {findings} | {parse:.1} | {turn:.1} | {judge:.1} | {:.1} |",
            path.file_name().unwrap_or(path.as_os_str()).display(),
            gathered.head.blobs.len(),
            (turn + judge) / parse
        );
        dearest.push((path, input));
    }
    for (path, input) in dearest {
        let mut costs: Vec<(f64, &PolicyId)> = Vec::new();
        for id in &ids {
            let alone = library.prepare(std::slice::from_ref(id), &params(library)).unwrap();
            costs.push((stopwatch::fastest_us(|| alone.ask(&input)) / 1e3, id));
        }
        costs.sort_by(|a, b| b.0.total_cmp(&a.0));
        let shown: Vec<String> =
            costs.iter().take(8).map(|(ms, id)| format!("{id} {ms:.1}")).collect();
        let all: f64 = costs.iter().map(|(ms, _)| ms).sum();
        println!(
            "\nalone, dearest in {} ({all:.1} together): {}",
            path.display(),
            shown.join(", ")
        );
    }
}
