//! Own policies stand beside the built-in ones and never in their place.

use super::*;

const META: &str = "# METADATA\n# title: t\n# description: d\n# custom:\n#   severity: low\n#   \
    level: bronze\n#   needs: [files]\n#   remediation: r\n";

fn rules(package: &str, body: &str) -> String {
    format!("{META}package waymark.{package}\n\nimport rego.v1\n\n{body}\n")
}

/// The messages of problems and broken policies, with the ids that are sound.
fn loaded(files: &[(&str, String)]) -> (Vec<String>, Vec<String>) {
    let good = rules("container/sound".replace('/', ".").as_str(), "default applies := true");
    let built_in =
        [("container/sound/policy.rego", good.as_str()), ("lib/x.rego", "package waymark.lib.x")];
    let mut own = OwnPolicies::default();
    for (path, text) in files {
        own.add((*path).to_owned(), text.clone());
    }
    let library = Library::with_own(&built_in, &own);
    let broken = library.broken.values().chain(&library.problems);
    let told = broken.map(PolicyProblem::one_line).collect();
    let sound = library.policies.keys().filter(|id| !library.broken.contains_key(id));
    (told, sound.map(ToString::to_string).collect())
}

#[test]
fn a_policy_of_its_own_stands_beside_the_built_in_ones() {
    let (told, sound) =
        loaded(&[("acme/a/policy.rego", rules("acme.a", "default applies := true"))]);
    assert_eq!((told, sound), (vec![], vec!["acme/a".to_owned(), "container/sound".to_owned()]));
}

#[test]
fn the_built_in_ones_can_neither_be_replaced_nor_added_to() {
    let evil = "findings contains {\"message\": \"x\"}";
    for (path, text, expected) in [
        ("container/sound/policy.rego", rules("container.sound", evil), "is a built-in policy"),
        ("lib/x.rego", "package waymark.lib.x\n".to_owned() + evil, "is built in"),
        ("lib/y.rego", "package waymark.container.sound\n".to_owned() + evil, "write `package"),
        (
            "acme/a/policy.rego",
            format!(
                " package waymark.container.sound\n{META}x := `\npackage waymark.acme.a\n`\n{evil}"
            ),
            "the package is",
        ),
        ("params/a/policy.rego", rules("params.a", evil), "no name for a pack"),
        ("Acme/a/policy.rego", rules("Acme.a", evil), "is not a policy id"),
    ] {
        let (told, sound) = loaded(&[(path, text)]);
        assert_eq!(sound, ["container/sound"], "{path}");
        assert!(told.len() == 1 && told[0].contains(expected), "{path}: {told:?}");
    }
}

/// regorus analyses everything together: one of these used to break the whole library.
#[test]
fn one_that_breaks_the_analysis_is_broken_alone() {
    for body in [
        "f(x) := x\n\nf(x, y) := y",
        "findings contains {\"message\": \"x\"} if y == 2",
        "findings contains {\"message\": \"x\"} if nosuch(input.files)",
        "findings contains {",
    ] {
        let (told, sound) = loaded(&[
            ("acme/bad/policy.rego", rules("acme.bad", body)),
            ("acme/good/policy.rego", rules("acme.good", "default applies := true")),
        ]);
        assert_eq!(sound, ["acme/good", "container/sound"], "{body}");
        assert!(told.len() == 1 && told[0].starts_with("acme/bad/policy.rego"), "{told:?}");
    }
}

#[test]
fn too_much_is_refused() {
    let mut own = OwnPolicies::default();
    own.add("acme/a/policy.rego".to_owned(), "x".repeat(MAX_FILE_BYTES + 1));
    for n in 0..=MAX_FILES[0] {
        own.add(format!("acme/p{n}/policy.rego"), String::new());
    }
    assert_eq!((own.files.len(), own.refused.len()), (MAX_FILES[0], 2));
    assert!(own.ids().contains(&PolicyId::parse("acme/a").expect("valid")));
}

#[test]
fn which_files_are_policies() {
    let path = |file| OwnPolicies::path_of(file);
    assert_eq!(path("waymark/policies/a/b/policy.rego").as_deref(), Some("a/b/policy.rego"));
    assert_eq!(path("waymark/paths/job/path.yaml").as_deref(), Some("paths/job/path.yaml"));
    assert_eq!(path("waymark/policies/README.md"), None);
    assert_eq!(path("policies/a/b/policy.rego"), None);
}
