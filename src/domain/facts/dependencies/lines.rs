//! Manifests that are read line by line: `go.mod` and `Gemfile`.

use super::Read;

/// Direct requirements; what only came along (`// indirect`) is not what the code builds on.
pub(super) fn go_mod(text: &str) -> Read {
    let mut read = Read::default();
    let mut block = "";
    for (number, line) in (1u32..).zip(text.lines()) {
        let (code, comment) = line.split_once("//").unwrap_or((line, ""));
        let mut words = code.split_whitespace();
        let Some(first) = words.next() else { continue };
        if first == ")" {
            block = "";
            continue;
        }
        let rest: Vec<&str> = words.collect();
        if rest.first() == Some(&"(") {
            block = first;
            continue;
        }
        match (block, first, rest.as_slice()) {
            ("", "go", [version, ..]) => read.toolchain = Some((*version).to_owned()),
            ("", "require", [name, version, ..]) if is_direct(comment) => {
                read.add(number, name.trim_matches('"'), Some(version), false);
            }
            ("require", name, [version, ..]) if is_direct(comment) => {
                read.add(number, name.trim_matches('"'), Some(version), false);
            }
            _ => {}
        }
    }
    read
}

fn is_direct(comment: &str) -> bool {
    comment.trim() != "indirect"
}

/// Gems by their `gem "name", "version"` lines; `group :development, :test do` … `end` holds those
/// that are for development only.
pub(super) fn gemfile(text: &str) -> Read {
    let mut read = Read::default();
    let mut blocks: Vec<bool> = Vec::new();
    for (number, line) in (1u32..).zip(text.lines()) {
        let line = line.split(" #").next().unwrap_or("").trim();
        let for_development = |text: &str| {
            let groups = [":development", ":test", ":ci", ":lint"];
            groups.iter().any(|group| text.contains(group)) && !text.contains(":production")
        };
        if line == "end" {
            blocks.pop();
        } else if line.ends_with(" do") || line.starts_with("if ") || line.starts_with("unless ") {
            if blocks.len() < 100 {
                blocks.push(line.starts_with("group") && for_development(line));
            }
        } else if let Some(rest) =
            line.strip_prefix("gem").filter(|rest| rest.starts_with([' ', '(']))
        {
            let texts = quoted(rest);
            let Some(name) = texts.first() else { continue };
            let version = texts.get(1).filter(|text| text.contains(|c: char| c.is_ascii_digit()));
            let dev = blocks.contains(&true) || (rest.contains("group") && for_development(rest));
            read.add(number, name, version.copied(), dev);
        }
    }
    read
}

/// Texts in single or double quotes.
pub(super) fn quoted(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = line;
    while let Some(start) = rest.find(['"', '\'']) {
        let quote = &rest[start..=start];
        let inner = &rest[start + 1..];
        let Some(end) = inner.find(quote) else { break };
        found.push(&inner[..end]);
        rest = &inner[end + 1..];
    }
    found
}
