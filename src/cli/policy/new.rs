//! `waymark policy new PACK/NAME`: the files of a policy that compiles and passes.

use std::collections::BTreeSet;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueHint};

use crate::cli::terminal::say;
use crate::domain::ids::PolicyId;
use crate::domain::nearest::nearest;
use crate::domain::policy::library::WAYMARK;
use crate::domain::policy::skeleton::skeleton;
use crate::edge::disk::{PolicyFiles, write_new};

/// Folders that hold no packs, and words of Rego that cannot be part of a package's name.
const RESERVED: [&str; 21] = [
    "lib", "paths", "params", WAYMARK, "as", "contains", "data", "default", "else", "every",
    "false", "if", "import", "in", "input", "not", "null", "package", "some", "true", "with",
];

#[derive(Debug, Args)]
pub(super) struct Arguments {
    /// Its id: PACK/NAME, in lower case with `_`; the name says the good state
    id: String,
    /// The folder of policies
    #[arg(long, value_name = "DIR", default_value = "policies", value_hint = ValueHint::DirPath)]
    dir: PathBuf,
    /// The pack is new, although its name is close to that of another one
    #[arg(long)]
    new_pack: bool,
}

pub(super) fn run(arguments: Arguments) -> anyhow::Result<ExitCode> {
    let Arguments { id, dir, new_pack } = arguments;
    let id = PolicyId::parse(&id)
        .with_context(|| format!("`{id}` cannot be a policy; write for example team/port_named"))?;
    for word in [id.pack(), id.policy()] {
        if RESERVED.contains(&word) {
            anyhow::bail!("`{word}` has a meaning of its own in a policies folder; choose another");
        }
    }
    let mut files = PolicyFiles::built_in();
    if files.text(&format!("{id}/policy.rego")).is_some() {
        anyhow::bail!("`{id}` is a built-in policy; choose another name");
    }
    if dir.is_dir() {
        files.add(&dir)?;
    }
    let packs: BTreeSet<&str> = files
        .paths()
        .filter_map(|path| match path.split('/').collect::<Vec<_>>().as_slice() {
            [pack, _, "policy.rego"] => Some(*pack),
            _ => None,
        })
        .collect();
    let known: Vec<&str> = packs.iter().copied().collect();
    if !new_pack
        && !packs.contains(id.pack())
        && let Some(near) = nearest(id.pack(), &known)
    {
        anyhow::bail!(
            "there is no pack `{}`; did you mean `{near}/{}`? `--new-pack` begins a new one",
            id.pack(),
            id.policy()
        );
    }
    let skeleton = skeleton(&id);
    write_new(&dir, &skeleton)?;
    for (path, _) in &skeleton {
        say(&format!("wrote {}", dir.join(path).display()));
    }
    let shown = dir.display();
    say(&format!("\nNow: waymark policy test {shown} --filter {id} --watch"));
    Ok(ExitCode::SUCCESS)
}
