//! What does the scorecard look like, and does it always fit?
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use super::*;
use crate::domain::config::Campaign;
use crate::domain::finding::Level;
use crate::domain::ids::{RepoId, RepoName};
use crate::domain::judge::Standing;
use crate::domain::metrics::measure::DAY_MS;
use crate::domain::metrics::statistics::{Durations, Share};
use crate::domain::report::budget::PAGE_BYTES;
use crate::domain::scorecard::Entry;
use crate::domain::scorecard::campaign::{Day, progress};
use crate::domain::scorecard::card::{Card, Open, Waived};
use crate::domain::scorecard::history::LevelChange;
use crate::domain::scorecard::neighbours::place;
use crate::domain::scorecard::signals::{Satisfied, demands};
use crate::domain::scorecard::told::Changes;
use crate::domain::scorecard::watch::{Mood, Onboarding, Remark, Watched};
use crate::domain::time::Timestamp;

const POLICIES: [(&str, Level); 6] = [
    ("catalog/info_valid", Level::Bronze),
    ("container/non_root_user", Level::Bronze),
    ("delivery/permissions_declared", Level::Silver),
    ("kubernetes/probes", Level::Silver),
    ("observability/slo_defined", Level::Gold),
    ("operations/runbook_linked", Level::Gold),
];

fn titles() -> Titles {
    let words = [
        "The catalog entry is valid",
        "Containers do not run as root",
        "Workflows say which `permissions` they need",
        "Probes tell when a Pod is ready",
        "An objective is written down",
        "A runbook is linked",
    ];
    let id = |policy: &str| PolicyId::parse(policy).unwrap();
    POLICIES.iter().zip(words).map(|((p, _), words)| (id(p), words.to_owned())).collect()
}

/// A repository in which some policies are open; its level follows.
fn entry(n: i64, name: &str, owner: Option<&str>, open: &[usize]) -> Entry {
    let open: Vec<Open> = open
        .iter()
        .map(|i| Open {
            policy: PolicyId::parse(POLICIES[*i].0).unwrap(),
            level: POLICIES[*i].1,
            status: if *i == 3 { Standing::Unknown } else { Standing::Fail },
            findings: if *i == 3 { 0 } else { 1 + n as u32 % 3 },
            reason: (*i == 3).then(|| "the chart could not be rendered".to_owned()),
        })
        .collect();
    let mut card = Card {
        path: "service".to_owned(),
        owner: owner.map(str::to_owned),
        applicable: 6,
        fulfilled: 6 - open.len() as u32,
        open,
        ..Card::default()
    };
    card.level = card.level_without(&|_| false);
    let name = RepoName::parse(&format!("acme/{name}")).unwrap();
    Entry { id: RepoId(n), name, named: true, card: Some(card) }
}

fn moment(day: &str) -> Timestamp {
    Timestamp::parse_rfc3339(&format!("{day}T10:00:00Z")).unwrap()
}

fn change(n: i64, day: &str, level: Option<Level>) -> LevelChange {
    LevelChange { repo: RepoId(n), since: moment(day), level, on_path: level.is_some() }
}

fn organisation() -> (Vec<Entry>, Vec<LevelChange>) {
    let mut entries = vec![
        entry(1, "checkout", Some("payments"), &[]),
        entry(2, "ledger", Some("payments"), &[2]),
        entry(3, "payments_api", Some("payments"), &[2, 4]),
        entry(4, "search", Some("discovery"), &[1]),
        entry(5, "suggest", Some("discovery"), &[3, 5]),
        entry(6, "legacy-billing", None, &[0, 1, 2]),
        entry(7, "website", Some("web | \"front\" @end"), &[4]),
        entry(8, "secret-project", Some("skunkworks"), &[2]),
    ];
    entries[7].named = false;
    if let Some(card) = &mut entries[5].card {
        card.path = "default".to_owned();
    }
    let waive = |entry: &mut Entry, reason: &str, expires: &str| {
        let policy = PolicyId::parse("container/non_root_user").unwrap();
        let (reason, expires) = (reason.to_owned(), expires.to_owned());
        let waived = Waived { policy, reason, expires, findings: 1 };
        entry.card.as_mut().unwrap().waivers.push(waived);
    };
    waive(&mut entries[0], "The vendor's image needs root", "2026-12-11");
    waive(&mut entries[1], "the vendors image needs root.", "2027-03-01");
    waive(&mut entries[4], "until @acme/discovery have moved, see #12", "2026-11-30");
    waive(&mut entries[7], "nobody may know", "2026-11-30");
    entries.push(Entry {
        id: RepoId(9),
        name: RepoName::parse("acme/empty").unwrap(),
        named: true,
        card: None,
    });
    let history = vec![
        change(1, "2026-09-20", None),
        change(1, "2026-10-20", Some(Level::Gold)),
        change(2, "2026-09-20", Some(Level::Bronze)),
        change(3, "2026-11-18", Some(Level::Bronze)),
        change(4, "2026-10-01", Some(Level::Bronze)),
        change(4, "2026-11-18", None),
        change(5, "2026-10-10", None),
        change(5, "2026-11-03", Some(Level::Bronze)),
        change(6, "2026-09-20", None),
        change(7, "2026-11-19", Some(Level::Silver)),
        change(8, "2026-11-19", Some(Level::Bronze)),
    ];
    (entries, history)
}

