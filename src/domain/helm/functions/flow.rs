//! Helm's own: templates in templates, and what stops them.

use crate::domain::helm::budget::Fault;
use crate::domain::helm::value::{Map, Value};

use super::{ANY, Args, Function, function};

pub(super) const TABLE: &[Function] = &[
    function("include", 2, 2, |a| {
        let text = a.engine.include(a.str(0)?, a.any(1))?;
        a.text(text)
    }),
    function("tpl", 2, 2, |a| {
        let text = a.engine.tpl(a.str(0)?, a.any(1))?;
        a.text(text)
    }),
    function("required", 2, 2, |a| match a.any(1) {
        Value::Nil => Err(asked(a)?),
        Value::Str(text) if text.is_empty() => Err(asked(a)?),
        value => Ok(value.clone()),
    }),
    function("fail", 1, 1, |a| Err(asked(a)?)),
    // There is no cluster to look into.
    function("lookup", 4, 4, |_| Ok(Value::map(Map::new()))),
    function("getHostByName", 1, 1, |_| Ok(Value::str(""))),
    function("call", 1, ANY, |a| Err(a.fault("has nothing to call: no value is a function"))),
];

/// The chart's own words.
fn asked(args: &Args<'_>) -> Result<Fault, Fault> {
    const MAX_CHARS: usize = 300;
    let words: String = args.str(0)?.split_whitespace().collect::<Vec<_>>().join(" ");
    let words: String = words.chars().take(MAX_CHARS).collect();
    let mut fault = Fault::new(format!("the chart asks: {words}"));
    fault.asked = true;
    Ok(fault)
}
