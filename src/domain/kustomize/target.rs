//! Which objects does a patch change?
//!
//! <https://kubectl.docs.kubernetes.io/references/kustomize/kustomization/patches/>: a target's
//! fields are regular expressions that must match the whole, its selectors are those of `kubectl`.

use regex::{Regex, RegexBuilder};

use super::node::Node;
use super::object::Object;

/// Longest expression, in bytes.
const MAX_PATTERN_BYTES: usize = 1_000;
/// Largest expression when compiled, in bytes.
const MAX_COMPILED_BYTES: usize = 200_000;
/// Conditions of a selector.
const MAX_CONDITIONS: usize = 50;

/// A patch's `target`.
pub(super) struct Target {
    group: Pattern,
    version: Pattern,
    kind: Pattern,
    name: Pattern,
    namespace: Pattern,
    labels: Vec<Condition>,
    annotations: Vec<Condition>,
}

enum Pattern {
    Any,
    Text(String),
    Expression(Regex),
}

impl Pattern {
    fn read(text: Option<&str>) -> Result<Self, String> {
        let text = text.unwrap_or("");
        if text.is_empty() {
            return Ok(Self::Any);
        }
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '/');
        if text.chars().all(plain) {
            return Ok(Self::Text(text.to_owned()));
        }
        if text.len() > MAX_PATTERN_BYTES {
            return Err(format!("an expression is longer than {MAX_PATTERN_BYTES} bytes"));
        }
        let mut builder = RegexBuilder::new(&format!("^(?:{text})$"));
        let built = builder.size_limit(MAX_COMPILED_BYTES).dfa_size_limit(MAX_COMPILED_BYTES);
        let built = built.build().map_err(|_| format!("`{text}` is no regular expression"))?;
        Ok(Self::Expression(built))
    }

    fn matches(&self, text: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Text(wanted) => wanted == text,
            Self::Expression(expression) => expression.is_match(text),
        }
    }
}

impl Target {
    /// Reads it.
    pub(super) fn read(target: &Node) -> Result<Self, String> {
        let pattern = |key: &str| Pattern::read(target.text_at(&[key]));
        let conditions = |key: &str| conditions(target.text_at(&[key]).unwrap_or(""));
        // `apiVersion` is not a field of a target, but `group` and `version` are.
        Ok(Self {
            group: pattern("group")?,
            version: pattern("version")?,
            kind: pattern("kind")?,
            name: pattern("name")?,
            namespace: pattern("namespace")?,
            labels: conditions("labelSelector")?,
            annotations: conditions("annotationSelector")?,
        })
    }

    /// Whether it names this object, by its first or its present name.
    pub(super) fn selects(&self, object: &Object) -> bool {
        let (group, version) = object.group_version();
        let now = object.id();
        let first = object.first_id();
        let space = |namespace: &str| {
            self.namespace.matches(if namespace.is_empty() { "default" } else { namespace })
        };
        let map = |key| object.node.at(&["metadata", key]);
        self.group.matches(group)
            && self.version.matches(version)
            && self.kind.matches(&now.kind)
            && (self.name.matches(&first.name) || self.name.matches(&now.name))
            && (space(&first.namespace) || space(&now.namespace))
            && self.labels.iter().all(|condition| condition.holds(map("labels")))
            && self.annotations.iter().all(|condition| condition.holds(map("annotations")))
    }
}

/// `tier in (web, api)`, `!legacy`, `app=shop`.
struct Condition {
    key: String,
    test: Test,
}

enum Test {
    In(Vec<String>),
    NotIn(Vec<String>),
    Exists,
    Missing,
}

impl Condition {
    fn holds(&self, map: Option<&Node>) -> bool {
        let value = map.and_then(|map| map.get(&self.key)).and_then(Node::letters);
        match &self.test {
            Test::In(values) => value.is_some_and(|value| values.contains(&value)),
            Test::NotIn(values) => value.is_none_or(|value| !values.contains(&value)),
            Test::Exists => value.is_some(),
            Test::Missing => value.is_none(),
        }
    }
}

/// The conditions of a selector, which are divided by commas outside parentheses.
fn conditions(text: &str) -> Result<Vec<Condition>, String> {
    let mut parts = vec![String::new()];
    let mut inside = false;
    for c in text.chars() {
        inside = (inside || c == '(') && c != ')';
        match parts.last_mut() {
            Some(part) if c != ',' || inside => part.push(c),
            _ => parts.push(String::new()),
        }
    }
    if parts.len() > MAX_CONDITIONS {
        return Err(format!("a selector has more than {MAX_CONDITIONS} conditions"));
    }
    let parts = parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty());
    parts.map(condition).collect()
}

fn condition(text: &str) -> Result<Condition, String> {
    let made = |key: &str, test| Condition { key: key.trim().to_owned(), test };
    if let Some(key) = text.strip_prefix('!') {
        return Ok(made(key, Test::Missing));
    }
    if let Some((head, list)) = text.split_once('(') {
        let values = list.trim_end_matches(')').split(',').map(|v| v.trim().to_owned()).collect();
        let mut words = head.split_whitespace();
        return match (words.next(), words.next()) {
            (Some(key), Some("in")) => Ok(made(key, Test::In(values))),
            (Some(key), Some("notin")) => Ok(made(key, Test::NotIn(values))),
            _ => Err(format!("`{text}` is no condition of a selector")),
        };
    }
    let value = |value: &str| vec![value.trim().to_owned()];
    if let Some((key, not)) = text.split_once("!=") {
        return Ok(made(key, Test::NotIn(value(not))));
    }
    if let Some((key, is)) = text.split_once("==").or_else(|| text.split_once('=')) {
        return Ok(made(key, Test::In(value(is))));
    }
    Ok(made(text, Test::Exists))
}
