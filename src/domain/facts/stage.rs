//! As whom does a stage run, and on what? Follows `ARG`, `ENV` and `FROM stage`.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::dockerfile::{Added, Base, ExternalImage, Stage, User};
use super::image::Image;
use super::substitute::{Expanded, expand};

/// More variables than any Dockerfile has; further ones are not known.
const MAX_VARIABLES: usize = 500;
/// Longer names are not remembered: every stage copies its parent's.
const MAX_NAME_BYTES: usize = 100;

/// Variables that well-known base images set: repository prefix, name, value.
/// .NET: <https://github.com/dotnet/dotnet-docker> sets `APP_UID=1654` in every runtime image.
const BASE_ENV: [(&str, &str, &str); 1] = [("mcr.microsoft.com/dotnet/", "APP_UID", "1654")];

/// An instruction, as far as it matters here.
pub(super) enum Line<'p> {
    From { image: &'p str, name: Option<&'p str>, platform: Option<&'p str> },
    Arg(&'p str),
    Env(&'p str),
    User(&'p str),
    Copy { from: &'p str },
    Add { sources: Vec<&'p str>, checksum: bool },
    Other,
}

/// The instructions that a stage's pointers name.
pub(super) struct Places {
    pub(super) from: usize,
    pub(super) user: Option<usize>,
}

/// What a Dockerfile's instructions come to.
#[derive(Default)]
pub(super) struct Followed {
    /// All stages, in order.
    pub(super) stages: Vec<(Stage, Places)>,
    /// `FROM` and `COPY --from` of images that are built elsewhere, in order.
    pub(super) images: Vec<ExternalImage>,
    /// Sources of `ADD`, in order.
    pub(super) added: Vec<Added>,
}

/// Follows the instructions from the first to the last.
pub(super) fn follow(program: &[Line<'_>], escape: char) -> Followed {
    let mut global = Scope::default();
    let mut scopes: Vec<Scope> = Vec::new();
    let Followed { mut stages, mut images, mut added } = Followed::default();
    for (at, line) in program.iter().enumerate() {
        match line {
            Line::From { image, name, platform } => {
                let base = Base::of(image, escape, &global);
                let parent = parent(&stages, &base);
                let (scope, external_base, user, user_at) = match parent {
                    Some(parent) => {
                        let (stage, places) = &stages[parent];
                        let scope = scopes[parent].clone();
                        (scope, stage.external_base.clone(), stage.user.clone(), places.user)
                    }
                    None => (Scope::of_base(&base), base.clone(), None, None),
                };
                scopes.push(scope);
                let index = stages.len();
                let stage = Stage {
                    index,
                    name: name.map(str::to_owned),
                    pointer: format!("/stages/{index}"),
                    base,
                    from_stage: parent,
                    external_base,
                    platform: platform.map(str::to_owned),
                    user,
                };
                if parent.is_none() && stage.base.resolved.as_deref() != Some("scratch") {
                    images.push(ExternalImage::of("FROM", at, index, stage.base.clone()));
                }
                stages.push((stage, Places { from: at, user: user_at }));
            }
            Line::Arg(text) => match scopes.last_mut() {
                Some(scope) => scope.arg(text, escape, Some(&global)),
                None => global.arg(text, escape, None),
            },
            Line::Env(text) => {
                if let Some(scope) = scopes.last_mut() {
                    scope.env(text, escape);
                }
            }
            Line::User(raw) => {
                if let (Some(scope), Some((stage, places))) = (scopes.last(), stages.last_mut()) {
                    let Expanded { value, unresolved } = scope.expand(raw, escape);
                    places.user = Some(at);
                    stage.user = Some(User {
                        raw: (*raw).to_owned(),
                        resolved: value,
                        unresolved_variable: unresolved,
                        pointer: format!("/instructions/{at}"),
                        stage: stage.index,
                    });
                }
            }
            Line::Copy { from } => {
                // BuildKit expands no variables here: what has one cannot be built as it stands.
                let base = Base::of(from, escape, &Scope::default());
                let stage = stages.len().saturating_sub(1);
                images.push(ExternalImage::of("COPY", at, stage, base));
            }
            Line::Add { sources, checksum } => {
                let Some(scope) = scopes.last() else { continue };
                for raw in sources {
                    let Expanded { value, unresolved } = scope.expand(raw, escape);
                    added.push(Added {
                        pointer: format!("/instructions/{at}"),
                        stage: stages.len().saturating_sub(1),
                        raw: (*raw).to_owned(),
                        resolved: value,
                        unresolved_variable: unresolved,
                        checksum: *checksum,
                    });
                }
            }
            Line::Other => {}
        }
    }
    // A stage may be named before it comes, which is an error, but not an image.
    images.retain(|image| image.instruction == "FROM" || !is_stage(&stages, &image.base));
    Followed { stages, images, added }
}

/// Whether `COPY --from` names a stage, by name or number.
fn is_stage(stages: &[(Stage, Places)], base: &Base) -> bool {
    parent(stages, base).is_some() || base.raw.chars().all(|c| c.is_ascii_digit())
}

impl Base {
    fn of(raw: &str, escape: char, global: &Scope) -> Self {
        let Expanded { value, unresolved } = global.expand(raw, escape);
        let image = value.as_deref().map(Image::parse);
        Self { raw: raw.to_owned(), resolved: value, unresolved_variable: unresolved, image }
    }
}

impl ExternalImage {
    fn of(instruction: &'static str, at: usize, stage: usize, base: Base) -> Self {
        // `FROM`s keep their own pointer, which other facts use as well.
        let pointer = match instruction {
            "FROM" => format!("/stages/{stage}"),
            _ => format!("/instructions/{at}"),
        };
        Self { instruction, pointer, stage, base }
    }
}

/// The earlier stage that a base names; names do not care for case.
fn parent(stages: &[(Stage, Places)], base: &Base) -> Option<usize> {
    let wanted = base.resolved.as_deref()?;
    let named =
        |stage: &Stage| stage.name.as_deref().is_some_and(|n| n.eq_ignore_ascii_case(wanted));
    stages.iter().rposition(|(stage, _)| named(stage))
}

/// The variables known at one place: name → value, `None` for an `ARG` without default.
#[derive(Clone, Default)]
struct Scope {
    env: Variables,
    arg: Variables,
}

type Variables = BTreeMap<Arc<str>, Option<Arc<str>>>;

impl Scope {
    fn of_base(base: &Base) -> Self {
        let resolved = base.resolved.as_deref().unwrap_or("");
        let known = BASE_ENV.iter().filter(|(prefix, _, _)| resolved.starts_with(prefix));
        let env = known.map(|(_, name, value)| (Arc::from(*name), Some(Arc::from(*value))));
        Self { env: env.collect(), arg: BTreeMap::new() }
    }

    /// `ENV` wins over `ARG`, whatever the order.
    fn expand(&self, text: &str, escape: char) -> Expanded {
        let known = |name: &str| self.env.get(name).or_else(|| self.arg.get(name));
        let lookup = |name: &str| known(name).map(|value| value.as_deref().map(str::to_owned));
        expand(text.trim(), escape, &lookup)
    }

    fn arg(&mut self, text: &str, escape: char, global: Option<&Self>) {
        for word in words(text, escape) {
            let (name, value) = match word.split_once('=') {
                Some((name, value)) => (name, self.expand(value, escape).value),
                // Inside a stage, a bare name takes the global value.
                None => {
                    let outer = global.and_then(|global| global.arg.get(word.as_str()));
                    (word.as_str(), outer.and_then(|value| value.as_deref()).map(str::to_owned))
                }
            };
            set(&mut self.arg, name, value);
        }
    }

    fn env(&mut self, text: &str, escape: char) {
        let words = words(text, escape);
        let Some(first) = words.first() else { return };
        if !first.contains('=') {
            // The old form: one name, then everything else is the value.
            let rest = text.trim_start().get(first.len()..).unwrap_or("").trim();
            let value = self.expand(rest, escape).value;
            set(&mut self.env, first, value);
            return;
        }
        // All values of one instruction see the variables as they were before it.
        let pairs = words.iter().filter_map(|word| word.split_once('='));
        let values: Vec<_> = pairs.map(|(k, v)| (k, self.expand(v, escape).value)).collect();
        for (name, value) in values {
            set(&mut self.env, name, value);
        }
    }
}

fn set(variables: &mut Variables, name: &str, value: Option<String>) {
    let room = variables.len() < MAX_VARIABLES && name.len() <= MAX_NAME_BYTES;
    if room || variables.contains_key(name) {
        variables.insert(Arc::from(name), value.map(Arc::from));
    }
}

/// Splits at white space outside quotes; quotes and escapes stay for [`expand`].
pub(super) fn words(text: &str, escape: char) -> Vec<String> {
    let mut words = Vec::new();
    let mut word = String::new();
    let mut quote = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match (c, quote) {
            (c, None) if c.is_whitespace() => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
                continue;
            }
            ('\'' | '"', None) => quote = Some(c),
            (c, Some(open)) if c == open => quote = None,
            (c, open) if c == escape && open != Some('\'') => {
                word.push(c);
                word.extend(chars.next());
                continue;
            }
            _ => {}
        }
        word.push(c);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}
