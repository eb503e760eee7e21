//! Words whose closing period belongs to them.

/// What the period after a word can mean, apart from the end of a sentence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Abbreviation {
    /// Something always follows: a title, or "e.g.".
    Leads,
    /// A number follows: "Fig.", "No.".
    LeadsNumber,
    /// The sentence may end with it or go on: "U.S.", "Inc.", "Nov.".
    Either,
    /// A single letter: an initial, or the last letter of a label.
    Initial,
}

/// Always followed by what they are about. In lower case.
const LEADS: &[&str] = &[
    "adm", "amb", "approx", "brig", "ca", "capt", "cdr", "cf", "cmdr", "col", "cpl", "dr", "e.g", "ex-gov", "ex-pres",
    "ex-rep", "ex-sen", "ft", "gen", "gov", "hon", "i.e", "lt", "lt.-gov", "maj", "mme", "mr", "mrs", "ms", "mt",
    "pres", "prof", "pvt", "rep", "reps", "resp", "rev", "sen", "sens", "sgt", "st", "ste", "supt", "viz", "vs",
    "w.r.t",
];

/// Followed by a number, otherwise words of their own. In lower case.
const LEADS_NUMBER: &[&str] = &[
    "art", "ch", "chap", "def", "eq", "eqn", "eqs", "ex", "fig", "figs", "lem", "no", "nos", "nr", "p", "pp", "prop",
    "ref", "refs", "sec", "sect", "tab", "thm", "v", "vol", "vols",
];

/// May end a sentence. In lower case.
const EITHER: &[&str] = &[
    "al", "assn", "assoc", "ave", "bldg", "blvd", "bros", "co", "corp", "cos", "dept", "dist", "ed", "eds", "esp",
    "est", "et", "etc", "incl", "inc", "jr", "ltd", "max", "min", "orig", "ph.d", "plc", "rd", "sr", "univ",
    // Months and days.
    "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec", "mon", "tue", "tues", "wed",
    "thu", "thurs", "fri", // The states of the U.S., as newspapers shorten them.
    "ala", "ariz", "ark", "calif", "colo", "conn", "del", "fla", "ga", "ill", "ind", "kan", "ky", "la", "mass", "md",
    "mich", "minn", "miss", "mo", "mont", "neb", "nev", "okla", "ore", "pa", "tenn", "tex", "va", "vt", "wash", "wis",
    "wyo",
];

/// Abbreviations that are common words when they are not capitalised.
const CAPITALISED_ONLY: &[&str] = &[
    "art", "ark", "col", "del", "ex", "fri", "gen", "ill", "ind", "jan", "la", "mar", "mass", "max", "min", "miss",
    "mo", "mon", "no", "ore", "pa", "rep", "sat", "sun", "tab", "thu", "tex", "tue", "wash", "wed", "ms", "st", "pres",
    "ed", "est", "p", "v",
];

/// What kind of abbreviation `word` is, given without its closing period.
pub(crate) fn abbreviation(word: &str) -> Option<Abbreviation> {
    // "D-Calif." is cut like "Calif."
    let word = match word.split_once('-') {
        Some((party, state)) if party.len() == 1 => state,
        _ => word,
    };
    let mut characters = word.chars();
    let first = characters.next()?;
    if characters.next().is_none() {
        return first.is_alphabetic().then_some(Abbreviation::Initial);
    }
    // "MT" is an acronym, "Mt" a mountain.
    if word.chars().all(char::is_uppercase) {
        return None;
    }
    let lower = word.to_lowercase();
    if CAPITALISED_ONLY.contains(&lower.as_str()) && !first.is_uppercase() {
        // "pp. 3" and "no. 3" are understood all the same.
        return LEADS_NUMBER.contains(&lower.as_str()).then_some(Abbreviation::LeadsNumber);
    }
    let listed = |list: &[&str]| list.contains(&lower.as_str());
    if listed(LEADS) {
        Some(Abbreviation::Leads)
    } else if listed(LEADS_NUMBER) {
        Some(Abbreviation::LeadsNumber)
    } else if listed(EITHER) || has_inner_periods(word) {
        Some(Abbreviation::Either)
    } else {
        None
    }
}

/// Single letters with periods between them: "U.S", "a.m", "J.F.K".
fn has_inner_periods(word: &str) -> bool {
    word.contains('.')
        && word.split('.').all(|part| {
            let mut characters = part.chars();
            characters.next().is_some_and(char::is_alphabetic) && characters.next().is_none()
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_abbreviations() {
        for (word, expected) in [
            ("Dr", Some(Abbreviation::Leads)),
            ("e.g", Some(Abbreviation::Leads)),
            ("Fig", Some(Abbreviation::LeadsNumber)),
            ("no", Some(Abbreviation::LeadsNumber)),
            ("U.S", Some(Abbreviation::Either)),
            ("D-Calif", Some(Abbreviation::Either)),
            ("Mass", Some(Abbreviation::Either)),
            ("mass", None),
            ("MT", None),
            ("Mt", Some(Abbreviation::Leads)),
            ("F", Some(Abbreviation::Initial)),
            ("Ö", Some(Abbreviation::Initial)),
            ("3", None),
            ("end.Next", None),
            ("", None),
        ] {
            assert_eq!(abbreviation(word), expected, "{word}");
        }
    }
}
