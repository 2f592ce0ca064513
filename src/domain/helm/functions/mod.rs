//! Which functions may a template call? Those of Go, sprig and Helm that charts use.
//!
//! One file for each family, each with a table: name, fewest and most arguments, function. What
//! would look at the clock, at chance or at the network gives a fixed placeholder.

mod compare;
pub(super) mod dates;
mod defaults;
mod dicts;
pub(super) mod encode;
mod flow;
mod kinds;
mod lists;
mod numbers;
mod paths;
mod placeholders;
mod print;
mod regexes;
mod semvers;
mod strings;
#[cfg(test)]
mod tests;
mod words;

use std::collections::HashMap;
use std::rc::Rc;

use super::budget::{Budget, Fault};
use super::engine::Engine;
use super::value::{MapRef, Value};

/// A function.
pub(super) struct Function {
    name: &'static str,
    fewest: usize,
    most: usize,
    run: fn(&Args<'_>) -> Result<Value, Fault>,
}

/// `most` of a function that takes any number of arguments.
const ANY: usize = usize::MAX;

const fn function(
    name: &'static str,
    fewest: usize,
    most: usize,
    run: fn(&Args<'_>) -> Result<Value, Fault>,
) -> Function {
    Function { name, fewest, most, run }
}

const TABLES: [&[Function]; 16] = [
    compare::TABLE,
    dates::TABLE,
    defaults::TABLE,
    dicts::TABLE,
    encode::TABLE,
    flow::TABLE,
    kinds::TABLE,
    lists::TABLE,
    numbers::TABLE,
    paths::TABLE,
    placeholders::TABLE,
    print::TABLE,
    regexes::TABLE,
    semvers::TABLE,
    strings::TABLE,
    words::TABLE,
];

/// All functions by name.
pub(super) fn table() -> HashMap<&'static str, &'static Function> {
    TABLES.into_iter().flatten().map(|function| (function.name, function)).collect()
}

/// Their names.
#[cfg(test)]
pub(super) fn names() -> Vec<&'static str> {
    TABLES.into_iter().flatten().map(|function| function.name).collect()
}

impl Function {
    /// Calls it; a fault names the function.
    pub(super) fn call(&self, args: &Args<'_>) -> Result<Value, Fault> {
        let count = args.values.len();
        if count < self.fewest || count > self.most {
            let name = self.name;
            return Err(Fault::new(format!("`{name}` is called with {count} arguments")));
        }
        args.engine.budget.spend(1)?;
        (self.run)(args)
    }
}

/// What a function is called with. Getters check the type as Go does and count from 0.
pub(super) struct Args<'a> {
    pub(super) name: &'a str,
    pub(super) values: &'a [Value],
    pub(super) engine: &'a Engine,
}

impl Args<'_> {
    fn budget(&self) -> &Budget {
        &self.engine.budget
    }

    fn any(&self, index: usize) -> &Value {
        self.values.get(index).unwrap_or(&Value::Nil)
    }

    fn rest(&self, index: usize) -> &[Value] {
        self.values.get(index..).unwrap_or(&[])
    }

    fn wrong(&self, index: usize, wanted: &str) -> Fault {
        let got = self.any(index).type_name();
        let got = if got == "<nil>" { "nothing (the value is not set)" } else { got };
        Fault::new(format!(
            "`{}` wants {wanted} as argument {} but gets {got}",
            self.name,
            index + 1
        ))
    }

    fn str(&self, index: usize) -> Result<&Rc<str>, Fault> {
        match self.any(index) {
            Value::Str(text) => {
                self.budget().text(text.len())?;
                Ok(text)
            }
            _ => Err(self.wrong(index, "a string")),
        }
    }

    fn int(&self, index: usize) -> Result<i64, Fault> {
        match self.any(index) {
            Value::Int(number) => Ok(*number),
            _ => Err(self.wrong(index, "an int")),
        }
    }

    /// A count of things to make: not below 0, and never more than may be made at all.
    fn count(&self, index: usize) -> Result<usize, Fault> {
        let count = usize::try_from(self.int(index)?.max(0)).unwrap_or(usize::MAX);
        self.budget().text(count)?;
        Ok(count)
    }

    fn bool(&self, index: usize) -> Result<bool, Fault> {
        match self.any(index) {
            Value::Bool(value) => Ok(*value),
            _ => Err(self.wrong(index, "a bool")),
        }
    }

    /// A map; Go takes nil for an empty one.
    fn map(&self, index: usize) -> Result<Option<&MapRef>, Fault> {
        match self.any(index) {
            Value::Map(map) => {
                self.budget().items(map.borrow().len())?;
                Ok(Some(map))
            }
            Value::Nil => Ok(None),
            _ => Err(self.wrong(index, "a dict")),
        }
    }

    fn list(&self, index: usize) -> Result<&Vec<Value>, Fault> {
        match self.any(index) {
            Value::List(items) => {
                self.budget().items(items.len())?;
                Ok(items)
            }
            _ => Err(self.wrong(index, "a list")),
        }
    }

    /// A text that was made, when it is not too long.
    fn text(&self, text: impl Into<Rc<str>>) -> Result<Value, Fault> {
        let text = text.into();
        self.budget().text(text.len())?;
        Ok(Value::Str(text))
    }

    /// A list that was made, when it is not too long.
    fn items(&self, items: Vec<Value>) -> Result<Value, Fault> {
        self.budget().items(items.len())?;
        Ok(Value::list(items))
    }

    /// The argument as Go prints it.
    fn shown(&self, index: usize) -> Result<String, Fault> {
        super::show::text(self.any(index), self.budget())
    }

    fn fault(&self, message: &str) -> Fault {
        Fault::new(format!("`{}` {message}", self.name))
    }
}
