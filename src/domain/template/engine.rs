//! How is a text with `${{ … }}` rendered? minijinja, set up to answer as Backstage's nunjucks.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use minijinja::syntax::SyntaxConfig;
use minijinja::value::{Value, ValueKind};
use minijinja::{AutoEscape, Environment, Error, ErrorKind, UndefinedBehavior};

use super::{MAX_FILE_BYTES, MAX_FUEL, filters, methods, nunjucks};

/// How a text marks what is to be filled in.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Dialect {
    /// `{{ cookiecutter.x }}` instead of `${{ values.x }}`.
    pub(super) cookiecutter: bool,
    /// Drop the newline after a block tag.
    pub(super) trim_blocks: bool,
    /// Drop the blanks before a block tag.
    pub(super) lstrip_blocks: bool,
}

/// Something wrong with a text.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    pub(super) line: Option<u32>,
    pub(super) message: String,
}

/// Renders many texts in one dialect.
pub(super) struct Engine {
    environment: Environment<'static>,
    opening: &'static str,
    written: Arc<AtomicUsize>,
}

impl Engine {
    pub(super) fn new(dialect: Dialect) -> Result<Self, Fault> {
        let opening = if dialect.cookiecutter { "{{" } else { "${{" };
        let syntax = SyntaxConfig::builder()
            .variable_delimiters(opening, "}}")
            // nunjucks keeps the last newline of a file.
            .keep_trailing_newline(true)
            .trim_blocks(dialect.trim_blocks)
            .lstrip_blocks(dialect.lstrip_blocks)
            .build()
            .map_err(|e| fault(&e))?;
        let mut environment = Environment::new();
        environment.set_syntax(syntax);
        environment.set_auto_escape_callback(|_| AutoEscape::None);
        environment.set_undefined_behavior(UndefinedBehavior::Chainable);
        environment.set_fuel(Some(MAX_FUEL));
        environment.set_unknown_method_callback(methods::call);
        environment.add_global("null", Value::from(()));
        filters::add(&mut environment);
        let written = Arc::new(AtomicUsize::new(0));
        let counter = Arc::clone(&written);
        environment.set_formatter(move |out, _, value| {
            let text = text_of(value);
            // Before it is written: a loop over a long value must not fill the memory.
            if counter.fetch_add(text.len(), Ordering::Relaxed) > MAX_FILE_BYTES {
                return Err(Error::new(ErrorKind::WriteFailure, "the text becomes too long"));
            }
            out.write_str(&text).map_err(Error::from)
        });
        Ok(Self { environment, opening, written })
    }

    /// Renders `text`. Values that are not set read as empty text, as in nunjucks.
    pub(super) fn render(&self, text: &str, context: &Value) -> Result<String, Fault> {
        self.written.store(0, Ordering::Relaxed);
        let source = nunjucks::translate(text, self.opening);
        let rendered = self.environment.render_str(&source, context.clone());
        let rendered = rendered.map_err(|e| fault(&e))?;
        if rendered.len() > MAX_FILE_BYTES {
            let message = format!("the text becomes longer than {MAX_FILE_BYTES} bytes");
            return Err(Fault { line: None, message });
        }
        Ok(rendered)
    }

    /// Names that `text` asks for, nested ones dotted: `values.name`.
    pub(super) fn asked(&self, text: &str) -> Vec<String> {
        let source = nunjucks::translate(text, self.opening);
        let template = self.environment.template_from_str(&source);
        let mut names: Vec<String> = template
            .map(|template| template.undeclared_variables(true).into_iter().collect())
            .unwrap_or_default();
        names.sort();
        names
    }

    /// The value of a text that is nothing but one `${{ expression }}`; `None` for other texts.
    pub(super) fn evaluate(
        &self,
        text: &str,
        context: &Value,
    ) -> Option<Result<serde_json::Value, Fault>> {
        let inner = text.trim().strip_prefix(self.opening)?.strip_suffix("}}")?;
        if inner.contains(self.opening) || inner.contains("}}") {
            return None;
        }
        let source = nunjucks::translate_expression(inner.trim_matches('-').trim());
        let value = self
            .environment
            .compile_expression_owned(source)
            .and_then(|expression| expression.eval(context.clone()))
            .map_err(|e| fault(&e));
        Some(value.map(|value| serde_json::to_value(&value).unwrap_or_default()))
    }
}

/// As JavaScript prints a value: nothing for null, `true`, `1` for 1.0, lists with commas; but
/// mappings as JSON, because nobody wants `[object Object]`.
fn text_of(value: &Value) -> String {
    match value.kind() {
        ValueKind::Undefined | ValueKind::None => String::new(),
        ValueKind::Bool => value.is_true().to_string(),
        ValueKind::Number => {
            let number = f64::try_from(value.clone()).unwrap_or_default();
            let whole = number.fract() == 0.0 && number.abs() < 9e15;
            if whole { format!("{number:.0}") } else { value.to_string() }
        }
        ValueKind::Seq | ValueKind::Iterable => value
            .try_iter()
            .map(|items| items.map(|item| scalar(&item)).collect::<Vec<_>>().join(","))
            .unwrap_or_default(),
        ValueKind::Map | ValueKind::Plain => json(value),
        _ => value.to_string(),
    }
}

fn scalar(value: &Value) -> String {
    match value.kind() {
        ValueKind::Seq | ValueKind::Iterable | ValueKind::Map => json(value),
        _ => text_of(value),
    }
}

fn json(value: &Value) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

fn fault(error: &Error) -> Fault {
    let line = error.line().and_then(|line| u32::try_from(line).ok());
    let message = match error.kind() {
        ErrorKind::OutOfFuel => "it does too much: a loop is too long".to_owned(),
        kind => error.detail().map_or_else(|| kind.to_string(), |words| format!("{kind}: {words}")),
    };
    Fault { line, message }
}
