//! How is a parsed template walked? As Go's text/template does it.

use std::rc::Rc;

use gotmpl::parse::{BranchNode, ListNode, Node, SmolStr, TemplateNode};

use super::budget::Fault;
use super::engine::Engine;
use super::output::Output;
use super::show;
use super::source::Source;
use super::value::{Host, Value};

/// One template being rendered with one context.
pub(super) struct Frame<'e> {
    pub(super) engine: &'e Engine,
    pub(super) out: Output,
    source: Rc<Source>,
    /// `$x` → value, innermost last.
    vars: Vec<(SmolStr, Value)>,
    id: u32,
    /// The line of the `template` action that this body stands for, in the file being rendered.
    called_on: Option<u32>,
}

/// Where to go on after a node.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Flow {
    Next,
    Break,
    Continue,
}

impl<'e> Frame<'e> {
    pub(super) fn new(engine: &'e Engine, source: &Rc<Source>, data: &Value) -> Self {
        Self {
            engine,
            out: Output::default(),
            source: Rc::clone(source),
            vars: vec![(SmolStr::new_static("$"), data.clone())],
            id: engine.next_frame(),
            called_on: None,
        }
    }

    /// Renders a whole body.
    pub(super) fn run(&mut self, list: &ListNode, dot: &Value) -> Result<(), Fault> {
        self.engine.budget.enter()?;
        let done = self.walk(list, dot);
        self.engine.budget.leave();
        match done? {
            Flow::Next => Ok(()),
            Flow::Break | Flow::Continue => {
                Err(Fault::new("`break` or `continue` stands outside of `range`"))
            }
        }
    }

    fn walk(&mut self, list: &ListNode, dot: &Value) -> Result<Flow, Fault> {
        for node in &list.nodes {
            let flow = match self.node(node, dot) {
                Ok(flow) => flow,
                Err(fault) => return Err(self.located(fault, node)),
            };
            if flow != Flow::Next {
                return Ok(flow);
            }
        }
        Ok(Flow::Next)
    }

    fn located(&self, fault: Fault, node: &Node) -> Fault {
        let line = line_of(node);
        let mut fault = fault.at(&self.source.file, line);
        if fault.frame != self.id {
            fault.frame = self.id;
            fault.line = Some(line);
        }
        fault
    }

    fn node(&mut self, node: &Node, dot: &Value) -> Result<Flow, Fault> {
        self.engine.budget.spend(1)?;
        match node {
            Node::Text(text) => match self.called_on {
                Some(line) => self.out.printed(&text.text, line, &self.engine.budget)?,
                None => {
                    let line = self.source.line_of(text.pos.offset, &text.text);
                    self.out.literal(&text.text, line, &self.engine.budget)?;
                }
            },
            Node::Action(action) => {
                let value = self.pipe(dot, &action.pipe)?;
                // Helm wipes Go's `<no value>` out of what it rendered.
                if action.pipe.decl.is_empty() && !matches!(value, Value::Nil) {
                    let line = self.called_on.unwrap_or(line_of(node));
                    if let Value::Str(text) = &value {
                        self.out.printed(text, line, &self.engine.budget)?;
                    } else {
                        let text = show::text(&value, &self.engine.budget)?;
                        self.out.printed(&text, line, &self.engine.budget)?;
                    }
                }
            }
            Node::If(branch) => return self.scoped(|frame| frame.branch(branch, dot, false)),
            Node::With(branch) => return self.scoped(|frame| frame.branch(branch, dot, true)),
            Node::Range(branch) => return self.scoped(|frame| frame.range(branch, dot)),
            Node::Template(call) => self.template(call, dot)?,
            Node::Define(_) => {}
            Node::List(list) => return self.walk(list, dot),
            Node::Break(_) => return Ok(Flow::Break),
            Node::Continue(_) => return Ok(Flow::Continue),
        }
        Ok(Flow::Next)
    }

    /// One level deeper; variables made there are gone afterwards.
    pub(super) fn scoped<T>(
        &mut self,
        body: impl FnOnce(&mut Self) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        self.engine.budget.enter()?;
        let vars = self.vars.len();
        let done = body(self);
        self.vars.truncate(vars);
        self.engine.budget.leave();
        done
    }

