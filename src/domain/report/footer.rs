//! How does one get out? The end of the summary: a waiver to copy, and how to reproduce.

use super::escape::{code_span, fenced};
use super::view::View;
use super::words::{clip, count};
use crate::domain::judge::{JudgedFinding, Standing};

/// The end of the summary, at most about 5,000 bytes.
pub fn render_footer(view: &View<'_>) -> String {
    let mut page = String::new();
    // A path too long to show is not left out: the waiver would cover every file.
    let short = |f: &&&JudgedFinding| f.path.as_ref().is_none_or(|p| p.len() <= 500);
    if let Some(finding) = view.blocking.iter().flat_map(|g| &g.findings).find(short) {
        page += "<details>\n<summary>It has to stay as it is for now? Waive it</summary>\n\n";
        page += "Add this to `.github/waymark.yml` on the base branch, with a reason and a last \
                 day. A waiver inside the change itself does not count for it.\n\n";
        page += &fenced(&waiver_snippet(finding), "yaml");
        page += "\n</details>\n\n";
    }
    if !view.policies.is_empty() {
        page += &format!("{} All policies are listed below.\n\n", tally(view));
    }
    let library = &view.judgement.library;
    let digest = library.strip_prefix("sha256:").unwrap_or(library);
    page += &format!(
        "The same on your machine: `waymark check`. Policy library {}.\n",
        code_span(&clip(digest, 15).replace('…', "")),
    );
    page
}

/// `5 of 7 policies pass, 1 of them by waiver; 3 do not apply.`
fn tally(view: &View<'_>) -> String {
    let idle = view.standing(Standing::NotApplicable).len();
    if view.applicable() == 0 {
        return format!("{} not apply.", count(idle, "policy does", "policies do"));
    }
    let waived = match view.standing(Standing::Waived).len() {
        0 => String::new(),
        n => format!(", {n} of them by waiver"),
    };
    let beside = match idle {
        0 => String::new(),
        n => format!("; {} not apply", count(n, "does", "do")),
    };
    let applicable = count(view.applicable(), "policy", "policies");
    format!("{} of {applicable} that apply pass{waived}{beside}.", view.fulfilled())
}

/// The entry of `.github/waymark.yml` that waives a finding's policy in its file.
pub fn waiver_snippet(finding: &JudgedFinding) -> String {
    let paths = finding.path.as_deref().map(|path| {
        // A JSON string is a YAML string, whatever the name holds.
        let quoted = serde_json::Value::from(literal_glob(path)).to_string();
        format!("    paths: [{quoted}]\n")
    });
    format!(
        "waivers:\n  - policy: {}\n{}    reason: \"why this is acceptable for now\"\n    \
         owner: \"who answers for it\"\n    expires: YYYY-MM-DD\n",
        finding.policy,
        paths.unwrap_or_default(),
    )
}

/// A glob that matches only this path: what means something stands in a class of its own.
pub(super) fn literal_glob(path: &str) -> String {
    let mut glob = String::new();
    for c in path.chars() {
        match c {
            '*' | '?' | '[' | '{' | '}' => glob.extend(['[', c, ']']),
            '\\' => glob.push_str("\\\\"),
            c => glob.push(c),
        }
    }
    glob
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::config::{Known, RepoConfig};
    use crate::domain::finding::{Finding, Place, Severity};
    use crate::domain::judge::State;
    use crate::domain::report::sample::finding;

    #[test]
    fn the_snippet_waives_the_finding_and_nothing_else() {
        for path in ["app/[id]/page.tsx", "a*b?.yaml", "{x}/y", r"a\b", "it's: #1", "Dockerfile"] {
            let finding = finding("a/b", State::New, Severity::Low, "x").at(path, 1, 1);
            let snippet = waiver_snippet(&finding).replace("YYYY-MM-DD", "2027-01-31");
            let known = Known { policies: vec![finding.policy.clone()], ..Known::default() };
            let (config, problems) = RepoConfig::read(".github/waymark.yml", &snippet, &known);
            assert_eq!(problems, [], "{snippet}");
            let covers = |path: &str| {
                config.waivers[0].covers(&Finding {
                    policy: finding.policy.clone(),
                    message: String::new(),
                    place: Place { path: Some(path.to_owned()), ..Place::default() },
                    resource: None,
                    remediation: None,
                    fixable: false,
                })
            };
            assert!(covers(path), "{snippet}");
            assert!(!covers("app/i/page.tsx") && !covers("axbc.yaml") && !covers("x/y"));
        }
    }

    #[test]
    fn a_hostile_name_stays_one_yaml_string() {
        let name = "a\"\nexpires: never";
        let snippet =
            waiver_snippet(&finding("a/b", State::New, Severity::Low, "x").at(name, 1, 1));
        assert!(snippet.contains(r#"    paths: ["a\"\nexpires: never"]"#), "{snippet}");
        assert_eq!(snippet.lines().count(), 6);
    }
}
