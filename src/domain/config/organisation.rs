//! What does the organisation ask of all its repositories? `waymark.yml` of its configuration
//! repository.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::gating::{self, FreezeRule, GateRules, SloRules};
use super::known::Known;
use super::reader::{self, LinesOf, Understood};
use super::rollout::Rollout;
use super::scorecard::{Campaign, ScorecardRules};
use super::{meaning, most_specific, tables};
use crate::domain::finding::{Level, Mode};
use crate::domain::ids::PolicyId;
use crate::domain::judge::ConfigProblem;
use crate::domain::metrics::MetricsRules;
use crate::domain::risk::coverage::CoverageRule;
use crate::domain::waiver::Waiver;

/// The file, as far as it could be understood.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct OrgConfig {
    /// Which file: `acme/.github:waymark.yml`; empty when there is none.
    #[serde(default)]
    pub file: String,
    /// Pointer → line, of what stands at the top and directly below.
    #[serde(default)]
    pub lines: LinesOf,
    /// The golden path of repositories that do not say.
    pub path: Option<String>,
    /// Parameters for policies.
    #[serde(default)]
    pub parameters: Map<String, Value>,
    /// How policies speak, by id, `pack/*` or `*`.
    #[serde(default)]
    pub policies: BTreeMap<String, PolicyRule>,
    /// What repositories may not weaken: see [`OrgConfig::locks`].
    #[serde(default)]
    pub locked: Vec<String>,
    /// Globs over paths that are not judged.
    #[serde(default)]
    pub exclude: Vec<String>,
    /// What repositories' waivers must keep to.
    #[serde(default)]
    pub waiver_rules: WaiverRules,
    /// Ways out for every repository.
    #[serde(default)]
    pub waivers: Vec<Waiver>,
    /// The scorecard; `None`: it is not kept.
    pub scorecard: Option<ScorecardRules>,
    /// What is to be fulfilled until a day.
    #[serde(default)]
    pub campaigns: Vec<Campaign>,
    /// Who may give a command, by its name.
    #[serde(default)]
    pub commands: BTreeMap<String, CommandRule>,
    /// How newer versions of golden paths spread.
    #[serde(default)]
    pub upgrades: Upgrades,
    /// Times in which nothing is deployed.
    #[serde(default)]
    pub freeze: Vec<FreezeRule>,
    /// How deployments are decided.
    #[serde(default)]
    pub gate: GateRules,
    /// Where error budgets are read.
    #[serde(default)]
    pub slo: SloRules,
    /// What is done with deploy risk besides its check.
    #[serde(default)]
    pub risk: RiskRules,
    /// What delivery is measured by.
    #[serde(default)]
    pub metrics: MetricsRules,
}

/// Who may give a command.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct CommandRule {
    /// Slugs of teams of which one must hold whoever asks; none: everybody whose role suffices.
    #[serde(default)]
    pub team: Vec<String>,
}

/// What is done with deploy risk besides its check.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct RiskRules {
    /// Whether pull requests whose risk is raised carry a label.
    #[serde(default)]
    pub label: bool,
    /// Check runs that tell of coverage in their own words.
    #[serde(default)]
    pub coverage: Vec<CoverageRule>,
}

/// How newer versions of golden paths spread.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Upgrades {
    /// Repositories that go first: names without their owner, or globs over them.
    #[serde(default)]
    pub canary: Vec<String>,
    /// Of a hundred adopted repositories, how many are offered an upgrade each day.
    pub percent_per_day: Option<u8>,
}

/// How one policy, or a pack, speaks in the organisation.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct PolicyRule {
    /// How loudly; `None`: as the policy itself says.
    pub mode: Option<Mode>,
    /// The rung that it belongs to; `None`: as the policy itself says.
    pub level: Option<Level>,
    /// Whether repositories may not make it quieter.
    #[serde(default)]
    pub locked: bool,
    /// The day from which it blocks; before, it warns.
    pub enforce_from: Option<NaiveDate>,
    /// Where the mode counts already; `None`: everywhere.
    pub rollout: Option<Rollout>,
}

/// What repositories' waivers must keep to.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct WaiverRules {
    /// A waiver that ends later than in so many days does not count.
    pub max_days: Option<u32>,
    /// Whether an owner must be named.
    #[serde(default)]
    pub require_owner: bool,
    /// Policies (ids, `pack/*`, `*`) that only the organisation's own waivers excuse.
    #[serde(default)]
    pub not_for: Vec<String>,
}

impl WaiverRules {
    /// Whether repositories may not waive this policy.
    pub fn forbid(&self, id: &PolicyId) -> bool {
        self.not_for.iter().any(|p| {
            p == "*" || p == id.as_str() || p.strip_suffix("/*").is_some_and(|k| k == id.pack())
        })
    }
}

