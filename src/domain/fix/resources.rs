//! How much a container needs and may take, where nobody said it: as its golden path says.

use serde_json::Value;

use super::Fix;
use super::bench::Bench;
use super::pod::container;
use crate::domain::finding::Finding;

pub(super) const REQUESTS_AND_LIMITS: Fix = Fix {
    policy: "kubernetes/requests_and_limits",
    look_out: "the values are the golden path's (parameters `cpu` and `memory`): compare them with what the program really takes",
    apply,
};

fn apply(bench: &mut Bench<'_>, finding: &Finding) -> Result<String, String> {
    let it = container(bench, finding)?;
    let resources = format!("{}/resources", it.container);
    let asked = it.spot.pointer.strip_prefix(&resources).unwrap_or_default().to_owned();
    // What is missing beside it comes along, in the order in which people write it.
    const FIELDS: [(&str, &str); 3] =
        [("/requests/cpu", "cpu"), ("/requests/memory", "memory"), ("/limits/memory", "memory")];
    if !FIELDS.iter().any(|(field, _)| *field == asked) {
        return Err("how much cpu it may take is yours to say".to_owned());
    }
    let own = bench.value(&it.spot, &resources);
    let is_set = |field: &str| own.pointer(field).is_some_and(|value| !value.is_null());
    for (field, parameter) in FIELDS {
        // A request that is missing is taken from the limit, as Kubernetes does.
        if !is_set(field) && !is_set(&field.replace("requests", "limits")) {
            let literal = amount(bench, parameter, own.pointer("/requests/memory"))?;
            bench.set(&it.spot, &format!("{resources}{field}"), &literal)?;
        }
    }
    let literal = text_of(&bench.value(&it.spot, &it.spot.pointer));
    Ok(format!("sets `resources{}: {literal}`", asked.replace('/', ".")))
}

/// The parameter's amount; of memory the container's own request, when that is more: a limit below
/// the request is refused by Kubernetes.
fn amount(bench: &Bench<'_>, parameter: &str, memory: Option<&Value>) -> Result<String, String> {
    let wanted = bench.parameter(parameter).unwrap_or_default().to_owned();
    let amount = bytes_or_cores(&wanted)
        .ok_or_else(|| format!("the parameter `{parameter}` is no amount"))?;
    let own = memory.filter(|own| parameter == "memory" && !own.is_null()).map(text_of);
    match own.map(|own| (bytes_or_cores(&own), own)) {
        None => Ok(wanted),
        Some((Some(least), own)) if least > amount => Ok(own),
        Some((Some(_), _)) => Ok(wanted),
        Some((None, own)) => Err(format!("its request `{own}` is no amount")),
    }
}

fn text_of(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// A quantity as Kubernetes writes it: `100m`, `256Mi`, `1.5`.
/// <https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/>
fn bytes_or_cores(text: &str) -> Option<f64> {
    const UNITS: [(&str, f64); 11] = [
        ("Ki", 1024.0),
        ("Mi", 1_048_576.0),
        ("Gi", 1_073_741_824.0),
        ("Ti", 1_099_511_627_776.0),
        ("m", 0.001),
        ("k", 1e3),
        ("M", 1e6),
        ("G", 1e9),
        ("T", 1e12),
        ("P", 1e15),
        ("", 1.0),
    ];
    let end = text.find(|c: char| !(c.is_ascii_digit() || c == '.')).unwrap_or(text.len());
    let (number, unit) = text.split_at(end);
    let (_, factor) = UNITS.iter().find(|(name, _)| *name == unit)?;
    Some(number.parse::<f64>().ok()? * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_compared_not_their_words() {
        assert!(bytes_or_cores("1Gi") > bytes_or_cores("512Mi"));
        assert!(bytes_or_cores("1") > bytes_or_cores("100m"));
        assert_eq!(bytes_or_cores("much"), None);
        assert_eq!(bytes_or_cores("1e3"), None);
        assert_eq!(bytes_or_cores(""), None);
    }
}
