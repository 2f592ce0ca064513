//! Which overlay made an object, and where is each of its values written?

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::kustomize::{Node, Origin, Origins, Spot};

/// The objects that Kustomize builds, each with the root that it was built for.
#[derive(Debug, Default)]
pub(in crate::domain) struct Overlays {
    origins: Origins,
    /// Folders of the roots.
    roots: Vec<String>,
    objects: Vec<Variant>,
    /// Where an object is written → the roots that build it.
    homes: BTreeMap<Origin, BTreeSet<usize>>,
    /// Pairs of roots that build the same object: one is deployed in place of the other.
    rivals: BTreeSet<(usize, usize)>,
}

/// An object as one root builds it.
#[derive(Debug)]
struct Variant {
    node: Node,
    root: usize,
    /// `Deployment prod/web`, as it is built.
    title: String,
    /// `Deployment web`, as it is written.
    written: String,
}

/// Roots that are told one by one; of more pairs than this many squared none is kept.
const MAX_SHARING: usize = 300;

impl Overlays {
    pub(super) fn new(origins: Origins, roots: Vec<String>) -> Self {
        Self { origins, roots, ..Self::default() }
    }

    /// Adds an object; gives the pointer to it.
    pub(super) fn add(
        &mut self,
        node: Node,
        root: usize,
        title: String,
        written: String,
    ) -> String {
        self.homes.entry(node.origin).or_default().insert(root);
        self.objects.push(Variant { node, root, title, written });
        format!("#k{}", self.objects.len() - 1)
    }

    /// To be called when all objects are there.
    pub(super) fn close(&mut self) {
        for roots in self.homes.values().filter(|roots| roots.len() <= MAX_SHARING) {
            for a in roots {
                self.rivals.extend(roots.iter().filter(|b| a != *b).map(|b| (*a, *b)));
            }
        }
    }

    /// The file where an object is written.
    pub(super) fn path(&self, node: &Node) -> &str {
        self.origins.path(node.origin)
    }

    /// How many roots build an object.
    pub(super) fn variants(&self, node: &Node) -> usize {
        self.homes.get(&node.origin).map_or(0, BTreeSet::len)
    }

    /// Where the value at a pointer is written; what is missing belongs to the nearest value.
    /// `None` for a pointer that does not lead into a built object.
    pub(super) fn spot(&self, pointer: &str) -> Option<Spot> {
        let (variant, rest) = self.find(pointer)?;
        let (node, missing) = variant.node.nearest(rest);
        Some(self.origins.place(node.origin, missing))
    }

    pub(super) fn are_rivals(&self, a: &str, b: &str) -> bool {
        let root = |pointer| self.find(pointer).map(|(variant, _)| variant.root);
        matches!((root(a), root(b)), (Some(a), Some(b)) if self.rivals.contains(&(a, b)))
    }

    /// A built object's place in its file, for whoever reports what is wrong there.
    pub(in crate::domain) fn place(&self, pointer: &str) -> Option<Spot> {
        self.spot(pointer)
    }

    /// What a finding calls an object, in the words of the file where it is written.
    pub(in crate::domain) fn written(&self, pointer: &str, resource: &str) -> Option<String> {
        let (variant, _) = self.find(pointer)?;
        let rest = resource.strip_prefix(&variant.title)?;
        let whole = rest.is_empty() || rest.starts_with(' ');
        whole.then(|| format!("{}{rest}", variant.written))
    }

    /// The overlay of a built object, and whether other ones build the object too: how many.
    pub(in crate::domain) fn overlay(&self, pointer: &str) -> Option<(&str, usize)> {
        let (variant, _) = self.find(pointer)?;
        Some((self.roots.get(variant.root)?, self.variants(&variant.node)))
    }

    fn find<'p>(&self, pointer: &'p str) -> Option<(&Variant, &'p str)> {
        let tail = pointer.strip_prefix("#k")?;
        let (number, rest) = tail.split_at(tail.find('/').unwrap_or(tail.len()));
        Some((self.objects.get(number.parse::<usize>().ok()?)?, rest))
    }
}
