//! Which values does a chart see? Those of its user over its own, down into its charts: Helm's
//! `CoalesceValues` and `MergeValues`, rule by rule.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::chart::Chart;

type Table = Map<String, Value>;

/// What all charts see alike.
const GLOBAL: &str = "global";

/// Puts the values of a chart and of those within it under `dest`. `merge` keeps nulls; without
/// it, a null takes away what a chart sets by default.
pub(super) fn coalesce(chart: &Chart, dest: &mut Table, merge: bool) {
    own(chart, dest, merge);
    for inner in &chart.charts {
        let globals = dest.get(GLOBAL).and_then(Value::as_object).cloned();
        let below = dest.entry(&*inner.name).or_insert_with(|| Value::Object(Map::new()));
        // Helm refuses a value that is no table here; so does rendering, where it is read.
        let Value::Object(below) = below else { continue };
        global(below, globals.unwrap_or_default());
        coalesce(inner, below, merge);
    }
}

fn own(chart: &Chart, dest: &mut Table, merge: bool) {
    for (key, value) in &chart.values {
        let mut value = value.clone();
        match (dest.get_mut(key), &mut value) {
            (Some(Value::Null), _) if !merge => {
                dest.remove(key);
            }
            (Some(Value::Object(dest)), Value::Object(own)) => {
                let merge = merge || chart.charts.iter().any(|inner| &*inner.name == key);
                if !merge {
                    without_nulls(own);
                }
                tables(dest, std::mem::take(own), merge);
            }
            (Some(_), _) => {}
            (None, Value::Null) if !merge => {}
            (None, own) => {
                if let (Value::Object(own), false) = (own, merge) {
                    without_nulls(own);
                }
                dest.insert(key.clone(), value);
            }
        }
    }
}

/// Globals come from above and win there over what is below.
fn global(below: &mut Table, from: Table) {
    let known = below.entry(GLOBAL).or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(known) = known else { return };
    for (key, value) in from {
        match (value, known.get_mut(&key)) {
            (Value::Object(mut value), Some(Value::Object(there))) => {
                tables(&mut value, std::mem::take(there), true);
                known.insert(key, Value::Object(value));
            }
            (Value::Object(_), Some(_)) | (_, Some(Value::Object(_))) => {}
            (value, _) => {
                known.insert(key, value);
            }
        }
    }
}

/// Helm's `coalesceTables`: `dest` wins over `from`.
pub(super) fn tables(dest: &mut Table, mut from: Table, merge: bool) {
    let set: BTreeSet<String> =
        from.iter().filter(|(_, value)| !value.is_null()).map(|(key, _)| key.clone()).collect();
    for (key, _) in dest.iter().filter(|(_, value)| value.is_null()) {
        from.insert(key.clone(), Value::Null);
    }
    for (key, value) in from {
        match (dest.get_mut(&key), value) {
            (Some(Value::Null), _) if !merge && set.contains(&key) => {
                dest.remove(&key);
            }
            (None, value) => {
                dest.insert(key, value);
            }
            (Some(Value::Object(dest)), Value::Object(from)) => tables(dest, from, merge),
            (Some(_), _) => {}
        }
    }
}

fn without_nulls(table: &mut Table) {
    table.retain(|_, value| !value.is_null());
    for value in table.values_mut() {
        if let Value::Object(below) = value {
            without_nulls(below);
        }
    }
}
