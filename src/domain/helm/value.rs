//! What is a value in a template? Go's dynamic values, as far as charts meet them.
//!
//! Lists are never changed in place by any function of Helm, so they are shared. Maps are changed
//! in place (`set`, `unset`, `merge`) and charts count on everyone seeing it, so they are cells.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::ops::Deref;
use std::rc::Rc;

use serde_json::Value as Json;

/// A map that everyone who holds it sees change. Sorted, as Go prints and ranges over maps.
pub(super) type Map = BTreeMap<Rc<str>, Value>;
/// A [`Map`], shared.
pub(super) type MapRef = Rc<MapCell>;

/// The cell around a [`Map`]. Values may nest deeper than the stack: they are dropped one by one.
#[derive(Debug, Default)]
pub(super) struct MapCell(RefCell<Map>);

/// The items of a list; dropped as [`MapCell`] is.
#[derive(Debug, Default)]
pub(super) struct Items(Vec<Value>);

impl Deref for MapCell {
    type Target = RefCell<Map>;

    fn deref(&self) -> &RefCell<Map> {
        &self.0
    }
}

impl Deref for Items {
    type Target = Vec<Value>;

    fn deref(&self) -> &Vec<Value> {
        &self.0
    }
}

impl Drop for MapCell {
    fn drop(&mut self) {
        drop_flat(std::mem::take(self.0.get_mut()).into_values().collect());
    }
}

impl Drop for Items {
    fn drop(&mut self) {
        drop_flat(std::mem::take(&mut self.0));
    }
}

fn drop_flat(mut values: Vec<Value>) {
    while let Some(value) = values.pop() {
        match value {
            Value::List(items) => {
                values.extend(
                    Rc::into_inner(items)
                        .into_iter()
                        .flat_map(|mut items| std::mem::take(&mut items.0)),
                );
            }
            Value::Map(map) => {
                let inner = Rc::into_inner(map).map(|mut map| std::mem::take(map.0.get_mut()));
                values.extend(inner.into_iter().flat_map(Map::into_values));
            }
            Value::Nil
            | Value::Bool(_)
            | Value::Int(_)
            | Value::Int64(_)
            | Value::Float(_)
            | Value::Str(_)
            | Value::Host(_) => {}
        }
    }
}

/// A value.
#[derive(Debug, Clone)]
pub(super) enum Value {
    /// Go's nil: an absent key, too.
    Nil,
    Bool(bool),
    /// Go's `int`: literals, `len`, `until`.
    Int(i64),
    /// Go's `int64`: what arithmetic gives.
    Int64(i64),
    /// Go's `float64`: every number of a values file.
    Float(f64),
    Str(Rc<str>),
    List(Rc<Items>),
    Map(MapRef),
    Host(Host),
}

/// What Helm puts into the context besides plain values: things with methods.
#[derive(Debug, Clone)]
pub(super) enum Host {
    /// `.Files`: paths within the chart, and their text when it was fetched.
    Files(Rc<BTreeMap<String, Option<Rc<str>>>>),
    /// `.Capabilities.APIVersions`.
    ApiVersions,
    /// `.Capabilities.KubeVersion`.
    KubeVersion,
    /// `now`, and what is made of it.
    Time,
}

impl Value {
    pub(super) fn str(text: impl Into<Rc<str>>) -> Self {
        Self::Str(text.into())
    }

    pub(super) fn list(items: Vec<Value>) -> Self {
        Self::List(Rc::new(Items(items)))
    }

    pub(super) fn map(map: Map) -> Self {
        Self::Map(Rc::new(MapCell(RefCell::new(map))))
    }

    /// A map of given entries.
    pub(super) fn of<const N: usize>(entries: [(&str, Value); N]) -> Self {
        Self::map(entries.into_iter().map(|(key, value)| (Rc::from(key), value)).collect())
    }

    /// What `if`, `and`, `or`, `not`, `default` and `empty` ask: Go's `template.IsTrue`.
    pub(super) fn truth(&self) -> bool {
        match self {
            Self::Nil => false,
            Self::Bool(value) => *value,
            Self::Int(number) | Self::Int64(number) => *number != 0,
            Self::Float(number) => *number != 0.0,
            Self::Str(text) => !text.is_empty(),
            Self::List(items) => !items.is_empty(),
            Self::Map(map) => !map.borrow().is_empty(),
            Self::Host(Host::Files(files)) => !files.is_empty(),
            Self::Host(_) => true,
        }
    }

    /// As Go's `%T` names it. Which list or map it is in Go is not kept.
    pub(super) fn type_name(&self) -> &'static str {
        match self {
            Self::Nil => "<nil>",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Int64(_) => "int64",
            Self::Float(_) => "float64",
            Self::Str(_) => "string",
            Self::List(_) => "[]interface {}",
            Self::Map(_) => "map[string]interface {}",
            Self::Host(Host::Files(_)) => "engine.files",
            Self::Host(Host::ApiVersions) => "chartutil.VersionSet",
            Self::Host(Host::KubeVersion) => "chartutil.KubeVersion",
            Self::Host(Host::Time) => "time.Time",
        }
    }

    /// As Go's `reflect.Kind` names it.
    pub(super) fn kind_name(&self) -> &'static str {
        match self {
            Self::Nil => "invalid",
            Self::List(_) | Self::Host(Host::ApiVersions) => "slice",
            Self::Map(_) | Self::Host(Host::Files(_)) => "map",
            Self::Host(Host::KubeVersion | Host::Time) => "struct",
            Self::Bool(_) | Self::Int(_) | Self::Int64(_) | Self::Float(_) | Self::Str(_) => {
                self.type_name()
            }
        }
    }

    /// A parsed document: numbers become `float64`, as Helm reads YAML and JSON. The loader has
    /// bounded its depth.
    pub(super) fn of_json(json: &Json) -> Self {
        match json {
            Json::Null => Self::Nil,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Self::Float(number.as_f64().unwrap_or(0.0)),
            Json::String(text) => Self::str(text.as_str()),
            Json::Array(items) => Self::list(items.iter().map(Self::of_json).collect()),
            Json::Object(map) => {
                let entry =
                    |(key, value): (&String, &Json)| (Rc::from(key.as_str()), Self::of_json(value));
                Self::map(map.iter().map(entry).collect())
            }
        }
    }
}

/// A float that is a whole number, as one. Beyond 2^53 a float is not exact any more.
pub(super) fn whole(number: f64) -> Option<i64> {
    (number.fract() == 0.0 && number.abs() < 9_007_199_254_740_992.0).then_some(number as i64)
}
