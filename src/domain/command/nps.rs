//! `nps <0-10> [words…]`: would you recommend the golden path to a colleague?

use super::{Command, Needs, Spec};
use crate::domain::report::words::clip;

/// Longest remark that is kept, in bytes.
const WORDS: usize = 500;

pub(super) const SPEC: Spec = Spec {
    name: "nps",
    usage: "nps <0-10> [words…]",
    summary: "note how likely you are to recommend the golden path; one answer per person and quarter",
    needs: Needs::Read,
    parse,
};

fn parse(arguments: &[String]) -> Result<Command, String> {
    let (score, words) = arguments.split_first().ok_or("say a number from 0 to 10")?;
    let score = score.parse::<u8>().ok().filter(|score| *score <= 10);
    let score = score.ok_or("say a number from 0 to 10 first")?;
    let words = clip(words.join(" ").trim(), WORDS);
    Ok(Command::Nps { score, words: (!words.is_empty()).then_some(words) })
}

#[cfg(test)]
mod tests {
    use crate::domain::command::{Command, read};

    #[test]
    fn a_score_is_a_number_up_to_ten() {
        let words = Some("slow but fair".to_owned());
        let said = read("/platform nps 8 slow but fair").map(|(_, command)| command);
        assert_eq!(said, Ok(Command::Nps { score: 8, words }));
        for wrong in ["/platform nps", "/platform nps 11", "/platform nps ten", "/platform nps -1"]
        {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
