//! What is inferred, and how lines are merged, corner by corner.

use std::collections::BTreeMap;

use super::around::Around;
use super::infer::infer;
use super::merge::{Outcome, merge};
use super::{AdoptRequest, guess_path};
use crate::domain::facts::RepoFacts;
use crate::domain::template::Parameter;
use crate::domain::tree::{Content, Entry, SourceTree};

fn request(files: &[(&str, &str)]) -> AdoptRequest {
    let entry = |text: &str| Entry::loose(Content::Text(text.into()));
    let entries = files.iter().map(|(path, text)| ((*path).to_owned(), entry(text))).collect();
    let repo =
        RepoFacts { name: "shop".to_owned(), owner: "acme".to_owned(), ..RepoFacts::default() };
    AdoptRequest {
        tree: SourceTree { entries, ..SourceTree::default() },
        repo,
        config: None,
        organisation: None,
        path: None,
        given: BTreeMap::new(),
        bases: BTreeMap::new(),
        upgrade: false,
        team: None,
    }
}

/// `value` of a parameter, with `?` when it is a guess.
fn known(files: &[(&str, &str)], name: &str, field: &str) -> Option<String> {
    let request = request(files);
    let around = Around::of(&request.tree, &request.repo);
    let parameter = Parameter {
        name: name.to_owned(),
        title: String::new(),
        description: String::new(),
        kind: "string".to_owned(),
        choices: Vec::new(),
        default: None,
        required: true,
        field: field.to_owned(),
    };
    let found = infer(&around, &request, "service", &Default::default()).find(&parameter)?;
    let text = found.value.as_str().map_or_else(|| found.value.to_string(), str::to_owned);
    Some(if found.guessed { format!("{text}?") } else { text })
}

#[test]
fn parameters_are_read_from_where_they_stand() {
    let catalog = "kind: Component\napiVersion: backstage.io/v1alpha1\nmetadata: {name: till}\n\
                   spec: {type: service, lifecycle: production, owner: 'group:default/pay'}\n";
    let deployment = "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: shop, namespace: ns}\n\
                      spec:\n  selector: {matchLabels: {app: shop}}\n  template:\n    metadata: {labels: {app: shop, x: y}}\n    spec:\n      \
                      containers:\n        - name: a\n          image: 'host:5000/shop:1.0@sha256:ab'\n          \
                      ports: [{containerPort: 9000}]\n";
    let deployed = &[("k8s/prod/shop.yaml", deployment)][..];
    for (files, name, expected) in [
        (&[][..], "name", Some("shop")),
        (&[("catalog-info.yaml", catalog)], "name", Some("till")),
        (&[("catalog-info.yaml", catalog)], "owner", Some("pay")),
        (&[("catalog-info.yaml", catalog)], "codeowner", Some("@acme/pay")),
        (&[(".github/CODEOWNERS", "* @acme/Tills @ada\n")], "owner", Some("tills")),
        (&[(".github/CODEOWNERS", "* @acme/Tills @ada\n")], "codeowner", Some("@acme/Tills @ada")),
        (&[(".github/CODEOWNERS", "/docs/ @acme/writers\n")], "owner", Some("acme?")),
        (&[], "owner", Some("acme?")),
        (&[("go.mod", "module x"), ("package.json", "{}")], "language", Some("go")),
        (&[("package.json", "{}"), ("Gemfile", "")], "language", Some("nodejs?")),
        (&[("a/b/Cargo.toml", ""), ("c/pom.xml", "")], "language", Some("java?")),
        (&[("apps/shop/Cargo.toml", ""), ("c/pom.xml", "")], "language", Some("rust")),
        (&[("Dockerfile", "FROM x\nEXPOSE 9000/tcp 80\n")], "port", Some("9000")),
        (&[("package.json", "{\"dependencies\": {\"express\": \"5\"}}")], "port", Some("3000")),
        (deployed, "port", Some("9000")),
        (deployed, "namespace", Some("ns")),
        (deployed, "manifests", Some("k8s/prod")),
        (deployed, "selector", Some("{\"app\":\"shop\"}")),
        (deployed, "image", Some("host:5000/shop")),
        (deployed, "image_version", Some("1.0@sha256:ab")),
        (
            &[("go.mod", ""), ("cmd/shop/main.go", ""), ("cmd/x/main.go", "")],
            "main",
            Some("./cmd/shop"),
        ),
        (&[("pyproject.toml", ""), ("src/till/__main__.py", "")], "main", Some("till")),
        (&[("Cargo.toml", "[package]\nname = \"till\"\n")], "main", Some("till")),
        // As other organisations call them.
        (&[], "component_id", Some("shop")),
        (&[], "serviceName", Some("shop")),
    ] {
        assert_eq!(known(files, name, "").as_deref(), expected, "{name} in {files:?}");
    }
    assert_eq!(
        known(&[], "x", "RepoUrlPicker").as_deref(),
        Some("github.com?owner=acme&repo=shop")
    );
    assert_eq!(known(&[], "x", "OwnerPicker").as_deref(), Some("acme?"));
}

