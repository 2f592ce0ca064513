//! How do figures get into a spreadsheet? CSV as of RFC 4180, with LF.

/// A line of cells. Cells with commas, quotes or line breaks are quoted. Text that a spreadsheet
/// would take for a formula (it may come from a repository) is led by an apostrophe; numbers are
/// not.
///
/// ```
/// use waymark::domain::report::csv::line;
/// assert_eq!(line(["a", "b,c", "say \"x\"", "-1.5", "=HYPERLINK(1)"]), "a,\"b,c\",\"say \"\"x\"\"\",-1.5,'=HYPERLINK(1)\n");
/// ```
pub fn line<S: AsRef<str>>(cells: impl IntoIterator<Item = S>) -> String {
    let cells: Vec<String> = cells.into_iter().map(|cell| quoted(cell.as_ref())).collect();
    cells.join(",") + "\n"
}

fn quoted(cell: &str) -> String {
    let formula =
        cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.parse::<f64>().is_err();
    let cell = if formula { format!("'{cell}") } else { cell.to_owned() };
    if cell.contains([',', '"', '\n', '\r']) {
        return format!("\"{}\"", cell.replace('"', "\"\""));
    }
    cell
}

/// A figure, or nothing.
pub fn figure<T: ToString>(figure: Option<T>) -> String {
    figure.map(|figure| figure.to_string()).unwrap_or_default()
}
