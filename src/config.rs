//! How does the operator want it? Settings from the environment and, if named, a TOML file.
//!
//! The environment wins over the file. All complaints are reported at once, each with the
//! setting's name and what to write instead. Secrets never appear in `Debug` or in complaints.

mod bounds;
mod source;
mod tokens;

use std::fmt;
use std::net::SocketAddr;
use std::path::PathBuf;

use secrecy::{ExposeSecret, SecretString};

pub use source::Source;
pub use tokens::ApiToken;

use crate::domain::ids::RepoName;
use crate::domain::retention::Keep;

/// How log lines look.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// For people.
    Text,
    /// One JSON object a line.
    Json,
}

/// Everything `waymark serve` needs to know. The names of the variables are in [`SETTINGS`].
#[derive(Debug, Clone)]
pub struct Settings {
    /// The App's id.
    pub app_id: u64,
    /// The App's private key, PEM.
    pub private_key: SecretString,
    /// One or two webhook secrets; two while rotating.
    pub webhook_secrets: Vec<SecretString>,
    /// Base address of GitHub's REST API, without a slash at its end.
    pub github_url: String,
    /// `sqlite://…` or `postgres://…`; may hold a password.
    pub database_url: SecretString,
    /// Where to listen.
    pub listen: SocketAddr,
    /// Address under which people reach this service; links are left out without it.
    pub public_url: Option<String>,
    /// How many jobs run at once.
    pub workers: usize,
    /// Filter as of tracing's `EnvFilter`: `info`, `waymark=debug,warn`.
    pub log: String,
    /// Shape of log lines.
    pub log_format: LogFormat,
    /// Base address of the collector that traces are sent to, without a slash at its end.
    pub otlp_endpoint: Option<String>,
    /// Folders of further policies, after the built-in ones.
    pub policies: Vec<PathBuf>,
    /// Name of the repository where an account keeps its configuration.
    pub config_repository: String,
    /// How long things are kept.
    pub keep: Keep,
    /// Whether GitHub's limits are planned with; a server of one's own may have none.
    pub limits: bool,
    /// Whether pull requests get the check `waymark / deploy risk`.
    pub risk: bool,
    /// Who may call `/api/v1`, and about whom.
    pub api_tokens: Vec<ApiToken>,
}

/// A complaint about one setting.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Complaint {
    /// The setting's name.
    pub setting: String,
    /// What is wrong and what to write instead; never a secret's value.
    pub message: String,
}

/// All complaints together.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct Complaints(pub Vec<Complaint>);

impl fmt::Display for Complaints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let n = self.0.len();
        write!(f, "{n} setting{} cannot be used:", if n == 1 { "" } else { "s" })?;
        for complaint in &self.0 {
            write!(f, "\n  {}: {}", complaint.setting, complaint.message)?;
        }
        Ok(())
    }
}

/// Every setting with its meaning, for `--help`, the README and the check for unknown keys.
pub const SETTINGS: &[(&str, &str)] = &[
    ("WAYMARK_CONFIG", "TOML file with the same keys (optional)"),
    ("WAYMARK_APP_ID", "the GitHub App's id, a number"),
    ("WAYMARK_PRIVATE_KEY", "the App's private key (PEM); or WAYMARK_PRIVATE_KEY_FILE"),
    ("WAYMARK_PRIVATE_KEY_FILE", "file that holds the private key"),
    ("WAYMARK_WEBHOOK_SECRET", "the webhook secret; two separated by a comma while rotating"),
    ("WAYMARK_WEBHOOK_SECRET_FILE", "file that holds the webhook secret(s)"),
    ("WAYMARK_GITHUB_URL", "API base (default https://api.github.com; GHES https://HOST/api/v3)"),
    ("WAYMARK_DATABASE_URL", "default sqlite://waymark.db; or postgres://USER:PASSWORD@HOST/NAME"),
    ("WAYMARK_LISTEN", "address and port (default 127.0.0.1:3000)"),
    ("WAYMARK_PUBLIC_URL", "address under which people reach this service (optional)"),
    ("WAYMARK_WORKERS", "how many jobs run at once, 1 to 256 (default 8)"),
    ("WAYMARK_RISK", "whether pull requests get the deploy risk check: on (default) or off"),
    ("WAYMARK_LOG", "log filter (default info)"),
    ("WAYMARK_LOG_FORMAT", "text (default) or json"),
    (
        "WAYMARK_OTLP_ENDPOINT",
        "collector for traces, such as http://127.0.0.1:4318 (optional; needs the feature otlp)",
    ),
    ("WAYMARK_CONFIG_REPOSITORY", "an account's repository with its waymark.yml (default .github)"),
    ("WAYMARK_KEEP_DELIVERIES_DAYS", "webhook bodies, at least 8 (default 30)"),
    ("WAYMARK_KEEP_EVALUATIONS_DAYS", "remembered evaluations (default 90)"),
    ("WAYMARK_KEEP_HISTORY_DAYS", "judgements, check runs and their texts (default 400)"),
    ("WAYMARK_GITHUB_LIMITS", "github (default) or off, for a server without rate limits"),
    (
        "WAYMARK_API_TOKENS",
        "bearer tokens of /api/v1: account=token or account=sha256:HEX, separated by commas; * is \
         every account (optional)",
    ),
    ("WAYMARK_API_TOKENS_FILE", "file that holds the API's tokens, one a line"),
    ("WAYMARK_POLICIES", "folders of further policies, separated by colons (optional)"),
];

