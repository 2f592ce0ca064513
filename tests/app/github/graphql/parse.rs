//! How is a GraphQL query read? A small recursive parser: one operation, aliases, arguments, variables,
//! inline and named fragments; no directives.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

/// `alias: name(arguments) { fields }`, or `... on type { fields }` with `on` set.
#[derive(Clone, Debug, Default)]
pub struct Field {
    pub alias: String,
    pub name: String,
    pub arguments: Map<String, Value>,
    pub fields: Vec<Field>,
    /// The type condition of a fragment; `name` is empty then.
    pub on: Option<String>,
}

/// The fields of the operation in `text`.
pub fn parse(text: &str, variables: &Value) -> Result<Vec<Field>, String> {
    let mut parser = Parser { tokens: tokens(text)?, at: 0, variables, fragments: BTreeMap::new() };
    let mut operation = None;
    while !parser.done() {
        match parser.peek() {
            "{" => operation = Some(parser.fields()?),
            "query" => {
                while parser.peek() != "{" {
                    // Name and variable definitions: types are not checked here.
                    parser.next()?;
                }
                operation = Some(parser.fields()?);
            }
            "fragment" => {
                parser.next()?;
                let name = parser.next()?;
                parser.expect("on")?;
                let on = Some(parser.next()?);
                let fields = parser.fields()?;
                parser.fragments.insert(name, Field { on, fields, ..Field::default() });
            }
            other => return Err(format!("Expected one of query, fragment; got {other:?}")),
        }
    }
    let fields = operation.ok_or("A query must contain an operation")?;
    Ok(expand(fields, &parser.fragments))
}

/// Puts named fragments where they are spread.
fn expand(fields: Vec<Field>, fragments: &BTreeMap<String, Field>) -> Vec<Field> {
    fields
        .into_iter()
        .map(|mut field| {
            if let Some(known) =
                field.alias.strip_prefix("...").and_then(|name| fragments.get(name))
            {
                field = known.clone();
            }
            field.fields = expand(field.fields, fragments);
            field
        })
        .collect()
}

struct Parser<'a> {
    tokens: Vec<String>,
    at: usize,
    variables: &'a Value,
    fragments: BTreeMap<String, Field>,
}

impl Parser<'_> {
    fn done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    fn peek(&self) -> &str {
        self.tokens.get(self.at).map_or("", String::as_str)
    }

    fn next(&mut self) -> Result<String, String> {
        let token = self.tokens.get(self.at).cloned().ok_or("Unexpected end of document")?;
        self.at += 1;
        Ok(token)
    }

    fn expect(&mut self, wanted: &str) -> Result<(), String> {
        match self.next()? {
            token if token == wanted => Ok(()),
            token => Err(format!("Expected {wanted:?}, got {token:?}")),
        }
    }

    fn fields(&mut self) -> Result<Vec<Field>, String> {
        self.expect("{")?;
        let mut out = Vec::new();
        while self.peek() != "}" {
            out.push(self.field()?);
        }
        self.expect("}")?;
        if out.is_empty() { Err("A selection may not be empty".into()) } else { Ok(out) }
    }

    fn field(&mut self) -> Result<Field, String> {
        let mut field = Field::default();
        if self.peek() == "..." {
            self.next()?;
            if self.peek() == "on" {
                self.next()?;
                field.on = Some(self.next()?);
                field.fields = self.fields()?;
            } else {
                field.alias = format!("...{}", self.next()?);
            }
            return Ok(field);
        }
        field.name = self.name()?;
        field.alias = field.name.clone();
        if self.peek() == ":" {
            self.next()?;
            field.name = self.name()?;
        }
        if self.peek() == "(" {
            self.next()?;
            while self.peek() != ")" {
                let name = self.name()?;
                self.expect(":")?;
                let value = self.value()?;
                field.arguments.insert(name, value);
            }
            self.next()?;
        }
        if self.peek() == "{" {
            field.fields = self.fields()?;
        }
        Ok(field)
    }

    fn name(&mut self) -> Result<String, String> {
        let token = self.next()?;
        match token.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') {
            true => Ok(token),
            false => Err(format!("Expected NAME, got {token:?}")),
        }
    }

    fn value(&mut self) -> Result<Value, String> {
        let token = self.next()?;
        Ok(match token.as_str() {
            "$" => {
                let name = self.name()?;
                let value = self.variables.get(&name).cloned();
                value.ok_or(format!("Variable ${name} was not provided"))?
            }
            "[" => {
                let mut items = Vec::new();
                while self.peek() != "]" {
                    items.push(self.value()?);
                }
                self.next()?;
                Value::Array(items)
            }
            "{" => {
                let mut map = serde_json::Map::new();
                while self.peek() != "}" {
                    let name = self.name()?;
                    self.expect(":")?;
                    map.insert(name, self.value()?);
                }
                self.next()?;
                Value::Object(map)
            }
            text if text.starts_with('"') => {
                serde_json::from_str(text).map_err(|_| format!("Bad string {text}"))?
            }
            text => serde_json::from_str(text).unwrap_or(json!(text)),
        })
    }
}

fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            ' ' | '\t' | '\r' | '\n' | ',' | '\u{feff}' => {
                rest = &rest[first.len_utf8()..];
                continue;
            }
            '#' => {
                rest = rest.find('\n').map_or("", |at| &rest[at..]);
                continue;
            }
            '"' => string_length(rest).ok_or("Unterminated string")?,
            '.' if rest.starts_with("...") => 3,
            '{' | '}' | '(' | ')' | '[' | ']' | ':' | '$' | '!' | '=' | '@' | '|' => 1,
            _ => rest
                .find(|c: char| !(c.is_ascii_alphanumeric() || c == '_' || c == '-' || c == '.'))
                .unwrap_or(rest.len()),
        };
        if length == 0 {
            return Err(format!("Unexpected character {first:?}"));
        }
        out.push(rest[..length].to_string());
        rest = &rest[length..];
    }
    Ok(out)
}

/// Bytes of the string literal at the start, quotes included.
fn string_length(text: &str) -> Option<usize> {
    let mut escaped = false;
    text.char_indices().skip(1).find_map(|(at, c)| {
        let ends = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        ends.then_some(at + 1)
    })
}
