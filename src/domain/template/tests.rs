//! Templates as organisations write them for Backstage, rendered.

use serde_json::{Map, Value, json};

use super::{Complaint, Rendered, Template, TemplateFiles};

/// A template with one `fetch:template` of `./skeleton`, which holds `files`.
fn template(values: &str, files: &[(&str, &str)]) -> TemplateFiles {
    let yaml = format!(
        "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {{name: x}}\nspec:\n  \
         steps:\n    - id: fetch\n      action: fetch:template\n      input:\n        url: ./skeleton\n        \
         {values}\n"
    );
    let skeleton =
        files.iter().map(|(path, text)| (format!("x/skeleton/{path}"), (*text).to_owned()));
    skeleton.chain([("x/template.yaml".to_owned(), yaml)]).collect()
}

fn rendered(files: &TemplateFiles, parameters: Value) -> Result<Rendered, Vec<Complaint>> {
    let parameters: Map<String, Value> = parameters.as_object().cloned().unwrap_or_default();
    Template::read("x/template.yaml", files)?.render(files, &parameters)
}

/// The only file of a skeleton `f` with this text.
fn text(source: &str) -> String {
    let values = "values: {name: shop, list: [a, b], map: {k: v}, yes: true, one: 1, ref: 'group:default/a'}";
    let made = rendered(&template(values, &[("f", source)]), json!({}));
    made.map_or_else(|e| e[0].to_string(), |made| made.files["f"].clone())
}

#[test]
fn values_read_as_in_backstage() {
    for (source, expected) in [
        ("n: ${{ values.name }}\n", "n: shop\n"),
        ("${{ values.yes }} ${{ values.one }} ${{ values.one / 1 }}", "true 1 1"),
        ("${{ values.list }} ${{ values.map }}", "a,b {\"k\":\"v\"}"),
        ("[${{ values.none }}${{ values.none.deeper }}${{ null }}]", "[]"),
        ("{%- if values.list.length === 2 %}two{% elseif true %}other{% endif %}", "two"),
        ("{% for k, v in values.map %}${{ k }}=${{ v }}{% endfor %}", "k=v"),
        ("{% for x in values.list %}${{ loop.index }}${{ x }}{% endfor %}", "1a2b"),
        ("${{ values.name.toUpperCase() }} ${{ values.name | upper }}", "SHOP SHOP"),
        ("${{ values.list | dump }} ${{ values.name | capitalize }}", "[\"a\",\"b\"] Shop"),
        ("${{ values.ref | parseEntityRef | pick('name') }}", "a"),
        ("${{ 'github.com?owner=acme&repo=shop' | projectName }}", "shop"),
        ("${{ ('github.com?owner=a%2Fb&repo=s' | parseRepoUrl).owner }}", "a/b"),
        ("${{ values.none | default('x') }} ${{ values.name | replace('s', 'c') }}", "x chop"),
        (
            "{% raw %}${{ github.sha }}{% endraw %} {{ .Values.x }}",
            "${{ github.sha }} {{ .Values.x }}",
        ),
        ("${{ '${{' }} github.sha }}", "${{ github.sha }}"),
        ("$HOME ${HOME} <b>&</b>", "$HOME ${HOME} <b>&</b>"),
    ] {
        assert_eq!(text(source), expected, "{source}");
    }
}

#[test]
fn what_is_wrong_names_file_line_and_remedy() {
    for (source, expected) in [
        ("a\n${{ github.sha }}", "x/skeleton/f:2: `${{ github.sha }}` is meant for GitHub"),
        ("a\n{% if %}", "x/skeleton/f:2: syntax error"),
        ("${{ values.name | nosuch }}", "x/skeleton/f:1: unknown filter"),
        ("{% include 'other' %}", "x/skeleton/f:1: "),
    ] {
        assert!(text(source).starts_with(expected), "{}", text(source));
    }
}

#[test]
fn bombs_are_stopped() {
    for source in [
        "{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}",
        "{% set s = 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa' %}\
         {% for a in range(90000) %}${{ s }}${{ s }}{% endfor %}",
        "{% macro f() %}${{ f() }}{% endmacro %}${{ f() }}",
    ] {
        assert!(text(source).starts_with("x/skeleton/f"), "{source}: {}", text(source).len());
    }
}

#[test]
fn names_are_filled_in_and_may_leave_a_file_out() {
    let files = template(
        "values: {name: shop, k8s: false}\n        templateFileExtension: .njk\n        \
         copyWithoutTemplating: [keep, '*.gohtml']",
        &[
            ("cmd/${{values.name}}/main.go.njk", "// ${{ values.name }}"),
            ("{% if values.k8s %}k8s.yaml{% endif %}", "x"),
            ("{% if values.k8s %}k8s{% endif %}/d.yaml", "x"),
            ("plain", "${{ values.name }}"),
            ("keep/${{values.name}}.njk", "${{ values.name }}"),
        ],
    );
    let made = rendered(&files, json!({})).expect("good");
    let made: Vec<_> =
        made.files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    assert_eq!(
        made,
        [
            ("cmd/shop/main.go", "// shop"),
            ("keep/shop", "${{ values.name }}"),
            ("plain", "${{ values.name }}"),
        ]
    );
}

