//! What would a change of the configuration change? The head, judged by its own configuration, is
//! held against the judgement that counts.

use std::collections::{BTreeMap, BTreeSet};

use super::{Case, JudgedFinding, Judgement, Kept, State, judge};
use crate::domain::config::{Layers, Standing as At};
use crate::domain::evaluate::Answer;
use crate::domain::finding::Mode;
use crate::domain::ids::PolicyId;
use crate::domain::judge::ConfigProblem;
use crate::domain::waiver::upkeep::PACK;

/// Findings that are told one by one.
const MOST: usize = 20;

/// Judges a change that edits the configuration: by the rules of its base, and beside it what its
/// own would change. `own` is the head as its own configuration has it evaluated.
pub fn judge_proposal(case: Case<'_>, own: &Answer) -> Judgement {
    let then = judge(Case {
        path: &own.path,
        config: &own.config,
        organisation: &own.organisation,
        head: &own.evaluation,
        inline: &own.inline,
        kept: Kept::default(),
        config_problems: Vec::new(),
        notes: Vec::new(),
        ..case.clone()
    });
    let layers = Layers { organisation: &own.organisation, repository: &own.config };
    let refused = layers.refusals(case.metas, At { traits: case.traits, today: case.today });
    let mut now = judge(case);
    now.preview = preview(&now, &then, &refused);
    now
}

/// In words, one line each; never empty.
fn preview(now: &Judgement, then: &Judgement, refused: &[ConfigProblem]) -> Vec<String> {
    let mut lines = Vec::new();
    if now.path != then.path {
        lines.push(format!("golden path: `{}` instead of `{}`", then.path, now.path));
    }
    lines.extend(modes(now, then));
    lines.extend(refused.iter().map(ConfigProblem::note));
    let (before, after) = (findings(now), findings(then));
    let waived = |found: &BTreeMap<Key<'_>, &JudgedFinding>, key: &Key<'_>| {
        found.get(key).map(|f| f.state == State::Waived)
    };
    let mut told = Told::default();
    for (key, finding) in &after {
        match (waived(&before, key), finding.state == State::Waived) {
            (Some(false), true) => told.add("would be waived", finding),
            (Some(true), false) => told.add("would not be waived any more", finding),
            (None, _) => told.add("would be found", finding),
            (Some(_), _) => {}
        }
    }
    for (key, finding) in &before {
        if !after.contains_key(key) {
            told.add("would not be looked for any more", finding);
        }
    }
    lines.extend(told.lines());
    let level = |j: &Judgement| j.level.map_or("none", |l| l.as_str());
    if now.level != then.level {
        lines.push(format!("level: {} instead of {}", level(then), level(now)));
    }
    if lines.is_empty() {
        lines.push("nothing would change for what is found at this commit".to_owned());
    }
    lines
}

type Key<'a> = (&'a PolicyId, Option<&'a str>, Option<u32>, Option<&'a str>, &'a str);

/// By what two judgements of one commit know a finding; those about waivers left out.
fn findings(judgement: &Judgement) -> BTreeMap<Key<'_>, &JudgedFinding> {
    let key = |f: &'_ JudgedFinding| f.policy.pack() != PACK;
    let all = judgement.findings.iter().filter(|f| key(f));
    all.map(|f| {
        ((&f.policy, f.path.as_deref(), f.start_line, f.resource.as_deref(), &*f.message), f)
    })
    .collect()
}

/// Policies whose mode would differ, those that would change alike on one line. One that is not
/// asked is off.
fn modes(now: &Judgement, then: &Judgement) -> Vec<String> {
    let of = |judgement: &Judgement| -> BTreeMap<PolicyId, Mode> {
        let asked = judgement.policies.iter().filter(|p| p.id.pack() != PACK);
        asked.map(|p| (p.id.clone(), p.mode)).collect()
    };
    let (before, after) = (of(now), of(then));
    let ids: BTreeSet<&PolicyId> = before.keys().chain(after.keys()).collect();
    let mode = |modes: &BTreeMap<PolicyId, Mode>, id| modes.get(id).copied().unwrap_or(Mode::Off);
    let mut differ: BTreeMap<(Mode, Mode), Vec<String>> = BTreeMap::new();
    for id in ids {
        let (was, will) = (mode(&before, id), mode(&after, id));
        if was != will {
            differ.entry((will, was)).or_default().push(format!("`{id}`"));
        }
    }
    let line = |((will, was), ids): ((Mode, Mode), Vec<String>)| {
        let shown = ids.iter().take(MOST).cloned().collect::<Vec<_>>().join(", ");
        let more = match ids.len().saturating_sub(MOST) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        format!("{} instead of {}: {shown}{more}", will.as_str(), was.as_str())
    };
    differ.into_iter().map(line).collect()
}

#[derive(Default)]
struct Told {
    lines: Vec<String>,
    left: usize,
}

impl Told {
    fn add(&mut self, what: &str, finding: &JudgedFinding) {
        if self.lines.len() >= MOST {
            self.left += 1;
            return;
        }
        let line = finding.start_line.map(|line| format!(":{line}")).unwrap_or_default();
        let place =
            finding.path.as_deref().map(|path| format!("`{path}{line}` ")).unwrap_or_default();
        let JudgedFinding { policy, message, .. } = finding;
        self.lines.push(format!("{place}{what}: {message} (`{policy}`)"));
    }

    fn lines(mut self) -> Vec<String> {
        if self.left > 0 {
            self.lines.push(format!("and {} findings more", self.left));
        }
        self.lines
    }
}
