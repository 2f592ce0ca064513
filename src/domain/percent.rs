//! How does a text stand in a URL?

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// All but the unreserved characters of RFC 3986, section 2.3.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');

/// As one path segment or query value: everything but unreserved characters is escaped.
///
/// ```
/// assert_eq!(waymark::domain::percent::escape("a b/é?#%~"), "a%20b%2F%C3%A9%3F%23%25~");
/// ```
pub fn escape(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}
