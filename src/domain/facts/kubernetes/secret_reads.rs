//! Where do pods read Secrets?

use serde::Serialize;
use serde_json::Value;

use super::super::FactKind;
use super::super::gather::Gather;
use super::Workload;
use super::rows::short;

/// Reads told of all workloads; more are a gap.
const MAX_READS: usize = 10_000;

/// One place where a pod reads a Secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SecretRead {
    /// The file.
    pub path: String,
    /// To the place.
    pub pointer: String,
    /// The workload in words: `Deployment payments/api`.
    pub resource: String,
    /// The name of the Secret; of a volume of the Secrets Store CSI driver that of the class.
    pub name: String,
    /// `env`, `env_from`, `volume`, or `csi`: taken from a store, not from a Secret.
    pub how: &'static str,
    /// The pod starts without it.
    pub optional: bool,
}

/// Adds the reads of one workload.
pub(super) fn add(gather: &mut Gather<'_>, workload: &Workload) {
    let mut found = Vec::new();
    for list in ["containers", "initContainers", "ephemeralContainers"] {
        for (index, container) in items(&workload.pod, list) {
            let at = format!("{}/{list}/{index}", workload.pod_pointer);
            for (index, entry) in items(container, "env") {
                let reference = entry.pointer("/valueFrom/secretKeyRef");
                let pointer = format!("{at}/env/{index}/valueFrom/secretKeyRef");
                found.extend(read(workload, reference, "name", pointer, "env"));
            }
            for (index, entry) in items(container, "envFrom") {
                let pointer = format!("{at}/envFrom/{index}/secretRef");
                found.extend(read(workload, entry.get("secretRef"), "name", pointer, "env_from"));
            }
        }
    }
    for (index, volume) in items(&workload.pod, "volumes") {
        let at = format!("{}/volumes/{index}", workload.pod_pointer);
        let secret = volume.get("secret");
        found.extend(read(workload, secret, "secretName", format!("{at}/secret"), "volume"));
        if let Some(projected) = volume.get("projected") {
            for (index, source) in items(projected, "sources") {
                let pointer = format!("{at}/projected/sources/{index}/secret");
                found.extend(read(workload, source.get("secret"), "name", pointer, "volume"));
            }
        }
        let csi = volume.get("csi").filter(|csi| {
            csi.get("driver").and_then(Value::as_str) == Some("secrets-store.csi.k8s.io")
        });
        let class = csi.and_then(|csi| csi.get("volumeAttributes"));
        found.extend(read(workload, class, "secretProviderClass", format!("{at}/csi"), "csi"));
    }
    if gather.snapshot.secret_reads.len() + found.len() > MAX_READS {
        let reason = format!("there are more than {MAX_READS} places that read Secrets");
        gather.gap(FactKind::Kubernetes, None, reason);
        return;
    }
    gather.snapshot.secret_reads.extend(found);
}

fn items<'v>(holder: &'v Value, list: &str) -> impl Iterator<Item = (usize, &'v Value)> {
    holder.get(list).and_then(Value::as_array).into_iter().flatten().enumerate()
}

fn read(
    workload: &Workload,
    reference: Option<&Value>,
    key: &str,
    pointer: String,
    how: &'static str,
) -> Option<SecretRead> {
    let reference = reference?;
    Some(SecretRead {
        path: workload.path.clone(),
        pointer,
        resource: workload.resource.clone(),
        name: short(reference.get(key)?.as_str()?)?,
        how,
        optional: reference.get("optional").and_then(Value::as_bool).unwrap_or(false),
    })
}
