//! Do the fixes keep their word? Every bad example of every policy that has a fix is put right or
//! left with a reason, and METADATA, table and handbook say the same.

#![allow(clippy::unwrap_used)]

#[path = "../benches/generated.rs"]
#[allow(dead_code, unreachable_pub)]
mod generated;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, json};
use waymark::domain::evaluate::{ConfigFile, Evaluator, Request};
use waymark::domain::facts::{self, FactKind, RepoFacts};
use waymark::domain::fix::{self, FIXES, FixPlan, FixRequest};
use waymark::domain::ids::{PolicyId, Sha};
use waymark::domain::policy::examples::{self, Example};
use waymark::domain::report::fixes::{diff, handbook};
use waymark::domain::tree::{Content, Entry, SourceTree};
use waymark::edge::disk::PolicyFiles;

fn tree<'a>(files: impl IntoIterator<Item = (&'a str, &'a str)>) -> SourceTree {
    let entry = |text: &str| Entry::loose(Content::Text(text.into()));
    let entries = files.into_iter().map(|(path, text)| (path.to_owned(), entry(text)));
    SourceTree { entries: entries.collect(), ..SourceTree::default() }
}

fn repo() -> RepoFacts {
    RepoFacts {
        owner: "acme".to_owned(),
        name: "payments".to_owned(),
        full_name: "acme/payments".to_owned(),
        default_branch: Some("main".to_owned()),
        ..RepoFacts::default()
    }
}

/// Judged as a service, which is asked everything.
fn request(tree: SourceTree, parameters: &serde_json::Map<String, serde_json::Value>) -> Request {
    let config = json!({"path": "service", "parameters": parameters}).to_string();
    Request {
        tree,
        repo: repo(),
        config: Some(ConfigFile { path: ".github/waymark.yml".to_owned(), text: Ok(config) }),
        ..Request::default()
    }
}

/// The fixes for all findings of one policy; every tag is found.
fn fix(evaluator: &mut Evaluator, id: &str, request: &Request, named: bool) -> FixPlan {
    let answer = evaluator.evaluate(request);
    let outcomes = answer.evaluation.outcomes.into_iter();
    let targets = outcomes.filter(|o| o.policy.as_str() == id).flat_map(|o| o.findings);
    let mut ask = FixRequest {
        request: request.clone(),
        targets: targets.collect(),
        refs: BTreeMap::new(),
        offline: false,
        named,
    };
    let plan = evaluator.fix(&ask);
    let sha = Sha::parse("08c6903cd8c0fde910a37f88322edcfb5dd907a8").unwrap();
    ask.refs = plan.wanted.into_iter().map(|key| (key, Some(sha.clone()))).collect();
    evaluator.fix(&ask)
}

/// What is tried is told on every check, so it is done without reading files back; it must say what
/// doing it would.
#[test]
fn to_try_says_what_to_do_would() {
    let files = PolicyFiles::built_in();
    let mut evaluator = Evaluator::new(files.library());
    let mut asked: Vec<Request> = Vec::new();
    for fix in FIXES {
        for example in bad(&files, fix.policy) {
            let files = example.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
            asked.push(request(tree(files), &example.params));
        }
    }
    for seed in 0..4 {
        asked.push(request(generated::tree(60, seed), &Map::new()));
    }
    let (mut yes, mut no) = (0, 0);
    for request in asked {
        let kinds = FactKind::ALL.into_iter().filter(|kind| !kind.is_of_change()).collect();
        let extracted = facts::extract(&request.tree, &request.repo, &kinds);
        let metas = evaluator.library().policies.values();
        let parameters: Map<_, _> = metas.flat_map(|meta| meta.parameters.clone()).collect();
        let answer = evaluator.evaluate(&request);
        let trial = fix::Trial::default();
        for finding in answer.evaluation.outcomes.iter().flat_map(|outcome| &outcome.findings) {
            let would = |trial| fix::would(finding, &request.tree, &extracted, &parameters, trial);
            let tried = would(Some(&trial));
            assert_eq!(tried, would(None), "{finding:#?}");
            *(if tried { &mut yes } else { &mut no }) += 1;
        }
    }
    assert!(yes > 100 && no > 100, "{yes} can be put right, {no} cannot");
}

fn told(plan: &FixPlan) -> String {
    let mut out = String::new();
    for fixed in &plan.fixed {
        out += &format!("fixed: {} -> {}\n", fixed.finding.message, fixed.what);
    }
    for left in &plan.left {
        out += &format!("left: {} -> {}\n", left.finding.message, left.why);
    }
    plan.files.iter().for_each(|file| out += &diff(file, ""));
    out
}

fn bad(files: &PolicyFiles, id: &str) -> Vec<Example> {
    let text = files.text(&format!("{id}/examples.yaml")).unwrap();
    examples::read(text).unwrap().bad
}

