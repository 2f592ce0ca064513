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
        ("waymark/a/policy.rego", rules("waymark.a", evil), "no name for a pack"),
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
        "findings contains {\"message\": fil} if some file in input.files",
        "default applies := fals",
    ] {
        let (told, sound) = loaded(&[
            ("acme/bad/policy.rego", rules("acme.bad", body)),
            ("acme/good/policy.rego", rules("acme.good", "default applies := true")),
        ]);
        assert_eq!(sound, ["acme/good", "container/sound"], "{body}");
        assert!(told.len() == 1 && told[0].starts_with("acme/bad/policy.rego"), "{told:?}");
    }
}

/// regorus follows a function until its stack is full, which nothing in the process survives.
#[test]
fn one_that_asks_for_itself_is_refused() {
    let shared =
        "package waymark.lib.own\nimport rego.v1\nagain(x) := data.waymark.acme.bad.f(x)\n";
    for body in [
        "f(x) := f(x)\n\napplies if f(1)",
        "f(x) := g(x)\n\ng(x) := y if { y := f(x) }",
        "f(x) := [y | some z in x; y := data.waymark.acme.bad.f(z)]",
        "import data.waymark.acme.bad as me\n\nf(x) := me.f(x)",
        "import data.waymark.lib.own\n\nf(x) := own.again(x)",
        // A name of its own hides no function, and an argument no rule of the package.
        "f(g) := x if { f := 1; x := f(g) }",
        "default a := [5 | a; a = 5]",
        "applies if not data.waymark.acme.bad.applies",
        "applies if some x in data.waymark.acme[_].findings",
        "applies if count(data.waymark_entry.report) > 0",
        "applies if every x in [1] { applies }",
        "f(x) := x\n\ng(x) := y if y := f(x) with f as g",
    ] {
        let (told, sound) = loaded(&[
            ("acme/bad/policy.rego", rules("acme.bad", body)),
            ("acme/good/policy.rego", rules("acme.good", "default applies := true")),
            ("lib/own.rego", shared.to_owned()),
        ]);
        assert!(sound.contains(&"acme/good".to_owned()), "{body}: {told:?}");
        assert!(!sound.contains(&"acme/bad".to_owned()), "{body}");
        assert!(told[0].starts_with("acme/bad/policy.rego:"), "{body}: {told:?}");
        assert!(told[0].contains("asks for itself"), "{body}: {told:?}");
    }
}

/// A rule's own names hide rules of the same name, and nothing else is a circle.
#[test]
fn what_only_looks_as_if_it_asked_for_itself_is_let_in() {
    for body in [
        "size(xs) := n if { size := count(xs); n := size + 1 }",
        "size(xs) := size if size := count(xs)",
        "pair(a) := [a, b] if { [a2, b] := a; a2 }",
        "ok if every ok in input.files { ok.path }",
        "path := input.repo.path\n\nf(x) := x.path",
        "findings contains {\"message\": x} if x := data.waymark.params.acme",
        "p[k] := v if { some k, v in input.repo }\n\nq[k] := p[k] if some k in [\"a\"]",
        "a if b\n\nb if c\n\nc := input.repo.a",
    ] {
        let (told, sound) = loaded(&[("acme/a/policy.rego", rules("acme.a", body))]);
        assert_eq!(told, Vec::<String>::new(), "{body}");
        assert!(sound.contains(&"acme/a".to_owned()), "{body}");
    }
}

/// The same files must give the same outcome, so nothing but them may be asked.
#[test]
fn neither_clock_nor_chance_nor_network_can_be_asked() {
    for call in [
        "time.now_ns()",
        "rand.intn(\"x\", 2)",
        "uuid.rfc4122(\"x\")",
        "http.send({\"method\": \"get\", \"url\": \"http://127.0.0.1\"})",
        "opa.runtime()",
    ] {
        let body = format!("findings contains {{\"message\": sprintf(\"%v\", [{call}])}}");
        let (told, sound) = loaded(&[("acme/a/policy.rego", rules("acme.a", &body))]);
        let name = call.split('(').next().unwrap_or_default();
        assert_eq!(sound, ["container/sound"], "{call}");
        assert!(told[0].ends_with(&format!("a policy may not call `{name}`")), "{told:?}");
    }
    // By another name neither.
    let sly = "f(a, b) := 0\n\nfindings contains {\"message\": sprintf(\"%v\", [x])} if {\n\t\
        x := f(\"y\", 1000000) with f as rand.intn\n}";
    let library = Library::with_own(&[], &{
        let mut own = OwnPolicies::default();
        own.add("acme/a/policy.rego".to_owned(), rules("acme.a", sly));
        own
    });
    let id = PolicyId::parse("acme/a").expect("an id");
    let example = "good: []\nbad:\n  - {name: x, expect: [{message: x}]}\n";
    let examples = examples::read(example).expect("examples");
    let outcome = examples::evaluate(&library, &id, &examples.bad[0]);
    assert!(outcome.is_err() || outcome.is_ok_and(|outcome| outcome.findings.is_empty()));
}

