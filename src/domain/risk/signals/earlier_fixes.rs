//! How often were these files repaired lately?

use super::{Evidence, KAMEI, Signal, Unknown, number};

pub(super) const SIGNAL: Signal = Signal {
    name: "ffix180",
    title: "repairs of these files in 180 days",
    definition: "for each touched file, how many of its changes within the last 180 days spoke of a repair in their title, whoever wrote them; added up. Programs' changes and reverts are not counted",
    unit: "repairs",
    formula: "sum over touched files of their earlier changes of the last 180 days with FIX = 1",
    source: KAMEI,
    read: earlier_fixes,
};

/// Repairs of the touched files, 180 days back, added up over the files. Unknown where of some of their
/// changes it was not noted.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::past::Past;
/// use waymark::domain::risk::people::Person;
/// use waymark::domain::risk::signals::{Evidence, earlier_fixes};
/// let mut past = Past::of(&[("a.rs", &[Person(1), Person(1)]), ("b.rs", &[Person(2)])]);
/// let change = Change::of("", &[("a.rs", 1, 0), ("b.rs", 1, 0)]);
/// // `Fix VAT` and `Fix it again` touched a.rs, and the former b.rs as well.
/// for (path, repairs) in [("a.rs", Some(2)), ("b.rs", Some(1))] {
///     past.files.get_mut(path).expect("there").repairs = repairs;
/// }
/// assert_eq!(earlier_fixes(Evidence::of(&change, &past)), Ok(3.0));
/// past.files.get_mut("b.rs").expect("there").repairs = None;
/// assert!(earlier_fixes(Evidence::of(&change, &past)).is_err());
/// ```
pub fn earlier_fixes(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let past = evidence.past()?;
    let counts = past.touched(evidence.change).map(|file| file.repairs);
    let sum: Option<u64> = counts.sum();
    sum.map(|sum| number(usize::try_from(sum).unwrap_or(usize::MAX)))
        .ok_or("the titles of some of their earlier changes were not noted")
}
