//! How is a question put to a policy? As a rule of its own package, in a module beside it.

use regorus::Value;

use super::Context;
use crate::domain::policy::syntax::imports;

/// Arguments of a traced function: `data.waymark_trace.given[0]`.
pub(super) const GIVEN: &str = "waymark_trace";

impl Context<'_> {
    /// Answers questions: each is a list comprehension's inside, `term | conditions`. All or
    /// nothing, because one that is not valid spoils the module.
    pub(super) fn ask(
        &self,
        questions: &[String],
        given: Option<&Value>,
    ) -> Result<Vec<Vec<Value>>, String> {
        let mut engine = self.engine.clone();
        let words = |e: &anyhow::Error| super::failed(e);
        let package = self.package.trim_start_matches("data.");
        let mut text = format!("package {package}\nimport rego.v1\n");
        for (alias, target) in imports(self.module).iter().filter(|(_, t)| t != "rego.v1") {
            text.push_str(&format!("import {target} as {alias}\n"));
        }
        for (i, question) in questions.iter().enumerate() {
            text.push_str(&format!("\n__trace_{i} := [{question}\n]\n"));
        }
        engine.add_policy("__trace.rego".to_owned(), text).map_err(|e| words(&e))?;
        if let Some(given) = given {
            let mut inner = Value::new_object();
            let mut outer = Value::new_object();
            let insert = |object: &mut Value, key: &str, value: Value| -> anyhow::Result<()> {
                object.as_object_mut()?.insert(Value::from(key), value);
                Ok(())
            };
            insert(&mut inner, "given", given.clone())
                .and_then(|()| insert(&mut outer, GIVEN, inner))
                .and_then(|()| engine.add_data(outer))
                .map_err(|e| words(&e))?;
        }
        let one = |i: usize| {
            let rule = format!("{}.__trace_{i}", self.package);
            match engine.clone().eval_rule(rule) {
                Ok(Value::Array(items)) => Ok(items.iter().cloned().collect()),
                Ok(_) => Ok(Vec::new()),
                Err(e) => Err(words(&e)),
            }
        };
        // Analysed once, so that the clones need not.
        let mut engine_ready = Vec::with_capacity(questions.len());
        for i in 0..questions.len() {
            engine_ready.push(one(i)?);
        }
        Ok(engine_ready)
    }
}
