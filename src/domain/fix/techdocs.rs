//! Documentation that is there, and that the catalog does not know of.

use super::Fix;
use super::bench::Bench;
use crate::domain::finding::Finding;

pub(super) const TECHDOCS_WIRED: Fix =
    Fix { policy: "catalog/techdocs_wired", look_out: "", apply };

fn apply(bench: &mut Bench<'_>, finding: &Finding) -> Result<String, String> {
    let spot = bench.spot(finding)?;
    let Some(entity) = spot.pointer.strip_suffix("/metadata/annotations").map(str::to_owned) else {
        return Err("which folder is meant is yours to say".to_owned());
    };
    let is_configuration = |path: &&String| {
        matches!(path.rsplit('/').next(), Some("mkdocs.yml" | "mkdocs.yaml"))
            && !crate::domain::facts::is_excluded(path)
    };
    let found: Vec<&String> = bench.tree.entries.keys().filter(is_configuration).collect();
    let folder = match found.as_slice() {
        [] => return Err("there is no `mkdocs.yml`; `adopt` writes one".to_owned()),
        [only] => only.rsplit_once('/').map_or(".", |(folder, _)| folder),
        _ => return Err("there are several `mkdocs.yml`; say which".to_owned()),
    };
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '/' | '.' | '-' | '_');
    if !folder.chars().all(is_plain) {
        return Err("the name of the folder of `mkdocs.yml` is unusual".to_owned());
    }
    let value = format!("dir:{folder}");
    let pointer = format!("{entity}/metadata/annotations/backstage.io~1techdocs-ref");
    bench.set(&spot, &pointer, &value)?;
    Ok(format!("adds `backstage.io/techdocs-ref: {value}`"))
}
