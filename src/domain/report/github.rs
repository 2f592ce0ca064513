//! How does a workflow step write findings onto the diff? GitHub's workflow commands.
//!
//! For those who run `waymark check --format github` in a workflow instead of the App. GitHub
//! shows ten of each level per step; the rest stays in the log.

use super::annotations::{loudness, words};
use super::formats::Report;
use super::view::{Group, View, total};
use super::visible::{block, line};
use super::words::{count, lines};
use crate::domain::effect::AnnotationLevel;
use crate::domain::judge::{JudgedFinding, JudgedPolicy, Standing};

/// One command per line: configuration, then findings that block, then warnings, then policies
/// that could not be judged; last a line of totals. Existing and waived findings are not shown.
/// Paths are given from the root of the repository, as GitHub reads them.
pub fn render_github(report: &Report<'_>) -> String {
    let view = View::of(report.judgement);
    let mut out = String::new();
    for problem in &report.judgement.config_problems {
        let path = report.in_repository(&problem.path);
        let place = Place { path: Some(&path), lines: problem.line.map(|n| (n, n)) };
        out += &command("error", &place, "Waymark configuration", &problem.message);
    }
    for Group { policy, findings } in view.blocking.iter().chain(&view.warnings) {
        for finding in findings {
            out += &of_finding(report, policy, finding);
        }
    }
    for (status, level, state) in [
        (Standing::Broken, "warning", "is broken"),
        (Standing::Unknown, "notice", "could not be judged"),
    ] {
        for policy in view.standing(status) {
            let title = format!("{} {state}", policy.id);
            let reason = policy.reason.as_deref().unwrap_or("no reason was given");
            out += &command(level, &Place { path: None, lines: None }, &title, reason);
        }
    }
    out += &format!(
        "{} blocking, {}\n",
        total(&view.blocking),
        count(total(&view.warnings), "warning", "warnings")
    );
    out
}

struct Place<'a> {
    path: Option<&'a str>,
    lines: Option<(u32, u32)>,
}

fn of_finding(report: &Report<'_>, policy: &JudgedPolicy, finding: &JudgedFinding) -> String {
    let level = match loudness(policy, finding) {
        AnnotationLevel::Failure => "error",
        AnnotationLevel::Warning => "warning",
        AnnotationLevel::Notice => "notice",
    };
    let path = finding.path.as_deref().map(|path| report.in_repository(path));
    let place = Place { path: path.as_deref(), lines: lines(finding) };
    command(level, &place, &policy.title, &words(policy, finding))
}

fn command(level: &str, place: &Place<'_>, title: &str, message: &str) -> String {
    let mut properties = Vec::new();
    if let Some(path) = place.path {
        properties.push(format!("file={}", property(path)));
        if let Some((start, end)) = place.lines {
            properties.push(format!("line={start},endLine={end}"));
        }
    }
    properties.push(format!("title={}", property(&line(title))));
    format!("::{level} {}::{}\n", properties.join(","), data(&block(message)))
}

/// A command's text, as the runner decodes it.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A command's property, as the runner decodes it. A path keeps line breaks (encoded), so that
/// its file is found; whatever else steers a terminal is shown, since the log prints it.
fn property(text: &str) -> String {
    let parts: Vec<String> = text
        .split_inclusive(['\r', '\n'])
        .map(|part| {
            let (body, end) = part.split_at(part.trim_end_matches(['\r', '\n']).len());
            line(body) + end
        })
        .collect();
    data(&parts.concat()).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::finding::Severity;
    use crate::domain::judge::State;
    use crate::domain::report::sample;

    #[test]
    fn commands_of_a_bad_day() {
        let mut judgement = sample::blocked();
        judgement.config_problems = sample::misconfigured().config_problems;
        insta::assert_snapshot!("github", render_github(&sample::report(&judgement)));
    }

    #[test]
    fn a_part_of_a_repository_is_annotated_where_it_lies() {
        let judgement = sample::blocked();
        let report = Report { prefix: "services/payment", ..sample::report(&judgement) };
        let text = render_github(&report);
        assert!(text.starts_with("::error file=services/payment/Dockerfile,line=1,"), "{text}");
    }

    proptest! {
        #[test]
        fn a_hostile_name_gives_no_second_command(path in "[a:,%\\n\\r=\x1b]{1,20}", message in any::<String>()) {
            let mut judgement = sample::blocked();
            let id = "container/non_root_user";
            judgement.findings =
                vec![sample::finding(id, State::New, Severity::High, &message).at(&path, 1, 1)];
            let text = render_github(&sample::report(&judgement));
            let commands: Vec<&str> = text.lines().filter(|l| l.starts_with("::")).collect();
            prop_assert_eq!(commands.len(), 2, "{}", text);
            let properties = commands[0].trim_start_matches("::error ").split("::").next();
            prop_assert_eq!(properties.map(|p| p.split(',').count()), Some(4));
        }
    }
}
