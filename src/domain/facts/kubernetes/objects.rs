//! Objects of the tools around workloads: who deploys them, watches them, fills in their secrets,
//! and what was promised of them.

use serde::Serialize;
use serde_json::Value;

use super::super::FactKind;
use super::super::gather::Gather;
use super::rows::{annotations, resource_of, short};

/// More objects than this are not told.
const MAX_OBJECTS: usize = 5_000;

/// What an object is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Argo CD's `Application` and `ApplicationSet`; Flux's sources, `Kustomization`, `HelmRelease`.
    Gitops,
    /// Makes Secrets from a store, from ciphertext, or says where the store is.
    SecretStore,
    /// `Certificate` of cert-manager: it makes a Secret that belongs in no store.
    Certificate,
    /// A service level objective: OpenSLO, Sloth, Pyrra, Google Cloud.
    Slo,
    /// `PrometheusRule`.
    Rules,
    /// OpenTelemetry's operator: `Instrumentation`, a collector, a namespace that is instrumented.
    Instrumentation,
    /// A `ConfigMap` with settings of OpenTelemetry (`OTEL_…`).
    OtelSettings,
    /// A `ConfigMap` or object that holds scrape rules in Prometheus' own language, which are not
    /// worked out.
    ScrapeRules,
    /// Any other `ConfigMap`: one that is read is known.
    Settings,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Object {
    /// The file.
    pub path: String,
    /// To the object.
    pub pointer: String,
    /// `argoproj.io/v1alpha1`; of Sloth's plain file `prometheus/v1`.
    pub api_version: String,
    /// `Application`; of Sloth's plain file `slos`.
    pub kind: String,
    /// `metadata.name`.
    pub name: Option<String>,
    /// `metadata.namespace`.
    pub namespace: Option<String>,
    /// In words: `Application argocd/payments`.
    pub resource: String,
    /// What it is for.
    pub role: Role,
    /// The service of an objective; the Secret that a store or certificate fills.
    pub target: Option<String>,
}

/// Whether a text may be Sloth's own file, which is no Kubernetes object.
pub(super) fn like_a_sloth_file(text: &str) -> bool {
    text.contains("prometheus/v1") && text.contains("slos")
}

/// Adds the row of an object, when it is one of those.
pub(super) fn add(gather: &mut Gather<'_>, path: &str, pointer: &str, object: &Value) {
    let text = |at: &str| short(object.pointer(at)?.as_str()?);
    let is_sloth = object.get("slos").is_some_and(Value::is_array)
        && text("/version").as_deref() == Some("prometheus/v1");
    let (api_version, kind) = if is_sloth {
        ("prometheus/v1".to_owned(), "slos".to_owned())
    } else {
        let (Some(version), Some(kind)) = (text("/apiVersion"), text("/kind")) else { return };
        (version, kind)
    };
    let group = api_version.rsplit_once('/').map_or("", |(group, _)| group);
    let Some(role) = (if is_sloth { Some(Role::Slo) } else { role(group, &kind, object) }) else {
        return;
    };
    if gather.snapshot.objects.len() >= MAX_OBJECTS {
        let reason = format!("there are more than {MAX_OBJECTS} objects of tools");
        gather.gap(FactKind::Kubernetes, None, reason);
        return;
    }
    let named = ["/spec/target/name", "/spec/secretName", "/spec/service", "/service"];
    let (name, namespace) = (text("/metadata/name"), text("/metadata/namespace"));
    let shown = name.clone().or_else(|| text("/service"));
    let target = named.iter().find_map(|at| text(at)).or_else(|| name.clone());
    let resource = resource_of(&kind, namespace.as_deref(), shown.as_deref());
    gather.snapshot.objects.push(Object {
        path: path.to_owned(),
        pointer: pointer.to_owned(),
        api_version,
        kind,
        name,
        namespace,
        resource,
        role,
        target,
    });
}

fn role(group: &str, kind: &str, object: &Value) -> Option<Role> {
    let role = match (group, kind) {
        ("argoproj.io", "Application" | "ApplicationSet")
        | ("kustomize.toolkit.fluxcd.io", "Kustomization")
        | ("helm.toolkit.fluxcd.io", "HelmRelease")
        | ("source.toolkit.fluxcd.io", "GitRepository" | "OCIRepository") => Role::Gitops,
        ("external-secrets.io", _)
        | ("bitnami.com", "SealedSecret")
        | ("secrets-store.csi.x-k8s.io", "SecretProviderClass")
        | ("secrets.hashicorp.com", _)
        | ("isindir.github.com", "SopsSecret")
        | ("ricoberger.de", "VaultSecret")
        | ("redhatcop.redhat.io", "VaultSecret")
        | ("vault.banzaicloud.com", _)
        | ("spv.no", "AzureKeyVaultSecret")
        | ("onepassword.com", "OnePasswordItem")
        | ("secrets.infisical.com", _)
        | ("secrets.doppler.com", _)
        | ("k8s.bitwarden.com", _) => Role::SecretStore,
        ("cert-manager.io", "Certificate") => Role::Certificate,
        ("openslo", "SLO") | ("openslo.com", "SLO") => Role::Slo,
        ("sloth.slok.dev", "PrometheusServiceLevel")
        | ("pyrra.dev", "ServiceLevelObjective")
        | ("monitoring.cnrm.cloud.google.com", "MonitoringServiceLevelObjective")
        | ("n9" | "n9.com", "SLO") => Role::Slo,
        ("monitoring.coreos.com", "PrometheusRule") => Role::Rules,
        ("monitoring.coreos.com", "ScrapeConfig" | "Probe")
        | ("operator.victoriametrics.com", "VMScrapeConfig" | "VMStaticScrape" | "VMProbe") => {
            Role::ScrapeRules
        }
        ("opentelemetry.io", "Instrumentation" | "OpenTelemetryCollector") => Role::Instrumentation,
        ("", "Namespace") if is_instrumented(object) => Role::Instrumentation,
        ("", "ConfigMap") => return Some(settings(object)),
        _ => return None,
    };
    Some(role)
}

fn is_instrumented(object: &Value) -> bool {
    let annotations = annotations(object);
    annotations.iter().any(|(key, value)| {
        key.starts_with("instrumentation.opentelemetry.io/inject-") && value != "false"
    })
}

fn settings(object: &Value) -> Role {
    let data = || object.get("data").and_then(Value::as_object).into_iter().flatten();
    let says =
        |word: &str| data().any(|(_, value)| value.as_str().is_some_and(|v| v.contains(word)));
    if data().any(|(key, _)| key.starts_with("OTEL_")) || says("OTEL_EXPORTER_") {
        Role::OtelSettings
    } else if says("scrape_configs") {
        Role::ScrapeRules
    } else {
        Role::Settings
    }
}
