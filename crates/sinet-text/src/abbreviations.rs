//! Words whose closing period belongs to them.

/// The meanings of a period after a word, apart from the end of a sentence.
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

// Lower-case entries are also met capitalised. Capitalised ones are common words, or nothing, in lower case.

/// Always followed by what they are about.
const LEADS: &[&str] = &[
    "Adm", "Amb", "approx", "Brig", "Capt", "Cdr", "cf", "Cmdr", "Col", "Cpl", "Dr", "e.g", "eg", "Ft", "Gen", "Gov",
    "Hon", "i.e", "ie", "Lt", "Maj", "Mme", "Mr", "Mrs", "Ms", "Mt", "Pres", "Prof", "Pvt", "Rep", "Reps", "resp",
    "Rev", "Sen", "Sens", "Sgt", "Ste", "Supt", "viz", "vs", "w.r.t", "Asst", "Atty", "ca", "Det", "Insp", "Messrs",
    "Mlle",
];

/// Followed by a number, otherwise words of their own.
const LEADS_NUMBER: &[&str] = &[
    "art", "ch", "chap", "def", "eq", "eqn", "eqs", "ex", "fig", "figs", "lem", "no", "nos", "nr", "pp", "prop", "ref",
    "refs", "sec", "sect", "tab", "thm", "vol", "vols", "amend", "app", "cl", "Id", "N°", "№", "par", "para", "Suppl",
    "Table", "Tables",
];

/// May end a sentence: also months, days, and the states of the U.S. as newspapers shorten them.
const EITHER: &[&str] = &[
    "al",
    "Assn",
    "assoc",
    "Ave",
    "Bldg",
    "Blvd",
    "Bros",
    "Co",
    "Corp",
    "Cos",
    "Dept",
    "Dist",
    "Ed",
    "eds",
    "esp",
    "Est",
    "etc",
    "Inc",
    "incl",
    "Jr",
    "Ltd",
    "max",
    "min",
    "orig",
    "Ph.D",
    "plc",
    "Rd",
    "Sr",
    "St",
    "Univ",
    "Jan",
    "Feb",
    "Mar",
    "Apr",
    "Jun",
    "Jul",
    "Aug",
    "Sep",
    "Sept",
    "Oct",
    "Nov",
    "Dec",
    "Mon",
    "Tue",
    "Tues",
    "Wed",
    "Thu",
    "Thurs",
    "Fri",
    "Ala",
    "Ariz",
    "Ark",
    "Calif",
    "Colo",
    "Conn",
    "Del",
    "Fla",
    "Ga",
    "Ill",
    "Ind",
    "Kan",
    "Ky",
    "La",
    "Mass",
    "Md",
    "Mich",
    "Minn",
    "Miss",
    "Mo",
    "Mont",
    "Neb",
    "Nev",
    "Okla",
    "Ore",
    "Pa",
    "Tenn",
    "Tex",
    "Va",
    "Vt",
    "Wash",
    "Wis",
    "Wyo",
    "sp",
    "spp",
    "subsp",
    "ssp",
    "var",
    "cv",
    "aff",
    "nov",
    "pv",
    "Acad",
    "Adv",
    "Anal",
    "Ann",
    "Appl",
    "Bankr",
    "Biochem",
    "Bioinform",
    "Biol",
    "Biophys",
    "Biosci",
    "Biotechnol",
    "Bull",
    "Chem",
    "Cir",
    "Civ",
    "Cl",
    "Clin",
    "Commun",
    "Comput",
    "Conf",
    "Crim",
    "Ct",
    "Curr",
    "Div",
    "Environ",
    "Eng",
    "Evid",
    "Exp",
    "Fed",
    "Gastroenterol",
    "Genet",
    "Hum",
    "Immunol",
    "Int",
    "Intl",
    "Lett",
    "Med",
    "Microbiol",
    "Mol",
    "Nat",
    "Natl",
    "Neurosci",
    "Nucl",
    "Oncol",
    "Opin",
    "Pharmacol",
    "Phys",
    "Physiol",
    "Proc",
    "Psychol",
    "Reg",
    "Res",
    "Rptr",
    "Sci",
    "Soc",
    "Stat",
    "Supp",
    "Surg",
    "Symp",
    "Ther",
    "Trans",
    "Virol",
];

/// The kind of abbreviation that `word` is, given without its closing period.
pub(crate) fn abbreviation(word: &str) -> Option<Abbreviation> {
    let word = without_party(word);
    let mut characters = word.chars();
    let first = characters.next()?;
    if characters.next().is_none() {
        return first.is_alphabetic().then_some(Abbreviation::Initial);
    }
    let listed = |list: &[&str]| list.iter().any(|entry| is_entry(word, entry));
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

/// "D-Calif", a senator's party and state, is an abbreviation because "Calif" is.
fn without_party(word: &str) -> &str {
    match word.split_once('-') {
        Some(("D" | "R" | "I", state)) if state.len() > 1 => state,
        _ => word,
    }
}

/// Whether `word` is `entry`, or `entry` capitalised.
fn is_entry(word: &str, entry: &str) -> bool {
    let (Some(first), Some(entry_first)) = (word.chars().next(), entry.chars().next()) else {
        return false;
    };
    (first == entry_first || first == entry_first.to_ascii_uppercase())
        && word[first.len_utf8()..] == entry[entry_first.len_utf8()..]
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
            ("sp", Some(Abbreviation::Either)),
            ("Id", Some(Abbreviation::LeadsNumber)),
            ("id", None),
            ("table", None),
            ("E.g", Some(Abbreviation::Leads)),
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
            ("X-Y", None),
            ("3", None),
            ("end.Next", None),
            ("", None),
        ] {
            assert_eq!(abbreviation(word), expected, "{word}");
        }
    }
}
