use std::collections::BTreeMap;

use crate::domain::helm::{Allowance, ChartFile, Problem, Rendered, render};

const CHART: [(&str, &str); 4] = [
    ("Chart.yaml", "apiVersion: v2\nname: t\nversion: 1.2.3\nappVersion: \"4\"\n"),
    (
        "values.yaml",
        "port: 8080\nbig: 1000000\nratio: 0.5\nflag: true\nlist: [a, b]\n\
         map: {a: {b: 1}, c: x}\nnone: []\n",
    ),
    ("f.txt", "one\ntwo\n"),
    ("templates/_h.tpl", "{{ define \"h\" }}h{{ .Values.port }}{{ end }}"),
];

fn rendered(templates: &[(String, &str)]) -> Rendered {
    let text = |text: &str| ChartFile::Text(text.into());
    let mut files: BTreeMap<String, ChartFile> =
        CHART.iter().map(|(path, content)| ((*path).to_owned(), text(content))).collect();
    files.extend(templates.iter().map(|(path, content)| (path.clone(), text(content))));
    render(&files, &mut Allowance::default())
}

/// What a template stops at.
fn problem(template: &str) -> Option<Problem> {
    rendered(&[("templates/x.yaml".to_owned(), template)]).problems.into_iter().next()
}

#[test]
fn functions_give_what_helm_gives() {
    let table = include_str!("../../../../fixtures/helm/functions.txt");
    let lines: Vec<&str> =
        table.lines().filter(|line| !line.is_empty() && !line.starts_with('#')).collect();
    let cases: Vec<(String, &str, String)> = lines
        .chunks(2)
        .enumerate()
        .map(|(number, pair)| {
            let [expression, expected] = pair else { panic!("{pair:?} is no pair") };
            let expected = expected.strip_prefix("= ").expect("marked");
            let expected = serde_json::from_str(expected).expect("JSON");
            (format!("templates/e{number:03}.yaml"), *expression, expected)
        })
        .collect();
    assert!(cases.len() > 60, "{} cases", cases.len());
    let templates: Vec<(String, &str)> =
        cases.iter().map(|(path, expression, _)| (path.clone(), *expression)).collect();
    let rendered = rendered(&templates);
    assert_eq!(rendered.problems, []);
    for (path, expression, expected) in &cases {
        let file = rendered.variants[0].files.iter().find(|file| file.template == *path);
        let text = file.map(|file| file.text.replace(path.as_str(), "templates/e000.yaml"));
        let expected = expected.replace(&expected_name(expected), "templates/e000.yaml");
        assert_eq!(text.as_deref(), Some(expected.as_str()), "{expression}");
    }
}

#[test]
fn values_nested_deeper_than_the_stack_are_dropped() {
    for template in [
        "{{ $x := list }}{{ range until 50000 }}{{ $x = list $x }}{{ end }}deep",
        "{{ $x := dict }}{{ range until 50000 }}{{ $x = dict \"x\" $x }}{{ end }}deep",
    ] {
        let rendered = rendered(&[("templates/x.yaml".to_owned(), template)]);
        assert_eq!(rendered.problems, []);
        assert_eq!(rendered.variants[0].files[0].text, "deep");
    }
}

/// `.Template.Name` holds the number that the template had when the table was made.
fn expected_name(expected: &str) -> String {
    let at = expected.find("templates/e").filter(|at| expected[*at..].ends_with("templates"));
    at.map_or("templates/e000.yaml".to_owned(), |at| expected[at..at + 19].to_owned())
}

