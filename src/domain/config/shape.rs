//! What may stand at a place of a configuration file? The words that its tables are written in.

/// What a value may be.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// Text that is not blank.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number.
    Whole {
        /// The least.
        least: u64,
        /// The greatest.
        most: u64,
    },
    /// One of these words.
    Choice(&'static [&'static str]),
    /// A number between 0 and 100, both left out.
    Percent,
    /// A day, `YYYY-MM-DD`.
    Date,
    /// A day, or a day and a time: `YYYY-MM-DD hh:mm`.
    Moment,
    /// Hours of a day: `hh:mm-hh:mm`, up to 24:00.
    Hours,
    /// The name of a time zone.
    Zone,
    /// The base address of a service.
    Address,
    /// A glob over paths.
    Glob,
    /// A regular expression with a group.
    Expression,
    /// How loudly a policy speaks.
    Mode,
    /// A rung of the golden path.
    Level,
    /// The name of a golden path that exists.
    Path,
    /// The id of a policy that exists.
    Policy,
    /// An id, `pack/*` or `*`, which means at least one policy that exists.
    Policies,
    /// One of some words.
    OneOf(&'static [&'static str]),
    /// A command that is written in comments.
    Command,
    /// What a condition of a change is called.
    Condition,
    /// Something that an organisation may lock.
    Lock,
    /// Parameters of policies: name → value of the kind of its default.
    Parameters,
    /// A list.
    List(&'static Shape),
    /// One value or a list; read as a list. Not understood as a whole when one item is not.
    OneOrMore(&'static Shape),
    /// A mapping with free keys.
    Map {
        /// What a key may be.
        key: &'static Shape,
        /// What stands behind it.
        of: &'static Shape,
    },
    /// A mapping with these keys.
    Table(&'static Table),
    /// One value, short for a table in which only this key is set; read as the table.
    Short {
        /// The key that the value alone stands for.
        key: &'static str,
        /// The table.
        table: &'static Table,
    },
}

/// A mapping with known keys.
#[derive(Debug)]
pub(super) struct Table {
    /// How complaints call one: `a waiver`.
    pub(super) name: &'static str,
    /// Whether it counts only when all of it is understood: half a waiver, without the paths
    /// that were misspelt, would excuse more than was meant.
    pub(super) whole: bool,
    /// Its keys.
    pub(super) keys: &'static [Key],
}

/// One key of a table.
#[derive(Debug)]
pub(super) struct Key {
    /// As it is written.
    pub(super) name: &'static str,
    /// What it is for; one sentence, in the schema.
    pub(super) about: &'static str,
    /// What may stand behind it.
    pub(super) shape: Shape,
    /// What to say when it is missing; `None`: it may be.
    pub(super) needed: Option<&'static str>,
}

impl Table {
    /// The names of its keys.
    pub(super) fn names(&self) -> Vec<&'static str> {
        self.keys.iter().map(|key| key.name).collect()
    }

    /// A key by its name.
    pub(super) fn key(&self, name: &str) -> Option<&'static Key> {
        self.keys.iter().find(|key| key.name == name)
    }
}

impl Shape {
    /// In words that follow "must be".
    pub(super) fn words(&self) -> String {
        match self {
            Self::Text => "text".to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Whole { least, most } => format!("a whole number from {least} to {most}"),
            Self::Choice(words) => format!("one of {}", words.join(", ")),
            Self::Percent => "a number between 0 and 100, such as 99.9".to_owned(),
            Self::Date => "a day, YYYY-MM-DD".to_owned(),
            Self::Moment => "a day, YYYY-MM-DD, or a day and a time, YYYY-MM-DD hh:mm".to_owned(),
            Self::Hours => "hours of a day, such as 16:00-24:00".to_owned(),
            Self::Zone => "a time zone, such as Europe/Berlin or UTC".to_owned(),
            Self::Address => {
                "an address such as https://prometheus.example, without user, query and fragment"
                    .to_owned()
            }
            Self::Glob => "a glob over paths".to_owned(),
            Self::Expression => "a regular expression with a group, such as ([0-9.]+)%".to_owned(),
            Self::Mode => format!("one of {}", MODES.join(", ")),
            Self::Level => format!("one of {}", LEVELS.join(", ")),
            Self::Path => "the name of a golden path".to_owned(),
            Self::Policy => "a policy's id".to_owned(),
            Self::Policies => "a policy's id, `pack/*` or `*`".to_owned(),
            Self::OneOf(words) => format!("one of {}", words.join(", ")),
            Self::Command => "a command".to_owned(),
            Self::Condition => "a condition of a change".to_owned(),
            Self::Lock => format!("one of {}", LOCKS.join(", ")),
            Self::Parameters => "a mapping of parameters".to_owned(),
            Self::List(of) => format!("a list, each item {}", of.words()),
            Self::OneOrMore(of) => format!("{}, or a list of such", of.words()),
            Self::Map { .. } => "a mapping".to_owned(),
            Self::Table(table) => format!("a mapping with {}", table.names().join(", ")),
            Self::Short { key, table } => {
                let alone = table.key(key).map(|k| k.shape.words()).unwrap_or_default();
                format!("{alone}, or a mapping with {}", table.names().join(", "))
            }
        }
    }
}

/// The modes, from silent to blocking.
pub(super) const MODES: [&str; 4] = ["off", "observe", "warn", "enforce"];
/// The levels, from the bottom.
pub(super) const LEVELS: [&str; 3] = ["bronze", "silver", "gold"];
/// What an organisation may lock, besides `parameters.<name>`.
pub(super) const LOCKS: [&str; 5] =
    ["path", "exclude", "policies", "parameters", "parameters.<name>"];
