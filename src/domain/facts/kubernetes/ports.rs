//! Does a monitor ask for a port that is there? One that nobody declares is never fetched, and
//! nothing says so: Prometheus keeps only targets whose port bears the name, or has the number.
//!
//! As prometheus-operator generates its rules (`pkg/prometheus/promcfg.go`, v0.80): of a pod's
//! endpoint `port`, then `portNumber`, then `targetPort` counts, and all of them mean ports that a
//! container declares; of a Service's `port`, which is the name of a port of the Service, then
//! `targetPort`, which a container declares.

use std::collections::BTreeSet;

use serde_json::Value;

use super::rows::short;

/// Endpoints of one monitor, and ports of one object, that are looked at.
const MAX_LISTED: usize = 50;
/// Ports of sidecars that meshes add to pods while these are made: no manifest declares them.
const ADDED_LATER: [&str; 5] = ["http-envoy-prom", "linkerd-admin", "15020", "15090", "4191"];

/// The ports that an object declares.
#[derive(Debug, Clone, Default)]
pub(super) struct Ports {
    /// Names and numbers, as text.
    declared: BTreeSet<String>,
    /// Some of them could not be read.
    unclear: bool,
}

impl Ports {
    /// Those of all containers of a pod; sidecars are init containers, too.
    pub(super) fn of_pod(pod: &Value) -> Self {
        let mut ports = Self::default();
        let lists = ["containers", "initContainers"].map(|list| pod.get(list));
        for container in lists.into_iter().flatten().flat_map(items) {
            ports.read(container.get("ports"), "containerPort");
        }
        ports.unclear |= !pod.get("containers").is_some_and(Value::is_array);
        ports
    }

    /// Those of a Service.
    pub(super) fn of_service(service: &Value) -> Self {
        let mut ports = Self::default();
        ports.read(service.pointer("/spec/ports"), "port");
        ports
    }

    fn read(&mut self, list: Option<&Value>, number: &str) {
        let Some(list) = list.filter(|list| !list.is_null()) else { return };
        self.unclear |= !list.is_array() || items(list).count() == MAX_LISTED;
        for port in items(list) {
            match port.get("name") {
                None | Some(Value::Null) => {}
                Some(Value::String(name)) if is_plain(name) => {
                    self.declared.insert(name.clone());
                }
                Some(_) => self.unclear = true,
            }
            match port.get(number).and_then(Value::as_u64) {
                Some(number) => _ = self.declared.insert(number.to_string()),
                None => self.unclear = true,
            }
        }
    }
}

/// What the endpoints of a monitor ask for.
#[derive(Debug, Clone)]
pub(super) struct Asked(Vec<Endpoint>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Endpoint {
    /// Every port, or none is needed.
    Any,
    /// A port of the Service.
    OfService(String),
    /// A port that a container declares.
    OfPod(String),
    /// It cannot be worked out.
    Unclear,
}

impl Asked {
    /// Reads a monitor; `by_service`: it watches Services, not pods.
    pub(super) fn of(object: &Value, kind: &str, by_service: bool) -> Self {
        let list = ["/spec/endpoints", "/spec/podMetricsEndpoints"];
        let list = list.iter().find_map(|pointer| object.pointer(pointer));
        let google = matches!(kind, "PodMonitoring" | "ClusterPodMonitoring");
        Self(list.into_iter().flat_map(items).map(|e| endpoint(e, by_service, google)).collect())
    }

    /// Whether one of the endpoints finds its port: `None` when none does, else whether that is
    /// certain. A monitor without endpoints is not understood, and so not judged.
    pub(super) fn find(&self, service: &Ports, pod: &Ports) -> Option<bool> {
        let has = |ports: &Ports, port: &str, added: bool| {
            let may = ports.unclear || (added && ADDED_LATER.contains(&port));
            ports.declared.contains(port).then_some(true).or(may.then_some(false))
        };
        let found = self.0.iter().filter_map(|endpoint| match endpoint {
            Endpoint::Any => Some(true),
            Endpoint::OfService(port) => has(service, port, false),
            Endpoint::OfPod(port) => has(pod, port, true),
            Endpoint::Unclear => Some(false),
        });
        match self.0.is_empty() {
            true => Some(true),
            false => found.reduce(|a, b| a || b),
        }
    }

    /// The ports that are asked for, each once, in order.
    pub(super) fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for endpoint in &self.0 {
            if let Endpoint::OfService(port) | Endpoint::OfPod(port) = endpoint
                && !names.contains(port)
            {
                names.push(port.clone());
            }
        }
        names
    }
}

