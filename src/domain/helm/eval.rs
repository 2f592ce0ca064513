//! What does a pipeline give? Operands, calls, fields, as Go's text/template evaluates them.

use gotmpl::parse::{CommandNode, Expr, Number, PipeNode, SmolStr};

use super::budget::Fault;
use super::exec::Frame;
use super::functions::Args;
use super::value::Value;

/// Functions whose result tells nothing of what went in: a file that was not fetched does not
/// matter to whoever only looks at a checksum of it.
const DIGESTS: [&str; 4] = ["sha256sum", "sha1sum", "sha512sum", "adler32sum"];

impl Frame<'_> {
    /// A pipeline's value; what it declares is declared.
    pub(super) fn pipe(&mut self, dot: &Value, pipe: &PipeNode) -> Result<Value, Fault> {
        let digest = pipe.commands.iter().any(|command| {
            matches!(command.args.first(), Some(Expr::Identifier(_, name)) if DIGESTS.contains(&name.as_str()))
        });
        let before = digest.then(|| self.engine.unfetched());
        let mut value = None;
        for command in &pipe.commands {
            value = Some(self.command(dot, command, value)?);
        }
        if let Some(before) = before {
            self.engine.set_unfetched(before);
        }
        let value = value.unwrap_or(Value::Nil);
        for name in &pipe.decl {
            if pipe.is_assign {
                self.var(name)?;
                self.set(name, value.clone());
            } else {
                self.declare(name, value.clone());
            }
        }
        Ok(value)
    }

    /// One command; `piped` is what stands before its `|`.
    fn command(
        &mut self,
        dot: &Value,
        command: &CommandNode,
        piped: Option<Value>,
    ) -> Result<Value, Fault> {
        self.engine.budget.spend(1)?;
        let Some((first, rest)) = command.args.split_first() else { return Ok(Value::Nil) };
        match first {
            Expr::Field(_, fields) => self.fields(dot, dot.clone(), fields, rest, piped),
            Expr::Variable(_, name, fields) => {
                let value = self.var(name)?;
                if fields.is_empty() {
                    alone(rest, piped.as_ref())?;
                }
                self.fields(dot, value, fields, rest, piped)
            }
            Expr::Chain(_, inner, fields) => {
                let value = self.arg(dot, inner)?;
                self.fields(dot, value, fields, rest, piped)
            }
            Expr::Identifier(_, name) => self.call(dot, name, rest, piped),
            Expr::Nil(_) => Err(Fault::new("`nil` is not a command")),
            Expr::Pipe(..)
            | Expr::Dot(_)
            | Expr::String(..)
            | Expr::Number(..)
            | Expr::Bool(..) => {
                alone(rest, piped.as_ref())?;
                self.arg(dot, first)
            }
        }
    }

    /// An operand.
    fn arg(&mut self, dot: &Value, expr: &Expr) -> Result<Value, Fault> {
        self.engine.budget.spend(1)?;
        Ok(match expr {
            Expr::Dot(_) => dot.clone(),
            Expr::Nil(_) => Value::Nil,
            Expr::Bool(_, value) => Value::Bool(*value),
            Expr::String(_, text) => Value::str(&**text),
            Expr::Number(_, Number::Int(number)) => Value::Int(*number),
            Expr::Number(_, Number::Uint(number)) => {
                let number = i64::try_from(*number);
                Value::Int(number.map_err(|_| Fault::new("an integer overflows int"))?)
            }
            Expr::Number(_, Number::Float(number)) => Value::Float(*number),
            Expr::Field(_, fields) => self.fields(dot, dot.clone(), fields, &[], None)?,
            Expr::Variable(_, name, fields) => {
                let value = self.var(name)?;
                self.fields(dot, value, fields, &[], None)?
            }
            Expr::Chain(_, inner, fields) => {
                let value = self.arg(dot, inner)?;
                self.fields(dot, value, fields, &[], None)?
            }
            Expr::Identifier(_, name) => self.call(dot, name, &[], None)?,
            Expr::Pipe(_, pipe) => self.scoped(|frame| frame.pipe(dot, pipe))?,
        })
    }

    fn args(
        &mut self,
        dot: &Value,
        args: &[Expr],
        last: Option<Value>,
    ) -> Result<Vec<Value>, Fault> {
        let mut values = Vec::with_capacity(args.len() + 1);
        for arg in args {
            values.push(self.arg(dot, arg)?);
        }
        values.extend(last);
        Ok(values)
    }

    fn call(
        &mut self,
        dot: &Value,
        name: &SmolStr,
        args: &[Expr],
        piped: Option<Value>,
    ) -> Result<Value, Fault> {
        if let "and" | "or" = name.as_str() {
            return self.short_circuit(dot, name == "or", args, piped);
        }
        let function = self.engine.function(name)?;
        let values = self.args(dot, args, piped)?;
        function.call(&Args { name, values: &values, engine: self.engine })
    }

    /// `and` gives its first operand that is false, `or` its first that is true, else the last;
    /// those behind are not evaluated.
    fn short_circuit(
        &mut self,
        dot: &Value,
        stop: bool,
        args: &[Expr],
        piped: Option<Value>,
    ) -> Result<Value, Fault> {
        let mut value = None;
        for arg in args {
            let found = self.arg(dot, arg)?;
            if found.truth() == stop {
                return Ok(found);
            }
            value = Some(found);
        }
        piped.or(value).ok_or_else(|| Fault::new("`and` and `or` take at least one argument"))
    }

    /// Follows `.a.b.c`; arguments belong to the last of them.
    fn fields(
        &mut self,
        dot: &Value,
        mut value: Value,
        fields: &[SmolStr],
        args: &[Expr],
        piped: Option<Value>,
    ) -> Result<Value, Fault> {
        let Some((last, path)) = fields.split_last() else { return Ok(value) };
        // A field of nothing is nothing; only what a map turns out not to hold on the way stops it.
        if matches!(value, Value::Nil) {
            return Ok(value);
        }
        for name in path {
            value = self.field(&value, name, &[])?;
        }
        let args = self.args(dot, args, piped)?;
        self.field(&value, last, &args)
    }
}

/// What is no function takes no arguments.
fn alone(rest: &[Expr], piped: Option<&Value>) -> Result<(), Fault> {
    if rest.is_empty() && piped.is_none() {
        return Ok(());
    }
    Err(Fault::new("arguments are given to what is no function"))
}
