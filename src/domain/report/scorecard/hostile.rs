//! Does every issue fit, whatever people write? Texts here are made of what grows when it is escaped.
#![allow(clippy::unwrap_used)]

use std::sync::LazyLock;

use proptest::prelude::*;

use super::*;
use crate::domain::config::Campaign;
use crate::domain::finding::Level;
use crate::domain::ids::{RepoId, RepoName};
use crate::domain::judge::Standing;
use crate::domain::report::budget::PAGE_BYTES;
use crate::domain::scorecard::Entry;
use crate::domain::scorecard::campaign::{Day, progress};
use crate::domain::scorecard::card::{Card, Open, Waived};
use crate::domain::scorecard::signals::{Satisfied, demands};
use crate::domain::scorecard::watch::{Mood, Remark, Watched};

/// One text that is written everywhere.
fn hostile() -> impl Strategy<Value = String> {
    let one = prop::sample::select(vec![
        "@",
        "#",
        "<",
        ">",
        "`",
        "|",
        "\\",
        "&",
        "*",
        "$",
        ":a:",
        "é",
        "€",
        "😀",
        "\u{202e}",
        "\n",
        "</details>",
        "```",
        "<!-- x",
        "www.",
        "http://",
        " ",
        "x",
    ]);
    prop::collection::vec(one, 1..40).prop_map(|signs| signs.concat().repeat(8))
}

static NAMES: LazyLock<String> = LazyLock::new(|| "x".repeat(80));

/// Six hundred repositories of as many teams, each with everything that can be said of it.
fn entries(said: &str, teams: i64) -> Vec<Entry> {
    let policy = |n: i64| PolicyId::parse(&format!("container/{}_{n}", "p".repeat(100))).unwrap();
    let entry = |n: i64| {
        let open = |at: i64, level, status| Open {
            policy: policy(at),
            level,
            status,
            findings: 1,
            reason: Some(format!("{n} {said}")),
        };
        let unknown = open(20 + n % 30, Level::Gold, Standing::Unknown);
        let failing = open(n % 20, Level::Bronze, Standing::Fail);
        let waived = Waived {
            policy: policy(50 + n % 12),
            // What differs in letters or digits is another reason.
            reason: format!("{n} {said}"),
            expires: "2026-12-01".to_owned(),
            findings: 1,
        };
        let card = Card {
            path: format!("service{said}"),
            owner: (n % 7 > 0).then(|| format!("{} {said}", n % teams)),
            applicable: 3,
            fulfilled: 1,
            open: vec![failing, unknown],
            waivers: vec![waived],
            ..Card::default()
        };
        let name = RepoName::parse(&format!("acme/{n}-{}", *NAMES)).unwrap();
        Entry { id: RepoId(n), name, named: n % 11 > 0, card: Some(card) }
    };
    (0..600).map(entry).collect()
}

/// Every page as GitHub is given it.
fn pages(said: &str, teams: i64) -> Vec<String> {
    let entries = entries(said, teams);
    let remark = Remark { mood: Mood::Against, words: said.to_owned() };
    let satisfied = Satisfied { quarter: "2026-Q4".to_owned(), answers: 30, nps: 5 };
    let watched =
        Watched { satisfied: vec![satisfied], remarks: vec![remark; 30], ..Watched::default() };
    let book = Book {
        account: "acme",
        today: "2026-11-21".parse().unwrap(),
        target: 80,
        entries: &entries,
        history: &[],
        watched: &watched,
    };
    let score = Score::of(&book);
    let titles: Titles =
        score.failing.iter().map(|worst| (worst.policy.clone(), said.to_owned())).collect();
    let url = |team: &crate::domain::scorecard::Team| {
        let url = "https://github.test/a-rather-long-account/.github/issues/1000000";
        (team.name.clone(), url.to_owned())
    };
    let urls: BTreeMap<Owner, String> = score.teams.iter().take(100).map(url).collect();
    let mut pages = vec![figures(&score, &book, &titles, Rows::Linked(&urls))];
    assert!(pages[0].len() <= FIGURES_BYTES, "{}", pages[0].len());
    pages.extend(score.teams.iter().take(3).map(|t| team_page(&score, &book, &t.name)));
    pages.extend(demands(&entries, 2).iter().map(|demand| demand_page(demand, &titles)));
    let campaign = Campaign {
        name: said.to_owned(),
        policies: vec![said.to_owned(), "container/*".to_owned()],
        scope: Default::default(),
        from: None,
        due: "2026-12-31".parse().unwrap(),
        owner: Some(said.to_owned()),
        promote: Some(Level::Gold),
        line: None,
    };
    let found = progress(&campaign, &entries);
    let today = Day::today(&found, &[]);
    let days = ["2026-10-01", "2026-11-21"].map(|day| (day.parse().unwrap(), today.clone()));
    pages.push(campaign_page(&campaign, &found, &days, true));
    for title in [campaign_title(&campaign), team_title(&score.teams[0].name)] {
        assert!(title.len() <= 256, "GitHub takes no longer title: {title}");
    }
    pages
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn every_issue_fits_and_closes_what_it_opens(said in hostile(), teams in 1_i64..600) {
        for page in pages(&said, teams) {
            // Nothing had to be cut: each section knows its room.
            prop_assert!(page.len() + 1_000 < PAGE_BYTES, "{}", page.len());
            let whole = issue(&page, "", &mark("scorecard"));
            prop_assert!(whole.len() < PAGE_BYTES && whole.starts_with(&page));
            let lines = |wanted: &str| page.lines().filter(|line| *line == wanted).count();
            prop_assert_eq!(lines("<details>"), lines("</details>"));
            prop_assert!(!page.lines().any(|line| line.starts_with("<!--")));
        }
    }

    #[test]
    fn an_issue_that_is_too_long_all_the_same_is_cut_and_found_again(
        said in hostile(), times in 100_usize..2_000,
    ) {
        let section = format!("<details>\n\n- {}\n\n</details>\n", shorten::markdown(&said, 300));
        let (figures, news) = (section.repeat(times), section.repeat(times / 50));
        let whole = issue(&figures, &news, &mark("scorecard"));
        prop_assert!(whole.len() < PAGE_BYTES, "{}", whole.len());
        prop_assert!(whole.ends_with("\n<!-- waymark:issue scorecard -->\n"));
        let lines = |wanted: &str| whole.lines().filter(|line| *line == wanted).count();
        prop_assert_eq!(lines("<details>"), lines("</details>"));
    }
}

#[test]
fn ten_policies_waived_for_the_dearest_of_reasons_fit() {
    for said in ["@".repeat(200), "#".repeat(200), "@#".repeat(100), "\u{1}".repeat(200)] {
        for page in pages(&said, 599) {
            assert!(page.len() <= FIGURES_BYTES, "{}", page.len());
        }
    }
}
