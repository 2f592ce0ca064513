//! In which language is it written, and what starts it?

use super::Found;
use crate::domain::adopt::around::{Around, is_named};
use crate::domain::facts::is_excluded;

/// Manifest → language. Of several at the root the earlier wins: a Go or Java service often
/// carries a `package.json` for its pages or tools.
const MANIFESTS: &[(&str, &str)] = &[
    ("go.mod", "go"),
    ("Cargo.toml", "rust"),
    ("pom.xml", "java"),
    ("build.gradle", "java"),
    ("build.gradle.kts", "java"),
    ("pyproject.toml", "python"),
    ("requirements.txt", "python"),
    ("setup.py", "python"),
    ("Pipfile", "python"),
    ("package.json", "nodejs"),
];

/// Manifests of languages for which no path has files.
const OTHERS: [&str; 5] = ["Gemfile", "composer.json", "mix.exs", "Package.swift", "build.sbt"];

/// Words in a manifest → the port on which such a framework listens by default.
const FRAMEWORKS: &[(&str, &str, i64)] = &[
    ("package.json", "\"next\"", 3000),
    ("package.json", "\"express\"", 3000),
    ("package.json", "\"fastify\"", 3000),
    ("package.json", "\"@nestjs/core\"", 3000),
    ("pyproject.toml", "fastapi", 8000),
    ("requirements.txt", "fastapi", 8000),
    ("pyproject.toml", "django", 8000),
    ("requirements.txt", "django", 8000),
    ("pyproject.toml", "flask", 5000),
    ("requirements.txt", "flask", 5000),
    ("pom.xml", "spring-boot", 8080),
    ("build.gradle", "spring-boot", 8080),
];

pub(super) fn infer(found: &mut Found, around: &Around<'_>, path: &str) {
    language(found, around, path);
    package_manager(found, around);
    entry_point(found, around);
    let framework = FRAMEWORKS.iter().find_map(|(file, word, port)| {
        let text = around.text(file)?.to_lowercase();
        text.contains(word).then(|| (*port, word.trim_matches('"'), *file))
    });
    if let Some((port, word, file)) = framework {
        // Only a hint, but the tools' own default: said in the plan, not asked about.
        found.add("framework", word, format!("`{file}`"));
        found.add("framework_port", port, format!("the default of {word} (`{file}`)"));
    }
    if around.is_empty() {
        found.add("starter", true, "the repository holds no code yet");
    }
}

fn language(found: &mut Found, around: &Around<'_>, path: &str) {
    if let Some((file, language)) = MANIFESTS.iter().find(|(file, _)| around.has(file)) {
        if path == "website" && *language != "nodejs" {
            return;
        }
        // What is there for tools only must not pass for the program.
        let other = around.paths().find(|path| {
            let ends =
                [".sln", ".slnx", ".csproj", ".fsproj"].iter().any(|end| path.ends_with(end));
            !path.contains('/') && (ends || OTHERS.contains(path))
        });
        match other {
            Some(other) => {
                let why = format!("`{file}` is there, but so is `{other}`");
                found.guess("language", *language, why);
            }
            None => found.add("language", *language, format!("`{file}`")),
        }
        return;
    }
    // No manifest at the root: the one in the folder of the component's name, else the one that is
    // nearest to the root.
    let name = found.text("name").unwrap_or_default().to_owned();
    let is_elsewhere = |path: &str| !path.split('/').any(|folder| folder == name);
    let mut below: Vec<(bool, usize, &str, &str)> = around
        .paths()
        .filter(|path| !is_excluded(path))
        .filter_map(|path| {
            let (_, language) = MANIFESTS.iter().find(|(file, _)| is_named(path, file))?;
            Some((is_elsewhere(path), path.matches('/').count(), path, *language))
        })
        .collect();
    below.sort_unstable();
    match below.first() {
        Some((false, _, file, language)) if below.iter().filter(|b| !b.0).count() == 1 => {
            found.add("language", *language, format!("`{file}`"));
        }
        Some((_, _, file, language)) => {
            let why = format!("`{file}` is the manifest nearest to the root");
            found.guess("language", *language, why);
        }
        None if path != "website" => {
            found.guess("language", "go", "there is no manifest of any language yet");
        }
        None => {}
    }
}

fn package_manager(found: &mut Found, around: &Around<'_>) {
    let by_file: &[(&str, &str, &str)] = &[
        ("nodejs", "pnpm-lock.yaml", "pnpm"),
        ("nodejs", "yarn.lock", "yarn"),
        ("java", "pom.xml", "maven"),
        ("java", "build.gradle", "gradle"),
        ("java", "build.gradle.kts", "gradle"),
        ("python", "requirements.txt", "requirements"),
        ("python", "pyproject.toml", "pyproject"),
    ];
    let language = found.text("language").unwrap_or_default().to_owned();
    let used = by_file.iter().find(|(own, file, _)| *own == language && around.has(file));
    if let Some((_, file, manager)) = used {
        found.add("package_manager", *manager, format!("`{file}`"));
    }
}

fn entry_point(found: &mut Found, around: &Around<'_>) {
    let name = found.text("repository").unwrap_or_default().to_owned();
    match found.text("language").unwrap_or_default() {
        "go" => {
            let mains: Vec<&str> = around
                .paths()
                .filter_map(|path| path.strip_prefix("cmd/")?.strip_suffix("/main.go"))
                .filter(|command| !command.contains('/'))
                .collect();
            let chosen =
                mains.iter().find(|command| **command == name).or(match mains.as_slice() {
                    [only] => Some(only),
                    _ => None,
                });
            if around.has("main.go") {
                found.add("main", ".", "`main.go`");
            } else if let Some(command) = chosen {
                found.add("main", format!("./cmd/{command}"), format!("`cmd/{command}/main.go`"));
            }
        }
        "nodejs" => {
            let manifest = around
                .text("package.json")
                .and_then(|text| serde_json::from_str::<serde_json::Value>(text).ok());
            if let Some(main) = manifest.as_ref().and_then(|manifest| manifest["main"].as_str()) {
                found.add("main", main, "`main` in `package.json`");
            }
            let usual = ["dist/index.js", "server.js", "index.js", "src/index.js", "app.js"];
            if let Some(file) = usual.into_iter().find(|file| around.has(file)) {
                found.add("main", file, format!("`{file}`"));
            }
        }
        "python" => {
            let mut mains = around.paths().filter(|path| !is_excluded(path)).filter_map(|path| {
                let package = path.strip_suffix("/__main__.py")?;
                Some((package.trim_start_matches("src/").replace('/', "."), path))
            });
            if let Some((module, path)) = mains.next() {
                found.add("main", module, format!("`{path}`"));
            }
            let usual = ["main", "app", "manage", "server"];
            if let Some(module) = usual.into_iter().find(|m| around.has(&format!("{m}.py"))) {
                found.add("main", module, format!("`{module}.py`"));
            }
        }
        "rust" => {
            let text = around.text("Cargo.toml").unwrap_or_default();
            let package = text.split("[package]").nth(1).unwrap_or_default();
            let line = package.lines().find_map(|line| line.strip_prefix("name")?.split_once('"'));
            if let Some((name, _)) = line.and_then(|(_, rest)| rest.split_once('"')) {
                found.add("main", name, "`Cargo.toml`");
            }
        }
        _ => {}
    }
}