#[test]
fn a_description_is_the_first_sentence_of_prose() {
    for (readme, expected) in [
        (
            "# Shop\n\n[![b](x)](y) [![c](x)](y)\n\nSells *things* to\n[people](z). And more.\n",
            "Sells things to people",
        ),
        (
            "<p>\nlogo and so on here\n</p>\n\n`shop` sells you many things.\n",
            "shop sells you many things",
        ),
        (
            "Shop of many things\n===================\n\nIt sells many things\n",
            "It sells many things",
        ),
        (
            "* one item of a list\n  and so on it goes\n\n**Shop** sells many things",
            "Shop sells many things",
        ),
        ("# Shop\n", "What it is for, in one sentence?"),
    ] {
        let found = known(&[("README.md", readme)], "description", "");
        assert_eq!(found.as_deref(), Some(expected), "{readme}");
    }
}

#[test]
fn a_path_is_guessed_from_what_is_there() {
    for (files, expected) in [
        (&[][..], "service"),
        (&[("Dockerfile", "FROM x\nEXPOSE 80\n"), ("a.py", "")], "service"),
        (&[("Dockerfile", "FROM x\n"), ("a.py", "")], "worker"),
        (
            &[(
                "a.yaml",
                "apiVersion: batch/v1\nkind: CronJob\nmetadata: {name: a}\nspec: {jobTemplate: {spec: {template: {spec: {containers: [{name: a, image: x}]}}}}}\n",
            )],
            "scheduled_job",
        ),
        (&[("Cargo.toml", ""), ("src/lib.rs", "")], "library"),
        (&[("Cargo.toml", ""), ("src/main.rs", "")], "service"),
        // A library with tools beside it, and a service that keeps all of its code below.
        (&[("go.mod", ""), ("toml.go", ""), ("cmd/tomlv/main.go", "")], "library"),
        (&[("go.mod", ""), ("cmd/shop/main.go", ""), ("api/api.go", "")], "service"),
        (&[("index.html", "")], "website"),
    ] {
        assert_eq!(guess_path(&request(files)).0, expected, "{files:?}");
    }
}

fn merged(path: &str, own: &str, new: &str) -> String {
    match merge(path, own, new) {
        Outcome::Merged(text, _) => text,
        Outcome::Unfit => "unfit".to_owned(),
        Outcome::Own => "own".to_owned(),
    }
}

#[test]
fn rules_of_codeowners_keep_their_rank() {
    let new = "* @a/all\n/.github/workflows/ @a/all\n";
    for (own, expected) in [
        ("", "* @a/all\n/.github/workflows/ @a/all\n"),
        ("# top\n\n/x @b", "# top\n\n* @a/all\n/x @b\n/.github/workflows/ @a/all\n"),
        ("* @b\n", "* @b\n"),
        ("/.github/ @b\r\n", "* @a/all\r\n/.github/ @b\r\n"),
        ("* @b\n/.github/\n", "* @b\n/.github/\n/.github/workflows/ @a/all\n"),
    ] {
        assert_eq!(merged(".github/CODEOWNERS", own, new), expected, "{own:?}");
    }
}

#[test]
fn a_catalog_entry_gains_fields_between_its_lines() {
    let new = "apiVersion: backstage.io/v1alpha1\nkind: Component\nmetadata:\n  name: shop\n  \
               annotations:\n    a/b: c\n  links:\n    - url: u\n      type: runbook\nspec:\n  \
               type: service\n  owner: o\n";
    let own = "kind: Component # ours\nmetadata:\n    name: till\nspec:\n    type: service\n---\nkind: API\n";
    assert_eq!(
        merged("catalog-info.yaml", own, new),
        "kind: Component # ours\nmetadata:\n    name: till\n    annotations:\n      a/b: c\n    links:\n      \
         - url: u\n        type: runbook\nspec:\n    type: service\n    owner: o\napiVersion: \
         backstage.io/v1alpha1\n---\nkind: API\n"
    );
    let flow = "kind: Component\nmetadata: {name: till}\nspec: {type: service}\n";
    assert_eq!(merged("catalog-info.yaml", flow, new), "unfit");
    assert_eq!(merged("catalog-info.yaml", "kind: [", new), "unfit");
    assert_eq!(merged("catalog-info.yaml", new, new), new);
}

#[test]
fn dependabot_watches_more() {
    let new = "version: 2\nupdates:\n  - package-ecosystem: docker\n    directory: /\n";
    let own =
        "version: 2\nupdates:\n  # daily\n  - package-ecosystem: npm\n    directory: /web\n# end\n";
    let expected = "version: 2\nupdates:\n  # daily\n  - package-ecosystem: npm\n    directory: /web\n  \
                    - package-ecosystem: docker\n    directory: /\n# end\n";
    assert_eq!(merged(".github/dependabot.yml", own, new), expected);
    assert_eq!(merged(".github/dependabot.yml", expected, new), expected);
    assert_eq!(merged(".github/dependabot.yml", "updates: []\n", new), "unfit");
}

#[test]
fn other_files_are_their_owners_matter() {
    assert_eq!(merged("Dockerfile", "FROM x\n", "FROM y\n"), "own");
    let long = "word ".repeat(100);
    assert_eq!(merged("README.md", &long, "# x\n\n| a |\n"), "own");
}
