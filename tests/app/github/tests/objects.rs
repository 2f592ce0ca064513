//! Hashes against values that Git itself printed; graph and diff.

use super::*;
use crate::github::call::{decode, encode};
use crate::github::faults::matches;
use crate::github::git::{Change, FileStatus, Flat, Mode, Store, diff_trees, hash_object};
use crate::github::{executable, put, symlink};

#[test]
fn blobs_and_trees_are_named_as_git_names_them() {
    // git hash-object, git mktree and git commit-tree of 2.47 gave these.
    assert_eq!(hash_object("blob", b"hello\n"), "ce013625030ba8dba906f756967f9e9ca394464a");
    assert_eq!(hash_object("tree", b""), "4b825dc642cb6eb9a060e54bf8d69288fbee4904");
    let mut store = Store::default();
    let changes = [
        ("a.txt".to_string(), put("hello\n")),
        ("a/b".to_string(), executable("hello\n")),
        ("a-b".to_string(), symlink("a.txt")),
    ];
    let flat = store.apply(Flat::new(), &changes);
    let tree = store.put_tree(&flat);
    assert_eq!(tree, "74923c73e6a63532d4d1cd6d93a8c80a6204bdb8");
    let commit = store.put_commit(&tree, &[], "octo-dev", 1_795_000_000, "Initial commit");
    assert_eq!(commit, "2447f1eac9d966367d715aa41518b94426085c04");
    assert_eq!(store.flat(&tree), flat);
    assert_eq!(store.entry_at(&tree, "a/b").unwrap().mode, Mode::Executable);
}

#[test]
fn the_merge_base_is_where_two_branches_parted() {
    let mut store = Store::default();
    let tree = store.put_tree(&Flat::new());
    let root = store.put_commit(&tree, &[], "a", 1, "root");
    let fork = store.put_commit(&tree, std::slice::from_ref(&root), "a", 2, "fork");
    let left = store.put_commit(&tree, std::slice::from_ref(&fork), "a", 3, "left");
    let right = store.put_commit(&tree, std::slice::from_ref(&fork), "a", 4, "right");
    assert_eq!(store.merge_base(&left, &right), Some(fork.clone()));
    // After main was merged into the branch, the base moves up with it.
    let merged = store.put_commit(&tree, &[right.clone(), left.clone()], "a", 5, "merge");
    assert_eq!(store.merge_base(&left, &merged), Some(left.clone()));
    assert_eq!(store.commits_between(&left, &merged), [right, merged]);
    let other = store.put_commit(&tree, &[], "a", 6, "another root");
    assert_eq!(store.merge_base(&left, &other), None);
}

#[test]
fn merging_takes_both_sides_and_reports_conflicts() {
    let mut store = Store::default();
    let mut commit = |parents: &[String], files: &[(&str, &str)]| {
        let changes: Vec<(String, Change)> =
            files.iter().map(|(path, text)| (path.to_string(), Change::from(*text))).collect();
        let flat = store.apply(Flat::new(), &changes);
        let tree = store.put_tree(&flat);
        store.put_commit(&tree, parents, "a", 1, "x")
    };
    let root = commit(&[], &[("a", "1"), ("b", "1")]);
    let left = commit(std::slice::from_ref(&root), &[("a", "2"), ("b", "1")]);
    let right = commit(std::slice::from_ref(&root), &[("a", "1"), ("c", "1")]);
    let clash = commit(std::slice::from_ref(&root), &[("a", "3"), ("b", "1")]);
    let merged = store.merge_files(&left, &right).unwrap();
    assert_eq!(merged.keys().collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(merged["a"].1, hash_object("blob", b"2"));
    assert_eq!(store.merge_files(&left, &clash).unwrap_err(), ["a"]);
}

#[test]
fn a_diff_knows_status_counts_and_patch() {
    let mut store = Store::default();
    let old = [("keep", "x\ny\nz\n"), ("gone", "g\n"), ("old", "same\n")]
        .map(|(path, text)| (path.to_string(), Change::from(text)));
    let new = [("keep", "x\nY\nYY\nz\n"), ("new", "same\n"), ("more", "m\n")]
        .map(|(path, text)| (path.to_string(), Change::from(text)));
    let (old, new) = (store.apply(Flat::new(), &old), store.apply(Flat::new(), &new));
    let diff = diff_trees(&store, &old, &new);
    let short: Vec<_> = diff
        .iter()
        .map(|file| (file.path.as_str(), file.status, file.additions, file.deletions))
        .collect();
    assert_eq!(
        short,
        [
            ("gone", FileStatus::Removed, 0, 1),
            ("keep", FileStatus::Modified, 2, 1),
            ("more", FileStatus::Added, 1, 0),
            ("new", FileStatus::Renamed, 0, 0),
        ]
    );
    assert_eq!(diff[1].patch.as_deref(), Some("@@ -2,1 +2,2 @@\n-y\n+Y\n+YY"));
    assert_eq!(diff[3].previous.as_deref(), Some("old"));
}

#[test]
fn patterns_and_percent_signs() {
    assert!(matches("POST */check-runs", "POST /repos/{owner}/{repo}/check-runs"));
    assert!(!matches("POST */check-runs", "POST /repos/{owner}/{repo}/check-runs/{check_run_id}"));
    assert!(matches("*", "GET /app") && matches("GET /app", "GET /app"));
    assert!(!matches("GET /app", "GET /app/installations"));
    let text = "a b/`\n%ü";
    assert_eq!(decode(&encode(text), false), text);
    assert_eq!(decode("%zz+%4", true), "%zz %4");
}
