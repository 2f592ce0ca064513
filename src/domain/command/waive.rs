//! `waive <policy> [paths…] until <date> because <reason>`: ask for a documented way out.

use chrono::NaiveDate;

use super::{Command, Needs, Spec};
use crate::domain::glob;

pub(super) const SPEC: Spec = Spec {
    name: "waive",
    usage: "waive <policy> [paths…] until <YYYY-MM-DD> because <reason>",
    summary: "open a pull request that adds a waiver, for review",
    needs: Needs::Write,
    parse,
};

/// What somebody wants waived.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wish {
    /// As written: an id, or the part behind the slash.
    pub policy: String,
    /// Globs; none covers the repository.
    pub paths: Vec<String>,
    /// The last day on which it shall count.
    pub until: NaiveDate,
    /// Why, in their words.
    pub reason: String,
}

fn parse(arguments: &[String]) -> Result<Command, String> {
    let (policy, rest) = arguments.split_first().ok_or("say which policy")?;
    let at = |word: &str| rest.iter().position(|w| w.eq_ignore_ascii_case(word));
    let until = at("until").ok_or("say until when: `until YYYY-MM-DD`")?;
    let because = at("because").ok_or("say why: `because …`")?;
    let [date] = rest.get(until + 1..because).unwrap_or_default() else {
        return Err("one date stands between `until` and `because`".to_owned());
    };
    let until_day = date
        .parse::<NaiveDate>()
        .map_err(|_| format!("`{date}` is not a day; write it as YYYY-MM-DD"))?;
    let reason = rest[because + 1..].join(" ");
    if reason.trim().is_empty() {
        return Err("say why: `because …`".to_owned());
    }
    let paths = rest[..until].to_vec();
    for path in &paths {
        glob::check(path).map_err(|e| format!("`{path}` is not a path or glob: {e}"))?;
    }
    let policy = policy.to_ascii_lowercase();
    Ok(Command::Waive(Wish { policy, paths, until: until_day, reason }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::read;

    fn wish(line: &str) -> Result<Wish, String> {
        match read(line) {
            Ok((_, Command::Waive(wish))) => Ok(wish),
            Ok(other) => Err(format!("{other:?}")),
            Err(misuse) => Err(misuse.problem),
        }
    }

    #[test]
    fn a_wish_has_scope_end_and_reason() {
        let wish = wish("/platform waive non_root_user legacy/** until 2027-01-31 because the vendor's image needs root").expect("whole");
        assert_eq!(wish.policy, "non_root_user");
        assert_eq!(wish.paths, ["legacy/**"]);
        assert_eq!(wish.until.to_string(), "2027-01-31");
        assert_eq!(wish.reason, "the vendor's image needs root");
    }

    #[test]
    fn what_lacks_is_named() {
        for (line, problem) in [
            ("/platform waive", "say which policy"),
            ("/platform waive x because y", "say until when: `until YYYY-MM-DD`"),
            ("/platform waive x until 2027-01-31", "say why: `because …`"),
            ("/platform waive x until 2027-01-31 because", "say why: `because …`"),
            (
                "/platform waive x until tomorrow because y",
                "`tomorrow` is not a day; write it as YYYY-MM-DD",
            ),
            ("/platform waive x until because y", "one date stands between `until` and `because`"),
            (
                "/platform waive x because y until 2027-01-31",
                "one date stands between `until` and `because`",
            ),
        ] {
            assert_eq!(wish(line), Err(problem.to_owned()), "{line}");
        }
    }
}
