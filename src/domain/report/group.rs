//! How are the new findings of one policy explained: what, where, why, and the exact fix?

use super::budget::{details, fit};
use super::escape::{code_span, prose};
use super::remedy::{authored, exact, language_of};
use super::view::Group;
use super::words::{clip, count, place};
use crate::domain::finding::Mode;
use crate::domain::judge::JudgedFinding;

/// Places that are listed before the rest is folded away.
const PLACES_IN_SIGHT: usize = 10;
/// Different fixes that are spelt out before the rest is left to the annotations.
const FIXES_IN_SIGHT: usize = 3;

/// One policy's new findings in at most `room` bytes of Markdown, and how many of them are not
/// told one by one. Any number of findings stays readable: one heading, one explanation, a list.
pub fn render_group(group: &Group<'_>, room: usize) -> (String, usize) {
    let heading = heading(group);
    let all = group.findings.len();
    let mut behind = why(group);
    behind += &fixes(group);
    if heading.len() + behind.len() + 400 > room {
        behind = String::new();
    }
    // What was found may take the room that the explanation leaves.
    let (told, left) = told(&group.findings, room.saturating_sub(heading.len() + behind.len()));
    let page = format!("{heading}{told}{behind}");
    if page.len() <= room { (page, left) } else { (String::new(), all) }
}

fn heading(group: &Group<'_>) -> String {
    let policy = group.policy;
    let weight = match policy.mode {
        Mode::Enforce => "blocks",
        Mode::Warn | Mode::Observe | Mode::Off => "does not block",
    };
    let title = prose(&clip(&policy.title, 200));
    let id = code_span(policy.id.as_str());
    format!("### {title}\n\n{id} · {} · {weight}\n\n", group.severity().as_str())
}

fn why(group: &Group<'_>) -> String {
    match authored(&clip(&group.policy.description, 2_000)) {
        why if why.is_empty() => String::new(),
        why => format!("**Why it matters.** {why}\n\n"),
    }
}

/// The findings themselves; at least how many there are.
fn told(findings: &[&JudgedFinding], room: usize) -> (String, usize) {
    if let [only] = findings {
        let text = format!("**What.** {}\n\n**Where.** {}\n\n", sentence(only), place_of(only));
        return if text.len() <= room { (text, 0) } else { (String::new(), 1) };
    }
    let one_message = findings.windows(2).all(|w| w[0].message == w[1].message);
    let intro = match findings.first() {
        Some(first) if one_message => {
            format!("**What.** {}\n\n**Where.** {} places:\n\n", sentence(first), findings.len())
        }
        _ => format!("**What and where.** {}:\n\n", count(findings.len(), "finding", "findings")),
    };
    let item = |f: &&JudgedFinding| match one_message {
        true => format!("- {}\n", place_of(f)),
        false => format!("- {} — {}\n", place_of(f), what(f)),
    };
    let items: Vec<String> = findings.iter().map(item).collect();
    let (sight, folded) = items.split_at(items.len().min(PLACES_IN_SIGHT));
    let room = room.saturating_sub(intro.len() + 200);
    let (shown, unseen) = fit(sight, room);
    let title = count(folded.len(), "more place", "more places");
    let (rest, unfolded) = details(&title, folded, room.saturating_sub(shown.len()));
    let left = unseen + unfolded;
    let note = match left {
        0 => String::new(),
        n => format!("{} not listed for want of room.\n\n", count(n, "place", "places")),
    };
    (format!("{intro}{shown}\n{rest}{note}"), left)
}

