//! May a template write here? A path that stays inside the repository on every file system.

/// Longest path and component, in bytes: what Git and ext4 take.
const MAX_PATH: usize = 1_024;
const MAX_COMPONENT: usize = 255;

/// The path in its plain form (`./docs//index.md` → `docs/index.md`), or why it is refused, in
/// words that follow the path.
///
/// Refused are paths that leave the repository or reach into Git's own folder, also by the
/// spellings that only some file systems take for it: other case, trailing dots and spaces
/// (Windows), `git~1` (NTFS' short name), `:` (NTFS streams), characters that HFS+ ignores.
pub fn plain(path: &str) -> Result<String, String> {
    if path.len() > MAX_PATH {
        return Err(format!("is longer than {MAX_PATH} bytes"));
    }
    if path.starts_with('/') {
        return Err("is absolute".to_owned());
    }
    let mut parts = Vec::new();
    for part in path.split('/').filter(|part| !matches!(*part, "" | ".")) {
        check(part)?;
        parts.push(part);
    }
    match parts.last().map(|name| name.to_ascii_lowercase()) {
        None => Err("names no file".to_owned()),
        Some(name) if name == ".gitmodules" => {
            Err("is Git's list of submodules, which fetch code from elsewhere".to_owned())
        }
        Some(_) => Ok(parts.join("/")),
    }
}

/// Like [`plain`], but the repository's root (`.`, `./`, empty) is a place, too: the empty text.
pub(super) fn folder(path: &str) -> Result<String, String> {
    if path.split('/').all(|part| matches!(part, "" | ".")) && !path.starts_with('/') {
        return Ok(String::new());
    }
    plain(path)
}

/// `folder/path`, where the root is the empty text.
pub(super) fn join(folder: &str, path: &str) -> String {
    if folder.is_empty() { path.to_owned() } else { format!("{folder}/{path}") }
}

fn check(part: &str) -> Result<(), String> {
    if part == ".." {
        return Err("leads out of the repository".to_owned());
    }
    if part.len() > MAX_COMPONENT {
        return Err(format!("has a name that is longer than {MAX_COMPONENT} bytes"));
    }
    if part.contains(['\\', ':']) || part.chars().any(char::is_control) {
        return Err("holds a backslash, a colon or a control character".to_owned());
    }
    if part.ends_with([' ', '.']) {
        return Err("has a name that ends in a dot or space, which Windows leaves out".to_owned());
    }
    // What HFS+ ignores in names: zero-width and direction characters.
    let ignored = |c: &char| !matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    let seen: String = part.chars().filter(ignored).collect::<String>().to_lowercase();
    if seen == ".git" || is_short_name(&seen) {
        return Err("reaches into Git's own folder".to_owned());
    }
    Ok(())
}

/// NTFS keeps `git~1` beside `.git`.
fn is_short_name(name: &str) -> bool {
    name.strip_prefix("git~").is_some_and(|rest| rest.bytes().all(|b| b.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_stays_inside_is_taken() {
        for (path, expected) in [
            ("Dockerfile", "Dockerfile"),
            ("./docs//index.md", "docs/index.md"),
            (".github/workflows/ci.yml", ".github/workflows/ci.yml"),
            (".gitignore", ".gitignore"),
            ("a/...b/c", "a/...b/c"),
        ] {
            assert_eq!(plain(path).as_deref(), Ok(expected));
        }
        assert_eq!(folder("./").as_deref(), Ok(""));
    }

    #[test]
    fn what_leaves_is_refused() {
        for path in [
            "",
            ".",
            "../x",
            "a/../../x",
            "/etc/passwd",
            "a\\b",
            ".git/hooks/pre-commit",
            ".GIT/config",
            "a/.Git/x",
            ".git /x",
            ".git./x",
            "git~1/config",
            "GIT~1/x",
            ".g\u{200c}it/config",
            ".git::$INDEX_ALLOCATION/x",
            "C:/x",
            "a\nb",
            "a\0b",
            ".gitmodules",
            "sub/.GITMODULES",
            "name ",
            "..",
        ] {
            assert!(plain(path).is_err(), "{path:?}");
        }
        assert!(folder("/").is_err() && folder("..").is_err());
    }
}
