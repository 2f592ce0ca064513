//! Blast radius: who needs what this repository holds?

use super::{Evidence, Signal, Unknown};

/// Who defined the relations.
const BACKSTAGE: &str =
    "Backstage, Well-known relations between catalog entities (dependsOn, consumesApi)";

pub(super) const DIRECT: Signal = Signal {
    name: "dependents",
    title: "catalog entities that need this repository",
    definition: "entities of other repositories that need one of this repository's, by dependsOn or by an API that they consume and it provides",
    unit: "entities",
    formula: "distinct entities one step away",
    source: BACKSTAGE,
    read: dependents,
};

pub(super) const ALL: Signal = Signal {
    name: "all_dependents",
    title: "catalog entities that need it, directly or through others",
    definition: "entities of other repositories that need one of this repository's, directly or through others",
    unit: "entities",
    formula: "distinct entities that can be reached; circles are walked once",
    source: BACKSTAGE,
    read: all_dependents,
};

/// How many entities need this repository directly.
///
/// ```
/// use waymark::domain::risk::change::Change;
/// use waymark::domain::risk::dependents::Dependents;
/// use waymark::domain::risk::observed::Observed;
/// use waymark::domain::risk::signals::{Evidence, all_dependents, dependents};
/// let change = Change::of("", &[("a.rs", 4, 1)]);
/// // shop and site need this one, and tv needs site.
/// let found = Ok(Dependents { direct: 2, all: 3 });
/// let seen = Observed { dependents: found, ..Observed::nothing("nobody looked") };
/// let evidence = Evidence::without_past(&change).observing(&seen);
/// assert_eq!((dependents(evidence), all_dependents(evidence)), (Ok(2.0), Ok(3.0)));
/// ```
pub fn dependents(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    Ok(evidence.observed()?.dependents?.direct as f64)
}

/// How many need it directly or through others; [`dependents`] has the example.
pub fn all_dependents(evidence: Evidence<'_>) -> Result<f64, Unknown> {
    Ok(evidence.observed()?.dependents?.all as f64)
}
