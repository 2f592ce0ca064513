//! Text → a tree that can be rendered. The parser is gotmpl's; what it is lax about is checked
//! here.

use std::borrow::Cow;
use std::rc::Rc;

use gotmpl::TemplateError;
use gotmpl::parse::{ListNode, Node, Parser};

use crate::domain::yaml::Lines;

use super::budget::Fault;

/// The parser follows `else if` by recursion that it does not count.
const MAX_ELSE_BRANCHES: usize = 200;
/// Longest template, in bytes: of a file nobody reads more, so this is for `tpl`.
const MAX_BYTES: usize = 1024 * 1024;
/// Stands behind the text while it is parsed. The parser takes a block without `end` and an `end`
/// without a block for the end of the text; then this is not what the tree ends with.
const END: &str = "\u{1}end of the template\u{1}";

/// A file's text, or the text given to `tpl`.
pub(super) struct Source {
    /// Its path, as error messages and `.Template.Name` show it.
    pub(super) file: Rc<str>,
    text: String,
    lines: Lines,
}

/// A named piece of a source.
#[derive(Clone)]
pub(super) struct Body {
    pub(super) source: Rc<Source>,
    pub(super) list: Rc<ListNode>,
}

/// What a text holds: its own body, and what it defines for others.
pub(super) struct Parsed {
    pub(super) body: Body,
    pub(super) defines: Vec<(Rc<str>, Body)>,
}

/// Parses a text.
pub(super) fn parse(file: &Rc<str>, text: &str) -> Result<Parsed, Fault> {
    if text.len() > MAX_BYTES {
        return Err(Fault::new(format!("is longer than {MAX_BYTES} bytes")).at(file, 1));
    }
    if let Some(line) = too_many_branches(text) {
        let message = format!("has more than {MAX_ELSE_BRANCHES} branches with `else`");
        return Err(Fault::new(message).at(file, line));
    }
    let whole = format!("{}{END}", without_trimming_comments(text));
    let parsed = Parser::new(&whole, "{{", "}}").and_then(Parser::parse);
    let (mut list, defines) = parsed.map_err(|error| told(file, error))?;
    let source = Source { file: Rc::clone(file), text: text.to_owned(), lines: Lines::of(text) };
    let source = Rc::new(source);
    if !take_end(&mut list) {
        let message = "an `end` is missing, or there is one too many";
        return Err(Fault::new(message).at(file, source.lines.at(text.len())));
    }
    let body = |list| Body { source: Rc::clone(&source), list: Rc::new(list) };
    let defines =
        defines.into_iter().map(|define| (Rc::from(define.name.as_str()), body(define.body)));
    Ok(Parsed { defines: defines.collect(), body: body(list) })
}

/// The parser lets `{{- /* … */}}` take away the white space behind it, too, which only `-}}` may
/// do. So such a comment becomes an action that prints nothing, byte for byte as long.
fn without_trimming_comments(text: &str) -> Cow<'_, str> {
    let mut out = String::new();
    let mut copied = 0;
    // Where the next comment ends: looked for once, however many beginnings stand before it.
    let mut end = 0;
    for (at, _) in text.match_indices("{{-") {
        let open = at + "{{-".len();
        let body = text.get(open..).unwrap_or("");
        let Some(rest) = body.strip_prefix([' ', '\t', '\r', '\n']) else { continue };
        if at < copied || !rest.starts_with("/*") {
            continue;
        }
        let inside = open + 1 + "/*".len();
        if end < inside {
            let Some(found) = text.get(inside..).and_then(|rest| rest.find("*/")) else { break };
            end = inside + found;
        }
        let close = end + "*/".len();
        if !text.get(close..).is_some_and(|rest| rest.starts_with("}}")) {
            continue;
        }
        out.push_str(text.get(copied..open + 1).unwrap_or(""));
        out.push_str("\"\"");
        let blank = |byte: &u8| if *byte == b'\n' { '\n' } else { ' ' };
        out.extend(text.as_bytes().get(inside..close).unwrap_or(&[]).iter().map(blank));
        copied = close;
    }
    if copied == 0 {
        return Cow::Borrowed(text);
    }
    out.push_str(text.get(copied..).unwrap_or(""));
    Cow::Owned(out)
}

