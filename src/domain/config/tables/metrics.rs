//! `metrics`: what delivery is measured by.

use super::super::shape::{Key, Shape, Table};
use super::key;

pub(super) const METRICS: Key =
    key("metrics", "What delivery is measured by.", Shape::Table(&RULES));

static RULES: Table = Table {
    name: "the metrics' rules",
    whole: false,
    keys: &[
        key(
            "environments",
            "Names of environments that are production; globs, any case.",
            Shape::OneOrMore(&Shape::Glob),
        ),
        key(
            "workflows",
            "Workflows (by file, path or name; a called one by its whole path; globs) whose success \
             on the default branch is a deployment, where a repository makes no GitHub deployments.",
            Shape::OneOrMore(&Shape::Glob),
        ),
        key(
            "incident_labels",
            "Labels that make an issue an incident; globs, any case.",
            Shape::OneOrMore(&Shape::Glob),
        ),
        key(
            "attribution_days",
            "So many days after a deployment, incidents and reverts are still laid to it.",
            Shape::Whole { least: 0, most: 90 },
        ),
    ],
};
