//! How fast do error budgets burn? Prometheus is asked; what it does not say is unknown.

use std::collections::BTreeMap;

use crate::domain::gate::slo::{Definition, MAX_OBJECTIVES, Objective, SloFacts, WINDOW_LABEL};
use crate::edge::prometheus::{Prometheus, PrometheusError, Sample};

/// Asks for every objective. A server that cannot be reached is not asked again and again.
pub async fn measured(prometheus: &Prometheus, base: &str, definitions: &[Definition]) -> SloFacts {
    let mut found = Vec::new();
    let mut dark: Option<String> = None;
    for definition in definitions.iter().take(MAX_OBJECTIVES) {
        let silent = |reason: &String| definition.read(Err(reason.clone()), Ok(None));
        let objective = match (&dark, &definition.question) {
            (Some(reason), _) | (None, Err(reason)) => silent(reason),
            (None, Ok(question)) => match prometheus.query(base, &question.burn()).await {
                Ok(samples) => {
                    // A heavy query over a month may fail where the burn rates did not.
                    let budget = prometheus.query(base, &question.budget()).await;
                    let budget = budget.map(|samples| samples.first().map(|sample| sample.value));
                    definition.read(Ok(by_window(samples)), budget.map_err(|error| words(&error)))
                }
                Err(error) => {
                    let words = words(&error);
                    let objective = silent(&words);
                    if !matches!(error, PrometheusError::Refused(_)) {
                        dark = Some(words);
                    }
                    objective
                }
            },
        };
        found.push(objective);
    }
    found.sort_by(|a: &Objective, b| (&a.name, &a.place).cmp(&(&b.name, &b.place)));
    SloFacts::of(found)
}

fn words(error: &PrometheusError) -> String {
    format!("Prometheus {error}")
}

fn by_window(samples: Vec<Sample>) -> BTreeMap<String, f64> {
    let window = |sample: Sample| Some((sample.labels.get(WINDOW_LABEL)?.clone(), sample.value));
    samples.into_iter().filter_map(window).collect()
}
