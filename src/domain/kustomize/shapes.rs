//! Which lists of Kubernetes' own kinds are merged item by item, and by which keys?
//!
//! The table is `x-kubernetes-patch-strategy: merge` with `x-kubernetes-list-map-keys`, or else
//! `x-kubernetes-patch-merge-key`, of the OpenAPI document of Kubernetes 1.21, which is the one
//! that Kustomize carries. All other lists, and those of custom resources, are replaced.

/// What a value is, as far as the merge needs to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shape {
    /// Nothing below is merged item by item.
    Plain,
    /// Of a kind without pods; only its metadata is special.
    Object,
    Meta,
    /// What holds `spec.template`.
    Controller,
    ControllerSpec,
    CronJob,
    CronJobSpec,
    /// `metadata` and a pod's `spec`.
    Pod,
    PodSpec,
    Container,
    EphemeralContainer,
    Service,
    ServiceSpec,
    ServiceAccount,
    Webhooks,
    PodTemplate,
}

use Shape::{
    Container, Controller, ControllerSpec, CronJob, CronJobSpec, EphemeralContainer, Meta, Object,
    Plain, Pod, PodSpec, PodTemplate, Service, ServiceAccount, ServiceSpec, Webhooks,
};

/// A field → what is in it, and by which keys its items are merged; no keys: it is no such list;
/// an empty key: a set of plain values.
const FIELDS: &[(Shape, &str, Shape, &[&str])] = &[
    (Object, "metadata", Meta, &[]),
    (Controller, "metadata", Meta, &[]),
    (Controller, "spec", ControllerSpec, &[]),
    (ControllerSpec, "template", Pod, &[]),
    (CronJob, "metadata", Meta, &[]),
    (CronJob, "spec", CronJobSpec, &[]),
    (CronJobSpec, "jobTemplate", Controller, &[]),
    (Pod, "metadata", Meta, &[]),
    (Pod, "spec", PodSpec, &[]),
    (PodTemplate, "metadata", Meta, &[]),
    (PodTemplate, "template", Pod, &[]),
    (Service, "metadata", Meta, &[]),
    (Service, "spec", ServiceSpec, &[]),
    (ServiceAccount, "metadata", Meta, &[]),
    (Webhooks, "metadata", Meta, &[]),
    (Meta, "finalizers", Plain, &[""]),
    (Meta, "ownerReferences", Plain, &["uid"]),
    (PodSpec, "containers", Container, &["name"]),
    (PodSpec, "initContainers", Container, &["name"]),
    (PodSpec, "ephemeralContainers", EphemeralContainer, &["name"]),
    (PodSpec, "volumes", Plain, &["name"]),
    (PodSpec, "imagePullSecrets", Plain, &["name"]),
    (PodSpec, "hostAliases", Plain, &["ip"]),
    (PodSpec, "topologySpreadConstraints", Plain, &["topologyKey", "whenUnsatisfiable"]),
    (Container, "env", Plain, &["name"]),
    (Container, "ports", Plain, &["containerPort", "protocol"]),
    (Container, "volumeDevices", Plain, &["devicePath"]),
    (Container, "volumeMounts", Plain, &["mountPath"]),
    (EphemeralContainer, "env", Plain, &["name"]),
    (EphemeralContainer, "volumeDevices", Plain, &["devicePath"]),
    (EphemeralContainer, "volumeMounts", Plain, &["mountPath"]),
    (ServiceSpec, "ports", Plain, &["port", "protocol"]),
    (ServiceAccount, "secrets", Plain, &["name"]),
    (Webhooks, "webhooks", Plain, &["name"]),
];

/// Groups whose kinds that OpenAPI document describes.
const GROUPS: [&str; 16] = [
    "",
    "admissionregistration.k8s.io",
    "apiregistration.k8s.io",
    "apps",
    "authentication.k8s.io",
    "authorization.k8s.io",
    "autoscaling",
    "batch",
    "certificates.k8s.io",
    "coordination.k8s.io",
    "discovery.k8s.io",
    "events.k8s.io",
    "networking.k8s.io",
    "policy",
    "rbac.authorization.k8s.io",
    "storage.k8s.io",
];

impl Shape {
    /// Of a whole object.
    pub(super) fn of(api_version: &str, kind: &str) -> Self {
        let (group, version) = api_version.split_once('/').unwrap_or(("", api_version));
        if !GROUPS.contains(&group) || (group == "apps" && version != "v1") {
            return Plain;
        }
        match (group, kind) {
            ("apps", "Deployment" | "StatefulSet" | "DaemonSet" | "ReplicaSet")
            | ("batch", "Job")
            | ("", "ReplicationController") => Controller,
            ("batch", "CronJob") => CronJob,
            ("", "Pod") => Pod,
            ("", "PodTemplate") => PodTemplate,
            ("", "Service") => Service,
            ("", "ServiceAccount") => ServiceAccount,
            (
                "admissionregistration.k8s.io",
                "MutatingWebhookConfiguration" | "ValidatingWebhookConfiguration",
            ) => Webhooks,
            _ => Object,
        }
    }

    /// Of one of its fields, or of the field's items, and the keys by which those are merged.
    pub(super) fn field(self, name: &str) -> (Self, &'static [&'static str]) {
        let row = FIELDS.iter().find(|(of, field, ..)| *of == self && *field == name);
        row.map_or((Plain, &[]), |(_, _, shape, keys)| (*shape, keys))
    }
}
