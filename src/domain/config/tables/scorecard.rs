//! The keys about what an organisation reads of itself.

use super::super::scorecard::CLOSED;
use super::super::shape::{Key, Shape, Table};
use super::key;

pub(super) const SCORECARD: Key = key(
    "scorecard",
    "The issue that shows how the golden path is adopted; left out: there is none.",
    Shape::Table(&SCORECARD_KEYS),
);

pub(super) const CAMPAIGNS: Key = key(
    "campaigns",
    "What is to be fulfilled until a day; an issue each shows how far it is.",
    Shape::List(&A_CAMPAIGN),
);

static SCORECARD_KEYS: Table = Table {
    name: "the scorecard",
    whole: true,
    keys: &[
        key("enabled", "Whether it is kept; left out: yes.", Shape::Flag),
        key(
            "repository",
            "The repository of its issue, without owner; left out: this one.",
            Shape::Text,
        ),
        key(
            "target",
            "The share of repositories that shall be on a golden path, in percent; left out: 80.",
            Shape::Whole { least: 1, most: 100 },
        ),
        key(
            "closed",
            "What becomes of an issue that somebody closed, once there is news; left out: reopen.",
            Shape::OneOf(&CLOSED),
        ),
        key("exclude", "Names of repositories that do not count.", Shape::OneOrMore(&Shape::Glob)),
        key(
            "demand",
            "A policy that so many repositories waive, or cannot have judged, gets an issue for \
             those who look after it; 0: never; left out: 5.",
            Shape::Whole { least: 0, most: 100_000 },
        ),
        key(
            "tickets",
            "The label of issues in that repository by which people ask for help; left out: how \
             many do is not known.",
            Shape::Text,
        ),
    ],
};

static A_CAMPAIGN: Shape = Shape::Table(&CAMPAIGN);

static CAMPAIGN: Table = Table {
    name: "a campaign",
    whole: true,
    keys: &[
        Key {
            name: "name",
            about: "What people call it.",
            shape: Shape::Text,
            needed: Some("a campaign needs a `name`"),
        },
        Key {
            name: "policies",
            about: "What shall be fulfilled.",
            shape: Shape::OneOrMore(&Shape::Policies),
            needed: Some("a campaign needs `policies`"),
        },
        key("scope", "Where; left out: everywhere.", Shape::Table(&SCOPE)),
        key("from", "Its first day (UTC); left out: it is on already.", Shape::Date),
        Key {
            name: "due",
            about: "Its last day (UTC).",
            shape: Shape::Date,
            needed: Some("a campaign needs an end: `due: YYYY-MM-DD`"),
        },
        key("owner", "Who answers for it.", Shape::Text),
        key("promote", "The rung that its policies belong to once it is over.", Shape::Level),
    ],
};

static SCOPE: Table = Table {
    name: "a scope",
    whole: true,
    keys: &[
        key("teams", "Owners by the catalog entry.", Shape::OneOrMore(&Shape::Text)),
        key("paths", "Golden paths.", Shape::OneOrMore(&Shape::Path)),
        key("repositories", "Names of repositories.", Shape::OneOrMore(&Shape::Glob)),
    ],
};