#[test]
fn nothing_leaves_the_repository() {
    for name in ["${{ values.up }}/x", "${{ values.git }}/hooks/pre-commit"] {
        let files = template("values: {up: '..', git: .GIT}", &[(name, "x")]);
        assert!(rendered(&files, json!({})).is_err(), "{name}");
    }
    for input in [
        "targetPath: ../x",
        "targetPath: /tmp",
        "targetPath: .git",
        "url: ../../etc",
        "url: https://example.com/x",
    ] {
        let mut files = template("", &[("f", "x")]);
        for text in files.values_mut() {
            *text = text.replace(
                "url: ./skeleton",
                if input.starts_with("url") { input } else { "url: ./skeleton" },
            );
            *text = text.replace("        \n", &format!("        {input}\n"));
        }
        assert!(rendered(&files, json!({})).is_err(), "{input}");
    }
    let twins = template("", &[("README.md", "x"), ("readme.md", "y")]);
    let complaint = rendered(&twins, json!({})).expect_err("twins");
    assert!(complaint[0].message.contains("where case does not count"));
}

#[test]
fn steps_run_under_conditions_and_others_are_named() {
    let yaml = r#"
apiVersion: scaffolder.backstage.io/v1beta3
kind: Template
metadata: {name: x}
spec:
  parameters:
    - title: Page one
      required: [name]
      properties:
        name: {type: string, pattern: '^[a-z]+$'}
        docs: {type: boolean, default: true}
        kind: {type: string, enum: [a, b]}
  steps:
    - {id: base, action: 'fetch:template', input: {url: ./s, values: {name: '${{ parameters.name }}'}}}
    - {id: docs, if: '${{ parameters.docs }}', action: 'fetch:plain', input: {url: ./d, targetPath: docs}}
    - {id: no, if: '${{ parameters.kind === "b" }}', action: 'fs:delete', input: {files: ['**']}}
    - {id: move, action: 'fs:rename', input: {files: [{from: a.txt, to: '${{ parameters.name }}.txt'}]}}
    - {id: clean, action: 'fs:delete', input: {files: ['*.tmp']}}
    - {id: publish, name: Publish, action: 'publish:github', input: {repoUrl: '${{ parameters.repoUrl }}'}}
    - {id: register, action: 'catalog:register', input: {url: '${{ steps.publish.output.url }}'}}
"#;
    let files: TemplateFiles = [
        ("x/template.yaml", yaml),
        ("x/s/a.txt", "${{ values.name }}"),
        ("x/s/b.tmp", ""),
        ("x/d/index.md", "${{ as it is }}"),
    ]
    .map(|(path, text)| (path.to_owned(), text.to_owned()))
    .into();
    let template = Template::read("x/template.yaml", &files).expect("good");
    let values = json!({"name": "shop", "docs": true, "kind": "a"});
    let values = values.as_object().cloned().unwrap_or_default();
    assert_eq!(template.complaints(&values), Vec::<String>::new());
    let made = template.render(&files, &values).expect("good");
    assert_eq!(made.files.keys().collect::<Vec<_>>(), ["docs/index.md", "shop.txt"]);
    assert_eq!(made.files["docs/index.md"], "${{ as it is }}");
    assert_eq!(made.skipped, ["`publish:github` (Publish)", "`catalog:register` (register)"]);

    let bad = json!({"name": "Shop 1", "kind": "c"}).as_object().cloned().unwrap_or_default();
    let complaints = template.complaints(&bad);
    assert_eq!(complaints.len(), 2, "{complaints:?}");
    assert!(complaints.iter().any(|c| c.starts_with("`kind`: ")), "{complaints:?}");
    assert!(template.complaints(&Map::new())[0].contains("name"));
}

#[test]
fn a_template_that_is_none_is_complained_about() {
    for (yaml, expected) in [
        ("kind: Component\n", "it holds no `kind: Template`"),
        ("kind: Template\nspec: {steps: 3}\n", "`apiVersion` must be"),
        ("a: [", ""),
        (
            "apiVersion: scaffolder.backstage.io/v1beta3\nkind: Template\nmetadata: {name: x}\n\
             spec:\n  parameters: {type: 3}\n  steps: [{id: y}]\n",
            "this is no JSON Schema",
        ),
    ] {
        let files: TemplateFiles = [("x/template.yaml".to_owned(), yaml.to_owned())].into();
        let complaints = Template::read("x/template.yaml", &files).expect_err(yaml);
        assert!(complaints[0].message.starts_with(expected), "{complaints:?}");
    }
}
