//! Regular expressions: Go's and this crate's syntax agree on what charts use; neither backtracks.

use regex::{Regex, RegexBuilder};

use crate::domain::helm::budget::Fault;
use crate::domain::helm::value::Value;

use super::{Args, Function, function};

/// Largest compiled expression, in bytes.
const MAX_COMPILED_BYTES: usize = 256 * 1024;
/// Longest expression, in bytes.
const MAX_PATTERN_BYTES: usize = 4_096;
/// Steps that compiling one costs.
const COMPILE_STEPS: u64 = 2_000;

pub(super) const TABLE: &[Function] = &[
    function("regexMatch", 2, 2, |a| {
        // Go's answer for an expression that it cannot read is no.
        Ok(Value::Bool(compiled(a).is_ok_and(|found| found.is_match(a.str(1).map_or("", |t| t)))))
    }),
    function("mustRegexMatch", 2, 2, |a| Ok(Value::Bool(compiled(a)?.is_match(a.str(1)?)))),
    function("regexFind", 2, 2, find),
    function("mustRegexFind", 2, 2, find),
    function("regexFindAll", 3, 3, find_all),
    function("mustRegexFindAll", 3, 3, find_all),
    function("regexReplaceAll", 3, 3, |a| replace(a, false)),
    function("mustRegexReplaceAll", 3, 3, |a| replace(a, false)),
    function("regexReplaceAllLiteral", 3, 3, |a| replace(a, true)),
    function("mustRegexReplaceAllLiteral", 3, 3, |a| replace(a, true)),
    function("regexSplit", 3, 3, split),
    function("mustRegexSplit", 3, 3, split),
    function("regexQuoteMeta", 1, 1, |a| a.text(regex::escape(a.str(0)?))),
];

fn compiled(args: &Args<'_>) -> Result<Regex, Fault> {
    let pattern = args.str(0)?;
    args.budget().spend(COMPILE_STEPS)?;
    if pattern.len() > MAX_PATTERN_BYTES {
        return Err(args.fault(&format!("has an expression of over {MAX_PATTERN_BYTES} bytes")));
    }
    // What is searched costs more than what is copied.
    args.budget().text(args.str(1)?.len().saturating_mul(4))?;
    let built = RegexBuilder::new(pattern).size_limit(MAX_COMPILED_BYTES).build();
    built.map_err(|_| args.fault("has an expression that cannot be read"))
}

fn find(args: &Args<'_>) -> Result<Value, Fault> {
    let found = compiled(args)?.find(args.str(1)?).map(|found| found.as_str().to_owned());
    args.text(found.unwrap_or_default())
}

/// How many there may be: a negative count means all.
fn at_most(args: &Args<'_>) -> Result<usize, Fault> {
    Ok(usize::try_from(args.int(2)?).unwrap_or(usize::MAX))
}

fn find_all(args: &Args<'_>) -> Result<Value, Fault> {
    let regex = compiled(args)?;
    let found = regex.find_iter(args.str(1)?).take(at_most(args)?);
    args.items(found.map(|found| Value::str(found.as_str())).collect())
}

fn replace(args: &Args<'_>, literal: bool) -> Result<Value, Fault> {
    let (regex, text, with) = (compiled(args)?, args.str(1)?, args.str(2)?);
    // `$1` may repeat the text itself; no replacement is longer than this.
    let longest = with.len().saturating_add(with.matches('$').count().saturating_mul(text.len()));
    let found = regex.find_iter(text).count();
    args.budget().text(text.len().saturating_add(found.saturating_mul(longest)))?;
    if literal {
        args.text(regex.replace_all(text, regex::NoExpand(with)).into_owned())
    } else {
        args.text(regex.replace_all(text, &**with).into_owned())
    }
}

fn split(args: &Args<'_>) -> Result<Value, Fault> {
    let (regex, text) = (compiled(args)?, args.str(1)?);
    let parts: Vec<Value> = regex.splitn(text, at_most(args)?).map(Value::str).collect();
    args.items(parts)
}
