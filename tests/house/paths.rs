//! Which paths does a source name, and what do they mean seen from the crate's root?

use std::collections::BTreeMap;

use super::tokens::{Kind, Token, tokens};

/// One path in a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Named {
    /// Where, from 1.
    pub(crate) line: u32,
    /// `["crate", "edge", "store"]` for our own, `["sqlx", "query"]` for others'. `*` ends a glob.
    pub(crate) segments: Vec<String>,
    /// Stands in code that only tests compile.
    pub(crate) in_test: bool,
}

/// What a source names.
#[derive(Debug, Default)]
pub(crate) struct Scan {
    /// Every path with at least two segments, and every import.
    pub(crate) named: Vec<Named>,
    /// Bare words outside of tests, such as `async`.
    pub(crate) words: Vec<(u32, String)>,
    /// Modules in files of their own that only tests compile, by their full path.
    pub(crate) test_modules: Vec<Vec<String>>,
}

/// Reads one source; `module` is its place in the crate: `["edge", "store"]`.
pub(crate) fn scan(module: &[String], text: &str) -> Scan {
    let list = tokens(text);
    // Imports first: what they name may be used above them.
    let names = Reader::over(&list, module, BTreeMap::new()).names;
    Reader::over(&list, module, names).scan
}

/// The module that a file under `src/` is.
pub(crate) fn module_of(file: &str) -> Vec<String> {
    let inner = file.trim_start_matches("src/").trim_end_matches(".rs");
    let mut parts: Vec<String> = inner.split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| matches!(last.as_str(), "mod" | "lib" | "main")) {
        parts.pop();
    }
    parts
}

struct Reader<'t> {
    list: &'t [Token],
    at: usize,
    module: Vec<String>,
    /// Open braces: whether each opened a module, and whether it began test code.
    scopes: Vec<(bool, bool)>,
    /// Behind `#[cfg(test)]`, until the item it belongs to ends or opens.
    test_next: bool,
    nesting: i32,
    /// What imports bring in, by the name they bring.
    names: BTreeMap<String, Vec<String>>,
    known: BTreeMap<String, Vec<String>>,
    scan: Scan,
}

impl<'t> Reader<'t> {
    fn over(list: &'t [Token], module: &[String], known: BTreeMap<String, Vec<String>>) -> Self {
        let mut reader = Self {
            list,
            at: 0,
            module: module.to_vec(),
            scopes: Vec::new(),
            test_next: false,
            nesting: 0,
            names: BTreeMap::new(),
            known,
            scan: Scan::default(),
        };
        while reader.at < list.len() {
            reader.step();
        }
        reader
    }

