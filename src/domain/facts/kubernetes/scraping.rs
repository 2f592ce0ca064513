//! Which Services lead to a workload, and what tells Prometheus to fetch its metrics?
//!
//! A monitor names Services by their labels, a Service names pods by theirs. As everywhere, an
//! object without a namespace may meet those of every namespace.

use serde_json::Value;

use super::super::FactKind;
use super::super::gather::Gather;
use super::joins::{Selection, Selectors};
use super::ports::{Asked, Ports};
use super::rows::{annotations, short};
use super::selectors::selects;
use super::{Missed, Workload};

/// Services and monitors held against each other at most.
const MAX_OBJECTS: usize = 500;
/// Objects told per workload.
const MAX_TOLD: usize = 20;
/// Annotations that ask for scraping when they say `true`.
const ASKING: [&str; 3] =
    ["prometheus.io/scrape", "prometheus.io.scrape", "k8s.grafana.com/scrape"];

/// Services and monitors of the repository.
#[derive(Default)]
pub(super) struct Scraping {
    services: Vec<Service>,
    monitors: Vec<Monitor>,
    too_many: bool,
}

struct Service {
    namespace: Option<String>,
    labels: Value,
    /// As a label selector; `None` for one that leads to no pods.
    selector: Option<Value>,
    ports: Ports,
    asks: bool,
    selection: Selection,
}

struct Monitor {
    /// Namespaces that it looks into; `None` is all, or not known.
    namespaces: Option<Vec<String>>,
    selector: Value,
    /// It selects Services, not pods.
    by_service: bool,
    asked: Asked,
    selection: Selection,
}

impl Scraping {
    /// Takes an object in, when it is one of those.
    pub(super) fn add(&mut self, path: &str, pointer: &str, object: &Value) {
        let text = |at: &str| short(object.pointer(at)?.as_str()?);
        let (Some(kind), Some(version)) = (text("/kind"), text("/apiVersion")) else { return };
        let (path, pointer) = (path.to_owned(), pointer.to_owned());
        let name = text("/metadata/name");
        let namespace = text("/metadata/namespace");
        let selection = Selection { kind, path, pointer, name, certain: true, min_replicas: None };
        let monitor = monitor_kind(&version, &selection.kind);
        if version != "v1" && monitor.is_none() {
            return;
        }
        if self.services.len() + self.monitors.len() >= MAX_OBJECTS {
            self.too_many = true;
        } else if let Some(by_service) = monitor {
            let everything = || Value::Object(serde_json::Map::new());
            let selector = object.pointer("/spec/selector").cloned().unwrap_or_else(everything);
            let namespaces = namespaces(object, &selection.kind, namespace);
            let asked = Asked::of(object, &selection.kind, by_service);
            self.monitors.push(Monitor { namespaces, selector, by_service, asked, selection });
        } else if selection.kind == "Service" {
            let labels = object.pointer("/metadata/labels").cloned().unwrap_or_default();
            let selector = object.pointer("/spec/selector").and_then(Value::as_object);
            let selector = selector.filter(|selector| !selector.is_empty());
            let selector = selector.map(|labels| serde_json::json!({"matchLabels": labels}));
            let asks = asks(object);
            let ports = Ports::of_service(object);
            self.services.push(Service { namespace, labels, selector, ports, asks, selection });
        }
    }

