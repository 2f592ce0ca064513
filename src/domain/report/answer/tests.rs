//! What do the answers look like?

use super::super::sample;
use super::*;
use crate::domain::command::{COMMANDS, read};
use crate::domain::config::WaiverRules;
use crate::domain::finding::Level;
use crate::domain::ids::Sha;
use crate::domain::judge::Judgement;
use crate::domain::scorecard::neighbours::Place;
use chrono::NaiveDate;

fn about() -> About {
    let commit = Sha::parse("1a2b3c4d5e6f1a2b3c4d5e6f1a2b3c4d5e6f1a2b").expect("valid");
    About { commit, branch: None }
}

fn today() -> NaiveDate {
    "2026-11-21".parse().expect("a date")
}

fn explained(judgement: &Judgement, id: &str) -> String {
    let policy = judgement.policies.iter().find(|p| p.id.as_str() == id).expect("in the sample");
    explain(judgement, policy, &about(), today(), &WaiverRules::default()).markdown
}

#[test]
fn help_lists_every_command() {
    let page = help(None).markdown;
    for spec in COMMANDS {
        assert!(page.contains(&format!("`/platform {}`", spec.usage)), "{page}");
    }
    insta::assert_snapshot!("help", page);
}

#[test]
fn a_failing_policy_is_explained() {
    insta::assert_snapshot!("explained", explained(&sample::blocked(), "container/non_root_user"));
}

#[test]
fn no_waiver_is_offered_that_would_not_count() {
    let judgement = sample::blocked();
    let id = "container/non_root_user";
    let policy = judgement.policies.iter().find(|p| p.id.as_str() == id).expect("in the sample");
    let said = |rules| explain(&judgement, policy, &about(), today(), &rules).markdown;
    let short = said(WaiverRules { max_days: Some(7), ..WaiverRules::default() });
    assert!(short.contains("expires: 2026-11-28"), "{short}");
    let none = said(WaiverRules { not_for: vec!["container/*".to_owned()], ..Default::default() });
    assert!(!none.contains("expires:") && none.contains("only its own configuration"), "{none}");
}

#[test]
fn the_next_step_is_the_shortest() {
    let beside = vec![
        ("checkout".to_owned(), Some(Level::Gold), 9, 9),
        ("payments_api".to_owned(), None, 3, 9),
    ];
    let place = Some(Place { place: 2, of: 7, beside });
    let badge = Some("https://waymark.example/badge/acme/api.svg".to_owned());
    let said = scorecard(&sample::blocked(), &about(), &Beside { place, badge });
    insta::assert_snapshot!("scorecard", said.markdown);
}

#[test]
fn mistakes_are_answered() {
    let of = |line: &str| misuse(&read(line).expect_err("a mistake")).markdown;
    insta::assert_snapshot!(
        "mistakes",
        [of("/platform chekc"), of("/platform explain"), of("/platform @acme/all")]
            .join("\n\n---\n\n")
    );
}

#[test]
fn a_reply_quotes_without_pinging() {
    let said = reply("/platform explain @acme/all", "ada", &Answer::done("Fine."), "<!-- x -->");
    assert_eq!(said, "`/platform explain @acme/all` · `ada`\n\nFine.\n\n<!-- x -->");
    let long = reply("/platform help", "ada", &Answer::done("x".repeat(70_000)), "<!-- x -->");
    assert!(long.contains("too long for a comment") && long.ends_with("<!-- x -->"));
}
