//! Which names exist, and is a single value one that may stand there?

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::shape::{LEVELS, LOCKS, MODES, Shape};
use crate::domain::command::COMMANDS;
use crate::domain::gate::freeze;
use crate::domain::glob;
use crate::domain::ids::PolicyId;
use crate::domain::nearest::unknown_word;
use crate::domain::risk::condition::NAMES;
use crate::domain::risk::coverage::is_expression;

/// What exists, so that misspelt names are found.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Known {
    /// Policies.
    pub policies: Vec<PolicyId>,
    /// Golden paths; `None`: not known here, any name will do.
    pub paths: Option<Vec<String>>,
    /// Parameters with their defaults; `None`: not known here.
    pub parameters: Option<Map<String, Value>>,
}

impl Known {
    /// A value without parts; else a complaint, or `None` for the usual one.
    pub(super) fn scalar(&self, shape: &Shape, value: &Value) -> Result<Value, Option<String>> {
        // YAML 1.1 habits: `off` may have been read as false.
        let off = matches!((shape, value), (Shape::Mode, Value::Bool(false)));
        let text = if off { Some("off") } else { value.as_str() };
        let filled = text.filter(|t| !t.trim().is_empty());
        let is = match shape {
            Shape::Flag => value.is_boolean(),
            Shape::Whole { least, most } => {
                value.as_u64().is_some_and(|n| (*least..=*most).contains(&n))
            }
            Shape::Text => filled.is_some(),
            Shape::Date => filled.is_some_and(|t| t.len() == 10 && t.parse::<NaiveDate>().is_ok()),
            Shape::Choice(words) => filled.is_some_and(|t| words.contains(&t)),
            Shape::Percent => value.as_f64().is_some_and(|n| 0.0 < n && n < 100.0),
            Shape::Moment => filled.is_some_and(|t| freeze::Moment::parse(t).is_some()),
            Shape::Hours => filled.is_some_and(|t| freeze::Hours::parse(t).is_some()),
            Shape::Expression => filled.is_some_and(is_expression),
            Shape::Zone => filled.is_some_and(|t| freeze::zone(t).is_some()),
            Shape::Address => filled.is_some_and(is_address),
            Shape::Mode => filled.is_some_and(|t| MODES.contains(&t)),
            Shape::OneOf(words) => filled.is_some_and(|t| words.contains(&t)),
            Shape::Level => filled.is_some_and(|t| LEVELS.contains(&t)),
            Shape::Glob => {
                let glob = filled.ok_or(None)?;
                glob::check(glob)
                    .map_err(|e| Some(format!("`{}` is not a glob: {e}", clip(glob))))?;
                true
            }
            Shape::Path => return self.path(filled.ok_or(None)?),
            Shape::Policy | Shape::Policies => {
                return self.policy(shape, filled.ok_or(None)?).map_err(Some);
            }
            Shape::Command => return command(filled.ok_or(None)?),
            Shape::Condition => return condition(filled.ok_or(None)?),
            Shape::Lock => return lock(filled.ok_or(None)?),
            _ => false,
        };
        match (is, off) {
            (true, true) => Ok(Value::from("off")),
            (true, false) => Ok(value.clone()),
            (false, _) => Err(None),
        }
    }

    fn path(&self, name: &str) -> Result<Value, Option<String>> {
        match &self.paths {
            Some(known) if !known.iter().any(|k| k == name) => {
                let known: Vec<&str> = known.iter().map(String::as_str).collect();
                Err(Some(unknown_word("golden path", name, &known)))
            }
            _ => Ok(Value::from(name)),
        }
    }

    fn policy(&self, shape: &Shape, text: &str) -> Result<Value, String> {
        let known = &self.policies;
        let is_pattern = matches!(shape, Shape::Policies);
        let pack = text.strip_suffix("/*").filter(|_| is_pattern);
        let exists = match (text, pack) {
            ("*", _) if is_pattern => true,
            (_, Some(pack)) => known.iter().any(|id| id.pack() == pack),
            _ => known.iter().any(|id| id.as_str() == text),
        };
        if exists {
            return Ok(Value::from(text));
        }
        if pack.is_some() {
            let mut packs: Vec<String> =
                known.iter().map(|id| format!("{}/*", id.pack())).collect();
            packs.dedup();
            let packs: Vec<&str> = packs.iter().map(String::as_str).collect();
            return Err(unknown_word("pack", text, &packs));
        }
        let known: Vec<&str> = known.iter().map(PolicyId::as_str).collect();
        Err(unknown_word("policy", text, &known))
    }
}

fn command(text: &str) -> Result<Value, Option<String>> {
    let names: Vec<&str> = COMMANDS.iter().map(|spec| spec.name).collect();
    if names.contains(&text) {
        return Ok(Value::from(text));
    }
    Err(Some(unknown_word("command", text, &names)))
}

fn condition(text: &str) -> Result<Value, Option<String>> {
    if NAMES.contains(&text) {
        return Ok(Value::from(text));
    }
    Err(Some(unknown_word("condition", text, &NAMES)))
}

fn lock(text: &str) -> Result<Value, Option<String>> {
    let named = text.strip_prefix("parameters.").is_some_and(|name| !name.is_empty());
    if named || LOCKS[..4].contains(&text) {
        return Ok(Value::from(text));
    }
    Err(Some(unknown_word("lock", text, &LOCKS)))
}

/// A base address: what would be sent along, or not be sent at all, has no place in it.
fn is_address(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    rest.is_some_and(|rest| {
        let host = rest.split('/').next().unwrap_or_default();
        let plain = |c: char| c.is_ascii_graphic() && !"@?#\\\"<>".contains(c);
        !host.is_empty() && rest.chars().all(plain)
    })
}

/// Enough of a text to be recognised.
pub(super) fn clip(text: &str) -> String {
    text.chars().take(80).collect()
}
