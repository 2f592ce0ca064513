//! How much may one chart cost? Steps and bytes, not time: the domain has no clock.

use std::cell::Cell;
use std::rc::Rc;

/// Steps that rendering one chart with one set of values may take: nodes walked, functions
/// called, values visited, and one for every [`BYTES_A_STEP`] bytes of text made. The largest
/// chart looked at, kube-prometheus-stack with all its charts, takes 270,000. A step takes about
/// a tenth of a microsecond, and all text that is ever made stays below 48 MB.
pub(super) const MAX_STEPS: u64 = 3_000_000;
/// Steps that rendering all charts of a repository may take, with all sets of values. The 44
/// charts of prometheus-community take 2.8 million.
const MAX_ALL_STEPS: u64 = 20_000_000;
/// Bytes of text that cost one step.
pub(super) const BYTES_A_STEP: usize = 16;
/// Longest text that a function or a template may make, in bytes.
pub(super) const MAX_TEXT_BYTES: usize = 4 * 1024 * 1024;
/// Longest list that a function may make.
pub(super) const MAX_ITEMS: usize = 100_000;
/// How deep `include`, `tpl`, `template` and control blocks may nest together. Each costs native
/// stack, which cannot be asked how much of it is left; the evaluator has 8 MiB, a test 2 MiB.
pub(super) const MAX_CALLS: u32 = 100;
/// How deep values may nest before walking them is refused: `set` can tie a map to itself.
pub(super) const MAX_VALUE_DEPTH: u32 = 100;

/// What rendering the charts of one repository may still cost.
#[derive(Debug)]
pub struct Allowance {
    steps: u64,
}

impl Default for Allowance {
    fn default() -> Self {
        Self { steps: MAX_ALL_STEPS }
    }
}

impl Allowance {
    /// The budget of one rendering; `None` when nothing is left.
    pub(super) fn budget(&self) -> Option<Budget> {
        (self.steps > 0).then(|| Budget::new(self.steps.min(MAX_STEPS)))
    }

    /// Takes what a rendering cost.
    pub(super) fn take(&mut self, budget: &Budget) {
        let given = self.steps.min(MAX_STEPS);
        self.steps -= given.saturating_sub(budget.left()).min(self.steps);
    }
}

/// What stopped a template.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    /// One sentence without its full stop.
    pub(super) message: String,
    /// The file and line where it happened; filled in by the innermost block that knows.
    pub(super) at: Option<(Rc<str>, u32)>,
    /// The line of the template that was being rendered; `at` may be in one that it includes.
    pub(super) line: Option<u32>,
    /// The frame that filled in `line`.
    pub(super) frame: u32,
    /// The chart said so itself (`required`, `fail`): its values are not enough.
    pub(super) asked: bool,
}

impl Fault {
    pub(super) fn new(message: impl Into<String>) -> Self {
        Self { message: message.into(), at: None, line: None, frame: 0, asked: false }
    }

    /// Says where, unless that is already said.
    pub(super) fn at(mut self, file: &Rc<str>, line: u32) -> Self {
        self.at.get_or_insert_with(|| (Rc::clone(file), line));
        self
    }
}

/// What is left.
#[derive(Debug)]
pub(super) struct Budget {
    steps: Cell<u64>,
    calls: Cell<u32>,
}

impl Budget {
    pub(super) fn new(steps: u64) -> Self {
        Self { steps: Cell::new(steps), calls: Cell::new(0) }
    }

    /// Steps that are left.
    pub(super) fn left(&self) -> u64 {
        self.steps.get()
    }

    /// Takes steps.
    pub(super) fn spend(&self, steps: u64) -> Result<(), Fault> {
        let left = self.steps.get().checked_sub(steps);
        // What is spent stays spent: the templates behind fail at once.
        self.steps.set(left.unwrap_or(0));
        left.map(|_| ()).ok_or_else(|| Fault::new("rendering takes more steps than it may"))
    }

    /// Takes what making so many bytes of text costs.
    pub(super) fn text(&self, bytes: usize) -> Result<(), Fault> {
        if bytes > MAX_TEXT_BYTES {
            return Err(Fault::new(format!("makes a text of more than {MAX_TEXT_BYTES} bytes")));
        }
        self.spend(1 + (bytes / BYTES_A_STEP) as u64)
    }

    /// Takes what making a list of so many items costs.
    pub(super) fn items(&self, items: usize) -> Result<(), Fault> {
        if items > MAX_ITEMS {
            return Err(Fault::new(format!("makes a list of more than {MAX_ITEMS} items")));
        }
        self.spend(1 + items as u64)
    }

    /// One level deeper; [`Budget::leave`] takes it back.
    pub(super) fn enter(&self) -> Result<(), Fault> {
        if self.calls.get() >= MAX_CALLS {
            return Err(Fault::new(format!(
                "templates and blocks are nested more than {MAX_CALLS} deep"
            )));
        }
        self.calls.set(self.calls.get() + 1);
        Ok(())
    }

    pub(super) fn leave(&self) {
        self.calls.set(self.calls.get().saturating_sub(1));
    }

    /// Refuses to walk a value that is too deep.
    pub(super) fn depth(&self, depth: u32) -> Result<(), Fault> {
        self.spend(1)?;
        if depth > MAX_VALUE_DEPTH {
            return Err(Fault::new(format!(
                "a value is nested more than {MAX_VALUE_DEPTH} levels deep"
            )));
        }
        Ok(())
    }
}
