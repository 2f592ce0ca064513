#![allow(clippy::unwrap_used)]

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn one(text: &str) -> Document {
    let mut loaded = load(text, Schema::Core12);
    assert_eq!(loaded.error, None, "{text}");
    assert_eq!(loaded.documents.len(), 1, "{text}");
    loaded.documents.remove(0)
}

fn lines(text: &str, pointer: &str) -> (u32, u32) {
    one(text).spans.lines(pointer).unwrap()
}

fn error(text: &str) -> Fault {
    load(text, Schema::Core12).error.unwrap()
}

#[test]
fn values_come_with_lines_from_key_to_end() {
    let text =
        "a: 1\nb:\n  - x\n  - y: |\n      one\n      two\n\n# comment\nc: {d: [1,\n  2]}\ne:\n";
    let doc = one(text);
    assert_eq!(
        doc.value,
        json!({"a": 1, "b": ["x", {"y": "one\ntwo\n"}], "c": {"d": [1, 2]}, "e": null})
    );
    let at = |pointer: &str| doc.spans.lines(pointer).unwrap();
    assert_eq!(at("/a"), (1, 1));
    assert_eq!(at("/b"), (2, 6));
    assert_eq!(at("/b/1"), (4, 6));
    assert_eq!(at("/b/1/y"), (4, 6));
    assert_eq!(at("/c"), (9, 10));
    assert_eq!(at("/c/d/1"), (10, 10));
    assert_eq!(at("/e"), (11, 11));
    assert_eq!(at(""), (1, 11));
    assert_eq!(at("/b/1/z/deeper"), (4, 4), "where the nearest ancestor starts");
}

#[test]
fn a_key_and_a_value_on_the_next_line_are_one_entry() {
    assert_eq!(lines("a:\n  long\n  text\nb: 1\n", "/a"), (1, 3));
    assert_eq!(lines("key:\n\n\n  sub: 1\n", "/key"), (1, 4));
    assert_eq!(lines("- - a\n  - b\n- c\n", "/0"), (1, 2));
}

#[test]
fn carriage_returns_and_byte_order_marks_do_no_harm() {
    let doc = one("\u{feff}a: 1\r\nb:\r\n  c: two\r\n");
    assert_eq!(doc.value, json!({"a": 1, "b": {"c": "two"}}));
    assert_eq!(doc.spans.lines("/b/c"), Some((3, 3)));
}

#[test]
fn documents_are_separate() {
    let loaded = load("a: 1\n---\nb: 2\n---\n", Schema::Core12);
    let values: Vec<_> = loaded.documents.iter().map(|d| d.value.clone()).collect();
    assert_eq!(values, [json!({"a": 1}), json!({"b": 2}), json!(null)]);
    assert_eq!(loaded.documents[1].spans.lines("/b"), Some((3, 3)));
    assert!(load("", Schema::Core12).documents.is_empty());
}

#[test]
fn what_was_read_before_an_error_is_kept() {
    let loaded = load("a: 1\n---\nb: [1\nc: 2\n", Schema::Core12);
    assert_eq!(loaded.documents.len(), 1);
    let error = loaded.error.unwrap();
    assert!((3..=4).contains(&error.line), "{error:?}");
}

#[test]
fn aliases_stand_for_their_anchor_and_show_its_lines() {
    let text = "base: &b\n  user: 0\nweb: *b\napi:\n  <<: *b\n  port: 1\n";
    let doc = one(text);
    assert_eq!(doc.value["web"], json!({"user": 0}));
    assert_eq!(doc.value["api"], json!({"user": 0, "port": 1}));
    assert_eq!(doc.spans.lines("/web"), Some((3, 3)));
    assert_eq!(doc.spans.lines("/web/user"), Some((2, 2)));
    assert_eq!(doc.spans.lines("/api/user"), Some((2, 2)));
}

#[test]
fn merge_keeps_the_nearer_value() {
    let text = "x: &x {a: 1, b: 1}\ny: &y {<<: *x, b: 2, c: 2}\nz: {c: 3, <<: [*y, *x]}\n\
                q: {'<<': 1}\n";
    let doc = one(text);
    assert_eq!(doc.value["z"], json!({"a": 1, "b": 2, "c": 3}));
    assert_eq!(doc.value["q"], json!({"<<": 1}));
    assert_eq!(error("a: {<<: 1}").line, 1);
}

#[test]
fn a_key_set_twice_is_reported_and_the_last_counts() {
    let doc = one("a: 1\nb: 2\na: 3\n");
    assert_eq!(doc.value, json!({"a": 3, "b": 2}));
    assert_eq!(doc.spans.lines("/a"), Some((3, 3)));
    assert_eq!(doc.duplicates, [Fault { line: 3, message: "key `a` is set twice".to_owned() }]);
}

#[test]
fn keys_are_text_and_collections_cannot_be_keys() {
    assert_eq!(one("1: a\ntrue: b\non: c\n").value, json!({"1": "a", "true": "b", "on": "c"}));
    assert_eq!(error("? [a]\n: b\n").message, "a mapping's key is a collection");
    assert!(load("a: {{ .Values.x }}\n", Schema::Core12).error.is_some());
}

#[test]
fn tags_decide_over_looks() {
    assert_eq!(one("[!!str 1, !!int \"2\", !Ref x, ! 3]").value, json!(["1", 2, "x", "3"]));
}

