//! What is `.name` of a value? Keys of maps, and the methods of what Helm puts into the context.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::domain::glob;

use super::budget::Fault;
use super::capabilities::{self, KUBE_MAJOR_MINOR, KUBE_VERSION};
use super::emit_yaml;
use super::exec::Frame;
use super::functions::encode;
use super::value::{Host, Map, Value};

/// The files of a chart; `None` for one that was not fetched.
type Files = BTreeMap<String, Option<Rc<str>>>;

/// Steps that holding one path against a pattern costs.
const GLOB_STEPS: u64 = 100;
/// What stands for the text of a file that was not fetched.
const NOT_FETCHED: &str = "(not fetched)";

impl Frame<'_> {
    /// A field, or a method with its arguments.
    pub(super) fn field(
        &mut self,
        value: &Value,
        name: &str,
        args: &[Value],
    ) -> Result<Value, Fault> {
        if let Value::Host(host) = value {
            return self.method(host, name, args);
        }
        if !args.is_empty() {
            return Err(Fault::new(format!("`{name}` is not a method but has arguments")));
        }
        match value {
            Value::Map(map) => Ok(map.borrow().get(name).cloned().unwrap_or(Value::Nil)),
            Value::Nil => Err(Fault::new(format!("nil pointer evaluating `.{name}`"))),
            other => {
                let kind = other.type_name();
                Err(Fault::new(format!("`.{name}` cannot be read from a value of type {kind}")))
            }
        }
    }

    fn method(&mut self, host: &Host, name: &str, args: &[Value]) -> Result<Value, Fault> {
        let wrong = || Fault::new(format!("`.{name}` does not exist or has other arguments"));
        let text = match args {
            [Value::Str(text)] => Some(text),
            _ => None,
        };
        Ok(match (host, name, text) {
            (Host::KubeVersion, "Version" | "GitVersion" | "String", None) => {
                Value::str(KUBE_VERSION)
            }
            (Host::KubeVersion, "Major", None) => Value::str(KUBE_MAJOR_MINOR.0),
            (Host::KubeVersion, "Minor", None) => Value::str(KUBE_MAJOR_MINOR.1),
            (Host::ApiVersions, "Has", Some(version)) => Value::Bool(capabilities::has(version)),
            (Host::Time, "Unix", None) => Value::Int64(super::functions::dates::NOW_SECONDS),
            (Host::Time, "Year", None) => Value::Int(2020),
            (Host::Files(files), "Get" | "GetBytes", Some(path)) => self.file_text(files, path),
            (Host::Files(files), "Glob", Some(pattern)) => {
                self.engine.budget.spend(GLOB_STEPS * (1 + files.len() as u64))?;
                let found = files.iter().filter(|(path, _)| glob::matches(pattern, path));
                let found = found.map(|(path, text)| (path.clone(), text.clone())).collect();
                Value::Host(Host::Files(Rc::new(found)))
            }
            (Host::Files(files), "Lines", Some(path)) => {
                let Value::Str(text) = self.file_text(files, path) else { return Err(wrong()) };
                let text = text.strip_suffix('\n').unwrap_or(&text);
                self.engine.budget.text(text.len())?;
                let lines = text.split('\n').map(Value::str).collect();
                Value::list(if text.is_empty() { Vec::new() } else { lines })
            }
            (Host::Files(files), "AsConfig" | "AsSecrets", None) if args.is_empty() => {
                let mut map = Map::new();
                for path in files.keys() {
                    let Value::Str(mut text) = self.file_text(files, path) else { continue };
                    if name == "AsSecrets" {
                        self.engine.budget.text(text.len())?;
                        text = encode::base64(&text).into();
                    }
                    let base = path.rsplit('/').next().unwrap_or(path);
                    map.insert(base.into(), Value::Str(text));
                }
                Value::str(emit_yaml::yaml(&Value::map(map), &self.engine.budget)?)
            }
            (Host::Files(files), path, None) if args.is_empty() => match files.get(path) {
                Some(_) => self.file_text(files, path),
                None => Value::Nil,
            },
            _ => return Err(wrong()),
        })
    }

    /// A file's text; empty when the chart has no such file. One that exists but was not fetched
    /// gives a placeholder and is remembered.
    pub(super) fn file_text(&self, files: &Files, path: &str) -> Value {
        match files.get(path) {
            Some(Some(text)) => Value::Str(Rc::clone(text)),
            Some(None) => {
                self.engine.uses_unfetched(&path.into());
                Value::str(NOT_FETCHED)
            }
            None => Value::str(""),
        }
    }
}
