//! `risk`: what is known of this change's risk?

use super::{Command, Needs, Spec, nothing_more};

pub(super) const SPEC: Spec = Spec {
    name: "risk",
    usage: "risk",
    summary: "say what is known of the risk of this pull request",
    needs: Needs::Read,
    parse: |arguments| nothing_more(arguments).map(|()| Command::Risk),
};
