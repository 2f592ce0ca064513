//! What was there before? The findings of the base commit, to be compared with the head's.

use std::collections::{BTreeMap, HashMap, VecDeque};

use super::finding::Finding;
use super::ids::Sha;
use super::policy::outcome::Evaluation;
use super::waiver::Waiver;

/// Findings and files of the commit that a change starts from.
#[derive(Debug, Clone, Default)]
pub struct Baseline {
    /// Findings by fingerprint, in the order of their lines, each with the comment that waives it:
    /// two equal faults before and three after make one new.
    findings: HashMap<Fingerprint, VecDeque<Option<Waiver>>>,
    /// Blob of each file that policies read.
    files: BTreeMap<String, Option<Sha>>,
    /// The other way round, for files that moved.
    paths: HashMap<Sha, Vec<String>>,
}

type Fingerprint = (String, Option<String>, Option<String>, String);

fn fingerprint(finding: &Finding, path: Option<&str>) -> Fingerprint {
    let (policy, _, resource, message) = finding.fingerprint();
    (policy.to_owned(), path.map(str::to_owned), resource.map(str::to_owned), message.to_owned())
}

impl Baseline {
    /// From the base's evaluation and the blobs of the files that it read.
    pub fn new(evaluation: &Evaluation, files: BTreeMap<String, Option<Sha>>) -> Self {
        Self::with_waivers(evaluation, files, &[])
    }

    /// The same with the waivers in the base's comments. Lines move, so a comment of the base is
    /// carried to the head by the finding that it covers: what is the same fault by path,
    /// resource and message is waived with it.
    pub fn with_waivers(
        evaluation: &Evaluation,
        files: BTreeMap<String, Option<Sha>>,
        inline: &[Waiver],
    ) -> Self {
        let mut found: Vec<&Finding> =
            evaluation.outcomes.iter().flat_map(|o| &o.findings).collect();
        found.sort_by_key(|finding| finding.place.start_line);
        let mut findings: HashMap<Fingerprint, VecDeque<Option<Waiver>>> = HashMap::new();
        for finding in found {
            let waiver = inline.iter().find(|waiver| waiver.covers(finding)).cloned();
            let key = fingerprint(finding, finding.place.path.as_deref());
            findings.entry(key).or_default().push_back(waiver);
        }
        let mut paths: HashMap<Sha, Vec<String>> = HashMap::new();
        for (path, blob) in &files {
            if let Some(blob) = blob {
                paths.entry(blob.clone()).or_default().push(path.clone());
            }
        }
        Self { findings, files, paths }
    }

    /// Whether the head's blob at `path` differs from the base's: the change touches the file.
    pub fn touches(&self, path: &str, head: Option<&Sha>) -> bool {
        match self.files.get(path) {
            None => true,
            // Without object names (a plain folder) nothing can be told apart.
            Some(None) => true,
            Some(base) => base.as_ref() != head,
        }
    }

    /// Takes one finding out of the baseline, if it is there: then it is *existing*, and comes
    /// with the comment that waives it. A file that was moved without a change keeps its
    /// findings: its old path is looked up by its blob.
    pub fn take(&mut self, finding: &Finding, head: Option<&Sha>) -> Option<Option<Waiver>> {
        let path = finding.place.path.as_deref();
        if let Some(taken) = self.take_at(finding, path) {
            return Some(taken);
        }
        let olds = head.and_then(|head| self.paths.get(head)).cloned().unwrap_or_default();
        olds.iter().find_map(|old| self.take_at(finding, Some(old)))
    }

    fn take_at(&mut self, finding: &Finding, path: Option<&str>) -> Option<Option<Waiver>> {
        self.findings.get_mut(&fingerprint(finding, path))?.pop_front()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::finding::Place;
    use crate::domain::ids::PolicyId;
    use crate::domain::policy::outcome::{Outcome, Status};

    fn finding(path: &str, line: u32) -> Finding {
        Finding {
            policy: PolicyId::parse("container/non_root_user").expect("valid"),
            message: "runs as root".to_owned(),
            place: Place {
                path: Some(path.to_owned()),
                start_line: Some(line),
                end_line: Some(line),
                pointer: None,
            },
            resource: None,
            remediation: None,
            fixable: false,
        }
    }

    fn baseline(findings: Vec<Finding>, files: &[(&str, &Sha)]) -> Baseline {
        let policy = PolicyId::parse("container/non_root_user").expect("valid");
        let outcome = Outcome::new(policy, Status::Fail, None, findings);
        let evaluation = Evaluation {
            library: String::new(),
            outcomes: vec![outcome],
            excluded_files: 0,
            early: Default::default(),
        };
        let files = files.iter().map(|(p, s)| ((*p).to_owned(), Some((*s).clone()))).collect();
        Baseline::new(&evaluation, files)
    }

    #[test]
    fn lines_may_move_but_a_second_fault_is_new() {
        let blob = Sha::parse(&"a".repeat(40)).expect("valid");
        let mut base = baseline(vec![finding("Dockerfile", 3)], &[("Dockerfile", &blob)]);
        assert!(base.take(&finding("Dockerfile", 9), None).is_some());
        assert!(base.take(&finding("Dockerfile", 3), None).is_none());
    }

    #[test]
    fn a_moved_file_keeps_its_findings() {
        let blob = Sha::parse(&"a".repeat(40)).expect("valid");
        let mut base = baseline(vec![finding("Dockerfile", 3)], &[("Dockerfile", &blob)]);
        assert!(base.take(&finding("docker/Dockerfile", 3), Some(&blob)).is_some());
    }
}
