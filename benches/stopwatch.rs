//! How are figures kept that one run can be compared by?

use std::collections::BTreeMap;
use std::hint::black_box;
use std::process::ExitCode;
use std::time::Instant;

use criterion::BenchmarkGroup;
use criterion::measurement::WallTime;

/// Medians in milliseconds, from the very runs that criterion timed.
#[derive(Default)]
pub struct Stopwatch {
    medians: BTreeMap<(usize, &'static str), f64>,
}

impl Stopwatch {
    /// Times one step at one size.
    pub fn time(
        &mut self,
        group: &mut BenchmarkGroup<'_, WallTime>,
        size: usize,
        step: &'static str,
        run: &mut dyn FnMut(),
    ) {
        let mut samples = Vec::new();
        group.bench_function(step, |bencher| {
            bencher.iter_custom(|rounds| {
                let start = Instant::now();
                for _ in 0..rounds {
                    run();
                }
                let taken = start.elapsed();
                samples.push(taken.as_secs_f64() * 1e3 / rounds as f64);
                taken
            });
        });
        samples.sort_by(f64::total_cmp);
        if let Some(median) = samples.get(samples.len() / 2) {
            self.medians.insert((size, step), *median);
        }
    }

    /// A row per size: the steps, then the ratios (name, steps above, step below the line).
    pub fn table(&self, sizes: &[usize], steps: &[&'static str], ratios: &[Ratio]) {
        let names = steps.iter().copied().chain(ratios.iter().map(|ratio| ratio.0));
        println!("| files | {} |", names.collect::<Vec<_>>().join(" | "));
        println!("|---|{}", "---|".repeat(steps.len() + ratios.len()));
        for size in sizes {
            let of = |step| self.medians.get(&(*size, step)).copied().unwrap_or(f64::NAN);
            let times = steps.iter().map(|step| format!("{:.3}", of(step)));
            let ratios = ratios.iter().map(|(_, above, below)| {
                format!("{:.2}", above.iter().map(|step| of(step)).sum::<f64>() / of(below))
            });
            println!("| {size} | {} |", times.chain(ratios).collect::<Vec<_>>().join(" | "));
        }
    }
}

/// regorus steers by errors, and with `RUST_BACKTRACE=1` each of them walks the stack: half the
/// time again. The evaluator process starts without it, so the measurement does too: it runs
/// itself once more, and gives that run's exit code.
pub fn without_backtraces() -> Option<ExitCode> {
    if std::env::var_os("RUST_BACKTRACE").is_some_and(|value| value == "0") {
        return None;
    }
    let again = std::env::current_exe().and_then(|program| {
        let mut command = std::process::Command::new(program);
        command.args(std::env::args_os().skip(1)).env("RUST_BACKTRACE", "0").status()
    });
    Some(if again.is_ok_and(|status| status.success()) {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    })
}

/// Its name, the steps above the line, the step below it.
pub type Ratio = (&'static str, &'static [&'static str], &'static str);

/// Microseconds of this thread's CPU time, the fastest of a few runs: what else the machine does
/// only adds.
pub fn fastest_us<T>(run: impl Fn() -> T) -> f64 {
    let spent = || {
        let now = rustix::time::clock_gettime(rustix::time::ClockId::ThreadCPUTime);
        now.tv_sec as f64 * 1e6 + now.tv_nsec as f64 / 1e3
    };
    let once = || {
        let start = spent();
        drop(black_box(run()));
        spent() - start
    };
    let first = once();
    let rounds = (50_000.0 / first.max(1.0)).clamp(3.0, 200.0) as usize;
    (0..rounds).map(|_| once()).fold(first, f64::min)
}
