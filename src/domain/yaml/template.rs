//! Is this file a template for YAML rather than YAML?

use super::Fault;

/// Lines up to the faulty one that may hold the cause: an expression may span some.
const WINDOW: usize = 3;

/// Whether a text does not parse because another program is to fill it in first: a template's mark
/// stands on the faulty line or shortly before it.
pub fn marks_explain(text: &str, fault: &Fault) -> bool {
    let end = usize::try_from(fault.line).unwrap_or(usize::MAX);
    let start = end.saturating_sub(WINDOW);
    text.lines().skip(start).take(end - start).any(line_has_mark)
}

/// Whether a word that parsed holds a template's mark: `{{` or `{%`.
pub fn holds_mark(word: &str) -> bool {
    word.contains("{{") || word.contains("{%")
}

/// Whether `{{` or `{%` stands outside quotes and comments, as Helm, Jinja and Go templates write it.
/// A look at the lines only (the text need not parse): quotes that span lines are not followed.
/// `${{ … }}` is an expression of GitHub or Backstage inside a scalar, not a template's mark.
pub fn has_template_marks(text: &str) -> bool {
    text.lines().any(line_has_mark)
}

fn line_has_mark(line: &str) -> bool {
    let mut quote = None;
    let mut before = b' ';
    let bytes = line.as_bytes();
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match (quote, byte) {
            (Some(b'"'), b'\\') => at += 1,
            (Some(open), _) if open == byte => quote = None,
            (Some(_), _) => {}
            (None, b'#') if before.is_ascii_whitespace() => return false,
            // A quote opens a scalar only where one may start; `don't` does not.
            (None, b'"' | b'\'') if !before.is_ascii_alphanumeric() => quote = Some(byte),
            (None, b'{') if matches!(bytes.get(at + 1), Some(b'{' | b'%')) && before != b'$' => {
                return true;
            }
            (None, _) => {}
        }
        before = byte;
        at += 1;
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marks_count_outside_quotes_and_comments() {
        for text in [
            "a: {{ .Values.x }}",
            "{{- if .x }}",
            "a: don't {{ x }}",
            "x: 1\n- {{ y }}",
            "{% if x %}",
        ] {
            assert!(has_template_marks(text), "{text}");
        }
        for text in
            ["a: \"{{ x }}\"", "a: '{{ x }}'", "a: 1 # {{ x }}", "a: ${{ x }}", "a: {b: {}}"]
        {
            assert!(!has_template_marks(text), "{text}");
        }
    }

    #[test]
    fn a_mark_explains_the_fault_that_it_causes() {
        let at = |line| Fault { line, message: String::new() };
        let text = "a: {{ x }}\nb: 1\nc: 2\nd: 3\n";
        for (line, explained) in [(0, false), (1, true), (3, true), (4, false), (u32::MAX, false)] {
            assert_eq!(marks_explain(text, &at(line)), explained, "{line}");
        }
    }
}
