//! What may any bytes from outside never do? Each target takes bytes as a stranger would send
//! them; it fails by panicking. cargo-fuzz looks for such bytes (`fuzz_targets/`), and
//! `tests/fuzz_corpus.rs` runs those that were once interesting (`corpus/<target>/`).

use chrono::NaiveDate;
use waymark::domain::command;
use waymark::domain::config::{Known, OrgConfig, RepoConfig};
use waymark::domain::ddl::{self, Dialect};
use waymark::domain::edit;
use waymark::domain::event::{self, READERS};
use waymark::domain::facts::{self, FactKind, RepoFacts};
use waymark::domain::helm::{Allowance, ChartFile, render};
use waymark::domain::ids::PolicyId;
use waymark::domain::policy::library::Library;
use waymark::domain::risk::coverage::{CoverageReport, Format, Span, added_lines, patch_coverage};
use waymark::domain::risk::mailmap::Mailmap;
use waymark::domain::tree::{Content, Entry, SourceTree};
use waymark::domain::waiver::Waiver;
use waymark::domain::yaml::{self, MAX_DOCUMENTS, Schema};
use waymark::edge::github::signature::{sign, verify};

/// A target: its name, and what it does with the bytes.
pub type Target = (&'static str, fn(&[u8]));

/// All targets.
pub const TARGETS: &[Target] = &[
    ("webhook", webhook),
    ("yaml", yaml),
    ("dockerfile", dockerfile),
    ("repo_config", repo_config),
    ("library", library),
    ("signature", signature),
    ("helm", helm),
    ("command", command),
    ("waivers", waivers),
    ("migration", migration),
    ("facts", facts_of),
    ("coverage", coverage),
    ("patch", patch),
];

/// A body: every reader reads it or says why not.
pub fn webhook(bytes: &[u8]) {
    for reader in READERS {
        if let Err(error) = event::read(reader.event, bytes) {
            assert!(!error.reason.is_empty());
        }
    }
    assert!(event::read("unheard_of", bytes).is_ok_and(|intents| intents.is_empty()));
}

/// A YAML or JSON file: bounded, and every place lies inside the file.
pub fn yaml(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let last = u32::try_from(text.split('\n').count() + 1).unwrap_or(u32::MAX);
    let core = yaml::load(text, Schema::Core12);
    let kubernetes = yaml::load(text, Schema::Kubernetes);
    for loaded in [core, kubernetes, yaml::load_json(text)] {
        assert!(loaded.documents.len() <= MAX_DOCUMENTS);
        for document in &loaded.documents {
            let (start, end) = document.spans.lines("").unwrap_or((1, 1));
            assert!(1 <= start && start <= end && end <= last, "{start}-{end} of {last}");
        }
        let faults = loaded.documents.iter().flat_map(|d| &d.duplicates).chain(&loaded.error);
        for fault in faults {
            assert!(fault.line <= last && !fault.message.is_empty());
        }
    }
}

/// A Dockerfile: facts or a gap, and the final stage exists.
pub fn dockerfile(bytes: &[u8]) {
    let content = Content::of_bytes(bytes.to_vec());
    let mut tree = SourceTree::default();
    tree.entries.insert("Dockerfile".to_owned(), Entry::loose(content));
    let needs = [FactKind::Dockerfiles].into_iter().collect();
    let extracted = facts::extract(&tree, &RepoFacts::default(), &needs);
    let snapshot = &extracted.snapshot;
    assert_eq!(snapshot.dockerfiles.len() + snapshot.gaps.len(), 1);
    for file in &snapshot.dockerfiles {
        assert!(file.final_stage < file.stages.len());
        for stage in &file.stages {
            assert!(extracted.spans.lines("Dockerfile", Some(&stage.pointer)).is_some());
        }
    }
}

/// A Helm template, with values before a line `%%` if there is one: rendered, or said why not, with
/// lines that the template has.
pub fn helm(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let (values, template) = text.split_once("\n%%\n").unwrap_or(("a: {b: [1, x]}", text));
    let last = u32::try_from(template.split('\n').count()).unwrap_or(u32::MAX);
    let files = [
        ("Chart.yaml", "name: fuzz\nversion: 1.0.0"),
        ("values.yaml", values),
        ("templates/x.yaml", template),
    ];
    let file = |(path, text): (&str, &str)| (path.to_owned(), ChartFile::Text(text.into()));
    let rendered = render(&files.map(file).into(), &mut Allowance::default());
    let outputs = rendered.variants.iter().flat_map(|variant| &variant.files);
    assert!(outputs.clone().count() + rendered.problems.len() >= 1);
    for output in outputs {
        for number in 1..=u32::try_from(output.text.split('\n').count()).unwrap_or(u32::MAX) {
            assert!((1..=last).contains(&output.lines.template_line(number)));
        }
    }
    assert!(rendered.problems.iter().all(|problem| !problem.message.is_empty()));
}

/// A repository's and an organisation's configuration: understood, or complained about.
pub fn repo_config(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let policies = vec![PolicyId::parse("container/non_root_user").expect("an id")];
    let known = Known { policies, ..Known::default() };
    let means = ["*", "container/*", "container/non_root_user"];
    let (config, problems) = RepoConfig::read(".github/waymark.yml", text, &known);
    assert!(config.policies.keys().all(|pattern| means.contains(&pattern.as_str())));
    assert!(problems.iter().all(|problem| !problem.message.is_empty()));
    let (config, problems) = OrgConfig::read("waymark.yml", text, &known);
    assert!(config.policies.keys().all(|pattern| means.contains(&pattern.as_str())));
    // Words of our own: the YAML reader says, for instance, that tabs cannot be used here.
    assert!(problems.iter().all(|problem| !problem.message.starts_with("it cannot be used")));
}

/// A policy file: a policy, or broken with a reason.
pub fn library(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    // regorus' parser takes twice as long for each level of nesting; policies are parsed in the
    // evaluator process, which is stopped in time. Here it would only look like a hang.
    let mut depth = 0_u32;
    for sign in text.chars() {
        depth = match sign {
            '[' | '{' | '(' => depth + 1,
            ']' | '}' | ')' => depth.saturating_sub(1),
            _ => depth,
        };
        if depth > 8 {
            return;
        }
    }
    let library = Library::load([("pack/policy/policy.rego", text)]);
    assert_eq!(library.policies.len().max(library.broken.len()), 1);
    assert!(library.broken.values().all(|problem| !problem.message.is_empty()));
}

/// A signature header, a line feed, and a body: only what we would have signed is believed.
pub fn signature(bytes: &[u8]) {
    let at = bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len());
    let (header, body) = (&bytes[..at], bytes.get(at + 1..).unwrap_or_default());
    let secret = "It's a Secret to Everybody".to_owned().into();
    let good = sign(&secret, body);
    let believed = verify(&[secret], Some(header), body).is_ok();
    assert_eq!(
        believed,
        header.eq_ignore_ascii_case(good.as_bytes()) && header.starts_with(b"sha256=")
    );
}

