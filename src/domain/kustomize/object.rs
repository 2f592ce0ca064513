//! An object on its way through the overlays.

use super::node::Node;

/// What an object is called.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::domain) struct Id {
    pub(in crate::domain) kind: String,
    pub(in crate::domain) name: String,
    /// Empty where it names none.
    pub(in crate::domain) namespace: String,
}

/// An object, what it was called before, and what may change it that is not worked out.
#[derive(Debug, Clone)]
pub(in crate::domain) struct Object {
    pub(in crate::domain) node: Node,
    /// What it was called before, oldest first.
    before: Vec<Id>,
    /// What may change it in ways that are not worked out.
    pub(in crate::domain) doubts: Vec<Doubt>,
    /// Not wholly known here (generated from files, or cut down): patches are not applied to it.
    pub(super) opaque: bool,
}

/// Something that may change an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::domain) struct Doubt {
    /// The file that says so.
    pub(in crate::domain) path: String,
    /// Fields that it may change; `*` is any.
    pub(in crate::domain) fields: Vec<String>,
}

impl Doubt {
    /// Any field may change.
    pub(super) fn of_all(path: &str) -> Self {
        Self { path: path.to_owned(), fields: vec!["*".to_owned()] }
    }
}

/// Doubts kept of one object.
const MAX_DOUBTS: usize = 20;

/// An object is renamed once a layer at most; more is a game.
const MAX_NAMES: usize = 50;

impl Object {
    /// An object as it is written; `None` for what is none.
    pub(super) fn new(node: Node) -> Option<Self> {
        let whole = node.text_at(&["kind"]).is_some_and(|kind| !kind.is_empty());
        whole.then_some(Self { node, before: Vec::new(), doubts: Vec::new(), opaque: false })
    }

    /// What it is called now.
    pub(in crate::domain) fn id(&self) -> Id {
        let text = |keys: &[&str]| self.node.text_at(keys).unwrap_or("").to_owned();
        Id {
            kind: text(&["kind"]),
            name: text(&["metadata", "name"]),
            namespace: text(&["metadata", "namespace"]),
        }
    }

    /// What it was called where it is written.
    pub(in crate::domain) fn first_id(&self) -> Id {
        self.before.first().cloned().unwrap_or_else(|| self.id())
    }

    /// Everything that it was ever called.
    pub(super) fn ids(&self) -> Vec<Id> {
        self.before.iter().cloned().chain([self.id()]).collect()
    }

    /// Keeps its present name before it is changed.
    pub(super) fn remember(&mut self) {
        if self.before.len() < MAX_NAMES {
            self.before.push(self.id());
        }
    }

    /// `apps` and `v1`.
    pub(super) fn group_version(&self) -> (&str, &str) {
        let version = self.api_version();
        version.split_once('/').unwrap_or(("", version))
    }

    pub(super) fn api_version(&self) -> &str {
        self.node.text_at(&["apiVersion"]).unwrap_or("")
    }

    pub(super) fn kind(&self) -> &str {
        self.node.text_at(&["kind"]).unwrap_or("")
    }

    /// Says that something may change it.
    pub(super) fn doubt(&mut self, doubt: Doubt) {
        if self.doubts.len() < MAX_DOUBTS && !self.doubts.contains(&doubt) {
            self.doubts.push(doubt);
        }
    }
}
