//! Which keys have the configuration files? One line per key: what reads a file, complains about
//! it and prints its schema starts here.

mod gating;
mod metrics;
mod scorecard;

use super::shape::{Key, Shape, Table};

const fn key(name: &'static str, about: &'static str, shape: Shape) -> Key {
    Key { name, about, shape, needed: None }
}

/// `.github/waymark.yml` of a repository.
pub(super) static REPOSITORY: Table = Table {
    name: "the file",
    whole: false,
    keys: &[
        key("path", "The golden path that this repository walks.", Shape::Path),
        PARAMETERS,
        key(
            "policies",
            "Modes that differ from those of the organisation or the policies themselves.",
            Shape::Map { key: &Shape::Policies, of: &Shape::Mode },
        ),
        EXCLUDE,
        WAIVERS,
    ],
};

/// `waymark.yml` of an organisation's configuration repository. A section is one line here, a
/// field of `OrgConfig`, and a paragraph in `docs/configuration.md`.
pub(super) static ORGANISATION: Table = Table {
    name: "the file",
    whole: false,
    keys: &[
        key(
            "path",
            "The golden path of repositories that neither name one nor have a catalog type that \
             chooses one.",
            Shape::Path,
        ),
        PARAMETERS,
        key(
            "policies",
            "How policies speak in this organisation.",
            Shape::Map {
                key: &Shape::Policies,
                of: &Shape::Short { key: "mode", table: &POLICY_RULE },
            },
        ),
        key(
            "locked",
            "Keys of this file that repositories may not weaken.",
            Shape::List(&Shape::Lock),
        ),
        EXCLUDE,
        key(
            "waiver_rules",
            "What repositories' waivers must keep to.",
            Shape::Table(&WAIVER_RULES),
        ),
        WAIVERS,
        key(
            "commands",
            "Who may give a command in a comment, besides what GitHub's role says.",
            Shape::Map { key: &Shape::Command, of: &Shape::Table(&COMMAND_RULE) },
        ),
        key(
            "upgrades",
            "In which order repositories are offered newer versions of their golden path.",
            Shape::Table(&UPGRADES),
        ),
        gating::FREEZE,
        gating::GATE,
        gating::SLO,
        key("risk", "What is done with deploy risk besides its check.", Shape::Table(&RISK)),
        metrics::METRICS,
        scorecard::SCORECARD,
        scorecard::CAMPAIGNS,
    ],
};

static COMMAND_RULE: Table = Table {
    name: "a command's rule",
    whole: true,
    keys: &[key("team", "Only members of these teams may.", Shape::OneOrMore(&Shape::Text))],
};

static RISK: Table = Table {
    name: "the rules for deploy risk",
    whole: false,
    keys: &[
        key(
            "label",
            "Whether pull requests whose risk is raised carry the label `risk: raised`; left out: no.",
            Shape::Flag,
        ),
        key(
            "coverage",
            "Check runs that tell of coverage in their own words.",
            Shape::List(&COVERAGE),
        ),
    ],
};

static COVERAGE: Shape = Shape::Table(&COVERAGE_RULE);

static COVERAGE_RULE: Table = Table {
    name: "a rule for coverage",
    whole: true,
    keys: &[
        Key {
            name: "check",
            about: "The name of the check run; globs may be used.",
            shape: Shape::Glob,
            needed: Some("say which check run tells of coverage"),
        },
        key(
            "patch",
            "A regular expression over its title and summary; the first group is the percentage of \
             the changed lines that tests run through.",
            Shape::Expression,
        ),
        key(
            "project",
            "A regular expression over its title and summary; the first group is the change of the \
             project's coverage in percentage points.",
            Shape::Expression,
        ),
    ],
};

static UPGRADES: Table = Table {
    name: "the upgrades",
    whole: true,
    keys: &[
        key(
            "canary",
            "Repositories that go first, by name; globs may be used.",
            Shape::OneOrMore(&Shape::Glob),
        ),
        key(
            "percent_per_day",
            "So many of a hundred adopted repositories are offered an upgrade each day; 0: none, \
             left out: 10.",
            Shape::Whole { least: 0, most: 100 },
        ),
    ],
};

const PARAMETERS: Key = key("parameters", "Parameters of policies, by name.", Shape::Parameters);

const EXCLUDE: Key = key(
    "exclude",
    "Files that are not judged, besides tests, fixtures, examples and vendored code; the report \
     counts them.",
    Shape::List(&Shape::Glob),
);

const WAIVERS: Key =
    key("waivers", "Documented ways out, each with a reason and an end.", Shape::List(&A_WAIVER));

static A_WAIVER: Shape = Shape::Table(&WAIVER);

static WAIVER: Table = Table {
    name: "a waiver",
    whole: true,
    keys: &[
        Key {
            name: "policy",
            about: "The policy that it excuses.",
            shape: Shape::Policy,
            needed: Some("a waiver needs `policy: pack/name`"),
        },
        key("paths", "The files that it covers; left out: all.", Shape::OneOrMore(&Shape::Glob)),
        key("resource", "The one thing inside a file that it covers.", Shape::Text),
        Key {
            name: "reason",
            about: "Why it is acceptable for now.",
            shape: Shape::Text,
            needed: Some("a waiver needs a `reason`, so that others can understand it later"),
        },
        key("owner", "Who answers for it.", Shape::Text),
        Key {
            name: "expires",
            about: "The last day on which it counts (UTC).",
            shape: Shape::Date,
            needed: Some("a waiver needs an end: `expires: YYYY-MM-DD`"),
        },
    ],
};

static POLICY_RULE: Table = Table {
    name: "a policy's rule",
    whole: true,
    keys: &[
        key("mode", "How loudly it speaks.", Shape::Mode),
        key("level", "The rung that it belongs to.", Shape::Level),
        key("locked", "Whether repositories may not make it quieter.", Shape::Flag),
        key(
            "enforce_from",
            "The day from which it blocks; until then it warns (UTC).",
            Shape::Date,
        ),
        key(
            "rollout",
            "The repositories for which the mode counts already; any of the conditions is enough.",
            Shape::Table(&ROLLOUT),
        ),
    ],
};

static ROLLOUT: Table = Table {
    name: "a rollout",
    whole: true,
    keys: &[
        key(
            "percent",
            "So many of a hundred repositories; raising it never drops one.",
            Shape::Whole { least: 0, most: 100 },
        ),
        key(
            "teams",
            "Owners by the catalog entry or by CODEOWNERS.",
            Shape::OneOrMore(&Shape::Text),
        ),
        key("topics", "Topics on GitHub.", Shape::OneOrMore(&Shape::Text)),
        key(
            "properties",
            "Custom properties on GitHub: name and value, or values.",
            Shape::Map { key: &Shape::Text, of: &Shape::OneOrMore(&Shape::Text) },
        ),
        key("otherwise", "The mode for all others; left out: observe.", Shape::Mode),
    ],
};

static WAIVER_RULES: Table = Table {
    name: "the waiver rules",
    whole: true,
    keys: &[
        key(
            "max_days",
            "A waiver that ends later than in so many days does not count.",
            Shape::Whole { least: 1, most: 3650 },
        ),
        key("require_owner", "Whether a waiver must name its owner.", Shape::Flag),
        key(
            "not_for",
            "Policies that only the organisation's own waivers excuse.",
            Shape::OneOrMore(&Shape::Policies),
        ),
    ],
};