static NOTHING: LazyLock<Watched> = LazyLock::new(Watched::default);

fn book<'a>(entries: &'a [Entry], history: &'a [LevelChange]) -> Book<'a> {
    let today = "2026-11-21".parse().unwrap();
    Book { account: "acme", today, target: 80, entries, history, watched: &NOTHING }
}

/// What is told beside levels.
fn changes() -> Changes {
    let id = |policy: &str| PolicyId::parse(policy).unwrap();
    Changes {
        began: vec!["Say what workflows may do, @all".to_owned()],
        ended: vec!["No root".to_owned()],
        withdrawn: vec!["Probes".to_owned()],
        waivers: BTreeMap::from([(id(POLICIES[1].0), (2, 1)), (id(POLICIES[3].0), (0, 3))]),
        joined: [RepoId(7)].into(),
        paths: [2, 4, 8].map(|n| (RepoId(n), "default".to_owned())).into(),
        left: vec!["retired".to_owned()],
        left_hidden: 1,
    }
}

#[test]
fn the_scorecard() {
    let (entries, history) = organisation();
    let book = book(&entries, &history);
    let score = Score::of(&book);
    let figures = figures(&score, &book, &titles(), Rows::Here);
    let news = news(&book, Some(moment("2026-11-17")), &changes());
    let page = issue(&figures, &news, &mark("scorecard"));
    insta::assert_snapshot!("scorecard", page);
    for hidden in ["secret-project", "skunkworks", "nobody may know", "@acme", " #12"] {
        assert!(!page.contains(hidden), "{hidden}");
    }
    let team = Owner::Team("payments".to_owned());
    insta::assert_snapshot!("team", team_page(&score, &book, &team));
}

#[test]
fn what_looks_good_stands_beside_what_speaks_against_it() {
    let (entries, history) = organisation();
    let said = |quarter: &str, nps| Satisfied { quarter: quarter.to_owned(), answers: 12, nps };
    let remark = |mood, words: &str| Remark { mood, words: words.to_owned() };
    let watched = Watched {
        satisfied: vec![said("2026-Q4", 10), said("2026-Q3", 35)],
        remarks: vec![
            remark(Mood::Against, "builds are slow, says @ada in #7 | <b>"),
            remark(Mood::For, &"long ".repeat(100)),
        ],
        hidden_remarks: 0,
        tickets: Some(0),
        onboarding: Onboarding {
            took: Durations::of((1..=6).map(|days| days * DAY_MS).collect()),
            failures: Share::of(9, 20),
        },
    };
    let book = Book { target: 70, watched: &watched, ..book(&entries, &history) };
    let score = Score::of(&book);
    let page = figures(&score, &book, &titles(), Rows::Here);
    let (_, section) = page.split_once("### Watched together").unwrap();
    let (section, _) = section.split_once("###").unwrap();
    insta::assert_snapshot!("watched", section.trim());
    assert!(!section.contains("@ada"), "{section}");

    // Nobody is told on whom everybody can read.
    let watched = Watched { remarks: Vec::new(), hidden_remarks: 2, ..watched.clone() };
    let book = Book { watched: &watched, ..book };
    let page = figures(&score, &book, &titles(), Rows::Here);
    assert!(page.contains("2 remarks beside `/platform nps` are not told"), "{page}");
}

#[test]
fn a_way_out_in_demand_has_its_reasons_together() {
    let (entries, _) = organisation();
    assert_eq!(demands(&entries, 5), []);
    let found = demands(&entries, 3);
    assert_eq!(found.len(), 1);
    insta::assert_snapshot!("demand", demand_page(&found[0], &titles()));
}

#[test]
fn a_policy_that_cannot_be_judged_has_its_causes_together() {
    let mut entries: Vec<Entry> = (1..=7).map(|n| entry(n, &format!("r{n}"), None, &[3])).collect();
    let causes = [
        Some("The chart could not be rendered"),
        Some("the chart could not be rendered."),
        Some("GitHub did not show @acme's tree"),
        Some("the policy ran for too long"),
        None,
        Some("nobody may know"),
        Some("the chart could not be rendered"),
    ];
    for (entry, cause) in entries.iter_mut().zip(causes) {
        let open = &mut entry.card.as_mut().unwrap().open[0];
        open.reason = cause.map(str::to_owned);
        // The policy itself failed: that is its owners' to mend above all.
        if cause.is_some_and(|cause| cause.starts_with("the policy")) {
            open.status = Standing::Broken;
        }
    }
    entries[5].named = false;
    assert_eq!(demands(&entries, 8), []);
    let found = demands(&entries, 7);
    assert_eq!((found.len(), found[0].unknown), (1, 7));
    insta::assert_snapshot!("demand_unknown", demand_page(&found[0], &titles()));
}

