//! How does a snapshot become the Rego `input`? Straight from its fields, without JSON between.
//!
//! A serde [`Serializer`](ser::Serializer) whose output is a Rego value: a JSON value in between
//! would be built only to be taken apart, and the snapshot is the largest thing that an evaluation
//! touches. Names of fields are made once and shared.

mod compound;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use regorus::Value;
use serde::{Serialize, ser};

use compound::{List, Mapping, Tagged};

/// The Rego value of anything serializable: the same as reading its JSON would give.
///
/// Fails on what JSON cannot say either: keys that are no text, and numbers that are not finite.
pub fn of(thing: &impl Serialize) -> Result<Value, NoValue> {
    thing.serialize(&mut Writer { names: HashMap::new() })
}

/// Why something has no Rego value.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoValue(String);

impl ser::Error for NoValue {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Makes values; knows the names of fields made so far.
struct Writer {
    names: HashMap<Arc<str>, Value>,
}

impl Writer {
    fn name(&mut self, name: &str) -> Value {
        if let Some(known) = self.names.get(name) {
            return known.clone();
        }
        let text: Arc<str> = name.into();
        let value = Value::String(Arc::clone(&text));
        self.names.insert(text, value.clone());
        value
    }
}

/// Simple kinds of number, which Rego knows as they are.
macro_rules! numbers {
    ($($method:ident: $number:ty as $wide:ty,)*) => {
        $(fn $method(self, number: $number) -> Result<Value, NoValue> {
            Ok(Value::from(<$wide>::from(number)))
        })*
    };
}

impl<'w> ser::Serializer for &'w mut Writer {
    type Ok = Value;
    type Error = NoValue;
    type SerializeSeq = List<'w>;
    type SerializeTuple = List<'w>;
    type SerializeTupleStruct = List<'w>;
    type SerializeTupleVariant = Tagged<List<'w>>;
    type SerializeMap = Mapping<'w>;
    type SerializeStruct = Mapping<'w>;
    type SerializeStructVariant = Tagged<Mapping<'w>>;

    numbers! {
        serialize_i8: i8 as i64,
        serialize_i16: i16 as i64,
        serialize_i32: i32 as i64,
        serialize_i64: i64 as i64,
        serialize_u8: u8 as u64,
        serialize_u16: u16 as u64,
        serialize_u32: u32 as u64,
        serialize_u64: u64 as u64,
        serialize_f32: f32 as f64,
    }

    fn serialize_bool(self, value: bool) -> Result<Value, NoValue> {
        Ok(Value::Bool(value))
    }

    fn serialize_f64(self, number: f64) -> Result<Value, NoValue> {
        if number.is_finite() {
            return Ok(Value::from(number));
        }
        Err(NoValue("a number is not finite".to_owned()))
    }

    fn serialize_char(self, value: char) -> Result<Value, NoValue> {
        self.serialize_str(value.encode_utf8(&mut [0; 4]))
    }

    fn serialize_str(self, text: &str) -> Result<Value, NoValue> {
        Ok(Value::from(text))
    }

    fn serialize_bytes(self, bytes: &[u8]) -> Result<Value, NoValue> {
        Ok(Value::from(bytes.iter().map(|b| Value::from(u64::from(*b))).collect::<Vec<_>>()))
    }

    fn serialize_none(self) -> Result<Value, NoValue> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, NoValue> {
        value.serialize(self)
    }

    fn serialize_unit(self) -> Result<Value, NoValue> {
        Ok(Value::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, NoValue> {
        Ok(Value::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Value, NoValue> {
        Ok(self.name(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, NoValue> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, NoValue> {
        let name = self.name(variant);
        Ok(compound::tagged(name, value.serialize(self)?))
    }

    fn serialize_seq(self, len: Option<usize>) -> Result<List<'w>, NoValue> {
        Ok(List::new(self, len))
    }

    fn serialize_tuple(self, len: usize) -> Result<List<'w>, NoValue> {
        Ok(List::new(self, Some(len)))
    }

    fn serialize_tuple_struct(self, _: &'static str, len: usize) -> Result<List<'w>, NoValue> {
        Ok(List::new(self, Some(len)))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Tagged<List<'w>>, NoValue> {
        Ok(Tagged { name: self.name(variant), inner: List::new(self, Some(len)) })
    }

    fn serialize_map(self, len: Option<usize>) -> Result<Mapping<'w>, NoValue> {
        Ok(Mapping::new(self, len))
    }

    fn serialize_struct(self, _: &'static str, len: usize) -> Result<Mapping<'w>, NoValue> {
        Ok(Mapping::new(self, Some(len)))
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        len: usize,
    ) -> Result<Tagged<Mapping<'w>>, NoValue> {
        Ok(Tagged { name: self.name(variant), inner: Mapping::new(self, Some(len)) })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    #[derive(Serialize)]
    #[serde(rename_all = "snake_case")]
    enum Shape {
        Point,
        Circle(f64),
        Line(i8, u16),
        Box { wide: u32, high: Option<char> },
    }

    #[derive(Serialize)]
    struct Everything {
        #[serde(rename = "z first")]
        last: (bool, ()),
        shapes: Vec<Shape>,
        map: BTreeMap<&'static str, serde_json::Value>,
        #[serde(skip_serializing_if = "Option::is_none")]
        skipped: Option<u8>,
        numbers: [i64; 3],
        wrapped: std::sync::Arc<str>,
    }

    #[test]
    fn the_value_is_that_of_its_json() {
        let shapes = vec![
            Shape::Point,
            Shape::Circle(1.5),
            Shape::Line(-1, 7),
            Shape::Box { wide: 3, high: Some('ß') },
        ];
        let map = [
            ("b", json!({"y": [1, 2.5, null, {}], "x": "\u{1F6A2}"})),
            ("a", json!([[], true, -9, 18_446_744_073_709_551_615_u64])),
        ];
        let thing = Everything {
            last: (true, ()),
            shapes,
            map: map.into(),
            skipped: None,
            numbers: [i64::MIN, 0, i64::MAX],
            wrapped: "text".into(),
        };
        let json = serde_json::to_string(&thing).expect("JSON");
        assert_eq!(of(&thing), Ok(Value::from_json_str(&json).expect("a Rego value")));
    }

    #[test]
    fn keys_are_texts_and_numbers_are_finite() {
        let numbered: BTreeMap<u8, u8> = [(1, 2)].into();
        assert_eq!(of(&numbered), Err(NoValue("a key is not a text".to_owned())));
        assert_eq!(of(&f64::NAN), Err(NoValue("a number is not finite".to_owned())));
    }
}
