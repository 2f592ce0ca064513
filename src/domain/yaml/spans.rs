//! Which lines does a JSON pointer name?

use std::borrow::Cow;

/// Pointer → first and last line, for every value of one document. Holds hashes instead of
/// pointers: 16 bytes a value.
#[derive(Debug, Clone, Default)]
pub struct SpanTable {
    /// Sorted by hash.
    rows: Vec<(u64, u32, u32)>,
}

impl SpanTable {
    /// First and last line of the value at `pointer` (RFC 6901), from its key on when it has one.
    /// When there is no such value, the first line of its nearest ancestor: a policy that misses
    /// a field points to where the field belongs. `None` for an empty table.
    pub fn lines(&self, pointer: &str) -> Option<(u32, u32)> {
        let mut hash = ROOT;
        let mut found = self.find(hash);
        for token in pointer.split('/').skip(1) {
            hash = child(hash, &unescape_token(token));
            found = self.find(hash).or(found.map(|(first, _)| (first, first)));
        }
        found
    }

    /// A table of given pointers, for files that are no YAML but are pointed into all the same.
    pub fn of(places: impl IntoIterator<Item = (String, (u32, u32))>) -> Self {
        let row = |(pointer, (first, last)): (String, (u32, u32))| {
            let tokens = pointer.split('/').skip(1);
            (tokens.fold(ROOT, |hash, token| child(hash, &unescape_token(token))), first, last)
        };
        Self::from_rows(places.into_iter().map(row).collect())
    }

    /// The table of the text that this document was made from, line by line.
    pub fn translated(mut self, line: impl Fn(u32) -> u32) -> Self {
        for (_, first, last) in &mut self.rows {
            (*first, *last) = (line(*first), line(*last));
            *last = (*last).max(*first);
        }
        self
    }

    pub(super) fn from_rows(mut rows: Vec<(u64, u32, u32)>) -> Self {
        rows.sort_unstable();
        Self { rows }
    }

    fn find(&self, hash: u64) -> Option<(u32, u32)> {
        let index = self.rows.binary_search_by_key(&hash, |row| row.0).ok()?;
        self.rows.get(index).map(|row| (row.1, row.2))
    }
}

/// A key as it stands in a JSON pointer: `app.kubernetes.io/name` → `app.kubernetes.io~1name`.
pub fn escape_token(key: &str) -> Cow<'_, str> {
    if key.contains(['~', '/']) {
        Cow::Owned(key.replace('~', "~0").replace('/', "~1"))
    } else {
        Cow::Borrowed(key)
    }
}

fn unescape_token(token: &str) -> Cow<'_, str> {
    if token.contains('~') {
        Cow::Owned(token.replace("~1", "/").replace("~0", "~"))
    } else {
        Cow::Borrowed(token)
    }
}

/// The hash of the empty pointer (FNV-1a's offset basis).
pub(super) const ROOT: u64 = 0xcbf2_9ce4_8422_2325;

/// The hash of the pointer one token below `parent`. Fixed, not keyed: equal files give equal
/// tables, and who constructs a collision misplaces a line in a file of their own.
pub(super) fn child(parent: u64, token: &str) -> u64 {
    // 0xff never occurs in UTF-8, so tokens cannot run into each other.
    token
        .bytes()
        .chain([0xff])
        .fold(parent, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3))
}
