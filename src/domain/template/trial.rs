//! Does a template render at all? Tried with stand-ins, for its author, before anybody adopts it.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Complaint, Parameter, Template, TemplateFiles};

/// Remarks that are kept.
const MAX_REMARKS: usize = 20;

/// What came of it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trial {
    /// Why it cannot be used.
    pub problems: Vec<Complaint>,
    /// What its author may want to know: values that are asked for and never set, steps that are
    /// not run.
    pub remarks: Vec<Complaint>,
    /// How many files it made.
    pub files: usize,
}

/// Reads the template at `path` and renders it.
pub fn try_out(path: &str, files: &TemplateFiles) -> Trial {
    let template = match Template::read(path, files) {
        Ok(template) => template,
        Err(problems) => return Trial { problems, ..Trial::default() },
    };
    let values: Map<String, Value> = template
        .parameters
        .iter()
        .filter_map(|parameter| Some((parameter.name.clone(), stand_in(parameter)?)))
        .collect();
    let unfit = template.complaints(&values);
    if !unfit.is_empty() {
        let reason = unfit.join("; ");
        let remark = format!("it was read but not rendered, as no stand-in fits: {reason}");
        return Trial { remarks: vec![Complaint::new(path, None, remark)], ..Trial::default() };
    }
    match template.render(files, &values) {
        Err(problems) => Trial { problems, ..Trial::default() },
        Ok(rendered) => {
            let mut remarks = rendered.unset;
            let skipped = rendered.skipped.iter().map(|step| format!("{step} is skipped"));
            remarks.extend(skipped.map(|words| Complaint::new(path, None, words)));
            remarks.truncate(MAX_REMARKS);
            Trial { problems: Vec::new(), remarks, files: rendered.files.len() }
        }
    }
}

/// A value that a repository might have; `None` for what may be left out.
fn stand_in(parameter: &Parameter) -> Option<Value> {
    if let Some(default) = &parameter.default {
        return Some(default.clone());
    }
    if !parameter.required {
        return None;
    }
    if let Some(first) = parameter.choices.first() {
        return Some(parameter.value_of(first));
    }
    Some(match (parameter.field.as_str(), parameter.kind.as_str()) {
        ("RepoUrlPicker", _) => json!("github.com?owner=example&repo=example"),
        ("OwnerPicker", _) => json!("group:default/example"),
        ("EntityPicker", _) => json!("component:default/example"),
        (_, "boolean") => json!(true),
        (_, "integer" | "number") => json!(8080),
        (_, "array") => json!([]),
        (_, "object") => json!({}),
        _ => json!("example"),
    })
}