    /// Tells every workload what leads to it and what scrapes it.
    pub(super) fn join(&self, gather: &mut Gather<'_>, selectors: &Selectors) {
        if self.too_many {
            let reason = format!("there are more than {MAX_OBJECTS} Services and monitors");
            gather.gap(FactKind::Kubernetes, None, reason);
            return;
        }
        // Which Services each monitor watches does not depend on the workload.
        let watched: Vec<Vec<Option<bool>>> = self
            .monitors
            .iter()
            .map(|monitor| self.services.iter().map(|s| watches(monitor, s, selectors)).collect())
            .collect();
        let spans = &gather.spans;
        for workload in &mut gather.snapshot.workloads {
            // What one overlay makes is not there when its sibling is.
            let rivals =
                |selection: &Selection| spans.are_rivals(&selection.pointer, &workload.pointer);
            let led: Vec<Option<bool>> = self
                .services
                .iter()
                .map(|s| leads(s, workload, selectors).filter(|_| !rivals(&s.selection)))
                .collect();
            let monitor_is_away: Vec<bool> =
                self.monitors.iter().map(|monitor| rivals(&monitor.selection)).collect();
            for (service, certain) in self.services.iter().zip(&led) {
                if let (Some(certain), true) = (*certain, workload.services.len() < MAX_TOLD) {
                    let selection = Selection { certain, ..service.selection.clone() };
                    if service.asks {
                        workload.scraped_by.push(selection.clone());
                    }
                    workload.services.push(selection);
                }
            }
            let present = self.monitors.iter().zip(&watched).zip(&monitor_is_away);
            let ports = Ports::of_pod(&workload.pod);
            for ((monitor, watched), _) in present.filter(|(_, away)| !**away) {
                // Whether it selects them for certain, and whether it finds its port there.
                let selected: Vec<(bool, Option<bool>)> = if monitor.by_service {
                    let pairs = watched.iter().zip(&led).zip(&self.services);
                    let both = pairs.filter_map(|((a, b), service)| {
                        Some(((*a)? && (*b)?, monitor.asked.find(&service.ports, &ports)))
                    });
                    both.collect()
                } else {
                    let namespace = workload.namespace.as_deref();
                    let sees = sees(monitor, namespace, &workload.pod_labels, selectors);
                    let found = || monitor.asked.find(&Ports::default(), &ports);
                    sees.map(|certain| (certain, found())).into_iter().collect()
                };
                let found =
                    selected.iter().filter_map(|(certain, found)| Some(*certain && (*found)?));
                if let Some(certain) = found.reduce(|a, b| a || b) {
                    if workload.scraped_by.len() < MAX_TOLD {
                        let selection = Selection { certain, ..monitor.selection.clone() };
                        workload.scraped_by.push(selection);
                    }
                } else if !selected.is_empty() && workload.missed_by.len() < MAX_TOLD {
                    let certain = selected.iter().any(|(certain, _)| *certain);
                    let selection = Selection { certain, ..monitor.selection.clone() };
                    let ports = monitor.asked.names();
                    workload.missed_by.push(Missed { selection, ports });
                }
            }
            let own = workload.pod_annotations.iter().any(|(key, value)| asking(key, value));
            if own {
                let kind = "annotation".to_owned();
                let (path, pointer) = (workload.path.clone(), workload.pointer.clone());
                let name = workload.name.clone();
                let certain = true;
                let own = Selection { kind, path, pointer, name, certain, min_replicas: None };
                workload.scraped_by.push(own);
            }
        }
    }
}

/// `Some(true)` for what watches Services, `Some(false)` for what watches pods.
fn monitor_kind(version: &str, kind: &str) -> Option<bool> {
    let group = version.split_once('/')?.0;
    match (group, kind) {
        ("monitoring.coreos.com" | "azmonitoring.coreos.com", "ServiceMonitor") => Some(true),
        ("monitoring.coreos.com" | "azmonitoring.coreos.com", "PodMonitor") => Some(false),
        ("operator.victoriametrics.com", "VMServiceScrape") => Some(true),
        ("operator.victoriametrics.com", "VMPodScrape") => Some(false),
        ("monitoring.googleapis.com", "PodMonitoring" | "ClusterPodMonitoring") => Some(false),
        _ => None,
    }
}

fn namespaces(object: &Value, kind: &str, own: Option<String>) -> Option<Vec<String>> {
    let selector = object.pointer("/spec/namespaceSelector");
    let any = selector.and_then(|s| s.get("any")).and_then(Value::as_bool) == Some(true);
    if any || kind.starts_with("Cluster") {
        return None;
    }
    let names = selector.and_then(|s| s.get("matchNames")).and_then(Value::as_array);
    match names.filter(|names| !names.is_empty()) {
        Some(names) => Some(names.iter().filter_map(|n| short(n.as_str()?)).collect()),
        None => own.map(|own| vec![own]),
    }
}

fn asks(object: &Value) -> bool {
    annotations(object).iter().any(|(key, value)| asking(key, value))
}

fn asking(key: &str, value: &str) -> bool {
    ASKING.contains(&key) && value == "true"
}

fn watches(monitor: &Monitor, service: &Service, selectors: &Selectors) -> Option<bool> {
    if !monitor.by_service {
        return None;
    }
    sees(monitor, service.namespace.as_deref(), &service.labels, selectors)
}

/// Whether a monitor selects what bears these labels: `None` when not, else whether for certain.
fn sees(
    monitor: &Monitor,
    namespace: Option<&str>,
    labels: &Value,
    selectors: &Selectors,
) -> Option<bool> {
    let apart = monitor.namespaces.as_ref().zip(namespace);
    let apart = apart.is_some_and(|(all, own)| !all.iter().any(|name| name == own));
    joined(&monitor.selector, labels, apart, selectors)
}

/// Whether a Service leads to a workload's pods.
fn leads(service: &Service, workload: &Workload, selectors: &Selectors) -> Option<bool> {
    let namespaces = service.namespace.as_ref().zip(workload.namespace.as_ref());
    let apart = namespaces.is_some_and(|(a, b)| a != b);
    joined(service.selector.as_ref()?, &workload.pod_labels, apart, selectors)
}

fn joined(selector: &Value, labels: &Value, apart: bool, selectors: &Selectors) -> Option<bool> {
    if apart && !selectors.moved {
        return None;
    }
    match selects(selector, labels, &selectors.floating) {
        Some(false) => None,
        answer => Some(answer.is_some() && !apart),
    }
}
