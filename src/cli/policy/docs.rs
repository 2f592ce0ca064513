//! `waymark policy docs DIR`: the handbook's pages, one per policy and an index.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use crate::cli::terminal::say;
use crate::domain::policy::{examples, gate_page, page};
use crate::edge::disk::{PolicyFiles, write_pages};

pub(super) fn run(dir: &Path, folders: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let files = PolicyFiles::with(folders)?;
    let library = files.library();
    let mut pages = vec![("README.md".to_owned(), page::index(&library))];
    for (id, meta) in &library.policies {
        let path = meta.path.replace("policy.rego", "examples.yaml");
        let examples = match files.text(&path).map(examples::read) {
            Some(Ok(examples)) => examples,
            Some(Err(error)) => anyhow::bail!("{path}: {error}"),
            None => anyhow::bail!("{path} is missing: a page shows what is found and what is not"),
        };
        pages.push((format!("{id}.md"), page::page(meta, &examples, &library.paths)));
    }
    for (id, rule) in &library.gate.rules {
        let path = rule.path.replace("policy.rego", "examples.yaml");
        let text = files.text(&path).unwrap_or_default();
        let page = gate_page::page(&library.gate, rule, text);
        let page = page.map_err(|e| anyhow::anyhow!("{path}: {e}"))?;
        pages.push((format!("{id}.md"), page));
    }
    write_pages(dir, &pages)?;
    say(&format!("{} pages in {}", pages.len(), dir.display()));
    Ok(ExitCode::SUCCESS)
}
