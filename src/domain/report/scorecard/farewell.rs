//! An issue is kept no more: what its readers are told, above what it said last.

use chrono::NaiveDate;

/// By it an issue is known that says so already.
const LEAD: &str = "> **No longer kept here.**";

/// Why an issue is kept no more.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Farewell<'a> {
    /// Its campaign stands in the organisation's configuration no more, or under another name.
    Dropped,
    /// Issues are kept in another repository, this one at that address; `None`: it is not told here,
    /// or there is none.
    Moved(Option<&'a str>),
}

/// The text with a sentence before it; `None` where it has one. The text keeps its mark, so
/// that the issue is found should it be needed again.
pub fn farewell(body: &str, why: &Farewell<'_>, today: NaiveDate) -> Option<String> {
    if body.starts_with(LEAD) {
        return None;
    }
    let words = match why {
        Farewell::Dropped => {
            format!("The campaign is not in the organisation's configuration since {today}.")
        }
        Farewell::Moved(Some(url)) => format!("Since {today} it goes on in {url}"),
        Farewell::Moved(None) => {
            format!("Since {today} such issues are in another repository of the organisation.")
        }
    };
    Some(format!("{LEAD} {words}\n\n{body}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_said_once_above_the_rest_and_the_mark_stays_last() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 21).unwrap_or_default();
        let told = farewell("Figures\n\n<!-- mark -->\n", &Farewell::Dropped, today);
        let told = told.unwrap_or_default();
        assert_eq!(
            told,
            "> **No longer kept here.** The campaign is not in the organisation's configuration \
             since 2026-11-21.\n\nFigures\n\n<!-- mark -->\n"
        );
        assert_eq!(farewell(&told, &Farewell::Moved(None), today), None);
        let moved = Farewell::Moved(Some("https://github.test/acme/home/issues/1"));
        let told = farewell("Figures\n", &moved, today).unwrap_or_default();
        assert!(told.contains("goes on in https://github.test/acme/home/issues/1\n\nFigures"));
    }
}
