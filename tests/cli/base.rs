//! A change is judged against what was there before.

use crate::given::{Folder, ROOT, USER};

const JSON: [&str; 3] = ["check", "--format=json", "--base=main"];

#[test]
fn older_faults_are_told_and_do_not_block() {
    let folder = Folder::with_a_fault();
    folder.git(&["switch", "-qc", "topic"]).write("NOTES.md", "more").commit("second");
    let ran = folder.waymark(&["check", "--base", "main"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    insta::assert_snapshot!("older_faults", ran.out);
    assert_eq!(folder.waymark(&["check"]).code, Some(1), "without a base every fault is new");
}

#[test]
fn a_new_fault_blocks_committed_or_not() {
    let folder = Folder::with_a_fault();
    folder.git(&["switch", "-qc", "topic"]).write("worker/Dockerfile", ROOT);
    let expected = [
        "container/non_root_user worker/Dockerfile new",
        "container/non_root_user Dockerfile existing",
    ];
    for _ in 0..2 {
        let ran = folder.waymark(&JSON);
        assert_eq!(
            (ran.code, ran.findings().as_slice()),
            (Some(1), &expected.map(String::from)[..])
        );
        folder.commit("second");
    }
}

#[test]
fn a_moved_file_takes_its_faults_along() {
    let folder = Folder::with_a_fault();
    folder.write("build/Dockerfile", ROOT);
    std::fs::remove_file(folder.path().join("Dockerfile")).unwrap();
    let ran = folder.waymark(&JSON);
    assert_eq!(ran.findings(), ["container/non_root_user build/Dockerfile existing"]);
    assert_eq!(ran.code, Some(0));
}

#[test]
fn the_point_where_the_branch_began_counts() {
    let folder = Folder::with_a_fault();
    folder.git(&["branch", "topic"]).write("Dockerfile", USER).commit("mended on main");
    folder.git(&["switch", "-q", "topic"]).write("NOTES.md", "more").commit("second");
    assert_eq!(folder.waymark(&JSON).findings(), ["container/non_root_user Dockerfile existing"]);
}

#[test]
fn a_change_cannot_excuse_itself() {
    let folder = Folder::with_a_fault();
    folder.git(&["switch", "-qc", "topic"]).write("worker/Dockerfile", ROOT);
    folder.write(".github/waymark.yml", "policies:\n  container/non_root_user: off\n");
    folder.commit("second");
    let ran = folder.waymark(&JSON);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.notes().contains("the edit counts once it is on the base branch"), "{ran:?}");
    // The edit is read all the same, so that its mistakes are known before it counts.
    folder.write(".github/waymark.yml", "polices: {}\n");
    let ran = folder.waymark(&JSON);
    assert_eq!(ran.json()["config_problems"][0]["path"], ".github/waymark.yml");
    // A configuration that the user names counts for both sides.
    folder.write("../off.yml", "policies:\n  container/non_root_user: off\n");
    let ran = folder.waymark(&["check", "--base=main", "--config=../off.yml"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
}

#[test]
fn a_revision_can_be_judged_instead_of_the_folder() {
    let folder = Folder::with_a_fault();
    folder.write("Dockerfile", USER);
    assert_eq!(folder.waymark(&["check"]).code, Some(0));
    let ran = folder.waymark(&["check", "--head=HEAD", "--format=json"]);
    assert_eq!(ran.findings(), ["container/non_root_user Dockerfile new"]);
}

#[test]
fn a_part_of_a_repository_is_judged_as_one() {
    let folder = Folder::with_a_fault();
    folder.git(&["worktree", "add", "-q", "--detach", "../pay"]);
    std::fs::remove_file(folder.beside("pay/.git")).unwrap();
    std::fs::rename(folder.beside("pay"), folder.path().join("pay")).unwrap();
    folder.commit("second");
    let ran = folder.waymark(&["check", "pay", "--base=HEAD", "--format=json"]);
    assert_eq!(ran.findings(), ["container/non_root_user Dockerfile existing"]);
    let ran = folder.waymark(&["check", "pay", "--base=HEAD~1", "--format=json"]);
    assert_eq!(ran.findings(), ["container/non_root_user Dockerfile new"]);
}

#[test]
fn what_names_no_commit_is_refused_with_a_remedy() {
    let folder = Folder::with_a_fault();
    let too_long = "x".repeat(5_000);
    for revision in
        ["origin/main", "--output=x", "-h", "", "main..topic", "^main", "a\u{1b}b", &too_long]
    {
        for side in ["--base", "--head"] {
            let ran = folder.waymark(&["check", side, revision]);
            assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{revision}: {ran:?}");
            assert!(ran.err.contains("fetch it first"), "{revision}: {ran:?}");
        }
    }
    assert!(!folder.path().join("x").exists());
}

#[test]
fn a_shallow_clone_says_that_it_is_one() {
    let folder = Folder::with_a_fault();
    folder.git(&["switch", "-qc", "topic"]).write("worker/Dockerfile", ROOT).commit("second");
    folder.git(&["switch", "-q", "main"]).write("NOTES.md", "more").commit("third");
    let from = format!("file://{}", folder.path().display());
    let to = folder.beside("clone");
    let clone = to.to_str().unwrap();
    folder.git(&["clone", "-q", "--depth=1", "--no-single-branch", "-b", "topic", &from, clone]);
    let ran = folder.waymark(&["check", clone, "--base=origin/main", "--format=json"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.notes().contains("shallow"), "{ran:?}");
    assert_eq!(
        ran.findings(),
        [
            "container/non_root_user worker/Dockerfile new",
            "container/non_root_user Dockerfile existing"
        ]
    );
}
