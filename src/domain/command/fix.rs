//! `fix [policy]`: put right what has one right answer.

use super::{Command, Needs, Spec, nothing_more};

pub(super) const SPEC: Spec = Spec {
    name: "fix",
    usage: "fix [policy]",
    summary: "put findings right that have one right answer: on a pull request by a commit, else by a pull request",
    needs: Needs::Write,
    parse: |arguments| match arguments.split_first() {
        None => Ok(Command::Fix { policy: None }),
        Some((policy, rest)) => {
            nothing_more(rest)?;
            Ok(Command::Fix { policy: Some(policy.to_ascii_lowercase()) })
        }
    },
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::command::read;

    #[test]
    fn a_policy_may_be_named() {
        let of = |line: &str| read(line).map(|(_, command)| command).ok();
        assert_eq!(of("/platform fix"), Some(Command::Fix { policy: None }));
        let policy = Some("non_root".to_owned());
        assert_eq!(of("/platform fix `Non_root`"), Some(Command::Fix { policy }));
        assert_eq!(of("/platform fix a b"), None);
    }
}
