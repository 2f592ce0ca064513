//! What counts when something is empty?

use crate::domain::helm::value::Value;

use super::{ANY, Function, function};

pub(super) const TABLE: &[Function] = &[
    function("default", 1, 2, |a| {
        Ok(if a.any(1).truth() { a.any(1).clone() } else { a.any(0).clone() })
    }),
    function("empty", 1, 1, |a| Ok(Value::Bool(!a.any(0).truth()))),
    function("coalesce", 0, ANY, |a| {
        Ok(a.values.iter().find(|value| value.truth()).cloned().unwrap_or(Value::Nil))
    }),
    function("all", 0, ANY, |a| Ok(Value::Bool(a.values.iter().all(Value::truth)))),
    function("any", 0, ANY, |a| Ok(Value::Bool(a.values.iter().any(Value::truth)))),
    function("ternary", 3, 3, |a| Ok(if a.bool(2)? { a.any(0).clone() } else { a.any(1).clone() })),
    function("not", 1, 1, |a| Ok(Value::Bool(!a.any(0).truth()))),
];
