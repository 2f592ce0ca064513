//! Which policies shall the report be about, and which shall be explained?

use std::collections::BTreeSet;

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};

use crate::domain::finding::{Level, Mode};
use crate::domain::ids::PolicyId;
use crate::domain::judge::Judgement;
use crate::domain::report::visible;
use crate::domain::report::words::{clip, list};
use crate::domain::selection::{Selection, named};

/// `--policy`, `--level`, `--mode`, `--explain`.
#[derive(Debug, Args)]
#[command(next_help_heading = "What to look at (decides the exit code, too)")]
pub(super) struct Filters {
    /// Only these policies: an id, a pack as `container/*`, or another glob (may be repeated)
    #[arg(long, value_name = "POLICY")]
    policy: Vec<String>,
    /// Only policies of this level and the ones below
    #[arg(long, value_name = "LEVEL", value_parser = levels())]
    level: Option<Level>,
    /// Only policies in this mode here; `observe` shows what is recorded and never told otherwise
    /// (may be repeated)
    #[arg(long, value_name = "MODE", value_delimiter = ',', value_parser = modes())]
    mode: Vec<Mode>,
    /// Explain findings at length, in text: why, what to change, how to waive (all of them, or
    /// those of a policy or glob)
    #[arg(
        long,
        value_name = "POLICY",
        num_args = 0..=1,
        require_equals = true,
        default_missing_value = "*/*"
    )]
    explain: Option<String>,
}

fn levels() -> impl TypedValueParser<Value = Level> {
    const LEVELS: [Level; 3] = [Level::Bronze, Level::Silver, Level::Gold];
    PossibleValuesParser::new(LEVELS.map(Level::as_str))
        .map(|word| LEVELS.into_iter().find(|l| l.as_str() == word).unwrap_or(Level::Gold))
}

fn modes() -> impl TypedValueParser<Value = Mode> {
    const MODES: [Mode; 3] = [Mode::Observe, Mode::Warn, Mode::Enforce];
    PossibleValuesParser::new(MODES.map(Mode::as_str))
        .map(|word| MODES.into_iter().find(|m| m.as_str() == word).unwrap_or(Mode::Enforce))
}

/// What was asked for.
pub(super) struct Asked {
    /// Which policies show and count.
    pub(super) selection: Selection,
    /// Which are to be explained.
    pub(super) explained: BTreeSet<PolicyId>,
    /// Every `--policy`, and the policies that it means.
    names: Vec<(String, BTreeSet<PolicyId>)>,
}

impl Filters {
    /// Reads what was asked for. Fails when a name means no policy.
    pub(super) fn read(self, known: &[PolicyId]) -> anyhow::Result<Asked> {
        let means = |name: &str, option: &str| {
            named(name, known).map_err(|e| anyhow::anyhow!("{option}: {e}"))
        };
        let names = self.policy.into_iter().map(|name| {
            let ids = means(&name, "--policy")?;
            Ok((name, ids))
        });
        let names: Vec<(String, BTreeSet<PolicyId>)> = names.collect::<anyhow::Result<_>>()?;
        let policies = names.iter().flat_map(|(_, ids)| ids.clone()).collect();
        let policies = (!names.is_empty()).then_some(policies);
        let explained = self.explain.map(|name| means(&name, "--explain")).transpose()?;
        let selection = Selection { policies, level: self.level, modes: self.mode };
        Ok(Asked { selection, explained: explained.unwrap_or_default(), names })
    }
}

impl Asked {
    /// Why some names have nothing to show for them: nobody judged their policies here.
    pub(super) fn silent(&self, judgement: &Judgement) -> Option<String> {
        let judged: BTreeSet<PolicyId> = judgement.policies.iter().map(|p| p.id.clone()).collect();
        let silent: Vec<String> = self
            .names
            .iter()
            .filter(|(_, ids)| ids.is_disjoint(&judged))
            .map(|(name, _)| format!("`{}`", visible::line(&clip(name, 100))))
            .collect();
        let verb = if silent.len() == 1 { "is" } else { "are" };
        let path = visible::line(&clip(&judgement.path, 100));
        (!silent.is_empty()).then(|| {
            format!("{} {verb} off here, or not on the golden path `{path}`", list(&silent, 5))
        })
    }
}
