//! Gradle's build files, as far as they name dependencies in plain text. They are programs: what
//! is computed is not seen.

use super::Read;
use super::lines::quoted;

/// Lines such as `implementation("group:artifact:version")`, `api group: 'g', name: 'a'`, and
/// plugins with their versions. `libs.…` stands for an entry of `libs.versions.toml`, which is
/// read itself.
pub(super) fn build(text: &str) -> Read {
    let mut read = Read::default();
    let mut in_comment = false;
    for (number, line) in (1u32..).zip(text.lines()) {
        let line = line.trim();
        in_comment |= line.starts_with("/*");
        if in_comment {
            in_comment = !line.contains("*/");
            continue;
        }
        let line = line.split(" //").next().unwrap_or("");
        if line.starts_with("//") {
            continue;
        }
        let word: String = line.chars().take_while(char::is_ascii_alphanumeric).collect();
        let texts = quoted(line);
        if word == "id" || word == "kotlin" {
            let version = texts.get(1).filter(|_| line.contains("version")).copied();
            if let Some(id) = texts.first().filter(|_| word == "id") {
                read.add(number, id, version, false);
            }
            continue;
        }
        if !is_configuration(&word) {
            continue;
        }
        let dev = word.to_ascii_lowercase().contains("test");
        let named = |key: &str| {
            let rest = line.split(&format!("{key}:")).nth(1).or_else(|| {
                let rest = line.split(&format!("{key} = ")).nth(1)?;
                Some(rest)
            })?;
            quoted(rest).first().copied()
        };
        if let (Some(group), Some(name)) = (named("group"), named("name")) {
            read.add(number, &format!("{group}:{name}"), named("version"), dev);
            continue;
        }
        for text in texts {
            let parts: Vec<&str> = text.split(':').collect();
            if let [group, artifact, rest @ ..] = parts.as_slice()
                && !artifact.is_empty()
                && group.contains(|c: char| c.is_ascii_alphabetic())
            {
                let name = format!("{group}:{artifact}");
                read.add(number, &name, rest.first().copied(), dev);
            }
        }
    }
    read
}

/// A configuration that dependencies are added to.
fn is_configuration(word: &str) -> bool {
    let ends = ["mplementation", "pi", "ompileOnly", "untimeOnly", "ompile", "untime"];
    let starts = ["annotationProcessor", "kapt", "ksp", "classpath", "developmentOnly", "agent"];
    let known = ends.iter().any(|end| word.ends_with(end));
    (known && word != "pi") || starts.iter().any(|start| word.starts_with(start))
}
