//! What may somebody have meant who wrote a word that we do not know?

/// Longest list that an error repeats whole.
const SHORT_LIST: usize = 8;
/// So much of an unknown word is repeated.
const MAX_SHOWN: usize = 80;

/// The known word that is closest, if any is close: up to three slips, more in long words.
pub fn nearest<'a>(word: &str, known: &[&'a str]) -> Option<&'a str> {
    let word: String = word.chars().take(MAX_SHOWN).collect();
    let slips = |known: &&&str| strsim::damerau_levenshtein(&word, known);
    let near = known.iter().min_by_key(slips)?;
    // Three slips in a word of three letters are another word.
    let allowed = 3.max(word.len() / 4).min(word.chars().count().div_ceil(2));
    (slips(&near) <= allowed).then_some(*near)
}

/// "unknown key `polcies`; did you mean `policies`?"
pub fn unknown_word(what: &str, word: &str, known: &[&str]) -> String {
    let shown: String = word.chars().take(MAX_SHOWN).collect();
    match nearest(word, known) {
        Some(near) => format!("unknown {what} `{shown}`; did you mean `{near}`?"),
        None if known.len() <= SHORT_LIST => {
            format!("unknown {what} `{shown}`; known are {}", known.join(", "))
        }
        None if what == "policy" => {
            format!("unknown policy `{shown}`; `waymark policy list` shows what there is")
        }
        None => format!("unknown {what} `{shown}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slips_are_forgiven_and_other_words_are_not() {
        assert_eq!(nearest("chekc", &["check", "config"]), Some("check"));
        assert_eq!(nearest("polcies", &["path", "policies"]), Some("policies"));
        assert_eq!(nearest("frobnicate", &["check", "config"]), None);
        assert_eq!(nearest("x", &["risk"]), None);
        assert_eq!(nearest("x", &[]), None);
    }
}
