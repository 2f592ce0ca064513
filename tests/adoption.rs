//! Do the shipped golden paths keep their promise? Rendered into an empty repository each is gold;
//! rendered into a grown one it loses no line of a human.

#![allow(clippy::unwrap_used)]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use waymark::domain::adopt::{Action, AdoptRequest, Plan};
use waymark::domain::evaluate::{ConfigFile, Evaluator, Request};
use waymark::domain::facts::RepoFacts;
use waymark::domain::finding::Level;
use waymark::domain::judge::{Case, Judgement, Kept, Standing, judge};
use waymark::domain::template::Template;
use waymark::domain::tree::{Content, Entry, SourceTree};
use waymark::edge::disk::{PolicyFiles, read_tree};

const LANGUAGES: [&str; 5] = ["go", "nodejs", "python", "java", "rust"];
const PATHS: [(&str, &[&str]); 5] = [
    ("service", &LANGUAGES),
    ("worker", &LANGUAGES),
    ("scheduled_job", &LANGUAGES),
    ("library", &LANGUAGES),
    ("website", &["static", "nodejs"]),
];

fn repo() -> RepoFacts {
    RepoFacts {
        owner: "acme".to_owned(),
        name: "shop".to_owned(),
        full_name: "acme/shop".to_owned(),
        default_branch: Some("main".to_owned()),
        ..RepoFacts::default()
    }
}

fn evaluator() -> Evaluator {
    Evaluator::new(PolicyFiles::built_in().library())
}

fn config(tree: &SourceTree) -> Option<ConfigFile> {
    let path = ".github/waymark.yml";
    let text = tree.text(path)?.to_string();
    Some(ConfigFile { path: path.to_owned(), text: Ok(text) })
}

fn plan(
    evaluator: &Evaluator,
    tree: &SourceTree,
    path: &str,
    given: &[(&str, &str)],
) -> Result<Plan, Vec<String>> {
    let given = given.iter().map(|(k, v)| ((*k).to_owned(), (*v).to_owned())).collect();
    evaluator.adopt(&AdoptRequest {
        tree: tree.clone(),
        repo: repo(),
        config: config(tree),
        organisation: None,
        path: Some(path.to_owned()),
        given,
        bases: BTreeMap::new(),
        upgrade: false,
        team: None,
    })
}

fn with(tree: &SourceTree, plan: &Plan) -> SourceTree {
    let mut tree = tree.clone();
    for (path, text) in plan.writes() {
        let content = Content::Text(text.into());
        tree.entries.insert(path.to_owned(), Entry::loose(content));
    }
    tree
}

fn judged(evaluator: &mut Evaluator, tree: &SourceTree) -> Judgement {
    let request =
        Request { tree: tree.clone(), repo: repo(), config: config(tree), ..Request::default() };
    let answer = evaluator.evaluate(&request);
    let metas: Vec<_> = evaluator.library().policies.values().cloned().collect();
    judge(Case {
        metas: &metas,
        path: &answer.path,
        config: &answer.config,
        organisation: &answer.organisation,
        traits: &Default::default(),
        config_problems: answer.config_problems,
        head: &answer.evaluation,
        head_files: &BTreeMap::new(),
        baseline: None,
        inline: &answer.inline,
        kept: Kept::default(),
        today: NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        notes: Vec::new(),
    })
}

#[test]
fn every_path_makes_an_empty_repository_gold() {
    let mut evaluator = evaluator();
    let templates = evaluator.library().templates.keys();
    let shipped = templates.filter_map(|path| path.strip_suffix("/template.yaml"));
    let mut named: Vec<&str> = PATHS.iter().map(|(path, _)| *path).collect();
    named.sort_unstable();
    assert_eq!(shipped.collect::<Vec<_>>(), named, "a path without a test");
    for (path, languages) in PATHS {
        for language in languages {
            for lifecycle in ["experimental", "production"] {
                let mut given = vec![
                    ("language", *language),
                    ("owner", "payments"),
                    ("description", "Takes money: \"yours\" # and ours"),
                    ("lifecycle", lifecycle),
                ];
                if path != "library" {
                    given.push(("dashboard", "https://grafana.example.com/d/shop?a=b#c"));
                }
                let which = format!("{path} {language} {lifecycle}");
                let empty = SourceTree::default();
                let plan = plan(&evaluator, &empty, path, &given).expect(&which);
                assert_eq!(plan.open_questions(), Vec::<String>::new(), "{which}");
                assert!(plan.files.iter().all(|file| file.action == Action::Add), "{which}");
                let judgement = judged(&mut evaluator, &with(&empty, &plan));
                assert_eq!(judgement.findings, [], "{which}");
                let open = judgement
                    .policies
                    .iter()
                    .filter(|policy| matches!(policy.status, Standing::Unknown | Standing::Broken));
                let open: Vec<_> = open.map(|policy| (&policy.id, &policy.reason)).collect();
                assert_eq!(open, [], "{which}");
                assert_eq!(judgement.level, Some(Level::Gold), "{which}");
                assert_eq!(judgement.path, path, "{which}");
            }
        }
    }
}

