//! `config`: which rules hold here?

use super::{Command, Needs, Spec, nothing_more};

pub(super) const SPEC: Spec = Spec {
    name: "config",
    usage: "config",
    summary: "show the rules that hold here and where each comes from",
    needs: Needs::Read,
    parse: |arguments| nothing_more(arguments).map(|()| Command::Config),
};
