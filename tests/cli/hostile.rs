//! A folder full of hostile files gets an answer: soon, without a panic, without steering the
//! terminal.

use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::symlink;
use std::time::{Duration, Instant};

use crate::given::{Folder, ROOT};

/// Generous: the machine may be busy and the build unoptimised. A hang is minutes.
const SOON: Duration = Duration::from_secs(20);

fn deployment(name: &str, tail: &str) -> String {
    format!(
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {name}\nspec:\n  selector: \
         {{matchLabels: {{app: x}}}}\n  template:\n    metadata: {{labels: {{app: x}}}}\n    spec:\n      containers:\n        - name: web\n          image: x:1\n{tail}"
    )
}

fn alias_bomb() -> String {
    let mut text = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for i in 1..30 {
        let before = format!("*a{}", i - 1);
        text += &format!("a{i}: &a{i} [{}]\n", [before.as_str(); 10].join(", "));
    }
    text
}

fn hostile() -> Folder {
    let folder = Folder::new();
    folder.write("k8s/good.yaml", deployment("api", ""));
    folder.write("k8s/huge.yaml", "a: b\n".repeat(5 * 1024 * 1024 + 1));
    folder.write("k8s/bomb.yaml", alias_bomb());
    folder.write("k8s/deep.yaml", "[".repeat(400_000));
    folder.write("k8s/deep2.yaml", "a:\n".to_owned() + &"- ".repeat(200_000) + "b");
    folder.write("k8s/latin1.yaml", b"kind: Deployment\nname: \xe9\xff\n");
    folder.write("k8s/nul.yaml", b"kind: Deployment\n\0");
    folder.write("k8s/bom.yaml", "\u{feff}".to_owned() + &deployment("bom", ""));
    folder.write("k8s/crlf.yaml", deployment("crlf", "").replace('\n', "\r\n"));
    folder.write(
        "k8s/quantity.yaml",
        deployment("q", "          resources: {limits: {cpu: 1e999999999}}\n"),
    );
    folder.write("k8s/a\n`b`\u{1b}[31m/x.yaml", deployment("\"\\e[2J\\u202e`@acme/all`\"", ""));
    folder.write(".github/workflows/x.yml", "on: {push: *nothing}\njobs: [\u{1b}]2;title\u{7}\n");
    folder.write("Dockerfile", "FROM \u{1b}[2J\u{202e}\n");
    folder.write("two/Dockerfile", ROOT.replace('\n', "\r\n"));
    folder.write("three/Dockerfile", "FROM x\\\n".repeat(50_000));
    symlink("/etc/passwd", folder.path().join("k8s/passwd.yaml")).unwrap();
    symlink("/", folder.path().join("k8s/root")).unwrap();
    symlink(".", folder.path().join("k8s/loop")).unwrap();
    let odd = std::ffi::OsStr::from_bytes(b"k8s/\xff\xfe.yaml");
    std::fs::write(folder.path().join(odd), deployment("odd", "")).unwrap();
    let fifo =
        std::process::Command::new("mkfifo").arg(folder.path().join("k8s/pipe.yaml")).status();
    assert!(fifo.unwrap().success());
    folder
}

fn answers_soon(folder: &Folder, arguments: &[&str]) -> crate::given::Ran {
    let start = Instant::now();
    let ran = folder.waymark(arguments);
    assert!(start.elapsed() < SOON, "{arguments:?} took {:?}", start.elapsed());
    assert!(matches!(ran.code, Some(0 | 1)), "{ran:?}");
    assert!(!ran.out.contains("root:x:0"), "/etc/passwd was read");
    let steers = |c: char| c.is_control() && c != '\n' || ('\u{202a}'..='\u{202e}').contains(&c);
    assert!(!ran.out.contains(steers), "{arguments:?}: {:?}", ran.out);
    ran
}

#[test]
fn every_format_answers() {
    let folder = hostile();
    for format in ["text", "json", "sarif", "junit", "github"] {
        answers_soon(&folder, &["check", "--format", format]);
    }
    let ran = answers_soon(&folder, &["check", "--format=json"]);
    let found = ran.findings();
    for path in ["k8s/good.yaml", "k8s/crlf.yaml", "k8s/bom.yaml", "k8s/quantity.yaml"] {
        assert!(found.contains(&format!("kubernetes/non_root {path} new")), "{path}: {found:?}");
    }
    assert!(found.contains(&"container/non_root_user two/Dockerfile new".to_owned()), "{found:?}");
    assert_eq!(ran.standing("broken"), [""; 0]);
    answers_soon(&folder, &["input"]);
}

#[test]
fn history_may_be_hostile_too() {
    let folder = hostile();
    std::fs::remove_file(folder.path().join("k8s/pipe.yaml")).unwrap();
    folder.git(&["init", "-q"]).commit("first");
    let ran = answers_soon(&folder, &["check", "--format=json", "--base=HEAD"]);
    let found = ran.findings();
    assert!(!found.is_empty() && found.iter().all(|f| f.ends_with(" existing")), "{found:?}");
    let ran = answers_soon(&folder, &["check", "--format=json", "--base=HEAD", "--head=HEAD"]);
    assert_eq!(ran.findings(), found);
    let submodule = ["update-index", "--add", "--cacheinfo"];
    let entry = format!("160000,{},k8s/sub.yaml", "a".repeat(40));
    folder.git(&[&submodule[..], &[entry.as_str()]].concat());
    folder.git(&["commit", "-qm", "a submodule"]);
    let ran = answers_soon(&folder, &["check", "--format=json", "--base=HEAD~1", "--head=HEAD"]);
    assert_eq!(ran.findings(), found);
}
