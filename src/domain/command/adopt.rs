//! `adopt [path] [--plan] [key=value …]`: bring this repository onto its golden path.

use std::collections::BTreeMap;

use super::{Command, Needs, Spec};

pub(super) const SPEC: Spec = Spec {
    name: "adopt",
    usage: "adopt [path] [--plan] [key=value …]",
    summary: "open a pull request that brings this repository onto its golden path; `--plan` only says what it would do",
    needs: Needs::Write,
    parse,
};

/// What is to be adopted, as somebody wrote it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Adopt {
    /// The golden path; left out, the one that configuration and catalog choose.
    pub path: Option<String>,
    /// Only say what would be done.
    pub plan_only: bool,
    /// Parameters of the path's template.
    pub given: BTreeMap<String, String>,
}

fn parse(arguments: &[String]) -> Result<Command, String> {
    let mut adopt = Adopt::default();
    for word in arguments {
        match word.split_once('=') {
            _ if word == "--plan" => adopt.plan_only = true,
            Some((name, value)) if !name.is_empty() => {
                if adopt.given.insert(name.to_owned(), value.to_owned()).is_some() {
                    return Err(format!("`{name}` is given twice"));
                }
            }
            None if !word.starts_with('-') && adopt.path.is_none() => {
                adopt.path = Some(word.clone());
            }
            _ => {
                return Err(format!(
                    "`{word}` is not understood: say a golden path, `--plan`, or `key=value`"
                ));
            }
        }
    }
    Ok(Command::Adopt(adopt))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::read;

    #[test]
    fn words_have_their_meaning_in_any_order() {
        let of = |line: &str| match read(line) {
            Ok((_, Command::Adopt(adopt))) => Ok(adopt),
            Ok(other) => Err(format!("{other:?}")),
            Err(misuse) => Err(misuse.problem),
        };
        let adopt = of("/platform adopt owner=\"team a\" service --plan").expect("whole");
        assert_eq!(adopt.path.as_deref(), Some("service"));
        assert!(adopt.plan_only);
        assert_eq!(adopt.given, BTreeMap::from([("owner".to_owned(), "team a".to_owned())]));
        assert_eq!(of("/platform adopt"), Ok(Adopt::default()));
        for line in ["/platform adopt a b", "/platform adopt --force", "/platform adopt a=1 a=2"] {
            assert!(of(line).is_err(), "{line}");
        }
    }
}