/// Takes [`END`] off the tree, where it ends with it.
fn take_end(list: &mut ListNode) -> bool {
    let Some(Node::Text(last)) = list.nodes.last_mut() else { return false };
    let Some(rest) = last.text.strip_suffix(END) else { return false };
    if rest.is_empty() {
        list.nodes.pop();
    } else {
        last.text = rest.into();
    }
    true
}

/// The line on which there is one branch too many.
fn too_many_branches(text: &str) -> Option<u32> {
    let (at, _) = text.match_indices("else").nth(MAX_ELSE_BRANCHES)?;
    Some(Lines::of(text).at(at))
}

fn told(file: &Rc<str>, error: TemplateError) -> Fault {
    match error {
        TemplateError::Lex { line, message, .. } | TemplateError::Parse { line, message, .. } => {
            Fault::new(message).at(file, u32::try_from(line).unwrap_or(u32::MAX).max(1))
        }
        other => Fault::new(other.to_string()).at(file, 1),
    }
}

impl Source {
    /// The line on which a piece of text begins that the parser says begins at `offset`: white
    /// space that a trim marker took away is still counted there.
    pub(super) fn line_of(&self, offset: usize, text: &str) -> u32 {
        let rest = self.text.get(offset..).unwrap_or("");
        let trimmed = if rest.starts_with(text) { 0 } else { rest.len() - rest.trim_start().len() };
        self.lines.at(offset + trimmed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fault(text: &str) -> Option<(String, u32)> {
        let fault = parse(&"x.yaml".into(), text).err()?;
        Some((fault.message, fault.at?.1))
    }

    #[test]
    fn what_go_refuses_is_refused() {
        for text in ["{{ if .a }}\nb", "a\n{{ end }}b", "{{ else }}", "{{ define \"x\" }}a"] {
            let (message, _) = fault(text).expect("refused");
            assert!(message.contains("`end`"), "{text}: {message}");
        }
        for text in ["a: {{ .b", "{{ \"a }}", "{{ ) }}", "{{ $x := }}"] {
            assert!(fault(text).is_some(), "{text}");
        }
    }

    #[test]
    fn what_go_takes_is_taken() {
        for text in [
            "",
            "a",
            "{{- /* a */ -}}\n",
            "{{ if .a }}b{{ else if .c }}d{{ else }}e{{ end -}}\n",
            "{{ block \"x\" . }}a{{ end }}",
            "{{ `raw\n}} text` }}",
            "{{ (index .a 0).b.c | quote }}",
        ] {
            assert_eq!(fault(text), None, "{text}");
        }
    }

    #[test]
    fn only_a_marked_end_of_a_comment_trims() {
        for text in
            ["a {{- /* é\n*/}} b", "{{- /* */ -}} b", "{{/* */}}", "{{- `/*` */}}", "{{- /*"]
        {
            let changed = without_trimming_comments(text);
            assert_eq!(changed.len(), text.len());
            assert_eq!(changed.matches('\n').count(), text.matches('\n').count());
            assert_eq!(changed != text, text.contains("*/}}") && text.contains("- /*"), "{text}");
        }
        assert_eq!(without_trimming_comments("a {{- /* x */}} b"), "a {{- \"\"     }} b");
    }

    #[test]
    fn branches_and_bytes_are_bounded() {
        let text = format!("{{{{ if 0 }}}}{}{{{{ end }}}}", "{{ else if 0 }}".repeat(100_000));
        assert!(fault(&text).is_some());
        let text = "{{ else if 0 }}".repeat(MAX_ELSE_BRANCHES + 1);
        assert!(fault(&text).expect("refused").0.contains("branches"));
        assert!(fault(&"(".repeat(1_000)).is_none(), "text outside of actions is text");
        assert!(fault(&format!("{{{{ {} }}}}", "(".repeat(1_000))).is_some());
    }
}
