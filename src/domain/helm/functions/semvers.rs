//! Versions: the constraints of Masterminds/semver, which charts compare Kubernetes' version with.

use semver::{Prerelease, Version};

use crate::domain::helm::budget::Fault;
use crate::domain::helm::value::Value;

use super::{Args, Function, function};

pub(super) const TABLE: &[Function] = &[
    function("semver", 1, 1, |a| {
        let text = a.str(0)?;
        let version = version(text).ok_or_else(|| a.fault("is given no version"))?.0;
        let number = |number: u64| Value::Int64(i64::try_from(number).unwrap_or(i64::MAX));
        Ok(Value::of([
            ("Major", number(version.major)),
            ("Minor", number(version.minor)),
            ("Patch", number(version.patch)),
            ("Prerelease", Value::str(version.pre.as_str())),
            ("Metadata", Value::str(version.build.as_str())),
            ("Original", Value::Str(text.clone())),
        ]))
    }),
    function("semverCompare", 2, 2, compare),
];

fn compare(args: &Args<'_>) -> Result<Value, Fault> {
    let (constraint, text) = (args.str(0)?, args.str(1)?);
    let (version, _) = version(text).ok_or_else(|| args.fault("is given no version"))?;
    for alternative in constraint.split("||") {
        let mut fits = true;
        for (op, bound) in terms(alternative) {
            let bound = range(op, bound)
                .ok_or_else(|| args.fault("has a constraint that cannot be read"))?;
            fits &= bound.holds(&version);
        }
        if fits {
            return Ok(Value::Bool(true));
        }
    }
    Ok(Value::Bool(false))
}

/// `v1.2`, `1`, `1.2.3-rc.1+x`; and how many numbers it had.
fn version(text: &str) -> Option<(Version, usize)> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let end = text.find(['-', '+']).unwrap_or(text.len());
    let (core, rest) = text.split_at(end);
    let (rest, build) = rest.split_once('+').unwrap_or((rest, ""));
    let mut numbers = [0_u64; 3];
    let mut count = 0;
    for part in core.split('.') {
        *numbers.get_mut(count)? = part.parse().ok()?;
        count += 1;
    }
    let [major, minor, patch] = numbers;
    let mut version = Version::new(major, minor, patch);
    version.pre = Prerelease::new(rest.strip_prefix('-').unwrap_or("")).ok()?;
    version.build = semver::BuildMetadata::new(build).ok()?;
    Some((version, count))
}

/// The comparisons of one alternative: `>= 1.2, < 2`, `>=1.2 <2`, `1.2 - 1.4`, `^1`.
fn terms(text: &str) -> Vec<(&str, &str)> {
    if let Some((low, high)) = text.split_once(" - ") {
        return vec![(">=", low.trim()), ("<=", high.trim())];
    }
    let mut terms = Vec::new();
    let mut op: Option<&str> = None;
    for word in text.split([',', ' ']).filter(|word| !word.is_empty()) {
        let end = word.find(|c| !"=!<>~^".contains(c)).unwrap_or(word.len());
        let (sign, bound) = word.split_at(end);
        let sign = if sign.is_empty() { op.take().unwrap_or("") } else { sign };
        if bound.is_empty() {
            op = Some(sign);
        } else {
            terms.push((sign, bound));
        }
    }
    terms
}

/// What a comparison allows.
struct Range {
    /// From here, itself included.
    from: Option<Version>,
    /// Up to here, itself excluded.
    below: Option<Version>,
    /// All but that.
    outside: bool,
    /// Versions before a release count.
    early: bool,
}

impl Range {
    fn holds(&self, version: &Version) -> bool {
        if !version.pre.is_empty() && !self.early {
            return false;
        }
        let after = self.from.as_ref().is_none_or(|from| version.cmp_precedence(from).is_ge());
        let before = self.below.as_ref().is_none_or(|to| version.cmp_precedence(to).is_lt());
        (after && before) != self.outside
    }
}

fn range(op: &str, bound: &str) -> Option<Range> {
    let wild = |text: &str| matches!(text, "x" | "X" | "*");
    // `1.x` is `1`, as far as it goes.
    let known: Vec<&str> = bound.split('.').take_while(|part| !wild(part)).collect();
    let starred = known.len() < bound.split('.').count();
    let text = if starred { known.join(".") } else { bound.to_owned() };
    if text.is_empty() || text == "v" {
        return Some(Range { from: None, below: None, outside: false, early: false });
    }
    let (from, count) = version(&text)?;
    let early = !from.pre.is_empty();
    let next = |place: usize| match place {
        1 => Version::new(from.major.saturating_add(1), 0, 0),
        2 => Version::new(from.major, from.minor.saturating_add(1), 0),
        _ => Version::new(from.major, from.minor, from.patch.saturating_add(1)),
    };
    // The first version behind all those that the bound means.
    let mut after = next(if early { 3 } else { count });
    if early {
        // Behind `1.2.3-rc` comes `1.2.3-rc.0`: nothing lies between.
        after = from.clone();
        after.pre = Prerelease::new(&format!("{}.0", from.pre)).ok()?;
    }
    let same = match op {
        "~" | "~>" => next(count.min(2)),
        "^" => match (from.major, from.minor, count) {
            (0, 0, 3) => next(3),
            (0, 0, 2) => next(2),
            (0, minor, 2..) if minor > 0 => next(2),
            _ => next(1),
        },
        _ => after.clone(),
    };
    let some = |from, below| Some(Range { from, below, outside: false, early });
    match op {
        "" | "=" | "~" | "~>" | "^" => some(Some(from), Some(same)),
        "!=" => Some(Range { from: Some(from), below: Some(same), outside: true, early }),
        ">" => some(Some(after), None),
        ">=" | "=>" => some(Some(from), None),
        "<" => some(None, Some(from)),
        "<=" | "=<" => some(None, Some(after)),
        _ => None,
    }
}
