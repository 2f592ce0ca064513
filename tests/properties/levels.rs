//! Mending something never costs a level.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use proptest::prelude::*;
use waymark::domain::config::{OrgConfig, RepoConfig, Traits};
use waymark::domain::evaluate::Catalogue;
use waymark::domain::finding::{Finding, Level, Mode, Place};
use waymark::domain::ids::PolicyId;
use waymark::domain::judge::{Case, Conclusion, Judgement, Kept, judge};
use waymark::domain::policy::metadata::PolicyMeta;
use waymark::domain::policy::outcome::{Evaluation, Outcome, Status};
use waymark::domain::waiver::Waiver;
use waymark::edge::disk::PolicyFiles;

/// Any policy's METADATA.
static META: LazyLock<PolicyMeta> =
    LazyLock::new(|| Catalogue::of(&PolicyFiles::built_in().library()).policies.remove(0));

type Shape = Vec<(Level, Status, Mode)>;

fn shape() -> impl Strategy<Value = Shape> {
    let levels = prop::sample::select(vec![Level::Bronze, Level::Silver, Level::Gold]);
    let statuses = prop::sample::select(vec![
        Status::Pass,
        Status::Pass,
        Status::Fail,
        Status::NotApplicable,
        Status::Unknown,
        Status::Broken,
    ]);
    let modes = prop::sample::select(vec![Mode::Observe, Mode::Warn, Mode::Enforce]);
    prop::collection::vec((levels, statuses, modes), 1..8)
}

fn id(n: usize) -> PolicyId {
    PolicyId::parse(&format!("pack/policy_{n}")).unwrap()
}

fn finding(n: usize) -> Finding {
    Finding {
        policy: id(n),
        message: "wrong".to_owned(),
        place: Place::default(),
        resource: None,
        remediation: None,
        fixable: false,
    }
}

fn verdict(shape: &Shape, waivers: Vec<Waiver>) -> Judgement {
    let meta = |(n, (level, _, mode)): (usize, &(Level, Status, Mode))| PolicyMeta {
        id: id(n),
        level: *level,
        mode: *mode,
        ..META.clone()
    };
    let metas: Vec<PolicyMeta> = shape.iter().enumerate().map(meta).collect();
    let outcome = |(n, (_, status, _)): (usize, &(Level, Status, Mode))| {
        let findings = if *status == Status::Fail { vec![finding(n)] } else { Vec::new() };
        Outcome::new(id(n), *status, None, findings)
    };
    let outcomes = shape.iter().enumerate().map(outcome).collect();
    judge(Case {
        path: "default",
        metas: &metas,
        config: &RepoConfig { waivers, ..RepoConfig::default() },
        organisation: &OrgConfig::default(),
        traits: &Traits::default(),
        config_problems: Vec::new(),
        head: &Evaluation {
            library: "sha256:0".to_owned(),
            outcomes,
            excluded_files: 0,
            early: Default::default(),
        },
        head_files: &BTreeMap::new(),
        baseline: None,
        inline: &[],
        kept: Kept::default(),
        today: chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        notes: Vec::new(),
    })
}

/// How bad a conclusion is.
fn badness(conclusion: Conclusion) -> u8 {
    match conclusion {
        Conclusion::Success => 0,
        Conclusion::Neutral => 1,
        Conclusion::ActionRequired => 2,
        Conclusion::Failure => 3,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_policy_that_passes_costs_no_level(shape in shape(), which in any::<prop::sample::Index>()) {
        let mut mended = shape.clone();
        mended[which.index(shape.len())].1 = Status::Pass;
        let (before, after) = (verdict(&shape, Vec::new()), verdict(&mended, Vec::new()));
        prop_assert!(after.level >= before.level, "{:?} after {:?}", after.level, before.level);
        prop_assert!(badness(after.conclusion) <= badness(before.conclusion));
    }

    #[test]
    fn a_waiver_costs_no_level(shape in shape(), which in any::<prop::sample::Index>()) {
        let waiver = Waiver {
            file: ".github/waymark.yml".to_owned(),
            line: None,
            target: None,
            policy: id(which.index(shape.len())),
            paths: Vec::new(),
            resource: None,
            reason: "agreed".to_owned(),
            owner: None,
            expires: chrono::NaiveDate::from_ymd_opt(2026, 11, 21).unwrap(),
        };
        let (before, after) = (verdict(&shape, Vec::new()), verdict(&shape, vec![waiver]));
        prop_assert!(after.level >= before.level);
        prop_assert!(badness(after.conclusion) <= badness(before.conclusion));
        prop_assert_eq!(after.findings.len(), before.findings.len());
    }

    #[test]
    fn all_good_is_the_highest_level_there_is(shape in shape()) {
        let good: Shape = shape.iter().map(|(level, _, mode)| (*level, Status::Pass, *mode)).collect();
        let highest = shape.iter().map(|(level, ..)| *level).max();
        prop_assert_eq!(verdict(&good, Vec::new()).level, highest);
    }
}
