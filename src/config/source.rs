//! Where do settings come from? The environment, then the TOML file that it names.

use std::collections::BTreeMap;
use std::{env, fs};

use super::{Complaint, SETTINGS};

/// Settings as written, with the complaints gathered so far.
#[derive(Debug, Default)]
pub struct Source {
    environment: BTreeMap<String, String>,
    file: BTreeMap<String, String>,
    complaints: Vec<Complaint>,
}

impl Source {
    /// The process' environment (variables that start with `WAYMARK_`).
    pub fn of_environment() -> Self {
        let (mut own, mut odd) = (BTreeMap::new(), Vec::new());
        // `env::vars` would panic at anybody's variable that is no text.
        for (name, value) in env::vars_os() {
            match (name.into_string(), value.into_string()) {
                (Ok(name), _) if !name.starts_with("WAYMARK_") => {}
                (Ok(name), Ok(value)) => _ = own.insert(name, value),
                (Ok(name), Err(_)) => odd.push(name),
                (Err(_), _) => {}
            }
        }
        let mut source = Self::new(own);
        for name in odd {
            source.complain(&name, "is not UTF-8 text");
        }
        source
    }

    /// Given pairs, for tests and tools.
    pub fn of_pairs<'a>(pairs: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let own = pairs.into_iter().map(|(k, v)| (k.to_owned(), v.to_owned()));
        Self::new(own.collect())
    }

    fn new(environment: BTreeMap<String, String>) -> Self {
        let mut source = Self { environment, ..Self::default() };
        if let Some(path) = source.environment.get("WAYMARK_CONFIG").cloned() {
            source.read_file(&path);
        }
        source
    }

    fn read_file(&mut self, path: &str) {
        let text = match fs::read_to_string(path) {
            Ok(text) => text,
            Err(e) => {
                return self.complain("WAYMARK_CONFIG", &format!("cannot read `{path}`: {e}"));
            }
        };
        match text.parse::<toml::Table>() {
            // The line and caret would show the offending line, which may hold a secret.
            Err(e) => self.complain("WAYMARK_CONFIG", &format!("`{path}`: {}", e.message())),
            Ok(table) => {
                for (key, value) in table {
                    let text = match value {
                        toml::Value::String(text) => text,
                        toml::Value::Integer(n) => n.to_string(),
                        _ => {
                            self.complain(&key, "must be a text or a number");
                            continue;
                        }
                    };
                    self.file.insert(key, text);
                }
            }
        }
    }

    /// Notes what is wrong with a setting.
    pub(super) fn complain(&mut self, setting: &str, message: &str) {
        let complaint = Complaint { setting: setting.to_owned(), message: message.to_owned() };
        self.complaints.push(complaint);
    }

    /// A setting's text; empty counts as not given, as shells and Compose files leave them.
    pub(super) fn optional(&self, name: &str) -> Option<String> {
        let given = |map: &BTreeMap<String, String>| {
            map.get(name).filter(|text| !text.trim().is_empty()).cloned()
        };
        given(&self.environment).or_else(|| given(&self.file))
    }

    /// A setting that must be there.
    pub(super) fn required(&mut self, name: &str) -> Option<String> {
        let text = self.optional(name);
        if text.is_none() {
            let meaning = SETTINGS.iter().find(|(n, _)| *n == name).map_or("", |(_, m)| m);
            self.complain(name, &format!("is missing: {meaning}"));
        }
        text
    }

    /// A secret: the setting itself, or the file that `NAME_FILE` names.
    pub(super) fn secret(&mut self, name: &str) -> Option<String> {
        let in_file = format!("{name}_FILE");
        match (self.optional(name), self.optional(&in_file)) {
            (Some(_), Some(_)) => {
                self.complain(name, &format!("is given together with {in_file}; leave one out"));
                None
            }
            (Some(text), None) => Some(text),
            (None, Some(path)) => match fs::read_to_string(&path) {
                Ok(text) if !text.trim().is_empty() => Some(text),
                Ok(_) => {
                    self.complain(&in_file, &format!("`{path}` is empty"));
                    None
                }
                Err(e) => {
                    self.complain(&in_file, &format!("cannot read `{path}`: {e}"));
                    None
                }
            },
            (None, None) => self.required(name),
        }
    }

    /// A secret that may be left out.
    pub(super) fn optional_secret(&mut self, name: &str) -> Option<String> {
        let given = self.optional(name).or_else(|| self.optional(&format!("{name}_FILE")));
        given.and_then(|_| self.secret(name))
    }

    /// An address with scheme; the slash at its end is dropped.
    pub(super) fn url(&mut self, name: &str, default: Option<&str>) -> Option<String> {
        let text = self.optional(name).or_else(|| default.map(str::to_owned))?;
        let text = text.trim().trim_end_matches('/');
        let host = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        let plain = |host: &str| !host.is_empty() && !host.contains(['@', '?', '#', ' ']);
        if host.is_some_and(plain) && text.parse::<http::Uri>().is_ok() {
            return Some(text.to_owned());
        }
        self.complain(name, "must be an address such as https://github.example/api/v3");
        None
    }

    /// All complaints, those about unknown settings last.
    pub(super) fn finish(mut self) -> Vec<Complaint> {
        let known = |name: &String| SETTINGS.iter().any(|(known, _)| known == name);
        let tests = |name: &String| name.starts_with("WAYMARK_TEST_") || name == "WAYMARK_BIN";
        let unknown: Vec<String> = self
            .environment
            .keys()
            .chain(self.file.keys())
            .filter(|name| !known(name) && !tests(name))
            .cloned()
            .collect();
        for name in unknown {
            self.complain(&name, "is not a setting; `waymark serve --help` lists them");
        }
        self.complaints
    }
}
