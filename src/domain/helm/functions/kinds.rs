//! What kind of value is it?

use crate::domain::helm::value::Value;

use super::compare::deep_equal;
use super::{Function, function};

pub(super) const TABLE: &[Function] = &[
    function("typeOf", 1, 1, |a| Ok(Value::str(a.any(0).type_name()))),
    function("typeIs", 2, 2, |a| Ok(Value::Bool(**a.str(0)? == *a.any(1).type_name()))),
    function("typeIsLike", 2, 2, |a| {
        let (target, name) = (a.str(0)?, a.any(1).type_name());
        Ok(Value::Bool(**target == *name || target.strip_prefix('*') == Some(name)))
    }),
    function("kindOf", 1, 1, |a| Ok(Value::str(a.any(0).kind_name()))),
    function("kindIs", 2, 2, |a| Ok(Value::Bool(**a.str(0)? == *a.any(1).kind_name()))),
    function("deepEqual", 2, 2, |a| {
        Ok(Value::Bool(deep_equal(a.any(0), a.any(1), a.budget(), 0)?))
    }),
];
