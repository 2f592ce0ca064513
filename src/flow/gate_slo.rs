//! How fast do error budgets burn? Prometheus is asked; what it does not say is unknown.

use std::collections::BTreeMap;

use crate::domain::gate::slo::{Definition, MAX_OBJECTIVES, Objective, SloFacts, WINDOW_LABEL};
use crate::edge::prometheus::{Prometheus, PrometheusError, Sample};

/// Asks for every objective. A server that cannot be reached is not asked again and again.
pub async fn measured(prometheus: &Prometheus, base: &str, definitions: &[Definition]) -> SloFacts {
    let mut found = Vec::new();
    let mut dark: Option<String> = None;
    for definition in definitions.iter().take(MAX_OBJECTIVES) {
        let objective = match (&dark, &definition.question) {
            (Some(reason), _) => definition.read(Err(reason.clone()), None),
            (None, Err(reason)) => definition.read(Err(reason.clone()), None),
            (None, Ok(question)) => match prometheus.query(base, &question.burn()).await {
                Ok(samples) => {
                    let budget = prometheus.query(base, &question.budget()).await;
                    // The burn rates are what matters; a heavy query over a month may fail.
                    let budget = budget.ok().and_then(|samples| Some(samples.first()?.value));
                    definition.read(Ok(by_window(samples)), budget)
                }
                Err(error) => {
                    let words = format!("Prometheus {error}");
                    if !matches!(error, PrometheusError::Refused(_)) {
                        dark = Some(words.clone());
                    }
                    definition.read(Err(words), None)
                }
            },
        };
        found.push(objective);
    }
    found.sort_by(|a: &Objective, b| (&a.name, &a.place).cmp(&(&b.name, &b.place)));
    SloFacts::of(found)
}

fn by_window(samples: Vec<Sample>) -> BTreeMap<String, f64> {
    let window = |sample: Sample| Some((sample.labels.get(WINDOW_LABEL)?.clone(), sample.value));
    samples.into_iter().filter_map(window).collect()
}
