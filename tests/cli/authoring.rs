//! Writing a policy: a skeleton, tests that say what differs, errors that say what helps.

use crate::given::{Folder, ROOT};

const RULES: &str = "policies/team/no_maintainer/policy.rego";

/// A folder with the skeleton of `team/no_maintainer`.
fn begun() -> Folder {
    let folder = Folder::new();
    let ran = folder.waymark(&["policy", "new", "team/no_maintainer"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    folder
}

impl Folder {
    fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.path().join(path)).unwrap()
    }

    /// Replaces a part of a file, which must be there.
    fn edit(&self, path: &str, from: &str, to: &str) {
        let text = self.read(path);
        assert!(text.contains(from), "{from} in {text}");
        self.write(path, text.replace(from, to));
    }
}

#[test]
fn a_skeleton_passes_at_once() {
    let folder = begun();
    let ran = folder.waymark(&["policy", "test", "policies", "--min-coverage", "100"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("team/no_maintainer ... ok\n"), "{}", ran.out);
    assert!(ran.out.contains("total               100.0 %"), "{}", ran.out);
    assert!(ran.out.contains("6 passed, 0 failed in "), "{}", ran.out);

    folder.write("Dockerfile", "FROM debian:12\nMAINTAINER ada\nUSER 1\n");
    let ran = folder.waymark(&["check", "--policies", "policies", "--format", "json"]);
    // The default path holds what is bronze; the skeleton is silver.
    assert!(!ran.out.contains("team/no_maintainer"), "{}", ran.out);
    folder.edit(RULES, "level: silver", "level: bronze");
    let ran = folder.waymark(&["check", "--policies", "policies", "--format", "json"]);
    assert!(ran.findings().contains(&"team/no_maintainer Dockerfile new".to_owned()), "{ran:?}");
}

#[test]
fn a_skeleton_overwrites_nothing_and_wants_a_name_that_can_be() {
    let folder = begun();
    folder.edit(RULES, "Change me", "Changed");
    for (id, expected) in [
        ("team/no_maintainer", "is there already; nothing was written"),
        ("teem/other", "did you mean `team/other`? `--new-pack` begins a new one"),
        ("Team/Other", "is not a policy id"),
        ("lib/other", "has a meaning of its own"),
        ("waymark/waiver_expired", "has a meaning of its own"),
        ("container/non_root_user", "is a built-in policy"),
    ] {
        let ran = folder.waymark(&["policy", "new", id]);
        assert_eq!(ran.code, Some(2), "{ran:?}");
        assert!(ran.err.contains(expected), "{ran:?}");
    }
    assert!(folder.read(RULES).contains("Changed"));
    assert_eq!(folder.waymark(&["policy", "new", "teem/other", "--new-pack"]).code, Some(0));
}

#[test]
fn a_failing_example_shows_what_differs() {
    let folder = begun();
    folder.edit(
        "policies/team/no_maintainer/examples.yaml",
        "line: 2, message",
        "line: 1, message",
    );
    folder.edit(RULES, "`MAINTAINER` is deprecated", "`MAINTAINER` is old");
    let ran = folder.waymark(&["policy", "test", "policies"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let out = ran.out.split("\n\n").next().unwrap();
    insta::assert_snapshot!(out, @r#"
    team/no_maintainer ... FAILED
        bad example "a maintainer by instruction"
          expected fail, got fail; 0 of 1 findings as expected
          - Dockerfile:1 `MAINTAINER` is deprecated
          + Dockerfile:2 `MAINTAINER` is old
              line: expected 1, got 2
              message: it does not say ``MAINTAINER` is deprecated`
    "#);
}

#[test]
fn what_no_example_reaches_is_told() {
    let folder = begun();
    let more = "\nunknowns contains {\"message\": \"x\"} if {\n\tsome g in input.gaps\n\t\
        g.kind == \"dockerfiles\"\n\tg.path == \"x\"\n}\n";
    folder.write(RULES, folder.read(RULES) + more);
    let all = ["policy", "test", "policies", "--coverage"];
    let ran = folder.waymark(&all);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("%  not reached: 4"), "{}", ran.out);
    let ran = folder.waymark(&[&all[..], &["--min-coverage", "100"]].concat());
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("less than the 100 % that --min-coverage asks for"), "{}", ran.out);
}

#[test]
fn one_policy_may_be_tested_alone() {
    let folder = begun();
    folder.waymark(&["policy", "new", "team/other"]);
    folder.edit("policies/team/other/policy.rego", "some file", "some file of");
    let ran = folder.waymark(&["policy", "test", "policies", "--filter", "team/no_maintainer"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = folder.waymark(&["policy", "test", "policies", "--filter", "team/*"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    let ran = folder.waymark(&["policy", "test", "policies", "--filter", "nobody/*"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert!(ran.out.contains("nothing was tested"), "{}", ran.out);
}

/// Each mistake on top of a sound skeleton, with what is told about it.
#[test]
fn mistakes_are_shown_where_they_are_with_a_hint() {
    let mistakes = [
        ("instruction.name ==", "instructoin.name ==", ": use of undefined variable", "bind it"),
        ("count(", "coutn(", "there is no function `coutn`", "did you mean `count`?"),
        ("sprintf(\"/instructions/%d\", [index])", "sprintf(\"x\")", "`sprintf` takes 2", "|"),
        ("} if {", "} {", "`if` keyword is required", "write `if`"),
        (
            "default applies",
            "f(x) := x\n\nf(x, y) := y\n\ndefault applies",
            "takes 2 arguments",
            "same",
        ),
        ("# METADATA\n", "", "no `# METADATA` block", "waymark policy new"),
        ("no_maintainer\n\nimport", "no_maintaner\n\nimport", "the package is", "write `package"),
        ("severity: low", "severity: lo", "METADATA: unknown word `lo`", "did you mean `low`?"),
        ("level: silver", "levl: silver", "unknown key `levl`", "policy.rego:8:"),
        ("[dockerfiles]", "[dockerfile]", "unknown word `dockerfile`", "did you mean `dock"),
        ("\"path\": file.path", "\"path\": fil.path", "nothing gives `fil` a", "mean `file`?"),
        ("applies := false", "applies := fals", "must be a plain value", "did you mean `false`?"),
        ("\"path\": file", "\"path: file", "invalid character in string", "is not closed"),
        (
            "default applies",
            "again(x) := again(x)\n\napplies if again(1)\n\ndefault applies",
            "`again` asks for itself",
            "Rego knows no recursion",
        ),
    ];
    for (from, to, message, hint) in mistakes {
        let folder = begun();
        folder.edit(RULES, from, to);
        let tested = folder.waymark(&["policy", "test", "policies"]);
        assert_eq!(tested.code, Some(1), "{tested:?}");
        let listed = folder.waymark(&["policy", "list", "--policies", "policies"]);
        let checked = folder.waymark(&["check", "--policies", "policies"]);
        for told in [&tested.out, &listed.out, &checked.err] {
            let frame = told.find("error: ").map(|at| &told[at..]).unwrap_or_default();
            assert!(frame.contains(message.trim_start_matches(": ")), "{message}: {told}");
            assert!(frame.contains(hint), "{hint}: {told}");
            assert!(frame.contains(RULES), "{told}");
        }
    }
}

#[test]
fn what_is_most_likely_a_mistake_is_a_warning() {
    let folder = begun();
    folder.edit(RULES, "count(input.dockerfiles)", "count(input.dockerfile)");
    folder.edit(RULES, "import rego.v1\n", "");
    let ran = folder.waymark(&["policy", "test", "policies"]);
    assert!(ran.out.contains("warning: `input.dockerfile` is always undefined"), "{}", ran.out);
    assert!(ran.out.contains("did you mean `input.dockerfiles`?"), "{}", ran.out);
    assert!(ran.out.contains("warning: there is no `import rego.v1`"), "{}", ran.out);
}

#[test]
fn a_trace_names_the_condition_that_stopped() {
    let folder = Folder::new();
    folder.write("Dockerfile", "FROM debian:12\nUSER app\n");
    let ran = folder.waymark(&["policy", "show", "container/non_root_user", "--trace", "."]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    for expected in [
        "container/non_root_user  pass",
        "✓ user != null\n",
        "✗ is_root(user.resolved)  stopped here\n",
        "user.resolved = \"app\"\n",
        // And why the function said no.
        "is_root(user)  called with [\"app\"]",
        "✗ regex.match(`^(root|0+)(:.*)?$`, user)  stopped here\n",
    ] {
        assert!(ran.out.contains(expected), "{expected}: {}", ran.out);
    }
    folder.write("Dockerfile", ROOT);
    let ran = folder.waymark(&["policy", "show", "container/non_root_user", "--trace"]);
    assert!(ran.out.contains("container/non_root_user  fail\n  Dockerfile:1 "), "{}", ran.out);
    assert!(ran.out.contains("✓ not is_nonroot_image(base)"), "{}", ran.out);
    let ran = folder.waymark(&["policy", "show", "container/non_root_usr", "--trace"]);
    assert!(ran.err.contains("did you mean `container/non_root_user`?"), "{}", ran.err);
}

#[test]
fn impact_lists_who_flips() {
    let folder = begun();
    folder.edit(RULES, "level: silver", "level: bronze");
    let catalog =
        "apiVersion: v1\nkind: Component\nmetadata: {name: x}\nspec: {type: tool, owner: team-a}\n";
    folder.write("../one/Dockerfile", "FROM debian:12\nMAINTAINER ada\n");
    folder.write("../one/catalog-info.yaml", catalog);
    folder.write("../two/Dockerfile", "FROM debian:12\n");
    folder.write("../list.txt", "two # a comment\n\nnone\n");
    let all = ["policy", "impact", "--policies", "policies", "../one", "--list", "../list.txt"];
    let ran = folder.waymark(&all);
    // One of the folders is none.
    assert_eq!(ran.code, Some(2), "{ran:?}");
    assert!(!ran.err.contains("not asked"), "{ran:?}");
    for expected in [
        "team/no_maintainer  warn  1            0          0        0",
        "team-a  1",
        "team/no_maintainer newly fails\n      Dockerfile:2 `MAINTAINER` is deprecated\n",
        "is not a folder",
        "2 judged, 1 could not be judged: 1 newly fail, 0 no longer fail, 0 newly unknown, 0 newly \
         broken; ",
    ] {
        assert!(ran.out.contains(expected), "{expected}: {}", ran.out);
    }
    let ran = folder.waymark(&[&all[..], &["--format", "json"]].concat());
    let json = ran.json();
    assert_eq!(json["schema"], "waymark.dev/impact/v1");
    assert_eq!(json["policies"]["team/no_maintainer"]["newly_fails"], 1);
    assert_eq!(json["teams"]["team-a"], 1);
    // The other way round: the policy goes.
    folder.write("other/lib/x.rego", "package waymark.lib.x\n");
    let ran = folder.waymark(&[
        "policy",
        "impact",
        "--old",
        "policies",
        "--policies",
        "other",
        "--format=json",
        "../one",
    ]);
    assert_eq!(ran.json()["policies"]["team/no_maintainer"]["newly_passes"], 1);
}

#[test]
fn a_policy_that_no_path_holds_is_told() {
    let folder = begun();
    folder.write("Dockerfile", "FROM debian:12\nMAINTAINER ada\nUSER 1\n");
    let told = "1 policy of `policies` is not asked on the golden path `default`: \
        team/no_maintainer (silver).";
    let ran = folder.waymark(&["check", "--policies", "policies"]);
    assert!(ran.err.contains(told), "{ran:?}");
    folder.write("../two/README.md", "x");
    let all = ["policy", "impact", "--policies", "policies", ".", "../two"];
    let ran = folder.waymark(&all);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.err.contains("path `default` (2 repositories): team/no_maintainer"), "{ran:?}");
    let json = folder.waymark(&[&all[..], &["--format=json"]].concat()).json();
    assert_eq!(json["not_asked"][0]["policy"], "team/no_maintainer", "{json}");
    assert_eq!(json["not_asked"][0]["repositories"], 2, "{json}");
    // Now it is asked.
    folder.edit(RULES, "level: silver", "level: bronze");
    assert!(!folder.waymark(&["check", "--policies", "policies"]).err.contains("not asked"));
}

#[test]
fn a_folder_that_holds_no_policy_is_refused_with_the_one_that_was_meant() {
    let folder = begun();
    folder.write("src/main.rs", "");
    for (dir, expected) in [
        ("src", "no policy below `src`; is it the folder above <pack>/<policy>/policy.rego?"),
        ("policies/team", "did you mean `policies`?"),
        ("policies/team/no_maintainer", "did you mean `policies`?"),
        (".", "did you mean `./policies`?"),
    ] {
        for command in [
            vec!["policy", "test", dir],
            vec!["policy", "list", "--policies", dir],
            vec!["policy", "impact", "--policies", dir, "."],
            vec!["check", "--policies", dir],
            vec!["config", "show", "--policies", dir],
        ] {
            let ran = folder.waymark(&command);
            assert_eq!(ran.code, Some(2), "{command:?}: {ran:?}");
            assert!(ran.err.contains(expected), "{command:?}: {ran:?}");
        }
    }
}

#[test]
fn a_rule_about_deployments_begins_with_one() {
    let folder = Folder::new();
    let ran = folder.waymark(&["policy", "new", "deployment/from_main"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    let ran = folder.waymark(&["policy", "test", "policies"]);
    assert_eq!(ran.code, Some(0), "{ran:?}");
    assert!(ran.out.contains("deployment/from_main ... ok\n"), "{ran:?}");
    assert!(ran.out.contains("5 passed, 0 failed in "), "{ran:?}");
}

/// Three loops inside of each other end after five seconds, for each example and test.
#[test]
fn what_never_ends_is_tried_once() {
    let folder = begun();
    let loops = "\tsome a in numbers.range(1, 9999)\n\tsome b in numbers.range(1, 9999)\n\t\
        some c in numbers.range(1, 9999)\n\ta + b == c * 1000000\n}\n";
    folder.edit(RULES, "\tinstruction.name == \"MAINTAINER\"\n}\n", loops);
    let ran = folder.waymark(&["policy", "test", "policies"]);
    assert_eq!(ran.code, Some(1), "{ran:?}");
    assert_eq!(ran.out.matches("execution exceeded the time limit").count(), 2, "{ran:?}");
    assert!(ran.out.contains("not tried: the policy took too long on the example above"));
    assert!(ran.out.contains("not tried: the test above took too long"), "{ran:?}");
}

/// An error while a policy judges is shown where it is, and tells nothing of what was judged.
#[test]
fn an_error_while_judging_has_its_frame() {
    let folder = begun();
    folder.edit(RULES, "level: silver", "level: bronze");
    folder.edit(RULES, "instruction.name ==", "file.path + 1 == 3\n\tinstruction.name ==");
    folder.write("Dockerfile", "FROM sesame:12\n").write("sesame/Dockerfile", "FROM sesame:12\n");
    let checked = folder.waymark(&["check", "--policies", "policies"]);
    assert_eq!(checked.code, Some(1), "there is no README either: {checked:?}");
    let frame = checked.err.find("error: ").map(|at| &checked.err[at..]).unwrap_or_default();
    for part in [
        "error: `add` expects numeric argument\n",
        "--> policies/team/no_maintainer/policy.rego:38:6\n",
        "38 |     file.path + 1 == 3\n",
        "= help: one side is no number",
    ] {
        assert!(frame.contains(part), "{part}: {frame}");
    }
    assert!(!frame.contains("sesame"), "{frame}");
    let tested = folder.waymark(&["policy", "test", "policies"]);
    assert!(
        tested.out.contains("team/no_maintainer/policy.rego:38:6: `add` expects"),
        "{tested:?}"
    );
    assert!(
        tested.out.contains("      38 |     file.path + 1 == 3\n         |         ^\n"),
        "{}",
        tested.out
    );
    let shown = folder.waymark(&[
        "policy",
        "show",
        "team/no_maintainer",
        "--trace",
        "--policies",
        "policies",
    ]);
    assert!(shown.out.contains("policy.rego:38:6: `add` expects"), "{shown:?}");
}
