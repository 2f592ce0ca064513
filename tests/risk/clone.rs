//! A clone of thirty commits whose every value was computed by hand: renames, a deletion and a
//! re-creation, a merge, a rebase, a squash, two identities of one person, a program, a revert.
#![allow(clippy::unwrap_used)]

use std::path::Path;
use std::process::{Command, Output};

use tempfile::TempDir;

/// 2026-01-05T00:00:00Z; each commit is a day later than the one before.
const BEGIN: i64 = 1_767_571_200;
const DAY: i64 = 86_400;

const ANN: (&str, &str) = ("Ann", "ann@work.example");
/// The same by GitHub's own address; `.mailmap` joins it with the other.
const ANN_AT_HOME: (&str, &str) = ("ann", "7+ann@users.noreply.github.com");
const BOB: (&str, &str) = ("Bob", "bob@work.example");
const CID: (&str, &str) = ("Cid", "cid@work.example");
const BOT: (&str, &str) = ("dependabot[bot]", "49699333+dependabot[bot]@users.noreply.github.com");
const GITHUB: (&str, &str) = ("GitHub", "noreply@github.com");

struct Clone {
    folder: TempDir,
    day: i64,
}

impl Clone {
    fn new() -> Self {
        let clone = Self { folder: TempDir::new().unwrap(), day: 0 };
        clone.git(&["init", "-q", "-b", "main"], ANN, ANN);
        clone
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn git(&self, arguments: &[&str], author: (&str, &str), committer: (&str, &str)) -> String {
        let date = format!("{} +0000", BEGIN + self.day * DAY);
        let output: Output = Command::new("git")
            .arg("-C")
            .arg(self.path())
            .args(["-c", "commit.gpgSign=false", "-c", "core.hooksPath=/dev/null"])
            .args(arguments)
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_SYSTEM", "/dev/null")
            .envs([("GIT_AUTHOR_NAME", author.0), ("GIT_AUTHOR_EMAIL", author.1)])
            .envs([("GIT_COMMITTER_NAME", committer.0), ("GIT_COMMITTER_EMAIL", committer.1)])
            .envs([("GIT_AUTHOR_DATE", &date), ("GIT_COMMITTER_DATE", &date)])
            .output()
            .unwrap();
        assert!(output.status.success(), "git {arguments:?}: {output:?}");
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    /// Writes files (an empty text deletes) and commits them, a day later.
    fn commit(&mut self, who: (&str, &str), title: &str, files: &[(&str, &str)]) -> String {
        self.commit_by(who, who, title, files)
    }

    fn commit_by(
        &mut self,
        who: (&str, &str),
        committer: (&str, &str),
        title: &str,
        files: &[(&str, &str)],
    ) -> String {
        self.day += 1;
        for (path, text) in files {
            let place = self.path().join(path);
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            if text.is_empty() {
                std::fs::remove_file(place).unwrap();
            } else {
                std::fs::write(place, text).unwrap();
            }
        }
        self.git(&["add", "-A"], who, committer);
        self.git(&["commit", "-q", "-m", title], who, committer);
        self.git(&["rev-parse", "HEAD"], who, committer)
    }

    fn waymark(&self, arguments: &[&str]) -> Output {
        let program = env!("CARGO_BIN_EXE_waymark");
        Command::new(program).args(arguments).current_dir(self.path()).output().unwrap()
    }
}

fn lines(n: usize, word: &str) -> String {
    (0..n).map(|i| format!("{word} {i} of a file that is long enough to be told again\n")).collect()
}

/// Thirty commits; what each row of `risk history` must say is in [`EXPECTED`].
fn thirty_commits() -> Clone {
    let mut clone = Clone::new();
    let (core, util) = (lines(10, "core"), lines(4, "util"));
    // 1 to 4: beginnings.
    let mailmap = "Ann <ann@work.example> <7+ann@users.noreply.github.com>\n";
    clone.commit(ANN, "Begin", &[(".mailmap", mailmap), ("src/core.rs", &core)]);
    clone.commit(BOB, "Add util\n(which is no fix)", &[("src/util.rs", &util)]);
    clone.commit(ANN_AT_HOME, "Fix core", &[("src/core.rs", &format!("{core}more\n"))]);
    clone.commit(BOT, "Bump x", &[("Cargo.toml", "[package]\n"), ("src/util.rs", "bumped\n")]);
    // 5: a rename with its content.
    clone.git(&["mv", "src/core.rs", "src/heart.rs"], BOB, BOB);
    clone.commit(BOB, "Rename core", &[]);
    // 6: the renamed file is known to both.
    clone.commit(CID, "Change heart", &[("src/heart.rs", &format!("{core}more\nyet more\n"))]);
    // 7, 8: deleted, and made again.
    clone.commit(BOB, "Drop util", &[("src/util.rs", "")]);
    clone.commit(CID, "Add util again", &[("src/util.rs", &lines(3, "new"))]);
    // 9: a merge of two commits of Bob's, by Ann.
    clone.git(&["checkout", "-q", "-b", "topic"], BOB, BOB);
    clone.commit(BOB, "one", &[("src/a.rs", "a\n")]);
    clone.commit(BOB, "two", &[("src/heart.rs", "short\n")]);
    clone.git(&["checkout", "-q", "main"], ANN, ANN);
    clone.day += 1;
    let message = "Merge pull request #7 from acme/topic\n\nShorten the heart";
    clone.git(&["merge", "-q", "--no-ff", "topic", "-m", message], ANN, ANN);
    let merge = clone.git(&["rev-parse", "HEAD"], ANN, ANN);
    // 10: reverted by the button.
    let body = format!("Revert \"Shorten the heart\"\n\nThis reverts commit {merge}.");
    clone.commit(ANN, &body, &[("src/a.rs", ""), ("src/heart.rs", &core)]);
    // 11: touches both after the revert.
    clone.commit(CID, "Use a", &[("src/a.rs", "a\n"), ("src/heart.rs", "x\n")]);
    // 12: a rebase of two commits, seconds apart.
    clone.commit_by(BOB, GITHUB, "part one", &[("docs/a.md", "a\n")]);
    clone.day -= 1;
    clone.commit_by(BOB, GITHUB, "part two", &[("docs/b.md", "b\n")]);
    // 13: a squash.
    clone.commit_by(ANN, GITHUB, "Patch docs (#9)", &[("docs/a.md", "b\n"), ("README", "r\n")]);
    // 14 to 27: more of the same, by turns.
    for n in 0..14 {
        let who = [ANN, BOB, CID][n % 3];
        clone.commit(who, &format!("Turn {n}"), &[("src/util.rs", &lines(n + 5, "turn"))]);
    }
    clone
}

/// nf, la, ld, ndev, b_known, frev180, fix, b_doconly, nd, ns, nuc, exp, bot, y, lt, ffix180.
type Row = [f64; 16];
const COLUMNS: [&str; 16] = [
    "nf",
    "la",
    "ld",
    "ndev",
    "b_known",
    "frev180",
    "fix",
    "b_doconly",
    "nd",
    "ns",
    "nuc",
    "exp",
    "bot",
    "y",
    "lt",
    "ffix180",
];

#[rustfmt::skip]
const EXPECTED: &[(&str, Row)] = &[
    // .mailmap (1 line) and core.rs (10) are new.
    ("Begin",       [2., 11., 0., 0., 0.,  0., 0., 0., 2., 2., 0., 0., 0., 0., 0., 0.]),
    // What stands below its first line is no title.
    ("Add util",    [1.,  4., 0., 0., 0.,  0., 0., 0., 1., 1., 0., 0., 0., 0., 0., 0.]),
    // Ann by her other address: she changed core.rs before.
    ("Fix core",    [1.,  1., 0., 1., 1.,  0., 1., 0., 1., 1., 1., 1., 0., 0., 10., 0.]),
    // A program's: one line in each file; Bob changed util.rs before.
    ("Bump x",      [2.,  2., 4., 1., 0.,  0., 0., 0., 2., 2., 1., 0., 1., 0., 4., 0.]),
    // heart.rs was core.rs, which Ann changed twice and once repaired; Bob never did.
    ("Rename core", [1.,  0., 0., 1., 0.,  0., 0., 0., 1., 1., 1., 1., 0., 0., 11., 1.]),
    ("Change heart",[1.,  1., 0., 2., 0.,  0., 0., 0., 1., 1., 1., 0., 0., 0., 11., 1.]),
    // util.rs: Bob, and a program that counts for nobody.
    ("Drop util",   [1.,  0., 1., 1., 1.,  0., 0., 0., 1., 1., 1., 2., 0., 0., 1., 0.]),
    // New, but the name has a past.
    ("Add again",   [1.,  3., 0., 1., 0.,  0., 0., 0., 1., 1., 1., 1., 0., 0., 0., 0.]),
    // The merge is Bob's: a.rs is new, heart.rs he renamed once; 12 lines became 1.
    ("Merge",       [2.,  2., 12., 3., 1., 0., 0., 0., 1., 1., 1., 3., 0., 1., 12., 1.]),
    // The revert is not scored; that it takes the merge back is known behind it only.
    ("Revert",      [2., 10., 2., 3., 1. / 2., 0., 0., 0., 1., 1., 1., 2., 1., 0., 2., 1.]),
    // a.rs is made again. Cid changed heart.rs before; the merge was reverted in both files.
    ("Use a",       [2.,  2., 10., 3., 1., 2., 0., 0., 1., 1., 1., 2., 0., 0., 10., 1.]),
    // Two commits of a rebase are one change.
    ("Rebase",      [2.,  2., 0., 0., 0.,  0., 0., 1., 1., 1., 0., 4., 0., 0., 0., 0.]),
    // README is no document by its ending.
    ("Patch docs",  [2.,  2., 1., 1., 0.,  0., 1., 0., 2., 2., 1., 3., 0., 0., 1., 0.]),
    // util.rs: Bob and Cid before; 3 lines become 5.
    ("Turn 0",      [1.,  5., 3., 2., 0.,  0., 0., 0., 1., 1., 1., 4., 0., 0., 3., 0.]),
    // Each turn adds a line.
    ("Turn 1",      [1.,  1., 0., 3., 1.,  0., 0., 0., 1., 1., 1., 5., 0., 0., 5., 0.]),
    ("Turn 2",      [1.,  1., 0., 3., 1.,  0., 0., 0., 1., 1., 1., 3., 0., 0., 6., 0.]),
];

#[test]
fn every_change_of_thirty_commits_is_as_computed_by_hand() {
    let clone = thirty_commits();
    let output = clone.waymark(&["risk", "history", "."]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines();
    let heading: Vec<&str> = lines.next().unwrap().split(',').collect();
    let places = COLUMNS.map(|name| heading.iter().position(|c| *c == name).unwrap());
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split(',').collect()).collect();
    assert_eq!(rows.len(), 27);
    for ((name, expected), row) in EXPECTED.iter().zip(&rows) {
        for ((column, place), expected) in COLUMNS.iter().zip(places).zip(expected) {
            let found: f64 = row[place].parse().unwrap();
            assert!((found - expected).abs() < 1e-9, "{name}: {column} is {found}, not {expected}");
        }
    }
}

#[test]
fn a_change_is_told_as_text_and_as_json() {
    let mut clone = thirty_commits();
    clone.git(&["checkout", "-q", "-b", "next"], CID, CID);
    let drop = "DROP TABLE refunds;\n";
    clone.commit(
        ("Zoe", "zoe@work.example"),
        "Rework everything",
        &[("src/heart.rs", "y\n"), ("src/util.rs", "y\n"), ("migrations/1.sql", drop)],
    );
    let output = clone.waymark(&["risk", "--base", "main"]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    for words in [
        "Usual for this repository: about 1.2 times",
        "the author has changed 0 of 2 existing files before",
        "irreversible_migration",
        "27 changes known since it began on 2026-01-06",
    ] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }

    let output = clone.waymark(&["risk", ".", "--base", "main", "--format", "json"]);
    let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(json["schema"], "waymark.dev/risk/v1");
    assert_eq!(json["migrations"], "d3_irreversible");
    assert_eq!(json["conditions"][0]["name"], "irreversible_migration");
    assert_eq!(json["history"]["changes"], 27);
    let [low, high] =
        [0, 1].map(|i| json["assessment"]["multiple"]["interval"][i].as_f64().unwrap());
    let value = json["assessment"]["multiple"]["value"].as_f64().unwrap();
    assert!(low < value && value < high);

    let output = clone.waymark(&["risk", ".", "--base", "next"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(told.contains("holds nothing that `next` does not hold already"), "{told}");
}

#[test]
fn neither_programs_changes_nor_reverts_are_scored() {
    let mut clone = thirty_commits();
    for (who, title, why) in [
        (BOT, "Bump serde", "a program wrote it"),
        (ANN, "Revert \"Rework everything\"", "it takes another change back"),
    ] {
        clone.git(&["checkout", "-q", "-B", "next", "main"], CID, CID);
        clone.commit(who, title, &[("src/heart.rs", "z\n")]);
        let output = clone.waymark(&["risk", "--base", "main"]);
        assert!(output.status.success(), "{output:?}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(why) && !text.contains("times"), "{text}");
    }
}

#[test]
fn of_a_little_piece_of_history_nothing_is_estimated() {
    let mut clone = thirty_commits();
    clone.git(&["checkout", "-q", "-b", "next"], CID, CID);
    clone.commit(CID, "Change the heart", &[("src/heart.rs", "z\n")]);
    let url = format!("file://{}", clone.path().display());
    let shallow = Clone::new();
    shallow.git(&["fetch", "-q", "--depth", "12", &url, "next"], CID, CID);
    shallow.git(&["checkout", "-q", "FETCH_HEAD"], CID, CID);
    let output = shallow.waymark(&["risk", "--base", "HEAD~1"]);
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8(output.stdout).unwrap();
    assert!(text.contains("Not known") && !text.contains("times"), "{text}");
}

#[test]
fn the_revert_button_s_line_counts_under_any_title() {
    let mut clone = Clone::new();
    clone.commit(ANN, "Add VAT (#12)", &[("a", "1\n")]);
    clone.commit(BOB, "Undo the VAT change (#13)\n\nReverts acme/api#12", &[("a", "2\n")]);
    clone.commit(ANN, "feat: add b (#14)", &[("b", "1\n")]);
    clone.commit(BOB, "revert: feat: add b (#15)\n\nReverts #14", &[("b", "2\n")]);
    clone.commit(ANN, "Reword a (#16)\n\nReverts nothing", &[("a", "3\n")]);
    let output = clone.waymark(&["risk", "history", "."]);
    let text = String::from_utf8(output.stdout).unwrap();
    let mut lines = text.lines();
    let heading: Vec<&str> = lines.next().unwrap().split(',').collect();
    let [y, bot] = ["y", "bot"].map(|name| heading.iter().position(|c| *c == name).unwrap());
    let told = |line: &str| {
        let row: Vec<&str> = line.split(',').collect();
        format!("{}{}", row[y], row[bot])
    };
    // Reverted, and neither scored nor counted.
    assert_eq!(lines.map(told).collect::<Vec<_>>(), ["10", "01", "10", "01", "00"], "{text}");
}

#[test]
fn what_a_change_adds_to_a_migration_that_is_run_again_is_read() {
    let mut clone = Clone::new();
    let log = "databaseChangeLog:\n- changeSet:\n    id: 1\n    changes:\n    - dropTable:\n        tableName: a\n";
    let view = "CREATE OR REPLACE VIEW v AS SELECT 1;\n";
    clone.commit(ANN, "Begin", &[("db/changelog/a.yaml", log), ("db/R__v.sql", view)]);
    let class = |clone: &Clone| {
        let output = clone.waymark(&["risk", ".", "--base", "main", "--format", "json"]);
        let json: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
        json["migrations"].as_str().unwrap_or("none").to_owned()
    };
    let branch = |clone: &mut Clone, name: &str, path: &str, text: &str| {
        clone.git(&["checkout", "-q", "-b", name, "main"], CID, CID);
        clone.commit(CID, name, &[(path, text)]);
        class(clone)
    };
    let piece = |change: &str| {
        format!(
            "{log}- changeSet:\n    id: 2\n    changes:\n    - {change}:\n        tableName: b\n"
        )
    };
    let path = "db/changelog/a.yaml";
    assert_eq!(branch(&mut clone, "adds", path, &piece("createTable")), "d0_additive");
    assert_eq!(branch(&mut clone, "drops", path, &piece("dropTable")), "d3_irreversible");
    assert_eq!(branch(&mut clone, "runs", path, &piece("customChange")), "unknown");
    let more = format!("{view}DROP TABLE a;\n");
    assert_eq!(branch(&mut clone, "view", "db/R__v.sql", &more), "d3_irreversible");
    // A change log where nobody looks for one, and what no tool runs.
    assert_eq!(branch(&mut clone, "liq", "liq/b.yml", &piece("createTable")), "d3_irreversible");
    assert_eq!(branch(&mut clone, "none", "sql/b.sql", "DROP TABLE a;\n"), "none");
}

#[test]
fn a_hostile_configuration_starts_nothing() {
    let clone = thirty_commits();
    let trap = clone.path().join("sprung");
    let program = clone.path().join("trap.sh");
    std::fs::write(&program, format!("#!/bin/sh\ntouch {}\n", trap.display())).unwrap();
    let mode = std::os::unix::fs::PermissionsExt::from_mode(0o755);
    std::fs::set_permissions(&program, mode).unwrap();
    let program = program.to_str().unwrap();
    for (key, value) in [
        ("log.showSignature", "true"),
        ("gpg.program", program),
        ("diff.external", program),
        ("core.pager", program),
        ("diff.x.textconv", program),
    ] {
        clone.git(&["config", key, value], ANN, ANN);
    }
    let output = clone.waymark(&["risk", "history", "."]);
    assert!(output.status.success(), "{output:?}");
    assert!(!trap.exists());
}
