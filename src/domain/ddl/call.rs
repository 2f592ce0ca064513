//! Which text belongs to an operation of a program? Its arguments, and what is chained to them.

use std::collections::BTreeSet;

use super::layout::Framework;

/// Text of one call that is looked at, in bytes.
const MAX_CALL: usize = 4_000;

/// An operation where it is called.
pub(super) struct Call<'t> {
    /// With its arguments: to the bracket that closes it, or what it has instead of brackets.
    pub(super) own: &'t str,
    /// With what is chained to it as well.
    pub(super) whole: &'t str,
}

/// The call of `name`, which stands at `at`.
pub(super) fn call<'t>(framework: Framework, text: &'t str, at: usize, name: &str) -> Call<'t> {
    let rest = &text[at..];
    let rest = &rest[..rest.floor_char_boundary(MAX_CALL.min(rest.len()))];
    if framework == Framework::Liquibase {
        let begins = text[..at].rfind('\n').map_or(0, |line| line + 1);
        let own = element(rest, name, at - begins);
        return Call { own, whole: own };
    }
    let behind = name.len() + generic(&rest[name.len()..]);
    if !rest[behind..].starts_with('(') {
        let own = &rest[..line(rest)];
        return Call { own, whole: own };
    }
    let own = behind + bracketed(&rest[behind..]);
    let mut end = own;
    if framework == Framework::Rails {
        // `do |t|`, `if …`
        end += rest[end..].find(['\n', ';']).unwrap_or(rest.len() - end);
    }
    while let Some(next) = chained(&rest[end..]) {
        end += next;
    }
    Call { own: &rest[..own], whole: &rest[..end] }
}

/// The length of `<string>` behind a name.
fn generic(text: &str) -> usize {
    let end = text.strip_prefix('<').and_then(|rest| rest.find('>'));
    let is_type = |end: &usize| text[1..=*end].chars().all(|c| !matches!(c, '(' | ' ' | '\n'));
    end.filter(is_type).map_or(0, |end| end + 2)
}

/// The length of what goes on with a dot, also on the next line: `.where('id', 1)`.
fn chained(text: &str) -> Option<usize> {
    let blank = text.len() - text.trim_start().len();
    let rest = text[blank..].strip_prefix('.').or_else(|| text[blank..].strip_prefix("?."))?;
    let dot = text.len() - rest.len();
    let name = rest.find(|c: char| !c.is_alphanumeric() && c != '_').unwrap_or(rest.len());
    let behind = &rest[name..];
    let brackets = if behind.starts_with('(') { bracketed(behind) } else { 0 };
    (name > 0).then_some(dot + name + brackets)
}

/// The length of what stands in brackets at the start of a text; all of it when they do not close.
pub(super) fn bracketed(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut end = text.len();
    scan(text, |at, c| {
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        end = at + 1;
        depth > 0
    });
    if depth == 0 { end } else { text.len() }
}

/// The length of a line with those that continue it, of a call without brackets.
fn line(text: &str) -> usize {
    let mut depth = 0_usize;
    let mut end = text.len();
    // Whether a line break that was looked at ends nothing; those that follow it do not, either.
    let mut goes_on = false;
    scan(text, |at, c| {
        let over = match c {
            ')' | ']' | '}' => depth == 0,
            ';' => depth == 0,
            '\n' if depth == 0 && !goes_on => {
                let before = text[..at].trim_end_matches([' ', '\t', '\r']);
                goes_on =
                    before.ends_with([',', '\\', '|']) || text[at..].trim_start().starts_with('.');
                !goes_on
            }
            _ => false,
        };
        match c {
            '(' | '[' | '{' => depth += 1,
            ')' | ']' | '}' => depth = depth.saturating_sub(1),
            _ => {}
        }
        goes_on &= c.is_whitespace();
        if over {
            end = at;
        }
        !over
    });
    end
}

/// Shows each character outside of quotes and comments, until it is told to stop.
fn scan(text: &str, mut see: impl FnMut(usize, char) -> bool) {
    let mut quote: Option<char> = None;
    let mut characters = text.char_indices();
    while let Some((at, c)) = characters.next() {
        match quote {
            Some(_) if c == '\\' => {
                characters.next();
            }
            // An apostrophe in a comment opens nothing.
            Some('\'') if c == '\n' => quote = None,
            Some(open) if c == open => quote = None,
            Some(_) => continue,
            None if matches!(c, '"' | '\'' | '`') => quote = Some(c),
            None => {}
        }
        let outside = quote.is_none() && !matches!(c, '"' | '\'' | '`' | '\\');
        if outside && !see(at, c) {
            return;
        }
    }
}

