//! Which figures look good while what stands beside them does not? Watched in pairs: a target that is
//! reached by people who like it less, silence that comes of ways out, speed that breaks things.
//!
//! What is not known is said to be unknown; it is neither good nor bad.

use super::Score;
use super::signals::Satisfied;
use crate::domain::metrics::measure::{DAY_MS, Measured, Period};
use crate::domain::metrics::statistics::{Durations, Share};

/// Points by which satisfaction falls from one quarter to the next before it is spoken of.
const FALL: i64 = 10;
/// Repositories that wrote something and that reached production lately: fewer say nothing yet.
const LEAST: usize = 5;
/// Onboarding is fast when half of the new repositories took no longer.
pub const FAST_DAYS: i64 = 7;
/// Change failures are many when the lower end of their interval is above this share (0 to 15 % is
/// what all but the slowest cluster reported: Accelerate State of DevOps 2019).
pub const MANY_FAILURES: f64 = 0.15;
/// Tickets are counted over so many whole weeks.
pub const TICKET_WEEKS: i64 = 4;
/// New repositories are looked at for so many days before the end of last week.
pub const ONBOARDING_DAYS: u32 = 90;

/// What a pair looks like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Looks {
    /// Nothing speaks against the good figure, or it is not that good.
    Fine,
    /// The good figure may deceive.
    Closer,
    /// One of the two is not known.
    Unknown,
}

/// What is known beside the repositories' cards.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Watched {
    /// How satisfied people are, the newest quarter first.
    pub satisfied: Vec<Satisfied>,
    /// What they said beside it, as far as it may be told here.
    pub remarks: Vec<Remark>,
    /// Remarks that may not.
    pub hidden_remarks: usize,
    /// Tickets opened in the last [`TICKET_WEEKS`] whole weeks; `None`: not known.
    pub tickets: Option<usize>,
    /// The newest repositories.
    pub onboarding: Onboarding,
}

/// Repositories that were created and reached production in [`ONBOARDING_DAYS`].
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Onboarding {
    /// From the creation of each to its first production deployment.
    pub took: Durations,
    /// Failed ones among their production deployments since.
    pub failures: Share,
}

/// Counts [`Onboarding`], one repository after the other.
#[derive(Debug, Clone)]
pub struct Newcomers {
    period: Period,
    took: Vec<i64>,
    failed: u64,
    deployed: u64,
}

impl Newcomers {
    /// Until a moment: the end of last week, so that the figures do not move from day to day.
    pub fn until(end: crate::domain::time::Timestamp) -> Self {
        let period = Period::last(ONBOARDING_DAYS, end);
        Self { period, took: Vec::new(), failed: 0, deployed: 0 }
    }

    /// The time in which repositories must have been created to count.
    pub fn period(&self) -> Period {
        self.period
    }

    /// Counts a repository if it is one: created in the period, and in production since.
    pub fn add(&mut self, repo: &Measured<'_>) {
        let Some(took) = repo.creation_to_first_ms() else { return };
        let created = repo.created().filter(|created| self.period.holds(*created));
        if created.is_some_and(|created| self.period.holds(created.plus_ms(took))) {
            self.took.push(took);
            let failures = repo.in_period(self.period).change_failures;
            self.failed += failures.hits;
            self.deployed += failures.n;
        }
    }

    /// What was counted.
    pub fn onboarding(self) -> Onboarding {
        let Self { took, failed, deployed, .. } = self;
        Onboarding { took: Durations::of(took), failures: Share::of(failed, deployed) }
    }
}

/// Adoption at its target while satisfaction fell by ten points or more since the quarter before.
pub fn satisfaction(score: &Score, satisfied: &[Satisfied]) -> Looks {
    match satisfied {
        [now, before, ..] if score.is_reached() && now.nps <= before.nps - FALL => Looks::Closer,
        [_, _, ..] => Looks::Fine,
        _ => Looks::Unknown,
    }
}

