//! Lists: every function makes a new one.

use crate::domain::helm::budget::Fault;
use crate::domain::helm::show;
use crate::domain::helm::value::{Host, Value};

use super::compare::deep_equal;
use super::numbers::to_int;
use super::{ANY, Args, Function, function};

pub(super) const TABLE: &[Function] = &[
    function("list", 0, ANY, |a| a.items(a.values.to_vec())),
    function("tuple", 0, ANY, |a| a.items(a.values.to_vec())),
    function("first", 1, 1, |a| Ok(a.list(0)?.first().cloned().unwrap_or(Value::Nil))),
    function("mustFirst", 1, 1, |a| Ok(a.list(0)?.first().cloned().unwrap_or(Value::Nil))),
    function("last", 1, 1, |a| Ok(a.list(0)?.last().cloned().unwrap_or(Value::Nil))),
    function("mustLast", 1, 1, |a| Ok(a.list(0)?.last().cloned().unwrap_or(Value::Nil))),
    function("rest", 1, 1, |a| a.items(a.list(0)?.iter().skip(1).cloned().collect())),
    function("mustRest", 1, 1, |a| a.items(a.list(0)?.iter().skip(1).cloned().collect())),
    function("initial", 1, 1, |a| {
        let items = a.list(0)?;
        a.items(items.iter().take(items.len().saturating_sub(1)).cloned().collect())
    }),
    function("append", 2, 2, append),
    function("mustAppend", 2, 2, append),
    function("push", 2, 2, append),
    function("mustPush", 2, 2, append),
    function("prepend", 2, 2, prepend),
    function("mustPrepend", 2, 2, prepend),
    function("concat", 0, ANY, |a| {
        let mut all = Vec::new();
        for index in 0..a.values.len() {
            all.extend(a.list(index)?.iter().cloned());
        }
        a.items(all)
    }),
    function("reverse", 1, 1, |a| a.items(a.list(0)?.iter().rev().cloned().collect())),
    function("mustReverse", 1, 1, |a| a.items(a.list(0)?.iter().rev().cloned().collect())),
    function("compact", 1, 1, |a| {
        a.items(a.list(0)?.iter().filter(|item| item.truth()).cloned().collect())
    }),
    function("mustCompact", 1, 1, |a| {
        a.items(a.list(0)?.iter().filter(|item| item.truth()).cloned().collect())
    }),
    function("uniq", 1, 1, uniq),
    function("mustUniq", 1, 1, uniq),
    function("has", 2, 2, has),
    function("mustHas", 2, 2, has),
    function("without", 1, ANY, without),
    function("mustWithout", 1, ANY, without),
    function("slice", 1, 3, slice),
    function("mustSlice", 1, 3, slice),
    function("chunk", 2, 2, |a| {
        let size = a.count(0)?;
        if size == 0 {
            return Err(a.fault("is asked for pieces of no items"));
        }
        a.items(a.list(1)?.chunks(size).map(|part| Value::list(part.to_vec())).collect())
    }),
    function("sortAlpha", 1, 1, |a| {
        let mut texts = strings(a, 0)?;
        texts.sort_unstable();
        a.items(texts.into_iter().map(Value::str).collect())
    }),
    function("toStrings", 1, 1, |a| a.items(strings(a, 0)?.into_iter().map(Value::str).collect())),
    function("join", 2, 2, |a| {
        let texts = strings(a, 1)?;
        let separators = a.str(0)?.len().saturating_mul(texts.len());
        a.budget().text(separators + texts.iter().map(String::len).sum::<usize>())?;
        a.text(texts.join(a.str(0)?))
    }),
];

/// sprig's `strslice`: a list without its nils, each item as Go prints it.
fn strings(args: &Args<'_>, index: usize) -> Result<Vec<String>, Fault> {
    match args.any(index) {
        Value::Nil => Ok(Vec::new()),
        Value::List(items) => {
            let mut bytes = 0_usize;
            let mut texts = Vec::new();
            for item in items.iter().filter(|item| !matches!(item, Value::Nil)) {
                let text = show::text(item, args.budget())?;
                bytes += text.len();
                args.budget().text(bytes)?;
                texts.push(text);
            }
            Ok(texts)
        }
        Value::Host(Host::ApiVersions) => Ok(Vec::new()),
        _ => Ok(vec![args.shown(index)?]),
    }
}

fn append(args: &Args<'_>) -> Result<Value, Fault> {
    let mut items = args.list(0)?.to_vec();
    items.push(args.any(1).clone());
    args.items(items)
}

fn prepend(args: &Args<'_>) -> Result<Value, Fault> {
    let mut items = vec![args.any(1).clone()];
    items.extend(args.list(0)?.iter().cloned());
    args.items(items)
}

fn contains(args: &Args<'_>, items: &[Value], item: &Value) -> Result<bool, Fault> {
    for other in items {
        if deep_equal(item, other, args.budget(), 0)? {
            return Ok(true);
        }
    }
    Ok(false)
}

fn uniq(args: &Args<'_>) -> Result<Value, Fault> {
    let mut kept: Vec<Value> = Vec::new();
    for item in args.list(0)?.iter() {
        if !contains(args, &kept, item)? {
            kept.push(item.clone());
        }
    }
    args.items(kept)
}

fn has(args: &Args<'_>) -> Result<Value, Fault> {
    match args.any(1) {
        Value::Nil => Ok(Value::Bool(false)),
        _ => Ok(Value::Bool(contains(args, args.list(1)?, args.any(0))?)),
    }
}

fn without(args: &Args<'_>) -> Result<Value, Fault> {
    let mut kept = Vec::new();
    for item in args.list(0)?.iter() {
        if !contains(args, args.rest(1), item)? {
            kept.push(item.clone());
        }
    }
    args.items(kept)
}

fn slice(args: &Args<'_>) -> Result<Value, Fault> {
    let items = args.list(0)?;
    if items.is_empty() {
        return Ok(Value::Nil);
    }
    let end = if args.values.len() > 2 { to_int(args.any(2)) } else { items.len() as i64 };
    let range = usize::try_from(to_int(args.any(1))).ok().zip(usize::try_from(end).ok());
    let part = range.and_then(|(start, end)| items.get(start..end));
    args.items(part.ok_or_else(|| args.fault("is out of range"))?.to_vec())
}
