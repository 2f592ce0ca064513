//! Which files of a checkout count, and which of them count as changed?

use std::fs;

use crate::given::{BARE, Folder, ROOT, Ran, USER};

const JSON: [&str; 3] = ["check", "--format=json", "--base=HEAD"];

fn touched(ran: &Ran) -> Vec<bool> {
    let json = ran.json();
    json["findings"].as_array().unwrap().iter().map(|f| f["touched"].as_bool().unwrap()).collect()
}

/// A checkout with Windows' line ends of what is stored with Unix' ones.
fn with_windows_line_ends() -> Folder {
    let folder = Folder::with_a_fault();
    folder.git(&["config", "core.autocrlf", "true"]);
    fs::remove_file(folder.path().join("Dockerfile")).unwrap();
    folder.git(&["checkout", "-q", "--", "."]);
    let text = fs::read_to_string(folder.path().join("Dockerfile")).unwrap();
    assert!(text.contains("\r\n"));
    folder
}

#[test]
fn line_ends_of_the_checkout_are_no_change() {
    let folder = with_windows_line_ends();
    let ran = folder.waymark(&JSON);
    assert_eq!(ran.findings(), ["container/non_root_user Dockerfile existing"]);
    assert_eq!(touched(&ran), [false]);
    // Nor are they when the index has lost sight of the file (a copied or cached checkout).
    fs::remove_file(folder.path().join(".git/index")).unwrap();
    folder.git(&["read-tree", "HEAD"]);
    assert_eq!(touched(&folder.waymark(&JSON)), [false]);
    folder.write("Dockerfile", ROOT.replace('\n', "\r\n") + "# more\r\n");
    assert_eq!(touched(&folder.waymark(&JSON)), [true]);
}

#[test]
fn files_count_that_git_tracks_or_would() {
    let folder = Folder::with_a_fault();
    folder.write(".gitignore", "*.ignored/\nout/\n");
    for place in ["tracked.ignored", "untracked.ignored", "out", "new"] {
        folder.write(&format!("{place}/Dockerfile"), ROOT);
    }
    folder.git(&["add", "-f", "tracked.ignored/Dockerfile"]);
    let ran = folder.waymark(&["check", "--format=json"]);
    assert_eq!(
        ran.findings(),
        [
            "container/non_root_user Dockerfile new",
            "container/non_root_user new/Dockerfile new",
            "container/non_root_user tracked.ignored/Dockerfile new"
        ]
    );
}

#[test]
fn what_a_sparse_checkout_leaves_out_counts() {
    let folder = Folder::with_a_fault();
    folder.write("Dockerfile", USER).write("worker/Dockerfile", ROOT).commit("second");
    folder.git(&["sparse-checkout", "set", "--cone", "none"]);
    assert!(!folder.path().join("worker").exists());
    let ran = folder.waymark(&["check", "--format=json"]);
    assert_eq!(ran.findings(), ["container/non_root_user worker/Dockerfile new"]);
}

#[test]
fn another_repository_inside_is_another_matter() {
    let folder = Folder::with_a_fault();
    folder.write("Dockerfile", USER).commit("second");
    folder.write("other/Dockerfile", ROOT);
    folder.git(&["-C", "other", "init", "-q"]).git(&["-C", "other", "add", "."]);
    folder.git(&["-C", "other", "commit", "-qm", "theirs"]);
    assert_eq!(folder.waymark(&["check"]).code, Some(0), "embedded, untracked");
    folder.git(&["-c", "advice.addEmbeddedRepo=false", "add", "other"]).commit("as a submodule");
    assert_eq!(folder.waymark(&["check"]).code, Some(0), "a submodule");
    assert_eq!(folder.waymark(&["check", "--head=HEAD"]).code, Some(0), "in a commit");
}

#[test]
fn the_root_is_found_from_below() {
    let folder = Folder::with_a_fault();
    fs::create_dir_all(folder.path().join("cmd/app")).unwrap();
    let below = folder.path().join("cmd/app");
    // A folder that is named is taken at its word, one that is not is looked for.
    let ran = folder.waymark(&["check", below.to_str().unwrap(), "--format=json"]);
    assert_eq!(ran.findings(), BARE);
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_waymark"))
        .current_dir(&below)
        .args(["check", "--format=json"])
        .output()
        .unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains("\"path\": \"Dockerfile\""));
}

#[test]
fn a_repository_with_long_names_for_objects() {
    let folder = Folder::sound();
    folder.write("Dockerfile", ROOT);
    folder.git(&["init", "-q", "-b", "main", "--object-format=sha256"]).commit("first");
    fs::remove_file(folder.path().join(".git/index")).unwrap();
    folder.git(&["read-tree", "HEAD"]);
    let ran = folder.waymark(&JSON);
    assert_eq!(ran.findings(), ["container/non_root_user Dockerfile existing"]);
    assert_eq!(touched(&ran), [false]);
}

#[test]
fn before_the_first_commit_there_is_a_verdict_too() {
    let folder = Folder::sound();
    folder.write("Dockerfile", ROOT);
    folder.git(&["init", "-q"]);
    assert_eq!(folder.waymark(&["check"]).code, Some(1));
}

#[test]
fn a_folder_that_git_ignores_is_not_called_good_in_silence() {
    let folder = Folder::sound();
    folder.write(".gitignore", "build/\n").write("build/Dockerfile", ROOT).init();
    let ran = folder.waymark(&["check", "build", "--format=json"]);
    assert!(ran.notes().contains("Git has no file in this folder"), "{ran:?}");
    let ran = folder.waymark(&["check", "--format=json"]);
    assert!(!ran.notes().contains("Git has no file in this folder"), "{ran:?}");
}