/// Adoption at its target while some policy is waived in a fifth of the repositories (and in two at
/// least); and how many policies are.
pub fn ways_out(score: &Score) -> (Looks, usize) {
    let crowded =
        score.waivers.iter().filter(|w| w.repositories > 1 && score.fifth(w.repositories));
    match crowded.count() {
        n if n > 0 && score.is_reached() => (Looks::Closer, n),
        n => (Looks::Fine, n),
    }
}

/// Hardly a ticket (fewer than five in four weeks for a hundred repositories) while a fifth of the
/// repositories (and two at least) have a way out.
pub fn tickets(score: &Score, tickets: Option<usize>) -> Looks {
    let few = |n: usize| n * 20 < score.now.total();
    match tickets {
        None => Looks::Unknown,
        Some(n) if few(n) && score.waiving > 1 && score.fifth(score.waiving) => Looks::Closer,
        Some(_) => Looks::Fine,
    }
}

/// New repositories are in production within [`FAST_DAYS`], and more than [`MANY_FAILURES`] of their
/// deployments fail even at the lower end of the interval. Below five repositories it is not known.
pub fn onboarding(found: &Onboarding) -> Looks {
    let Some(median) = found.took.median_ms.filter(|_| found.took.n >= LEAST) else {
        return Looks::Unknown;
    };
    let many = found.failures.interval.is_some_and(|(low, _)| low > MANY_FAILURES);
    if median <= FAST_DAYS * DAY_MS && many { Looks::Closer } else { Looks::Fine }
}

impl Score {
    /// Whether adoption is at its target.
    pub fn is_reached(&self) -> bool {
        self.now.total() > 0 && self.lacking() == 0
    }

    /// Whether so many are a fifth of the judged repositories.
    fn fifth(&self, repositories: usize) -> bool {
        repositories * 5 >= self.now.total().max(1)
    }
}

/// What somebody said beside a score, without saying who.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Remark {
    /// Which kind of answer it stood beside.
    pub mood: Mood,
    /// A person's words: escape them.
    pub words: String,
}

/// The three kinds of answers of a net promoter score.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mood {
    /// 0 to 6.
    Against,
    /// 7 or 8.
    Between,
    /// 9 or 10.
    For,
}

impl Mood {
    /// Of a score from 0 to 10.
    pub fn of(score: i64) -> Self {
        match score {
            ..=6 => Self::Against,
            7..=8 => Self::Between,
            _ => Self::For,
        }
    }
}