impl Settings {
    /// Reads the process' environment and the file that it names.
    pub fn load() -> Result<Self, Complaints> {
        Self::read(Source::of_environment())
    }

    /// Reads settings from a source; see [`SETTINGS`].
    pub fn read(mut source: Source) -> Result<Self, Complaints> {
        let app_id = source.required("WAYMARK_APP_ID").and_then(|text| match text.parse() {
            Ok(0) | Err(_) => {
                source
                    .complain("WAYMARK_APP_ID", "must be the App's numeric id, as its page shows");
                None
            }
            Ok(id) => Some(id),
        });
        let private_key = source.secret("WAYMARK_PRIVATE_KEY").and_then(|key| {
            // Some secret stores turn line ends into the two characters `\n`.
            let key = key.replace("\\n", "\n");
            if key.contains("-----BEGIN") && key.contains("PRIVATE KEY-----") {
                return Some(SecretString::from(key));
            }
            source
                .complain("WAYMARK_PRIVATE_KEY", "must be PEM (`-----BEGIN RSA PRIVATE KEY-----`)");
            None
        });
        let webhook_secrets = source.secret("WAYMARK_WEBHOOK_SECRET").and_then(|text| {
            let secrets: Vec<SecretString> =
                text.trim().split(',').map(|s| SecretString::from(s.trim())).collect();
            let empty = secrets.iter().any(|s| s.expose_secret().is_empty());
            if empty || secrets.len() > 2 {
                source
                    .complain("WAYMARK_WEBHOOK_SECRET", "must be one secret, or two with a comma");
                return None;
            }
            Some(secrets)
        });
        let github_url = source.url("WAYMARK_GITHUB_URL", Some("https://api.github.com"));
        let public_url = source.url("WAYMARK_PUBLIC_URL", None);
        let database_url = read_database_url(&mut source);
        let listen = source.optional("WAYMARK_LISTEN").unwrap_or_else(|| "127.0.0.1:3000".into());
        let listen = listen.parse().ok().or_else(|| {
            source.complain("WAYMARK_LISTEN", "must be address:port, such as 0.0.0.0:3000");
            None
        });
        let workers = source.optional("WAYMARK_WORKERS").unwrap_or_else(|| "8".into());
        let workers = workers.parse().ok().filter(|n| (1..=256).contains(n)).or_else(|| {
            source.complain("WAYMARK_WORKERS", "must be a number from 1 to 256");
            None
        });
        let risk = match source.optional("WAYMARK_RISK").as_deref() {
            None | Some("on") => true,
            Some("off") => false,
            Some(_) => {
                source.complain("WAYMARK_RISK", "must be on or off");
                true
            }
        };
        let log_format = match source.optional("WAYMARK_LOG_FORMAT").as_deref() {
            None | Some("text") => LogFormat::Text,
            Some("json") => LogFormat::Json,
            Some(_) => {
                source.complain("WAYMARK_LOG_FORMAT", "must be text or json");
                LogFormat::Text
            }
        };
        let log = source.optional("WAYMARK_LOG").unwrap_or_else(|| "info".into());
        if let Err(error) = tracing_subscriber::EnvFilter::try_new(&log) {
            source.complain("WAYMARK_LOG", &format!("is not a log filter: {error}"));
        }
        let otlp_endpoint = source.url("WAYMARK_OTLP_ENDPOINT", None);
        if otlp_endpoint.is_some() && !cfg!(feature = "otlp") {
            let message = "this binary was built without the feature `otlp`: build it with \
                           `--features otlp`, or leave the setting out";
            source.complain("WAYMARK_OTLP_ENDPOINT", message);
        }
        if otlp_endpoint.as_deref().is_some_and(|url| !url.starts_with("http://")) {
            let message = "must be an http:// address: run the collector beside the service";
            source.complain("WAYMARK_OTLP_ENDPOINT", message);
        }
        let policies = source.optional("WAYMARK_POLICIES").unwrap_or_default();
        let policies: Vec<PathBuf> =
            policies.split(':').filter(|p| !p.is_empty()).map(PathBuf::from).collect();
        for folder in policies.iter().filter(|folder| !folder.is_dir()) {
            let message = format!("`{}` is not a folder", folder.display());
            source.complain("WAYMARK_POLICIES", &message);
        }
        let config_repository =
            source.optional("WAYMARK_CONFIG_REPOSITORY").unwrap_or_else(|| ".github".into());
        if RepoName::parse(&format!("owner/{config_repository}")).is_err() {
            source.complain("WAYMARK_CONFIG_REPOSITORY", "must be a repository's name, no owner");
        }
        let keep = bounds::read_keep(&mut source);
        let limits = bounds::read_limits(&mut source);
        let api_tokens = read_tokens(&mut source);
        let complaints = source.finish();
        match (app_id, private_key, webhook_secrets, github_url, listen, workers) {
            (
                Some(app_id),
                Some(private_key),
                Some(webhook_secrets),
                Some(github_url),
                Some(listen),
                Some(workers),
            ) if complaints.is_empty() => Ok(Self {
                app_id,
                private_key,
                webhook_secrets,
                github_url,
                database_url,
                listen,
                public_url,
                workers,
                log,
                log_format,
                otlp_endpoint,
                policies,
                config_repository,
                keep,
                limits,
                risk,
                api_tokens,
            }),
            _ => Err(Complaints(complaints)),
        }
    }
}

