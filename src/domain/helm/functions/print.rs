//! `print`, `println` and `printf`; the verbs of `printf` are gotmpl's.

use std::fmt::Write as _;

use gotmpl::{Template, Value as Printed, tmap};

use crate::domain::helm::budget::Fault;
use crate::domain::helm::show;
use crate::domain::helm::value::Value;

use super::{ANY, Args, Function, function};

pub(super) const TABLE: &[Function] = &[
    function("print", 0, ANY, |a| {
        let mut out = String::new();
        let mut before: Option<&Value> = None;
        for value in a.values {
            // Go puts a space between two operands when neither is a string.
            let text = |value: &Value| matches!(value, Value::Str(_));
            if before.is_some_and(|before| !text(before) && !text(value)) {
                out.push(' ');
            }
            show::show(value, &mut out, a.budget(), 0)?;
            before = Some(value);
        }
        a.text(out)
    }),
    function("println", 0, ANY, |a| {
        let mut out = String::new();
        for (index, value) in a.values.iter().enumerate() {
            if index > 0 {
                out.push(' ');
            }
            show::show(value, &mut out, a.budget(), 0)?;
        }
        out.push('\n');
        a.text(out)
    }),
    function("printf", 1, ANY, printf),
    function("html", 1, ANY, |a| escaped(a, gotmpl::html_escape)),
    function("js", 1, ANY, |a| escaped(a, gotmpl::js_escape)),
    function("urlquery", 1, ANY, |a| escaped(a, gotmpl::url_encode)),
];

fn printf(args: &Args<'_>) -> Result<Value, Fault> {
    let format = args.str(0)?;
    // The crate gives its functions to templates only.
    let mut call = "{{ printf .format".to_owned();
    let mut values = Vec::new();
    let mut longest = 32;
    for value in args.rest(1) {
        let printed = match value {
            Value::Nil => Printed::Nil,
            Value::Bool(value) => Printed::Bool(*value),
            Value::Int(number) | Value::Int64(number) => Printed::Int(*number),
            // `%v` and `%s` of a float are Go's own affair; the other verbs want the number.
            Value::Float(number) if !format.contains("%v") => Printed::Float(*number),
            other => {
                let text = show::text(other, args.budget())?;
                longest = longest.max(text.len());
                Printed::from(text)
            }
        };
        let _ = write!(call, " (index .args {})", values.len());
        values.push(printed);
    }
    args.budget().text(widest(format, longest))?;
    call.push_str(" }}");
    let data = tmap! { "format" => &**format, "args" => values };
    let printed = Template::new("printf").parse(&call).and_then(|t| t.execute_to_string(&data));
    args.text(printed.map_err(|_| args.fault("cannot print that"))?)
}

/// No result is longer: each verb may repeat the longest argument, escaped (`%q`, `%x`), or be
/// padded to any width that it can name.
fn widest(format: &str, longest: usize) -> usize {
    const WIDEST: usize = 65_535;
    let mut bytes = format.len();
    for verb in format.split('%').skip(1) {
        let spec = verb.split(|c: char| c.is_ascii_alphabetic()).next().unwrap_or("");
        let padded = spec.contains('*') || spec.bytes().filter(u8::is_ascii_digit).count() > 2;
        bytes = bytes.saturating_add(longest.saturating_mul(6));
        bytes = bytes.saturating_add(if padded { 2 * WIDEST } else { 400 });
    }
    bytes
}

fn escaped(args: &Args<'_>, escape: fn(&str) -> String) -> Result<Value, Fault> {
    let mut text = String::new();
    for value in args.values {
        show::show(value, &mut text, args.budget(), 0)?;
    }
    args.budget().text(text.len().saturating_mul(6))?;
    args.text(escape(&text))
}
