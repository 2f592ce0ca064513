//! A value that remembers where each of its parts was written.
//!
//! Collections are shared: an overlay that sets a label on an object of its base copies the few
//! maps on the way to the label, so a hundred overlays of a large base cost little more than one.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;

use super::Budget;
use super::origins::Origin;

/// A map's keys are shared between all that hold them.
pub(super) type Map = BTreeMap<Arc<str>, Node>;

/// A value with the place where it was written.
#[derive(Debug, Clone)]
pub(in crate::domain) struct Node {
    /// Where.
    pub(in crate::domain) origin: Origin,
    /// What.
    pub(super) body: Body,
}

/// What a node is.
#[derive(Debug, Clone)]
pub(super) enum Body {
    /// Null, a flag or a number.
    Scalar(Value),
    Text(Arc<str>),
    List(Arc<Vec<Node>>),
    Map(Arc<Map>),
}

impl Node {
    pub(super) fn text(text: &str, origin: Origin) -> Self {
        Self { origin, body: Body::Text(text.into()) }
    }

    pub(super) fn map(origin: Origin) -> Self {
        Self { origin, body: Body::Map(Arc::default()) }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(&self.body, Body::Scalar(Value::Null))
    }

    pub(super) fn as_text(&self) -> Option<&str> {
        match &self.body {
            Body::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn as_map(&self) -> Option<&Map> {
        match &self.body {
            Body::Map(map) => Some(map),
            _ => None,
        }
    }

    /// The items of a list; none of anything else.
    pub(super) fn items(&self) -> &[Node] {
        match &self.body {
            Body::List(items) => items,
            _ => &[],
        }
    }

    pub(super) fn get(&self, key: &str) -> Option<&Node> {
        self.as_map()?.get(key)
    }

    /// The value some keys down.
    pub(super) fn at(&self, keys: &[&str]) -> Option<&Node> {
        keys.iter().try_fold(self, |node, key| node.get(key))
    }

    /// The text some keys down.
    pub(super) fn text_at(&self, keys: &[&str]) -> Option<&str> {
        self.at(keys)?.as_text()
    }

    /// A scalar as Kustomize compares it: in the letters of YAML.
    pub(super) fn letters(&self) -> Option<String> {
        match &self.body {
            Body::Text(text) => Some(text.to_string()),
            Body::Scalar(Value::Null) => None,
            Body::Scalar(value) => Some(value.to_string()),
            _ => None,
        }
    }

    pub(super) fn map_mut(&mut self) -> Option<&mut Map> {
        match &mut self.body {
            Body::Map(map) => Some(Arc::make_mut(map)),
            _ => None,
        }
    }

    pub(super) fn list_mut(&mut self) -> Option<&mut Vec<Node>> {
        match &mut self.body {
            Body::List(items) => Some(Arc::make_mut(items)),
            _ => None,
        }
    }

    /// Sets a text some keys down; maps on the way are made when they are missing, and stand
    /// where the text stands. Does nothing when something else is in the way.
    pub(super) fn set_text(&mut self, keys: &[&str], text: &str, origin: Origin) {
        let Some((last, way)) = keys.split_last() else { return };
        let mut node = self;
        for key in way {
            let Some(map) = node.map_mut() else { return };
            node = map.entry((*key).into()).or_insert_with(|| Node::map(origin));
            if node.is_null() {
                *node = Node::map(origin);
            }
        }
        if let Some(map) = node.map_mut() {
            map.insert((*last).into(), Node::text(text, origin));
        }
    }

    /// The deepest value on the way that `pointer` takes, and what of the pointer is left.
    pub(in crate::domain) fn nearest<'p>(&self, pointer: &'p str) -> (&Node, &'p str) {
        let mut node = self;
        let mut rest = pointer;
        while let Some(tail) = rest.strip_prefix('/') {
            let (token, behind) = tail.split_at(tail.find('/').unwrap_or(tail.len()));
            let next = match &node.body {
                Body::Map(map) => map.get(token.replace("~1", "/").replace("~0", "~").as_str()),
                Body::List(items) => token.parse::<usize>().ok().and_then(|at| items.get(at)),
                _ => None,
            };
            let Some(next) = next else { break };
            node = next;
            rest = behind;
        }
        (node, rest)
    }

    /// The plain value, paid from `budget` value by value: what is shared here is repeated there.
    pub(in crate::domain) fn to_value(&self, budget: &mut Budget) -> Result<Value, String> {
        budget.spend(1)?;
        Ok(match &self.body {
            Body::Scalar(value) => value.clone(),
            Body::Text(text) => {
                budget.spend(text.len() / 100)?;
                Value::String(text.to_string())
            }
            Body::List(items) => {
                let items: Result<Vec<Value>, String> =
                    items.iter().map(|item| item.to_value(budget)).collect();
                Value::Array(items?)
            }
            Body::Map(map) => {
                let pair = |(key, node): (&Arc<str>, &Node)| {
                    Ok::<_, String>((key.to_string(), node.to_value(budget)?))
                };
                Value::Object(map.iter().map(pair).collect::<Result<_, String>>()?)
            }
        })
    }

    /// How deep it nests, counted from 1; fails when looking costs more than `budget`.
    pub(super) fn depth(&self, budget: &mut Budget) -> Result<usize, String> {
        budget.spend(1)?;
        let mut below = 0;
        match &self.body {
            Body::List(items) => {
                for item in items.iter() {
                    below = below.max(item.depth(budget)?);
                }
            }
            Body::Map(map) => {
                for node in map.values() {
                    below = below.max(node.depth(budget)?);
                }
            }
            _ => {}
        }
        Ok(below + 1)
    }

    /// Whether both say the same, wherever it stands.
    pub(super) fn says(&self, other: &Node, budget: &mut Budget) -> Result<bool, String> {
        budget.spend(1)?;
        Ok(match (&self.body, &other.body) {
            (Body::Scalar(a), Body::Scalar(b)) => a == b,
            (Body::Text(a), Body::Text(b)) => a == b,
            (Body::List(a), Body::List(b)) => {
                a.len() == b.len() && {
                    let mut same = true;
                    for (a, b) in a.iter().zip(b.iter()) {
                        same = same && a.says(b, budget)?;
                    }
                    same
                }
            }
            (Body::Map(a), Body::Map(b)) => {
                a.len() == b.len() && {
                    let mut same = true;
                    for ((key, a), (other, b)) in a.iter().zip(b.iter()) {
                        same = same && key == other && a.says(b, budget)?;
                    }
                    same
                }
            }
            _ => false,
        })
    }
}
