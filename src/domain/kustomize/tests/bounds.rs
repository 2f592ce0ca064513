//! Hostile input ends soon, and with a word.

use std::fmt::Write as _;

use proptest::prelude::*;

use super::*;

const POD: &str =
    "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: a}]}\n";

#[test]
fn copies_of_copies_are_not_written_out() {
    let mut text = "resources: [a.yaml]\npatches:\n- target: {kind: Pod}\n  patch: |-\n".to_owned();
    for i in 0..60 {
        writeln!(text, "    - {{op: copy, from: /spec, path: /spec/c{i}}}").unwrap();
    }
    let told = complaints(&[("kustomization.yaml", &text), ("a.yaml", POD)]);
    assert!(told[0].contains("makes more values than are worked out"), "{told:?}");
}

#[test]
fn long_chains_and_wide_trees_end() {
    let mut files = vec![("f0/a.yaml".to_owned(), POD.to_owned())];
    for i in 0..50 {
        let below = if i == 0 { "a.yaml".to_owned() } else { format!("../f{}", i - 1) };
        files.push((format!("f{i}/kustomization.yaml"), format!("resources: [{below}]\n")));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    assert_eq!(
        complaints(&files),
        ["f19/kustomization.yaml:1: is built of more than 30 layers or 10000 steps"]
    );
    // Each component uses the one below twice: 2^40 steps if all were taken.
    let mut files = vec![("kustomization.yaml".to_owned(), "components: [c25]\n".to_owned())];
    for i in 0..26 {
        let below = if i == 0 { "[]".to_owned() } else { format!("[../c{0}, ../c{0}]", i - 1) };
        let text = format!("kind: Component\ncomponents: {below}\n");
        files.push((format!("c{i}/kustomization.yaml"), text));
    }
    let files: Vec<(&str, &str)> = files.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
    let told = complaints(&files);
    assert!(told[0].ends_with("more than 30 layers or 10000 steps"), "{told:?}");
}

/// Pieces of kustomizations and objects, put together in any way.
fn field() -> impl Strategy<Value = String> {
    let name = "(\\.\\./)?(base|prod|a\\.yaml|p\\.yaml|\\.|https://x)";
    let pointer = "(/(spec|containers|0|-|metadata|name|-1|x)){0,4}";
    let operation = prop::sample::select(vec!["add", "remove", "replace", "copy", "move", "test"]);
    prop_oneof![
        prop::collection::vec(name, 0..4).prop_map(|n| format!("resources: [{}]\n", n.join(", "))),
        prop::collection::vec(name, 0..3).prop_map(|n| format!("components: [{}]\n", n.join(", "))),
        prop::collection::vec((operation, pointer, pointer), 0..5).prop_map(|list| {
            let lines = list.iter().map(|(op, path, from)| {
                format!("    - {{op: {op}, path: '{path}', from: '{from}', value: {{x: [1]}}}}\n")
            });
            format!("patches:\n- target: {{kind: Pod}}\n  patch: |-\n{}", lines.collect::<String>())
        }),
        Just("patchesStrategicMerge: [p.yaml]\n".to_owned()),
        ".{0,20}".prop_map(|text| format!("namePrefix: {text:?}\nnamespace: {text:?}\n")),
        ".{0,20}".prop_map(|text| format!("images: [{{name: {text:?}, newTag: {text:?}}}]\n")),
        ".{0,20}".prop_map(|text| format!("replacements: [{{source: {{kind: Pod, fieldPath: {text:?}}}, targets: [{{select: {{kind: Pod}}, fieldPaths: [{text:?}, spec.*]}}]}}]\n")),
        ".{0,30}".prop_map(|text| format!("{text}\n")),
        Just("labels: [{pairs: {a: b}, includeSelectors: true}]\ncommonLabels: {c: d}\n".to_owned()),
        Just("kind: Component\n".to_owned()),
    ]
}

fn document() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            Just("kind: Pod\n".to_owned()),
            Just("apiVersion: v1\n".to_owned()),
            Just("metadata: {name: a}\n".to_owned()),
            Just("spec: {containers: [{name: a, image: x}, {$patch: delete}]}\n".to_owned()),
            Just("spec: {containers: {$patch: replace}, volumes: [1, {name: v}]}\n".to_owned()),
            Just("$patch: merge\n".to_owned()),
            Just("items: [{kind: Pod}]\n".to_owned()),
            ".{0,20}".prop_map(|text| format!("{text}\n")),
        ],
        0..6,
    )
    .prop_map(|lines| lines.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    /// Whatever the files say, building ends without a panic, what it makes is bounded, and every
    /// value has a place in one of the files.
    #[test]
    fn any_kustomization_is_built_or_refused(
        files in prop::collection::vec((prop::sample::select(vec!["", "base/", "prod/"]), prop::collection::vec(field(), 0..5), document(), document()), 1..4),
    ) {
        let mut all = BTreeMap::new();
        for (folder, fields, object, patch) in files {
            all.insert(format!("{folder}kustomization.yaml"), fields.concat());
            all.insert(format!("{folder}a.yaml"), object);
            all.insert(format!("{folder}p.yaml"), patch);
        }
        let files: Vec<(&str, &str)> = all.iter().map(|(a, b)| (a.as_str(), b.as_str())).collect();
        let tree = tree(&files);
        let built = built(&tree);
        for root in &built.roots {
            for object in &root.objects {
                prop_assert!(all.contains_key(&built.origins.place(object.node.origin, "").path));
                let mut budget = Budget::new(1_000_000);
                prop_assert!(object.node.depth(&mut budget).is_ok());
            }
        }
    }
}
