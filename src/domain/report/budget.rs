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

#[cfg(test)]
mod tests {
    use super::*;

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
