//! Who depends on what a repository holds? From the catalog files of an organisation's default
//! branches: `dependsOn`, and whoever consumes an API that it provides.
//!
//! Source: Backstage, *Well-known relations between catalog entities*
//! (`dependsOn`/`dependencyOf`, `providesApi`/`consumesApi`).

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

/// Most relations that one catalog file may state.
const MOST: usize = 500;
/// Longest reference, in bytes.
const MAX_REFERENCE: usize = 300;

/// How one entity stands to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verb {
    /// A repository's catalog file defines the entity.
    Defines,
    /// The first breaks when the second does: `dependsOn`, `consumesApis`.
    Needs,
    /// The first offers the second: `providesApis`.
    Provides,
}

impl Verb {
    /// As it is stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Defines => "defines",
            Self::Needs => "needs",
            Self::Provides => "provides",
        }
    }

    /// As it was stored.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Defines, Self::Needs, Self::Provides].into_iter().find(|verb| verb.as_str() == name)
    }
}

/// What a catalog file states: `component:default/api` needs `api:default/ledger`. References are
/// complete and in small letters.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Relation {
    /// The entity that the file defines.
    pub subject: String,
    /// How it stands to the other.
    pub verb: Verb,
    /// The other; the same for [`Verb::Defines`].
    pub object: String,
}

/// How many entities of other repositories need what one repository holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dependents {
    /// Those that say so themselves.
    pub direct: u64,
    /// Those and whoever needs them, and so on.
    pub all: u64,
}

/// The relations that the documents of a catalog file state, at most 500, in order.
///
/// ```
/// use serde_json::json;
/// use waymark::domain::risk::dependents::{Verb, relations};
/// let entity = json!({"kind": "Component", "metadata": {"name": "Shop"},
///     "spec": {"dependsOn": ["resource:db"], "consumesApis": ["ledger"]}});
/// let found = relations([&entity].into_iter());
/// let told: Vec<_> = found.iter().map(|r| (r.verb, r.object.as_str())).collect();
/// assert_eq!(told, [
///     (Verb::Defines, "component:default/shop"),
///     (Verb::Needs, "api:default/ledger"),
///     (Verb::Needs, "resource:default/db"),
/// ]);
/// ```
pub fn relations<'a>(documents: impl Iterator<Item = &'a Value>) -> Vec<Relation> {
    let mut found = BTreeSet::new();
    for document in documents {
        let text = |pointer: &str| document.pointer(pointer).and_then(Value::as_str);
        let namespace = text("/metadata/namespace").unwrap_or("default");
        let (Some(kind), Some(name)) = (text("/kind"), text("/metadata/name")) else { continue };
        let Some(subject) = reference(name, kind, namespace) else { continue };
        found.insert(Relation {
            subject: subject.clone(),
            verb: Verb::Defines,
            object: subject.clone(),
        });
        // What stands there without a kind is one of these.
        let lists = [
            ("/spec/dependsOn", "component", Verb::Needs),
            ("/spec/consumesApis", "api", Verb::Needs),
            ("/spec/providesApis", "api", Verb::Provides),
        ];
        for (pointer, kind, verb) in lists {
            let named = document.pointer(pointer).and_then(Value::as_array).into_iter().flatten();
            let named = named.filter_map(|text| reference(text.as_str()?, kind, namespace));
            let subject = &subject;
            found.extend(named.map(|object| Relation { subject: subject.clone(), verb, object }));
        }
        // The other direction of the same: whoever is named needs this one.
        let back = document.pointer("/spec/dependencyOf").and_then(Value::as_array);
        let named = back.into_iter().flatten();
        let named = named.filter_map(|text| reference(text.as_str()?, "component", namespace));
        let object = &subject;
        found.extend(named.map(|needy| Relation {
            subject: needy,
            verb: Verb::Needs,
            object: object.clone(),
        }));
    }
    found.into_iter().take(MOST).collect()
}

/// `[kind:][namespace/]name` → `kind:namespace/name`, in small letters, as Backstage compares them.
fn reference(text: &str, kind: &str, namespace: &str) -> Option<String> {
    let (kind, rest) = text.split_once(':').unwrap_or((kind, text));
    let (namespace, name) = rest.split_once('/').unwrap_or((namespace, rest));
    let whole = format!("{kind}:{namespace}/{name}").to_lowercase();
    let filled = [kind, namespace, name].iter().all(|part| !part.trim().is_empty());
    let plain = !whole.chars().any(|c| c.is_control() || c.is_whitespace());
    (filled && plain && whole.len() <= MAX_REFERENCE).then_some(whole)
}

