//! Which laws has the house, and who breaks them? The tables are the law; the text is DESIGN §3.

use super::paths::{Named, Scan};

/// Longest file, in lines.
pub(crate) const MAX_LINES: usize = 350;
/// Half of the files are no longer than this.
pub(crate) const MAX_MEDIAN: usize = 140;

/// Floor → floors that it may import. `(root)` is `main.rs` and `lib.rs`.
const FLOORS: &[(&str, &[&str])] = &[
    ("domain", &["domain"]),
    ("edge", &["domain", "edge"]),
    ("config", &["domain", "config"]),
    ("flow", &["domain", "edge", "config", "flow"]),
    ("web", &["domain", "edge", "config", "flow", "web"]),
    // `serve` starts what `web` answers.
    ("cli", &["domain", "edge", "config", "flow", "web", "cli"]),
    ("(root)", &["domain", "edge", "config", "flow", "web", "cli"]),
];

const EVERYWHERE: &[&str] = &["src/"];

/// Outside crate → its rooms, as beginnings of paths. Every crate of Cargo.toml stands here, so
/// that a new one needs a decision.
pub(crate) const ROOMS: &[(&str, &[&str])] = &[
    // GitHub
    ("octocrab", &["src/edge/github/"]),
    ("jsonwebtoken", &["src/edge/github/"]),
    ("hyper_util", &["src/edge/github/", "src/edge/prometheus.rs", "src/web/serve.rs"]),
    ("hyper_rustls", &["src/edge/github/", "src/edge/prometheus.rs"]),
    ("hmac", &["src/edge/github/signature.rs"]),
    (
        "sha1",
        &[
            "src/edge/github/",
            "src/edge/git/",
            "src/domain/adopt/lock.rs",
            "src/domain/helm/functions/encode.rs",
        ],
    ),
    ("moka", &["src/edge/github/"]),
    (
        "base64",
        &["src/edge/github/", "src/edge/store/transfer/", "src/domain/helm/functions/encode.rs"],
    ),
    ("bytes", &["src/edge/github/", "src/edge/prometheus.rs"]),
    ("http_body_util", &["src/edge/github/", "src/edge/prometheus.rs", "src/web/"]),
    ("http", &["src/edge/github/", "src/edge/prometheus.rs", "src/web/", "src/config/source.rs"]),
    // web
    ("axum", &["src/web/"]),
    ("tower_http", &["src/web/"]),
    ("askama", &["src/web/"]),
    ("prometheus_client", &["src/web/"]),
    // Only derives: what the API tells is described where it is defined.
    (
        "utoipa",
        &["src/web/api", "src/domain/metrics/", "src/domain/gate/", "src/domain/report/gate.rs"],
    ),
    // store
    ("sqlx", &["src/edge/store/"]),
    ("flate2", &["src/edge/store/packed.rs", "src/edge/disk/series.rs"]),
    ("uuid", &["src/edge/store/", "src/cli/serve.rs"]),
    // judging
    ("regorus", &["src/domain/policy/"]),
    (
        "regex",
        &[
            "src/domain/policy/builtins",
            "src/domain/kustomize/",
            "src/domain/helm/functions/regexes.rs",
            "src/domain/risk/coverage/configured.rs",
            "src/domain/risk/signals/fix.rs",
        ],
    ),
    ("gotmpl", &["src/domain/helm/"]),
    ("percent_encoding", &["src/domain/percent.rs"]),
    ("semver", &["src/domain/helm/functions/semvers.rs"]),
    ("granit_parser", &["src/domain/yaml/"]),
    ("parse_dockerfile", &["src/domain/facts/dockerfile"]),
    ("roxmltree", &["src/domain/xml.rs"]),
    ("squawk_linter", &["src/domain/ddl/postgres.rs"]),
    ("squawk_syntax", &["src/domain/ddl/postgres.rs"]),
    ("sqlparser", &["src/domain/ddl/others.rs"]),
    ("annotate_snippets", &["src/domain/report/"]),
    ("quick_junit", &["src/domain/report/junit.rs"]),
    ("globset", &["src/domain/glob.rs"]),
    ("pulldown_cmark", &["src/domain/command/scan.rs"]),
    ("strsim", &["src/domain/nearest.rs"]),
    ("rustix", &["src/edge/evaluator", "src/web/serve.rs"]),
    ("ignore", &["src/edge/disk"]),
    // adoption
    ("minijinja", &["src/domain/template/"]),
    ("jsonschema", &["src/domain/template/parameters.rs"]),
    ("diffy", &["src/domain/adopt/", "src/domain/report/fixes/diff.rs"]),
    // command line
    ("clap", &["src/cli/"]),
    ("comfy_table", &["src/cli/"]),
    ("anstream", &["src/cli/"]),
    ("anstyle", &["src/cli/"]),
    ("indicatif", &["src/cli/progress.rs"]),
    ("notify_debouncer_mini", &["src/cli/policy/watch.rs"]),
    ("tracing_subscriber", &["src/cli/", "src/config.rs"]),
    ("opentelemetry", &["src/cli/log/traces.rs"]),
    ("opentelemetry_sdk", &["src/cli/log/traces.rs"]),
    ("opentelemetry_otlp", &["src/cli/log/traces.rs"]),
    ("tracing_opentelemetry", &["src/cli/log/traces.rs"]),
    // settings
    (
        "toml",
        &[
            "src/config",
            "src/domain/facts/dependencies/",
            "src/domain/helm/functions/encode.rs",
            "src/domain/risk/model.rs",
        ],
    ),
    (
        "secrecy",
        &[
            "src/config",
            "src/edge/github/",
            "src/edge/prometheus.rs",
            "src/flow/",
            "src/web/",
            "src/cli/",
        ],
    ),
    // many rooms
    ("tokio", &["src/edge/", "src/flow/", "src/web/", "src/cli/"]),
    ("tracing", &["src/edge/", "src/flow/", "src/web/", "src/cli/"]),
    ("anyhow", &["src/cli/", "src/main.rs", "src/flow/", "src/domain/policy/"]),
    ("chrono_tz", &["src/domain/gate/freeze.rs"]),
    ("chrono", &["src/domain/", "src/edge/", "src/flow/"]),
    (
        "sha2",
        &[
            "src/domain/policy/",
            "src/domain/config/",
            "src/domain/helm/functions/encode.rs",
            "src/domain/report/sarif.rs",
            "src/edge/",
            "src/flow/",
            "src/web/bearer.rs",
        ],
    ),
    (
        "hex",
        &[
            "src/domain/policy/",
            "src/domain/helm/functions/encode.rs",
            "src/domain/report/sarif.rs",
            "src/edge/",
            "src/flow/",
        ],
    ),
    ("serde", EVERYWHERE),
    ("serde_json", EVERYWHERE),
    ("thiserror", EVERYWHERE),
];

