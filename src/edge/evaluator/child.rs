//! The child's side: limit yourself, say what you hold, answer until the pipe ends.

use std::io::{self, BufReader, BufWriter};

use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
use rustix::time::{ClockId, clock_gettime};

use super::frame;
use crate::domain::evaluate::{Catalogue, Evaluator, Question};
use crate::domain::policy::library::Library;

/// Most address space: a 3,600-file repository takes 60 MiB; allocators and the deep stack
/// reserve more than they use.
const MAX_MEMORY_BYTES: u64 = 1536 * 1024 * 1024;
/// CPU seconds for one answer; the wall clock on the other side is the sharper limit.
const CPU_SECONDS_PER_ANSWER: u64 = 20;
/// Deeply nested values are compared and dropped by recursion.
const STACK_BYTES: usize = 64 * 1024 * 1024;

/// Runs until standard input ends. Errors are for the process' exit code; nobody reads words.
pub fn run(load: impl FnOnce() -> Library + Send + 'static) -> io::Result<()> {
    limit_memory();
    std::thread::Builder::new()
        .stack_size(STACK_BYTES)
        .spawn(move || serve(load()))?
        .join()
        .map_err(|_| io::Error::other("the evaluator panicked"))?
}

fn serve(library: Library) -> io::Result<()> {
    let mut input = BufReader::with_capacity(1 << 20, io::stdin().lock());
    let mut output = BufWriter::with_capacity(1 << 16, io::stdout().lock());
    frame::write(&mut output, &Catalogue::of(&library))?;
    let mut evaluator = Evaluator::new(library);
    while let Some(request) = frame::read::<Question<'_>>(&mut input)? {
        allow_cpu();
        match request {
            Question::Evaluate(request) => {
                frame::write(&mut output, &evaluator.evaluate(&request))?;
            }
            Question::Adopt(request) => frame::write(&mut output, &evaluator.adopt(&request))?,
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
