//! What do all templates of a chart share? Their names, the functions, the budget.

use std::cell::{Cell, RefCell};
use std::collections::HashMap;
use std::rc::{Rc, Weak};

use super::budget::{Budget, Fault};
use super::exec::Frame;
use super::functions::{self, Function};
use super::output::LineMap;
use super::source::{Body, Parsed, parse};
use super::value::{MapCell, MapRef, Value};

/// The name that faults in the text given to `tpl` bear; such a text has no file.
const TPL: &str = "(tpl)";

/// One rendering of one chart.
pub(super) struct Engine {
    pub(super) budget: Budget,
    templates: RefCell<Rc<HashMap<Rc<str>, Body>>>,
    functions: HashMap<&'static str, &'static Function>,
    frames: Cell<u32>,
    /// Maps that were changed after they were made: only through them can values form a ring.
    changed: RefCell<Vec<Weak<MapCell>>>,
    /// A file of the chart whose text a template used although it was not fetched.
    unfetched: RefCell<Option<Rc<str>>>,
}

impl Engine {
    pub(super) fn new(budget: Budget) -> Self {
        Self {
            budget,
            templates: RefCell::default(),
            functions: functions::table(),
            frames: Cell::new(0),
            changed: RefCell::default(),
            unfetched: RefCell::default(),
        }
    }

    /// Takes in a file: its own body under its name, and what it defines. Later ones win.
    pub(super) fn add(&self, name: &Rc<str>, file: &Rc<str>, text: &str) -> Result<(), Fault> {
        self.budget.text(text.len())?;
        let Parsed { body, defines } = parse(file, text)?;
        let mut templates = self.templates.borrow_mut();
        let templates = Rc::make_mut(&mut templates);
        templates.insert(Rc::clone(name), body);
        templates.extend(defines);
        Ok(())
    }

    /// Renders a file that was taken in.
    pub(super) fn render(&self, file: &str, data: &Value) -> Result<(String, LineMap), Fault> {
        self.unfetched.take();
        let body = self.template(file)?;
        let mut frame = Frame::new(self, &body.source, data);
        frame.run(&body.list, data)?;
        Ok(frame.out.finish())
    }

    /// Renders a named template for another one.
    pub(super) fn include(&self, name: &str, data: &Value) -> Result<String, Fault> {
        let body = self.template(name)?;
        let mut frame = Frame::new(self, &body.source, data);
        frame.run(&body.list, data)?;
        Ok(frame.out.finish().0)
    }

    /// Renders a text as a template. What it defines is gone afterwards.
    pub(super) fn tpl(&self, text: &str, data: &Value) -> Result<String, Fault> {
        self.budget.text(text.len())?;
        if !text.contains("{{") {
            return Ok(text.to_owned());
        }
        let file: Rc<str> = TPL.into();
        let forget = |mut fault: Fault| {
            fault.at.take_if(|(file, _)| &**file == TPL);
            fault
        };
        let Parsed { body, defines } = parse(&file, text).map_err(forget)?;
        let before = Rc::clone(&self.templates.borrow());
        if !defines.is_empty() {
            self.budget.items(before.len())?;
            Rc::make_mut(&mut self.templates.borrow_mut()).extend(defines);
        }
        let mut frame = Frame::new(self, &body.source, data);
        let done = frame.run(&body.list, data);
        *self.templates.borrow_mut() = before;
        done.map_err(forget)?;
        Ok(frame.out.finish().0)
    }

    pub(super) fn template(&self, name: &str) -> Result<Body, Fault> {
        self.templates
            .borrow()
            .get(name)
            .cloned()
            .ok_or_else(|| Fault::new(format!("no template `{}` is defined", short(name))))
    }

    pub(super) fn function(&self, name: &str) -> Result<&'static Function, Fault> {
        self.functions
            .get(name)
            .copied()
            .ok_or_else(|| Fault::new(format!("function `{}` is not known", short(name))))
    }

    /// A number that tells frames apart.
    pub(super) fn next_frame(&self) -> u32 {
        self.frames.set(self.frames.get().wrapping_add(1));
        self.frames.get()
    }

    /// Remembers that a map is changed in place.
    pub(super) fn changes(&self, map: &MapRef) {
        self.changed.borrow_mut().push(Rc::downgrade(map));
    }

    pub(super) fn uses_unfetched(&self, file: &Rc<str>) {
        self.unfetched.borrow_mut().get_or_insert_with(|| Rc::clone(file));
    }

    /// The first file that the template rendered last lacked.
    pub(super) fn unfetched(&self) -> Option<Rc<str>> {
        self.unfetched.borrow().clone()
    }

    pub(super) fn set_unfetched(&self, file: Option<Rc<str>>) {
        *self.unfetched.borrow_mut() = file;
    }
}

impl Drop for Engine {
    /// Opens the rings that `set` may have tied, so that their memory is given back.
    fn drop(&mut self) {
        for map in self.changed.take() {
            if let Some(map) = map.upgrade() {
                let taken = map.try_borrow_mut().map(|mut map| std::mem::take(&mut *map));
                drop(taken);
            }
        }
    }
}

/// A name that a message may repeat.
pub(super) fn short(name: &str) -> String {
    const MAX_CHARS: usize = 100;
    let mut short: String = name.chars().take(MAX_CHARS).collect();
    if short.len() < name.len() {
        short.push('…');
    }
    short
}
