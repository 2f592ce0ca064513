//! Findings on objects that Kustomize builds: one for a fault of a base, however many overlays
//! have it.

use std::collections::{BTreeMap, BTreeSet};

use crate::domain::facts::Extracted;
use crate::domain::finding::{Finding, overlay_note};

/// Takes findings as policies place them, gives them as people look for them: in the file and on
/// the line where the value is written, named as it is named there, each fault once. Where only
/// some overlays of a base have a fault, the resource says which.
pub(super) fn gathered(findings: Vec<Finding>, extracted: &Extracted) -> Vec<Finding> {
    let overlays = extracted.spans.overlays();
    let mut out = Vec::new();
    let mut built: BTreeMap<Key, (Finding, BTreeSet<String>, usize)> = BTreeMap::new();
    for mut finding in findings {
        let pointer = finding.place.pointer.clone().unwrap_or_default();
        let Some((folder, of)) = overlays.overlay(&pointer) else {
            out.push(finding);
            continue;
        };
        if let Some(spot) = overlays.place(&pointer) {
            finding.place.path = Some(spot.path);
            finding.place.pointer = Some(spot.pointer);
        }
        let resource = finding.resource.take();
        finding.resource = resource.map(|text| overlays.written(&pointer, &text).unwrap_or(text));
        let place = &finding.place;
        let key = (
            finding.message.clone(),
            finding.resource.clone(),
            place.path.clone(),
            place.start_line,
            place.pointer.clone(),
        );
        let entry = built.entry(key).or_insert_with(|| (finding, BTreeSet::new(), of));
        entry.1.insert(folder.to_owned());
    }
    for (mut finding, folders, of) in built.into_values() {
        if folders.len() < of {
            let named = finding.resource.take();
            finding.resource = Some(overlay_note(named.as_deref(), &folders));
        }
        out.push(finding);
    }
    out
}

/// What makes two findings of one policy the same fault in several overlays.
type Key = (String, Option<String>, Option<String>, Option<u32>, Option<String>);