/// Reads `WAYMARK_DATABASE_URL` alone, for tools that need nothing else. Settings that do not
/// exist are complained about all the same: a misspelt one would mean another database.
pub fn database_url(mut source: Source) -> Result<SecretString, Complaints> {
    let url = read_database_url(&mut source);
    let complaints = source.finish();
    if complaints.is_empty() { Ok(url) } else { Err(Complaints(complaints)) }
}

fn read_tokens(source: &mut Source) -> Vec<ApiToken> {
    let text = source.optional_secret("WAYMARK_API_TOKENS").unwrap_or_default();
    let mut tokens = Vec::new();
    for entry in text.split([',', '\n']).map(str::trim).filter(|entry| !entry.is_empty()) {
        match ApiToken::parse(entry) {
            Ok(token) => tokens.push(token),
            Err(complaint) => source.complain("WAYMARK_API_TOKENS", &complaint),
        }
    }
    tokens
}

fn read_database_url(source: &mut Source) -> SecretString {
    let url =
        source.optional("WAYMARK_DATABASE_URL").unwrap_or_else(|| "sqlite://waymark.db".into());
    if !["sqlite:", "postgres:", "postgresql:"].iter().any(|s| url.starts_with(s)) {
        source.complain("WAYMARK_DATABASE_URL", "must start with sqlite:// or postgres://");
    }
    SecretString::from(url)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PEM: &str = "-----BEGIN RSA PRIVATE KEY-----\nx\n-----END RSA PRIVATE KEY-----";

    fn read(pairs: &[(&str, &str)]) -> Result<Settings, Vec<String>> {
        let source = Source::of_pairs(pairs.iter().copied());
        Settings::read(source).map_err(|Complaints(list)| {
            list.into_iter().map(|c| format!("{}: {}", c.setting, c.message)).collect()
        })
    }

    #[test]
    fn three_settings_are_enough() {
        let settings = read(&[
            ("WAYMARK_APP_ID", "7"),
            ("WAYMARK_PRIVATE_KEY", PEM),
            ("WAYMARK_WEBHOOK_SECRET", "old,new"),
        ])
        .expect("complete");
        assert_eq!(settings.webhook_secrets.len(), 2);
        assert_eq!(settings.github_url, "https://api.github.com");
        assert!(!format!("{settings:?}").contains("RSA"), "secrets are not shown");
    }

    #[test]
    fn all_complaints_come_together() {
        let complaints = read(&[
            ("WAYMARK_APP_ID", "seven"),
            ("WAYMARK_PRIVATE_KEY_FILE", "/no/such/key.pem"),
            ("WAYMARK_GITHUB_URL", "github.example"),
            ("WAYMARK_LISTEN", "3000"),
            ("WAYMARK_WORKERS", "0"),
            ("WAYMARK_LOGS", "debug"),
        ])
        .expect_err("nothing is right");
        let named: Vec<&str> = complaints.iter().filter_map(|c| c.split(": ").next()).collect();
        assert_eq!(
            named,
            [
                "WAYMARK_APP_ID",
                "WAYMARK_PRIVATE_KEY_FILE",
                "WAYMARK_WEBHOOK_SECRET",
                "WAYMARK_GITHUB_URL",
                "WAYMARK_LISTEN",
                "WAYMARK_WORKERS",
                "WAYMARK_LOGS",
            ]
        );
    }
}
