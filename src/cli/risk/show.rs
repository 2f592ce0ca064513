//! What the terminal shows of a likelihood, of conditions and of the model.

use std::fmt::Write;

use anstyle::Style;
use serde_json::json;

use crate::cli::terminal::{BAD, CAUTION, GOOD, STRONG, styled};
use crate::domain::report::visible::line;
use crate::domain::risk::assess::{Assessment, Band};
use crate::domain::risk::condition::Weight;
use crate::domain::risk::model::{FEATURES, Model};
use crate::domain::risk::report::{
    RiskReport, driver_words, fact_words, headline, history_words, per_thousand, times, usual_words,
};
use crate::domain::risk::signals::find;

/// Cells of the scale: a quarter to four times the usual, logarithmic.
const CELLS: usize = 33;
const ENDS: f64 = 4.0;

/// The whole report.
pub(super) fn report(report: &RiskReport) -> String {
    let style = match &report.assessment {
        None => CAUTION,
        Some(a) => band_style(a.band),
    };
    let mut out = format!("{}\n", styled(style, &line(&headline(report))));
    if let Some(a) = &report.assessment {
        let [low, high] = a.multiple.interval;
        let [low_rate, high_rate] = a.rate.interval.map(|rate| rate * 1000.0);
        let _ = writeln!(
            out,
            "\n  {}   90 %: {} to {} times\n  {}   {}, 90 %: {low_rate:.1} to {high_rate:.1}\n",
            scale(a),
            times(low),
            times(high),
            legend(),
            per_thousand(a.rate.value),
        );
        drivers(report, a, &mut out);
    }
    if let Some(partial) = &report.partial {
        let _ = writeln!(out, "  only {} of {} files are known\n", partial.listed, partial.touched);
    }
    conditions(report, &mut out);
    people(report, &mut out);
    let facts: Vec<String> = report.plain_facts().filter_map(fact_words).collect();
    list("Facts without weight", &facts, &mut out);
    let unknown = report.unknown_by_reason().into_iter();
    let unknown: Vec<String> =
        unknown.map(|(why, these)| format!("{}: {}", line(&these.join(", ")), line(why))).collect();
    list("Not known, and left out", &unknown, &mut out);
    let _ = writeln!(out, "{}", history_words(report));
    if let Some(a) = &report.assessment {
        let _ = write!(out, "{}", usual_words(a));
    }
    out.trim_end().to_owned()
}

fn band_style(band: Band) -> Style {
    match band {
        Band::Lower => GOOD,
        Band::Usual => STRONG,
        Band::Raised => CAUTION,
    }
}

/// Where the multiple lies, with its interval: `──────━━━●━━━──│────`.
fn scale(a: &Assessment) -> String {
    let cell = |multiple: f64| {
        let share = (multiple.clamp(1.0 / ENDS, ENDS).ln() / ENDS.ln() + 1.0) / 2.0;
        (share * (CELLS - 1) as f64).round() as usize
    };
    let [low, high] = a.multiple.interval.map(cell);
    let (here, usual) = (cell(a.multiple.value), cell(1.0));
    let mut out = String::new();
    for at in 0..CELLS {
        let style = band_style(a.band);
        match at {
            at if at == here => out += &styled(style, "●"),
            at if (low..=high).contains(&at) => out += &styled(style, "━"),
            at if at == usual => out.push('┼'),
            _ => out.push('─'),
        }
    }
    out
}

/// What the ends and the middle of the scale are.
fn legend() -> String {
    let half = (CELLS - 1) / 2;
    format!("{:<half$}1{:>half$}", "1/4", "4 x")
}

fn drivers(report: &RiskReport, a: &Assessment, out: &mut String) {
    if a.drivers.is_empty() {
        let _ = writeln!(out, "  Nothing about it stands out.\n");
        return;
    }
    let words: Vec<_> =
        a.drivers.iter().map(|d| (d.factor > 1.0, driver_words(report, d))).collect();
    let width = |of: fn(&crate::domain::risk::report::DriverWords) -> &str| {
        words.iter().map(|(_, w)| of(w).chars().count()).max().unwrap_or(0)
    };
    let found = width(|w| &w.found);
    for (raises, words) in &words {
        let style = if *raises { CAUTION } else { GOOD };
        let usual = format!("usual here {}", words.usual);
        let _ = writeln!(
            out,
            "  {}  {:<found$}   {usual}",
            styled(style, &words.factor),
            line(&words.found)
        );
        if !words.helps.is_empty() {
            let _ = writeln!(out, "         helps: {}", words.helps);
        }
    }
    out.push('\n');
}

