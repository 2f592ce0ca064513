//! `acknowledge <condition> because <reason>`: a named condition of a change is known, and somebody
//! answers for it.

use super::deploy::because;
use super::{Command, Needs, Spec};

pub(super) const SPEC: Spec = Spec {
    name: "acknowledge",
    usage: "acknowledge <condition> because <reason>",
    summary: "answer for a named condition of this pull request, so that it does not hold its deployment",
    needs: Needs::Write,
    parse,
};

/// Longest name of a condition.
const MAX_NAME: usize = 100;

fn parse(arguments: &[String]) -> Result<Command, String> {
    let (names, reason) = because(arguments)?;
    let condition = match names {
        [] => return Err("say which condition".to_owned()),
        [one] => one.to_ascii_lowercase().replace('-', "_"),
        [_, second, ..] => return Err(format!("`{second}` is one word too many")),
    };
    let plain = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    if condition.is_empty() || condition.len() > MAX_NAME || !condition.bytes().all(plain) {
        return Err("a condition's name is letters, digits and `_`, such as `freeze`".to_owned());
    }
    Ok(Command::Acknowledge { condition, reason })
}

#[cfg(test)]
mod tests {
    use crate::domain::command::{Command, read};

    #[test]
    fn a_condition_has_a_plain_name() {
        let of = |line: &str| read(line).map(|(_, command)| command).map_err(|m| m.problem);
        assert_eq!(
            of("/platform acknowledge Irreversible-Migration because the table is empty"),
            Ok(Command::Acknowledge {
                condition: "irreversible_migration".to_owned(),
                reason: "the table is empty".to_owned()
            })
        );
        for (line, problem) in [
            ("/platform acknowledge because x", "say which condition"),
            ("/platform acknowledge freeze", "say why: `because …`"),
            ("/platform acknowledge a b because c", "`b` is one word too many"),
            (
                "/platform acknowledge * because x",
                "a condition's name is letters, digits and `_`, such as `freeze`",
            ),
        ] {
            assert_eq!(of(line), Err(problem.to_owned()), "{line}");
        }
    }
}
