//! Which formats does `waymark check --format` offer? One line of [`FORMATS`] and one file each.

use super::frame::Source;
use super::{github, json, text};
use crate::domain::judge::Judgement;

/// What a format may draw on.
#[derive(Clone, Copy)]
pub struct Report<'a> {
    /// What is told.
    pub judgement: &'a Judgement,
    /// The texts of the judged files, for code frames.
    pub source: Source<'a>,
    /// Whether the reader is a terminal that shows colours.
    pub styled: bool,
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
    Format {
        name: "text",
        about: "code frames for people",
        render: |r| text::render_text(r.judgement, r.source, r.styled),
    },
    Format {
        name: "json",
        about: "waymark.dev/report/v1 for programs",
        render: |r| json::render_json(r.judgement),
    },
    Format {
        name: "github",
        about: "workflow commands that annotate a pull request",
        render: |r| github::render_github(r.judgement),
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
                let report =
                    Report { judgement: &judgement, source: &sample::source, styled: false };
                let once = (format.render)(&report);
                assert!(once.ends_with('\n'), "{}", format.name);
                assert_eq!(once, (format.render)(&report), "{}", format.name);
            }
        }
    }
}
