//! Equal, less, and what is in what: Go's own comparisons.

use std::cmp::Ordering;
use std::rc::Rc;

use crate::domain::helm::budget::{Budget, Fault};
use crate::domain::helm::value::{Host, Value};

use super::{ANY, Args, Function, function};

pub(super) const TABLE: &[Function] = &[
    function("eq", 2, ANY, |a| {
        for other in a.rest(1) {
            if equal(a, a.any(0), other)? {
                return Ok(Value::Bool(true));
            }
        }
        Ok(Value::Bool(false))
    }),
    function("ne", 2, 2, |a| Ok(Value::Bool(!equal(a, a.any(0), a.any(1))?))),
    function("lt", 2, 2, |a| Ok(Value::Bool(order(a)?.is_lt()))),
    function("le", 2, 2, |a| Ok(Value::Bool(order(a)?.is_le()))),
    function("gt", 2, 2, |a| Ok(Value::Bool(order(a)?.is_gt()))),
    function("ge", 2, 2, |a| Ok(Value::Bool(order(a)?.is_ge()))),
    function("len", 1, 1, |a| {
        let length = match a.any(0) {
            Value::Str(text) => text.len(),
            Value::List(items) => items.len(),
            Value::Map(map) => map.borrow().len(),
            Value::Host(Host::Files(files)) => files.len(),
            _ => return Err(a.wrong(0, "a string, a list or a dict")),
        };
        Ok(Value::Int(i64::try_from(length).unwrap_or(i64::MAX)))
    }),
    function("index", 1, ANY, |a| {
        let mut value = a.any(0).clone();
        for key in a.rest(1) {
            value = index(a, &value, key)?;
        }
        Ok(value)
    }),
];

/// Go's basic kinds; what is of none of them is only comparable with nil.
#[derive(PartialEq)]
enum Basic<'v> {
    Bool(bool),
    Int(i64),
    Float(f64),
    Str(&'v str),
    Nil,
    Other,
}

fn basic(value: &Value) -> Basic<'_> {
    match value {
        Value::Nil => Basic::Nil,
        Value::Bool(value) => Basic::Bool(*value),
        Value::Int(number) | Value::Int64(number) => Basic::Int(*number),
        Value::Float(number) => Basic::Float(*number),
        Value::Str(text) => Basic::Str(text),
        Value::List(_) | Value::Map(_) | Value::Host(_) => Basic::Other,
    }
}

fn incompatible(args: &Args<'_>, left: &Value, right: &Value) -> Fault {
    let (left, right) = (left.type_name(), right.type_name());
    args.fault(&format!("cannot compare a value of type {left} with one of type {right}"))
}

fn equal(args: &Args<'_>, left: &Value, right: &Value) -> Result<bool, Fault> {
    args.budget().spend(1)?;
    match (basic(left), basic(right)) {
        (Basic::Nil, Basic::Nil) => Ok(true),
        (Basic::Nil, _) | (_, Basic::Nil) => Ok(false),
        (Basic::Bool(a), Basic::Bool(b)) => Ok(a == b),
        (Basic::Int(a), Basic::Int(b)) => Ok(a == b),
        (Basic::Float(a), Basic::Float(b)) => Ok(a == b),
        (Basic::Str(a), Basic::Str(b)) => {
            args.budget().text(a.len())?;
            Ok(a == b)
        }
        _ => Err(incompatible(args, left, right)),
    }
}

fn order(args: &Args<'_>) -> Result<Ordering, Fault> {
    let (left, right) = (args.any(0), args.any(1));
    let ordering = match (basic(left), basic(right)) {
        (Basic::Int(a), Basic::Int(b)) => Some(a.cmp(&b)),
        (Basic::Float(a), Basic::Float(b)) => a.partial_cmp(&b),
        (Basic::Str(a), Basic::Str(b)) => {
            args.budget().text(a.len())?;
            Some(a.cmp(b))
        }
        _ => None,
    };
    ordering.ok_or_else(|| incompatible(args, left, right))
}

fn index(args: &Args<'_>, value: &Value, key: &Value) -> Result<Value, Fault> {
    match (value, key) {
        (Value::Map(map), Value::Str(key)) => {
            Ok(map.borrow().get(key).cloned().unwrap_or(Value::Nil))
        }
        (Value::List(items), Value::Int(at) | Value::Int64(at)) => usize::try_from(*at)
            .ok()
            .and_then(|at| items.get(at).cloned())
            .ok_or_else(|| args.fault(&format!("is out of range: {at}"))),
        (Value::Str(text), Value::Int(at) | Value::Int64(at)) => usize::try_from(*at)
            .ok()
            .and_then(|at| text.as_bytes().get(at))
            .map(|byte| Value::Int(i64::from(*byte)))
            .ok_or_else(|| args.fault(&format!("is out of range: {at}"))),
        (Value::Nil, _) => Err(args.fault("is asked for something in a value that is not set")),
        (value, key) => {
            let (value, key) = (value.type_name(), key.type_name());
            Err(args.fault(&format!("cannot look up a {key} in a value of type {value}")))
        }
    }
}

/// Go's `reflect.DeepEqual`: types count, so that `1` and `1.0` differ.
pub(super) fn deep_equal(
    left: &Value,
    right: &Value,
    budget: &Budget,
    depth: u32,
) -> Result<bool, Fault> {
    budget.depth(depth)?;
    Ok(match (left, right) {
        (Value::Nil, Value::Nil) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Int(a), Value::Int(b)) | (Value::Int64(a), Value::Int64(b)) => a == b,
        (Value::Float(a), Value::Float(b)) => a == b,
        (Value::Str(a), Value::Str(b)) => {
            budget.text(a.len())?;
            a == b
        }
        (Value::List(a), Value::List(b)) => {
            if a.len() != b.len() {
                return Ok(false);
            }
            for (left, right) in a.iter().zip(b.iter()) {
                if !deep_equal(left, right, budget, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        (Value::Map(a), Value::Map(b)) => {
            if Rc::ptr_eq(a, b) {
                return Ok(true);
            }
            let (a, b) = (a.borrow(), b.borrow());
            if a.len() != b.len() {
                return Ok(false);
            }
            for (key, left) in a.iter() {
                let Some(right) = b.get(key) else { return Ok(false) };
                if !deep_equal(left, right, budget, depth + 1)? {
                    return Ok(false);
                }
            }
            true
        }
        _ => false,
    })
}
