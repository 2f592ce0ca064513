//! A webhook's reader gives intents or a reason, whatever arrives.

use proptest::prelude::*;
use serde_json::Value;
use waymark::domain::event::{READERS, read};

use super::arbitrary::json;

/// Recorded deliveries that a reader reads: (event, body).
fn recorded() -> Vec<(String, Value)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/webhooks");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        let event = name.split('.').next().unwrap().to_owned();
        if name.ends_with(".json") && READERS.iter().any(|r| r.event == event) {
            found.push((event, serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap()));
        }
    }
    found.sort_by(|a: &(String, Value), b| a.0.cmp(&b.0));
    found
}

/// Pointers to every value in a body.
fn places(value: &Value, at: &str, found: &mut Vec<String>) {
    found.push(at.to_owned());
    match value {
        Value::Object(map) => {
            map.iter().for_each(|(key, value)| places(value, &format!("{at}/{key}"), found));
        }
        Value::Array(list) => {
            let each = list.iter().enumerate();
            each.for_each(|(i, value)| places(value, &format!("{at}/{i}"), found));
        }
        _ => {}
    }
}

#[test]
fn recorded_deliveries_are_read() {
    let recorded = recorded();
    assert!(recorded.len() > 10);
    for (event, body) in recorded {
        read(&event, body.to_string().as_bytes()).unwrap_or_else(|e| panic!("{e}"));
    }
}

proptest! {
    #[test]
    fn any_json_and_any_bytes_are_read_or_refused(
        body in json(),
        bytes in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        for reader in READERS {
            let _ = read(reader.event, body.to_string().as_bytes());
            let _ = read(reader.event, &bytes);
        }
    }

    #[test]
    fn a_recorded_delivery_with_something_odd_in_it_is_read_or_refused(
        which in any::<prop::sample::Index>(),
        place in any::<prop::sample::Index>(),
        odd in json(),
    ) {
        let recorded = recorded();
        let (event, mut body) = recorded[which.index(recorded.len())].clone();
        let mut all = Vec::new();
        places(&body, "", &mut all);
        if let Some(slot) = body.pointer_mut(&all[place.index(all.len())]) {
            *slot = odd;
        }
        let _ = read(&event, body.to_string().as_bytes());
    }
}
