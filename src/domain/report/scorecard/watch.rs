//! What looks good, and what stands beside it; and what people say of the path.

use super::super::budget::details;
use super::super::dora::{duration, percent};
use super::super::shorten;
use super::super::words::count;
use super::share;
use crate::domain::scorecard::Score;
use crate::domain::scorecard::watch::{
    FAST_DAYS, Looks, Mood, ONBOARDING_DAYS, TICKET_WEEKS, Watched, onboarding, satisfaction,
    tickets, ways_out,
};

/// Room for the remarks, and for one of them, in bytes.
const ROOM: usize = 4_000;
const WORDS: usize = 200;

/// The pairs in a table, what does not go together in words, and the remarks.
pub(super) fn section(score: &Score, watched: &Watched) -> String {
    if score.now.total() == 0 {
        return String::new();
    }
    let (crowded, policies) = ways_out(score);
    let adoption = format!("Adoption {}, target {} %", share(&score.now), score.target);
    let waived = match policies {
        0 => "No policy is waived in a fifth of the repositories".to_owned(),
        n => format!(
            "{} waived in a fifth of the repositories or more",
            count(n, "policy is", "policies are")
        ),
    };
    let waiving = format!(
        "Ways out in {} of {}",
        score.waiving,
        count(score.now.total(), "repository", "repositories")
    );
    let newest = &watched.onboarding;
    let rows = [
        (adoption.clone(), satisfied(watched), satisfaction(score, &watched.satisfied)),
        (adoption, waived, crowded),
        (asked(watched.tickets), waiving, tickets(score, watched.tickets)),
        (onboarded(watched), failed(watched), onboarding(newest)),
    ];
    let mut out =
        "### Watched together\n\n| Looks good | Beside it | Together |\n|---|---|---|\n".to_owned();
    for (good, beside, looks) in &rows {
        out += &format!("| {good} | {beside} | {} |\n", word(*looks));
    }
    out.push('\n');
    let why = [
        "Adoption is at its target while satisfaction falls: is the path walked because it helps, \
         or because it is asked for?",
        "Adoption is at its target while many take a way out of the same policy: the level that \
         they reach is not the one that was meant.",
        "Hardly anybody asks, and many take a way out: do they get help when they ask?",
        "New repositories are in production quickly, and many of their changes fail there: does \
         the path bring them there before they are ready?",
    ];
    for ((_, _, looks), why) in rows.iter().zip(why) {
        if *looks == Looks::Closer {
            out += &format!("> {why}\n\n");
        }
    }
    out + &remarks(watched)
}

fn word(looks: Looks) -> &'static str {
    match looks {
        Looks::Fine => "fine",
        Looks::Closer => "**look&nbsp;closer**",
        Looks::Unknown => "unknown",
    }
}

fn satisfied(watched: &Watched) -> String {
    let Some(now) = watched.satisfied.first() else {
        return "Satisfaction (`/platform nps`): fewer than 5 answers a quarter".to_owned();
    };
    let before = watched.satisfied.get(1).map_or_else(
        || "; no quarter before to compare with".to_owned(),
        |before| format!("; {:+} in {}", before.nps, before.quarter),
    );
    format!(
        "Satisfaction (NPS): **{:+}** in {}, {}{before}",
        now.nps,
        now.quarter,
        count(now.answers, "answer", "answers"),
    )
}

fn asked(tickets: Option<usize>) -> String {
    match tickets {
        None => "Tickets: not known (`scorecard.tickets` names their label)".to_owned(),
        Some(n) => format!("{} in {TICKET_WEEKS} weeks", count(n, "ticket", "tickets")),
    }
}

fn onboarded(watched: &Watched) -> String {
    let took = &watched.onboarding.took;
    match took.median_ms {
        None => format!("Onboarding: nothing new in production in {ONBOARDING_DAYS} days"),
        Some(median) => format!(
            "Onboarding: {} in production, median {} (fast: {FAST_DAYS} days)",
            count(took.n, "new repository", "new repositories"),
            duration(median),
        ),
    }
}

fn failed(watched: &Watched) -> String {
    let failures = &watched.onboarding.failures;
    match (failures.share, failures.interval) {
        (Some(share), Some((low, high))) => format!(
            "{} of {} failed there: {} ({} to {})",
            failures.hits,
            count(usize::try_from(failures.n).unwrap_or(usize::MAX), "change", "changes"),
            percent(share),
            percent(low),
            percent(high),
        ),
        _ => "Change failures: none to count".to_owned(),
    }
}

fn remarks(watched: &Watched) -> String {
    let Some(now) = watched.satisfied.first() else { return String::new() };
    let items: Vec<String> = watched
        .remarks
        .iter()
        .map(|remark| {
            let mood = match remark.mood {
                Mood::Against => "0 to 6",
                Mood::Between => "7 or 8",
                Mood::For => "9 or 10",
            };
            format!("- *{mood}*: {}\n", shorten::markdown(&remark.words, WORDS))
        })
        .collect();
    let title =
        format!("{} beside a score in {}", count(items.len(), "remark", "remarks"), now.quarter);
    details(&title, &items, ROOM).0
}
