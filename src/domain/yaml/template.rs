//! Is this file a template for YAML rather than YAML?

/// Whether `{{` stands outside quotes and comments, as Helm, Jinja and Go templates write it.
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
            (None, b'{') if bytes.get(at + 1) == Some(&b'{') && before != b'$' => return true,
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
        for text in ["a: {{ .Values.x }}", "{{- if .x }}", "a: don't {{ x }}", "x: 1\n- {{ y }}"] {
            assert!(has_template_marks(text), "{text}");
        }
        for text in
            ["a: \"{{ x }}\"", "a: '{{ x }}'", "a: 1 # {{ x }}", "a: ${{ x }}", "a: {b: {}}"]
        {
            assert!(!has_template_marks(text), "{text}");
        }
    }
}
