//! One text that is written in several pieces: `"DELETE " + "FROM users"`, and side by side in
//! Python and Ruby. What it does is known of the whole only.

use std::borrow::Cow;

use super::layout::Framework;

/// Bytes before a break in which a comment is looked for.
const NEAR: usize = 1_000;

/// A text in quotes.
pub(super) struct Quoted<'t> {
    /// Where its quote stands; of one that cannot be continued `None`.
    pub(super) open: Option<usize>,
    pub(super) start: usize,
    pub(super) text: &'t str,
    /// Behind the quote that closes it.
    pub(super) closed: Option<usize>,
}

/// A text with its pieces, each with its place.
pub(super) struct Joined<'t> {
    pub(super) at: usize,
    pub(super) text: Cow<'t, str>,
    pub(super) parts: Vec<(usize, &'t str)>,
}

/// Pieces that follow each other become one text. Line breaks between them stay where they may, so
/// that a statement is told by its own line.
pub(super) fn joined<'t>(
    framework: Framework,
    program: &'t str,
    texts: Vec<Quoted<'t>>,
) -> Vec<Joined<'t>> {
    let mut found: Vec<Joined<'t>> = Vec::new();
    let mut closed: Option<usize> = None;
    for Quoted { open, start, text, closed: end } in texts {
        let between = closed.zip(open).and_then(|(from, to)| program.get(from..to));
        let given = between.and_then(|between| Some((between, glue(framework, between)?)));
        match (given, found.last_mut()) {
            (Some((between, glue)), Some(last)) => {
                let whole = last.text.to_mut();
                whole.push_str(glue);
                // Within a word or behind a comment, a break would be read as what it is not.
                let tail = whole.floor_char_boundary(whole.len().saturating_sub(NEAR));
                let line = whole[tail..].rsplit('\n').next().unwrap_or("");
                let ends = |c: char| !c.is_alphanumeric() && c != '_';
                let may_break = !line.contains("--")
                    && !line.contains('#')
                    && (whole.ends_with(ends) || text.starts_with(ends));
                let breaks = between.matches('\n').count();
                whole.extend((0..breaks).filter(|_| may_break).map(|_| '\n'));
                whole.push_str(text);
                last.parts.push((start, text));
            }
            _ => found.push(Joined { at: start, text: text.into(), parts: vec![(start, text)] }),
        }
        closed = end;
    }
    found
}

/// What stands between two pieces of one text: nothing, or a name for what is not known; `None`:
/// they are two texts.
fn glue(framework: Framework, between: &str) -> Option<&'static str> {
    let python = matches!(framework, Framework::Alembic | Framework::Django);
    let ruby = framework == Framework::Rails;
    let comment = if python || ruby { "#" } else { "//" };
    let mut code = String::new();
    for line in between.split_inclusive('\n') {
        let (kept, comment) = line.split_once(comment).unwrap_or((line, ""));
        code.push_str(kept);
        code.extend(comment.ends_with('\n').then_some('\n'));
    }
    let prefix: &[char] = match framework {
        Framework::EntityFramework => &['@', '$'],
        _ if python => &['r', 'R', 'b', 'B', 'u', 'U', 'f', 'F'],
        _ => &[],
    };
    let code = code.trim_end_matches(prefix);
    let goes_on = python || (ruby && (!code.contains('\n') || code.contains('\\')));
    let sign: String = code.chars().filter(|c| !c.is_whitespace() && *c != '\\').collect();
    match sign.as_str() {
        "" => goes_on.then_some(""),
        "+" => Some(""),
        "<<" => ruby.then_some(""),
        _ => {
            let name = sign.strip_prefix('+').and_then(|name| name.strip_suffix('+'))?;
            let part =
                |c: char| c.is_alphanumeric() || matches!(c, '_' | '.' | '(' | ')' | '[' | ']');
            (!name.is_empty() && name.chars().all(part)).then_some("_")
        }
    }
}
