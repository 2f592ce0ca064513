//! How long is what kept, and is GitHub asked with restraint?

use super::Source;
use crate::domain::retention::{Keep, SHORTEST_DELIVERIES_DAYS};

/// Days that things are kept.
pub(super) fn read_keep(source: &mut Source) -> Keep {
    let usual = Keep::default();
    let mut days = |name: &str, usual: i64, least: i64| {
        let Some(text) = source.optional(name) else { return usual };
        text.parse().ok().filter(|n| (least..=36_500).contains(n)).unwrap_or_else(|| {
            source.complain(name, &format!("must be a number of days, at least {least}"));
            usual
        })
    };
    Keep {
        deliveries_days: days(
            "WAYMARK_KEEP_DELIVERIES_DAYS",
            usual.deliveries_days,
            SHORTEST_DELIVERIES_DAYS,
        ),
        evaluations_days: days("WAYMARK_KEEP_EVALUATIONS_DAYS", usual.evaluations_days, 1),
        history_days: days("WAYMARK_KEEP_HISTORY_DAYS", usual.history_days, 1),
    }
}

/// Whether GitHub's limits are planned with.
pub(super) fn read_limits(source: &mut Source) -> bool {
    match source.optional("WAYMARK_GITHUB_LIMITS").as_deref() {
        None | Some("github") => true,
        Some("off") => false,
        Some(_) => {
            source.complain("WAYMARK_GITHUB_LIMITS", "must be github or off");
            true
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Complaint;

    fn read(pairs: &[(&str, &str)]) -> (Keep, bool, Vec<Complaint>) {
        let mut source = Source::of_pairs(pairs.iter().copied());
        (read_keep(&mut source), read_limits(&mut source), source.finish())
    }

    #[test]
    fn deliveries_outlive_githubs_list_and_limits_hold_unless_told_otherwise() {
        assert_eq!(read(&[]), (Keep::default(), true, Vec::new()));
        let (keep, limits, complaints) = read(&[
            ("WAYMARK_KEEP_DELIVERIES_DAYS", "9"),
            ("WAYMARK_KEEP_HISTORY_DAYS", "1000"),
            ("WAYMARK_GITHUB_LIMITS", "off"),
        ]);
        assert_eq!((keep.deliveries_days, keep.history_days, limits), (9, 1000, false));
        assert!(complaints.is_empty());
        for (name, value) in [
            ("WAYMARK_KEEP_DELIVERIES_DAYS", "7"),
            ("WAYMARK_KEEP_EVALUATIONS_DAYS", "0"),
            ("WAYMARK_KEEP_HISTORY_DAYS", "a year"),
            ("WAYMARK_GITHUB_LIMITS", "none"),
        ] {
            assert_eq!(read(&[(name, value)]).2.len(), 1, "{name}={value}");
        }
    }
}
