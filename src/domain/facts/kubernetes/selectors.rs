//! Does a label selector select these labels?

use std::collections::BTreeSet;

use serde_json::Value;

/// Selectors with more conditions, or conditions with more values, are not worked out.
const MAX_CONDITIONS: usize = 50;

/// Whether `selector` (`matchLabels`, `matchExpressions`) selects pods with `labels`; `None` when
/// that cannot be known. `floating` names labels that some tool adds to selectors and pods alike:
/// a condition on one of them that does not hold may hold later. A selector without conditions
/// selects everything.
pub(super) fn selects(
    selector: &Value,
    labels: &Value,
    floating: &BTreeSet<String>,
) -> Option<bool> {
    let selector = selector.as_object()?;
    let none = Vec::new();
    let equal = selector.get("matchLabels").and_then(Value::as_object);
    let expressions = match selector.get("matchExpressions") {
        None | Some(Value::Null) => &none,
        Some(Value::Array(list)) => list,
        Some(_) => return None,
    };
    if equal.map_or(0, serde_json::Map::len) + expressions.len() > MAX_CONDITIONS {
        return None;
    }
    let equal = equal.into_iter().flatten();
    let equal = equal.map(|(key, value)| (key.as_str(), Some(text(labels, key) == value.as_str())));
    let expressions = expressions.iter().map(|e| (key_of(e), expression(e, labels)));
    let mut answer = Some(true);
    for (key, holds) in equal.chain(expressions) {
        match holds {
            Some(true) => {}
            Some(false) if !floating.contains(plain(key)) => return Some(false),
            _ => answer = None,
        }
    }
    answer
}

/// One of `matchExpressions`; `None` when it is malformed.
fn expression(expression: &Value, labels: &Value) -> Option<bool> {
    let value = text(labels, key_of(expression));
    let values = expression.get("values").and_then(Value::as_array);
    let listed = || {
        let values = values.filter(|values| values.len() <= MAX_CONDITIONS)?;
        Some(value.is_some_and(|value| values.iter().any(|v| v.as_str() == Some(value))))
    };
    match expression.get("operator")?.as_str()? {
        "In" => listed(),
        "NotIn" => listed().map(|listed| !listed),
        "Exists" => Some(value.is_some()),
        "DoesNotExist" => Some(value.is_none()),
        _ => None,
    }
}

fn key_of(expression: &Value) -> &str {
    expression.get("key").and_then(Value::as_str).unwrap_or("")
}

fn text<'v>(labels: &'v Value, key: &str) -> Option<&'v str> {
    labels.get(plain(key))?.as_str()
}

/// Cilium writes the source of a label before its key.
fn plain(key: &str) -> &str {
    key.strip_prefix("k8s:").or_else(|| key.strip_prefix("any:")).unwrap_or(key)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn conditions_are_anded() {
        let labels = json!({"app": "api", "tier": "web"});
        let floating = BTreeSet::from(["team".to_owned()]);
        let e = |key: &str, operator: &str, values: Value| json!({"matchExpressions": [{"key": key, "operator": operator, "values": values}]});
        for (selector, expected) in [
            (json!({}), Some(true)),
            (json!({"matchLabels": {"app": "api"}}), Some(true)),
            (json!({"matchLabels": {"any:app": "api"}}), Some(true)),
            (json!({"matchLabels": {"app": "api", "x": "y"}}), Some(false)),
            (json!({"matchLabels": {"team": "y"}}), None),
            (json!({"matchLabels": {"team": "y", "app": "other"}}), Some(false)),
            (e("app", "In", json!(["api", "b"])), Some(true)),
            (e("app", "In", json!(["b"])), Some(false)),
            (e("app", "NotIn", json!(["b"])), Some(true)),
            (e("none", "NotIn", json!(["b"])), Some(true)),
            (e("app", "NotIn", json!(["api"])), Some(false)),
            (e("tier", "Exists", Value::Null), Some(true)),
            (e("tier", "DoesNotExist", Value::Null), Some(false)),
            (e("none", "DoesNotExist", Value::Null), Some(true)),
            (e("app", "Like", json!([])), None),
            (e("app", "In", Value::Null), None),
            (json!(null), None),
        ] {
            assert_eq!(selects(&selector, &labels, &floating), expected, "{selector}");
        }
        assert_eq!(selects(&json!({}), &Value::Null, &floating), Some(true));
    }
}