const ENVIRONMENT: &[&str] = &["src/config"];

/// Outside thing → who may touch it.
const THINGS: &[(&str, &[&str])] = &[
    // The environment is read once. Besides: both commands that start the evaluator ask for their
    // own path, and Git's own variables are kept from the Git that we start.
    ("std::env::current_exe", &["src/cli/app.rs", "src/cli/check.rs"]),
    ("std::env::vars_os", &["src/config", "src/edge/git/command.rs"]),
    ("std::env::var", ENVIRONMENT),
    ("std::env::var_os", ENVIRONMENT),
    ("std::env::vars", ENVIRONMENT),
    ("std::env::args", &[]),
    ("std::env::args_os", &[]),
    ("std::env::temp_dir", &[]),
    ("std::env::current_dir", &["src/cli/"]),
    ("std::fs", &["src/edge/disk", "src/config/source.rs"]),
    ("tokio::fs", &["src/edge/disk"]),
    ("std::process::Command", &["src/edge/evaluator", "src/edge/git"]),
    ("std::process::Child", &["src/edge/evaluator", "src/edge/git"]),
    ("std::process::Stdio", &["src/edge/evaluator", "src/edge/git"]),
    ("std::process::exit", &[]),
    ("std::process::abort", &[]),
    ("tokio::process", &["src/edge/evaluator", "src/edge/git"]),
    ("std::net", &["src/config", "src/web/", "src/cli/"]),
    ("tokio::net", &["src/web/", "src/cli/"]),
    // What time it is, one room knows; the others measure how long something took.
    ("chrono::Utc::now", &["src/edge/clock.rs"]),
    ("chrono::Local", &[]),
    ("std::time::SystemTime", &["src/edge/clock.rs"]),
    ("std::time::Instant", &["src/edge/", "src/flow/worker.rs", "src/web/metrics.rs"]),
    ("tokio::time::Instant", &["src/edge/", "src/flow/worker.rs"]),
    ("std::thread::sleep", &[]),
];

/// What `domain/` does without, besides the things above.
const IMPURE: &[&str] =
    &["std::env", "std::io", "std::os", "std::process", "std::thread", "std::net"];

/// Words that name no idea.
const NO_NAMES: &[&str] =
    &["utils", "util", "common", "helpers", "helper", "manager", "managers", "misc"];

/// What may lie at the top of the repository; a new room is a decision.
const TOP: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "LICENSE",
    "README.md",
    "app-manifest.yml",
    "benches",
    "deny.toml",
    "docs",
    "examples",
    "fixtures",
    "fuzz",
    "policies",
    "rustfmt.toml",
    "scripts",
    "src",
    "tests",
];

/// A law that is broken, and where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Breach {
    pub(crate) file: String,
    pub(crate) line: u32,
    pub(crate) what: String,
    pub(crate) law: String,
}

impl std::fmt::Display for Breach {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}: {}\n    law: {}", self.file, self.line, self.what, self.law)
    }
}

