//! Maps: `set`, `unset` and `merge` change them in place, and charts count on it.

use std::rc::Rc;

use crate::domain::helm::budget::{Budget, Fault};
use crate::domain::helm::show;
use crate::domain::helm::value::{Map, MapRef, Value};

use super::{ANY, Args, Function, function};

pub(super) const TABLE: &[Function] = &[
    function("dict", 0, ANY, |a| {
        let mut map = Map::new();
        for pair in a.values.chunks(2) {
            let Some(key) = pair.first() else { continue };
            let key = show::text(key, a.budget())?;
            map.insert(key.into(), pair.get(1).cloned().unwrap_or_else(|| Value::str("")));
        }
        Ok(Value::map(map))
    }),
    function("get", 2, 2, |a| {
        let found = a.map(0)?.and_then(|map| map.borrow().get(a.str(1).ok()?).cloned());
        a.str(1)?;
        Ok(found.unwrap_or_else(|| Value::str("")))
    }),
    function("hasKey", 2, 2, |a| {
        let key = a.str(1)?;
        Ok(Value::Bool(a.map(0)?.is_some_and(|map| map.borrow().contains_key(key))))
    }),
    function("set", 3, 3, |a| {
        let map = a.map(0)?.ok_or_else(|| a.wrong(0, "a dict"))?;
        a.engine.changes(map);
        map.borrow_mut().insert(Rc::clone(a.str(1)?), a.any(2).clone());
        Ok(a.any(0).clone())
    }),
    function("unset", 2, 2, |a| {
        if let Some(map) = a.map(0)? {
            map.borrow_mut().remove(a.str(1)?);
        }
        Ok(a.any(0).clone())
    }),
    function("keys", 0, ANY, |a| {
        let mut keys = Vec::new();
        for index in 0..a.values.len() {
            let Some(map) = a.map(index)? else { continue };
            keys.extend(map.borrow().keys().map(|key| Value::Str(Rc::clone(key))));
        }
        a.items(keys)
    }),
    function("values", 1, 1, |a| {
        let map = a.map(0)?;
        a.items(map.map(|map| map.borrow().values().cloned().collect()).unwrap_or_default())
    }),
    function("pluck", 1, ANY, |a| {
        let mut found = Vec::new();
        for index in 1..a.values.len() {
            let map = a.map(index)?;
            found.extend(map.and_then(|map| map.borrow().get(a.str(0).ok()?).cloned()));
        }
        a.items(found)
    }),
    function("pick", 1, ANY, |a| chosen(a, true)),
    function("omit", 1, ANY, |a| chosen(a, false)),
    function("dig", 3, ANY, |a| {
        let last = a.values.len() - 1;
        let mut found = a.map(last)?.cloned();
        for index in 0..last - 1 {
            let key = a.str(index)?;
            let next = found.as_ref().and_then(|map| map.borrow().get(key).cloned());
            let Some(next) = next else { return Ok(a.any(last - 1).clone()) };
            if index + 2 == last {
                return Ok(next);
            }
            found = match next {
                Value::Map(map) => Some(map),
                _ => return Err(a.fault(&format!("finds no dict at `{key}`"))),
            };
        }
        Ok(a.any(last - 1).clone())
    }),
    function("deepCopy", 1, 1, |a| copy(a.any(0), a.budget(), 0)),
    function("mustDeepCopy", 1, 1, |a| copy(a.any(0), a.budget(), 0)),
    function("merge", 1, ANY, |a| merged(a, false)),
    function("mustMerge", 1, ANY, |a| merged(a, false)),
    function("mergeOverwrite", 1, ANY, |a| merged(a, true)),
    function("mustMergeOverwrite", 1, ANY, |a| merged(a, true)),
];

fn chosen(args: &Args<'_>, wanted: bool) -> Result<Value, Fault> {
    let mut keys = std::collections::BTreeSet::new();
    for index in 1..args.values.len() {
        // A list of keys is taken where a chart passes one by mistake: Go refuses it.
        keys.insert(Rc::clone(args.str(index)?));
    }
    let Some(map) = args.map(0)? else { return Ok(Value::map(Map::new())) };
    let map = map.borrow();
    let entries = map.iter().filter(|(key, _)| keys.contains(*key) == wanted);
    Ok(Value::map(entries.map(|(key, value)| (Rc::clone(key), value.clone())).collect()))
}

fn copy(value: &Value, budget: &Budget, depth: u32) -> Result<Value, Fault> {
    budget.depth(depth)?;
    Ok(match value {
        Value::List(items) => {
            let items = items.iter().map(|item| copy(item, budget, depth + 1));
            Value::list(items.collect::<Result<_, _>>()?)
        }
        Value::Map(map) => {
            let map = map.borrow();
            let entries = map
                .iter()
                .map(|(key, value)| Ok((Rc::clone(key), copy(value, budget, depth + 1)?)));
            Value::map(entries.collect::<Result<_, Fault>>()?)
        }
        other => other.clone(),
    })
}

fn merged(args: &Args<'_>, overwrite: bool) -> Result<Value, Fault> {
    let target = match args.map(0)? {
        Some(map) => Rc::clone(map),
        None => Rc::default(),
    };
    args.engine.changes(&target);
    for index in 1..args.values.len() {
        if let Some(source) = args.map(index)? {
            merge(&target, source, overwrite, args, 0)?;
        }
    }
    Ok(Value::Map(target))
}

/// mergo's `Merge` and `MergeWithOverwrite` on maps: maps merge into maps; else a value comes over
/// when there is none, when the one there is empty, or when `overwrite`. An unset value comes over
/// only then.
fn merge(
    target: &MapRef,
    source: &MapRef,
    overwrite: bool,
    args: &Args<'_>,
    depth: u32,
) -> Result<(), Fault> {
    args.budget().depth(depth)?;
    if Rc::ptr_eq(target, source) {
        return Ok(());
    }
    let entries: Vec<_> =
        source.borrow().iter().map(|(key, value)| (Rc::clone(key), value.clone())).collect();
    args.budget().items(entries.len())?;
    for (key, value) in entries {
        let there = target.borrow().get(&key).cloned();
        let put = match (&there, &value) {
            (_, Value::Nil) => overwrite,
            (Some(Value::Map(below)), Value::Map(from)) if !below.borrow().is_empty() => {
                args.engine.changes(below);
                merge(below, from, overwrite, args, depth + 1)?;
                false
            }
            (None, _) => true,
            (Some(there), _) => overwrite || !there.truth(),
        };
        if put {
            target.borrow_mut().insert(key, value);
        }
    }
    Ok(())
}
