//! Do predicted rates come true? Drawn: predicted against observed, both on a logarithmic scale.
//! A plain SVG without scripts, fonts or links; readable on light and dark ground.

use std::fmt::Write;

use super::Backtest;

const SIZE: f64 = 480.0;
/// Room for the labels.
const LEFT: f64 = 72.0;
const RIGHT: f64 = 24.0;
const TOP: f64 = 56.0;
const BOTTOM: f64 = 56.0;
/// Both axes, in percent.
const TICKS: [f64; 6] = [0.2, 0.5, 1.0, 2.0, 5.0, 10.0];
const LOW: f64 = 0.15;
const HIGH: f64 = 12.0;

impl Backtest {
    /// The reliability plot: ten bins of equal size, with 95 % intervals.
    pub fn svg(&self) -> String {
        let mut svg = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {SIZE} {SIZE}\" role=\"img\" \
             aria-label=\"Predicted and observed share of reverted changes\" \
             font-family=\"system-ui, sans-serif\" font-size=\"12\">\n\
             <rect width=\"{SIZE}\" height=\"{SIZE}\" fill=\"#ffffff\"/>\n\
             <text x=\"{LEFT}\" y=\"24\" font-size=\"15\" font-weight=\"600\" fill=\"#1f2328\">\
             Do predicted revert rates come true?</text>\n\
             <text x=\"{LEFT}\" y=\"42\" fill=\"#59636e\">{} changes, {} reverted; ten equal bins, 95 % intervals</text>\n",
            self.changes, self.reverted
        );
        for tick in TICKS {
            let (x, y) = (across(tick), up(tick));
            let (end_x, end_y, base) = (SIZE - RIGHT, TOP, SIZE - BOTTOM);
            let _ = writeln!(
                svg,
                "<path d=\"M{LEFT} {y:.1}H{end_x}M{x:.1} {base}V{end_y}\" stroke=\"#d1d9e0\" fill=\"none\"/>\n\
                 <text x=\"{}\" y=\"{:.1}\" text-anchor=\"end\" fill=\"#59636e\">{tick} %</text>\n\
                 <text x=\"{x:.1}\" y=\"{}\" text-anchor=\"middle\" fill=\"#59636e\">{tick} %</text>",
                LEFT - 8.0,
                y + 4.0,
                base + 18.0,
            );
        }
        let (low, high) = (LOW, HIGH);
        let _ = writeln!(
            svg,
            "<path d=\"M{:.1} {:.1}L{:.1} {:.1}\" stroke=\"#8c959f\" stroke-dasharray=\"5 4\" fill=\"none\"/>",
            across(low),
            up(low),
            across(high),
            up(high)
        );
        for bin in &self.bins {
            let [bottom, top] = bin.interval.map(|share| up(share * 100.0));
            let (x, y) = (across(bin.predicted * 100.0), up(bin.observed * 100.0));
            let _ = writeln!(
                svg,
                "<path d=\"M{x:.1} {bottom:.1}V{top:.1}\" stroke=\"#0969da\" stroke-width=\"2\"/>\n\
                 <circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"4.5\" fill=\"#0969da\"/>"
            );
        }
        let middle = LEFT + (SIZE - LEFT - RIGHT) / 2.0;
        let side = TOP + (SIZE - TOP - BOTTOM) / 2.0;
        let _ = writeln!(
            svg,
            "<text x=\"{middle}\" y=\"{}\" text-anchor=\"middle\" fill=\"#1f2328\">predicted</text>\n\
             <text transform=\"translate(18 {side}) rotate(-90)\" text-anchor=\"middle\" fill=\"#1f2328\">reverted within 30 days</text>\n</svg>",
            SIZE - 14.0
        );
        svg
    }
}

/// Where a percentage lies between the ends of an axis, 0 to 1.
fn share(percent: f64) -> f64 {
    let clamped = percent.clamp(LOW, HIGH);
    (clamped / LOW).ln() / (HIGH / LOW).ln()
}

fn across(percent: f64) -> f64 {
    LEFT + share(percent) * (SIZE - LEFT - RIGHT)
}

fn up(percent: f64) -> f64 {
    SIZE - BOTTOM - share(percent) * (SIZE - TOP - BOTTOM)
}
