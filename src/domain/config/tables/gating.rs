//! The keys that decide on deployments: freezes, the gate, service level objectives.

use super::super::shape::{Key, Shape, Table};
use super::key;

pub(super) const FREEZE: Key = key(
    "freeze",
    "Times in which nothing is deployed; the gate holds deployments then.",
    Shape::List(&A_FREEZE),
);

pub(super) const GATE: Key =
    key("gate", "How deployments to environments are decided.", Shape::Table(&GATE_TABLE));

pub(super) const SLO: Key =
    key("slo", "Where the gate learns how fast error budgets burn.", Shape::Table(&SLO_TABLE));

static A_FREEZE: Shape = Shape::Table(&FREEZE_TABLE);

static FREEZE_TABLE: Table = Table {
    name: "a freeze",
    whole: true,
    keys: &[
        Key {
            name: "reason",
            about: "Why; shown to whoever is held.",
            shape: Shape::Text,
            needed: Some("a freeze needs a `reason`, which whoever is held gets to read"),
        },
        key("from", "When it begins: a day, or a day and a time.", Shape::Moment),
        key(
            "until",
            "When it ends: a day, which still belongs to it, or a day and a time.",
            Shape::Moment,
        ),
        key(
            "every",
            "Days of the week on which it recurs, in place of `from` and `until`.",
            Shape::OneOrMore(&Shape::Choice(&WEEKDAYS)),
        ),
        key("at", "The hours of those days; left out: all day.", Shape::Hours),
        key(
            "zone",
            "The time zone of all this, such as Europe/Berlin; left out: UTC.",
            Shape::Zone,
        ),
        key(
            "environments",
            "Globs over the environments that it holds; left out: all.",
            Shape::OneOrMore(&Shape::Glob),
        ),
        key(
            "repositories",
            "Globs over the repositories that it holds, with or without their owner; left out: all.",
            Shape::OneOrMore(&Shape::Glob),
        ),
        key(
            "teams",
            "Teams whose repositories it holds; left out: all.",
            Shape::OneOrMore(&Shape::Text),
        ),
    ],
};

static GATE_TABLE: Table = Table {
    name: "the gate",
    whole: false,
    keys: &[
        key(
            "environments",
            "Globs over the environments that are decided on; others are approved. Left out: all \
             that ask.",
            Shape::OneOrMore(&Shape::Glob),
        ),
        key(
            "unknown_slo",
            "What happens while an error budget cannot be read; left out: pass, with a note.",
            Shape::Choice(&["pass", "wait"]),
        ),
        key(
            "override",
            "Teams whose members may deploy all the same; left out: administrators of the \
             repository.",
            Shape::OneOrMore(&Shape::Text),
        ),
        key(
            "max_wait_hours",
            "How long a deployment waits before it is rejected; left out: 24.",
            Shape::Whole { least: 1, most: 720 },
        ),
        key(
            "blocks",
            "Conditions of deploy risk that must be acknowledged before a deployment.",
            Shape::OneOrMore(&Shape::Condition),
        ),
        key(
            "incidents",
            "Labels of issues; while one with such a label is open, its repository is not deployed.",
            Shape::OneOrMore(&Shape::Text),
        ),
    ],
};

static SLO_TABLE: Table = Table {
    name: "the service level objectives",
    whole: false,
    keys: &[
        key(
            "prometheus",
            "Base address of Prometheus' HTTP API; the operator must allow it.",
            Shape::Address,
        ),
        key(
            "documents",
            "Whether OpenSLO, Sloth and Pyrra documents of a repository count; left out: true.",
            Shape::Flag,
        ),
        key("objectives", "Objectives with queries of their own.", Shape::List(&AN_OBJECTIVE)),
    ],
};

static AN_OBJECTIVE: Shape = Shape::Table(&OBJECTIVE_TABLE);

static OBJECTIVE_TABLE: Table = Table {
    name: "an objective",
    whole: true,
    keys: &[
        Key {
            name: "name",
            about: "What it is called.",
            shape: Shape::Text,
            needed: Some("an objective needs a `name`"),
        },
        Key {
            name: "objective",
            about: "The promise in per cent, such as 99.9.",
            shape: Shape::Percent,
            needed: Some("an objective needs its promise in per cent: `objective: 99.9`"),
        },
        Key {
            name: "error_ratio",
            about: "PromQL for errors divided by all, with `$window` for the length of time.",
            shape: Shape::Text,
            needed: Some(
                "an objective needs `error_ratio`: PromQL for errors divided by all, over \
                 `[$window]`",
            ),
        },
        key(
            "period_days",
            "The days over which the promise is kept; left out: 30.",
            Shape::Whole { least: 1, most: 366 },
        ),
        key(
            "repositories",
            "Globs over the repositories that it stands for; left out: all.",
            Shape::OneOrMore(&Shape::Glob),
        ),
        key(
            "environments",
            "Globs over the environments that it stands for; left out: all.",
            Shape::OneOrMore(&Shape::Glob),
        ),
    ],
};

/// As they are written in `every`.
const WEEKDAYS: [&str; 7] =
    ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
