//! `help [command]`: what can I say?

use super::{COMMANDS, Command, Needs, Spec, nothing_more};
use crate::domain::nearest::unknown_word;

pub(super) const SPEC: Spec = Spec {
    name: "help",
    usage: "help [command]",
    summary: "list the commands, or show how one is written",
    needs: Needs::Read,
    parse: |arguments| {
        let Some((topic, rest)) = arguments.split_first() else {
            return Ok(Command::Help { topic: None });
        };
        nothing_more(rest)?;
        let topic = topic.trim_start_matches(super::PREFIX).to_ascii_lowercase();
        let names: Vec<&str> = COMMANDS.iter().map(|spec| spec.name).collect();
        match COMMANDS.iter().find(|spec| spec.name == topic) {
            Some(spec) => Ok(Command::Help { topic: Some(spec) }),
            None => Err(unknown_word("command", &topic, &names)),
        }
    },
};
