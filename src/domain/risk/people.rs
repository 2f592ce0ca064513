//! Who is who? Logins, e-mail addresses and names that belong to one person become one number.
//!
//! The number says nothing of a person and nothing is kept about it but which files were touched.

use std::collections::HashMap;

use serde::{Deserialize, Serialize};

/// A person, as one repository's history knows them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Person(pub i64);

/// How somebody is called in one place; any of the parts may be missing.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Called {
    /// GitHub's login.
    pub login: Option<String>,
    /// E-mail address, after `.mailmap`.
    pub mail: Option<String>,
    /// As they write themselves, after `.mailmap`.
    pub name: Option<String>,
}

impl Called {
    /// What tells one person from another: `login:octocat`, `mail:a@b.example`. GitHub's own
    /// addresses hold the login: `1+octocat@users.noreply.github.com`. A bare name is the last
    /// resort.
    pub fn keys(&self) -> Vec<String> {
        let mut keys = Vec::new();
        let filled = |text: &Option<String>| {
            text.as_deref().map(str::trim).filter(|t| !t.is_empty()).map(str::to_lowercase)
        };
        if let Some(login) = filled(&self.login) {
            keys.push(format!("login:{login}"));
        }
        if let Some(mail) = filled(&self.mail) {
            match login_of(&mail) {
                Some(login) => keys.push(format!("login:{login}")),
                None => keys.push(format!("mail:{mail}")),
            }
        }
        if keys.is_empty()
            && let Some(name) = filled(&self.name)
        {
            keys.push(format!("name:{name}"));
        }
        keys.dedup();
        keys
    }

    /// Whether this is a program: GitHub marks Apps with `[bot]`, and some have accounts.
    pub fn is_bot(&self) -> bool {
        let parts = [&self.login, &self.mail, &self.name];
        parts.into_iter().flatten().any(|text| {
            let text = text.to_ascii_lowercase();
            let before_at = text.split('@').next().unwrap_or(&text);
            text.contains("[bot]") || BOTS.contains(&before_at) || BOTS.contains(&text.as_str())
        })
    }

    /// What to show: the login, else the name.
    pub fn shown(&self) -> Option<String> {
        let from_mail = || self.mail.as_deref().and_then(|m| login_of(&m.to_lowercase()));
        self.login.clone().or_else(from_mail).or_else(|| self.name.clone())
    }
}

/// Programs with ordinary accounts.
const BOTS: &[&str] = &[
    "dependabot",
    "dependabot-preview",
    "renovate",
    "renovate-bot",
    "renovate bot",
    "mend renovate",
    "whitesource renovate",
    "bot@renovateapp.com",
    "github-actions",
    "greenkeeper",
    "pyup-bot",
    "snyk-bot",
    "weblate",
    "allcontributors",
    "pre-commit-ci",
    "mergify",
    "bors",
    "k8s-ci-robot",
    "web-flow",
    "copilot-swe-agent",
];

/// `1+octocat@users.noreply.github.com` → `octocat`.
fn login_of(mail: &str) -> Option<String> {
    let local = mail.strip_suffix("@users.noreply.github.com")?;
    Some(local.rsplit_once('+').map_or(local, |(_, login)| login).to_owned())
}

/// Numbers people as they appear; whoever shares a key with somebody is the same.
#[derive(Debug, Clone, Default)]
pub struct People {
    known: HashMap<String, Person>,
    names: HashMap<Person, String>,
    /// A person who turned out to be another.
    same: HashMap<Person, Person>,
    next: i64,
}

impl People {
    /// Whose number this is; a new one for a new face, `None` when nothing tells them apart.
    ///
    /// ```
    /// use waymark::domain::risk::people::{Called, People};
    /// let mut people = People::default();
    /// let called = |login: &str, mail: &str| Called {
    ///     login: Some(login.into()),
    ///     mail: Some(mail.into()),
    ///     name: None,
    /// };
    /// let a = people.number(&called("ann", "ann@work.example"));
    /// let b = people.number(&called("", "3+ann@users.noreply.github.com"));
    /// assert_eq!(a, b);
    /// ```
    pub fn number(&mut self, called: &Called) -> Option<Person> {
        let keys = called.keys();
        let mut found: Vec<Person> =
            keys.iter().filter_map(|key| self.known.get(key)).map(|p| self.resolve(*p)).collect();
        found.sort();
        found.dedup();
        let person = match found.first() {
            Some(person) => *person,
            None if keys.is_empty() => return None,
            None => {
                self.next += 1;
                Person(self.next)
            }
        };
        for other in found.into_iter().filter(|other| *other != person) {
            self.same.insert(other, person);
        }
        for key in keys {
            self.known.insert(key, person);
        }
        if let Some(name) = called.shown() {
            self.names.entry(person).or_insert(name);
        }
        Some(person)
    }

    /// The number that stands for this one now.
    pub fn resolve(&self, person: Person) -> Person {
        let mut person = person;
        while let Some(other) = self.same.get(&person) {
            person = *other;
        }
        person
    }

    /// How to call somebody; text of theirs: escape it.
    pub fn name(&self, person: Person) -> Option<&str> {
        self.names.get(&self.resolve(person)).map(String::as_str)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(login: &str, mail: &str) -> Called {
        let some = |text: &str| Some(text.to_owned()).filter(|t| !t.is_empty());
        Called { login: some(login), mail: some(mail), name: None }
    }

    #[test]
    fn two_faces_turn_out_to_be_one_person() {
        let mut people = People::default();
        let work = people.number(&called("", "ann@work.example")).expect("named");
        let login = people.number(&called("ann", "")).expect("named");
        assert_ne!(work, login);
        let both = people.number(&called("ann", "Ann@Work.example")).expect("named");
        assert_eq!(people.resolve(login), people.resolve(work));
        assert_eq!(people.resolve(both), people.resolve(work));
        assert_eq!(people.number(&Called::default()), None);
    }

    #[test]
    fn programs_are_marked() {
        assert!(called("dependabot[bot]", "").is_bot());
        assert!(called("", "49699333+dependabot[bot]@users.noreply.github.com").is_bot());
        assert!(called("renovate-bot", "").is_bot());
        assert!(called("", "bot@renovateapp.com").is_bot());
        let named = Called { name: Some("Mend Renovate".to_owned()), ..Called::default() };
        assert!(named.is_bot());
        assert!(!called("", "bot@work.example").is_bot());
        assert!(!called("abbott", "abbott@example.org").is_bot());
    }
}
