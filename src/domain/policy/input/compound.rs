//! How are lists and mappings put together?

use std::collections::BTreeMap;

use regorus::Value;
use serde::{Serialize, ser};

use super::{NoValue, Writer};

/// A list in the making.
pub(super) struct List<'w> {
    writer: &'w mut Writer,
    items: Vec<Value>,
}

/// Room that is taken on a caller's word alone.
const MAX_TRUSTED_LEN: usize = 1_000;

impl<'w> List<'w> {
    pub(super) fn new(writer: &'w mut Writer, len: Option<usize>) -> Self {
        Self { writer, items: Vec::with_capacity(len.unwrap_or(0).min(MAX_TRUSTED_LEN)) }
    }

    fn push<T: Serialize + ?Sized>(&mut self, item: &T) -> Result<(), NoValue> {
        self.items.push(item.serialize(&mut *self.writer)?);
        Ok(())
    }
}

/// An object in the making.
pub(super) struct Mapping<'w> {
    writer: &'w mut Writer,
    entries: Vec<(Value, Value)>,
    key: Option<Value>,
}

impl<'w> Mapping<'w> {
    pub(super) fn new(writer: &'w mut Writer, len: Option<usize>) -> Self {
        let entries = Vec::with_capacity(len.unwrap_or(0).min(MAX_TRUSTED_LEN));
        Self { writer, entries, key: None }
    }

    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), NoValue> {
        let name = self.writer.name(name);
        let value = value.serialize(&mut *self.writer)?;
        self.entries.push((name, value));
        Ok(())
    }

    fn done(self) -> Value {
        Value::from(self.entries.into_iter().collect::<BTreeMap<_, _>>())
    }
}

/// What an enum's variant holds, under the variant's name.
pub(super) struct Tagged<T> {
    pub(super) name: Value,
    pub(super) inner: T,
}

/// `{name: value}`.
pub(super) fn tagged(name: Value, value: Value) -> Value {
    Value::from(BTreeMap::from([(name, value)]))
}

impl ser::SerializeSeq for List<'_> {
    type Ok = Value;
    type Error = NoValue;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoValue> {
        self.push(value)
    }

    fn end(self) -> Result<Value, NoValue> {
        Ok(Value::from(self.items))
    }
}

impl ser::SerializeTuple for List<'_> {
    type Ok = Value;
    type Error = NoValue;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoValue> {
        self.push(value)
    }

    fn end(self) -> Result<Value, NoValue> {
        Ok(Value::from(self.items))
    }
}

impl ser::SerializeTupleStruct for List<'_> {
    type Ok = Value;
    type Error = NoValue;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoValue> {
        self.push(value)
    }

    fn end(self) -> Result<Value, NoValue> {
        Ok(Value::from(self.items))
    }
}

impl ser::SerializeTupleVariant for Tagged<List<'_>> {
    type Ok = Value;
    type Error = NoValue;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoValue> {
        self.inner.push(value)
    }

    fn end(self) -> Result<Value, NoValue> {
        Ok(tagged(self.name, Value::from(self.inner.items)))
    }
}

impl ser::SerializeMap for Mapping<'_> {
    type Ok = Value;
    type Error = NoValue;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), NoValue> {
        match key.serialize(&mut *self.writer)? {
            // Names of labels and of jobs repeat as those of fields do.
            Value::String(name) => self.key = Some(self.writer.name(&name)),
            _ => return Err(NoValue("a key is not a text".to_owned())),
        }
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), NoValue> {
        let key = self.key.take().ok_or_else(|| NoValue("a value has no key".to_owned()))?;
        let value = value.serialize(&mut *self.writer)?;
        self.entries.push((key, value));
        Ok(())
    }

    fn end(self) -> Result<Value, NoValue> {
        Ok(self.done())
    }
}

impl ser::SerializeStruct for Mapping<'_> {
    type Ok = Value;
    type Error = NoValue;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), NoValue> {
        self.field(name, value)
    }

    fn end(self) -> Result<Value, NoValue> {
        Ok(self.done())
    }
}

impl ser::SerializeStructVariant for Tagged<Mapping<'_>> {
    type Ok = Value;
    type Error = NoValue;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), NoValue> {
        self.inner.field(name, value)
    }

    fn end(self) -> Result<Value, NoValue> {
        Ok(tagged(self.name, self.inner.done()))
    }
}