/// The fix, once when it is the same everywhere, else with the places it is for.
fn fixes(group: &Group<'_>) -> String {
    let mut kinds: Vec<(Option<&str>, &JudgedFinding, usize)> = Vec::new();
    let mut others = 0;
    for finding in &group.findings {
        let own = finding.remediation.as_deref();
        if let Some((.., places)) = kinds.iter_mut().find(|(known, ..)| *known == own) {
            *places += 1;
        } else if kinds.len() < FIXES_IN_SIGHT {
            kinds.push((own, finding, 1));
        } else {
            others += 1;
        }
    }
    let several = kinds.len() > 1;
    let mut page = String::new();
    for (own, finding, places) in kinds {
        let fix = match own {
            Some(own) => {
                exact(&clip(own, 3_000), language_of(finding.path.as_deref().unwrap_or("")))
            }
            None => authored(&clip(&group.policy.remediation, 3_000)),
        };
        if fix.is_empty() {
            continue;
        }
        let label = match (several, places) {
            (false, _) => "**Fix.**".to_owned(),
            (true, 1) => format!("**Fix** for {}:", place_of(finding)),
            (true, n) => format!(
                "**Fix** for {} and {}:",
                place_of(finding),
                count(n - 1, "other place", "other places")
            ),
        };
        // A code block needs a line of its own.
        let gap = if fix.starts_with("```") { "\n\n" } else { " " };
        page += &format!("{label}{gap}{fix}\n\n");
    }
    if others > 0 {
        page += &format!(
            "The fixes for {} differ again; `waymark check` and the JSON report have them.\n\n",
            count(others, "other place", "other places")
        );
    }
    page
}

/// What is wrong, as Markdown.
pub fn what(finding: &JudgedFinding) -> String {
    prose(&clip(&finding.message, 600))
}

fn sentence(finding: &JudgedFinding) -> String {
    let what = what(finding);
    if what.ends_with(['.', '?', '…']) { what } else { what + "." }
}

/// Where it is wrong, as Markdown: place and resource.
pub fn place_of(finding: &JudgedFinding) -> String {
    let place = match finding.path {
        // The end of a long path tells more than its beginning, but the line must stay.
        Some(_) => code_span(&clip_middle(&place(finding), 300)),
        None => "the repository as a whole".to_owned(),
    };
    match &finding.resource {
        Some(resource) => format!("{place} ({})", prose(&clip(resource, 200))),
        None => place,
    }
}

fn clip_middle(text: &str, most: usize) -> String {
    if text.len() <= most {
        return text.to_owned();
    }
    let mut from = text.len() - most / 2;
    while !text.is_char_boundary(from) {
        from += 1;
    }
    clip(text, most / 2) + &text[from..]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::judge::Judgement;
    use crate::domain::report::sample;
    use crate::domain::report::view::View;

    fn rendered(judgement: &Judgement) -> String {
        render_group(&View::of(judgement).blocking[1], 16_000).0
    }

    /// One place per fix, all with one message.
    fn with_fixes(fixes: &[Option<&str>]) -> Judgement {
        let mut judgement = sample::blocked();
        let one = judgement.findings.remove(1);
        judgement.findings.extend(fixes.iter().enumerate().map(|(i, fix)| {
            let mut f = one.clone().at(&format!("deploy/{i}.yaml"), 9, 9);
            f.remediation = fix.map(str::to_owned);
            f
        }));
        judgement
    }

    #[test]
    fn one_fix_for_all_is_told_once() {
        let page = rendered(&with_fixes(&[Some("Add `x`"), Some("Add `x`")]));
        assert!(page.contains("**Where.** 2 places:\n\n- `deploy/0.yaml:9` (Deployment"), "{page}");
        assert_eq!(page.matches("**Fix").count(), 1);
        assert!(page.contains("**Fix.** Add `x`\n"));
    }

    #[test]
    fn each_fix_names_its_places() {
        let fixes = [Some("a"), None, Some("a"), Some("b"), Some("c"), Some("d"), Some("a")];
        let page = rendered(&with_fixes(&fixes));
        let labels: Vec<&str> =
            page.lines().filter(|l| l.contains("differ again") || l.starts_with("**Fix")).collect();
        insta::assert_snapshot!(labels.join("\n"), @r"
        **Fix** for `deploy/0.yaml:9` (Deployment payment-service container web) and 2 other places: a
        **Fix** for `deploy/1.yaml:9` (Deployment payment-service container web): Set it for the pod:
        **Fix** for `deploy/3.yaml:9` (Deployment payment-service container web): b
        The fixes for 2 other places differ again; `waymark check` and the JSON report have them.
        ");
    }

    #[test]
    fn without_room_for_advice_the_place_remains() {
        let judgement = sample::blocked();
        let view = View::of(&judgement);
        let (page, left) = render_group(&view.blocking[1], 600);
        assert!(page.contains("`deploy/deployment.yaml:9-12`") && !page.contains("**Fix"));
        assert_eq!(left, 0);
        assert_eq!(render_group(&view.blocking[1], 60), (String::new(), 1));
    }
}
