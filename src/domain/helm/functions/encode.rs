//! YAML, JSON, TOML, base64 and checksums.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value as Json;
use sha2::{Digest, Sha256, Sha512};

use crate::domain::helm::budget::{Budget, Fault};
use crate::domain::helm::emit_yaml;
use crate::domain::helm::show;
use crate::domain::helm::value::{Value, whole};
use crate::domain::yaml::{Schema, load, load_json};

use super::{Args, Function, function};

pub(super) const TABLE: &[Function] = &[
    function("toYaml", 1, 1, |a| a.text(emit_yaml::yaml(a.any(0), a.budget())?)),
    function("mustToYaml", 1, 1, |a| a.text(emit_yaml::yaml(a.any(0), a.budget())?)),
    function("toYamlPretty", 1, 1, |a| a.text(emit_yaml::yaml(a.any(0), a.budget())?)),
    function("fromYaml", 1, 1, |a| read(a, Format::Yaml, Wanted::Map)),
    function("fromYamlArray", 1, 1, |a| read(a, Format::Yaml, Wanted::List)),
    function("fromJson", 1, 1, |a| read(a, Format::Json, Wanted::Map)),
    function("mustFromJson", 1, 1, |a| read(a, Format::Json, Wanted::Anything)),
    function("fromJsonArray", 1, 1, |a| read(a, Format::Json, Wanted::List)),
    function("toJson", 1, 1, |a| a.text(json(a, true, false)?)),
    function("mustToJson", 1, 1, |a| a.text(json(a, true, false)?)),
    function("toRawJson", 1, 1, |a| a.text(json(a, false, false)?)),
    function("mustToRawJson", 1, 1, |a| a.text(json(a, false, false)?)),
    function("toPrettyJson", 1, 1, |a| a.text(json(a, true, true)?)),
    function("mustToPrettyJson", 1, 1, |a| a.text(json(a, true, true)?)),
    function("toToml", 1, 1, |a| {
        let json = plain(a.any(0), a.budget(), 0)?;
        a.text(toml::to_string(&json).unwrap_or_else(|error| error.to_string()))
    }),
    function("b64enc", 1, 1, |a| a.text(base64(a.str(0)?))),
    function("b64dec", 1, 1, |a| {
        let bytes = STANDARD.decode(a.str(0)?.as_bytes());
        // Go gives the error's text, too.
        a.text(match bytes {
            Ok(bytes) => String::from_utf8_lossy(&bytes).into_owned(),
            Err(_) => "illegal base64 data".to_owned(),
        })
    }),
    function("sha256sum", 1, 1, |a| a.text(hex::encode(Sha256::digest(a.str(0)?.as_bytes())))),
    function("sha512sum", 1, 1, |a| a.text(hex::encode(Sha512::digest(a.str(0)?.as_bytes())))),
    function("sha1sum", 1, 1, |a| a.text(hex::encode(sha1::Sha1::digest(a.str(0)?.as_bytes())))),
    function("adler32sum", 1, 1, |a| {
        let (x, y) = a.str(0)?.bytes().fold((1_u32, 0_u32), |(x, y), byte| {
            let x = (x + u32::from(byte)) % 65_521;
            (x, (x + y) % 65_521)
        });
        a.text(((u64::from(y) << 16) | u64::from(x)).to_string())
    }),
];

/// Standard base64 with padding.
pub(in crate::domain::helm) fn base64(text: &str) -> String {
    STANDARD.encode(text)
}

enum Format {
    Yaml,
    Json,
}

#[derive(PartialEq)]
enum Wanted {
    Map,
    List,
    Anything,
}

/// What cannot be read becomes `{Error: …}` or `[…]`, as in Helm: charts look for it.
fn read(args: &Args<'_>, format: Format, wanted: Wanted) -> Result<Value, Fault> {
    let text = args.str(0)?;
    args.budget().text(text.len().saturating_mul(4))?;
    let loaded = match format {
        Format::Yaml => load(text, Schema::Kubernetes),
        Format::Json => load_json(text),
    };
    let value = loaded.documents.first().map(|document| &document.value);
    let right = matches!(
        (value, &wanted),
        (Some(Json::Object(_)), Wanted::Map)
            | (Some(Json::Array(_)), Wanted::List)
            | (Some(_), Wanted::Anything)
    );
    Ok(match (value, loaded.error, right) {
        (Some(value), None, true) => Value::of_json(value),
        (None | Some(Json::Null), None, _) if wanted == Wanted::Map => Value::of([]),
        (None | Some(Json::Null), None, _) if wanted == Wanted::List => Value::list(Vec::new()),
        (_, error, _) => {
            let message = error.map_or("it holds something else".to_owned(), |e| e.message);
            match wanted {
                Wanted::Map => Value::of([("Error", Value::str(message))]),
                Wanted::List => Value::list(vec![Value::str(message)]),
                Wanted::Anything => return Err(args.fault(&format!("cannot read it: {message}"))),
            }
        }
    })
}

fn json(args: &Args<'_>, escape_html: bool, pretty: bool) -> Result<String, Fault> {
    let value = plain(args.any(0), args.budget(), 0)?;
    let text =
        if pretty { serde_json::to_string_pretty(&value) } else { serde_json::to_string(&value) };
    let text = text.map_err(|_| args.fault("cannot write it"))?;
    if !escape_html {
        return Ok(text);
    }
    // Go escapes what HTML would trip over; in JSON these only stand inside strings.
    Ok(text.replace('<', "\\u003c").replace('>', "\\u003e").replace('&', "\\u0026"))
}

fn plain(value: &Value, budget: &Budget, depth: u32) -> Result<Json, Fault> {
    budget.depth(depth)?;
    Ok(match value {
        Value::Nil => Json::Null,
        Value::Bool(value) => Json::from(*value),
        Value::Int(number) | Value::Int64(number) => Json::from(*number),
        Value::Float(number) => whole(*number).map_or_else(|| Json::from(*number), Json::from),
        Value::Str(text) => {
            budget.text(text.len())?;
            Json::from(&**text)
        }
        Value::List(items) => {
            let items = items.iter().map(|item| plain(item, budget, depth + 1));
            Json::Array(items.collect::<Result<_, _>>()?)
        }
        Value::Map(map) => {
            let map = map.borrow();
            let entries = map
                .iter()
                .map(|(key, value)| Ok((key.to_string(), plain(value, budget, depth + 1)?)));
            Json::Object(entries.collect::<Result<_, Fault>>()?)
        }
        Value::Host(_) => Json::from(show::text(value, budget)?),
    })
}
