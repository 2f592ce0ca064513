//! The child's side: limit yourself, say what you hold, answer until the pipe ends.

use std::io::{self, BufReader, BufWriter};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::frame::{self, Ask};
use crate::domain::evaluate::{Catalogue, Evaluator};
use crate::domain::gate::slo;
use crate::domain::policy::library::Library;
use crate::domain::policy::own::OwnPolicies;

/// Most address space: a 3,600-file repository takes 60 MiB; allocators and the deep stack
/// reserve more than they use.
const MAX_MEMORY_BYTES: u64 = 1536 * 1024 * 1024;
/// CPU seconds for one answer; the wall clock on the other side is the sharper limit.
const CPU_SECONDS_PER_ANSWER: u64 = 20;
/// Deeply nested values are compared and dropped by recursion.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Runs until standard input ends. Errors are for the process' exit code; nobody reads words.
/// `load` gives the library, with an organisation's own policies when it is asked for those.
pub fn run(load: impl Fn(&OwnPolicies) -> Library + Send + 'static) -> io::Result<()> {
    limit_memory();
    std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || serve(&load))?
        .join()
        .map_err(|_| io::Error::other("the evaluator panicked"))?
}

fn serve(load: &impl Fn(&OwnPolicies) -> Library) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 20, io::stdin().lock());
    let mut output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    let mut own = OwnPolicies::default();
    let mut evaluator = Evaluator::new(load(&own));
    frame::write(&mut output, &Catalogue::of(evaluator.library()))?;
    while let Some(ask) = frame::read::<Ask<'_>>(&mut input)? {
        allow_cpu();
        match ask {
            Ask::Load(files) => {
                own = files.into_owned();
                evaluator = Evaluator::new(load(&own));
                frame::write(&mut output, &Catalogue::of(evaluator.library()))?;
            }
            Ask::Evaluate(request) => frame::write(&mut output, &evaluator.evaluate(&request))?,
            Ask::Fix(request) => frame::write(&mut output, &evaluator.fix(&request))?,
            Ask::Adopt(request) => frame::write(&mut output, &evaluator.adopt(&request))?,
            Ask::Objectives(files) => frame::write(&mut output, &slo::definitions(&files))?,
            Ask::Gate(request, params) => {
                let reasons = evaluator.library().gate.reasons(&request, &params);
                frame::write(&mut output, &reasons)?;
            }
            Ask::Test(id) => {
                frame::write(&mut output, &evaluator.library().test_own(&own, &id))?;
            }
            Ask::TryTemplate(path) => {
                frame::write(&mut output, &evaluator.library().try_template(&path))?;
            }
        }
    }
    Ok(())
}

/// Where a limit cannot be set (some sandboxes), the deadline of the other side remains.
fn limit_memory() {
    let limit = Rlimit { current: Some(MAX_MEMORY_BYTES), maximum: Some(MAX_MEMORY_BYTES) };
    let _ = setrlimit(Resource::As, limit);
    // No core files of other people's repositories.
    let _ = setrlimit(Resource::Core, Rlimit { current: Some(0), maximum: Some(0) });
}

/// Moves the CPU limit ahead of what was used so far: the limit counts from the process' start.
fn allow_cpu() {
    let used = clock_gettime(ClockId::ProcessCPUTime).tv_sec.unsigned_abs();
    let maximum = getrlimit(Resource::Cpu).maximum;
    let limit = Rlimit { current: Some(used + CPU_SECONDS_PER_ANSWER), maximum };
    let _ = setrlimit(Resource::Cpu, limit);
}