#[test]
fn a_campaign_shows_what_is_left_and_how_it_went() {
    let (entries, _) = organisation();
    let campaign = Campaign {
        name: "Say what workflows may do".to_owned(),
        policies: vec!["delivery/*".to_owned()],
        scope: Default::default(),
        from: None,
        due: "2026-12-31".parse().unwrap(),
        owner: Some("@acme/platform".to_owned()),
        promote: Some(Level::Bronze),
        line: None,
    };
    let found = progress(&campaign, &entries);
    let day = |day: &str, left, teams: Option<[usize; 3]>| {
        let names = ["payments", "discovery"].map(|name| Owner::Team(name.to_owned()));
        let owners = names.into_iter().chain([Owner::Nobody]);
        let teams = teams.map(|teams| owners.zip(teams).collect());
        (day.parse().unwrap(), Day { total: 8, left, teams })
    };
    // The first was noted before teams were.
    let mut days = vec![
        day("2026-11-01", 7, None),
        day("2026-11-03", 7, Some([3, 2, 1])),
        day("2026-11-09", 6, Some([3, 1, 1])),
    ];
    let today = Day::today(&found, &days);
    days.push(("2026-11-21".parse().unwrap(), today));
    let page = campaign_page(&campaign, &found, &days, false);
    insta::assert_snapshot!("campaign", page);
    assert!(campaign_page(&campaign, &found, &days, true).contains("belong to **bronze** now"));

    // A team that only members heard of is among the others once everybody reads this.
    for (_, day) in &mut days {
        for (owner, _) in day.teams.iter_mut().flatten().take(1) {
            *owner = Owner::Team("skunkworks".to_owned());
        }
    }
    let page = campaign_page(&campaign, &found, &days, false);
    assert!(!page.contains("skunkworks") && page.contains("| 🟦 discovery |"), "{page}");
}

#[test]
fn neighbours_are_those_just_ahead_and_just_behind() {
    let (entries, _) = organisation();
    let found = place(&entries, RepoId(5)).unwrap();
    let names: Vec<&str> = found.beside.iter().map(|(name, ..)| name.as_str()).collect();
    // Four are ahead, one of them private; another is as far.
    assert_eq!((found.place, found.of), (5, 7));
    assert_eq!(names, ["ledger", "payments_api", "search"]);
    assert_eq!(place(&entries, RepoId(6)), None, "alone on its path");
    assert_eq!(place(&entries, RepoId(9)), None, "not judged");
}

#[test]
fn an_empty_organisation_has_one_too() {
    let book = book(&[], &[]);
    let score = Score::of(&book);
    let page = figures(&score, &book, &titles(), Rows::Here);
    assert!(page.starts_with("**No repository is judged yet.**"), "{page}");
    assert_eq!(score.lacking(), 0);
}

#[test]
fn ten_thousand_repositories_of_many_teams_fit_once_their_rows_are_elsewhere() {
    let long = "x".repeat(90);
    let mut entries = Vec::new();
    let mut history = Vec::new();
    for n in 0..10_000 {
        let owner = format!("team-{}-{long}|@{}", n % 400, n % 400);
        let mut one = entry(n, &format!("repo-{n}-{long}"), Some(&owner), &[n as usize % 6]);
        let waived = Waived {
            policy: PolicyId::parse(&format!("container/policy_{}", n % 60)).unwrap(),
            reason: format!("{n} `|<script>@all {long}"),
            expires: "2026-12-01".to_owned(),
            findings: 1,
        };
        one.card.as_mut().unwrap().waivers.push(waived);
        entries.push(one);
        history.push(change(n, "2026-11-19", Some(Level::Bronze)));
    }
    let book = book(&entries, &history);
    let score = Score::of(&book);
    assert!(figures(&score, &book, &titles(), Rows::Here).len() > FIGURES_BYTES);
    let urls = score.teams.iter().take(100).map(|team| {
        (team.name.clone(), format!("https://github.test/acme/.github/issues/{}", 1_000_000))
    });
    let urls: BTreeMap<Owner, String> = urls.collect();
    let figures = figures(&score, &book, &titles(), Rows::Linked(&urls));
    assert!(figures.len() <= FIGURES_BYTES, "{}", figures.len());
    let news = news(&book, Some(moment("2026-11-17")), &Changes::default());
    let page = issue(&figures, &news, &mark("scorecard"));
    assert!(page.len() <= PAGE_BYTES, "{}", page.len());
    assert!(page.contains("300 teams without an issue of their own"), "{page}");
    assert!(!page.contains("@all") && !page.replace("\\<", "").contains("<script"));
    for team in &score.teams {
        assert!(team_page(&score, &book, &team.name).len() <= FIGURES_BYTES);
    }
}

#[test]
fn a_key_cannot_end_its_mark() {
    assert_eq!(mark("team:a --> b"), "<!-- waymark:issue team:a?--??b -->");
}