    fn branch(&mut self, branch: &BranchNode, dot: &Value, with: bool) -> Result<Flow, Fault> {
        let value = self.pipe(dot, &branch.pipe)?;
        if value.truth() {
            self.walk(&branch.body, if with { &value } else { dot })
        } else {
            branch.else_body.as_ref().map_or(Ok(Flow::Next), |list| self.walk(list, dot))
        }
    }

    fn range(&mut self, branch: &BranchNode, dot: &Value) -> Result<Flow, Fault> {
        let over = self.pipe(dot, &branch.pipe)?;
        let mut empty = true;
        let mut each = |frame: &mut Self, key: Value, item: Value| -> Result<bool, Fault> {
            empty = false;
            frame.engine.budget.spend(1)?;
            let vars = frame.vars.len();
            match branch.pipe.decl.as_slice() {
                [one] => frame.set(one, item.clone()),
                [first, second] => {
                    frame.set(first, key);
                    frame.set(second, item.clone());
                }
                _ => {}
            }
            let flow = frame.walk(&branch.body, &item);
            frame.vars.truncate(vars);
            Ok(flow? != Flow::Break)
        };
        match &over {
            Value::List(items) => {
                for (index, item) in items.iter().enumerate() {
                    let index = i64::try_from(index).unwrap_or(i64::MAX);
                    if !each(self, Value::Int(index), item.clone())? {
                        break;
                    }
                }
            }
            Value::Map(map) => {
                // Ranged over as it is now: the body may change it.
                let entries: Vec<_> =
                    map.borrow().iter().map(|(k, v)| (Rc::clone(k), v.clone())).collect();
                self.engine.budget.items(entries.len())?;
                for (key, item) in entries {
                    if !each(self, Value::Str(key), item)? {
                        break;
                    }
                }
            }
            Value::Int(count) | Value::Int64(count) => {
                for index in 0..*count {
                    if !each(self, Value::Int(index), Value::Int(index))? {
                        break;
                    }
                }
            }
            Value::Host(Host::Files(files)) => {
                for name in files.keys() {
                    let text = self.file_text(files, name);
                    if !each(self, Value::str(name.as_str()), text)? {
                        break;
                    }
                }
            }
            Value::Nil => {}
            other => {
                let kind = other.type_name();
                return Err(Fault::new(format!("`range` cannot go over a value of type {kind}")));
            }
        }
        match (&branch.else_body, empty) {
            (Some(list), true) => self.walk(list, dot),
            _ => Ok(Flow::Next),
        }
    }

    fn template(&mut self, call: &TemplateNode, dot: &Value) -> Result<(), Fault> {
        let data = call.pipe.as_ref().map_or(Ok(Value::Nil), |pipe| self.pipe(dot, pipe))?;
        let body = self.engine.template(&call.name)?;
        let mut frame = Frame::new(self.engine, &body.source, &data);
        frame.called_on = Some(self.called_on.unwrap_or(line(call.pos.line)));
        frame.out = std::mem::take(&mut self.out);
        let done = frame.run(&body.list, &data);
        self.out = frame.out;
        done
    }

    pub(super) fn declare(&mut self, name: &SmolStr, value: Value) {
        self.vars.push((name.clone(), value));
    }

    /// Sets the innermost variable of that name, as `=` and `range` do.
    pub(super) fn set(&mut self, name: &SmolStr, value: Value) {
        if let Some((_, held)) = self.vars.iter_mut().rev().find(|(known, _)| known == name) {
            *held = value;
        } else {
            self.declare(name, value);
        }
    }

    pub(super) fn var(&self, name: &SmolStr) -> Result<Value, Fault> {
        let found = self.vars.iter().rev().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.clone())
            .ok_or_else(|| Fault::new(format!("variable `{name}` is not defined")))
    }
}

fn line(line: usize) -> u32 {
    u32::try_from(line).unwrap_or(u32::MAX)
}

fn line_of(node: &Node) -> u32 {
    let pos = match node {
        Node::List(node) => node.pos,
        Node::Text(node) => node.pos,
        Node::Action(node) => node.pos,
        Node::If(node) | Node::Range(node) | Node::With(node) => node.pos,
        Node::Template(node) => node.pos,
        Node::Define(node) => node.pos,
        Node::Break(pos) | Node::Continue(pos) => *pos,
    };
    line(pos.line)
}
