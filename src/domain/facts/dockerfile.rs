//! What does a Dockerfile build, from what, and as whom does it run?

mod settings;

use parse_dockerfile::{Flag, Instruction as Parsed, Source, parse};
use serde::Serialize;

use crate::domain::yaml::{Fault, Lines, SpanTable, holds_mark};

use super::FactKind;
use super::gather::Gather;
use super::image::Image;
use super::stage::{Followed, Line, follow};
use settings::Assignment;

pub use settings::DockerSetting;

/// Files with more stages are not judged: every stage may copy its parent's variables.
const MAX_STAGES: usize = 200;

/// Longest image or user; later stages repeat those of the stages that they continue.
const MAX_WORD_BYTES: usize = 1_000;

/// One Dockerfile. Pointers: `/stages/0` is its `FROM`, `/stages/0/user` the `USER` in force at
/// its end, `/instructions/7` an instruction.
#[derive(Debug, Clone, Serialize)]
pub struct Dockerfile {
    /// The file.
    pub path: String,
    /// In order.
    pub stages: Vec<Stage>,
    /// Index of the stage that `docker build` builds.
    pub final_stage: usize,
    /// All instructions, in order.
    pub instructions: Vec<Instruction>,
    /// Images that `FROM` and `COPY --from` take from elsewhere: no stages, no `scratch`.
    pub images: Vec<ExternalImage>,
    /// Every `name=value` of `ENV`, `ARG` and `LABEL`.
    pub settings: Vec<DockerSetting>,
    /// Every source of `ADD`.
    pub added: Vec<Added>,
}

/// An image that is built elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ExternalImage {
    /// `FROM` or `COPY`.
    pub instruction: &'static str,
    /// To the instruction.
    pub pointer: String,
    /// Index of the stage that it is in.
    pub stage: usize,
    /// Which image.
    #[serde(flatten)]
    pub base: Base,
}

/// A source of an `ADD` instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Added {
    /// To the instruction.
    pub pointer: String,
    /// Index of the stage that it is in.
    pub stage: usize,
    /// As written.
    pub raw: String,
    /// With variables put in; `None` when one has no known value.
    pub resolved: Option<String>,
    /// That variable.
    pub unresolved_variable: Option<String>,
    /// The instruction has `--checksum`.
    pub checksum: bool,
}

/// From one `FROM` to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stage {
    /// From 0.
    pub index: usize,
    /// Behind `AS`.
    pub name: Option<String>,
    /// To the `FROM`.
    pub pointer: String,
    /// What stands behind `FROM`.
    pub base: Base,
    /// Index of the earlier stage that it continues, when it does.
    pub from_stage: Option<usize>,
    /// The image at the end of the chain of stages that it continues.
    pub external_base: Base,
    /// Of `--platform`, as written.
    pub platform: Option<String>,
    /// The `USER` in force at its end, maybe set in a stage that it continues.
    pub user: Option<User>,
}

/// What a stage builds on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Base {
    /// As written.
    pub raw: String,
    /// With `ARG` defaults put in; `None` when a variable has no known value.
    pub resolved: Option<String>,
    /// That variable.
    pub unresolved_variable: Option<String>,
    /// `resolved` taken apart.
    pub image: Option<Image>,
}

/// A `USER` instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// As written.
    pub raw: String,
    /// With variables put in; `None` when one has no known value.
    pub resolved: Option<String>,
    /// That variable.
    pub unresolved_variable: Option<String>,
    /// To the instruction.
    pub pointer: String,
    /// Index of the stage that sets it.
    pub stage: usize,
}

/// One instruction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Instruction {
    /// `RUN`, in capitals.
    pub name: String,
    /// The stage it is in; `None` before the first `FROM`.
    pub stage: Option<usize>,
    /// Everything behind the name, as written, continuation lines and here-documents included.
    pub text: String,
}

