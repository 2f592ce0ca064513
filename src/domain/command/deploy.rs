//! `deploy approve [environment] because <reason>`: a deployment that the gate holds goes ahead.

use super::{Command, Needs, Spec};

pub(super) const SPEC: Spec = Spec {
    name: "deploy",
    usage: "deploy approve [environment] because <reason>",
    summary: "let a deployment that the gate holds go ahead; for the teams that the organisation names",
    // Whether somebody is in such a team says more than what they may do here.
    needs: Needs::Read,
    parse,
};

fn parse(arguments: &[String]) -> Result<Command, String> {
    let (verb, rest) = arguments.split_first().ok_or("say what: `deploy approve because …`")?;
    if !verb.eq_ignore_ascii_case("approve") {
        return Err(format!("`{verb}` is not known; `deploy approve because …` is"));
    }
    let (names, reason) = because(rest)?;
    let environment = match names {
        [] => None,
        [one] => Some(one.clone()),
        [_, second, ..] => return Err(format!("`{second}` is one word too many")),
    };
    Ok(Command::ApproveDeployment { environment, reason })
}

/// What stands before `because`, and the reason behind it.
pub(super) fn because(arguments: &[String]) -> Result<(&[String], String), String> {
    let at = arguments.iter().position(|word| word.eq_ignore_ascii_case("because"));
    let at = at.ok_or("say why: `because …`")?;
    let reason = arguments[at + 1..].join(" ");
    if reason.trim().is_empty() {
        return Err("say why: `because …`".to_owned());
    }
    Ok((&arguments[..at], reason))
}

#[cfg(test)]
mod tests {
    use crate::domain::command::{Command, read};

    #[test]
    fn it_needs_a_reason_and_takes_one_environment() {
        let of = |line: &str| read(line).map(|(_, command)| command).map_err(|m| m.problem);
        let approve = |environment: Option<&str>| Command::ApproveDeployment {
            environment: environment.map(ToOwned::to_owned),
            reason: "the fix must go out".to_owned(),
        };
        assert_eq!(of("/platform deploy approve because the fix must go out"), Ok(approve(None)));
        assert_eq!(
            of("/platform deploy approve `production` because the fix must go out"),
            Ok(approve(Some("production")))
        );
        for (line, problem) in [
            ("/platform deploy", "say what: `deploy approve because …`"),
            ("/platform deploy now", "`now` is not known; `deploy approve because …` is"),
            ("/platform deploy approve", "say why: `because …`"),
            ("/platform deploy approve because ", "say why: `because …`"),
            ("/platform deploy approve a b because c", "`b` is one word too many"),
        ] {
            assert_eq!(of(line), Err(problem.to_owned()), "{line}");
        }
    }
}
