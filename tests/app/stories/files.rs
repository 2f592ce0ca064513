//! The files that stories are told with.

/// A catalogue entry that is right, of a type for which no delivery policy applies.
pub const CATALOG: &str = "apiVersion: backstage.io/v1alpha1
kind: Component
metadata:
  name: payments
spec:
  type: tool
  lifecycle: production
  owner: group:team-payments
";

pub const README: &str = "# Payments

Takes money from customers and gives it to merchants. A payment is asked for, authorised by the
customer's bank, captured when the goods leave, and settled once a day. The team in CODEOWNERS
answers for it, by day and by night.
";
/// Somebody answers for every file.
pub const CODEOWNERS: &str = "* @acme/payments\n";
/// Runs as root: one finding, in line 1.
pub const ROOT: &str = "FROM debian:12@sha256:1\nCOPY app /app\nCMD [\"/app\"]\n";
/// The same with the fault in line 4.
pub const ROOT_MOVED: &str = "# The image of payments.\n# Built by CI.\n\nFROM debian:12@sha256:1\nCOPY app /app\nCMD [\"/app\"]\n";
pub const FIXED: &str = "FROM debian:12@sha256:1\nCOPY app /app\nUSER 10001\nCMD [\"/app\"]\n";
pub const CONFIG: &str = ".github/waymark.yml";

/// A repository in which nothing is wrong.
pub const GOOD: &[(&str, &str)] =
    &[("catalog-info.yaml", CATALOG), ("README.md", README), ("CODEOWNERS", CODEOWNERS)];
/// One with a fault that has been there for long.
pub const OLD_FAULT: &[(&str, &str)] = &[
    ("catalog-info.yaml", CATALOG),
    ("README.md", README),
    ("CODEOWNERS", CODEOWNERS),
    ("Dockerfile", ROOT),
];

/// `files` and one more.
pub fn with<'a>(
    files: &[(&'a str, &'a str)],
    path: &'a str,
    text: &'a str,
) -> Vec<(&'a str, &'a str)> {
    [files, &[(path, text)]].concat()
}

/// A waiver of the container policy, until the end of that day.
pub fn waiver(expires: &str) -> String {
    format!(
        "waivers:\n  - policy: container/non_root_user\n    paths: [Dockerfile]\n    \
         reason: the vendor's image needs root\n    owner: team-payments\n    expires: {expires}\n"
    )
}

/// The container policy in that mode.
pub fn mode(word: &str) -> String {
    format!("policies:\n  container/non_root_user: {word}\n")
}
