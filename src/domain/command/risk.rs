//! `risk`: what is known of this change's risk?

use super::{Command, Needs, Spec, nothing_more};

pub(super) const SPEC: Spec = Spec {
    name: "risk",
    usage: "risk",
    summary: "explain how likely this pull request is to be reverted, and why",
    needs: Needs::Read,
    parse: |arguments| nothing_more(arguments).map(|()| Command::Risk),
};
