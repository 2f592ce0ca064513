//! Does the handbook list the commands as they are?
#![allow(clippy::unwrap_used)]

use waymark::domain::command::{COMMANDS, PREFIX};

#[test]
fn the_handbook_lists_every_command() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/commands.md");
    let text = std::fs::read_to_string(path).unwrap();
    let rows: Vec<&str> = text.lines().filter(|line| line.starts_with("| `/platform")).collect();
    let expected: Vec<String> = COMMANDS
        .iter()
        .map(|spec| {
            let (usage, needs) = (spec.usage, spec.needs.as_str());
            format!("| `{PREFIX} {usage}` | {} | {needs} |", spec.summary)
        })
        .collect();
    assert_eq!(rows, expected);
}