pub(super) fn extract(gather: &mut Gather<'_>) {
    let kind = FactKind::Dockerfiles;
    for path in gather.paths(kind) {
        let Some(text) = gather.text(kind, path) else { continue };
        match read(path, &text) {
            Ok((dockerfile, _)) if is_template(&dockerfile) => gather.gap_template(kind, path),
            Ok((dockerfile, spans)) => {
                gather.spans.insert(path, vec![spans]);
                gather.snapshot.dockerfiles.push(dockerfile);
            }
            Err(fault) => {
                gather.spans.insert(path, Vec::new());
                // Here Backstage's `${{ … }}` is a mark like others.
                gather.gap_in(kind, path, &text.replace("${{", "{{"), &fault);
            }
        }
    }
}

/// Whether a file that parses is still to be filled in: no image and no user is called so. `RUN`
/// may hold such marks and mean them (`docker inspect --format {{.Id}}`).
fn is_template(file: &Dockerfile) -> bool {
    let bases = file.stages.iter().map(|stage| &stage.base.raw);
    let images = file.images.iter().map(|image| &image.base.raw);
    let users = file.stages.iter().filter_map(|stage| Some(&stage.user.as_ref()?.raw));
    bases.chain(images).chain(users).any(|word| holds_mark(word))
}

fn read(path: &str, text: &str) -> Result<(Dockerfile, SpanTable), Fault> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let parsed = parse(text).map_err(|error| Fault {
        line: u32::try_from(error.line()).unwrap_or(1).max(1),
        message: error.to_string().lines().next().unwrap_or("cannot be read").to_owned(),
    })?;
    if parsed.stages().len() > MAX_STAGES {
        return Err(Fault { line: 1, message: format!("more than {MAX_STAGES} stages") });
    }
    let too_long = |word: &str| word.len() > MAX_WORD_BYTES;
    let long = parsed.instructions.iter().find(|instruction| match instruction {
        Parsed::From(from) => too_long(&from.image.value),
        Parsed::User(user) => too_long(&user.arguments.value),
        Parsed::Copy(copy) => option(&copy.options, "from").is_some_and(too_long),
        _ => false,
    });
    let lines = Lines::of(text);
    if let Some(instruction) = long {
        let message = format!("an image or user of more than {MAX_WORD_BYTES} characters");
        return Err(Fault { line: lines.at(keyword(instruction).start), message });
    }
    let escape = parsed.parser_directives.escape.as_ref().map_or('\\', |e| e.value.value);
    let mut places = Vec::new();
    let mut instructions = Vec::new();
    let (mut settings, mut of_settings) = (Vec::new(), Vec::new());
    let mut stage = None;
    for (index, instruction) in parsed.instructions.iter().enumerate() {
        if matches!(instruction, Parsed::From(_)) {
            stage = Some(stage.map_or(0, |stage| stage + 1));
        }
        let name = keyword(instruction);
        // The crate gives no span of a whole instruction; the next one's start bounds it.
        let end = parsed.instructions.get(index + 1).map_or(text.len(), |next| keyword(next).start);
        let body = body(text.get(name.end..end).unwrap_or(""), escape);
        let first = lines.at(name.start);
        let last = lines.at((name.end + body.len()).saturating_sub(1)).max(first);
        places.push((format!("/instructions/{index}"), (first, last)));
        if let Some((kind, text_at, arguments)) = assignment(instruction) {
            let what = Assignment { kind, index, stage, arguments, escape };
            for (setting, offset) in settings::read(&what, text.get(text_at.clone()).unwrap_or(""))
            {
                let line = lines.at(text_at.start + offset);
                of_settings.push((setting.pointer.clone(), (line, line)));
                settings.push(setting);
            }
        }
        instructions.push(Instruction {
            name: text.get(name).unwrap_or("").to_ascii_uppercase(),
            stage,
            text: body.trim_start().to_owned(),
        });
    }
    let program: Vec<Line<'_>> = parsed.instructions.iter().map(line).collect();
    let Followed { stages, images, added } = follow(&program, escape);
    for (stage, at) in &stages {
        let of = |index: usize| places.get(index).map_or((1, 1), |place| place.1);
        let (from, user) = (of(at.from), at.user.map(of));
        places.push((stage.pointer.clone(), from));
        places.extend(user.map(|lines| (format!("{}/user", stage.pointer), lines)));
    }
    places.extend(of_settings);
    let stages: Vec<Stage> = stages.into_iter().map(|(stage, _)| stage).collect();
    let final_stage = stages.len().saturating_sub(1);
    let path = path.to_owned();
    let dockerfile =
        Dockerfile { path, stages, final_stage, instructions, images, settings, added };
    Ok((dockerfile, SpanTable::of(places)))
}