/// An element of XML, a block of YAML or an object of JSON; `column` is where its name stands.
fn element<'t>(text: &'t str, name: &str, column: usize) -> &'t str {
    let behind = text[name.len()..].trim_start();
    if behind.starts_with(':') && !name.starts_with('"') {
        return block(text, column);
    }
    if behind.starts_with('"') || behind.starts_with(':') {
        let open = text.find('{').unwrap_or(text.len());
        return &text[..open + bracketed(&text[open..])];
    }
    let Some(tag) = text.find('>') else { return text };
    if text[..tag].ends_with('/') {
        return &text[..=tag];
    }
    let close = format!("{}>", name.trim_start_matches('<'));
    let end = text[tag..].find(&close).map(|at| tag + at + close.len());
    &text[..end.unwrap_or(text.len())]
}

/// What is indented deeper than `column`.
fn block(text: &str, column: usize) -> &str {
    let mut end = 0;
    for (number, line) in text.split_inclusive('\n').enumerate() {
        let indent = line.len() - line.trim_start().len();
        if number > 0 && !line.trim().is_empty() && indent <= column {
            break;
        }
        end += line.len();
    }
    text[..end].trim_end()
}

/// What stands before an operation and belongs to it: `table.` of `table.drop()`, and what it is
/// chained to, also on the lines above.
pub(super) fn before(text: &str, at: usize) -> &str {
    let mut depth = 0_usize;
    let mut start = at;
    // What follows, but blanks.
    let mut next = text[at..].chars().next();
    for (index, c) in text[..at].char_indices().rev().take(MAX_CALL) {
        let over = match c {
            ')' | ']' => {
                depth += 1;
                false
            }
            '(' | '[' if depth > 0 => {
                depth -= 1;
                false
            }
            '(' | '[' => true,
            ';' | '{' | '}' | ',' | '>' | '|' => depth == 0,
            '\n' => depth == 0 && next != Some('.'),
            _ => false,
        };
        if over {
            break;
        }
        if !c.is_whitespace() {
            next = Some(c);
        }
        start = index;
    }
    text[start..at].trim_start()
}

/// Whether what a call is given is written in the program, and read as SQL: a text, what makes a
/// statement of one, or the name of one of `texts`.
pub(super) fn is_written(texts: &BTreeSet<&str>, arguments: &str) -> bool {
    const MAKERS: [&str; 7] = ["text", "dedent", "sql", "raw", "literal", "cleandoc", "SQL"];
    // Of what is put together by a call, the texts say nothing one by one.
    if [".join(", "].join", ".concat("].iter().any(|call| arguments.contains(call)) {
        return false;
    }
    let mut rest = arguments.trim_start_matches(BLANKS);
    loop {
        if is_text(rest) {
            return true;
        }
        let (name, behind) = word(rest);
        let last = name.rsplit('.').next().unwrap_or(name);
        let behind = behind.trim_start();
        rest = match behind.chars().next() {
            // The name of an argument.
            Some('=') if !name.is_empty() => behind[1..].trim_start_matches(BLANKS),
            Some('(') if MAKERS.contains(&last) => behind.trim_start_matches(BLANKS),
            Some('(') => {
                let filled = name.strip_suffix(".format");
                return filled.is_some_and(|name| texts.contains(name));
            }
            Some(')' | ',' | ';' | '\n') | None => return texts.contains(name),
            _ => return false,
        };
    }
}

/// What may stand before an argument.
const BLANKS: [char; 7] = ['(', '[', '{', ' ', '\n', '\r', '\t'];

/// A text in quotes, with its prefix, or Ruby's below the line.
fn is_text(text: &str) -> bool {
    let (prefix, rest) = word(text);
    rest.starts_with(['"', '\'', '`']) && !prefix.contains('.') || text.starts_with("<<")
}

/// The name at the start of a text, and what follows.
fn word(text: &str) -> (&str, &str) {
    let part_of_name = |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '$' | '@');
    text.split_at(text.find(|c: char| !part_of_name(c)).unwrap_or(text.len()))
}

/// The names of texts that a program declares: `DROP_OLD = "…"`, also with `const` before it.
pub(super) fn names_of_texts(text: &str) -> BTreeSet<&str> {
    let mut offset = 0;
    let mut found = BTreeSet::new();
    for line in text.split_inclusive('\n') {
        let code = line.trim_start();
        let at = offset + line.len() - code.len();
        offset += line.len();
        let mut declared = ["const ", "let ", "var ", "string "].iter();
        let declared = declared.find(|word| code.starts_with(**word)).map_or(0, |word| word.len());
        let (name, behind) = word(&text[at + declared..]);
        let given = behind.trim_start_matches(' ').strip_prefix('=');
        let given = given.map(|given| given.trim_start_matches([' ', '(', '\n', '\r']));
        if !name.is_empty() && given.is_some_and(is_text) {
            found.insert(name);
        }
    }
    found
}
