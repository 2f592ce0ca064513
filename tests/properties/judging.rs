//! Judging a tree against itself, with its parts in another order, and twice.

use std::collections::BTreeMap;
use std::sync::{LazyLock, Mutex};

use proptest::prelude::*;
use waymark::domain::baseline::Baseline;
use waymark::domain::config::Traits;
use waymark::domain::evaluate::{Answer, Catalogue, Evaluator, Request};
use waymark::domain::ids::Sha;
use waymark::domain::judge::{Case, Judgement, Kept, State, judge};
use waymark::domain::report::json::render_json;
use waymark::domain::tree::{Content, Entry, SourceTree};
use waymark::edge::disk::PolicyFiles;

use super::generated::{Dice, repo, tree};

static EVALUATOR: LazyLock<Mutex<Evaluator>> = LazyLock::new(|| Mutex::new(fresh()));

fn fresh() -> Evaluator {
    Evaluator::new(PolicyFiles::built_in().library())
}

fn evaluate(evaluator: &mut Evaluator, tree: &SourceTree) -> Answer {
    let request = Request { tree: tree.clone(), repo: repo(), ..Request::default() };
    evaluator.evaluate(&request)
}

/// The judgement on `head` of a change that starts from `base`.
fn judged(evaluator: &mut Evaluator, head: &SourceTree, base: Option<&SourceTree>) -> Judgement {
    let catalogue = Catalogue::of(evaluator.library());
    let files = |tree: &SourceTree| -> BTreeMap<String, Option<Sha>> {
        tree.entries.iter().map(|(path, entry)| (path.clone(), entry.blob.clone())).collect()
    };
    let baseline =
        base.map(|base| Baseline::new(&evaluate(evaluator, base).evaluation, files(base)));
    let answer = evaluate(evaluator, head);
    judge(Case {
        path: "default",
        metas: &catalogue.policies,
        config: &answer.config,
        organisation: &answer.organisation,
        traits: &Traits::default(),
        config_problems: answer.config_problems,
        head: &answer.evaluation,
        head_files: &files(head),
        baseline,
        inline: &[],
        kept: Kept::default(),
        today: chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        notes: Vec::new(),
    })
}

fn is_new(judgement: &Judgement) -> Vec<String> {
    let new = judgement.findings.iter().filter(|f| f.state == State::New);
    new.map(|f| format!("{:?}: {}", f.path, f.message)).collect()
}

/// All manifests as documents of one file, in an order that `seed` chooses; the catalog's likewise.
fn shuffled(tree: &SourceTree, seed: u64) -> SourceTree {
    let mut dice = Dice::new(seed);
    let mut shuffled = tree.clone();
    let mut manifests = Vec::new();
    shuffled.entries.retain(|path, entry| match &entry.content {
        Content::Text(text) if path.starts_with("deploy/") => {
            manifests.push(text.to_string());
            false
        }
        _ => true,
    });
    let catalog = tree.text("catalog-info.yaml").unwrap();
    let entities: Vec<String> = catalog.split("---\n").map(str::to_owned).collect();
    for (path, mut documents) in [("deploy/all.yaml", manifests), ("catalog-info.yaml", entities)] {
        for i in (1..documents.len()).rev() {
            documents.swap(i, dice.below(i as u64 + 1) as usize);
        }
        let content = Content::Text(documents.join("---\n").into());
        shuffled.entries.insert(path.to_owned(), Entry::loose(content));
    }
    shuffled
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn a_change_of_nothing_has_nothing_new(seed in any::<u32>(), count in 5_usize..60) {
        let mut evaluator = EVALUATOR.lock().unwrap();
        let tree = tree(count, seed.into());
        let judgement = judged(&mut evaluator, &tree, Some(&tree));
        prop_assert_eq!(is_new(&judgement), Vec::<String>::new());
        // Without a base, the very same findings are all new.
        let alone = judged(&mut evaluator, &tree, None);
        prop_assert_eq!(is_new(&alone).len(), judgement.findings.len());
    }

    #[test]
    fn the_order_of_documents_is_no_news(seed in any::<u32>(), one in any::<u32>(), two in any::<u32>()) {
        let mut evaluator = EVALUATOR.lock().unwrap();
        let tree = tree(120, seed.into());
        let (base, head) = (shuffled(&tree, one.into()), shuffled(&tree, two.into()));
        let judgement = judged(&mut evaluator, &head, Some(&base));
        prop_assert_eq!(is_new(&judgement), Vec::<String>::new());
        prop_assert!(!judgement.findings.is_empty());
    }

}

proptest! {
    // Each case loads the library anew.
    #![proptest_config(ProptestConfig::with_cases(6))]

    #[test]
    fn the_same_case_gives_the_same_bytes(seed in any::<u32>(), other in any::<u32>()) {
        let mut used = EVALUATOR.lock().unwrap();
        let (head, base) = (tree(25, seed.into()), tree(25, other.into()));
        let first = render_json(&judged(&mut used, &head, Some(&base)));
        let second = render_json(&judged(&mut fresh(), &head, Some(&base)));
        prop_assert_eq!(first, second);
    }
}
