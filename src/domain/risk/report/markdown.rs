//! The check run `waymark / deploy risk`, and the full explanation that `/platform risk` gives.

use super::words::{
    driver_words, fact_words, headline, history_words, per_thousand, times, usual_words,
};
use super::{RiskReport, Weight};
use crate::domain::effect::CheckRunDraft;
use crate::domain::ids::Sha;
use crate::domain::report::check_run::rerun_action;
use crate::domain::report::escape::{code_span, markdown, prose};
use crate::domain::report::words::{clip, count};
use crate::domain::risk::RISK_CHECK;
use crate::domain::risk::assess::Assessment;
use crate::domain::risk::model::Model;

/// Where everything is explained.
const DOCS: &str = "docs/risk.md";

/// The check run, complete.
pub fn render_check(report: &RiskReport, head: &Sha, external_id: &str) -> CheckRunDraft {
    CheckRunDraft {
        name: RISK_CHECK.to_owned(),
        head_sha: head.clone(),
        title: clip(&headline(report), 250),
        summary: clip(&summary(report), 60_000),
        text: None,
        conclusion: report.conclusion(),
        annotations: Vec::new(),
        details_url: None,
        external_id: external_id.to_owned(),
        actions: vec![rerun_action()],
    }
}

fn summary(report: &RiskReport) -> String {
    let mut out = String::new();
    if let Some(partial) = &report.partial {
        out += &format!(
            "**Partial.** GitHub lists {} of {} files; what needs all of them is left out.\n\n",
            partial.listed, partial.touched
        );
    }
    match &report.assessment {
        Some(assessment) => out += &likelihood(report, assessment),
        None => {
            let why = report.withheld.as_deref().unwrap_or("nothing to go by");
            out += &format!("**No likelihood is given**: {}.\n\n", prose(why));
        }
    }
    out += &conditions(report);
    out += &knowers(report);
    out += &facts(report);
    out += &unknown(report);
    out += &format!("{}\n\n", markdown(&history_words(report)));
    if let Some(assessment) = &report.assessment {
        out += &format!("{}\n\n", markdown(&usual_words(assessment)));
    }
    out += "`/platform risk` explains every number.\n";
    out
}

fn likelihood(report: &RiskReport, a: &Assessment) -> String {
    let [low, high] = a.multiple.interval;
    let [low_rate, high_rate] = a.rate.interval.map(|rate| rate * 1000.0);
    let mut out = format!(
        "**Revert risk: {}.** About {} times what is usual here (90 % interval {} to {}): {} changes like this one are reverted within 30 days ({low_rate:.1} to {high_rate:.1}).\n\n",
        a.band.as_str(),
        times(a.multiple.value),
        times(low),
        times(high),
        per_thousand(a.rate.value),
    );
    if a.drivers.is_empty() {
        out += "Nothing about it stands out.\n\n";
        return out;
    }
    out += "| What drives it | Found | Usual here | What helps |\n|---|---|---|---|\n";
    for driver in &a.drivers {
        let words = driver_words(report, driver);
        out += &format!(
            "| {} | {} | {} | {} |\n",
            words.factor,
            markdown(&words.found),
            markdown(&words.usual),
            markdown(&words.helps),
        );
    }
    out + "\n"
}

fn conditions(report: &RiskReport) -> String {
    if report.conditions.is_empty() {
        return String::new();
    }
    let mut out = "### Conditions\n\n".to_owned();
    for condition in &report.conditions {
        let strong = if condition.weight == Weight::Acknowledge { "**" } else { "" };
        out += &format!(
            "- {strong}{}{strong} ({})\n",
            code_span(&condition.name),
            condition.weight.as_str()
        );
        for evidence in &condition.evidence {
            out += &format!("  - {}\n", prose(&clip(evidence, 600)));
        }
        out += &format!("  - To clear it: {}\n", prose(&condition.how_to_clear));
    }
    let weighty = report.conditions.iter().find(|one| one.weight != Weight::Note);
    if let Some(one) = weighty {
        let line = format!("/platform acknowledge {} because …", one.name);
        out += &format!(
            "\nWhere one of them would hold a deployment, somebody answers for it: {}\n",
            code_span(&line)
        );
    }
    out + "\n"
}

/// Names are code spans: nobody is told.
fn knowers(report: &RiskReport) -> String {
    let one = |k: &super::Knows| {
        format!("{} ({} of the files, last on {})", code_span(&k.name), k.files, k.last.date())
    };
    let names: Vec<String> = report.knowers.iter().map(one).collect();
    match names.len() {
        0 => String::new(),
        1 => format!("One other person knows these files: {}.\n\n", names[0]),
        _ => format!("Two other people know these files best: {}.\n\n", names.join(" and ")),
    }
}

/// Folded: they are many, and weigh nothing.
fn facts(report: &RiskReport) -> String {
    let class = report.migrations.map(|class| format!("migrations: {}", class.as_str()));
    let facts: Vec<String> = report.plain_facts().filter_map(fact_words).chain(class).collect();
    if facts.is_empty() {
        return String::new();
    }
    let lines: String = facts.iter().map(|fact| format!("- {}\n", markdown(fact))).collect();
    let count = count(facts.len(), "fact", "facts");
    format!("<details><summary>{count} without weight</summary>\n\n{lines}\n</details>\n\n")
}

