//! `namespace`, `namePrefix`, `nameSuffix`, and the references that must follow.

use super::node::Node;
use super::object::Object;
use super::origins::Origin;

/// Kinds of Kubernetes itself that live outside namespaces.
const CLUSTER_WIDE: [(&str, &str); 26] = [
    ("", "ComponentStatus"),
    ("", "Namespace"),
    ("", "Node"),
    ("", "PersistentVolume"),
    ("admissionregistration.k8s.io", "MutatingWebhookConfiguration"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicy"),
    ("admissionregistration.k8s.io", "ValidatingAdmissionPolicyBinding"),
    ("admissionregistration.k8s.io", "ValidatingWebhookConfiguration"),
    ("apiextensions.k8s.io", "CustomResourceDefinition"),
    ("apiregistration.k8s.io", "APIService"),
    ("authentication.k8s.io", "TokenReview"),
    ("authorization.k8s.io", "SelfSubjectAccessReview"),
    ("authorization.k8s.io", "SelfSubjectRulesReview"),
    ("authorization.k8s.io", "SubjectAccessReview"),
    ("certificates.k8s.io", "CertificateSigningRequest"),
    ("flowcontrol.apiserver.k8s.io", "FlowSchema"),
    ("flowcontrol.apiserver.k8s.io", "PriorityLevelConfiguration"),
    ("networking.k8s.io", "IngressClass"),
    ("node.k8s.io", "RuntimeClass"),
    ("policy", "PodSecurityPolicy"),
    ("rbac.authorization.k8s.io", "ClusterRole"),
    ("rbac.authorization.k8s.io", "ClusterRoleBinding"),
    ("scheduling.k8s.io", "PriorityClass"),
    ("storage.k8s.io", "CSIDriver"),
    ("storage.k8s.io", "CSINode"),
    ("storage.k8s.io", "StorageClass"),
];

/// Kinds whose names keep their letters.
const UNPREFIXED: [&str; 3] = ["CustomResourceDefinition", "APIService", "Namespace"];

/// Puts an object into a namespace, or renames it when it is one.
pub(super) fn set_namespace(object: &mut Object, namespace: &str, origin: Origin) {
    let (group, version) = object.group_version();
    let kind = object.kind();
    let is_namespace = group.is_empty() && version == "v1" && kind == "Namespace";
    let wide = CLUSTER_WIDE.contains(&(group, kind));
    object.remember();
    if is_namespace {
        object.node.set_text(&["metadata", "name"], namespace, origin);
    } else if !wide {
        object.node.set_text(&["metadata", "namespace"], namespace, origin);
    }
}

/// Puts words around an object's name.
pub(super) fn rename(object: &mut Object, prefix: &str, suffix: &str) {
    if UNPREFIXED.contains(&object.kind()) || (prefix.is_empty() && suffix.is_empty()) {
        return;
    }
    let Some(name) = object.node.at(&["metadata", "name"]).cloned() else { return };
    let Some(text) = name.as_text() else { return };
    object.remember();
    let renamed = format!("{prefix}{text}{suffix}");
    object.node.set_text(&["metadata", "name"], &renamed, name.origin);
}

/// Lets autoscalers follow the names of what they scale. Other references (to accounts, maps,
/// claims) join nothing that is judged and keep their letters.
pub(super) fn follow(objects: &mut [Object]) {
    let renamed: Vec<(Vec<super::object::Id>, super::object::Id)> = objects
        .iter()
        .filter(|object| object.first_id().name != object.id().name)
        .map(|object| (object.ids(), object.id()))
        .collect();
    let scalers = objects.iter_mut().filter(|object| object.kind() == "HorizontalPodAutoscaler");
    for scaler in scalers.take(MAX_SCALERS) {
        let target = |key| scaler.node.at(&["spec", "scaleTargetRef", key]);
        let Some(kind) = target("kind").and_then(Node::as_text) else { continue };
        let Some(name) = target("name").cloned() else { continue };
        let here = scaler.id().namespace;
        let hit = renamed.iter().find(|(ids, now)| {
            now.namespace == here
                && ids.iter().any(|id| id.kind == kind && Some(id.name.as_str()) == name.as_text())
        });
        if let Some((_, now)) = hit {
            let keys = ["spec", "scaleTargetRef", "name"];
            scaler.node.set_text(&keys, &now.name, name.origin);
        }
    }
}

/// Each is held against all renamed objects.
const MAX_SCALERS: usize = 200;