/// The remarks of the newest quarter that is told of, the critical ones first. They are put in the
/// order of their letters: that of arrival could tell whose they are.
pub fn remarks<'a>(
    answers: impl IntoIterator<Item = (&'a str, i64, Option<&'a str>)>,
    satisfied: &[Satisfied],
) -> Vec<Remark> {
    let Some(told) = satisfied.first() else { return Vec::new() };
    let answers = answers.into_iter().filter(|(quarter, ..)| *quarter == told.quarter);
    let remark = |(_, score, words): (_, i64, Option<&str>)| {
        let words = words.map(str::trim).filter(|words| !words.is_empty())?;
        Some(Remark { mood: Mood::of(score), words: words.to_owned() })
    };
    let mut found: Vec<Remark> = answers.filter_map(remark).collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::domain::ids::{RepoId, RepoName};
    use crate::domain::report::sample;
    use crate::domain::scorecard::card::Card;
    use crate::domain::scorecard::{Book, Entry};

    /// So many repositories, of which so many have a way out; all at their target or none.
    fn score(repositories: i64, waiving: i64, reached: bool) -> Score {
        let card = Card::of(&sample::blocked(), None);
        let entry = |n| {
            let mut card = card.clone();
            if n >= waiving {
                card.waivers.clear();
            }
            if reached {
                card.path = "service".to_owned();
                card.level = Some(crate::domain::finding::Level::Bronze);
            }
            let name = RepoName::parse(&format!("acme/r{n}")).unwrap();
            Entry { id: RepoId(n), name, named: true, card: Some(card) }
        };
        let entries: Vec<Entry> = (0..repositories).map(entry).collect();
        Score::of(&Book {
            account: "acme",
            today: "2026-11-21".parse().unwrap(),
            target: 80,
            entries: &entries,
            history: &[],
            watched: &Watched::default(),
        })
    }

    fn told(nps: &[i64]) -> Vec<Satisfied> {
        let one = |nps: &i64| Satisfied { quarter: "2026-Q4".to_owned(), answers: 5, nps: *nps };
        nps.iter().map(one).collect()
    }

    #[test]
    fn satisfaction_that_falls_speaks_against_adoption_only() {
        let (reached, not) = (score(10, 0, true), score(10, 0, false));
        assert_eq!(satisfaction(&reached, &told(&[20, 30])), Looks::Closer);
        assert_eq!(satisfaction(&reached, &told(&[21, 30])), Looks::Fine);
        assert_eq!(satisfaction(&not, &told(&[20, 30])), Looks::Fine);
        assert_eq!(satisfaction(&reached, &told(&[20])), Looks::Unknown);
        assert_eq!(satisfaction(&reached, &[]), Looks::Unknown);
    }

    #[test]
    fn ways_out_count_from_a_fifth_and_from_two() {
        assert_eq!(ways_out(&score(10, 2, true)), (Looks::Closer, 1));
        assert_eq!(ways_out(&score(11, 2, true)), (Looks::Fine, 0));
        assert_eq!(ways_out(&score(10, 2, false)), (Looks::Fine, 1));
        assert_eq!(ways_out(&score(2, 1, true)), (Looks::Fine, 0));
        assert_eq!(ways_out(&score(0, 0, true)), (Looks::Fine, 0));
    }

    #[test]
    fn silence_beside_ways_out_is_told_and_no_figure_is_no_silence() {
        let many = score(40, 8, false);
        assert_eq!(tickets(&many, Some(1)), Looks::Closer);
        assert_eq!(tickets(&many, Some(2)), Looks::Fine);
        assert_eq!(tickets(&many, None), Looks::Unknown);
        assert_eq!(tickets(&score(40, 7, false), Some(0)), Looks::Fine);
    }

    #[test]
    fn new_repositories_are_quick_and_break_or_nobody_knows() {
        let found = |days: i64, n: i64, failures| Onboarding {
            took: Durations::of(vec![days * DAY_MS; n as usize]),
            failures,
        };
        // Wilson: 9 of 20 is 26 % at least, 5 of 20 is 11 %.
        assert_eq!(onboarding(&found(7, 5, Share::of(9, 20))), Looks::Closer);
        assert_eq!(onboarding(&found(7, 5, Share::of(5, 20))), Looks::Fine);
        assert_eq!(onboarding(&found(8, 5, Share::of(9, 20))), Looks::Fine);
        assert_eq!(onboarding(&found(7, 4, Share::of(9, 20))), Looks::Unknown);
        assert_eq!(onboarding(&Onboarding::default()), Looks::Unknown);
    }

    #[test]
    fn remarks_are_those_of_the_quarter_that_is_told_without_the_order_of_arrival() {
        let answers = [
            ("2026-Q4", 9, Some("well")),
            ("2026-Q4", 3, Some(" slow ")),
            ("2026-Q4", 8, Some(" ")),
            ("2026-Q4", 8, None),
            ("2026-Q3", 0, Some("long ago")),
        ];
        let found = remarks(answers, &told(&[10]));
        let seen: Vec<_> = found.iter().map(|r| (r.mood, r.words.as_str())).collect();
        assert_eq!(seen, [(Mood::Against, "slow"), (Mood::For, "well")]);
        assert_eq!(remarks(answers, &[]), []);
    }
}
