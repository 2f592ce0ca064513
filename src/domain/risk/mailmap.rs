//! Who else is somebody? `.mailmap`, as Git reads it.
//!
//! Source: gitmailmap(5). A later line goes before an earlier one, and one that names the person goes
//! before one that names the address alone.

use std::collections::HashMap;

use super::people::Called;

/// Longest file that is read, in bytes.
const MAX_BYTES: usize = 256 * 1024;

/// Address, and name where the line has one, in small letters.
type Key = (String, Option<String>);
/// Name and address, where the line has them.
type Names = (Option<String>, Option<String>);

/// Names and addresses by which people are known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailmap {
    /// Whom Git meets → how they should be called.
    lines: HashMap<Key, Names>,
}

impl Mailmap {
    /// Reads the file; lines that mean nothing are passed over.
    pub fn parse(text: &str) -> Self {
        let mut map = Self::default();
        let text = if text.len() > MAX_BYTES { "" } else { text };
        for line in text.lines() {
            let line = line.split('#').next().unwrap_or_default();
            let Some((name, mail, rest)) = entry(line) else { continue };
            let (key, called) = match entry(rest) {
                Some((old, old_mail, _)) => ((old_mail, old), (name, Some(mail))),
                None => ((mail, None), (name, None)),
            };
            let (mail, old) = key;
            let key = (mail.to_lowercase(), old.map(|name| name.to_lowercase()));
            map.lines.insert(key, called);
        }
        map
    }

    /// Somebody, as they should be called.
    ///
    /// ```
    /// use waymark::domain::risk::mailmap::Mailmap;
    /// use waymark::domain::risk::people::Called;
    /// let map = Mailmap::parse("Ann A <ann@work.example> <ann@home.example>");
    /// let home = Called { mail: Some("Ann@Home.example".into()), ..Called::default() };
    /// let called = map.call(home);
    /// assert_eq!(called.mail.as_deref(), Some("ann@work.example"));
    /// assert_eq!(called.name.as_deref(), Some("Ann A"));
    /// ```
    #[must_use]
    pub fn call(&self, called: Called) -> Called {
        let Some(mail) = called.mail.as_deref().map(str::to_lowercase) else { return called };
        let name = called.name.as_deref().map(str::to_lowercase);
        let of_both = self.lines.get(&(mail.clone(), name.clone())).filter(|_| name.is_some());
        let Some((name, mail)) = of_both.or_else(|| self.lines.get(&(mail, None))) else {
            return called;
        };
        Called {
            login: called.login,
            mail: mail.clone().or(called.mail),
            name: name.clone().or(called.name),
        }
    }
}

/// `Name <address> rest`: each trimmed, an empty name left out.
fn entry(line: &str) -> Option<(Option<String>, String, &str)> {
    let (name, rest) = line.split_once('<')?;
    let (mail, rest) = rest.split_once('>')?;
    let (name, mail) = (name.trim(), mail.trim());
    let name = Some(name.to_owned()).filter(|name| !name.is_empty());
    (!mail.is_empty()).then(|| (name, mail.to_owned(), rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn called(map: &Mailmap, name: &str, mail: &str) -> (String, String) {
        let (name, mail) = (Some(name.to_owned()), Some(mail.to_owned()));
        let called = map.call(Called { login: None, mail, name });
        (called.name.unwrap_or_default(), called.mail.unwrap_or_default())
    }

    /// The examples of gitmailmap(5).
    #[test]
    fn all_four_kinds_of_lines_are_understood() {
        let map = Mailmap::parse(
            "# people\nJoe R. Developer <joe@example.com>\n<jane@example.com> <jane@laptop.(none)>\n\
             Jane Doe <jane@example.com> <jane@desktop.(none)> # at work\n\
             Jane Doe <jane@example.com> Joe <bugs@example.com>\nnonsense\n<\n<>\n",
        );
        let of = |name, mail| called(&map, name, mail);
        let pair = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        assert_eq!(of("joe", "joe@example.com"), pair("Joe R. Developer", "joe@example.com"));
        assert_eq!(of("J", "jane@laptop.(none)"), pair("J", "jane@example.com"));
        assert_eq!(of("J", "JANE@desktop.(none)"), pair("Jane Doe", "jane@example.com"));
        assert_eq!(of("Joe", "bugs@example.com"), pair("Jane Doe", "jane@example.com"));
        assert_eq!(of("Jim", "bugs@example.com"), pair("Jim", "bugs@example.com"));
    }
}