impl OrgConfig {
    /// Reads the file. `known` says what exists, so that a misspelt name is found.
    pub fn read(file: &str, text: &str, known: &Known) -> (Self, Vec<ConfigProblem>) {
        let Understood { value, lines, mut problems } =
            reader::read(file, text, &tables::ORGANISATION, known);
        let read: Self = reader::typed(file, value, &mut problems);
        let mut config = Self { file: file.to_owned(), lines, ..read };
        config.waivers.iter_mut().for_each(|waiver| waiver.file = file.to_owned());
        config.contradictions(&mut problems);
        problems.sort_by_key(|p| p.line);
        (config, problems)
    }

    /// What each line alone does not show.
    fn contradictions(&self, problems: &mut Vec<ConfigProblem>) {
        for (line, message) in gating::contradictions(self) {
            problems.push(ConfigProblem { path: self.file.clone(), line, message });
        }
        let mut complain = |pointer: &str, message: String| {
            let line = self.lines.get(pointer).copied();
            problems.push(ConfigProblem { path: self.file.clone(), line, message });
        };
        for (pattern, rule) in &self.policies {
            let pointer = rule_pointer(pattern);
            if let (Some(_), Some(mode)) = (rule.enforce_from, rule.mode)
                && mode != Mode::Enforce
            {
                let message = format!(
                    "`{pattern}`: `enforce_from` goes with `mode: enforce`, not `{}`; leave the \
                     mode out",
                    mode.as_str()
                );
                complain(&pointer, message);
            }
            if rule.rollout.as_ref().is_some_and(Rollout::is_nobody) {
                let message = format!(
                    "`{pattern}`: the rollout names nobody; give it percent, teams, topics or \
                     properties"
                );
                complain(&pointer, message);
            }
        }
        for lock in &self.locked {
            if let Some(name) = lock.strip_prefix("parameters.")
                && !self.parameters.contains_key(name)
            {
                let message = format!(
                    "`{lock}` is locked but not set; set `{name}` under `parameters` of this file"
                );
                complain("/locked", message);
            }
        }
        let mut complain_at = |line: Option<u32>, message: String| {
            problems.push(ConfigProblem { path: self.file.clone(), line, message });
        };
        for (n, campaign) in self.campaigns.iter().enumerate() {
            let name = &campaign.name;
            if self.campaigns[..n].iter().any(|earlier| earlier.name == *name) {
                let message = format!("there are two campaigns `{name}`; rename one");
                complain_at(campaign.line, message);
            }
            if campaign.from.is_some_and(|from| from > campaign.due) {
                complain_at(campaign.line, format!("`{name}` is due before it begins"));
            }
        }
    }

    /// The rule for one policy, with the pattern that it stands under.
    pub fn rule(&self, id: &PolicyId) -> Option<(&str, &PolicyRule)> {
        most_specific(&self.policies, id)
    }

    /// Whether a rule locks this policy: the lock of its pack holds, too, where a rule of its own says
    /// something else of it. With `policies` locked as a whole, whatever has a rule is.
    pub fn locks_policy(&self, id: &PolicyId) -> bool {
        meaning(&self.policies, id).any(|(_, rule)| rule.locked || self.locks("policies"))
    }

    /// Whether `path`, `exclude`, `policies` or `parameters` is locked as a whole.
    pub fn locks(&self, key: &str) -> bool {
        self.locked.iter().any(|locked| locked == key)
    }

    /// Whether a parameter that is set here is locked.
    pub fn locks_parameter(&self, name: &str) -> bool {
        self.parameters.contains_key(name)
            && (self.locks("parameters")
                || self.locked.iter().any(|l| l.strip_prefix("parameters.") == Some(name)))
    }

    /// `acme/.github:waymark.yml:7`: where a rule stands.
    pub fn place(&self, pointer: &str) -> String {
        super::place(&self.file, self.lines.get(pointer).copied())
    }
}

