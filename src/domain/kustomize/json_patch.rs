//! A JSON patch (RFC 6902) on values that remember where they were written.
//!
//! Not the crate `json-patch`: that works on plain values, which forget it. It also follows the library that
//! Kustomize uses where that is more lenient than the RFC: `replace` sets a missing key, `copy` takes
//! a missing value for null, places may count from behind (seen with Kustomize 5.5).

use std::sync::Arc;

use serde_json::Value;

use super::Budget;
use super::node::{Body, Node};

/// Deepest nesting that a patch may make.
const MAX_DEPTH: usize = 100;

/// Applies all operations in order.
pub(super) fn apply(
    node: &mut Node,
    operations: &[Node],
    budget: &mut Budget,
) -> Result<(), String> {
    for (number, operation) in operations.iter().enumerate() {
        budget.spend(1)?;
        let word = operation.text_at(&["op"]).unwrap_or("");
        let path = operation.text_at(&["path"]).unwrap_or("");
        one(node, word, path, operation, budget)
            .map_err(|why| format!("operation {} (`{word}` of `{path}`): {why}", number + 1))?;
    }
    Ok(())
}

fn one(
    node: &mut Node,
    word: &str,
    path: &str,
    operation: &Node,
    budget: &mut Budget,
) -> Result<(), String> {
    let tokens = tokens(path)?;
    let value = || operation.get("value").cloned().ok_or_else(|| "it has no `value`".to_owned());
    let from = || self::tokens(operation.text_at(&["from"]).unwrap_or(""));
    match word {
        "add" => add(node, &tokens, value()?, budget),
        "replace" => {
            let value = value()?;
            fits(&tokens, &value, budget)?;
            replace(node, &tokens, value)
        }
        "remove" => remove(node, &tokens).map(drop),
        "move" => {
            let moved = remove(node, &from()?)?;
            add(node, &tokens, moved, budget)
        }
        "copy" => {
            let from = from()?;
            let missing = Node { origin: operation.origin, body: Body::Scalar(Value::Null) };
            let copied = find(node, &from).map_or(missing, |node| node.clone());
            add(node, &tokens, copied, budget)
        }
        "test" => {
            let value = value()?;
            let same = match find(node, &tokens) {
                Ok(found) => found.says(&value, budget)?,
                Err(_) => value.is_null(),
            };
            same.then_some(()).ok_or_else(|| "the object has another value there".to_owned())
        }
        _ => Err("there is no such operation".to_owned()),
    }
}

/// Sets a value that is there; a missing key of a map is set too, as Kustomize does.
fn replace(node: &mut Node, tokens: &[String], value: Node) -> Result<(), String> {
    if let Some((last, way)) = tokens.split_last()
        && let Some(map) = find(node, way)?.map_mut()
    {
        map.insert(last.as_str().into(), value);
        return Ok(());
    }
    *find(node, tokens)? = value;
    Ok(())
}

/// The parts of a pointer, unescaped.
pub(super) fn tokens(path: &str) -> Result<Vec<String>, String> {
    if path.is_empty() {
        return Ok(Vec::new());
    }
    let Some(rest) = path.strip_prefix('/') else {
        return Err("a path must begin with `/`".to_owned());
    };
    Ok(rest.split('/').map(|token| token.replace("~1", "/").replace("~0", "~")).collect())
}

fn fits(tokens: &[String], value: &Node, budget: &mut Budget) -> Result<(), String> {
    let deep = tokens.len() + value.depth(budget)? > MAX_DEPTH;
    if deep { Err(format!("it nests more than {MAX_DEPTH} levels deep")) } else { Ok(()) }
}

fn find<'n>(node: &'n mut Node, tokens: &[String]) -> Result<&'n mut Node, String> {
    let missing = |token: &str| format!("there is no `{token}`");
    tokens.iter().try_fold(node, |node, token| match &mut node.body {
        Body::Map(map) => Arc::make_mut(map).get_mut(token.as_str()).ok_or_else(|| missing(token)),
        Body::List(items) => {
            let at = token.parse::<usize>().map_err(|_| missing(token))?;
            Arc::make_mut(items).get_mut(at).ok_or_else(|| missing(token))
        }
        _ => Err(missing(token)),
    })
}

fn add(node: &mut Node, tokens: &[String], value: Node, budget: &mut Budget) -> Result<(), String> {
    fits(tokens, &value, budget)?;
    let Some((last, way)) = tokens.split_last() else {
        *node = value;
        return Ok(());
    };
    let holder = find(node, way)?;
    if let Some(map) = holder.map_mut() {
        map.insert(last.as_str().into(), value);
        return Ok(());
    }
    let Some(list) = holder.list_mut() else {
        return Err("what it would go into is neither a map nor a list".to_owned());
    };
    let at = if last == "-" { list.len() } else { index(last, list.len() + 1)? };
    if at > list.len() {
        return Err(format!("the list has only {} items", list.len()));
    }
    // Items behind it move: a list is as long as what was paid for it.
    budget.spend((list.len() - at) / 50)?;
    list.insert(at, value);
    Ok(())
}

fn remove(node: &mut Node, tokens: &[String]) -> Result<Node, String> {
    let Some((last, way)) = tokens.split_last() else {
        return Err("the whole object cannot be removed".to_owned());
    };
    let holder = find(node, way)?;
    let missing = || format!("there is no `{last}`");
    if let Some(map) = holder.map_mut() {
        return map.remove(last.as_str()).ok_or_else(missing);
    }
    let list = holder.list_mut().ok_or_else(missing)?;
    let at = index(last, list.len())?;
    if at < list.len() { Ok(list.remove(at)) } else { Err(missing()) }
}

/// A place in a list; a negative one counts from behind.
fn index(token: &str, places: usize) -> Result<usize, String> {
    let wrong = || format!("`{token}` is no place in a list");
    match token.strip_prefix('-') {
        None => token.parse().map_err(|_| wrong()),
        Some(back) => {
            let back = back.parse::<usize>().map_err(|_| wrong())?;
            places.checked_sub(back).ok_or_else(wrong)
        }
    }
}
