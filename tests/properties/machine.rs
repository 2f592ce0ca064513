//! Does regorus' virtual machine say what its interpreter says?
//!
//! The machine judges for the built-in policies because of these tests, and is wrong about some
//! Rego without a word. So it is asked about all examples of all policies, about the repositories
//! of `fixtures/` and of the benchmark, and about examples with parts taken out or exchanged: what
//! is missing or of another kind than expected is where the two differ if they do.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::{Map, Value};
use waymark::domain::facts::{self, FactKind, wanted};
use waymark::domain::ids::PolicyId;
use waymark::domain::policy::evaluate::{Input, Prepared};
use waymark::domain::policy::examples;
use waymark::domain::policy::library::Library;
use waymark::domain::tree::{Content, Entry, SourceTree};
use waymark::edge::disk::{PolicyFiles, read_tree};

use super::generated::{Dice, repo, tree};

/// Examples with something taken out, each run; `WAYMARK_MACHINE_ROUNDS` asks for more.
const ROUNDS: usize = 400;

struct Both {
    files: PolicyFiles,
    library: Library,
    ids: Vec<PolicyId>,
    needs: BTreeSet<FactKind>,
    prepared: Prepared,
}

impl Both {
    fn new() -> Self {
        let files = PolicyFiles::built_in();
        let library = files.library();
        let ids: Vec<PolicyId> = library.policies.keys().cloned().collect();
        let needs = library.needs(&ids);
        let params = library.policies.values().flat_map(|meta| meta.parameters.clone());
        let params = Value::Object(params.collect::<Map<_, _>>());
        let prepared = library.prepare(&ids, &params).unwrap();
        Self { files, library, ids, needs, prepared }
    }

    fn agree(&self, prepared: &Prepared, tree: &SourceTree, what: &str) {
        let extracted = facts::extract(tree, &repo(), &self.needs);
        let input = Input::of(&extracted.snapshot).unwrap();
        let machine = prepared.ask_machine(&input);
        let machine = machine.unwrap_or_else(|e| panic!("{what}: the machine failed: {e}"));
        let interpreter = prepared.ask_interpreter(&input);
        if machine != interpreter {
            let read = |said| self.library.read(said, &self.ids, &extracted);
            let (machine_read, read) = (read(&machine), read(&interpreter));
            let differ: Vec<_> =
                machine_read.iter().zip(&read).filter(|(one, other)| one != other).collect();
            let texts: Vec<_> = tree.entries.keys().map(|path| (path, tree.text(path))).collect();
            panic!("{what}: machine and interpreter differ: {differ:#?}\nof {texts:#?}");
        }
    }

    /// Every example's files, with its name.
    fn examples(&self) -> Vec<(String, examples::Example)> {
        let of = |id: &PolicyId| {
            let text = self.files.text(&format!("{id}/examples.yaml")).unwrap();
            let read = examples::read(text).unwrap();
            let all = read.good.into_iter().chain(read.bad);
            all.map(|example| (format!("{id}: {}", example.name), example)).collect::<Vec<_>>()
        };
        self.ids.iter().flat_map(of).collect()
    }
}

fn of_files(files: &BTreeMap<String, String>) -> SourceTree {
    let entry = |text: &str| Entry::loose(Content::Text(text.into()));
    let entries = files.iter().map(|(path, text)| (path.clone(), entry(text))).collect();
    SourceTree { entries, ..SourceTree::default() }
}

#[test]
fn the_machine_agrees_on_every_example_with_its_parameters() {
    let both = Both::new();
    for (name, example) in both.examples() {
        let mut params: Map<String, Value> =
            both.library.policies.values().flat_map(|meta| meta.parameters.clone()).collect();
        params.extend(example.params.clone());
        let prepared = both.library.prepare(&both.ids, &Value::Object(params)).unwrap();
        both.agree(&prepared, &of_files(&example.files), &name);
    }
}