fn conditions(report: &RiskReport, out: &mut String) {
    for condition in &report.conditions {
        let style = if condition.weight == Weight::Acknowledge { BAD } else { CAUTION };
        let _ = writeln!(
            out,
            "{}  {}",
            styled(style, &line(&condition.name)),
            condition.weight.as_str()
        );
        for evidence in &condition.evidence {
            let _ = writeln!(out, "  {}", line(evidence));
        }
        let _ = writeln!(out, "  to clear it: {}\n", line(&condition.how_to_clear));
    }
}

fn people(report: &RiskReport, out: &mut String) {
    let one = |k: &crate::domain::risk::report::Knows| {
        format!("{}: {} of the files, last on {}", line(&k.name), k.files, k.last.date())
    };
    let names: Vec<String> = report.knowers.iter().map(one).collect();
    list("Others who know these files", &names, out);
}

fn list(title: &str, items: &[String], out: &mut String) {
    if items.is_empty() {
        return;
    }
    let _ = writeln!(out, "{}", styled(STRONG, title));
    for item in items {
        let _ = writeln!(out, "  {item}");
    }
    out.push('\n');
}

/// `25 in 1,000`.
pub(super) fn rate(share: f64) -> String {
    per_thousand(share)
}

/// The model's numbers.
pub(super) fn model(model: &Model) -> String {
    let mut out = format!("{}  {}\n\n", styled(STRONG, &model.name), model.event);
    let _ = writeln!(out, "  {}\n  {}\n", model.provenance, model.measured);
    let _ = writeln!(out, "  SIGNAL      SLOPE   95 %              START MEAN / SD   X");
    for feature in &model.features {
        let signal = find(&feature.name);
        let [low, high] = feature.interval;
        let _ = writeln!(
            out,
            "  {:<10} {:+.3}   {low:+.2} to {high:+.2}    {:>6.3} / {:.3}    {}",
            feature.name,
            feature.slope,
            feature.mean,
            feature.sd,
            signal.map_or("", |s| s.formula),
        );
    }
    let (scale, base, bands) = (&model.scale, &model.base, &model.bands);
    let _ = writeln!(
        out,
        "\n  x is ln(1 + value) of nf, ndev and frev180. z = (x - mean) / sd over the previous {} changes\n  (start values until {}), cut to ±{}. S = sum of slope times z.\n  multiple = e^S / its average ({} at the start).\n  base rate = (reverted + {}) / (changes + {}), changes merged {} to {} days before.\n  rate = base rate times multiple, at most {}.\n  lower below {}, raised from {} on.\n",
        scale.rows,
        scale.least,
        scale.clip,
        scale.average,
        base.reverted,
        base.reverted + base.kept,
        base.youngest_days,
        base.oldest_days,
        base.cap,
        bands.lower,
        bands.raised,
    );
    let _ = writeln!(out, "  COVARIANCE OF THE SLOPES, times 10,000");
    for (row, name) in model.covariance.iter().zip(FEATURES) {
        let cells: Vec<String> = row.iter().map(|v| format!("{:>7.2}", v * 10_000.0)).collect();
        let _ = writeln!(out, "  {name:<10}{}", cells.concat());
    }
    out.trim_end().to_owned()
}

/// The same for machines.
pub(super) fn model_json(model: &Model) -> anyhow::Result<String> {
    let features: Vec<_> = model
        .features
        .iter()
        .map(|f| {
            let signal = find(&f.name);
            json!({
                "name": f.name, "slope": f.slope, "interval": f.interval, "mean": f.mean,
                "sd": f.sd, "floor": f.floor,
                "definition": signal.map(|s| s.definition), "formula": signal.map(|s| s.formula),
            })
        })
        .collect();
    let value = json!({
        "schema": "waymark.dev/risk-model/v1", "name": model.name, "event": model.event,
        "provenance": model.provenance, "measured": model.measured, "features": features,
        "covariance": model.covariance,
        "scale": {"rows": model.scale.rows, "least": model.scale.least, "clip": model.scale.clip, "average": model.scale.average},
        "base": {"reverted": model.base.reverted, "kept": model.base.kept, "youngest_days": model.base.youngest_days, "oldest_days": model.base.oldest_days, "cap": model.base.cap},
        "bands": {"lower": model.bands.lower, "raised": model.bands.raised},
    });
    Ok(serde_json::to_string_pretty(&value)? + "\n")
}