/// Where a policy's rule stands.
pub(super) fn rule_pointer(pattern: &str) -> String {
    format!("/policies/{}", crate::domain::yaml::escape_token(pattern))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> (OrgConfig, Vec<String>) {
        let ids = ["container/non_root_user", "catalog/info_present"];
        let policies = ids.iter().map(|id| PolicyId::parse(id).expect("valid")).collect();
        let known = Known { policies, paths: Some(vec!["default".to_owned()]), parameters: None };
        let (config, problems) = OrgConfig::read("acme/.github:waymark.yml", text, &known);
        let lines = problems.iter().map(|p| format!("{}: {}", p.line.unwrap_or(0), p.message));
        (config, lines.collect())
    }

    const WHOLE: &str = "path: default
parameters: {approved_images: [acme/*]}
policies:
  catalog/*: observe
  container/non_root_user:
    locked: true
    level: silver
    enforce_from: 2026-12-01
    rollout: {percent: 20, teams: payments, topics: [pci], properties: {tier: ['1', '2']}, otherwise: warn}
locked: [path, exclude, policies, parameters.approved_images]
exclude: ['legacy/**']
waiver_rules: {max_days: 90, require_owner: true, not_for: catalog/*}
waivers:
  - {policy: catalog/info_present, reason: not yet, expires: 2027-01-31}
scorecard: {enabled: true, repository: platform, target: 70, closed: replace, exclude: 'legacy-*', demand: 3}
campaigns:
  - {name: No root, policies: container/non_root_user, scope: {teams: payments, paths: default, repositories: 'pay-*'}, from: 2026-11-01, due: 2026-12-31, owner: platform, promote: bronze}
commands: {adopt: {team: platform}}
upgrades: {canary: [sandbox-*], percent_per_day: 20}
freeze:
  - {reason: holidays, from: 2026-12-20, until: 2027-01-03 12:00, zone: Europe/Berlin, teams: shop}
  - {reason: weekend, every: [friday], at: '16:00-24:00', environments: 'prod*'}
gate: {environments: production, unknown_slo: wait, override: [sre], max_wait_hours: 4, blocks: no_expert}
slo:
  prometheus: https://prometheus.example
  objectives:
    - {name: up, objective: 99.9, error_ratio: 'a[$window]', repositories: acme/*}
risk: {label: true}
metrics: {environments: live, workflows: [ship.yml], incident_labels: [sev1, sev2], attribution_days: 3}
";

    #[test]
    fn a_whole_file_is_understood() {
        let (config, problems) = read(WHOLE);
        assert_eq!(problems, Vec::<String>::new());
        let names: Vec<&str> = tables::ORGANISATION.names();
        assert!(names.iter().all(|name| WHOLE.contains(&format!("\n{name}:")) || *name == "path"));
        let id = PolicyId::parse("container/non_root_user").expect("valid");
        let (pattern, rule) = config.rule(&id).expect("a rule");
        assert_eq!(pattern, "container/non_root_user");
        assert!(rule.locked && rule.level == Some(Level::Silver));
        let rollout = rule.rollout.as_ref().expect("a rollout");
        assert_eq!(rollout.teams, ["payments"]);
        assert_eq!(rollout.otherwise, Mode::Warn);
        assert_eq!(config.place(&rule_pointer(pattern)), "acme/.github:waymark.yml:5");
        let scorecard = config.scorecard.clone().expect("a scorecard");
        assert_eq!((scorecard.target(), scorecard.demand()), (70, Some(3)));
        assert!(scorecard.excludes("legacy-shop") && !scorecard.excludes("shop"));
        let campaign = &config.campaigns[0];
        assert!(campaign.asks(&id) && campaign.scope.holds("pay-api", "default", Some("payments")));
        assert!(!campaign.scope.holds("pay-api", "default", None));
        assert!(config.locks_parameter("approved_images") && config.locks("path"));
        assert!(config.risk.label);
        assert!(config.metrics.is_production("Live") && !config.metrics.is_production("prod"));
        assert_eq!(config.metrics.attribution_days, 3);
        assert!(config.waiver_rules.forbid(&PolicyId::parse("catalog/x").expect("valid")));
    }

    #[test]
    fn what_contradicts_itself_is_said() {
        let (_, problems) = read(
            "policies:\n  catalog/*: {mode: warn, enforce_from: 2026-12-01}\n  \
             container/*: {mode: enforce, rollout: {}}\n  '*': {mode: warn, rolout: {percent: 3}}\n\
             locked: [parameters.x, pth]\n\
             campaigns:\n  - {name: a, policies: '*', due: 2026-11-01, from: 2026-12-01}\n  \
             - {name: a, policies: '*', due: 2026-11-01}\n",
        );
        assert_eq!(
            problems,
            [
                "2: `catalog/*`: `enforce_from` goes with `mode: enforce`, not `warn`; leave the mode out",
                "3: `container/*`: the rollout names nobody; give it percent, teams, topics or properties",
                "4: unknown key `rolout`; did you mean `rollout`?",
                "5: unknown lock `pth`; did you mean `path`?",
                "5: `parameters.x` is locked but not set; set `x` under `parameters` of this file",
                "7: `a` is due before it begins",
                "8: there are two campaigns `a`; rename one",
            ]
        );
    }
}
