//! What has one right answer is put right on a folder, and told before it is written.

use std::fs;

use crate::given::Folder;

const DEPLOYMENT: &str = "\
# The web server
apiVersion: apps/v1
kind: Deployment
metadata: {name: web}   # short
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec:
      containers:
        - name: 'web'
          image: acme/web:1.2.3
";
const WORKFLOW: &str = "\
name: CI
on: push
jobs:
  test:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: make test
";
const OTHER: &str = "\
on: push
permissions: {contents: read}
jobs:
  a:
    steps:
      - uses: actions/checkout@08c6903cd8c0fde910a37f88322edcfb5dd907a8 # v4
";

fn folder() -> Folder {
    let folder = Folder::new();
    folder.write(".github/waymark.yml", "path: service\n");
    folder.write("k8s/web.yaml", DEPLOYMENT);
    folder.write(".github/workflows/ci.yml", WORKFLOW);
    folder.write(".github/workflows/other.yml", OTHER);
    folder.write("Dockerfile", "FROM debian:12\nCMD [\"/web\"]\n");
    folder.init();
    folder
}

fn read(folder: &Folder, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).unwrap()
}

#[test]
fn the_diff_is_a_patch_and_nothing_is_written() {
    let folder = folder();
    let ran = folder.waymark(&["fix"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    insta::assert_snapshot!("fix_diff", ran.out);
    insta::assert_snapshot!("fix_words", ran.err);
    assert_eq!(read(&folder, "k8s/web.yaml"), DEPLOYMENT);
    // Git takes it as it is.
    folder.write("fix.patch", &ran.out);
    let applied = std::process::Command::new("git")
        .args(["apply", "fix.patch"])
        .current_dir(folder.path())
        .status()
        .unwrap();
    assert!(applied.success());
    fs::remove_file(folder.path().join("fix.patch")).unwrap();
    let again = folder.waymark(&["fix"]);
    assert_eq!((again.code, again.out.as_str()), (Some(0), ""), "{again:?}");
}

#[test]
fn writing_makes_the_policies_pass() {
    let folder = folder();
    let before = folder.waymark(&["check", "--policy=kubernetes/non_root"]);
    assert_eq!(before.code, Some(1), "{before:?}");
    let ran = folder.waymark(&["fix", "--write", "--policy=kubernetes/*"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(0), ""), "{ran:?}");
    assert!(ran.err.ends_with("written: k8s/web.yaml\n"), "{}", ran.err);
    let after = folder.waymark(&["check", "--policy=kubernetes/non_root"]);
    assert_eq!(after.code, Some(0), "{after:?}");
    // Every line of people is still there.
    let text = read(&folder, "k8s/web.yaml");
    let mut lines = text.lines();
    assert!(DEPLOYMENT.lines().all(|line| lines.any(|other| other == line)), "{text}");
    assert_eq!(read(&folder, ".github/workflows/ci.yml"), WORKFLOW);
}

#[test]
fn what_is_written_on_purpose_is_changed_for_who_names_it() {
    let folder = Folder::new();
    folder.write(".github/waymark.yml", "path: service\n");
    let text = format!(
        "{DEPLOYMENT}          securityContext: {{readOnlyRootFilesystem: false}} # cache\n"
    );
    folder.write("k8s/web.yaml", &text);
    let ran = folder.waymark(&["fix"]);
    assert!(ran.err.contains("is written there on purpose"), "{ran:?}");
    assert!(!ran.out.contains("readOnlyRootFilesystem: true"), "{}", ran.out);
    let ran = folder.waymark(&["fix", "--policy=kubernetes/read_only_root_filesystem"]);
    let line = "+          securityContext: {readOnlyRootFilesystem: true} # cache\n";
    assert!(ran.out.contains(line), "{}", ran.out);
}

#[test]
fn nothing_is_done_for_a_name_that_means_nothing() {
    let folder = folder();
    let ran = folder.waymark(&["fix", "--policy=kubernetes/none_root"]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
    assert!(ran.err.contains("non_root"), "{}", ran.err);
    let ran = folder.waymark(&["fix", "--list"]);
    assert_eq!(ran.code, Some(0));
    assert!(ran.out.contains("| [kubernetes/non_root](policies/kubernetes/non_root.md) |"));
}