fn unknown(report: &RiskReport) -> String {
    if report.unknown.is_empty() {
        return String::new();
    }
    let mut out = "Not known, and left out:\n\n".to_owned();
    for (why, these) in report.unknown_by_reason() {
        out += &format!("- {}: {}\n", markdown(&these.join(", ")), markdown(why));
    }
    out + "\n"
}

/// Everything, with the formula worked through: what `/platform risk` answers.
pub fn explanation(report: &RiskReport, model: &Model) -> String {
    let mut out = format!("**{}**\n\n{}", markdown(&headline(report)), summary(report));
    out = out.replace("`/platform risk` explains every number.\n", "");
    if let Some(a) = &report.assessment {
        out += "<details><summary>How the number comes about</summary>\n\n";
        out += &format!(
            "The model {} gives the probability that a change is {}. Each signal is compared with the previous {} changes of this repository; a standard deviation multiplies the odds by e^slope.\n\n",
            code_span(&model.name),
            markdown(&model.event),
            if a.compared_with == 0 { model.scale.rows } else { a.compared_with },
        );
        out += "| Signal | Value here | Slope (95 %) | Factor |\n|---|---|---|---|\n";
        for feature in &model.features {
            let fact = report.facts.iter().find(|fact| fact.name == feature.name);
            let driver = a.drivers.iter().find(|driver| driver.name == feature.name);
            out += &format!(
                "| {} | {} | {:+.3} ({:+.2} to {:+.2}) | {} |\n",
                code_span(&feature.name),
                fact.map_or("-".to_owned(), |fact| format!("{:.2}", fact.value)),
                feature.slope,
                feature.interval[0],
                feature.interval[1],
                driver.map_or("about 1".to_owned(), |d| format!("×{:.2}", d.factor)),
            );
        }
        out += &format!(
            "\nMeasured: {}. Formulas, figures and limits: {}.\n\n</details>\n",
            markdown(&model.measured),
            code_span(DOCS),
        );
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::risk::DAY_MS;
    use crate::domain::risk::change::Change;
    use crate::domain::risk::condition::{of_coverage, of_dependents, of_reviews};
    use crate::domain::risk::coverage::Coverage;
    use crate::domain::risk::dependents::Dependents;
    use crate::domain::risk::model::Raw;
    use crate::domain::risk::observed::{Observed, Reviewing};
    use crate::domain::risk::past::Past;
    use crate::domain::risk::people::Person;
    use crate::domain::risk::replay::{BaseRate, Score};
    use crate::domain::risk::report::Beside;
    use crate::domain::risk::signals::Evidence;
    use crate::domain::time::Timestamp;

    /// Eight files that ten others know, by somebody who touched one of them.
    fn report(observed: Observed) -> RiskReport {
        let model = Model::built_in().expect("readable");
        let people: Vec<Person> = (1..=10).map(Person).collect();
        let paths: Vec<String> = (0..8).map(|n| format!("src/area{n}/mod.rs")).collect();
        let mut past: Vec<(&str, &[Person])> =
            paths.iter().map(|path| (path.as_str(), people.as_slice())).collect();
        let zoe = [Person(99)];
        past.push(("src/own.rs", &zoe));
        let mut files: Vec<(&str, u64, u64)> =
            paths.iter().map(|path| (path.as_str(), 20, 5)).collect();
        files.push(("src/own.rs", 3, 0));
        let past = Past::of(&past);
        let change = Change::of("Rework everything", &files).by(Person(99));
        let change = Change { at: Timestamp(1_795_252_000_000), ..change };
        let raw = Raw::read(Evidence::of(&change, &past)).expect("known");
        let base = BaseRate::of(model, 800, 9);
        let score = Score::of(model, model.start(), base, &raw.x());
        let head = Sha::parse(&"a".repeat(40)).expect("valid");
        let mut conditions = match observed.reviewing {
            Ok(_) => Vec::new(),
            Err(_) => of_reviews(&[], Some("zoe"), &head, None),
        };
        let (patch, lines) = (observed.patch_coverage.ok(), Some(160));
        conditions.extend(of_coverage(&Coverage { patch, lines, ..Coverage::default() }));
        conditions.extend(observed.dependents.ok().and_then(of_dependents));
        let beside = Beside { conditions, observed: Some(observed), ..Beside::default() };
        let name = |person: Person| Some(format!("dev{}", person.0));
        RiskReport::of(model, &change, Some(&past), Ok((raw, score)), beside, name)
    }

    fn told(report: &RiskReport) -> String {
        let head = Sha::parse(&"a".repeat(40)).expect("valid");
        let check = render_check(report, &head, "");
        format!("{}\n{:?}\n\n{}", check.title, check.conclusion, check.summary)
    }

    #[test]
    fn everything_is_known() {
        let reviewing = Reviewing {
            approvals: 1,
            experts: Some(1),
            comments: Some(3),
            waited_ms: Some(DAY_MS / 8),
            after: Some(0),
        };
        let observed = Observed {
            lines_before: Ok(1_840),
            patch_coverage: Ok(62.5),
            project_coverage: Ok(-0.4),
            reviewing: Ok(reviewing),
            dependents: Ok(Dependents { direct: 6, all: 14 }),
        };
        insta::assert_snapshot!(told(&report(observed)));
    }

    #[test]
    fn nothing_more_is_known() {
        insta::assert_snapshot!(told(&report(Observed::nothing("nobody looked"))));
    }
}