/// Who needs what a repository defines. `relations` are those of all repositories, each with the
/// number of the repository that states it. `None`: this repository defines nothing.
///
/// An API is needed as its provider is: whoever consumes it needs whoever provides it. What goes
/// round in circles is counted once, the repository's own entities never.
///
/// ```
/// use waymark::domain::risk::dependents::{Dependents, Relation, Verb, dependents};
/// let of = |subject: &str, verb, object: &str| Relation {
///     subject: subject.into(), verb, object: object.into(),
/// };
/// let relations = [
///     (1, of("component:default/ledger", Verb::Defines, "component:default/ledger")),
///     (1, of("component:default/ledger", Verb::Provides, "api:default/ledger")),
///     (2, of("component:default/shop", Verb::Needs, "api:default/ledger")),
///     (3, of("component:default/site", Verb::Needs, "component:default/shop")),
///     (3, of("component:default/ledger", Verb::Needs, "component:default/site")),
/// ];
/// assert_eq!(dependents(1, &relations), Some(Dependents { direct: 1, all: 2 }));
/// assert_eq!(dependents(9, &relations), None);
/// ```
pub fn dependents(repo: i64, relations: &[(i64, Relation)]) -> Option<Dependents> {
    let mut needed_by: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    let mut provides: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut own: BTreeSet<&str> = BTreeSet::new();
    for (of, relation) in relations {
        let (subject, object) = (relation.subject.as_str(), relation.object.as_str());
        match relation.verb {
            Verb::Defines if *of == repo => _ = own.insert(subject),
            Verb::Defines => {}
            Verb::Needs => _ = needed_by.entry(object).or_default().insert(subject),
            Verb::Provides => provides.entry(subject).or_default().push(object),
        }
    }
    if own.is_empty() {
        return None;
    }
    let next = |entity: &str| {
        let offered = provides.get(entity).into_iter().flatten().copied();
        let asked: Vec<&str> = offered.chain([entity]).collect();
        let needy = asked.into_iter().filter_map(|name| needed_by.get(name)).flatten().copied();
        needy.filter(|needy| !own.contains(needy)).collect::<BTreeSet<&str>>()
    };
    let direct: BTreeSet<&str> = own.iter().flat_map(|entity| next(entity)).collect();
    let mut all = direct.clone();
    let mut waiting: Vec<&str> = direct.iter().copied().collect();
    while let Some(entity) = waiting.pop() {
        waiting.extend(next(entity).into_iter().filter(|needy| all.insert(needy)));
    }
    Some(Dependents { direct: direct.len() as u64, all: all.len() as u64 })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn odd_catalogs_state_nothing() {
        for odd in [
            json!(null),
            json!([1]),
            json!({"kind": "Component"}),
            json!({"kind": "Component", "metadata": {"name": ""}}),
            json!({"kind": "Component", "metadata": {"name": "a b"}}),
            json!({"kind": 1, "metadata": {"name": "a"}}),
        ] {
            assert_eq!(relations([&odd].into_iter()), [], "{odd}");
        }
        let odd = json!({"kind": "Component", "metadata": {"name": "a"},
            "spec": {"dependsOn": "x", "consumesApis": [1, null, "", "x".repeat(400)]}});
        assert_eq!(relations([&odd].into_iter()).len(), 1);
    }

    #[test]
    fn namespaces_and_both_directions_are_understood() {
        let entity = json!({"kind": "Component", "metadata": {"name": "a", "namespace": "Pay"},
            "spec": {"dependsOn": ["b", "component:other/c"], "dependencyOf": ["component:d"]}});
        let found = relations([&entity].into_iter());
        let told: Vec<_> =
            found.iter().map(|r| format!("{} {:?} {}", r.subject, r.verb, r.object)).collect();
        assert_eq!(
            told,
            [
                "component:pay/a Defines component:pay/a",
                "component:pay/a Needs component:other/c",
                "component:pay/a Needs component:pay/b",
                "component:pay/d Needs component:pay/a",
            ]
        );
    }
}
