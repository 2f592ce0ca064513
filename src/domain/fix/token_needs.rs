//! What must a job's token be able to do? Known for well-known actions; else nobody says.

use std::collections::BTreeMap;

use serde_json::Value;

/// Scope of a token → `read` or `write`.
pub(super) type Needs = BTreeMap<&'static str, &'static str>;

/// Actions, by `owner/repository` or `owner/repository/path` in lower case, with what they ask of
/// the token beyond reading the repository: from their own documentation, as of November 2026.
const ACTIONS: &[(&str, &[(&str, &str)])] = &[
    ("actions-rs/toolchain", &[]),
    ("actions-rust-lang/setup-rust-toolchain", &[]),
    ("actions/attest-build-provenance", &[("attestations", "write"), ("id-token", "write")]),
    ("actions/cache", &[]),
    ("actions/cache/restore", &[]),
    ("actions/cache/save", &[]),
    ("actions/checkout", &[]),
    ("actions/configure-pages", &[("pages", "read")]),
    ("actions/dependency-review-action", &[]),
    ("actions/deploy-pages", &[("id-token", "write"), ("pages", "write")]),
    ("actions/labeler", &[("pull-requests", "write")]),
    ("actions/setup-dotnet", &[]),
    ("actions/setup-go", &[]),
    ("actions/setup-java", &[]),
    ("actions/setup-node", &[]),
    ("actions/setup-python", &[]),
    ("actions/stale", &[("issues", "write"), ("pull-requests", "write")]),
    ("actions/upload-artifact", &[]),
    ("actions/upload-pages-artifact", &[]),
    ("arduino/setup-protoc", &[]),
    ("arduino/setup-task", &[]),
    ("astral-sh/ruff-action", &[]),
    ("astral-sh/setup-uv", &[]),
    ("azure/setup-helm", &[]),
    ("azure/setup-kubectl", &[]),
    ("bufbuild/buf-setup-action", &[]),
    ("codecov/codecov-action", &[]),
    ("coverallsapp/github-action", &[]),
    ("crate-ci/typos", &[]),
    ("cypress-io/github-action", &[]),
    ("denoland/setup-deno", &[]),
    ("docker/build-push-action", &[]),
    ("docker/metadata-action", &[]),
    ("docker/setup-buildx-action", &[]),
    ("docker/setup-docker-action", &[]),
    ("docker/setup-qemu-action", &[]),
    ("dorny/paths-filter", &[("pull-requests", "read")]),
    ("dtolnay/rust-toolchain", &[]),
    ("embarkstudios/cargo-deny-action", &[]),
    ("erlef/setup-beam", &[]),
    ("extractions/setup-just", &[]),
    ("github/codeql-action/analyze", &[("actions", "read"), ("security-events", "write")]),
    ("github/codeql-action/autobuild", &[]),
    ("github/codeql-action/init", &[]),
    ("github/codeql-action/upload-sarif", &[("actions", "read"), ("security-events", "write")]),
    ("golang/govulncheck-action", &[]),
    ("golangci/golangci-lint-action", &[]),
    ("google/osv-scanner-action", &[]),
    ("gradle/actions/setup-gradle", &[]),
    ("gradle/actions/wrapper-validation", &[]),
    ("gradle/gradle-build-action", &[]),
    ("gradle/wrapper-validation-action", &[]),
    ("hadolint/hadolint-action", &[]),
    ("hashicorp/setup-terraform", &[]),
    ("helm/kind-action", &[]),
    ("jdx/mise-action", &[]),
    ("jetli/wasm-bindgen-action", &[]),
    ("jetli/wasm-pack-action", &[]),
    ("ko-build/setup-ko", &[]),
    ("ludeeus/action-shellcheck", &[]),
    ("medyagh/setup-minikube", &[]),
    ("microsoft/setup-msbuild", &[]),
    ("mozilla-actions/sccache-action", &[]),
    ("nick-fields/retry", &[]),
    ("ossf/scorecard-action", &[("id-token", "write"), ("security-events", "write")]),
    ("oven-sh/setup-bun", &[]),
    ("peaceiris/actions-gh-pages", &[("contents", "write")]),
    ("pnpm/action-setup", &[]),
    ("pre-commit/action", &[]),
    ("psf/black", &[]),
    ("ruby/setup-ruby", &[]),
    ("securego/gosec", &[]),
    ("shivammathur/setup-php", &[]),
    ("shogo82148/actions-goveralls", &[]),
    ("sigstore/cosign-installer", &[]),
    ("softprops/action-gh-release", &[("contents", "write")]),
    ("step-security/harden-runner", &[]),
    ("subosito/flutter-action", &[]),
    ("swatinem/rust-cache", &[]),
    ("taiki-e/cache-cargo-install-action", &[]),
    ("taiki-e/install-action", &[]),
    ("tj-actions/changed-files", &[]),
    ("wagoid/commitlint-github-action", &[("pull-requests", "read")]),
];

