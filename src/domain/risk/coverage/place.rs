//! Where in the repository does a file of a report lie? Paths are names to compare, nothing is opened.

/// Longest path, in bytes.
const MAX_PATH: usize = 1_000;
/// Folders in which CI keeps `<repository>/<repository>`.
const RUNNERS: [&str; 4] = ["work", "_work", "__w", "a"];

/// The path below the repository's root, with `/`. An absolute one of which the root is not known
/// stays as it is, without its first `/`. `None` for what no file of a repository is called.
pub(super) fn below_root(path: &str, root: Option<&str>) -> Option<String> {
    let path = path.trim().replace('\\', "/");
    let root = root.map(|root| root.trim_end_matches(['/', '\\']).replace('\\', "/"));
    let taken_off = root.as_deref().filter(|root| !root.is_empty());
    let taken_off = taken_off.and_then(|root| path.strip_prefix(root)?.strip_prefix('/'));
    let below = taken_off.or_else(|| on_runner(&path)).unwrap_or(&path);
    let parts: Vec<&str> = below.split('/').filter(|part| !matches!(*part, "" | ".")).collect();
    let odd = |part: &&str| *part == ".." || part.chars().any(char::is_control);
    let path = parts.join("/");
    (!path.is_empty() && path.len() <= MAX_PATH && !parts.iter().any(odd)).then_some(path)
}

/// `/home/runner/work/api/api/src/a.rs` → `src/a.rs`.
fn on_runner(path: &str) -> Option<&str> {
    if !path.starts_with('/') && path.as_bytes().get(1) != Some(&b':') {
        return None;
    }
    let mut rest = path;
    while let Some((folder, after)) = rest.split_once('/') {
        let mut parts = after.splitn(3, '/');
        let (first, second, below) = (parts.next(), parts.next(), parts.next());
        if RUNNERS.contains(&folder) && first.is_some() && first == second {
            return below.or(Some(""));
        }
        rest = after;
    }
    None
}

#[cfg(test)]
mod tests {
    use super::below_root;

    #[test]
    fn what_is_not_the_repositorys_is_taken_off() {
        let of = |path| below_root(path, None);
        for path in [
            "src/a.rs",
            "./src//a.rs",
            "/home/runner/work/api/api/src/a.rs",
            "D:\\a\\api\\api\\src\\a.rs",
            "/__w/api/api/src/a.rs",
        ] {
            assert_eq!(of(path).as_deref(), Some("src/a.rs"), "{path}");
        }
        assert_eq!(of("work/api/api/a.rs").as_deref(), Some("work/api/api/a.rs"));
        assert_eq!(of("/build/src/a.rs").as_deref(), Some("build/src/a.rs"));
        assert_eq!(below_root("/build/src/a.rs", Some("/build/")).as_deref(), Some("src/a.rs"));
        assert_eq!(below_root("/builder/a.rs", Some("/build")).as_deref(), Some("builder/a.rs"));
    }

    #[test]
    fn the_root_itself_is_no_file() {
        assert_eq!(below_root("/home/runner/work/api/api", None), None);
        assert_eq!(below_root(".", None), None);
    }

    #[test]
    fn nothing_leads_out_of_it() {
        for path in ["../../etc/passwd", "a/../b", "", "/", "a\u{0}b", &"x".repeat(1_001)] {
            assert_eq!(below_root(path, None), None, "{path:?}");
        }
    }
}
