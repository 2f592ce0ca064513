//! `explain <policy>`: why does it say what it says, here?

use super::{Command, Needs, Spec, nothing_more};
use crate::domain::ids::PolicyId;
use crate::domain::nearest::unknown_word;

pub(super) const SPEC: Spec = Spec {
    name: "explain",
    usage: "explain <policy>",
    summary: "say why a policy says what it says here, how to fix it and how to waive it",
    needs: Needs::Read,
    parse: |arguments| {
        let (policy, rest) = arguments.split_first().ok_or("say which policy")?;
        nothing_more(rest)?;
        Ok(Command::Explain { policy: policy.to_ascii_lowercase() })
    },
};

/// The policy that somebody means by its id or by the part behind the slash; the error says what
/// is wrong and what may have been meant.
pub fn find_policy<'a>(written: &str, known: &'a [PolicyId]) -> Result<&'a PolicyId, String> {
    if let Some(exact) = known.iter().find(|id| id.as_str() == written) {
        return Ok(exact);
    }
    let short: Vec<&PolicyId> = known.iter().filter(|id| id.policy() == written).collect();
    match short.as_slice() {
        [only] => Ok(only),
        [] => {
            // Somebody who leaves out the pack is close to the part behind it.
            let names = |id: &'a PolicyId| {
                if written.contains('/') { id.as_str() } else { id.policy() }
            };
            let names: Vec<&str> = known.iter().map(names).collect();
            Err(unknown_word("policy", written, &names))
        }
        several => {
            let names: Vec<String> = several.iter().map(|id| format!("`{id}`")).collect();
            Err(format!("`{written}` may be {}", names.join(" or ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn half_an_id_is_enough_when_it_is_clear() {
        let ids = ["a/root", "b/image", "c/image"].map(|id| PolicyId::parse(id).expect("valid"));
        let found = |written| find_policy(written, &ids).map(PolicyId::as_str);
        assert_eq!(found("a/root"), Ok("a/root"));
        assert_eq!(found("root"), Ok("a/root"));
        assert_eq!(found("image"), Err("`image` may be `b/image` or `c/image`".to_owned()));
        assert_eq!(found("rot"), Err("unknown policy `rot`; did you mean `root`?".to_owned()));
    }
}
