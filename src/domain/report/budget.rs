//! How does a page stay within GitHub's limits without breaking its Markdown?
//!
//! Pages are put together from pieces that are whole in themselves; a piece goes in whole or is
//! counted as left out. Sizes are bytes: GitHub counts characters, of which there are never more.

use super::words::count;

/// The most that a summary, a text or a comment may take; GitHub's limit is 65,535 characters.
pub const PAGE_BYTES: usize = 60_000;

/// The items that fit into `room` bytes, in order, and how many did not.
pub fn fit(items: &[String], room: usize) -> (String, usize) {
    let mut out = String::new();
    let mut left = 0;
    for item in items {
        if out.len() + item.len() <= room {
            out.push_str(item);
        } else {
            left += 1;
        }
    }
    (out, left)
}

/// A collapsed section with list items inside, at most `room` bytes; and how many items are
/// missing. Nothing for no items; `title` is our own text, as it stands in HTML.
pub fn details(title: &str, items: &[String], room: usize) -> (String, usize) {
    let frame = format!("<details>\n<summary>{title}</summary>\n\n\n</details>\n\n");
    let note_room = 40;
    if items.is_empty() {
        return (String::new(), 0);
    }
    if frame.len() + note_room > room {
        return (String::new(), items.len());
    }
    let (mut body, left) = fit(items, room - frame.len() - note_room);
    if left > 0 {
        body += &format!("- {}\n", count(left, "more", "more"));
    }
    (format!("<details>\n<summary>{title}</summary>\n\n{body}\n</details>\n\n"), left)
}

/// What [`cut`] says where it ends early.
const ENDS: &str = "\n*The rest is too long to be shown here.*\n";

/// A page of our own making, or its beginning in at most `room` bytes: whole lines, a code block or
/// sections that are open there closed, and a word that there is more. Nothing where not even that
/// fits.
pub fn cut(page: &str, room: usize) -> String {
    const FENCE: &str = "```";
    const SHUT: &str = "\n</details>\n";
    if page.len() <= room {
        return page.to_owned();
    }
    let (mut kept, mut best) = (0, None);
    let (mut fenced, mut open) = (false, 0_usize);
    for line in page.split_inclusive('\n') {
        let closing = ENDS.len() + open * SHUT.len() + if fenced { FENCE.len() + 1 } else { 0 };
        if kept + closing <= room {
            best = Some((kept, fenced, open));
        }
        kept += line.len();
        if kept > room {
            break;
        }
        match line.trim_end() {
            text if text.starts_with(FENCE) => fenced = !fenced,
            "<details>" if !fenced => open += 1,
            "</details>" if !fenced => open = open.saturating_sub(1),
            _ => {}
        }
    }
    let Some((kept, fenced, open)) = best else { return String::new() };
    let fence = if fenced { format!("{FENCE}\n") } else { String::new() };
    format!("{}{fence}{}{ENDS}", &page[..kept], SHUT.repeat(open))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_that_is_cut_closes_what_it_opened() {
        let page = "Lead\n\n<details>\n<summary>é</summary>\n\n- one\n- two\n\n</details>\n\n\
                    ```mermaid\nline [1]\n```\n\n### More\n\ntext\n"
            .repeat(3);
        for room in 0..=page.len() + 1 {
            let shown = cut(&page, room);
            assert!(shown.len() <= room, "{room}");
            assert_eq!(shown.matches("<details>").count(), shown.matches("</details>").count());
            assert_eq!(shown.matches("```").count() % 2, 0, "{shown}");
            assert_eq!(shown == page, room >= page.len());
            assert!(shown.is_empty() || shown == page || shown.ends_with(ENDS));
        }
    }

    #[test]
    fn a_section_closes_whatever_its_room() {
        let items: Vec<String> = (0..50).map(|i| format!("- item {i}\n")).collect();
        for room in 0..800 {
            let (page, left) = details("50 things", &items, room);
            assert!(page.len() <= room);
            assert_eq!(page.is_empty(), !page.ends_with("</details>\n\n"));
            assert_eq!(page.matches("- item").count() + left, 50);
            assert_eq!(left > 0 && !page.is_empty(), page.contains(&format!("- {left} more\n")));
        }
    }
}
