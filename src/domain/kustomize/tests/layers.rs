//! Roots, bases, components, and what cannot be read.

use serde_json::json;

use super::*;

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {}\n";

/// <https://kubectl.docs.kubernetes.io/guides/config_management/components/>: a component works on
/// what its user has gathered, before the user's own fields.
#[test]
fn components_come_before_the_fields_of_their_user() {
    let component = "apiVersion: kustomize.config.k8s.io/v1alpha1\nkind: Component\nresources: [b.yaml]\npatches:\n- target: {kind: Pod}\n  patch: |-\n    - {op: add, path: /spec/from, value: component}\n";
    let user = "resources: [../base]\ncomponents: [../component]\npatches:\n- target: {name: a}\n  patch: |-\n    - {op: test, path: /spec/from, value: component}\n    - {op: replace, path: /spec/from, value: user}\n";
    let got = made(&[
        ("base/kustomization.yml", "resources: [a.yaml]\n"),
        ("base/a.yaml", POD),
        ("component/kustomization.yaml", component),
        ("component/b.yaml", &POD.replace("name: a", "name: b")),
        ("user/kustomization.yaml", user),
    ]);
    assert_eq!(
        (&got[0]["spec"]["from"], &got[1]["spec"]["from"]),
        (&json!("user"), &json!("component"))
    );
}

#[test]
fn what_is_elsewhere_is_told_and_the_rest_is_built() {
    let text = "resources:\n- a.yaml\n- https://example.com/x.yaml\n- github.com/acme/x//base?ref=v1\n- ../../outside\n- gone.yaml\nhelmCharts:\n- {name: x}\ngenerators: [g.yaml]\ncomponents:\n- oci://x/y\npatches:\n- patch: |-\n    apiVersion: apps/v1\n    kind: Deployment\n    metadata: {name: of-elsewhere}\n";
    let files = [("kustomization.yaml", text), ("a.yaml", POD)];
    let told = complaints(&files);
    assert_eq!(
        told,
        [
            "kustomization.yaml:3: `https://example.com/x.yaml` is in another place and was not read",
            "kustomization.yaml:4: `github.com/acme/x//base?ref=v1` is in another place and was not read",
            "kustomization.yaml:5: `../../outside` is outside of the repository",
            "kustomization.yaml:6: `gone.yaml` is not in the repository",
            "kustomization.yaml:7: the charts of `helmCharts` are not rendered",
            "kustomization.yaml:9: what `generators` make is not known",
            "kustomization.yaml:11: `oci://x/y` is in another place and was not read",
        ]
    );
    let tree = tree(&files);
    let built = built(&tree);
    assert_eq!(built.roots[0].objects.len(), 1);
    let doubt = &built.roots[0].objects[0].doubts[0];
    assert_eq!(
        (doubt.path.as_str(), &doubt.fields[..]),
        ("kustomization.yaml", &["*".to_owned()][..])
    );
}

#[test]
fn what_stops_a_build() {
    for (text, why) in [
        ("resources:\n- .\n", "refers to itself by way of others"),
        ("resources:\n- empty\n", "the folder `empty` has no kustomization"),
        ("resorces: []\n", "has the field `resorces`, which Kustomize does not know"),
        ("components:\n- none\n", "there is no folder `none`"),
    ] {
        let told = complaints(&[("kustomization.yaml", text), ("empty/x.txt", "")]);
        assert!(told.len() == 1 && told[0].ends_with(why), "{told:?}");
    }
    let told = complaints(&[
        ("a/kustomization.yaml", "resources: [../b]\n"),
        ("b/kustomization.yaml", "resources: [../a]\n"),
    ]);
    assert_eq!(told, ["a/kustomization.yaml:1: refers to itself by way of others"]);
}

#[test]
fn other_tools_use_the_same_file_names() {
    let flux = "apiVersion: kustomize.toolkit.fluxcd.io/v1\nkind: Kustomization\nspec: {}\n";
    let tree = tree(&[("kustomization.yaml", flux)]);
    let built = built(&tree);
    assert!(built.roots.is_empty() && built.used.is_empty() && built.failed.is_empty());
}

/// A value points to where it is written: the base, a patch's file, or a line inside a text.
#[test]
fn values_keep_their_places() {
    let text = "resources: [a.yaml]\npatches:\n- path: p.yaml\n- target: {kind: Pod}\n  patch: |-\n    - op: add\n      path: /spec/inline\n      value: 1\n";
    let tree = tree(&[
        ("kustomization.yaml", text),
        (
            "a.yaml",
            "# first\n---\napiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  own: 1\n",
        ),
        ("p.yaml", "apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec:\n  patched: 1\n"),
    ]);
    let built = built(&tree);
    let node = &built.roots[0].objects[0].node;
    let place = |pointer: &str| {
        let (node, rest) = node.nearest(pointer);
        let spot = built.origins.place(node.origin, rest);
        (spot.path, spot.pointer, spot.lines)
    };
    let at = |path: &str, pointer: &str, lines| (path.to_owned(), pointer.to_owned(), lines);
    assert_eq!(place("/spec/own"), at("a.yaml", "/spec/own", None));
    assert_eq!(place("/spec/patched"), at("p.yaml", "/spec/patched", None));
    assert_eq!(place("/spec/inline"), at("kustomization.yaml", "/patches/1/patch", Some((8, 8))));
    assert_eq!(place("/spec/missing/x"), at("a.yaml", "/spec/missing/x", None));
}