/// What the token of one job needs beyond reading; the error names what nobody knows.
pub(super) fn of_job(job: &Value) -> Result<Needs, String> {
    if let Some(called) = job["uses"].as_str() {
        return Err(format!("what `{}` needs is not known", name_of(called)));
    }
    // Handed to everything that the job runs.
    if uses_token(&job["env"]) {
        return Err("the job hands its token to all of its steps".to_owned());
    }
    if [&job["container"], &job["services"]].iter().any(|part| part.to_string().contains("ghcr.io"))
    {
        return Err("whether its images are public is not known".to_owned());
    }
    let mut needs = Needs::new();
    for step in job["steps"].as_array().into_iter().flatten() {
        match (step["uses"].as_str(), step["run"].as_str()) {
            (Some(called), _) => of_action(called, step, &mut needs)?,
            (None, Some(script)) => of_script(script, step)?,
            (None, None) => {}
        }
    }
    Ok(needs)
}

fn name_of(called: &str) -> &str {
    called.split('@').next().unwrap_or_default()
}

fn of_action(called: &str, step: &Value, needs: &mut Needs) -> Result<(), String> {
    let name = name_of(called).to_lowercase();
    let with = &step["with"];
    if with.to_string().contains("npm.pkg.github.com") {
        return Err("whose packages it reads is not known".to_owned());
    }
    match name.as_str() {
        "docker/login-action" => {
            // Elsewhere the token is worth nothing.
            if with["registry"] == "ghcr.io" && uses_token(with) {
                add(needs, "packages", "write");
            }
            return Ok(());
        }
        "actions/download-artifact" => {
            if with.get("run-id").is_some() || with.get("github-token").is_some() {
                add(needs, "actions", "read");
            }
            return Ok(());
        }
        _ => {}
    }
    let Some((_, known)) = ACTIONS.iter().find(|(action, _)| *action == name) else {
        return Err(format!("what `{}` does with the token is not known", name_of(called)));
    };
    known.iter().for_each(|(scope, level)| add(needs, scope, level));
    Ok(())
}

fn of_script(script: &str, step: &Value) -> Result<(), String> {
    // Words of scripts that push, release or talk to GitHub; `actions/checkout` leaves the token
    // in the clone.
    const TELLING: [&str; 8] =
        ["release", "publish", "deploy", "git push", "gh-pages", "changeset", "hub ", "ghcr.io"];
    let low = script.to_lowercase();
    let says = TELLING.iter().find(|word| low.contains(**word));
    let calls_gh = low
        .split(|c: char| !(c.is_ascii_alphanumeric() || "-_/.".contains(c)))
        .any(|word| word == "gh");
    if let Some(word) = says {
        return Err(format!("a script says `{}`, which may need the token", word.trim()));
    }
    if calls_gh || uses_token(&step["env"]) || mentions_token(script) {
        return Err("what a script does with the token is not known".to_owned());
    }
    Ok(())
}

fn uses_token(value: &Value) -> bool {
    !value.is_null() && mentions_token(&value.to_string())
}

fn mentions_token(text: &str) -> bool {
    let low = text.to_lowercase();
    low.contains("github_token") || low.contains("github.token")
}

fn add(needs: &mut Needs, scope: &'static str, level: &'static str) {
    // `write` sorts behind `read` and holds it.
    let known = needs.entry(scope).or_insert(level);
    *known = level.max(known);
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_table_is_in_order() {
        let names: Vec<&str> = ACTIONS.iter().map(|(name, _)| *name).collect();
        assert!(names.is_sorted(), "{names:?}");
    }

    #[test]
    fn what_a_job_needs_is_known_or_said_to_be_unknown() {
        let of = |steps: Value| of_job(&json!({"steps": steps}));
        assert_eq!(
            of(json!([{"uses": "actions/checkout@v4"}, {"run": "make test"}])),
            Ok(Needs::new())
        );
        let login = json!({"uses": "docker/login-action@v3", "with": {
            "registry": "ghcr.io", "password": "${{ secrets.GITHUB_TOKEN }}"}});
        assert_eq!(of(json!([login])), Ok(Needs::from([("packages", "write")])));
        let sarif = json!({"uses": "github/codeql-action/upload-sarif@v3"});
        let needs = Needs::from([("actions", "read"), ("security-events", "write")]);
        assert_eq!(of(json!([sarif])), Ok(needs));
        for step in [
            json!({"uses": "acme/deploy@v1"}),
            json!({"uses": "./.github/actions/x"}),
            json!({"run": "git push origin HEAD"}),
            json!({"run": "./x", "env": {"T": "${{ github.token }}"}}),
            json!({"run": "x=1 gh pr list"}),
            json!({"run": "npm run release"}),
        ] {
            assert!(of(json!([step.clone()])).is_err(), "{step}");
        }
        assert!(of(json!([{"run": "ls high/ugh"}])).is_ok());
    }
}
