//! A folder is brought onto its golden path; what people wrote stays.

use std::fs;
use std::path::Path;

use crate::given::Folder;

/// What makes an empty folder a service without a question.
const SAID: [&str; 5] =
    ["--path=service", "language=go", "owner=payments", "description=Takes money", "account=acme"];

fn adopt(folder: &Folder, more: &[&str]) -> crate::given::Ran {
    folder.waymark(&[&["adopt"], more].concat())
}

fn read(folder: &Folder, path: &str) -> String {
    fs::read_to_string(folder.path().join(path)).unwrap()
}

/// Paths of `git status`: what is not as it was committed.
fn changed(folder: &Folder) -> Vec<String> {
    let output = std::process::Command::new("git")
        .args(["status", "--porcelain", "-uall"])
        .current_dir(folder.path())
        .output()
        .unwrap();
    String::from_utf8(output.stdout).unwrap().lines().map(|line| line[3..].to_owned()).collect()
}

#[test]
fn a_plan_is_told_and_nothing_is_written() {
    let folder = Folder::fixture("adopt-go");
    folder.init();
    let ran = adopt(&folder, &["--plan", "account=acme", "repository=orders"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    insta::assert_snapshot!("adopt_plan_text", ran.out);
    let markdown =
        adopt(&folder, &["--plan", "--format=markdown", "account=acme", "repository=orders"]);
    insta::assert_snapshot!("adopt_plan_markdown", markdown.out);
    let json =
        adopt(&folder, &["--plan", "--format=json", "account=acme", "repository=orders"]).json();
    assert_eq!(json["schema"], "waymark.dev/adoption/v1");
    assert_eq!(json["path"], "service");
    assert_eq!(changed(&folder), Vec::<String>::new());
}

#[test]
fn an_empty_repository_becomes_gold_and_stays_as_it_is() {
    let folder = Folder::new();
    folder.init();
    let ran = adopt(&folder, &SAID);
    assert_eq!((ran.code, ran.err.as_str()), (Some(0), ""), "{}", ran.out);
    assert!(ran.out.starts_with("golden path service: level none → gold\n"), "{}", ran.out);
    folder.commit("adopt");
    let check = folder.waymark(&["check", "--format=json"]);
    assert_eq!((check.code, &check.json()["level"]), (Some(0), &"gold".into()), "{check:?}");
    let again = adopt(&folder, &[]);
    assert_eq!(again.code, Some(0), "{again:?}");
    assert_eq!(changed(&folder), Vec::<String>::new());
}

#[test]
fn what_nobody_said_is_asked_and_not_guessed() {
    let folder = Folder::new();
    let ran = adopt(&folder, &[]);
    assert_eq!((ran.code, ran.out.as_str()), (Some(2), ""), "{ran:?}");
    assert!(ran.err.contains("`owner` is a guess"), "{}", ran.err);
    assert!(ran.err.contains("say `--path NAME`"), "{}", ran.err);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    let ran = adopt(&folder, &["--plan"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("GUESSED"), "{}", ran.out);
}

#[test]
fn wrong_words_are_explained() {
    let folder = Folder::new();
    for (words, expected) in [
        (&["prot=80"][..], "`prot` is no parameter of `service`; these are: name, "),
        (&["port=eighty"], "`port`: "),
        (&["language=cobol"], "`language`: "),
        (&["--path=nowhere"], "the golden path `nowhere` writes no files; these do: library, "),
        (&["a=1", "a=2"], "`a` is given twice"),
        (&[".", "elsewhere"], "`elsewhere` is a second folder"),
    ] {
        let ran = adopt(&folder, words);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains(expected), "{words:?}: {}", ran.err);
    }
}

/// A folder of policies with one path, whose template has one file of this text.
fn own_path(folder: &Folder, text: &str) -> String {
    let policies = folder.beside("policies");
    let path = policies.join("paths/tool");
    fs::create_dir_all(path.join("skeleton")).unwrap();
    let write = |name: &str, text: &str| fs::write(path.join(name), text).unwrap();
    write("path.yaml", "description: Tools\ninclude: ['catalog/*']\n");
    write(
        "template.yaml",
        "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: tool}\nspec:\n  \
         steps:\n    - {id: f, action: 'fetch:template', input: {url: ./skeleton}}\n    \
         - {id: p, name: Publish, action: 'publish:github'}\n",
    );
    write("skeleton/settings.txt", text);
    format!("--policies={}", policies.display())
}

const FIRST: &str = "one\ntwo\nthree\nfour\nfive\n";

#[test]
fn an_edit_survives_a_new_version_of_the_template() {
    let folder = Folder::new();
    folder.init();
    let policies = own_path(&folder, FIRST);
    let words = ["--path=tool", policies.as_str()];
    let ran = adopt(&folder, &words);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("`publish:github` (Publish)"), "{}", ran.out);
    folder.commit("adopt");

    folder.write("settings.txt", FIRST.replace("two", "mine")).commit("edit");
    let ran = adopt(&folder, &words);
    assert_eq!((ran.code, changed(&folder)), (Some(0), vec![]), "{ran:?}");

    own_path(&folder, &FIRST.replace("five", "5"));
    let ran = adopt(&folder, &words);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert_eq!(read(&folder, "settings.txt"), "one\nmine\nthree\nfour\n5\n");
    folder.commit("upgrade");
    let ran = adopt(&folder, &words);
    assert_eq!((ran.code, changed(&folder)), (Some(0), vec![]), "{ran:?}");

    // Both change one line: reported, not overwritten, and told again the next time.
    own_path(&folder, &FIRST.replace("two", "2").replace("five", "5"));
    for _ in 0..2 {
        let ran = adopt(&folder, &words);
        assert_eq!(ran.code, Some(1), "{ran:?}");
        assert!(ran.out.contains("you and the golden path changed the same lines"), "{}", ran.out);
        assert_eq!(read(&folder, "settings.txt"), "one\nmine\nthree\nfour\n5\n");
    }
}

#[test]
fn an_untouched_file_follows_the_template_and_a_removed_one_stays_away() {
    let folder = Folder::new();
    let policies = own_path(&folder, FIRST);
    let words = ["--path=tool", policies.as_str()];
    adopt(&folder, &words);
    own_path(&folder, "new\n");
    let ran = adopt(&folder, &words);
    assert_eq!((ran.code, read(&folder, "settings.txt")), (Some(0), "new\n".to_owned()), "{ran:?}");
    fs::remove_file(folder.path().join("settings.txt")).unwrap();
    let ran = adopt(&folder, &words);
    assert!(ran.out.contains("you removed it, so it is not added again"), "{}", ran.out);
    assert!(!folder.path().join("settings.txt").exists());
}

#[test]
fn what_is_in_the_way_is_left_alone() {
    let folder = Folder::new();
    let policies = own_path(&folder, FIRST);
    folder.write("settings.txt", "mine\n");
    let ran = adopt(&folder, &["--path=tool", policies.as_str()]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("is there with other content; it is left as it is"), "{}", ran.out);
    assert_eq!(read(&folder, "settings.txt"), "mine\n");

    let linked = Folder::new();
    let outside = linked.beside("outside");
    fs::create_dir(&outside).unwrap();
    std::os::unix::fs::symlink(&outside, linked.path().join("docs")).unwrap();
    let ran = adopt(&linked, &SAID);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("`docs` is a symbolic link"), "{}", ran.out);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0);
}

#[test]
fn a_grown_repository_keeps_its_words() {
    let folder = Folder::fixture("adopt-go");
    folder.init();
    let ran = adopt(&folder, &["account=acme", "repository=orders"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    insta::assert_snapshot!(
        "adopt_merged",
        ["catalog-info.yaml", ".github/CODEOWNERS", ".github/dependabot.yml"]
            .map(|path| format!("--- {path}\n{}", read(&folder, path)))
            .join("\n")
    );
    let from = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/repos/adopt-go");
    for own in ["Dockerfile", "cmd/orders/main.go", "docs/shipping.md"] {
        assert_eq!(read(&folder, own), fs::read_to_string(from.join(own)).unwrap(), "{own}");
    }
}
