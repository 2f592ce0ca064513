//! Somebody takes responsibility: a deployment goes ahead all the same, a condition is acknowledged.

use std::collections::BTreeSet;

use crate::domain::config::GateRules;
use crate::domain::gate::brought::Risk;
use crate::domain::gate::{Acknowledged, Decision, Verdict};
use crate::domain::ids::Sha;
use crate::domain::report::answer::{
    Answer, acknowledged, ambiguous_deployment, may_not_override, no_such_condition, nothing_held,
    override_recorded,
};
use crate::domain::risk::condition;
use crate::edge::github::GitHubError;
use crate::edge::store::{AcknowledgementRow, GateRow};

use super::App;
use super::answer_comment::Question;
use super::fate::Fate;
use super::judge_commit::Subject;
use super::membership::Membership;

/// How old a deployment may be that somebody still speaks of.
const RECENT_MS: i64 = 30 * 24 * 60 * 60 * 1000;

impl App {
    /// `deploy approve`: the newest deployment that is held goes ahead.
    pub(super) async fn approve_deployment(
        &self,
        subject: &Subject,
        question: Question<'_>,
        environment: Option<&str>,
        reason: &str,
    ) -> Result<Answer, Fate> {
        let rules = self.organisation_rules(subject).await?.gate;
        let by = &question.asked.by;
        if let Some(refusal) = self.may_not_override(subject, &rules, by).await? {
            return Ok(refusal);
        }
        let now = self.clock.now();
        let since = now.plus_ms(-RECENT_MS);
        let mut held = self.store.held_deployments(subject.id, since).await?;
        held.retain(|row| environment.is_none_or(|name| name == row.key.environment));
        if question.asked.on_pull {
            held.retain(|row| row.pulls.contains(&question.asked.issue));
        }
        let Some(newest) = held.first().cloned() else {
            return Ok(nothing_held(environment, question.asked.on_pull));
        };
        let mut environments: Vec<&str> =
            held.iter().map(|row| row.key.environment.as_str()).collect();
        environments.sort_unstable();
        environments.dedup();
        if environments.len() > 1 {
            return Ok(ambiguous_deployment(&environments));
        }
        let there = Some(newest.key.environment.clone());
        self.note(subject, question, newest.sha.clone(), Acknowledged::ALL, there, reason).await?;
        let same = |row: &&GateRow| row.sha == newest.sha;
        let waiting = held.iter().filter(same).filter(|row| is_waiting(row));
        let waiting = self.ask_again(waiting).await?;
        Ok(override_recorded(newest.sha.short(), &newest.key.environment, waiting > 0))
    }

    /// `acknowledge`: a condition of this pull request, as it stands, does not hold its deployment.
    pub(super) async fn acknowledge_condition(
        &self,
        subject: &Subject,
        question: Question<'_>,
        condition: &str,
        reason: &str,
    ) -> Result<Answer, Fate> {
        // What the gate's own rules name is the organisation's to override; the conditions of a
        // change are for those who may change the repository.
        let of_gate: BTreeSet<String> = subject
            .evaluators(self)
            .catalogue()
            .gate
            .iter()
            .map(|rule| rule.condition().to_owned())
            .collect();
        if of_gate.contains(condition) {
            let rules = self.organisation_rules(subject).await?.gate;
            let by = &question.asked.by;
            if let Some(refusal) = self.may_not_override(subject, &rules, by).await? {
                return Ok(refusal);
            }
        }
        let pull = subject.github.pull(&subject.name, question.asked.issue).await?;
        let head = pull.head.sha;
        let since = self.clock.now().plus_ms(-RECENT_MS);
        let mut held = self.store.held_deployments(subject.id, since).await?;
        held.retain(|row| row.pulls.contains(&question.asked.issue));
        let report = self.store.risk_report(subject.id, &head).await?;
        let known = known_conditions(of_gate, report.as_deref(), &held);
        if !known.contains(condition) {
            return Ok(no_such_condition(condition, &known));
        }
        self.note(subject, question, head.clone(), condition, None, reason).await?;
        let waiting = self.ask_again(held.iter().filter(|row| is_waiting(row))).await?;
        Ok(acknowledged(condition, head.short(), held.len(), waiting))
    }

    async fn note(
        &self,
        subject: &Subject,
        question: Question<'_>,
        sha: Sha,
        condition: &str,
        environment: Option<String>,
        reason: &str,
    ) -> Result<(), Fate> {
        let (asked, given) = (question.asked, self.clock.now());
        let said = Acknowledged {
            condition: condition.to_owned(),
            environment,
            // The row's commit tells it.
            change: None,
            by: asked.by.clone(),
            reason: reason.to_owned(),
            at: given.to_rfc3339(),
        };
        let (issue, comment) = (asked.issue, asked.comment);
        let row = AcknowledgementRow { repo: subject.id, sha, said, issue, comment, given };
        Ok(self.store.acknowledge(&row).await?)
    }

    /// Deployments that wait are asked about at once; tells how many there are.
    async fn ask_again<'a>(&self, rows: impl Iterator<Item = &'a GateRow>) -> Result<usize, Fate> {
        let jobs: Vec<_> = rows.map(|row| row.job.clone()).collect();
        self.store.enqueue(&jobs, self.clock.now()).await?;
        self.wake.notify_one();
        Ok(jobs.len())
    }

    /// Why somebody may not: they are in none of the organisation's teams for it or, where it
    /// names none, do not administer the repository.
    async fn may_not_override(
        &self,
        subject: &Subject,
        rules: &GateRules,
        login: &str,
    ) -> Result<Option<Answer>, Fate> {
        let teams = &rules.r#override;
        if teams.is_empty() {
            let administers = match subject.github.standing(&subject.name, login).await {
                Ok(standing) => standing.permission == "admin",
                Err(GitHubError::NotFound { .. }) => false,
                Err(error) => return Err(error.into()),
            };
            return Ok((!administers).then(|| may_not_override(teams, None)));
        }
        let (installation, account) = (subject.github.id(), subject.name.owner());
        Ok(match self.membership(installation, account, teams, login).await? {
            Membership::Member => None,
            Membership::Stranger => Some(may_not_override(teams, None)),
            Membership::Unknown(why) => Some(may_not_override(teams, Some(&why))),
        })
    }
}

/// What can be acknowledged: what rules of the gate are called, what every change may be said to be,
/// what was said of this one, and what rules of the organisation named when they held it.
fn known_conditions(
    of_gate: BTreeSet<String>,
    report: Option<&str>,
    held: &[GateRow],
) -> BTreeSet<String> {
    let mut known = of_gate;
    known.extend(condition::NAMES.map(str::to_owned));
    let said = report.and_then(|json| Risk::of_report(json, None));
    let said = said.map(|risk| risk.conditions).unwrap_or_default();
    known.extend(said.into_iter().map(|condition| condition.name));
    let decisions = held.iter().filter_map(|row| serde_json::from_str(&row.decision).ok());
    known.extend(decisions.flat_map(|decision: Decision| {
        decision.reasons.into_iter().map(|reason| reason.condition)
    }));
    known
}

fn is_waiting(row: &GateRow) -> bool {
    row.verdict == Verdict::Waiting && !row.answered
}