#[test]
fn every_bad_example_is_put_right_or_left_with_a_reason() {
    let files = PolicyFiles::built_in();
    let mut evaluator = Evaluator::new(files.library());
    for known in FIXES {
        let mut page = String::new();
        let mut fixed = 0;
        for example in bad(&files, known.policy) {
            if example.before.is_some() {
                continue;
            }
            let texts = example.files.iter().map(|(path, text)| (path.as_str(), text.as_str()));
            let request = request(tree(texts), &example.params);
            let plan = fix(&mut evaluator, known.policy, &request, false);
            fixed += plan.fixed.len();
            page += &format!("## {}\n{}\n", example.name, told(&plan));
            // What is fixed is gone, and nothing else came up.
            let mut after = request.clone();
            for file in &plan.files {
                let content = Content::Text(file.after.as_str().into());
                after.tree.entries.insert(file.path.clone(), Entry::loose(content));
            }
            let messages = |evaluator: &mut Evaluator, request: &Request| -> Vec<String> {
                let outcomes = evaluator.evaluate(request).evaluation.outcomes;
                let all = outcomes.into_iter().flat_map(|o| o.findings);
                all.map(|f| format!("{:?}", f.fingerprint())).collect()
            };
            let (old, new) = (messages(&mut evaluator, &request), messages(&mut evaluator, &after));
            assert!(new.len() + plan.fixed.len() <= old.len(), "{}: {page}", known.policy);
            assert!(new.iter().all(|message| old.contains(message)), "{}: {page}", known.policy);
        }
        assert!(fixed > 0, "{}: no example is put right\n{page}", known.policy);
        insta::assert_snapshot!(known.policy.replace('/', "_"), page);
    }
}

#[test]
fn metadata_table_and_handbook_say_the_same() {
    let library = PolicyFiles::built_in().library();
    let said: BTreeSet<&str> = library
        .policies
        .values()
        .filter(|meta| meta.fix.is_some())
        .map(|meta| meta.id.as_str())
        .collect();
    let made: Vec<&str> = FIXES.iter().map(|fix| fix.policy).collect();
    assert!(made.is_sorted(), "{made:?}");
    assert_eq!(said, made.iter().copied().collect());
    assert!(said.iter().all(|id| PolicyId::parse(id).is_ok()));
    let page = handbook(library.policies.values());
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/fixes.md");
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert_eq!(kept, page, "`cargo run -- fix --list > docs/fixes.md`");
}

/// The built-in library and one more policy, whose only rule is given.
fn with_policy(path: &str, rule: &str) -> (tempfile::TempDir, Evaluator) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join(path);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    let package = path.trim_end_matches("/policy.rego").replace('/', ".");
    let text = format!(
        "# METADATA\n# title: A rule of ours\n# description: For this test.\n# custom:\n\
         #   severity: high\n#   level: bronze\n#   mode: enforce\n#   needs: [dockerfiles]\n\
         #   scope: repo\n#   since: \"0.1.0\"\n#   remediation: None.\n#   fix: Something.\n\
         package waymark.{package}\n\nimport rego.v1\n\n\
         default applies := true\n\n{rule}\n"
    );
    std::fs::write(file, text).unwrap();
    let mut files = PolicyFiles::built_in();
    files.add(folder.path()).unwrap();
    (folder, Evaluator::new(files.library()))
}

const ROOT: &str = "FROM debian:12\nCMD [\"/app\"]\n";

#[test]
fn a_change_that_leaves_its_policy_discontent_is_taken_back() {
    let rule = "findings contains {\"message\": \"never content\", \"path\": \"Dockerfile\"}";
    let (_folder, mut evaluator) = with_policy("container/non_root_user/policy.rego", rule);
    let request = request(tree([("Dockerfile", ROOT)]), &Map::new());
    let plan = fix(&mut evaluator, "container/non_root_user", &request, true);
    assert_eq!((plan.files.len(), plan.fixed.len()), (0, 0), "{plan:#?}");
    let why: Vec<&str> = plan.left.iter().map(|left| left.why.as_str()).collect();
    assert_eq!(why, ["the change would not make the policy content"]);
}

#[test]
fn a_change_that_brings_up_another_finding_is_taken_back() {
    let rule = "findings contains {\"message\": \"numbers are forbidden\", \"path\": file.path} if {\n\
                \tsome file in input.dockerfiles\n\
                \tsome instruction in file.instructions\n\
                \tinstruction.name == \"USER\"\n}";
    let (_folder, mut evaluator) = with_policy("acme/no_numbers/policy.rego", rule);
    let request = request(tree([("Dockerfile", ROOT)]), &Map::new());
    let plan = fix(&mut evaluator, "container/non_root_user", &request, true);
    assert_eq!((plan.files.len(), plan.fixed.len()), (0, 0), "{plan:#?}");
    let why: Vec<&str> = plan.left.iter().map(|left| left.why.as_str()).collect();
    assert_eq!(why, ["the change would bring up acme/no_numbers: numbers are forbidden"]);
}