    fn word(&self, at: usize) -> Option<&'t str> {
        self.list.get(at).and_then(Token::word)
    }

    fn sign(&self, at: usize, sign: char) -> bool {
        self.list.get(at).is_some_and(|token| token.is(sign))
    }

    fn colons(&self, at: usize) -> bool {
        self.list.get(at).is_some_and(|token| token.kind == Kind::Colons)
    }

    fn in_test(&self) -> bool {
        self.test_next || self.scopes.iter().any(|(_, test)| *test)
    }

    fn step(&mut self) {
        let at = self.at;
        self.at += 1;
        match &self.list[at].kind {
            Kind::Sign('{') => {
                self.scopes.push((false, std::mem::take(&mut self.test_next)));
            }
            Kind::Sign('}') => {
                if let Some((true, _)) = self.scopes.pop() {
                    self.module.pop();
                }
            }
            Kind::Sign('(' | '[') => self.nesting += 1,
            Kind::Sign(')' | ']') => self.nesting -= 1,
            Kind::Sign(';') if self.nesting == 0 => self.test_next = false,
            Kind::Sign('#') => self.attribute(at),
            Kind::Word(word) if word == "mod" => self.declared(at),
            Kind::Word(word) if word == "use" => self.import(),
            Kind::Word(_) => self.path(at),
            Kind::Sign(_) | Kind::Colons => {}
        }
    }

    /// `#[cfg(test)]`, also as a part of `any(…)` or `all(…)`; `#![cfg(test)]` for a whole file.
    fn attribute(&mut self, at: usize) {
        let inner = usize::from(self.sign(at + 1, '!'));
        if self.word(at + inner + 2) != Some("cfg") {
            return;
        }
        let rest = &self.list[at..];
        let end = rest.iter().position(|token| token.is(']')).unwrap_or(rest.len());
        let words: Vec<&str> = rest[..end].iter().filter_map(Token::word).collect();
        if words.contains(&"test") && !words.contains(&"not") {
            if inner == 1 {
                self.scopes.insert(0, (false, true));
            } else {
                self.test_next = true;
            }
        }
    }

    fn declared(&mut self, at: usize) {
        let Some(name) = self.word(at + 1) else { return };
        let mut full = self.module.clone();
        full.push(name.to_owned());
        if self.sign(at + 2, '{') {
            self.scopes.push((true, std::mem::take(&mut self.test_next)));
            self.module = full;
            self.at = at + 3;
            return;
        }
        if self.in_test() {
            self.scan.test_modules.push(full.clone());
        }
        full.insert(0, "crate".to_owned());
        self.names.insert(name.to_owned(), full);
        self.at = at + 2;
    }

    fn import(&mut self) {
        let start = self.at;
        let mut end = start;
        while end < self.list.len() && !self.sign(end, ';') {
            end += 1;
        }
        self.tree(start, end, &[]);
        self.at = end;
    }

    /// Reads the use tree in `from..to` below `prefix`.
    fn tree(&mut self, from: usize, to: usize, prefix: &[String]) {
        let mut segments = prefix.to_vec();
        let mut at = from;
        while at < to {
            match &self.list[at].kind {
                Kind::Sign('{') => {
                    for (from, to) in self.branches(at + 1, to) {
                        self.tree(from, to, &segments);
                    }
                    return;
                }
                Kind::Word(word) if word == "as" => {
                    let alias = self.word(at + 1).unwrap_or("_");
                    return self.imported(self.list[at].line, segments, alias);
                }
                Kind::Word(word) => segments.push(word.clone()),
                Kind::Sign('*') => segments.push("*".to_owned()),
                Kind::Sign(_) | Kind::Colons => {}
            }
            at += 1;
        }
        let line = self.list[from.min(self.list.len() - 1)].line;
        if segments.len() > 1 && segments.last().is_some_and(|last| last == "self") {
            segments.pop();
        }
        let name = segments.last().cloned().unwrap_or_default();
        if !name.is_empty() {
            self.imported(line, segments, &name);
        }
    }

    /// The parts between commas, up to the brace that closes.
    fn branches(&self, from: usize, to: usize) -> Vec<(usize, usize)> {
        let (mut parts, mut start, mut depth) = (Vec::new(), from, 0);
        for at in from..to {
            match self.list[at].kind {
                Kind::Sign('{') => depth += 1,
                Kind::Sign('}') if depth > 0 => depth -= 1,
                Kind::Sign('}') => {
                    parts.push((start, at));
                    break;
                }
                Kind::Sign(',') if depth == 0 => {
                    parts.push((start, at));
                    start = at + 1;
                }
                _ => {}
            }
        }
        parts.retain(|(from, to)| from < to);
        parts
    }

    fn imported(&mut self, line: u32, segments: Vec<String>, name: &str) {
        let full = self.resolve(segments);
        self.names.insert(name.to_owned(), full.clone());
        self.record(line, full);
    }

    fn path(&mut self, at: usize) {
        let word = self.list[at].word().unwrap_or_default();
        let before = at.checked_sub(1);
        let follows_colons = before.is_some_and(|b| self.colons(b));
        if before.is_some_and(|b| self.sign(b, '.')) && word != "await" {
            return;
        }
        if follows_colons {
            let owner = at.checked_sub(2).map(|b| &self.list[b]);
            if owner.is_some_and(|token| token.word().is_some() || token.is('>')) {
                return;
            }
        }
        if !self.in_test() {
            self.scan.words.push((self.list[at].line, word.to_owned()));
        }
        let mut segments = vec![word.to_owned()];
        let mut next = at + 1;
        while self.colons(next) {
            let Some(word) = self.word(next + 1) else { break };
            segments.push(word.to_owned());
            next += 2;
        }
        if segments.len() > 1 {
            let full = self.resolve(segments);
            self.record(self.list[at].line, full);
            self.at = next;
        }
    }

    fn record(&mut self, line: u32, segments: Vec<String>) {
        self.scan.named.push(Named { line, segments, in_test: self.in_test() });
    }

    fn resolve(&self, segments: Vec<String>) -> Vec<String> {
        let own = |module: &[String], rest: &[String]| -> Vec<String> {
            let root = std::iter::once("crate".to_owned());
            root.chain(module.iter().cloned()).chain(rest.iter().cloned()).collect()
        };
        match segments[0].as_str() {
            "crate" | "waymark" => own(&[], &segments[1..]),
            "self" => own(&self.module, &segments[1..]),
            "super" => {
                let up = segments.iter().take_while(|s| *s == "super").count();
                let kept = self.module.len().saturating_sub(up);
                own(&self.module[..kept], &segments[up..])
            }
            first => match self.known.get(first) {
                Some(full) => full.iter().chain(&segments[1..]).cloned().collect(),
                None => segments,
            },
        }
    }
}