/// Everything that one source breaks. `test_only`: the whole file is compiled for tests alone.
pub(crate) fn breaches(file: &str, scan: &Scan, test_only: bool) -> Vec<Breach> {
    let mut found = Vec::new();
    let mut add = |line: u32, what: String, law: String| {
        found.push(Breach { file: file.to_owned(), line, what, law });
    };
    for named in &scan.named {
        let path = named.segments.join("::");
        if let Some(law) = upward(file, named) {
            add(named.line, format!("imports `{path}`"), law);
        }
        if named.in_test || test_only {
            continue;
        }
        if let Some(law) = out_of_room(file, &path) {
            add(named.line, format!("uses `{path}`"), law);
        }
    }
    if file.starts_with("src/domain/") && !test_only {
        for (line, word) in &scan.words {
            if matches!(word.as_str(), "async" | "await" | "unsafe") {
                add(
                    *line,
                    format!("says `{word}`"),
                    "the domain is pure and waits for nothing".into(),
                );
            }
        }
    }
    let stem = file.trim_end_matches(".rs");
    if let Some(name) = NO_NAMES.iter().find(|name| stem.split(['/', '_']).any(|p| p == **name)) {
        let law = "a homeless function has not met its type yet: name the idea".to_owned();
        add(1, format!("is named `{name}`"), law);
    }
    found
}

fn floor_of(file: &str) -> &str {
    let inner = file.trim_start_matches("src/");
    let first = inner.split('/').next().unwrap_or(inner).trim_end_matches(".rs");
    if matches!(first, "main" | "lib" | "build") { "(root)" } else { first }
}

fn upward(file: &str, named: &Named) -> Option<String> {
    let mut segments = named.segments.iter().map(String::as_str);
    if segments.next() != Some("crate") {
        return None;
    }
    let target = segments.next()?;
    let floor = floor_of(file);
    let allowed = FLOORS.iter().find(|(name, _)| *name == floor).map_or(&[][..], |(_, to)| to);
    if !allowed.contains(&target) {
        return Some(format!("floor `{floor}` imports only {}", allowed.join(", ")));
    }
    if floor == "edge" && target == "edge" {
        let other = segments.next()?;
        let own = file.trim_start_matches("src/edge/").split(['/', '.']).next();
        if own != Some("mod") && own != Some(other) {
            return Some("edges never import each other".to_owned());
        }
    }
    None
}

fn out_of_room(file: &str, path: &str) -> Option<String> {
    let at_home = |rooms: &[&str]| rooms.iter().any(|room| file.starts_with(room));
    let named = |rooms: &[&str]| {
        if rooms.is_empty() { "nobody".to_owned() } else { rooms.join(", ") }
    };
    let head = path.split("::").next().unwrap_or(path);
    for (name, rooms) in ROOMS {
        if *name == head && !at_home(rooms) {
            return Some(format!("`{name}` lives in {}", named(rooms)));
        }
    }
    for (thing, rooms) in THINGS {
        if touches(path, thing) && !at_home(rooms) {
            return Some(format!("`{thing}` is for {}", named(rooms)));
        }
    }
    let impure = IMPURE.iter().find(|thing| touches(path, thing));
    impure
        .filter(|_| file.starts_with("src/domain/"))
        .map(|thing| format!("the domain is pure: no `{thing}`"))
}

/// Whether a path reaches a thing: names it, something below it, or a glob above it.
fn touches(path: &str, thing: &str) -> bool {
    let below =
        path.strip_prefix(thing).is_some_and(|rest| rest.is_empty() || rest.starts_with("::"));
    let glob = path
        .strip_suffix("::*")
        .is_some_and(|above| thing.strip_prefix(above).is_some_and(|rest| rest.starts_with("::")));
    below || glob
}

/// The law of size: file → lines.
pub(crate) fn sizes(files: &[(String, usize)]) -> Vec<Breach> {
    let mut found = Vec::new();
    for (file, lines) in files.iter().filter(|(_, lines)| *lines > MAX_LINES) {
        found.push(Breach {
            file: file.clone(),
            line: u32::try_from(*lines).unwrap_or(u32::MAX),
            what: format!("has {lines} lines"),
            law: format!("one idea per file, at most {MAX_LINES} lines"),
        });
    }
    let median = median(files);
    if median > MAX_MEDIAN {
        found.push(Breach {
            file: "src".to_owned(),
            line: 0,
            what: format!("the median file has {median} lines"),
            law: format!("the median is at most {MAX_MEDIAN}"),
        });
    }
    found
}

/// Lines of the file in the middle.
pub(crate) fn median(files: &[(String, usize)]) -> usize {
    let mut lines: Vec<usize> = files.iter().map(|(_, lines)| *lines).collect();
    lines.sort_unstable();
    lines.get(lines.len() / 2).copied().unwrap_or(0)
}

/// The law of the front door: names at the top of the repository.
pub(crate) fn strangers(names: &[String]) -> Vec<String> {
    let known = |name: &&String| name.starts_with('.') || TOP.contains(&name.as_str());
    names.iter().filter(|name| !known(name)).cloned().collect()
}
