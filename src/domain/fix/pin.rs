//! What is called at a tag or branch is called at the commit behind it, with the tag as a remark,
//! which update tools maintain.

use std::collections::BTreeMap;

use super::Fix;
use super::bench::Bench;
use crate::domain::facts::{Pin, Use, UseKind};
use crate::domain::finding::Finding;
use crate::domain::ids::Sha;
use crate::domain::tree::SourceTree;

pub(super) const ACTIONS_PINNED: Fix = Fix {
    policy: "delivery/actions_pinned",
    look_out: "a pinned action no longer changes by itself: let Dependabot or Renovate propose its updates",
    apply,
};

pub(super) const PLATFORM_WORKFLOW_PINNED: Fix =
    Fix { policy: "delivery/platform_workflow_pinned", look_out: "", apply };

fn apply(bench: &mut Bench<'_>, finding: &Finding) -> Result<String, String> {
    let spot = bench.spot(finding)?;
    let is_it = |call: &&Use| {
        call.path == spot.path && Some(&call.pointer) == finding.place.pointer.as_ref()
    };
    let call = bench.facts().uses.iter().find(is_it).ok_or("the call was not found")?;
    if !matches!(call.kind, UseKind::Action | UseKind::ReusableWorkflow) {
        return Err("the digest of an image is not looked up".to_owned());
    }
    let (Some(owner), Some(repo)) = (&call.owner, &call.repo) else {
        return Err("what it calls is not clear".to_owned());
    };
    if repo.eq_ignore_ascii_case("slsa-github-generator") {
        return Err(
            "it proves where a build comes from by its version tag, so it must be called at one"
                .to_owned(),
        );
    }
    let tag = match (call.pin, &call.reference) {
        (Pin::Version | Pin::BranchOrTag | Pin::Wildcard, Some(tag)) => tag.clone(),
        _ => return Err("it names no version that could be looked up".to_owned()),
    };
    let name = call.raw.split('@').next().unwrap_or_default().to_owned();
    let key = format!("{owner}/{repo}@{tag}");
    let sha = match bench.refs.map(|refs| refs.get(&key)) {
        None => "0".repeat(40),
        Some(Some(Some(sha))) => sha.as_str().to_owned(),
        Some(Some(None)) => return Err(format!("there is no `{key}` that GitHub shows to us")),
        Some(None) if bench.offline => {
            return Err(format!(
                "which commit `{key}` is was not looked up; `/platform fix` on GitHub does it"
            ));
        }
        Some(None) => {
            bench.wanted.insert(key.clone());
            return Err(format!("which commit `{key}` is was not looked up"));
        }
    };
    // GitHub takes nothing else for a commit.
    if Sha::parse(&sha).is_err() || sha.len() != 40 {
        return Err(format!("`{key}` is no commit that GitHub Actions takes"));
    }
    let quote = bench.quote(&spot).map(String::from).unwrap_or_default();
    bench.set(&spot, &spot.pointer, &format!("{quote}{name}@{sha}{quote}"))?;
    // The beginning of a commit's name tells nobody a version.
    let is_short_sha = tag.len() >= 7 && tag.bytes().all(|b| b.is_ascii_hexdigit());
    if !is_short_sha {
        let end = bench.mark(&spot, &spot.pointer).map(|mark| mark.value.end);
        let text = bench.text(&spot.path)?;
        let text = end.and_then(|end| remarked(text, end, &tag));
        bench.put(&spot.path, text.ok_or("there is no room for a remark behind it")?);
    }
    Ok(format!("pins `{name}` to the commit behind `{tag}`"))
}

/// What is pinned with its tag as a remark already, by `owner/repository@tag`: where nothing can be
/// looked up, the repository's own word counts. A tag of which it says two things is left out.
pub fn known_refs(tree: &SourceTree) -> BTreeMap<String, Option<Sha>> {
    let mut known: BTreeMap<String, Option<Sha>> = BTreeMap::new();
    let paths = tree.entries.keys().filter(|path| path.starts_with(".github/"));
    for text in paths.filter_map(|path| tree.text(path)) {
        for line in text.lines() {
            let Some((_, call)) = line.split_once("uses:") else { continue };
            let Some((call, remark)) = call.split_once('#') else { continue };
            let Some((name, sha)) = call.trim().split_once('@') else { continue };
            let (Some(tag), Ok(sha)) = (remark.split_whitespace().next(), Sha::parse(sha)) else {
                continue;
            };
            let mut parts = name.trim_matches(['"', '\'']).split('/');
            let (Some(owner), Some(repo)) = (parts.next(), parts.next()) else { continue };
            let entry = known.entry(format!("{owner}/{repo}@{tag}")).or_insert(Some(sha.clone()));
            if entry.as_ref() != Some(&sha) {
                *entry = None;
            }
        }
    }
    known.retain(|_, sha| sha.is_some());
    known
}

/// The text with `# v4` behind a value that ends at a byte.
fn remarked(text: &str, end: usize, tag: &str) -> Option<String> {
    let line = text[end..].find('\n').map_or(text.len(), |at| end + at);
    let line = if text[..line].ends_with('\r') { line - 1 } else { line };
    let rest = &text[end..line];
    let at = match rest.trim_start() {
        "" => end,
        words if words.starts_with('#') => {
            // A remark that says the version already need not say it twice.
            if words.trim_start_matches(['#', ' ']).trim_end() == tag {
                return Some(text.to_owned());
            }
            end
        }
        // Behind the braces that close here.
        words if words.chars().all(|c| matches!(c, '}' | ']' | ' ')) => line,
        _ => return None,
    };
    Some(format!("{} # {tag}{}", &text[..at], &text[at..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_tag_stands_behind_the_commit() {
        let of = |text: &str, pointer: &str| {
            let marks = crate::domain::yaml::marks(text).expect("it is YAML");
            remarked(text, marks[0][pointer].value.end, "v4")
        };
        assert_eq!(of("uses: a@1\nx: 1\n", "/uses").as_deref(), Some("uses: a@1 # v4\nx: 1\n"));
        assert_eq!(of("uses: a@1\r\n", "/uses").as_deref(), Some("uses: a@1 # v4\r\n"));
        let said = "uses: a@1 # ours\n";
        assert_eq!(of(said, "/uses").as_deref(), Some("uses: a@1 # v4 # ours\n"));
        assert_eq!(of("uses: a@1  # v4\n", "/uses").as_deref(), Some("uses: a@1  # v4\n"));
        assert_eq!(of("- {uses: a@1}\n", "/0/uses").as_deref(), Some("- {uses: a@1} # v4\n"));
        assert_eq!(of("- {uses: a@1, with: {b: 1}}\n", "/0/uses"), None);
    }
}
