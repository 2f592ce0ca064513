//! `unwaive <policy>`: give a way out back.

use super::{Command, Needs, Spec, nothing_more};

pub(super) const SPEC: Spec = Spec {
    name: "unwaive",
    usage: "unwaive <policy>",
    summary: "open a pull request that takes the waivers of a policy away",
    needs: Needs::Write,
    parse: |arguments| {
        let (policy, rest) = arguments.split_first().ok_or("say which policy")?;
        nothing_more(rest)?;
        Ok(Command::Unwaive { policy: policy.to_ascii_lowercase() })
    },
};
