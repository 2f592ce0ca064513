//! Which formats does `waymark check --format` offer? One line of [`FORMATS`] and one file each.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::frame::Source;
use super::{github, json, junit, sarif, text};
use crate::domain::config::WaiverRules;
use crate::domain::ids::PolicyId;
use crate::domain::judge::Judgement;
use crate::domain::policy::metadata::PolicyMeta;
use crate::domain::selection::Selection;

/// What a format may draw on.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// What is told.
    pub judgement: &'a Judgement,
    /// What is known of the policies besides the judgement.
    pub metas: &'a [PolicyMeta],
    /// The texts of the judged files, for code frames.
    pub source: Source<'a>,
    /// Where the judged folder lies in its repository: `services/api`, empty at the root.
    pub prefix: &'a str,
    /// Whether a base was there to compare with: without one every finding is called new.
    pub compared: bool,
    /// What the reader asked for; the judgement holds no more than that.
    pub selection: &'a Selection,
    /// Policies whose findings are to be explained at length.
    pub explained: &'a BTreeSet<PolicyId>,
    /// What the organisation asks of waivers: none is proposed that would not count.
    pub waiver_rules: &'a WaiverRules,
    /// The day of the report.
    pub today: NaiveDate,
    /// Whether the reader is a terminal that shows colours.
    pub styled: bool,
}

impl Report<'_> {
    /// A path of the judged folder, seen from the root of the repository, where GitHub looks.
    pub fn in_repository(&self, path: &str) -> String {
        if self.prefix.is_empty() { path.to_owned() } else { format!("{}/{path}", self.prefix) }
    }
}

/// A way to print a judgement.
pub struct Format {
    /// What `--format` calls it.
    pub name: &'static str,
    /// For whom it is; for the help text.
    pub about: &'static str,
    /// Prints it, with a newline at the end.
    pub render: fn(&Report<'_>) -> String,
}

/// All formats, the default first.
pub static FORMATS: &[Format] = &[
    Format { name: "text", about: "code frames for people", render: text::render_text },
    Format {
        name: "json",
        about: "waymark.dev/report/v1 for programs",
        render: |r| json::render_json(r.judgement),
    },
    Format {
        name: "sarif",
        about: "SARIF 2.1.0 for code scanning and editors",
        render: sarif::render_sarif,
    },
    Format {
        name: "junit",
        about: "JUnit XML for build servers: a test per policy",
        render: junit::render_junit,
    },
    Format {
        name: "github",
        about: "workflow commands that annotate a pull request",
        render: github::render_github,
    },
];

/// The format of that name.
pub fn find(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|f| f.name == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::report::sample;

    #[test]
    fn every_format_tells_every_sample() {
        for format in FORMATS {
            assert!(std::ptr::eq(find(format.name).expect("listed"), format), "names are unique");
            for judgement in
                [sample::blocked(), sample::warned(), sample::passed(), sample::misconfigured()]
            {
                let report = sample::report(&judgement);
                let once = (format.render)(&report);
                assert!(once.ends_with('\n'), "{}", format.name);
                assert_eq!(once, (format.render)(&report), "{}", format.name);
            }
        }
    }
}
