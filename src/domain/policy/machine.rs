//! Which policies need no tree walker? This build's own, compiled for regorus' virtual machine.
//!
//! The machine is several times as fast as the interpreter, and wrong about some Rego without a
//! word: it goes on after `x := …` of something undefined (mended by [`guard`]), takes two different
//! answers for none, and dies of rules that call each other. So it judges only for policies whose
//! text is that of this build, and `tests/properties/machine.rs` proves that it says of them what
//! the interpreter says. What an organisation or a folder adds stays with the interpreter, and when
//! the machine fails, the interpreter is asked.

mod guard;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::program::Program;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine, Value};

use super::builtins;
use super::evaluate::{self, ENTRY};
use crate::domain::ids::PolicyId;

/// The interpreter must have its time, too, before the evaluator process is killed.
const LIMIT: std::time::Duration = std::time::Duration::from_secs(2);
/// Questions that the interpreter answers before the program is compiled: that takes as long as
/// four answers about a small repository.
const PAYS_AFTER: usize = 3;
/// Rows of facts of which one answer is worth it: compiling takes about 36 ms, and the machine saves
/// two thirds of what the interpreter would take (54 ms for 300 generated files).
const PAYS_AT: usize = 500;

/// Policies that the machine may judge, compiled once for all sets of them and all parameters.
pub(super) struct Proven {
    pub(super) ids: BTreeSet<PolicyId>,
    /// Their rules, and no others.
    rules: Engine,
    program: OnceLock<Result<Arc<Program>, String>>,
    asked: AtomicUsize,
}

impl Proven {
    /// Of policies whose rules, and no others, are in an engine.
    pub(super) fn new(ids: BTreeSet<PolicyId>, rules: Engine) -> Self {
        Self { ids, rules, program: OnceLock::new(), asked: AtomicUsize::new(0) }
    }

    /// Whether compiling pays, or is done, when facts of so many rows are to be judged. Counts.
    pub(super) fn pays(&self, rows: usize) -> bool {
        self.program.get().is_some()
            || rows >= PAYS_AT
            || self.asked.fetch_add(1, Ordering::Relaxed) >= PAYS_AFTER
    }

    /// The reports of some policies with these parameters, or why the machine failed.
    pub(super) fn ask(&self, machine: &Machine, input: &Value) -> Result<Value, String> {
        let program = self.program.get_or_init(|| self.compile()).clone()?;
        let mut vm = RegoVM::new();
        vm.load_program(program);
        // Time is what bounds it: instructions are counted only because they must be.
        vm.set_max_instructions(usize::MAX);
        vm.set_execution_timer_config(Some(evaluate::timer(LIMIT)));
        vm.set_data(machine.data.clone()).map_err(|e| e.to_string())?;
        vm.set_input(input.clone());
        vm.execute_entry_point_by_index(0).map_err(|e| e.to_string())
    }

    fn compile(&self) -> Result<Arc<Program>, String> {
        let mut engine = Engine::new();
        for module in self.rules.clone().get_modules() {
            let path = module.package.span.source.get_path().clone();
            engine.add_policy(path, guard::guarded(module)).map_err(|e| format!("{e:#}"))?;
        }
        let ids: Vec<PolicyId> = self.ids.iter().cloned().collect();
        engine
            .add_policy(format!("{ENTRY}.rego"), evaluate::entry_of_asked(&ids))
            .map_err(|e| format!("{e:#}"))?;
        let rule = format!("data.{ENTRY}.report");
        let compiled =
            engine.compile_with_entrypoint(&rule.as_str().into()).map_err(|e| format!("{e:#}"))?;
        let mut program =
            Compiler::compile_from_policy(&compiled, &[&rule]).map_err(|e| e.to_string())?;
        let own = Arc::get_mut(&mut program).ok_or("somebody else holds the program")?;
        builtins::install_compiled(own);
        Ok(program)
    }
}

/// What the program is given beside the facts.
pub(super) struct Machine {
    pub(super) proven: Arc<Proven>,
    data: Value,
}

impl Machine {
    /// For these of the proven policies, with these parameters.
    pub(super) fn new(proven: &Arc<Proven>, ids: &[PolicyId], params: &serde_json::Value) -> Self {
        let asked: BTreeMap<&str, bool> = ids.iter().map(|id| (id.as_str(), true)).collect();
        let data = serde_json::json!({"waymark": {"params": params, "asked": asked}});
        Self { proven: Arc::clone(proven), data: Value::from(data) }
    }
}