/// Starter code and every package manager keep the promise, too.
#[test]
fn starters_and_package_managers_are_gold() {
    const MANAGERS: [(&str, &str); 7] = [
        ("java", "gradle"),
        ("java", "maven"),
        ("nodejs", "npm"),
        ("nodejs", "pnpm"),
        ("nodejs", "yarn"),
        ("python", "pyproject"),
        ("python", "requirements"),
    ];
    let mut evaluator = evaluator();
    let plain = LANGUAGES.map(|language| (language, ""));
    for path in ["service", "worker", "scheduled_job"] {
        for (language, manager) in plain.iter().chain(&MANAGERS) {
            let which = format!("{path} {language} {manager}");
            let given = [
                ("language", *language),
                ("package_manager", *manager),
                ("starter", "true"),
                ("owner", "payments"),
                ("description", "Takes money"),
                ("lifecycle", "production"),
                ("dashboard", "https://grafana.example.com/d/shop"),
            ];
            let empty = SourceTree::default();
            let plan = plan(&evaluator, &empty, path, &given).expect(&which);
            let tree = with(&empty, &plan);
            let judgement = judged(&mut evaluator, &tree);
            assert_eq!(judgement.findings, [], "{which}");
            assert_eq!(judgement.level, Some(Level::Gold), "{which}");
            let image = tree.text("Dockerfile").unwrap();
            if !manager.is_empty() && !["maven", "requirements"].contains(manager) {
                let word = if *manager == "pyproject" { "--no-cache-dir /src" } else { manager };
                assert!(image.contains(word), "{which}: {image}");
            }
            // Whatever a container is said to be asked, the code that comes along answers.
            let code: String =
                plan.writes().filter(|(file, _)| is_code(file)).map(|(_, text)| text).collect();
            assert_eq!(code.contains("metrics"), path != "scheduled_job", "{which}: {code}");
        }
    }
}

fn is_code(path: &str) -> bool {
    let ends = [".go", ".js", ".py", ".rs", ".properties"];
    ends.iter().any(|end| path.ends_with(end)) && !path.starts_with("docs/")
}

/// The worker's container declares the port that its monitor asks for.
#[test]
fn workers_are_scraped_at_a_port_that_is_there() {
    let evaluator = evaluator();
    let given = [("language", "go"), ("owner", "payments"), ("port", "9102")];
    let plan = plan(&evaluator, &SourceTree::default(), "worker", &given).unwrap();
    let text = |path: &str| plan.writes().find(|(p, _)| *p == path).unwrap().1.to_owned();
    let deployment = text("k8s/deployment.yaml");
    assert!(
        deployment.contains("- name: metrics\n              containerPort: 9102\n"),
        "{deployment}"
    );
    let monitor = text("k8s/pod-monitor.yaml");
    assert!(monitor.contains("- port: metrics\n"), "{monitor}");
    assert!(!monitor.contains("targetPort"), "{monitor}");
}

#[test]
fn templates_set_every_value_that_their_files_ask_for() {
    let evaluator = evaluator();
    let files = &evaluator.library().templates;
    for (path, languages) in PATHS {
        let template = Template::read(&format!("{path}/template.yaml"), files).unwrap();
        for language in languages {
            let mut values: serde_json::Map<_, _> = template
                .parameters
                .iter()
                .map(|p| (p.name.clone(), p.default.clone().unwrap_or_else(|| "x".into())))
                .collect();
            values.insert("language".to_owned(), (*language).into());
            values.insert("selector".to_owned(), serde_json::json!({"app": "x"}));
            values.insert("starter".to_owned(), true.into());
            assert_eq!(template.complaints(&values), Vec::<String>::new());
            let made = template.render(files, &values).unwrap();
            assert_eq!(made.unset, [], "{path} {language}");
            assert_eq!(made.skipped, Vec::<String>::new());
        }
    }
}

/// Whether every line of `before` is in `after`, in the same order.
fn keeps_lines(before: &str, after: &str) -> bool {
    let mut lines = after.lines();
    before.lines().all(|line| lines.any(|other| other == line))
}

#[test]
fn no_line_of_a_human_is_lost_and_twice_is_once() {
    let evaluator = evaluator();
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repos");
    let mut merged = 0;
    for entry in fs::read_dir(root).unwrap() {
        let folder = entry.unwrap().path();
        let tree = read_tree(&folder, |_| true).unwrap();
        for (path, languages) in PATHS {
            let which = format!("{path} into {}", folder.display());
            let given = [("language", languages[0]), ("owner", "payments")];
            let first = plan(&evaluator, &tree, path, &given).expect(&which);
            assert!(!first.wants_more(), "{which}");
            for (file, text) in first.writes() {
                let Some(before) = tree.entries.get(file) else { continue };
                let Content::Text(before) = &before.content else { panic!("{which}: {file}") };
                assert!(keeps_lines(before, text), "{which}: {file}\n{text}");
                merged += 1;
            }
            let after = with(&tree, &first);
            let second = plan(&evaluator, &after, path, &given).expect(&which);
            let changed: Vec<_> = second.writes().map(|(path, _)| path).collect();
            assert_eq!(changed, Vec::<&str>::new(), "{which}");
        }
    }
    assert!(merged >= 15, "the repositories hold too little to lose: {merged}");
}
