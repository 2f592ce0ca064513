//! Are all deliveries that GitHub is known to send still at hand, and the single fixtures what was recorded?
#![allow(clippy::unwrap_used)]

#[path = "support/examples.rs"]
mod examples;

use std::path::Path;

use serde_json::Value;

use examples::examples;

#[test]
fn the_collection_is_whole() {
    let examples = examples();
    let mut events: Vec<&str> = examples.iter().map(|(event, _)| event.as_str()).collect();
    events.dedup();
    assert_eq!((examples.len(), events.len()), (329, 58));
}

#[test]
fn single_fixtures_are_what_was_recorded() {
    let examples = examples();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/webhooks");
    let mut seen = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        // README.md says why this one is not a recording.
        let Some(stem) = name.strip_suffix(".json").filter(|stem| *stem != "pull_request.edited")
        else {
            continue;
        };
        let (event, action) = stem.split_once('.').map_or((stem, None), |(e, a)| (e, Some(a)));
        let payload: Value = serde_json::from_slice(&std::fs::read(&path).unwrap()).unwrap();
        assert_eq!(payload["action"].as_str(), action, "{name}");
        assert!(examples.contains(&(event.to_string(), payload)), "{name} was never recorded");
        seen += 1;
    }
    assert_eq!(seen, 19);
}