#[test]
fn what_go_refuses_stops_the_template() {
    for (template, message) in [
        ("{{ .Values.missing.deep }}", "nil pointer evaluating `.deep`"),
        ("{{ .Values.port.deep }}", "`.deep` cannot be read from a value of type float64"),
        ("{{ foo 1 }}", "function `foo` is not known"),
        ("{{ env \"HOME\" }}", "function `env` is not known"),
        ("{{ include \"none\" . }}", "no template `none` is defined"),
        ("{{ required \"give x\" .Values.missing }}", "the chart asks: give x"),
        ("{{ required \"give x\" \"\" }}", "the chart asks: give x"),
        ("{{ fail \"no\" }}", "the chart asks: no"),
        ("{{ upper 1 }}", "`upper` wants a string as argument 1 but gets int"),
        ("{{ upper .Values.missing }}", "nothing (the value is not set)"),
        ("{{ indent .Values.port \"a\" }}", "wants an int as argument 1 but gets float64"),
        (
            "{{ eq .Values.port 8080 }}",
            "cannot compare a value of type float64 with one of type int",
        ),
        ("{{ eq .Values.map .Values.map }}", "cannot compare"),
        ("{{ div 1 0 }}", "`div` divides by zero"),
        ("{{ index .Values.list 9 }}", "`index` is out of range: 9"),
        ("{{ range .Values.port }}{{ end }}", "`range` cannot go over a value of type float64"),
        ("{{ $x }}", "variable `$x` is not defined"),
        ("{{ trunc }}", "`trunc` is called with 0 arguments"),
        ("{{ .Values.map \"a\" }}", "not a method but has arguments"),
        ("{{ \"a\" \"b\" }}", "arguments are given to what is no function"),
        ("{{ regexFind \"(\" \"a\" }}", "has an expression that cannot be read"),
        ("{{ mustFromJson \"{\" }}", "cannot read it"),
        ("{{ set .Values.none \"a\" 1 }}", "`set` wants a dict as argument 1"),
    ] {
        let problem = problem(&format!("a: 1\n{template}")).map(|p| (p.line, p.message));
        let (line, told) = problem.unwrap_or_else(|| panic!("{template} renders"));
        assert!(told.contains(message), "{template}: {told}");
        assert_eq!(line, Some(2), "{template}");
    }
}

#[test]
fn greed_is_refused_before_it_costs() {
    for template in [
        "{{ repeat 100000000 \"abcdefgh\" }}",
        "{{ indent 100000000 \"a\" }}",
        "{{ until 1000000000 }}",
        "{{ untilStep 0 9000000000000000000 1 }}",
        "{{ seq 0 1 99999999999 }}",
        "{{ printf \"%99999d%99999d\" 1 2 | repeat 40 }}",
        "{{ randAlphaNum 99999999999 }}",
        "{{ range 100000000 }}{{ end }}",
        "{{ range until 10000 }}{{ range until 10000 }}{{ end }}{{ end }}",
        "{{ $x := \"ab\" }}{{ range until 64 }}{{ $x = print $x $x }}{{ end }}",
        "{{ $x := list 1 }}{{ range until 64 }}{{ $x = list $x $x }}{{ end }}{{ $x }}",
        "{{ $x := list 1 }}{{ range until 64 }}{{ $x = list $x $x }}{{ end }}{{ toYaml $x }}",
        "{{ $x := dict }}{{ $_ := set $x \"x\" $x }}{{ toJson $x }}",
        "{{ $x := dict }}{{ $_ := set $x \"x\" $x }}{{ deepCopy $x }}",
        "{{ $x := dict }}{{ $_ := set $x \"x\" (list $x) }}{{ print $x }}",
        "{{ replace \"\" (repeat 4000 \"a\") (repeat 4000 \"b\") }}",
        "{{ regexReplaceAll \"b\" (repeat 4000 \"b\") (repeat 4000 \"a\") }}",
        "{{ regexMatch \"(a{1000}){1000}\" \"a\" | fail }}",
        "{{ define \"r\" }}{{ include \"r\" . }}{{ end }}{{ include \"r\" . }}",
        "{{ define \"r\" }}{{ template \"r\" . }}{{ end }}{{ template \"r\" . }}",
        "{{ tpl .Values.loop (dict \"Values\" .Values \"Template\" .Template) }}",
    ] {
        let loops = ("values-loop.yaml".to_owned(), "loop: '{{ tpl .Values.loop . }}'");
        let template = ("templates/x.yaml".to_owned(), template);
        let rendered = rendered(&[loops, template.clone()]);
        assert!(!rendered.problems.is_empty(), "{} renders", template.1);
    }
}