#[test]
fn bombs_are_refused() {
    let laughs = (1..12).fold("l0: &l0 [x, x]\n".to_owned(), |text, i| {
        let last = format!("*l{}, ", i - 1).repeat(9);
        format!("{text}l{i}: &l{i} [{last}]\n")
    });
    assert!(error(&laughs).message.starts_with("more than 200000 values"));
    let merges = (1..30).fold("m0: &m0 {a: 1}\n".to_owned(), |text, i| {
        format!("{text}m{i}: &m{i} {{<<: [*m{p}, *m{p}]}}\n", p = i - 1)
    });
    assert!(error(&merges).message.starts_with("more than 200000 values"));
    let aliases = format!("a: &a [{}]\nb: [{}]\n", "x, ".repeat(2_000), "*a, ".repeat(2_000));
    assert!(error(&aliases).message.starts_with("more than 200000 values"));
    assert!(
        error(&format!("{}{}", "[".repeat(70), "]".repeat(70))).message.contains("levels deep")
    );
    assert_eq!(error(&"[".repeat(100_000)).line, 1);
    assert!(error(&"- ".repeat(20_000)).line == 1);
    assert_eq!(error("a: &a [*a]").message, "an anchor contains itself");
    let chain = (1..80)
        .fold("c0: &c0 [x]\n".to_owned(), |text, i| format!("{text}c{i}: &c{i} [*c{}]\n", i - 1));
    assert!(error(&chain).message.contains("levels deep"));
    assert!(error(&"---\na: 1\n".repeat(501)).message.contains("more than 500 documents"));
}

#[test]
fn json_is_read_with_tabs_escapes_and_lines() {
    let text = "{\n\t\"a\": [1, -2.5e3, true],\n\t\"b/c\": \"\\u00e9\\n\\/\"\n}\n";
    let mut loaded = load_json(text);
    assert_eq!(loaded.error, None);
    let doc = loaded.documents.remove(0);
    assert_eq!(doc.value, serde_json::from_str::<Value>(text).unwrap());
    assert_eq!(doc.spans.lines("/b~1c"), Some((3, 3)));
    let pair = load_json("{\"a\": \"\\ud83d\\ude00\"}");
    assert_eq!(pair.documents[0].value, json!({"a": "\u{1f600}"}), "{:?}", pair.error);
}

fn json_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(|i| json!(i)),
        any::<u64>().prop_map(|i| json!(i)),
        (-1.0e12..1.0e12_f64).prop_map(|f| json!(f)),
        "\\PC{0,12}".prop_map(Value::String),
        "[a-z:#{}\\[\\], \"'~/-]{0,10}".prop_map(Value::String),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..6).prop_map(Value::Array),
            prop::collection::btree_map("[a-z~/ .]{0,6}", inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Every pointer of a value.
fn pointers(value: &Value) -> Vec<String> {
    let mut out = vec![String::new()];
    let mut todo = vec![(String::new(), value)];
    while let Some((at, value)) = todo.pop() {
        let below: Vec<(String, &Value)> = match value {
            Value::Array(items) => {
                items.iter().enumerate().map(|(i, v)| (format!("{at}/{i}"), v)).collect()
            }
            Value::Object(map) => {
                map.iter().map(|(k, v)| (format!("{at}/{}", escape_token(k)), v)).collect()
            }
            _ => Vec::new(),
        };
        out.extend(below.iter().map(|(pointer, _)| pointer.clone()));
        todo.extend(below);
    }
    out
}

/// The same value as block YAML, by a writer that shares no code with the loader.
fn block(value: &Value, indent: usize, out: &mut String) {
    let pad = "  ".repeat(indent);
    match value {
        Value::Array(items) if !items.is_empty() => {
            for item in items {
                out.push_str(&format!("\n{pad}-"));
                block(item, indent + 1, out);
            }
        }
        Value::Object(map) if !map.is_empty() => {
            for (key, item) in map {
                out.push_str(&format!("\n\n{pad}{}:", Value::String(key.clone())));
                block(item, indent + 1, out);
            }
        }
        other => out.push_str(&format!(" {other}")),
    }
}

proptest! {
    #[test]
    fn any_text_is_survived(text in "\\PC{0,200}") {
        load(&text, Schema::Core12);
    }

    #[test]
    fn yaml_like_text_is_survived(text in "([-:?&*!|>#{}\\[\\],'\"%@` \n\ta-c<]|<<: |\\*a|&a ){0,80}") {
        for doc in load(&text, Schema::Kubernetes).documents {
            for pointer in pointers(&doc.value) {
                let (first, last) = doc.spans.lines(&pointer).unwrap();
                prop_assert!(1 <= first && first <= last);
                prop_assert!(last as usize <= text.lines().count().max(1));
            }
        }
    }

    #[test]
    fn json_reads_as_json(value in json_value()) {
        for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
            let loaded = load_json(&text);
            prop_assert_eq!(&loaded.error, &None);
            prop_assert_eq!(&loaded.documents[0].value, &value);
        }
    }

    #[test]
    fn every_pointer_has_the_lines_of_its_key(value in json_value()) {
        let mut text = String::new();
        block(&value, 0, &mut text);
        let loaded = load(&text, Schema::Core12);
        prop_assert_eq!(&loaded.error, &None);
        let doc = &loaded.documents[0];
        prop_assert_eq!(&doc.value, &value);
        let source: Vec<&str> = text.split('\n').collect();
        for pointer in pointers(&value) {
            let (first, last) = doc.spans.lines(&pointer).unwrap();
            prop_assert!(first <= last && last as usize <= source.len());
            let Some((above, token)) = pointer.rsplit_once('/') else { continue };
            if value.pointer(above).unwrap().is_object() {
                let key = token.replace("~1", "/").replace("~0", "~");
                let line = source[first as usize - 1];
                let written = format!("{}:", Value::String(key));
                prop_assert!(line.trim_start().starts_with(&written), "{} in {}", pointer, line);
            }
        }
    }
}