/// `ENV`, `ARG` or `LABEL` with the place and the text of what follows.
fn assignment<'p>(
    instruction: &'p Parsed<'_>,
) -> Option<(&'static str, std::ops::Range<usize>, &'p str)> {
    let (kind, arguments) = match instruction {
        Parsed::Env(env) => ("ENV", &env.arguments),
        Parsed::Arg(arg) => ("ARG", &arg.arguments),
        Parsed::Label(label) => ("LABEL", &label.arguments),
        _ => return None,
    };
    Some((kind, arguments.span.clone(), &arguments.value))
}

/// What counts for users and bases, in our own words: `parse-dockerfile` stays in this file.
fn line<'p>(instruction: &'p Parsed<'_>) -> Line<'p> {
    match instruction {
        Parsed::From(from) => Line::From {
            image: &from.image.value,
            name: from.as_.as_ref().map(|(_, name)| name.value.as_ref()),
            platform: option(&from.options, "platform"),
        },
        Parsed::Copy(copy) => match option(&copy.options, "from") {
            Some(from) => Line::Copy { from },
            None => Line::Other,
        },
        Parsed::Add(add) => Line::Add {
            sources: add.src.iter().filter_map(source).collect(),
            checksum: option(&add.options, "checksum").is_some_and(|sum| !sum.is_empty()),
        },
        Parsed::Arg(arg) => Line::Arg(&arg.arguments.value),
        Parsed::Env(env) => Line::Env(&env.arguments.value),
        Parsed::User(user) => Line::User(&user.arguments.value),
        _ => Line::Other,
    }
}

/// The value of `--name=value`.
fn option<'p>(options: &'p [Flag<'_>], name: &str) -> Option<&'p str> {
    let flag = options.iter().find(|flag| flag.name.value == name)?;
    flag.value.as_ref().map(|value| value.value.as_ref())
}

/// A source that is not a here-document.
fn source<'p>(source: &'p Source<'_>) -> Option<&'p str> {
    match source {
        Source::Path(path) => Some(&path.value),
        _ => None,
    }
}

/// Where the instruction's name stands.
fn keyword(instruction: &Parsed<'_>) -> std::ops::Range<usize> {
    let keyword = match instruction {
        Parsed::Add(i) => &i.add,
        Parsed::Arg(i) => &i.arg,
        Parsed::Cmd(i) => &i.cmd,
        Parsed::Copy(i) => &i.copy,
        Parsed::Entrypoint(i) => &i.entrypoint,
        Parsed::Env(i) => &i.env,
        Parsed::Expose(i) => &i.expose,
        Parsed::From(i) => &i.from,
        Parsed::Healthcheck(i) => &i.healthcheck,
        Parsed::Label(i) => &i.label,
        Parsed::Maintainer(i) => &i.maintainer,
        Parsed::Onbuild(i) => &i.onbuild,
        Parsed::Run(i) => &i.run,
        Parsed::Shell(i) => &i.shell,
        Parsed::Stopsignal(i) => &i.stopsignal,
        Parsed::User(i) => &i.user,
        Parsed::Volume(i) => &i.volume,
        Parsed::Workdir(i) => &i.workdir,
        // The crate may learn new instructions; they have no place until this list does.
        _ => return 0..0,
    };
    keyword.span.clone()
}

/// Cuts blank lines and comments off the end of what stands between two instructions. A line that
/// begins with `#` inside is part of a here-document or of a continued instruction.
fn body(between: &str, escape: char) -> &str {
    let mut body = between.trim_end();
    while let Some((above, last)) = body.rsplit_once('\n') {
        let comment = |line: &str| line.trim_start().starts_with('#');
        // A comment is never continued, whatever it ends with: it may be code that was taken out.
        let before = above.lines().next_back().unwrap_or("");
        let continued = above.trim_end().ends_with(escape) && !comment(before);
        if !comment(last) || continued {
            break;
        }
        body = above.trim_end();
    }
    body
}

#[cfg(test)]
mod tests;
