//! What does nunjucks spell otherwise than minijinja? Rewritten inside tags, before parsing.
//!
//! | nunjucks | minijinja |
//! |---|---|
//! | `a === b`, `a !== b` | `a == b`, `a != b` |
//! | `{% elseif %}`, `{% verbatim %}` | `{% elif %}`, `{% raw %}` |
//! | `list.length` | `list\|length` |
//! | `{% for key, value in map %}` | `{% for key, value in map\|pairs %}` |
//!
//! Newlines stay, so lines in complaints are those of the file.

/// Rewrites the tags of a text whose variables open with `opening` (`${{`).
pub(super) fn translate(text: &str, opening: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    loop {
        let variable = rest.find(opening);
        let block = rest.find("{%");
        let comment = rest.find("{#");
        let next = [variable, block, comment].into_iter().flatten().min();
        let Some(at) = next else {
            out.push_str(rest);
            return out;
        };
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (open, close) = if variable == Some(at) {
            (opening, "}}")
        } else if block == Some(at) {
            ("{%", "%}")
        } else {
            ("{#", "#}")
        };
        let body = &rest[open.len()..];
        let Some(end) = end_of(body, close, open == "{#") else {
            out.push_str(rest);
            return out;
        };
        let inner = &body[..end];
        rest = &body[end + close.len()..];
        out.push_str(open);
        match open {
            "{#" => out.push_str(inner),
            "{%" => out.push_str(&block_of(inner)),
            _ => out.push_str(&translate_expression(inner)),
        }
        out.push_str(close);
        let word = if open == "{%" { first_word(inner) } else { "" };
        if matches!(word, "raw" | "verbatim") {
            let (raw, after) = raw_of(rest, word);
            out.push_str(raw);
            rest = after;
        }
    }
}

/// Rewrites one expression.
pub(super) fn translate_expression(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut quote = None;
    let mut escaped = false;
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        if let Some(mark) = quote {
            if escaped {
                escaped = false;
            } else if c == '\\' {
                escaped = true;
            } else if c == mark {
                quote = None;
            }
            out.push(c);
            continue;
        }
        let rest = &text[at..];
        if matches!(c, '"' | '\'') {
            quote = Some(c);
            out.push(c);
        } else if let Some(short) =
            rest.starts_with("===").then_some("==").or(rest.starts_with("!==").then_some("!="))
        {
            out.push_str(short);
            chars.nth(1);
        } else if rest.starts_with(".length") && !continues(&rest[7..]) {
            out.push_str("|length");
            chars.nth(5);
        } else {
            out.push(c);
        }
    }
    out
}

fn continues(rest: &str) -> bool {
    rest.starts_with(|c: char| c.is_alphanumeric() || matches!(c, '_' | '('))
}

/// Where `close` is, outside of quotes unless in a comment.
fn end_of(body: &str, close: &str, is_comment: bool) -> Option<usize> {
    if is_comment {
        return body.find(close);
    }
    let mut quote = None;
    let mut escaped = false;
    for (at, c) in body.char_indices() {
        match quote {
            Some(_) if escaped => escaped = false,
            Some(_) if c == '\\' => escaped = true,
            Some(mark) if c == mark => quote = None,
            Some(_) => {}
            None if matches!(c, '"' | '\'') => quote = Some(c),
            None if body[at..].starts_with(close) => return Some(at),
            None => {}
        }
    }
    None
}

fn first_word(inner: &str) -> &str {
    let inner = inner.trim_start_matches(['-', '+']).trim_start();
    inner.split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default()
}

/// The text up to the end of a raw block, and what begins with its end tag.
fn raw_of<'t>(text: &'t str, word: &str) -> (&'t str, &'t str) {
    let mut from = 0;
    while let Some(at) = text[from..].find("{%").map(|at| from + at) {
        if first_word(&text[at + 2..]) == format!("end{word}") {
            return text.split_at(at);
        }
        from = at + 2;
    }
    (text, "")
}

fn block_of(inner: &str) -> String {
    let word = first_word(inner);
    let renamed = match word {
        "elseif" => "elif",
        "verbatim" => "raw",
        "endverbatim" => "endraw",
        _ => word,
    };
    let body = translate_expression(&inner.replacen(word, renamed, 1));
    if word != "for" {
        return body;
    }
    // `for key, value in EXPRESSION`
    let Some((targets, list)) = body.split_once(" in ") else { return body };
    if !targets.contains(',') {
        return body;
    }
    let dash = if list.trim_end().ends_with('-') { "-" } else { "" };
    let list = list.trim_end().trim_end_matches('-').trim();
    format!("{targets} in ({list})|pairs {dash}")
}

#[cfg(test)]
mod tests {
    use super::translate;

    #[test]
    fn tags_are_rewritten_and_nothing_else() {
        for (text, expected) in [
            ("a === b ${{ a === 'x === y' }}", "a === b ${{ a == 'x === y' }}"),
            ("{% if x !== 1 %}{% elseif y %}", "{% if x != 1 %}{% elif y %}"),
            ("${{ values.list.length > 0 }}", "${{ values.list|length > 0 }}"),
            ("${{ a.lengths }} .length", "${{ a.lengths }} .length"),
            ("{%- for k, v in values.m -%}", "{%- for k, v in (values.m)|pairs -%}"),
            ("{% for x in xs %}", "{% for x in xs %}"),
            ("{% raw %}${{ a === b }}{% endraw %}", "{% raw %}${{ a === b }}{% endraw %}"),
            ("{% verbatim %}{{ a === b }}{% endverbatim %}", "{% raw %}{{ a === b }}{% endraw %}"),
            ("{# a === b #}${{ '}}' ~ 1 }}", "{# a === b #}${{ '}}' ~ 1 }}"),
            ("${{ '${{' }} github.sha }}", "${{ '${{' }} github.sha }}"),
            ("${{ never closed === ", "${{ never closed === "),
        ] {
            assert_eq!(translate(text, "${{"), expected);
        }
    }
}
