//! What does a container's image do with its user? Told by the Dockerfile of this repository that
//! builds it, or by the image's name, its ports and its volumes.

use serde_json::Value;

use super::bench::Bench;
use super::images;
use crate::domain::facts::{Dockerfile, Image};

/// Where databases of Docker's library keep their data: their programs begin as root, also in
/// images that others build on them.
const DATABASES: [&str; 5] = [
    "/var/lib/postgresql",
    "/var/lib/mysql",
    "/var/lib/rabbitmq",
    "/var/lib/cassandra",
    "/data/db",
];

/// Why the program of a container begins as root and needs it, if that is known.
pub(super) fn needs_root(bench: &Bench<'_>, container: &Value) -> Option<String> {
    let image = container["image"].as_str().unwrap_or_default();
    if let Some(name) = images::needs_root(image) {
        return Some(format!("the image `{name}` begins as root"));
    }
    let mounts = container["volumeMounts"].as_array().into_iter().flatten();
    let mut paths = mounts.filter_map(|mount| mount["mountPath"].as_str());
    if let Some(path) = paths.find(|path| DATABASES.iter().any(|data| path.starts_with(data))) {
        return Some(format!("it keeps its data in `{path}`, as databases that begin as root do"));
    }
    let file = built_by(bench, image)?;
    let stage = file.stages.get(file.final_stage)?;
    let base = stage.external_base.resolved.as_deref().and_then(images::needs_root)?;
    Some(format!("`{}` builds its image on `{base}`, which begins as root", file.path))
}

/// Why the kubelet would not start a container under `runAsNonRoot`, if that is known.
pub(super) fn refuses_non_root(bench: &Bench<'_>, container: &Value) -> Option<String> {
    let image = container["image"].as_str().unwrap_or_default();
    if let Some(name) = images::runs_as_root(image) {
        return Some(format!("the image `{name}` runs as root; say `runAsUser`, too"));
    }
    if let Some(why) = needs_root(bench, container) {
        return Some(why);
    }
    if let Some(port) = low_port(container) {
        return Some(format!("it listens on port {port}, which other users may not"));
    }
    let file = built_by(bench, image)?;
    // A fix of this very run may have given it a user.
    if bench.changed.contains_key(&file.path) {
        return None;
    }
    let user = file.stages.get(file.final_stage)?.user.as_ref()?.resolved.clone()?;
    let name = user.split(':').next().unwrap_or_default();
    let is_number = !name.is_empty() && name.bytes().all(|b| b.is_ascii_digit());
    (!is_number).then(|| {
        format!("`{}` says `USER {user}`, and Kubernetes believes only a number", file.path)
    })
}

/// The first port below 1024 that a container names.
pub(super) fn low_port(container: &Value) -> Option<u64> {
    let ports = container["ports"].as_array().into_iter().flatten();
    ports.filter_map(|port| port["containerPort"].as_u64()).find(|port| *port < 1024)
}

/// The Dockerfile that builds an image: its folder bears the image's name, or it is the only one
/// and the image bears the repository's.
fn built_by<'b>(bench: &'b Bench<'_>, image: &str) -> Option<&'b Dockerfile> {
    let image = Image::parse(image);
    let name = image.repository.rsplit('/').next().unwrap_or_default();
    let files = &bench.facts().dockerfiles;
    let folder = |file: &&Dockerfile| file.path.rsplit('/').nth(1) == Some(name);
    let by_folder = files.iter().find(folder);
    let is_ours = name == bench.facts().repo.name;
    let at_root = || files.iter().find(|file| file.path == "Dockerfile").filter(|_| is_ours);
    by_folder.or_else(at_root)
}
