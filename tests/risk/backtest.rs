//! The reference replay over twelve public repositories (`fixtures/risk`), to the figures that were
//! measured apart from this code.

use std::path::Path;
use std::sync::LazyLock;

use waymark::domain::risk::backtest::{Backtest, Series, backtest, rows};
use waymark::domain::risk::model::Model;
use waymark::edge::disk::read_series;

static FOUND: LazyLock<Backtest> = LazyLock::new(|| {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/risk");
    let series: Vec<Series> = read_series(&folder)
        .expect("readable")
        .into_iter()
        .map(|(name, text)| Series { name, rows: rows::read(&text).expect("well-formed") })
        .collect();
    assert_eq!(series.len(), 12);
    backtest(Model::built_in().expect("readable"), &series).expect("reverts")
});

fn near(found: f64, reference: f64, digits: i32) {
    let off = (found - reference).abs();
    assert!(off <= 0.500_001 * 10_f64.powi(-digits), "{found} is not {reference}");
}

#[test]
fn the_reference_replay() {
    let found = &*FOUND;
    assert_eq!((found.changes, found.reverted), (61_915, 652));
    near(found.auc_within, 0.603, 3);
    near(found.auc_across, 0.733, 3);
    let held: Vec<f64> = found.captures.iter().map(|c| c.of_reverts).collect();
    for (held, reference) in held.into_iter().zip([0.183, 0.310, 0.635]) {
        near(held, reference, 3);
    }
    near(found.predicted, 0.01047, 5);
    near(found.observed, 0.01053, 5);
    near(found.calibration_error, 0.0012, 4);
}

#[test]
fn every_band_holds_what_it_promises() {
    let reference = [
        (6_136, 33, 0.48, 0.54),
        (29_882, 256, 0.78, 0.86),
        (23_490, 307, 1.37, 1.31),
        (2_407, 56, 2.70, 2.33),
    ];
    assert_eq!(FOUND.bands.len(), reference.len());
    for (row, (changes, reverted, predicted, observed)) in FOUND.bands.iter().zip(reference) {
        assert_eq!((row.changes, row.reverted), (changes, reverted));
        near(row.predicted * 100.0, predicted, 2);
        near(row.observed * 100.0, observed, 2);
        let close = (row.predicted / row.observed - 1.0).abs() <= 0.25;
        let [low, high] = row.interval;
        assert!(close || (low..=high).contains(&row.predicted), "{row:?}");
    }
    let words: Vec<_> = FOUND.bands.iter().map(|row| row.band).collect();
    assert_eq!(words, ["lower", "usual", "usual", "raised"]);
}

#[test]
fn the_table_and_the_drawing_show_it() {
    let text = FOUND.text();
    for words in ["61,915 changes of 12 repositories", "0.603", "2 x and over raised", "snuba"] {
        assert!(text.contains(words), "{words} is not in\n{text}");
    }
    let svg = FOUND.svg();
    assert_eq!(svg.matches("<circle").count(), 10);
    assert!(!svg.contains("NaN") && !svg.contains("inf") && !svg.contains("<script"));
}