fn endpoint(endpoint: &Value, by_service: bool, google: bool) -> Endpoint {
    if !endpoint.is_object() {
        return Endpoint::Unclear;
    }
    let said = |key: &str| {
        let value = endpoint.get(key).filter(|value| !value.is_null())?;
        (value.as_str() != Some("")).then_some(value)
    };
    let named = |value: &Value, wrap: fn(String) -> Endpoint| match value {
        Value::String(name) if is_plain(name) => wrap(name.clone()),
        Value::Number(number) => wrap(number.to_string()),
        _ => Endpoint::Unclear,
    };
    let of_pod = |value: &Value| named(value, Endpoint::OfPod);
    match (said("port"), said("portNumber"), said("targetPort")) {
        // Google's takes a number as it is, declared or not.
        (Some(Value::Number(_)), _, _) if google => Endpoint::Any,
        (Some(port), _, _) if by_service => named(port, Endpoint::OfService),
        (Some(port), _, _) => of_pod(port),
        (None, Some(port), _) if !by_service => of_pod(port),
        (None, _, Some(port)) => of_pod(port),
        _ => Endpoint::Any,
    }
}

fn items(list: &Value) -> impl Iterator<Item = &Value> {
    list.as_array().into_iter().flatten().take(MAX_LISTED)
}

/// A name that stands for itself, and not for what some tool puts there.
fn is_plain(name: &str) -> bool {
    short(name).is_some() && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn pod() -> Ports {
        Ports::of_pod(&json!({"containers": [
            {"ports": [{"name": "http", "containerPort": 8080}, {"containerPort": 9090}]},
            {"name": "no ports"},
        ]}))
    }

    fn service() -> Ports {
        Ports::of_service(
            &json!({"spec": {"ports": [{"name": "web", "port": 80, "targetPort": 8080}]}}),
        )
    }

    fn find(kind: &str, endpoints: Value) -> Option<bool> {
        let by_service = kind == "ServiceMonitor";
        let list = if kind == "PodMonitor" { "podMetricsEndpoints" } else { "endpoints" };
        let object = json!({"spec": {list: endpoints}});
        Asked::of(&object, kind, by_service).find(&service(), &pod())
    }

    #[test]
    fn a_pods_port_is_one_that_a_container_declares() {
        for (endpoint, expected) in [
            (json!({"port": "http"}), Some(true)),
            (json!({"port": "metrics"}), None),
            (json!({"portNumber": 9090}), Some(true)),
            (json!({"portNumber": 9091}), None),
            (json!({"targetPort": 8080}), Some(true)),
            (json!({"targetPort": "http"}), Some(true)),
            (json!({"targetPort": 80}), None),
            // What is named first counts.
            (json!({"port": "metrics", "targetPort": 8080}), None),
            (json!({"path": "/metrics"}), Some(true)),
            (json!({"port": "{{ .Values.port }}"}), Some(false)),
            (json!({"port": "http-envoy-prom"}), Some(false)),
        ] {
            assert_eq!(find("PodMonitor", json!([endpoint])), expected, "{endpoint}");
        }
        assert_eq!(find("PodMonitor", json!([{"port": "x"}, {"port": "http"}])), Some(true));
        assert_eq!(find("PodMonitor", json!([])), Some(true));
        assert_eq!(find("PodMonitoring", json!([{"port": 7}])), Some(true));
        assert_eq!(find("PodMonitoring", json!([{"port": "x"}])), None);
    }

    #[test]
    fn a_services_port_goes_by_its_name() {
        for (endpoint, expected) in [
            (json!({"port": "web"}), Some(true)),
            (json!({"port": "http"}), None),
            (json!({"targetPort": 8080}), Some(true)),
            (json!({"targetPort": 80}), None),
            (json!({}), Some(true)),
        ] {
            assert_eq!(find("ServiceMonitor", json!([endpoint])), expected, "{endpoint}");
        }
    }

    #[test]
    fn what_is_not_written_down_is_not_known() {
        let asked =
            Asked::of(&json!({"spec": {"endpoints": [{"port": "web"}]}}), "PodMonitoring", false);
        for pod in [
            json!({"containers": "{{ x }}"}),
            json!({"containers": [{"ports": "$PORTS"}]}),
            json!({"containers": [{"ports": [{"name": "$NAME", "containerPort": 1}]}]}),
            json!({}),
        ] {
            assert_eq!(asked.find(&Ports::default(), &Ports::of_pod(&pod)), Some(false), "{pod}");
        }
        let none = Ports::of_pod(&json!({"containers": [{"ports": null}]}));
        assert_eq!(asked.find(&Ports::default(), &none), None);
        assert_eq!(asked.names(), ["web"]);
    }
}
