//! What does somebody ask of us in a comment? Slash commands as plain values.
//!
//! [`scan`] finds the lines that are meant for us, [`read`] understands one. What a command may
//! be asked by whom, its help and its mistakes all come from one table: adding a command is one
//! file and one line in [`COMMANDS`].

mod acknowledge;
mod adopt;
mod check;
mod config;
mod deploy;
mod explain;
mod fix;
mod help;
mod nps;
mod risk;
mod scan;
mod scorecard;
mod unwaive;
mod waive;
mod words;

use serde::{Deserialize, Serialize};

pub use adopt::Adopt;
pub use explain::find_policy;
pub use scan::{MAX_COMMANDS, Scan, scan, scan_edit};
pub use waive::Wish;
use words::words;

use super::nearest::nearest;

/// What every command line begins with.
pub const PREFIX: &str = "/platform";

/// What the author of a command must be able to do in the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Needs {
    /// See it.
    Read,
    /// Push to it.
    Write,
}

impl Needs {
    /// GitHub's word.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
        }
    }
}

/// A command, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// What can I say?
    Help {
        /// One command only.
        topic: Option<&'static Spec>,
    },
    /// Evaluate now.
    Check,
    /// Why does this policy say what it says, here?
    Explain {
        /// As written: an id, or the part behind the slash.
        policy: String,
    },
    /// Which rules hold here, and where do they come from?
    Config,
    /// Which level does this repository have, and what is the next step?
    Scorecard,
    /// How likely is it that its author recommends the golden path?
    Nps {
        /// 0 to 10.
        score: u8,
        /// What is said beside it.
        words: Option<String>,
    },
    /// What is known of this change's risk?
    Risk,
    /// Bring the repository onto its golden path.
    Adopt(Adopt),
    /// Put right what has one right answer.
    Fix {
        /// One policy only, as for `Explain`.
        policy: Option<String>,
    },
    /// Ask for a way out.
    Waive(Wish),
    /// Let a deployment that is held go ahead.
    ApproveDeployment {
        /// Where to; `None`: wherever one is held.
        environment: Option<String>,
        /// Why, in their words.
        reason: String,
    },
    /// Answer for a condition.
    Acknowledge {
        /// Its name.
        condition: String,
        /// Why, in their words.
        reason: String,
    },
    /// Give a way out back.
    Unwaive {
        /// As for `Explain`.
        policy: String,
    },
}

/// One line of [`COMMANDS`].
#[derive(Debug)]
pub struct Spec {
    /// The word behind [`PREFIX`].
    pub name: &'static str,
    /// How it is written, without [`PREFIX`]: `explain <policy>`.
    pub usage: &'static str,
    /// What it does, in one sentence without a full stop.
    pub summary: &'static str,
    /// What its author must be able to do.
    pub needs: Needs,
    /// Understands what follows the name; the error says what is wrong with it.
    parse: fn(&[String]) -> Result<Command, String>,
}

/// A command is told from another by its name.
impl PartialEq for Spec {
    fn eq(&self, other: &Self) -> bool {
        self.name == other.name
    }
}

impl Eq for Spec {}

/// Every command, in the order of the help text.
pub const COMMANDS: &[Spec] = &[
    help::SPEC,
    check::SPEC,
    explain::SPEC,
    config::SPEC,
    scorecard::SPEC,
    risk::SPEC,
    adopt::SPEC,
    fix::SPEC,
    waive::SPEC,
    unwaive::SPEC,
    deploy::SPEC,
    acknowledge::SPEC,
    nps::SPEC,
];

/// A command line that was not understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Misuse {
    /// What is wrong; may quote the comment: escape it.
    pub problem: String,
    /// The command that was meant, when that is clear.
    pub meant: Option<&'static Spec>,
}

/// Understands one line that begins with [`PREFIX`].
pub fn read(line: &str) -> Result<(&'static Spec, Command), Misuse> {
    let all = words(line).map_err(|problem| Misuse { problem, meant: None })?;
    let mut rest = all.iter().skip(1);
    // Who only says the name gets help.
    let name = rest.next().map_or("help", String::as_str).to_ascii_lowercase();
    let Some(spec) = COMMANDS.iter().find(|spec| spec.name == name) else {
        let names: Vec<&str> = COMMANDS.iter().map(|spec| spec.name).collect();
        let meant = nearest(&name, &names);
        let meant = COMMANDS.iter().find(|spec| Some(spec.name) == meant);
        return Err(Misuse { problem: format!("there is no command `{name}`"), meant });
    };
    let arguments: Vec<String> = rest.cloned().collect();
    let command =
        (spec.parse)(&arguments).map_err(|problem| Misuse { problem, meant: Some(spec) })?;
    Ok((spec, command))
}

/// The error of a command that takes nothing more.
fn nothing_more(arguments: &[String]) -> Result<(), String> {
    match arguments {
        [] => Ok(()),
        [first, ..] => Err(format!("`{first}` is one word too many")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_understood() {
        let of = |line: &str| read(line).map(|(spec, command)| (spec.name, command));
        assert_eq!(of("/platform check"), Ok(("check", Command::Check)));
        assert_eq!(of("/Platform   CHECK "), Ok(("check", Command::Check)));
        assert_eq!(of("/platform"), Ok(("help", Command::Help { topic: None })));
        let policy = "container/non_root_user".to_owned();
        assert_eq!(
            of("/platform explain `container/non_root_user`"),
            Ok(("explain", Command::Explain { policy }))
        );
    }

    #[test]
    fn mistakes_name_what_was_meant() {
        let of =
            |line: &str| read(line).map(drop).map_err(|m| (m.problem, m.meant.map(|s| s.name)));
        assert_eq!(
            of("/platform chekc"),
            Err(("there is no command `chekc`".to_owned(), Some("check")))
        );
        assert_eq!(
            of("/platform frobnicate"),
            Err(("there is no command `frobnicate`".to_owned(), None))
        );
        assert_eq!(of("/platform explain"), Err(("say which policy".to_owned(), Some("explain"))));
        assert_eq!(
            of("/platform check now"),
            Err(("`now` is one word too many".to_owned(), Some("check")))
        );
    }

    #[test]
    fn names_are_unique_and_usages_begin_with_them() {
        for (i, spec) in COMMANDS.iter().enumerate() {
            assert!(spec.usage.starts_with(spec.name), "{}", spec.name);
            assert!(COMMANDS[..i].iter().all(|other| other.name != spec.name));
        }
    }
}
