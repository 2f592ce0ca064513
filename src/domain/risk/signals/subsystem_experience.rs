//! SEXP: how well does the author know these subsystems?

use std::collections::BTreeSet;

use super::experience::own;
use super::{Evidence, KAMEI, Signal, Unknown, number, subsystem};

pub(super) const SIGNAL: Signal = Signal {
    name: "sexp",
    title: "earlier changes of the author in these subsystems",
    definition: "how many of the author's earlier changes touched one of the subsystems that this one touches",
    unit: "changes",
    formula: "number of the author's earlier changes that touch a touched subsystem",
    source: KAMEI,
    read: subsystem_experience,
};

/// The author's earlier changes in the touched subsystems.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::past::Past;
/// use waymark::domain::risk::signals::{Evidence, subsystem_experience};
/// use waymark::domain::time::Timestamp;
/// let own = vec![(Timestamp(0), ["api".to_owned()].into()), (Timestamp(9), ["web".to_owned()].into())];
/// let past = Past { own: Some(own), ..Past::of(&[]) };
/// let change = Change::of("", &[("api/v2/x.rs", 1, 0)]);
/// assert_eq!(subsystem_experience(Evidence::of(&change, &past)), Ok(1.0));
/// ```
pub fn subsystem_experience(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    let here: BTreeSet<&str> =
        evidence.whole()?.files.iter().map(|file| subsystem(&file.path)).collect();
    let touches = |parts: &BTreeSet<String>| parts.iter().any(|part| here.contains(part.as_str()));
    Ok(number(own(evidence)?.iter().filter(|(_, parts)| touches(parts)).count()))
}
