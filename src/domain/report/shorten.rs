//! How is hostile text shortened so that what comes of it still fits?
//!
//! One `@` becomes eight bytes of Markdown. So the text is shortened until its escaped form fits;
//! what is escaped is always whole, and no cut falls into an escape, an entity or a code span.

use super::escape;
use super::words::clip;

/// [`escape::markdown`] of as much of the text as makes at most `most` bytes.
pub fn markdown(text: &str, most: usize) -> String {
    within(text, most, escape::markdown)
}

/// [`escape::prose`], likewise.
pub fn prose(text: &str, most: usize) -> String {
    within(text, most, escape::prose)
}

/// [`escape::code_span`], likewise.
pub fn code_span(text: &str, most: usize) -> String {
    within(text, most, escape::code_span)
}

/// `escape` of the longest beginning (with an ellipsis where it ends early) that makes at most
/// `most` bytes; of the ellipsis alone where nothing does. `most` is no less than
/// what that takes: sixteen bytes do for every escape of ours.
pub fn within(text: &str, most: usize, escape: impl Fn(&str) -> String) -> String {
    // No byte becomes less than one.
    let whole = escape(&clip(text, most));
    if whole.len() <= most {
        return whole;
    }
    let (mut fits, mut exceeds) = (0, most);
    while exceeds - fits > 1 {
        let middle = fits + (exceeds - fits) / 2;
        if escape(&clip(text, middle)).len() <= most {
            fits = middle;
        } else {
            exceeds = middle;
        }
    }
    escape(&clip(text, fits))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_grows_is_cut_earlier() {
        assert_eq!(markdown("plain words", 16), "plain words");
        assert_eq!(markdown("plain words that go on", 16), "plain words t…");
        assert_eq!(markdown(&"@".repeat(100), 27), "@&#8203;@&#8203;@&#8203;…");
        assert_eq!(code_span(&"`".repeat(100), 16), "```` ```… ````");
    }

    proptest! {
        #[test]
        fn it_fits_and_is_whole(
            text in prop_oneof!["[@#<`é|:\\\\\u{202e}a-]{0,200}", any::<String>()],
            most in 16_usize..200,
        ) {
            for short in [markdown(&text, most), prose(&text, most), code_span(&text, most)] {
                prop_assert!(short.len() <= most, "{short:?}");
            }
            let short = markdown(&text, most);
            // Every entity and escape that begins also ends.
            prop_assert!(!short.replace("&#8203;", "").replace("&#96;", "").replace("&#124;", "")
                .replace("&#36;", "").replace("\\&", "").contains('&'), "{short:?}");
            let ends = short.chars().rev().take_while(|c| *c == '\\').count();
            prop_assert_eq!(ends % 2, 0, "{:?}", short);
        }
    }
}
