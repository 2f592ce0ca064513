//! Nothing of a repository is ever executed, whatever its `.git/config` asks for.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};

use crate::given::{BARE, Folder, ROOT};

/// A program that only leaves a mark beside the folder.
fn trap(folder: &Folder) -> (PathBuf, PathBuf) {
    let (program, mark) = (folder.beside("trap"), folder.beside("mark"));
    fs::write(&program, format!("#!/bin/sh\necho \"$0 $@\" >> '{}'\n", mark.display())).unwrap();
    fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).unwrap();
    (program, mark)
}

/// A repository that names `program` wherever Git could run one.
fn booby_trapped(program: &Path) -> String {
    let program = program.display();
    let mut config = format!(
        "[core]\n fsmonitor = {program}\n hooksPath = hooks\n pager = {program}\n \
         sshCommand = {program}\n editor = {program}\n gitProxy = {program}\n \
         alternateRefsCommand = {program}\n askPass = {program}\n\
         [diff]\n external = {program}\n[diff \"t\"]\n textconv = {program}\n command = {program}\n\
         [filter \"t\"]\n clean = {program}\n smudge = {program}\n required = true\n\
         [filter \"p=q.r\"]\n process = {program}\n required = true\n\
         [credential]\n helper = {program}\n[gpg]\n program = {program}\n\
         [log]\n showSignature = true\n[uploadpack]\n packObjectsHook = {program}\n\
         [protocol]\n allow = always\n[protocol \"ext\"]\n allow = always\n\
         [protocol \"file\"]\n allow = always\n\
         [remote \"origin\"]\n url = ext::{program}\n promisor = true\n uploadpack = {program}\n \
         partialclonefilter = blob:none\n"
    );
    for alias in ["rev-parse", "ls-tree", "ls-files", "cat-file", "diff-files", "merge-base"] {
        config += &format!("[alias]\n {alias} = !{program}\n");
    }
    config
}

#[test]
fn programs_that_a_repository_names_are_not_run() {
    let folder = Folder::with_a_fault();
    let (program, mark) = trap(&folder);
    let names: String =
        (0..3).map(|i| format!("worker{i}/Dockerfile filter=p=q.r diff=t\n")).collect();
    folder.write(".gitattributes", format!("Dockerfile filter=t diff=t\n{names}"));
    for worker in ["worker0", "worker1", "other"] {
        folder.write(&format!("{worker}/Dockerfile"), ROOT);
    }
    folder.commit("second");
    for hook in ["post-index-change", "post-checkout", "pre-auto-gc", "reference-transaction"] {
        folder.write(&format!("hooks/{hook}"), fs::read(&program).unwrap());
        let hook = folder.path().join("hooks").join(hook);
        fs::set_permissions(hook, fs::Permissions::from_mode(0o755)).unwrap();
    }
    let config = fs::read_to_string(folder.path().join(".git/config")).unwrap();
    folder.write(".git/config", config + &booby_trapped(&program));
    // An index older than its files, so that Git has to look inside even where nothing changed.
    let index = fs::File::options().write(true).open(folder.path().join(".git/index")).unwrap();
    index.set_modified(std::time::UNIX_EPOCH + std::time::Duration::from_secs(1)).unwrap();
    folder
        .write("Dockerfile", format!("{ROOT}\n"))
        .write("worker0/Dockerfile", format!("{ROOT}\n"));
    for arguments in [
        &["check"][..],
        &["check", "--base", "HEAD"],
        &["check", "--base", "HEAD~1", "--head", "HEAD"],
        &["check", "--base", "no/such/branch"],
        &["input"],
    ] {
        let ran = folder.waymark(arguments);
        assert!(ran.code.is_some(), "{ran:?}");
        assert!(!mark.exists(), "{arguments:?} ran {}", fs::read_to_string(&mark).unwrap());
    }
    let ran = folder.waymark(&["check", "--base=HEAD", "--format=json"]);
    assert_eq!(
        ran.findings(),
        [
            "container/non_root_user Dockerfile existing",
            "container/non_root_user other/Dockerfile existing",
            "container/non_root_user worker0/Dockerfile existing",
            "container/non_root_user worker1/Dockerfile existing"
        ]
    );
    // The trap works: Git itself walks into it.
    let _ = std::process::Command::new("git").current_dir(folder.path()).arg("status").output();
    assert!(mark.exists());
}

#[test]
fn objects_that_are_not_there_are_not_fetched() {
    let folder = Folder::with_a_fault();
    let (program, mark) = trap(&folder);
    let origin = folder.path().display().to_string();
    folder.git(&["config", "uploadpack.allowFilter", "true"]);
    let to = folder.beside("clone");
    let clone = to.to_str().unwrap();
    let from = format!("file://{origin}");
    folder.git(&["clone", "-q", "--filter=blob:none", "--no-checkout", &from, clone]);
    let trap = program.display().to_string();
    folder.git(&["-C", clone, "config", "remote.origin.uploadpack", &trap]);
    folder.git(&["-C", clone, "config", "protocol.file.allow", "always"]);
    let ran = folder.waymark(&["check", clone, "--head=HEAD", "--format=json"]);
    assert!(!mark.exists(), "ran {}", fs::read_to_string(&mark).unwrap());
    assert!(ran.standing("unknown").contains(&"container/non_root_user".to_owned()), "{ran:?}");
    // The trap works: Git itself would fetch.
    let show = ["-C", clone, "show", "HEAD:Dockerfile"];
    let _ = std::process::Command::new("git").args(show).output();
    assert!(mark.exists());
}

#[test]
fn settings_of_the_caller_do_not_lead_astray() {
    let folder = Folder::with_a_fault();
    let other = Folder::with_a_fault();
    other.write("worker/Dockerfile", ROOT).commit("second");
    let git_dir = other.path().join(".git").display().to_string();
    let variables =
        [("GIT_DIR", git_dir.as_str()), ("GIT_WORK_TREE", "/"), ("GIT_CONFIG_COUNT", "junk")];
    let ran = folder.waymark_with(&variables, &["check", "--base=HEAD", "--format=json"]);
    assert_eq!(ran.findings(), ["container/non_root_user Dockerfile existing"]);
}

#[test]
fn a_repository_that_is_only_data_is_none() {
    let folder = Folder::with_a_fault();
    let (program, mark) = trap(&folder);
    folder.git(&["init", "-q", "--bare", "inside"]);
    let config = fs::read_to_string(folder.path().join("inside/config")).unwrap();
    folder.write("inside/config", config + &booby_trapped(&program));
    let ran = folder.waymark(&["check", "inside", "--format=json"]);
    assert_eq!(ran.findings(), BARE);
    assert!(!mark.exists());
}

#[test]
fn a_repository_of_somebody_else_needs_trust() {
    let folder = Folder::with_a_fault();
    if chown(folder.path(), Some(12_345), None).is_err() {
        eprintln!("not run: giving a folder away needs root");
        return;
    }
    let ran = folder.waymark(&["check", "--base", "HEAD"]);
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(ran.err.contains("--add safe.directory"), "{}", ran.err);
    // Without history Git is not needed.
    let ran = folder.waymark(&["check", ".", "--format=json"]);
    assert_eq!(ran.findings(), ["container/non_root_user Dockerfile new"]);
    assert!(ran.notes().contains("without the help of Git"), "{ran:?}");
}
