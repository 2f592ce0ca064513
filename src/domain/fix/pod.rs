//! What a pod says once for all of its containers: not as root, and under a seccomp profile.

use serde_json::Value;

use super::Fix;
use super::bench::{Bench, Spot};
use super::own_image::refuses_non_root;
use crate::domain::finding::Finding;

pub(super) const NON_ROOT: Fix = Fix {
    policy: "kubernetes/non_root",
    look_out: "Kubernetes refuses to start an image whose user is root or a name: give it a numeric `USER` first",
    apply: non_root,
};

pub(super) const SECCOMP_DEFAULT: Fix =
    Fix { policy: "kubernetes/seccomp_default", look_out: "", apply: seccomp };

/// A container in its file.
pub(super) struct InPod {
    pub(super) spot: Spot,
    /// To the pod specification.
    pub(super) pod: String,
    /// To the container.
    pub(super) container: String,
}

/// Where the container of a finding is written.
pub(super) fn container(bench: &Bench<'_>, finding: &Finding) -> Result<InPod, String> {
    let spot = bench.spot(finding)?;
    for list in ["/containers/", "/initContainers/"] {
        let Some((pod, rest)) = spot.pointer.split_once(list) else { continue };
        let index = rest.split('/').next().unwrap_or_default();
        let container = format!("{pod}{list}{index}");
        if bench.value(&spot, &container).is_object() {
            return Ok(InPod { pod: pod.to_owned(), container, spot });
        }
    }
    Err("its container is not written in this file".to_owned())
}

/// The containers of a pod.
fn containers(pod: &Value) -> impl Iterator<Item = &Value> {
    let lists = ["containers", "initContainers"].into_iter().filter_map(|list| pod.get(list));
    lists.filter_map(Value::as_array).flatten()
}

fn non_root(bench: &mut Bench<'_>, finding: &Finding) -> Result<String, String> {
    let at = finding.place.pointer.clone().unwrap_or_default();
    if at.ends_with("/runAsUser") {
        return Err("as which other user it runs is yours to say".to_owned());
    }
    let done = "sets `runAsNonRoot: true`";
    let spot = bench.spot(finding)?;
    if bench.value(&spot, &spot.pointer) == Value::Bool(false) {
        bench.on_purpose("`runAsNonRoot: false`")?;
        let pointer = spot.pointer.clone();
        bench.set(&spot, &pointer, "true")?;
        return Ok(done.to_owned());
    }
    let InPod { spot, pod, container } = container(bench, finding)?;
    let own = bench.value(&spot, &container);
    if let Some(why) = refuses_non_root(bench, &own) {
        return Err(format!("it would not start: {why}"));
    }
    let all = bench.value(&spot, &pod);
    let is_root = |value: &Value| value["securityContext"]["runAsUser"] == 0;
    let would_not_start = |container: &Value| {
        container["securityContext"]["runAsUser"].is_null()
            && refuses_non_root(bench, container).is_some()
    };
    // What holds for the pod would also hold for a container that must be root.
    let shared = !is_root(&all)
        && !containers(&all).any(is_root)
        && !containers(&all).any(would_not_start)
        && all["securityContext"]["runAsNonRoot"].is_null();
    if all["securityContext"]["runAsNonRoot"] == Value::Bool(true) {
        return Ok(done.to_owned());
    }
    let owner = if shared { pod } else { container };
    bench.set(&spot, &format!("{owner}/securityContext/runAsNonRoot"), "true")?;
    Ok(format!("{done} on the {}", if shared { "pod" } else { "container" }))
}

fn seccomp(bench: &mut Bench<'_>, finding: &Finding) -> Result<String, String> {
    let spot = bench.spot(finding)?;
    let done = "sets `seccompProfile: {type: RuntimeDefault}`";
    if bench.value(&spot, &spot.pointer) == "Unconfined" {
        bench.on_purpose("`Unconfined`")?;
        let pointer = spot.pointer.clone();
        bench.set(&spot, &pointer, "RuntimeDefault")?;
        return Ok(done.to_owned());
    }
    let InPod { spot, pod, .. } = container(bench, finding)?;
    let pointer = format!("{pod}/securityContext/seccompProfile/type");
    if bench.value(&spot, &pointer).is_null() {
        bench.set(&spot, &pointer, "RuntimeDefault")?;
    }
    Ok(format!("{done} on the pod"))
}