#[test]
fn a_policy_that_is_asked_alone_says_the_same() {
    let both = Both::new();
    let tree = tree(60, 3);
    for id in &both.ids {
        let params = Value::Object(both.library.policies[id].parameters.clone());
        let alone = both.library.prepare(std::slice::from_ref(id), &params).unwrap();
        both.agree(&alone, &tree, id.as_str());
    }
}

#[test]
fn what_a_folder_adds_is_judged_by_the_interpreter() {
    let folder = tempfile::tempdir().unwrap();
    let write = |path: &str, text: String| {
        let path = folder.path().join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let id = PolicyId::parse("container/no_remote_add").unwrap();
    let asked = |folder: Option<&Path>| {
        let files = match folder {
            Some(folder) => PolicyFiles::with(&[folder.to_owned()]).unwrap(),
            None => PolicyFiles::built_in(),
        };
        let library = files.library();
        let ids: Vec<PolicyId> = library.policies.keys().cloned().collect();
        let prepared = library.prepare(&ids, &Value::Object(Map::new())).unwrap();
        let extracted = facts::extract(&tree(10, 1), &repo(), &library.needs(&ids));
        prepared.ask_machine(&Input::of(&extracted.snapshot).unwrap()).is_ok()
    };
    assert!(asked(None), "nothing is added");
    let built_in = PolicyFiles::built_in();
    let text = built_in.text(&format!("{id}/policy.rego")).unwrap().to_owned();
    write(&format!("{id}/policy.rego"), text.clone());
    assert!(asked(Some(folder.path())), "it is the same");
    write(&format!("{id}/policy.rego"), text.replace("findings contains", "findings  contains"));
    assert!(!asked(Some(folder.path())), "it is another one");
}

#[test]
fn the_machine_agrees_on_whole_repositories() {
    let both = Both::new();
    for size in [0, 1, 10, 100, 300] {
        both.agree(&both.prepared, &tree(size, 7), &format!("{size} generated files"));
    }
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repos");
    for folder in std::fs::read_dir(fixtures).unwrap() {
        let folder = folder.unwrap().path();
        let tree = read_tree(&folder, |path| wanted(&both.needs, path)).unwrap();
        both.agree(&both.prepared, &tree, &folder.display().to_string());
    }
}

#[test]
fn the_machine_agrees_on_examples_that_lack_something() {
    let rounds = std::env::var("WAYMARK_MACHINE_ROUNDS").ok();
    let rounds = rounds.map_or(ROUNDS, |rounds| rounds.parse().unwrap());
    let both = Both::new();
    let examples = both.examples();
    let mut dice = Dice::new(if rounds == ROUNDS { 11 } else { rounds as u64 });
    for round in 0..rounds {
        let (name, example) = &examples[dice.below(examples.len() as u64) as usize];
        let mut files = example.files.clone();
        for text in files.values_mut() {
            for _ in 0..=dice.below(3) {
                *text = spoiled(text, &mut dice);
            }
        }
        both.agree(&both.prepared, &of_files(&files), &format!("round {round}, {name}"));
    }
}

/// A text without one of its lines, or with one line's value of another kind.
fn spoiled(text: &str, dice: &mut Dice) -> String {
    let mut lines: Vec<String> = text.lines().map(ToOwned::to_owned).collect();
    if lines.is_empty() {
        return text.to_owned();
    }
    let at = dice.below(lines.len() as u64) as usize;
    let values =
        ["", "null", "7", "0", "true", "false", "text", "[]", "{}", "[a, 1]", "{a: b}", "''"];
    match (dice.below(3), lines[at].split_once(": ")) {
        (0, _) | (_, None) => drop(lines.remove(at)),
        (_, Some((key, _))) => {
            let value = values[dice.below(values.len() as u64) as usize];
            lines[at] = format!("{key}: {value}");
        }
    }
    lines.join("\n") + "\n"
}
