//! `check`: evaluate now.

use super::{Command, Needs, Spec, nothing_more};

pub(super) const SPEC: Spec = Spec {
    name: "check",
    usage: "check",
    summary: "evaluate the newest commit again, now",
    needs: Needs::Write,
    parse: |arguments| nothing_more(arguments).map(|()| Command::Check),
};
