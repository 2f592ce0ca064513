//! As whom an image runs: a `USER` instruction where nothing else says so.

use super::Fix;
use super::bench::Bench;
use super::images::{needs_root, own_user};
use crate::domain::facts::{Dockerfile, Instruction};
use crate::domain::finding::Finding;

pub(super) const NON_ROOT_USER: Fix = Fix {
    policy: "container/non_root_user",
    look_out: "what the program reads must be readable, and what it writes writable, for that user (`COPY --chown`)",
    apply,
};

fn apply(bench: &mut Bench<'_>, finding: &Finding) -> Result<String, String> {
    let path = finding.place.path.clone().ok_or("it names no file")?;
    let file = bench.facts().dockerfiles.iter().find(|file| file.path == path);
    let file = file.ok_or("the Dockerfile could not be read")?;
    let stage = file.stages.get(file.final_stage).ok_or("it has no stage")?;
    let own: Vec<(usize, &Instruction)> = file
        .instructions
        .iter()
        .enumerate()
        .filter(|(_, instruction)| instruction.stage == Some(stage.index))
        .collect();
    let base = stage.external_base.resolved.as_deref().ok_or("its base image is not known")?;
    if let Some(name) = needs_root(base) {
        return Err(format!(
            "programs of the image `{name}` begin as root; take one that does not, or name a user yourself"
        ));
    }
    refuse_ports(&own)?;
    let user = match &stage.user {
        Some(root) => match earlier_user(&own) {
            Some(user) => user,
            None => {
                bench.on_purpose(&format!("`USER {}`", root.raw))?;
                own_user(base).to_string()
            }
        },
        None => made_user(&own).unwrap_or_else(|| own_user(base).to_string()),
    };
    let text = bench.text(&path)?;
    let at = place(bench, file, &own, text).ok_or("no line for it was found")?;
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let gap = if text[..at].ends_with('\n') { "" } else { end };
    let text = format!("{}{gap}USER {user}{end}{}", &text[..at], &text[at..]);
    bench.put(&path, text);
    Ok(format!("adds `USER {user}`"))
}

/// Only root may listen below port 1024 in many clusters.
fn refuse_ports(own: &[(usize, &Instruction)]) -> Result<(), String> {
    let ports = own.iter().filter(|(_, i)| i.name == "EXPOSE").flat_map(|(_, i)| {
        i.text.split_whitespace().filter_map(|port| port.split('/').next()?.parse::<u16>().ok())
    });
    match ports.into_iter().find(|port| *port < 1024) {
        Some(port) => Err(format!("it listens on port {port}, which other users may not")),
        None => Ok(()),
    }
}

/// The user that a stage switches to before it goes back to root.
fn earlier_user(own: &[(usize, &Instruction)]) -> Option<String> {
    let is_root = |user: &str| {
        let name = user.split(':').next().unwrap_or_default().trim_matches(['"', '\'']);
        name == "root" || name.bytes().all(|b| b == b'0')
    };
    let mut users = own.iter().filter(|(_, i)| i.name == "USER").map(|(_, i)| i.text.trim());
    let found = users.rfind(|user| !is_root(user) && !user.contains('$'));
    found.map(str::to_owned)
}

/// The only user that a stage makes: its number where it says one.
fn made_user(own: &[(usize, &Instruction)]) -> Option<String> {
    let scripts = own.iter().filter(|(_, i)| i.name == "RUN").map(|(_, i)| i.text.as_str());
    let mut found = scripts.flat_map(commands).filter_map(|words| {
        let program = words.iter().position(|word| matches!(*word, "useradd" | "adduser"))?;
        Some(user_of(&words[program + 1..]))
    });
    let only = found.next()?;
    if found.next().is_some() { None } else { only }
}

/// A script taken apart at `&&`, `;`, `|` and line ends, each command in words.
fn commands(script: &str) -> Vec<Vec<&str>> {
    let joined = script.split(['\n', ';', '|', '&']);
    joined.map(|part| part.split_whitespace().filter(|word| *word != "\\").collect()).collect()
}

fn user_of(words: &[&str]) -> Option<String> {
    let number = words.iter().enumerate().find_map(|(at, word)| match *word {
        "-u" | "--uid" => words.get(at + 1).copied(),
        word => word.strip_prefix("--uid=").or_else(|| word.strip_prefix("-u")),
    });
    let is_number = |word: &&str| !word.is_empty() && word.bytes().all(|b| b.is_ascii_digit());
    if let Some(number) = number {
        return Some(number).filter(is_number).map(str::to_owned);
    }
    // The first word that belongs to no option is the name.
    const TAKE_A_WORD: [&str; 18] = [
        "-G",
        "-b",
        "-c",
        "-d",
        "-e",
        "-f",
        "-g",
        "-h",
        "-k",
        "-s",
        "--comment",
        "--gecos",
        "--gid",
        "--groups",
        "--home",
        "--home-dir",
        "--ingroup",
        "--shell",
    ];
    let mut rest = words.iter();
    let name = loop {
        let word = rest.next()?;
        if TAKE_A_WORD.contains(word) {
            rest.next();
        } else if !word.starts_with('-') {
            break *word;
        }
    };
    let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    name.chars().all(is_name).then(|| name.to_owned())
}

/// The byte where the line of a new instruction begins: above `ENTRYPOINT` or `CMD` and their
/// remarks, unless something behind them still needs root; then behind everything.
fn place(
    bench: &Bench<'_>,
    file: &Dockerfile,
    own: &[(usize, &Instruction)],
    text: &str,
) -> Option<usize> {
    let lines = |index: usize| {
        bench.extracted.spans.lines(&file.path, Some(&format!("/instructions/{index}")))
    };
    let starts = own.iter().find(|(_, i)| matches!(i.name.as_str(), "ENTRYPOINT" | "CMD"));
    let last_of = |name: &str| own.iter().rfind(|(_, i)| i.name == name).map(|(at, _)| *at);
    let last_root = last_of("RUN").max(last_of("USER"));
    let all: Vec<&str> = text.split_inclusive('\n').collect();
    let bytes = |lines: usize| all.iter().take(lines).map(|line| line.len()).sum::<usize>();
    match starts {
        Some((at, _)) if last_root.is_none_or(|root| root < *at) => {
            let mut line = lines(*at)?.0 as usize - 1;
            while line > 0 && all.get(line - 1).is_some_and(|l| l.trim_start().starts_with('#')) {
                line -= 1;
            }
            Some(bytes(line))
        }
        _ => Some(bytes(lines(own.last()?.0)?.1 as usize)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_that_an_image_makes_is_found() {
        let of = |run: &str| {
            let name = "RUN".to_owned();
            let run = Instruction { name, stage: Some(0), text: run.to_owned() };
            made_user(&[(0, &run)])
        };
        for (run, user) in [
            ("useradd --system --uid 10001 app", "10001"),
            (
                "apt-get update && \\\n    adduser -u 5678 --disabled-password --gecos \"\" app && x",
                "5678",
            ),
            ("addgroup -S app && adduser -S app -G app", "app"),
            ("useradd -m web", "web"),
        ] {
            assert_eq!(of(run).as_deref(), Some(user), "{run}");
        }
        for run in ["echo user", "useradd a && useradd b", "adduser -u $ID app", "useradd -g app"] {
            assert_eq!(of(run), None, "{run}");
        }
    }
}
