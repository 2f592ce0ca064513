//! Manifests in JSON and TOML: both become one tree with lines.

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use crate::domain::yaml::{Lines, SpanTable, escape_token, load_json};

use super::Read;

/// Values that a manifest may hold.
const MAX_VALUES: usize = 100_000;

/// A manifest's tree, and where things stand in it.
pub(super) struct Document {
    pub(super) value: Value,
    spans: SpanTable,
}

impl Document {
    /// The line of the value at a pointer, or of where it belongs.
    pub(super) fn line(&self, pointer: &str) -> u32 {
        self.spans.lines(pointer).map_or(1, |(first, _)| first)
    }

    /// Every table at `pointer` whose values are dependencies: a version, or a table that has one.
    pub(super) fn versions(&self, read: &mut Read, pointer: &str, dev: bool) {
        let Some(table) = self.value.pointer(pointer).and_then(Value::as_object) else { return };
        for (key, value) in table {
            let line = self.line(&format!("{pointer}/{}", escape_token(key)));
            let renamed = value.get("package").and_then(Value::as_str);
            let version = value.as_str().or_else(|| value.get("version")?.as_str());
            read.add(line, renamed.unwrap_or(key), version, dev);
        }
    }
}

pub(super) fn json(text: &str) -> Result<Document, String> {
    let mut loaded = load_json(text);
    if let Some(fault) = loaded.error {
        return Err(format!("cannot be read: line {}: {}", fault.line, fault.message));
    }
    if loaded.documents.is_empty() {
        return Err("is empty".to_owned());
    }
    let document = loaded.documents.swap_remove(0);
    if document.value.is_object() {
        Ok(Document { value: document.value, spans: document.spans })
    } else {
        Err("holds no object".to_owned())
    }
}

pub(super) fn toml(text: &str) -> Result<Document, String> {
    let lines = Lines::of(text);
    let table = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| lines.at(span.start));
        let message = error.message().lines().next().unwrap_or("no TOML").to_owned();
        format!("cannot be read: line {line}: {message}")
    })?;
    let mut places = Vec::new();
    let value = table_value(table.get_ref(), "", &lines, &mut places);
    if places.len() > MAX_VALUES {
        return Err("holds more values than one evaluation reads".to_owned());
    }
    Ok(Document { value: Value::Object(value), spans: SpanTable::of(places) })
}

type Places = Vec<(String, (u32, u32))>;

/// The parser lets nothing through that nests deeper than 80, so this may recurse.
fn table_value(
    table: &DeTable<'_>,
    at: &str,
    lines: &Lines,
    places: &mut Places,
) -> Map<String, Value> {
    let mut map = Map::new();
    for (key, value) in table {
        if places.len() > MAX_VALUES {
            break;
        }
        let pointer = format!("{at}/{}", escape_token(key.get_ref()));
        let line = lines.at(key.span().start);
        places.push((pointer.clone(), (line, line)));
        map.insert(key.get_ref().to_string(), plain(value, &pointer, lines, places));
    }
    map
}

fn plain(value: &Spanned<DeValue<'_>>, at: &str, lines: &Lines, places: &mut Places) -> Value {
    match value.get_ref() {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Boolean(flag) => Value::from(*flag),
        DeValue::Table(table) => Value::Object(table_value(table, at, lines, places)),
        DeValue::Array(array) => {
            let mut list = Vec::new();
            for (index, item) in array.iter().enumerate() {
                if places.len() > MAX_VALUES {
                    break;
                }
                let pointer = format!("{at}/{index}");
                let line = lines.at(item.span().start);
                places.push((pointer.clone(), (line, line)));
                list.push(plain(item, &pointer, lines, places));
            }
            Value::Array(list)
        }
        // Nothing that names a dependency is a number or a date.
        _ => Value::Null,
    }
}

pub(super) fn package_json(text: &str) -> Result<Read, String> {
    let document = json(text)?;
    let mut read = Read::default();
    for (table, dev) in [
        ("/dependencies", false),
        ("/optionalDependencies", false),
        ("/peerDependencies", false),
        ("/devDependencies", true),
    ] {
        document.versions(&mut read, table, dev);
    }
    Ok(read)
}

pub(super) fn composer_json(text: &str) -> Result<Read, String> {
    let document = json(text)?;
    let mut read = Read::default();
    document.versions(&mut read, "/require", false);
    document.versions(&mut read, "/require-dev", true);
    // `php` and `ext-json` are no packages.
    read.rows.retain(|row| row.name.contains('/'));
    Ok(read)
}

pub(super) fn cargo_toml(text: &str) -> Result<Read, String> {
    let document = toml(text)?;
    let mut read = Read::default();
    let targets = document.value.get("target").and_then(Value::as_object);
    let targets = targets.into_iter().flatten();
    let targets = targets.map(|(name, _)| format!("/target/{}", escape_token(name)));
    for at in [String::new(), "/workspace".to_owned()].into_iter().chain(targets) {
        document.versions(&mut read, &format!("{at}/dependencies"), false);
        document.versions(&mut read, &format!("{at}/dev-dependencies"), true);
        document.versions(&mut read, &format!("{at}/build-dependencies"), true);
    }
    Ok(read)
}

/// Libraries and plugins; `version.ref` is looked up.
pub(super) fn version_catalog(text: &str) -> Result<Read, String> {
    let document = toml(text)?;
    let mut read = Read::default();
    let value = &document.value;
    let version_of = |entry: &Value| {
        let version = entry.get("version")?;
        let named = version.get("ref").and_then(Value::as_str);
        let looked_up = named.and_then(|name| value.get("versions")?.get(name)?.as_str());
        looked_up.or(version.as_str()).map(str::to_owned)
    };
    for (table, single) in [("libraries", "module"), ("plugins", "id")] {
        let entries = value.get(table).and_then(Value::as_object).into_iter().flatten();
        for (key, entry) in entries {
            let line = document.line(&format!("/{table}/{}", escape_token(key)));
            let field = |name: &str| entry.get(name).and_then(Value::as_str);
            let short = entry.as_str();
            let parts: Vec<&str> = short.unwrap_or("").split(':').collect();
            let (name, version) = match (short, parts.as_slice()) {
                (Some(_), [group, artifact, rest @ ..]) if table == "libraries" => {
                    (format!("{group}:{artifact}"), rest.first().map(|v| (*v).to_owned()))
                }
                (Some(_), [id, rest @ ..]) => {
                    ((*id).to_owned(), rest.first().map(|v| (*v).to_owned()))
                }
                _ => {
                    let pair = field("group").zip(field("name"));
                    let pair = pair.map(|(group, name)| format!("{group}:{name}"));
                    let name = field(single).map(str::to_owned).or(pair);
                    (name.unwrap_or_default(), version_of(entry))
                }
            };
            read.add(line, &name, version.as_deref(), false);
        }
    }
    Ok(read)
}
