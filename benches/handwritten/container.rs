//! `container/non_root_user`.

use std::sync::LazyLock;

use regex::Regex;
use waymark::domain::facts::{Extracted, Stage};
use waymark::domain::finding::Finding;

use super::words::pattern;
use super::{Params, finding};

static ROOT: LazyLock<Regex> = LazyLock::new(|| pattern(r"^(root|0+)(:.*)?$"));
static WINDOWS: LazyLock<Regex> =
    LazyLock::new(|| pattern(r"^mcr\.microsoft\.com/windows|nanoserver|windowsservercore"));

pub fn non_root_user(facts: &Extracted, params: &Params, found: &mut Vec<Finding>) {
    for file in &facts.snapshot.dockerfiles {
        let Some(stage) = file.stages.get(file.final_stage) else { continue };
        let base = stage.external_base.resolved.as_deref();
        if base.is_some_and(|base| WINDOWS.is_match(base)) {
            continue;
        }
        let (message, pointer, fix) = match (&stage.user, base) {
            (Some(user), _) if user.resolved.as_deref().is_some_and(|u| ROOT.is_match(u)) => {
                let inherited = if user.stage == stage.index {
                    ""
                } else {
                    " is inherited from an earlier stage"
                };
                (
                    format!("{} runs as root: `USER {}`{inherited}", title(stage), user.raw),
                    format!("{}/user", stage.pointer),
                    "Switch to another user last, for example `USER 10001`",
                )
            }
            (None, Some(base)) if !params.nonroot_images.iter().any(|i| i.is_match(base)) => (
                format!(
                    "{} runs as root: no USER instruction, and base image `{}` does not say otherwise",
                    title(stage),
                    unversioned(stage, base)
                ),
                stage.pointer.clone(),
                remedy(base),
            ),
            _ => continue,
        };
        let place = Some((file.path.as_str(), Some(pointer.as_str())));
        let resource =
            stage.name.as_ref().map_or("final stage".to_owned(), |n| format!("stage {n}"));
        found.push(finding(
            facts,
            "container/non_root_user",
            message,
            place,
            Some(resource),
            fix.to_owned(),
        ));
    }
}

/// The base without tag and digest.
fn unversioned(stage: &Stage, base: &str) -> String {
    let Some(image) = &stage.external_base.image else { return base.to_owned() };
    let host = image.registry.as_ref().map(|host| format!("{host}/")).unwrap_or_default();
    host + &image.repository
}

fn title(stage: &Stage) -> String {
    stage.name.as_ref().map_or("The final stage".to_owned(), |name| format!("Final stage `{name}`"))
}

fn remedy(base: &str) -> &'static str {
    if base == "scratch" {
        "Add `USER 10001` before ENTRYPOINT or CMD; a number needs no user in the image"
    } else if base.starts_with("gcr.io/distroless/") {
        "Use the tag `nonroot` of the base image, or add `USER 65532` before ENTRYPOINT or CMD"
    } else {
        "Add `USER 10001` before ENTRYPOINT or CMD, after everything that needs root"
    }
}
