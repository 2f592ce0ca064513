//! Does a path belong to a rule of `CODEOWNERS`? The rules are those of `.gitignore` but for
//! negation and character ranges, and `docs/*` does not reach below `docs`.

/// Longest pattern in bytes; a longer one matches nothing.
const MAX_PATTERN_BYTES: usize = 1_000;

/// Whether the rule's pattern covers the file. Takes time in proportion to the product of both
/// lengths.
pub(super) fn matches(pattern: &str, path: &str) -> bool {
    if pattern.len() > MAX_PATTERN_BYTES {
        return false;
    }
    let folder_only = pattern.ends_with('/');
    let trimmed = pattern.trim_end_matches('/');
    let anchored = trimmed.contains('/');
    let trimmed = trimmed.trim_start_matches('/');
    if trimmed.is_empty() {
        // `/` alone is everything.
        return pattern.starts_with('/');
    }
    let mut parts: Vec<&str> = trimmed.split('/').collect();
    if !anchored {
        parts.insert(0, "**");
    }
    let direct_only = anchored && parts.last() == Some(&"*") && !folder_only;
    let names: Vec<&str> = path.split('/').collect();
    // `live[i]`: the parts before `i` match the names read so far.
    let mut live = vec![false; parts.len() + 1];
    live[0] = true;
    skip(&parts, &mut live);
    for (at, name) in names.iter().enumerate() {
        let mut next = vec![false; parts.len() + 1];
        for (i, part) in parts.iter().enumerate().filter(|(i, _)| live[*i]) {
            if *part == "**" {
                next[i] = true;
            } else if is_like(part, name) {
                next[i + 1] = true;
            }
        }
        live = next;
        skip(&parts, &mut live);
        let is_file = at + 1 == names.len();
        // A folder that matches covers everything below it.
        if live[parts.len()] && if is_file { !folder_only } else { !direct_only } {
            return true;
        }
    }
    false
}

/// `**` may stand for nothing; at the end it stands for something.
fn skip(parts: &[&str], live: &mut [bool]) {
    for (i, part) in parts.iter().enumerate() {
        if live[i] && *part == "**" {
            live[i + 1] = true;
        }
    }
}

/// Whether one name is what the pattern says: `*` for anything, `?` for one character.
fn is_like(pattern: &str, name: &str) -> bool {
    let parts: Vec<char> = pattern.chars().collect();
    let mut live = vec![false; parts.len() + 1];
    live[0] = true;
    star(&parts, &mut live);
    for c in name.chars() {
        let mut next = vec![false; parts.len() + 1];
        for (i, part) in parts.iter().enumerate().filter(|(i, _)| live[*i]) {
            match part {
                '*' => next[i] = true,
                '?' => next[i + 1] = true,
                own if *own == c => next[i + 1] = true,
                _ => {}
            }
        }
        live = next;
        star(&parts, &mut live);
    }
    live[parts.len()]
}

fn star(parts: &[char], live: &mut [bool]) {
    for (i, part) in parts.iter().enumerate() {
        if live[i] && *part == '*' {
            live[i + 1] = true;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_follow_githubs_examples() {
        for (pattern, path, expected) in [
            ("*", "a/b/c.rs", true),
            ("*.js", "a/b.js", true),
            ("*.js", "a/b.jsx", false),
            ("/build/logs/", "build/logs/x/y", true),
            ("/build/logs/", "a/build/logs/x", false),
            ("docs/*", "docs/getting-started.md", true),
            ("docs/*", "docs/build-app/troubleshooting.md", false),
            ("apps/", "x/apps/y", true),
            ("apps/", "apps", false),
            ("/docs/", "docs/a", true),
            ("/docs/", "x/docs/a", false),
            ("**/logs", "deeply/nested/logs/x", true),
            ("**/logs", "logs/x", true),
            ("/apps/github", "apps/github/x", true),
            (".github", ".github/workflows/ci.yml", true),
            ("/.github/**", ".github/workflows/ci.yml", true),
            ("/.github/**/*.yml", ".github/workflows/ci.yml", true),
            (".github/workflows/*", ".github/workflows/ci.yml", true),
            (".github/*", ".github/workflows/ci.yml", false),
            ("/c?.yml", "ci.yml", true),
            ("/", "a", true),
            ("a*b*c", "aXbYc", true),
        ] {
            assert_eq!(matches(pattern, path), expected, "{pattern} {path}");
        }
    }
}