/// A comment: its commands are lines of it, each understood or answered with what is wrong; an edit
/// asks for nothing that was there before.
pub fn command(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let scan = command::scan(&text);
    assert!(scan.lines.len() <= command::MAX_COMMANDS);
    for line in &scan.lines {
        assert!(line.to_ascii_lowercase().starts_with(command::PREFIX), "{line:?}");
        assert!(!line.contains('\n'), "{line:?}");
        if let Err(misuse) = command::read(line) {
            assert!(!misuse.problem.is_empty());
        }
    }
    assert_eq!(command::scan_edit(&text, &text), command::Scan::default());
}

/// A configuration file that a waiver joins and leaves: it reads back as it was and with it, or the
/// file is left alone.
pub fn waivers(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let policy = PolicyId::parse("container/non_root_user").expect("an id");
    let waiver = Waiver {
        file: String::new(),
        line: None,
        policy: policy.clone(),
        paths: vec!["a/**".to_owned()],
        resource: None,
        reason: "a \"reason\": # of - words".to_owned(),
        owner: Some("somebody".to_owned()),
        expires: NaiveDate::from_ymd_opt(2027, 1, 31).expect("a day"),
        target: None,
    };
    let Ok(with) = edit::waivers::add(text, &waiver, "asked for by somebody") else { return };
    let (without, gone) = match edit::waivers::remove(&with, &policy) {
        Ok(done) => done,
        Err(error) => {
            assert!(!error.to_string().is_empty());
            return;
        }
    };
    assert!(gone >= 1);
    assert!(edit::waivers::remove(&without, &policy).is_ok_and(|(_, left)| left == 0));
}

