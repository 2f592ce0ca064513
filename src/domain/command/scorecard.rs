//! `scorecard`: how far is this repository on its golden path?

use super::{Command, Needs, Spec, nothing_more};

pub(super) const SPEC: Spec = Spec {
    name: "scorecard",
    usage: "scorecard",
    summary: "show this repository's level and the shortest way to the next one",
    needs: Needs::Read,
    parse: |arguments| nothing_more(arguments).map(|()| Command::Scorecard),
};
