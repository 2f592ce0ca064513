//! What is done at intervals, asked by nobody? Events may be lost: this is what repairs.
//!
//! Adding one is a job and a line in [`SCHEDULES`]. A schedule fires once for all replicas, and
//! its next time is remembered: a restart neither repeats nor forgets it. What was missed while
//! nobody ran is done once, at the start.

use super::ids::InstallationId;
use super::job::Job;
use super::time::Timestamp;

const HOUR_MS: i64 = 60 * 60 * 1000;

/// By how much another replica's clock may be ahead of ours, generously.
pub const AHEAD_MS: i64 = 60_000;

/// Something that is due again and again.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    /// What it is remembered by; a new name is due at once.
    pub name: &'static str,
    /// Milliseconds between two firings.
    pub every_ms: i64,
    /// What it asks for.
    pub work: Work,
}

/// The jobs of a schedule. Their keys coalesce, so one that is still waiting is not doubled.
#[derive(Debug, Clone, Copy)]
pub enum Work {
    /// One job for the whole service.
    Service(fn() -> Job),
    /// One job for each installation that is not suspended.
    EachInstallation(fn(InstallationId) -> Job),
}

/// All of them.
pub const SCHEDULES: &[Schedule] = &[
    // An installation that changed while no event reached us: repositories, permissions, its end.
    Schedule {
        name: "sync",
        every_ms: 24 * HOUR_MS,
        work: Work::EachInstallation(|installation| Job::SyncInstallation { installation }),
    },
    // Default branches that moved while no event reached us. Listing the repositories first would
    // double its calls; `waymark sweep` does so only where the daily one is overdue or outdated.
    Schedule {
        name: "sweep",
        every_ms: 6 * HOUR_MS,
        work: Work::EachInstallation(|installation| Job::Sweep { installation }),
    },
    // A deployment whose job was lost or died waits for nobody otherwise.
    Schedule {
        name: "gates",
        every_ms: HOUR_MS / 4,
        work: Work::EachInstallation(|installation| Job::OverdueGates { installation }),
    },
    // Deliveries that never reached the inbox. GitHub keeps them for three days.
    Schedule { name: "recover", every_ms: HOUR_MS / 12, work: Work::Service(|| Job::Recover) },
    Schedule { name: "clean_up", every_ms: HOUR_MS, work: Work::Service(|| Job::CleanUp) },
    // Days pass although nobody pushes: waivers end, weeks begin. The sweep asks for it as well.
    Schedule {
        name: "scorecard",
        every_ms: 24 * HOUR_MS,
        work: Work::EachInstallation(|installation| Job::Scorecard { installation }),
    },
    // A version of a golden path spreads day by day.
    Schedule {
        name: "upgrades",
        every_ms: HOUR_MS,
        work: Work::EachInstallation(|installation| Job::UpgradeWave { installation }),
    },
    // What repositories delivered before we came, some at a time.
    Schedule {
        name: "measure",
        every_ms: HOUR_MS,
        work: Work::EachInstallation(|installation| Job::MeasureInstallation { installation }),
    },
];

impl Schedule {
    /// Whether it is to be fired at `now`, given when it is due; `None`: it never was. One that is
    /// due later than a firing of now would make it was fired before the clock went back.
    pub fn is_due(&self, due: Option<Timestamp>, now: Timestamp) -> bool {
        due.is_none_or(|due| due <= now || due > now.plus_ms(self.every_ms + AHEAD_MS))
    }
}

impl Work {
    /// The jobs, given who has installed us.
    pub fn jobs(self, installations: impl IntoIterator<Item = InstallationId>) -> Vec<Job> {
        match self {
            Self::Service(job) => vec![job()],
            Self::EachInstallation(job) => installations.into_iter().map(job).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_intervals_are_not_too_short() {
        for (n, schedule) in SCHEDULES.iter().enumerate() {
            assert!(schedule.every_ms >= 60_000, "{}", schedule.name);
            assert!(SCHEDULES[..n].iter().all(|s| s.name != schedule.name), "{}", schedule.name);
        }
    }

    #[test]
    fn each_installation_has_its_own_job() {
        let jobs = SCHEDULES[0].work.jobs([InstallationId(1), InstallationId(2)]);
        assert_eq!(jobs.len(), 2);
        assert_ne!(jobs[0].key(), jobs[1].key());
    }
}
