//! Which requests and limits of CPU and memory are in force for a container?

use std::collections::BTreeMap;

use serde_json::Value;

use super::Setting;

/// `requests.cpu`, `limits.memory`, … → what is in force. Kubernetes takes a missing request from
/// the limit, and a container shares what its pod sets (`spec.resources`, since 1.34).
pub(super) fn resources(
    pod: &Value,
    pod_pointer: &str,
    container: &Value,
    pointer: &str,
) -> BTreeMap<String, Setting> {
    let mut found = BTreeMap::new();
    let levels = [(container, pointer, "container"), (pod, pod_pointer, "pod")];
    for name in ["cpu", "memory"] {
        for (of, own) in [("limits", "limits"), ("requests", "requests"), ("requests", "limits")] {
            for (object, at, from) in levels {
                let value = object.get("resources").and_then(|all| all.get(own)?.get(name));
                let Some(value) = value.filter(|value| is_quantity(value)) else { continue };
                found.entry(format!("{of}.{name}")).or_insert_with(|| Setting {
                    value: value.clone(),
                    pointer: format!("{at}/resources/{own}/{name}"),
                    from,
                });
            }
        }
    }
    found
}

/// A number or a short text; anything else sets nothing.
fn is_quantity(value: &Value) -> bool {
    value.is_number() || value.as_str().is_some_and(|text| !text.is_empty() && text.len() <= 100)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_request_falls_back_to_the_limit_and_to_the_pod() {
        let container = json!({"resources": {"limits": {"cpu": 1, "memory": "1Gi"},
            "requests": {"memory": "64Mi", "cpu": null}}});
        let got = resources(&json!({}), "/spec", &container, "/c");
        let shown: Vec<String> = got.iter().map(|(k, s)| format!("{k} {}", s.pointer)).collect();
        assert_eq!(
            shown,
            [
                "limits.cpu /c/resources/limits/cpu",
                "limits.memory /c/resources/limits/memory",
                "requests.cpu /c/resources/limits/cpu",
                "requests.memory /c/resources/requests/memory",
            ]
        );
        let pod = json!({"resources": {"limits": {"memory": "1Gi"}}});
        let got = resources(&pod, "/spec", &json!({"resources": null}), "/c");
        assert_eq!(got["requests.memory"].from, "pod");
        assert_eq!(got.len(), 2);
    }
}