/// A migration: its statements lie inside the file, in whatever dialect it is read.
pub fn migration(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let last = u32::try_from(text.split('\n').count()).unwrap_or(u32::MAX);
    for dialect in [None, Some(Dialect::Postgresql), Some(Dialect::Mysql)] {
        for statement in ddl::sql(text, dialect) {
            assert!((1..=last).contains(&statement.line), "{} of {last}", statement.line);
        }
    }
}

/// A path, a line feed, and a file: whatever it is (a workflow, a catalog, CODEOWNERS, a manifest of
/// packages, …), facts of it or a gap with a reason.
pub fn facts_of(bytes: &[u8]) {
    let Some((path, text)) = std::str::from_utf8(bytes).ok().and_then(|t| t.split_once('\n'))
    else {
        return;
    };
    let mut tree = SourceTree::default();
    let content = Content::of_bytes(text.as_bytes().to_vec());
    tree.entries.insert(path.to_owned(), Entry::loose(content));
    let needs = FactKind::ALL.into_iter().collect();
    let extracted = facts::extract(&tree, &RepoFacts::default(), &needs);
    assert!(extracted.snapshot.gaps.iter().all(|gap| !gap.reason.is_empty()));
    // As it goes to the evaluator process and to Rego.
    assert!(serde_json::to_vec(&extracted.snapshot).is_ok());
}

/// A coverage report in each format: lines in order, none of them both run and not; or a complaint.
/// The `.mailmap` of the same bytes, as it comes from the same stranger.
pub fn coverage(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let _ = Mailmap::parse(&text);
    let formats = [Format::guess(&text)].into_iter().chain(Format::ALL);
    for report in formats.map(|format| CoverageReport::parse(&text, format, Some("/home/me/app"))) {
        let Ok(report) = report else {
            assert!(report.is_err_and(|reason| !reason.is_empty()));
            continue;
        };
        let (hit, all) = report.totals();
        assert!(hit <= all && all > 0);
        for (path, file) in &report.files {
            assert!(!path.is_empty());
            assert!(ordered(&file.hit) && ordered(&file.missed), "{path}: {file:?}");
        }
        assert_eq!(report.clone().and(report.clone()), report);
    }
}

/// A unified diff of a file: its added lines in order, and covered by a report of just those.
pub fn patch(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    let added = added_lines(&text);
    assert!(ordered(&added), "{added:?}");
    let Some(&(first, _)) = added.first() else { return };
    let report = format!("SF:a.rs\nDA:{first},1\nend_of_record\n");
    let Ok(report) = CoverageReport::parse(&report, Format::Lcov, None) else { return };
    let found = patch_coverage(&report, &[("a.rs", &added)]);
    assert!(found.is_some_and(|found| (found.covered, found.coverable) == (1, 1)), "{found:?}");
}

fn ordered(spans: &[Span]) -> bool {
    spans.iter().all(|(a, b)| a <= b) && spans.windows(2).all(|pair| pair[0].1 < pair[1].0)
}
