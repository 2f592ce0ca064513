//! Which deployments does a part of the organisation's file mean?

use std::collections::BTreeSet;

use crate::domain::config::{Scope, rollout};
use crate::domain::glob;

/// What a deployment is asked about as.
#[derive(Debug, Clone, Copy)]
pub struct At<'a> {
    /// The environment; `None`: any.
    pub environment: Option<&'a str>,
    /// `owner/name`.
    pub repository: &'a str,
    /// Teams that own the repository, without `@` and organisation, in lower case; `None`: nobody
    /// knows, so that it may be any.
    pub teams: Option<&'a BTreeSet<String>>,
}

/// Whether a scope of the organisation's file means this deployment.
pub fn covers(scope: &Scope, at: At<'_>) -> bool {
    let any = |globs: &[String], means: &dyn Fn(&String) -> bool| {
        globs.is_empty() || globs.iter().any(means)
    };
    let name = at.repository.rsplit('/').next().unwrap_or_default();
    let repository =
        |glob: &String| glob::matches(glob, if glob.contains('/') { at.repository } else { name });
    // GitHub's environments are one whatever the case of their letters.
    let lower = |text: &str| text.to_lowercase();
    let means = |glob: &String, there: &str| glob::matches(&lower(glob), &lower(there));
    at.environment.is_none_or(|there| any(&scope.environments, &|glob| means(glob, there)))
        && any(&scope.repositories, &repository)
        && at.teams.is_none_or(|teams| {
            let theirs = |team: &String| teams.contains(&rollout::bare_team(team));
            any(&scope.teams, &theirs)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_it_is_about_is_meant() {
        let teams = BTreeSet::from(["shop".to_owned()]);
        let here =
            At { environment: Some("production"), repository: "acme/shop", teams: Some(&teams) };
        let scope = |e: &[&str], r: &[&str], t: &[&str]| {
            let own = |list: &[&str]| list.iter().map(|s| (*s).to_owned()).collect();
            Scope { environments: own(e), repositories: own(r), teams: own(t) }
        };
        for wide in [
            scope(&[], &[], &[]),
            scope(&["staging", "prod*"], &["acme/*"], &["@acme/Shop"]),
            scope(&["Prod*"], &[], &[]),
            scope(&[], &["sh*"], &[]),
        ] {
            assert!(covers(&wide, here), "{wide:?}");
        }
        for narrow in [
            scope(&["staging"], &[], &[]),
            scope(&[], &["other/*"], &[]),
            scope(&[], &["payments"], &[]),
            scope(&[], &[], &["payments"]),
        ] {
            assert!(!covers(&narrow, here), "{narrow:?}");
        }
        // What nobody knows may be any.
        let somewhere = At { environment: None, teams: None, ..here };
        assert!(covers(&scope(&["staging"], &[], &["payments"]), somewhere));
        assert!(!covers(&scope(&[], &["payments"], &[]), somewhere));
    }
}