/// What is wrong is told with its place; what a repository holds is nobody's business.
#[test]
fn an_error_of_an_evaluation_has_a_place_and_tells_no_file() {
    let example = "good: []\nbad:\n  - {name: x, files: {Dockerfile: \"FROM sesame:12\\n\"}, expect: \
        [{message: x}]}\n";
    let examples = examples::read(example).expect("examples");
    let meta = META.replace("[files]", "[dockerfiles]");
    for (body, expected) in [
        (
            "findings contains {\"message\": fil} if {\n\tsome file in input.dockerfiles\n\t\
             count([1 | some fil in [file]]) > 0\n}",
            ":13:31: var fil is unsafe; nothing gives it a value",
        ),
        (
            "findings contains {\"message\": \"x\"} if {\n\tsome file in input.dockerfiles\n\t\
             file.stages + 1 > 0\n}",
            ":15:6: `add` expects numeric argument; one side is no number",
        ),
        (
            "name := file.stages if some file in input.dockerfiles\n\nname := input.dockerfiles if \
             input.dockerfiles\n\nfindings contains {\"message\": \"x\"} if name",
            ":15:1: rule conflicts with rule at acme/a/policy.rego:13:1; rules of this name hold",
        ),
        (
            "findings contains {\"message\": sprintf(\"x\", input.dockerfiles[0])} if input.dockerfiles",
            "sprintf wants a string and an array; write `sprintf(",
        ),
    ] {
        let text = format!("{meta}package waymark.acme.a\n\nimport rego.v1\n\n{body}\n");
        let library = Library::load([("acme/a/policy.rego", text.as_str())]);
        assert!(library.broken.is_empty(), "{:?}", library.broken);
        let id = PolicyId::parse("acme/a").expect("an id");
        let outcome = examples::evaluate(&library, &id, &examples.bad[0]).expect("an outcome");
        let reason = outcome.reason.clone().unwrap_or_default();
        assert!(reason.starts_with("acme/a/policy.rego:1"), "{reason}");
        assert!(reason.contains(expected), "{reason}");
        let problem = outcome.problem.as_deref().expect("a problem");
        assert!(problem.source.is_some() && problem.hint.is_some(), "{problem:?}");
        // Whatever is stored or shown of it.
        let all = serde_json::to_string(&outcome).expect("JSON");
        assert!(!all.contains("sesame") && !all.contains("scopes") && all.len() < 2_000, "{all}");
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

const RULE: &str = "# METADATA\n# title: t\n# description: d\n# custom:\n#   remediation: r\n";

/// What rules about deployments say of a calm one, with these files beside the built-in freeze rule.
fn said(files: &[(&str, String)]) -> Vec<String> {
    let freeze =
        format!("{RULE}package waymark.deployment.freeze\n\nimport rego.v1\n\nreasons := set()\n");
    let mut own = OwnPolicies::default();
    for (path, text) in files {
        own.add((*path).to_owned(), text.clone());
    }
    let library = Library::with_own(&[("deployment/freeze/policy.rego", &freeze)], &own);
    // Whatever they do, no check hears of it.
    assert!(library.policies.is_empty() && library.broken.is_empty(), "{:?}", library.broken);
    let request = crate::domain::gate::GateRequest::calm();
    let reasons = library.gate.reasons(&request, &serde_json::Map::new());
    reasons.into_iter().map(|r| format!("{:?} {}: {}", r.verdict, r.condition, r.message)).collect()
}

#[test]
fn an_organisation_adds_rules_about_deployments() {
    let rule = |name: &str, body: &str| {
        format!("{RULE}package waymark.deployment.{name}\n\nimport rego.v1\n\n{body}\n")
    };
    let own = |name: &'static str, body: &str| {
        (format!("deployment/{name}/policy.rego"), rule(name, body))
    };
    let one = |(path, text): (String, String)| said(&[(path.as_str(), text)]);
    let speaks = "reasons contains {\"verdict\": \"wait\", \"message\": input.environment}";
    assert_eq!(one(own("slow", speaks)), ["Wait slow: production"]);
    // One that fails holds everybody: what it was to prevent nobody knows.
    for (body, expected) in [
        (
            "reasons contains {\"verdict\": \"maybe\", \"message\": \"x\"}",
            "unknown variant `maybe`",
        ),
        ("reasons contains {\"verdict\": \"note\", \"massage\": \"x\"}", "unknown field `massage`"),
        ("reasons contains f(1)\n\nf(x) := f(x)", "`f` asks for itself"),
        ("reasons contains {\"verdict\": \"note\", \"message\": time.now_ns()}", "may not call"),
        ("reasons contains missing(input)", "there is no function `missing`"),
        ("reasons contains {", "failed"),
    ] {
        let told = one(own("odd", body));
        assert!(told.len() == 1 && told[0].starts_with("Reject odd: the rule"), "{told:?}");
        assert!(told[0].contains(expected), "{told:?}");
    }
    let (_, evil) = own("freeze", speaks);
    let told = said(&[("deployment/freeze/policy.rego", evil)]);
    assert!(told.is_empty(), "the built-in rule stays: {told:?}");
}
