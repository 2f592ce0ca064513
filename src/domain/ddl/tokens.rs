//! An SQL text taken apart: statements, each a list of tokens. Comments are left out; what stands
//! in quotes is one token.

/// A piece of a statement.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Token<'t> {
    /// Without quotes.
    pub(super) text: &'t str,
    /// Where it starts, in bytes.
    pub(super) at: usize,
    pub(super) kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    Word,
    /// An identifier in quotes.
    Quoted,
    /// A text, also in dollars.
    Literal,
    /// One character.
    Sign,
}

impl Token<'_> {
    /// Whether it is this word, given in capitals.
    pub(super) fn is(&self, word: &str) -> bool {
        match self.kind {
            Kind::Word | Kind::Sign => self.text.eq_ignore_ascii_case(word),
            Kind::Quoted | Kind::Literal => false,
        }
    }

    pub(super) fn is_name(&self) -> bool {
        matches!(self.kind, Kind::Word | Kind::Quoted)
    }
}

/// The statements of a text, each without its `;`. Linear in the text.
pub(super) fn statements(text: &str) -> Vec<Vec<Token<'_>>> {
    let mut all = Vec::new();
    let mut current = Vec::new();
    let mut at = 0;
    while let Some((token, next)) = next(text, at) {
        at = next;
        match token {
            Some(token) if token.is(";") => all.push(std::mem::take(&mut current)),
            Some(token) => current.push(token),
            None => {}
        }
    }
    all.push(current);
    all.retain(|tokens| !tokens.is_empty());
    all
}

/// The token at `at` (none for blanks and comments) and where the next one starts.
fn next(text: &str, at: usize) -> Option<(Option<Token<'_>>, usize)> {
    let rest = text.get(at..)?;
    let first = rest.chars().next()?;
    let token = |kind, start: usize, end: usize| Some(Token { text: &text[start..end], at, kind });
    let until = |sign: &str, from: usize| {
        text[from..]
            .find(sign)
            .map_or((text.len(), text.len()), |n| (from + n, from + n + sign.len()))
    };
    if rest.starts_with("--") || (first == '#' && !rest.starts_with("#>")) {
        return Some((None, until("\n", at).1));
    }
    if rest.starts_with("/*") {
        return Some((None, until("*/", at + 2).1));
    }
    let ends = |close| {
        let (end, next) = until(close, at + 1);
        (end, next)
    };
    match first {
        '\'' => {
            let (end, next) = literal(text, at + 1);
            Some((token(Kind::Literal, at + 1, end), next))
        }
        '"' | '`' => {
            let (end, next) = ends(if first == '"' { "\"" } else { "`" });
            Some((token(Kind::Quoted, at + 1, end), next))
        }
        '[' if rest[1..].starts_with(|c: char| c.is_ascii_alphabetic()) => {
            let (end, next) = ends("]");
            Some((token(Kind::Quoted, at + 1, end), next))
        }
        '$' if dollar(rest).is_some() => {
            let tag = dollar(rest)?;
            let (end, next) = until(tag, at + tag.len());
            Some((token(Kind::Literal, at + tag.len(), end), next))
        }
        c if c.is_alphanumeric() || c == '_' => {
            let length = rest
                .find(|c: char| !c.is_alphanumeric() && c != '_' && c != '$')
                .unwrap_or(rest.len());
            Some((token(Kind::Word, at, at + length), at + length))
        }
        c if c.is_whitespace() => Some((None, at + c.len_utf8())),
        c => Some((token(Kind::Sign, at, at + c.len_utf8()), at + c.len_utf8())),
    }
}

/// The end of a text that starts at `from`, and what follows; `''` and `\'` are part of it.
fn literal(text: &str, from: usize) -> (usize, usize) {
    let bytes = text.as_bytes();
    let mut at = from;
    while at < bytes.len() {
        match bytes[at] {
            b'\\' => at += 1,
            b'\'' if bytes.get(at + 1) == Some(&b'\'') => at += 1,
            b'\'' => return (at, at + 1),
            _ => {}
        }
        at += 1;
    }
    (text.len(), text.len())
}

/// `$$` or `$tag$` at the start.
fn dollar(rest: &str) -> Option<&str> {
    let end = rest[1..].find('$')? + 2;
    let tag = &rest[1..end - 1];
    tag.chars().all(|c| c.is_alphanumeric() || c == '_').then(|| &rest[..end])
}

/// What a statement is about: the table of an `ALTER TABLE`, of the index that is made, …; its
/// name without schema, in lower case.
pub(super) fn target(tokens: &[Token<'_>]) -> Option<String> {
    let name = objects(tokens).into_iter().next()?;
    // A quoted name may hold a dot itself.
    Some(name.rsplit('\u{0}').next().unwrap_or_default().to_owned())
}

/// What a statement acts upon, in lower case, a NUL between a schema and a name; of a list that is
/// dropped or emptied, all.
pub(super) fn objects(tokens: &[Token<'_>]) -> Vec<String> {
    let Some(mut at) = first_name(tokens) else { return Vec::new() };
    let lists = tokens.first().is_some_and(|first| first.is("DROP") || first.is("TRUNCATE"));
    let is = |at: usize, word: &str| tokens.get(at).is_some_and(|t| t.is(word));
    let mut names = Vec::new();
    loop {
        let mut name = String::new();
        while let Some(token) = tokens.get(at).filter(|t| t.is_name()) {
            name.push_str(&token.text.to_lowercase());
            at += 1;
            if !is(at, ".") {
                break;
            }
            name.push('\u{0}');
            at += 1;
        }
        if name.is_empty() {
            return names;
        }
        names.push(name);
        if !lists || !is(at, ",") {
            return names;
        }
        at += 1;
    }
}

/// Where the name stands of what a statement is about.
fn first_name(tokens: &[Token<'_>]) -> Option<usize> {
    let first = tokens.first()?;
    let is_index = tokens.iter().take(4).any(|t| t.is("INDEX"));
    let skip: &[&str] = &["IF", "NOT", "EXISTS", "ONLY", "CONCURRENTLY", "FROM"];
    let start = if first.is("CREATE") && is_index {
        tokens.iter().position(|t| t.is("ON"))? + 1
    } else if ["DELETE", "UPDATE", "CLUSTER", "TRUNCATE"].iter().any(|word| first.is(word)) {
        1 + usize::from(tokens.get(1).is_some_and(|t| t.is("TABLE")))
    } else {
        let things = ["TABLE", "INDEX", "TYPE", "SCHEMA", "DATABASE", "VIEW"];
        tokens.iter().take(6).position(|t| things.iter().any(|thing| t.is(thing)))? + 1
    };
    let named = tokens[start..].iter().position(|t| !skip.iter().any(|word| t.is(word)))?;
    Some(start + named)
}
