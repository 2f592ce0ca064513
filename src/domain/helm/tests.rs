use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::domain::yaml::{Schema, load};

use super::{Allowance, ChartFile, Rendered, render};

fn chart(files: &[(&str, &str)]) -> Rendered {
    let files = files.iter().map(|(path, text)| {
        let file = match text.strip_prefix("withheld: ") {
            Some(why) => ChartFile::Withheld(why.to_owned()),
            None => ChartFile::Text((*text).into()),
        };
        ((*path).to_owned(), file)
    });
    render(&files.collect(), &mut Allowance::default())
}

/// What a template of the first variant rendered to.
fn text<'r>(rendered: &'r Rendered, template: &str) -> Option<&'r str> {
    let files = &rendered.variants.first()?.files;
    Some(files.iter().find(|file| file.template == template)?.text.as_str())
}

fn fixture(name: &str) -> Rendered {
    fn read(root: &Path, folder: &Path, files: &mut BTreeMap<String, ChartFile>) {
        for entry in std::fs::read_dir(folder).expect("there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                read(root, &path, files);
                continue;
            }
            let within = path.strip_prefix(root).expect("below").to_str().expect("UTF-8");
            let text = std::fs::read_to_string(&path).expect("text");
            files.insert(within.to_owned(), ChartFile::Text(text.into()));
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/charts").join(name);
    let mut files = BTreeMap::new();
    read(&root, &root, &mut files);
    render(&files, &mut Allowance::default())
}

/// Kind and name of every object of a variant.
fn objects(rendered: &Rendered, variant: usize) -> Vec<(String, Value)> {
    let mut objects = Vec::new();
    for file in &rendered.variants[variant].files {
        let loaded = load(&file.text, Schema::Kubernetes);
        assert_eq!(loaded.error, None, "{}", file.text);
        let values = loaded.documents.into_iter().map(|document| document.value);
        objects.extend(values.filter(|value| !value.is_null()).map(|object| {
            let text = |at| object.pointer(at).and_then(Value::as_str).unwrap_or("").to_owned();
            (format!("{} {}", text("/kind"), text("/metadata/name")), object.clone())
        }));
    }
    objects.sort_by(|a, b| a.0.cmp(&b.0));
    objects
}

fn names(rendered: &Rendered, variant: usize) -> Vec<String> {
    objects(rendered, variant).into_iter().map(|(name, _)| name).collect()
}

#[test]
fn the_skeleton_of_helm_create_renders() {
    let skeleton = fixture("skeleton");
    assert_eq!(skeleton.problems, []);
    // Ingress and autoscaler are off by default; the test pod and the notes are never rendered.
    assert_eq!(
        names(&skeleton, 0),
        ["Deployment skeleton", "Service skeleton", "ServiceAccount skeleton"]
    );
    assert_eq!(
        names(&skeleton, 1),
        [
            "Deployment skeleton",
            "HorizontalPodAutoscaler skeleton",
            "Ingress skeleton",
            "Service skeleton",
            "ServiceAccount skeleton"
        ]
    );
    let deployment = &objects(&skeleton, 0)[0].1;
    let at = |pointer: &str| deployment.pointer(pointer).cloned().unwrap_or_default();
    assert_eq!(at("/spec/replicas"), 1);
    assert_eq!(at("/spec/template/spec/containers/0/image"), "nginx:1.16.0");
    assert_eq!(at("/spec/template/spec/containers/0/ports/0/containerPort"), 80);
    assert_eq!(at("/spec/selector/matchLabels/app.kubernetes.io~1instance"), "skeleton");
    assert_eq!(at("/metadata/labels/helm.sh~1chart"), "skeleton-0.1.0");
    assert_eq!(at("/metadata/labels/app.kubernetes.io~1version"), "1.16.0");
    // `replicas` belongs to the autoscaler in production.
    assert_eq!(objects(&skeleton, 1)[0].1.pointer("/spec/replicas"), None);
}

#[test]
fn lines_lead_back_to_the_template() {
    let skeleton = fixture("skeleton");
    let template = std::fs::read_to_string("fixtures/charts/skeleton/templates/deployment.yaml")
        .expect("there");
    let template: Vec<&str> = template.lines().collect();
    let file =
        skeleton.variants[1].files.iter().find(|f| f.template == "templates/deployment.yaml");
    let file = file.expect("rendered");
    for (rendered, source) in [
        ("kind: Deployment", "kind: Deployment"),
        ("        - name: skeleton", "        - name: {{ .Chart.Name }}"),
        ("            runAsNonRoot: true", ""),
        ("            readOnlyRootFilesystem: true", "            {{- toYaml . | nindent 12 }}"),
        ("          resources:", "          resources:"),
        ("              memory: 256Mi", "            {{- toYaml . | nindent 12 }}"),
    ] {
        let found = file.text.lines().zip(1..).find(|(line, _)| *line == rendered);
        let Some((_, number)) = found else {
            assert!(source.is_empty(), "{rendered} is not rendered:\n{}", file.text);
            continue;
        };
        let line = usize::try_from(file.lines.template_line(number)).expect("small");
        assert_eq!(template[line - 1], source, "{rendered}");
    }
}

const CHART: (&str, &str) = ("Chart.yaml", "apiVersion: v2\nname: shop\nversion: 1.0.0\n");

#[test]
fn charts_within_charts_see_their_own_values_and_the_globals() {
    let with = |values: &str| {
        let metadata = "name: shop\nversion: 1.0.0\ndependencies:\n\
            - {name: cache, version: 1.x, condition: cache.enabled}\n\
            - {name: db, alias: orders, version: 1.x, tags: [storage]}\n\
            - {name: gone, version: 1.x, condition: gone.enabled}\n";
        chart(&[
            ("Chart.yaml", metadata),
            ("values.yaml", values),
            ("templates/x.yaml", "{{ .Values.cache.size }} {{ .Values.orders.user }}"),
            ("charts/cache/Chart.yaml", "name: cache\nversion: 1.0.0\n"),
            ("charts/cache/values.yaml", "size: 1\nkept: true\nglobal: {zone: none, own: y}\n"),
            (
                "charts/cache/templates/c.yaml",
                "{{ .Values.size }} {{ .Values.kept }} {{ .Values.global.zone }} \
                 {{ .Values.global.own }} {{ .Chart.Name }} {{ .Template.Name }} {{ .Release.Name }}",
            ),
            ("charts/db/Chart.yaml", "name: db\nversion: 1.0.0\n"),
            ("charts/db/values.yaml", "user: admin\n"),
            ("charts/db/templates/d.yaml", "{{ .Values.user }} {{ .Chart.Name }}"),
            ("charts/db/templates/_u.tpl", "{{ define \"user\" }}db{{ end }}"),
        ])
    };
    let shop =
        with("global: {zone: eu}\ncache: {size: 2}\norders: {user: clerk}\ngone: {enabled: false}");
    assert_eq!(shop.problems, []);
    assert_eq!(text(&shop, "templates/x.yaml"), Some("2 clerk"));
    assert_eq!(
        text(&shop, "charts/cache/templates/c.yaml"),
        Some("2 true eu true cache shop/charts/cache/templates/c.yaml shop")
    );
    assert_eq!(text(&shop, "charts/db/templates/d.yaml"), Some("clerk orders"));
    let off = with(
        "cache: {enabled: false}\ntags: {storage: false}\norders: {user: x}\ngone: {enabled: false}",
    );
    assert_eq!(text(&off, "charts/cache/templates/c.yaml"), None);
    assert_eq!(text(&off, "charts/db/templates/d.yaml"), None);
}

#[test]
fn what_lacks_a_dependency_is_named_and_the_rest_renders() {
    let metadata = "name: shop\nversion: 1.0.0\ndependencies:\n- {name: common, version: 2.x}\n";
    let shop = chart(&[
        ("Chart.yaml", metadata),
        ("templates/a.yaml", "kind: {{ include \"common.kind\" . }}"),
        ("templates/b.yaml", "kind: Pod"),
        ("templates/_own.tpl", "{{ define \"own\" }}x{{ include \"common.y\" . }}{{ end }}"),
        ("templates/c.yaml", "a: 1\nb: {{ include \"own\" . }}"),
    ]);
    assert_eq!(text(&shop, "templates/b.yaml"), Some("kind: Pod"));
    let told: Vec<(Option<u32>, &str)> =
        shop.problems.iter().map(|p| (p.line, p.message.as_str())).collect();
    let why = "the chart's dependency `common` is not in the repository below `charts/`";
    assert_eq!(
        told,
        [
            (Some(1), format!("no template `common.kind` is defined: {why}").as_str()),
            (
                Some(2),
                format!(
                    "no template `common.y` is defined: {why} (at line 1 of `templates/_own.tpl`)"
                )
                .as_str()
            ),
        ]
    );
}

#[test]
fn nulls_take_defaults_away() {
    let shop = chart(&[
        CHART,
        ("values.yaml", "a: {x: 1, y: 2}\nb: 1\nc: null\n"),
        ("values-less.yaml", "a: {x: null}\nb: null\nd: 5\n"),
        ("templates/x.yaml", "{{ toJson .Values }}"),
    ]);
    assert_eq!(text(&shop, "templates/x.yaml"), Some(r#"{"a":{"x":1,"y":2},"b":1}"#));
    assert_eq!(shop.variants[1].files[0].text, r#"{"a":{"y":2},"d":5}"#);
}

#[test]
fn values_files_answer_what_the_chart_asks_for() {
    let files = [
        CHART,
        ("templates/a.yaml", "host: {{ required \"set host\" .Values.host }}"),
        ("templates/b.yaml", "key: {{ required \"set key\" .Values.key }}"),
        ("ci/full-values.yaml", "host: example.org\n"),
        ("ci/README.md", "not values"),
    ];
    let shop = chart(&files);
    assert_eq!(shop.variants.len(), 2);
    assert_eq!(shop.variants[1].files[0].text, "host: example.org");
    let told: Vec<&str> = shop.problems.iter().map(|p| p.path.as_str()).collect();
    assert_eq!(told, ["templates/b.yaml"]);
    assert!(shop.problems[0].asked);
}

#[test]
fn what_cannot_be_read_is_told() {
    let broken = chart(&[CHART, ("values.yaml", "a: [\n"), ("templates/x.yaml", "a")]);
    assert!(broken.variants.is_empty());
    assert_eq!(broken.problems[0].path, "values.yaml");
    let large = chart(&[
        CHART,
        ("templates/_h.tpl", "withheld: is larger than 1 MiB"),
        ("templates/x.yaml", "a: {{ include \"h\" . }}"),
        ("templates/y.yaml", "{{ if }}"),
        ("templates/z.yaml", "z: 1"),
    ]);
    let told: Vec<String> =
        large.problems.iter().map(|p| format!("{}: {}", p.path, p.message)).collect();
    assert_eq!(told[0], "templates/_h.tpl: it is larger than 1 MiB");
    assert_eq!(told[1], "templates/x.yaml: no template `h` is defined");
    assert!(told[2].starts_with("templates/y.yaml: "), "{told:?}");
    assert_eq!(text(&large, "templates/z.yaml"), Some("z: 1"));
    let library = chart(&[("Chart.yaml", "name: lib\ntype: library\n"), ("templates/_a.tpl", "")]);
    assert!(library.library && library.variants.is_empty() && library.problems.is_empty());
}

#[test]
fn files_that_were_not_fetched_are_remembered_but_not_for_a_checksum() {
    let shop = chart(&[
        CHART,
        ("config/a.json", "withheld: was not read"),
        ("config/b.txt", "two"),
        ("templates/cm.yaml", "{{ (.Files.Glob \"config/*\").AsConfig }}"),
        ("templates/d.yaml", "{{ include \"shop/templates/cm.yaml\" . | sha256sum }}"),
        ("templates/e.yaml", "{{ .Files.Get \"config/b.txt\" }}"),
    ]);
    assert_eq!(shop.problems, []);
    let unfetched: Vec<(&str, Option<&str>)> = shop.variants[0]
        .files
        .iter()
        .map(|file| (file.template.as_str(), file.unfetched.as_deref()))
        .collect();
    assert_eq!(
        unfetched,
        [
            ("templates/e.yaml", None),
            ("templates/d.yaml", None),
            ("templates/cm.yaml", Some("config/a.json")),
        ]
    );
}

mod any {
    use super::*;
    use proptest::prelude::*;

    /// Templates that mostly parse, of every kind of piece.
    fn template() -> impl Strategy<Value = String> {
        let word = prop_oneof![
            "[a-z: \n#-]{0,8}",
            "(\\.|\\.Values|\\.Values\\.a\\.b|\\.Files|\\$|\\$x|nil|true|1|-3|2\\.5|\"s\"|`r`|\\(list 1 2\\)|\\(dict \"a\" 1\\))",
            prop::sample::select(super::super::functions::names()).prop_map(str::to_owned),
        ];
        let pipe = prop::collection::vec(word, 1..4).prop_map(|words| words.join(" "));
        let action = prop::collection::vec(pipe, 1..3).prop_map(|pipes| pipes.join(" | "));
        let piece = prop_oneof![
            "[a-z: \n\"{}é-]{0,10}",
            action.clone().prop_map(|action| format!("{{{{ {action} }}}}")),
            action.clone().prop_map(|action| format!("{{{{- $x := {action} -}}}}")),
            action
                .clone()
                .prop_map(|a| format!("{{{{ if {a} }}}}yes{{{{ else }}}}no{{{{ end }}}}")),
            action.clone().prop_map(|a| format!("{{{{ range $i, $e := {a} }}}}\n{{{{ end }}}}")),
            action.prop_map(|a| format!("{{{{ with {a} }}}}{{{{ . }}}}{{{{ end }}}}")),
            Just(
                "{{ define \"r\" }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}".to_owned()
            ),
            Just("{{- /* c */}} {{ end }}".to_owned()),
            Just("{{ tpl \"{{ . }}\" . }}{{ set . \"self\" . }}{{ . }}".to_owned()),
        ];
        prop::collection::vec(piece, 0..6).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #[test]
        fn templates_render_or_say_why_not(template in template()) {
            let values = ("values.yaml", "a: {b: [1, x, {c: null}]}");
            let rendered = chart(&[CHART, values, ("templates/x.yaml", &template)]);
            let lines = u32::try_from(template.split('\n').count()).expect("small");
            let files = &rendered.variants[0].files;
            prop_assert_eq!(files.len() + rendered.problems.len(), 1);
            for problem in &rendered.problems {
                prop_assert!(!problem.message.is_empty());
                prop_assert!(problem.line.is_some_and(|line| (1..=lines).contains(&line)), "{:?}", problem);
            }
            for (number, _) in (1..).zip(files.iter().flat_map(|file| file.text.split('\n'))) {
                prop_assert!((1..=lines).contains(&files[0].lines.template_line(number)));
            }
        }
    }
}
