//! What will the gate ask about that a pull request can know already? Freezes, and how error budgets
//! burned when the gate last looked: conditions of the hour, told as such and never counted as the
//! change's own.

use serde::{Deserialize, Serialize};

use super::decide::Reason;
use super::freeze::Window;
use crate::domain::risk::condition::{Condition, MOMENTARY, Weight};
use crate::domain::time::Timestamp;

/// Freezes that begin later are not told yet, in milliseconds: three days.
const NEAR_MS: i64 = 3 * 24 * 60 * 60 * 1000;
/// What the gate found is not told any more after so long, in milliseconds: seven days.
const OLD_MS: i64 = 7 * 24 * 60 * 60 * 1000;
/// Sentences of one condition.
const MOST: usize = 4;
/// Rules of the gate that speak of error budgets.
const OF_BUDGETS: [&str; 2] = ["error_budget", "error_budget_unknown"];

/// What the gate last found of a repository's error budgets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct BudgetsSaid {
    /// Where something was to be deployed.
    pub environment: String,
    /// When.
    pub at: Timestamp,
    /// What its rules said; empty: all was calm.
    pub messages: Vec<String>,
}

impl BudgetsSaid {
    /// Of what the rules of the gate said.
    pub fn of(environment: &str, at: Timestamp, reasons: &[Reason]) -> Self {
        let ours = reasons.iter().filter(|reason| OF_BUDGETS.contains(&reason.rule.policy()));
        let messages = ours.take(MOST).map(|reason| reason.message.clone()).collect();
        Self { environment: environment.to_owned(), at, messages }
    }
}

/// The freezes of now and of the next three days; `windows` are those of any environment.
pub fn of_freezes(windows: &[Window], now: Timestamp) -> Option<Condition> {
    let near = |window: &&Window| {
        let from = Timestamp::parse_rfc3339(&window.from);
        window.active || from.is_some_and(|from| from <= now.plus_ms(NEAR_MS))
    };
    let windows: Vec<&Window> = windows.iter().filter(near).collect();
    let mut evidence: Vec<String> = windows.iter().take(MOST).map(|w| sentence(w)).collect();
    if windows.len() > MOST {
        evidence.push(format!("{} more", windows.len() - MOST));
    }
    (!evidence.is_empty()).then(|| Condition {
        name: MOMENTARY[0].to_owned(),
        weight: Weight::Note,
        evidence,
        how_to_clear: "deploy before it begins or after its end".to_owned(),
    })
}

/// How error budgets burned when the gate last looked. `promised` says that there are objectives, so
/// that silence means that nobody knows.
pub fn of_budgets(said: Option<&BudgetsSaid>, promised: bool, now: Timestamp) -> Option<Condition> {
    let evidence = match said.filter(|said| now < said.at.plus_ms(OLD_MS)) {
        Some(said) => {
            let when = format!("{} in `{}`", minute(said.at), plain(&said.environment));
            said.messages.iter().map(|text| format!("{when}: {text}")).collect()
        }
        None if promised => {
            vec![
                "how fast they burn is not known: no deployment has asked for seven days"
                    .to_owned(),
            ]
        }
        None => Vec::new(),
    };
    (!evidence.is_empty()).then(|| Condition {
        name: MOMENTARY[1].to_owned(),
        weight: Weight::Note,
        evidence,
        how_to_clear: "nothing has to be cleared here; the gate asks anew before a deployment"
            .to_owned(),
    })
}

fn sentence(window: &Window) -> String {
    let code = |names: &[String]| {
        let names: Vec<String> = names.iter().map(|name| format!("`{}`", plain(name))).collect();
        names.join(", ")
    };
    let scope = match (window.environments.as_slice(), window.teams.as_slice()) {
        ([], []) => String::new(),
        (there, []) => format!(" for {}", code(there)),
        ([], teams) => format!(" for repositories of {}", code(teams)),
        (there, teams) => format!(" for {}, repositories of {}", code(there), code(teams)),
    };
    let at = |text: &str| Timestamp::parse_rfc3339(text).map(minute).unwrap_or_default();
    let reason = plain(&window.reason);
    match window.active {
        true => format!("one holds until {}{scope}: {reason}", at(&window.until)),
        false => {
            let (from, until) = (at(&window.from), at(&window.until));
            format!("one begins at {from}, until {until}{scope}: {reason}")
        }
    }
}

/// Text of the organisation, in which nothing is code.
fn plain(text: &str) -> String {
    text.replace('`', "'")
}

/// `2026-11-21 09:06 UTC`.
fn minute(at: Timestamp) -> String {
    let text = at.to_rfc3339();
    match (text.get(..10), text.get(11..16)) {
        (Some(day), Some(time)) => format!("{day} {time} UTC"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::gate::decide::Wish;
    use crate::domain::gate::decide::tests::reason;

    const NOW: &str = "2026-11-21T09:06:40Z";

    fn now() -> Timestamp {
        Timestamp::parse_rfc3339(NOW).expect("valid")
    }

    fn window(from: &str, active: bool) -> Window {
        Window {
            reason: "no `hands`".to_owned(),
            from: from.to_owned(),
            until: "2026-12-01T00:00:00Z".to_owned(),
            active,
            place: "o.yml:1".to_owned(),
            environments: Vec::new(),
            teams: Vec::new(),
        }
    }

    #[test]
    fn freezes_of_now_and_of_the_next_days_are_told() {
        let later = window("2026-11-24T09:06:41Z", false);
        assert_eq!(of_freezes(std::slice::from_ref(&later), now()), None);
        let soon = Window {
            environments: vec!["prod*".to_owned()],
            teams: vec!["shop".to_owned()],
            ..window("2026-11-24T09:06:40Z", false)
        };
        let told = of_freezes(&[window(NOW, true), soon, later], now()).expect("told");
        assert_eq!((told.name.as_str(), told.weight), ("freeze", Weight::Note));
        assert_eq!(
            told.evidence,
            [
                "one holds until 2026-12-01 00:00 UTC: no 'hands'",
                "one begins at 2026-11-24 09:06 UTC, until 2026-12-01 00:00 UTC for `prod*`, \
                 repositories of `shop`: no 'hands'",
            ]
        );
        let many = vec![window(NOW, true); 9];
        assert_eq!(of_freezes(&many, now()).expect("told").evidence[MOST], "5 more");
    }

    #[test]
    fn what_the_gate_found_is_told_with_its_time_until_it_is_old() {
        let reasons = ["error_budget", "freeze", "error_budget_unknown"];
        let reasons = reasons.map(|name| reason(name, Wish::Note));
        let said = BudgetsSaid::of("production", now(), &reasons);
        let told = |said, promised, now| {
            of_budgets(said, promised, now).map(|condition: Condition| condition.evidence)
        };
        let expected = [
            "2026-11-21 09:06 UTC in `production`: `error_budget` is so",
            "2026-11-21 09:06 UTC in `production`: `error_budget_unknown` is so",
        ];
        assert_eq!(told(Some(&said), true, now()).expect("told"), expected);
        let calm = BudgetsSaid::of("production", now(), &[]);
        assert_eq!(told(Some(&calm), true, now()), None);
        let old = now().plus_ms(OLD_MS);
        let unknown = told(Some(&said), true, old).expect("told");
        assert!(unknown[0].contains("not known"), "{unknown:?}");
        assert_eq!(told(Some(&said), false, old), None);
        assert_eq!(told(None, true, now()), Some(unknown));
    }
}
