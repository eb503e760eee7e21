//! Sentences of raw text: the Unicode rule (UAX #29), with the habits of science, law and newspapers.

use std::borrow::Cow;
use std::collections::BTreeSet;

use unicode_categories::UnicodeCategories;
use unicode_segmentation::UnicodeSegmentation;

use crate::abbreviations::{Abbreviation, abbreviation};
use crate::span::ByteSpan;

/// Words that, capitalised, open a sentence more often than they go on with a name.
#[rustfmt::skip]
const STARTERS: &[&str] = &[
    "A", "Additionally", "After", "All", "Also", "Alternatively", "Although", "An", "And", "Another", "Are", "As",
    "At", "Because", "Before", "Both", "But", "By", "Consequently", "Conversely", "Could", "Did", "Do", "Does",
    "During", "Each", "Experimental", "Experiments", "Finally", "First", "For", "From", "Further", "Furthermore",
    "Generally", "Have", "He", "Hence", "Her", "Here", "His", "How", "However", "I", "If", "Importantly", "In",
    "Indeed", "Initially", "Instead", "Interestingly", "Is", "It", "Its", "Many", "Meanwhile", "Moreover", "Most",
    "Nevertheless", "Next", "No", "Nonetheless", "Not", "Notably", "On", "One", "Other", "Our", "Overall",
    "Previously", "Rather", "Recently", "Results", "Second", "Several", "She", "Similarly", "Since", "So", "Some",
    "Specifically", "Subsequently", "Such", "Surprisingly", "Taken", "That", "The", "Their", "Then", "There",
    "Therefore", "These", "They", "This", "Those", "Through", "Thus", "To", "Two", "Under", "Unlike", "Until", "Upon",
    "Using", "Was", "We", "Were", "What", "When", "Where", "Whether", "Which", "While", "Who", "Why", "With", "You",
];

/// Words whose things are told apart by letters, as in "vitamin C" and "NF-kappa B": the letter is no initial.
#[rustfmt::skip]
const LETTERED: &[&str] = &[
    "alpha", "antigen", "appendix", "beta", "box", "category", "chain", "class", "cluster", "coenzyme", "complex",
    "compound", "condition", "cyclin", "cyclosporin", "cyclosporine", "delta", "domain", "exhibit", "factor", "form",
    "gamma", "globulin", "grade", "group", "haemophilia", "hemophilia", "hepatitis", "immunoglobulin", "influenza",
    "isoform", "kappa", "kinase", "lambda", "level", "line", "method", "model", "option", "panel", "part", "peptide",
    "phase", "plan", "point", "polymerase", "protein", "receptor", "region", "sample", "schedule", "serotype", "site",
    "stage", "strain", "subunit", "team", "toxin", "type", "variant", "version", "vitamin", "zone",
];

/// The longest aside in brackets that is kept whole, in bytes.
const ASIDE: usize = 300;

/// The sentences of `text` in bytes, in order, without the white space around them.
///
/// Together they cover everything but white space. An empty line always ends a sentence; a single line end is a
/// space. A period ends none after a title ("Dr.") or "e.g.", after "Fig." and its like before a number, after
/// an abbreviation or initial ("U.S.", "sp.", "J.") unless a word follows that usually opens a sentence ("The"), and inside
/// of brackets that the sentence has opened. Citations behind the period belong to its sentence ("shown.[3] We"), and a
/// name in small letters may open one ("in vitro. p53 is").
///
/// ```
/// let text = "J. Smith et al. met in the U.S. They sang. See Fig. 2.";
/// let sentences = sinet_text::sentences::split(text);
/// let sentences: Vec<_> = sentences.iter().filter_map(|span| span.of(text)).collect();
/// assert_eq!(sentences, ["J. Smith et al. met in the U.S.", "They sang.", "See Fig. 2."]);
/// ```
pub fn split(text: &str) -> Vec<ByteSpan> {
    let mut sentences: Vec<ByteSpan> = Vec::new();
    for paragraph in paragraphs(text) {
        let first = sentences.len();
        let mut asides = asides(text, paragraph).into_iter().peekable();
        for part in parts(text, paragraph) {
            while asides.next_if(|aside| aside.end <= part.start).is_some() {}
            let last = sentences[first..].last_mut();
            let Some(last) = last else {
                sentences.push(part);
                continue;
            };
            // What a sentence begins with may be a sentence of its own, in brackets.
            let is_aside = asides.peek().is_some_and(|aside| last.start < aside.start && aside.start < part.start);
            let before = last.of(text).unwrap_or_default();
            if is_aside || !ends(before, &text[part.start..paragraph.end]) {
                last.end = part.end;
            } else {
                sentences.push(part);
            }
        }
    }
    sentences
}

/// The sentences of `text` as [`split`] finds them, joined wherever one of `whole` reaches from one into another: a
/// labelled entity proves that no sentence ends in it.
///
/// `whole` are stretches of bytes, in any order; they may overlap.
pub fn split_around(text: &str, whole: &[ByteSpan]) -> Vec<ByteSpan> {
    let mut whole = whole.to_vec();
    whole.sort_unstable();
    let mut whole = whole.into_iter().peekable();
    let mut sentences: Vec<ByteSpan> = Vec::new();
    // The furthest end of all that starts before the sentence at hand.
    let mut reach = 0;
    for sentence in split(text) {
        while let Some(span) = whole.next_if(|span| span.start < sentence.start) {
            reach = reach.max(span.end);
        }
        match sentences.last_mut() {
            Some(last) if reach > sentence.start => last.end = sentence.end,
            _ => sentences.push(sentence),
        }
    }
    sentences
}

/// The stretches between empty lines.
fn paragraphs(text: &str) -> Vec<ByteSpan> {
    let mut paragraphs = Vec::new();
    let mut start = 0;
    let mut line_ends = 0;
    let mut after_return = false;
    for (byte, character) in text.char_indices() {
        if character.is_whitespace() {
            line_ends += match character {
                '\n' if after_return => 0,
                '\n' | '\r' => 1,
                _ => 0,
            };
        } else {
            if line_ends > 1 {
                paragraphs.push(ByteSpan { start, end: byte });
                start = byte;
            }
            line_ends = 0;
        }
        after_return = character == '\r';
    }
    paragraphs.push(ByteSpan { start, end: text.len() });
    paragraphs
}

/// The sentences by UAX #29, trimmed, with single line ends taken for spaces, cut also where the rule sees none.
fn parts(text: &str, paragraph: ByteSpan) -> impl Iterator<Item = ByteSpan> {
    let raw = &text[paragraph.start..paragraph.end];
    let flat = if raw.contains(['\n', '\r']) { Cow::Owned(raw.replace(['\n', '\r'], " ")) } else { Cow::Borrowed(raw) };
    let mut start = 0;
    let spans: Vec<_> = bounds(&flat)
        .into_iter()
        .map(|end| {
            let part = &flat[start..end];
            let trimmed = part.trim_start();
            let from = paragraph.start + end - trimmed.len();
            start = end;
            ByteSpan { start: from, end: from + trimmed.trim_end().len() }
        })
        .collect();
    spans.into_iter().filter(|span| span.start < span.end)
}

/// The ends of what may be sentences.
fn bounds(text: &str) -> BTreeSet<usize> {
    let mut bounds: BTreeSet<usize> =
        text.split_sentence_bound_indices().map(|(start, sentence)| start + sentence.len()).collect();
    for (at, mark) in text.match_indices(['.', '!', '?']) {
        let (before, after) = (&text[..at], at + mark.len());
        let citation = citation_length(before, &text[after..]);
        if citation > 0 {
            let inside: Vec<usize> = bounds.range(after..after + citation).copied().collect();
            inside.iter().for_each(|bound| _ = bounds.remove(bound));
            bounds.insert(after + citation);
        } else {
            let closed = text[after..].trim_start_matches(is_closing);
            let next = closed.trim_start();
            let opens = opens_with_symbol(next) || without_item(next).starts_with(char::is_uppercase);
            if next.len() < closed.len() && opens {
                bounds.insert(text.len() - closed.len());
            }
        }
    }
    bounds
}

/// The bytes of a citation right after a period, as "12,13", "[3]" or "²", after which a sentence begins; 0 if there is none.
fn citation_length(before: &str, after: &str) -> usize {
    let Some(first) = after.chars().next() else { return 0 };
    let is_number = |c: char| c.is_ascii_digit() || matches!(c, ',' | '–' | '-');
    let length = match first {
        '[' => match after.find(']') {
            Some(end) if after[1..end].chars().all(|c| is_number(c) || c == ' ') && end > 1 => end + 1,
            _ => return 0,
        },
        _ if is_superscript(first) => after.find(|c| !is_superscript(c)).unwrap_or(after.len()),
        '1'..='9' if before.ends_with(|c: char| c.is_lowercase() || is_closing(c)) => {
            let end = after.find(|c| !is_number(c)).unwrap_or(after.len());
            let longest = after[..end].split([',', '–', '-']).map(str::len).max();
            if longest > Some(3) { 0 } else { end }
        }
        _ => return 0,
    };
    let word = last_word(before);
    let is_abbreviation = matches!(abbreviation(word), Some(kind) if first != '[' || kind != Abbreviation::Initial);
    let next = after[length..].trim_start();
    let is_apart = next.len() < after.len() - length || next.is_empty();
    let begins = |c: char| c.is_uppercase() || c.is_numeric() || is_opening(c);
    if is_abbreviation || !is_apart || !next.is_empty() && !next.starts_with(begins) { 0 } else { length }
}

fn is_superscript(character: char) -> bool {
    matches!(character, '¹' | '²' | '³' | '⁰' | '⁴'..='⁹' | '⁻')
}

/// Whether text begins with a name that is written with a small first letter, as "p53", "mRNA" or "c-Fos".
fn opens_with_symbol(text: &str) -> bool {
    let word = &text[..text.find(char::is_whitespace).unwrap_or(text.len())];
    let word = word.trim_end_matches(|c: char| c.is_ascii_punctuation());
    word.starts_with(char::is_lowercase)
        && !word.contains(['.', '@', '\'', '’', '='])
        && word.contains(|c: char| c.is_uppercase() || c.is_numeric())
}

/// Brackets with what stands in them, where that is short. One within another is left out.
fn asides(text: &str, paragraph: ByteSpan) -> Vec<ByteSpan> {
    let mut open: Vec<usize> = Vec::new();
    let mut asides: Vec<ByteSpan> = Vec::new();
    for (at, bracket) in text[paragraph.start..paragraph.end].match_indices(['(', ')', '[', ']']) {
        let at = paragraph.start + at;
        if matches!(bracket, "(" | "[") {
            open.push(at);
        } else if let Some(start) = open.pop().filter(|start| at - start <= ASIDE) {
            while asides.pop_if(|inner| inner.start > start).is_some() {}
            asides.push(ByteSpan { start, end: at + bracket.len() });
        }
    }
    asides
}

/// Whether a sentence ends between `before` and `after`, where it may.
fn ends(before: &str, after: &str) -> bool {
    let closed = before.trim_end_matches(is_closing);
    let next = without_item(after).trim_start_matches(|c| is_closing(c) || is_opening(c));
    let has_mark = closed.ends_with(['.', '!', '?']);
    if has_mark && closed.trim_end_matches(['!', '?', '.']).ends_with('(') {
        // "(!)", "(...)"
        return false;
    }
    if before.ends_with(is_opening_bracket) {
        // "[" of a citation
        return false;
    }
    let is_small = next.starts_with(char::is_lowercase);
    if is_small && has_mark && !opens_with_symbol(next) {
        return false;
    }
    let Some(stem) = closed.strip_suffix('.') else {
        return true;
    };
    let word = last_word(stem);
    if word.len() == stem.len() && is_item_number(word) {
        return false;
    }
    let next_word = &next[..next.find(|c: char| c.is_whitespace() || matches!(c, ',' | ';')).unwrap_or(next.len())];
    match abbreviation(word) {
        None => true,
        Some(_) if is_small => false,
        Some(Abbreviation::Leads) => false,
        Some(Abbreviation::LeadsNumber) => !is_number(next_word, word.starts_with(char::is_uppercase)),
        Some(Abbreviation::Either) => STARTERS.contains(&next_word),
        Some(Abbreviation::Initial) => STARTERS.contains(&next_word) || is_lettered(&stem[..stem.len() - word.len()]),
    }
}

/// The text behind the number of an item, as "(iv)" or "[a]", that it may begin with.
fn without_item(text: &str) -> &str {
    let Some(inner) = text.strip_prefix(['(', '[']) else { return text };
    match inner.split_once([')', ']']) {
        Some((item, rest)) if item.len() <= 4 && item.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
            rest.trim_start()
        }
        _ => text,
    }
}

/// The word at the end of a text, without brackets and quotes before it.
fn last_word(text: &str) -> &str {
    let word = text.rsplit(char::is_whitespace).next().unwrap_or(text);
    word.trim_start_matches(|c| is_closing(c) || is_opening(c))
}

/// Whether a word numbers a figure or a section: "3", "S1", "IV", "B", "§". "A" and "I" do so only after a capital.
fn is_number(word: &str, after_capital: bool) -> bool {
    let word = word.trim_end_matches(|c: char| c.is_ascii_punctuation());
    let first = word.chars().next();
    let is_roman = word.len() > 1 && word.bytes().all(|byte| matches!(byte, b'I' | b'V' | b'X' | b'L' | b'C'));
    let is_letter = word.len() == 1 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    first.is_some_and(|first| first.is_numeric() || matches!(first, '§' | '¶' | '#'))
        || first.is_some_and(char::is_uppercase) && word.ends_with(char::is_numeric)
        || is_roman
        || is_letter && (after_capital || !matches!(word, "A" | "I"))
}

/// Whether a letter after this text is a name, not an initial: "NF-kappa ", "vitamin ".
fn is_lettered(before: &str) -> bool {
    let word =
        before.trim_end().rsplit(|c: char| c.is_whitespace() || matches!(c, '-' | '/')).next().unwrap_or_default();
    LETTERED.contains(&word) || LETTERED.iter().any(|entry| word.strip_suffix('s') == Some(entry))
}

/// The number of a list's item: "2", "b", "iv" would be too bold.
fn is_item_number(word: &str) -> bool {
    let digits = word.bytes().all(|byte| byte.is_ascii_digit());
    (1..=2).contains(&word.len()) && digits || word.len() == 1 && word.is_ascii()
}

fn is_opening_bracket(character: char) -> bool {
    character.is_punctuation_open()
}

/// A bracket or quote before a sentence. Some languages open with the quotes that others close with.
fn is_opening(character: char) -> bool {
    character.is_punctuation_open() || is_quote(character)
}

/// A bracket or quote behind a sentence.
fn is_closing(character: char) -> bool {
    character.is_punctuation_close() || is_quote(character)
}

fn is_quote(character: char) -> bool {
    matches!(character, '"' | '\'' | '`' | '„' | '‚')
        || character.is_punctuation_initial_quote()
        || character.is_punctuation_final_quote()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(text: &str, expected: Expect) {
        let sentences: Vec<_> = split(text).iter().map(|span| span.of(text).unwrap()).collect();
        expected.assert_eq(&sentences.join("\n"));
    }

    #[test]
    fn abbreviations_do_not_end_sentences() {
        check(
            "Sen. Robert F. Kennedy met Dr. King in Washington, D.C. The talks (cf. Fig. 3, i.e. Lee et al. 2007) went on.",
            expect![[r#"
                Sen. Robert F. Kennedy met Dr. King in Washington, D.C.
                The talks (cf. Fig. 3, i.e. Lee et al. 2007) went on."#]],
        );
        check(
            "He works for Acme Inc. and lives in the U.S. It is far.",
            expect![[r#"
            He works for Acme Inc. and lives in the U.S.
            It is far."#]],
        );
        check(
            "On Nov. 22 he died. No. He lives at No. 5 St. James St. in Boston.",
            expect![[r#"
            On Nov. 22 he died.
            No.
            He lives at No. 5 St. James St. in Boston."#]],
        );
        check(
            "i.e. Models, e.g. BERT, vs. LSTMs etc. are used.",
            expect!["i.e. Models, e.g. BERT, vs. LSTMs etc. are used."],
        );
    }

    #[test]
    fn letters_that_are_no_initials_end_sentences() {
        check(
            "TNF acts on NF-kappa B. Activation of genes follows. Protein kinase A. Vitamins C. We saw J. Smith, by A. Bell.",
            expect![[r#"
                TNF acts on NF-kappa B.
                Activation of genes follows.
                Protein kinase A.
                Vitamins C.
                We saw J. Smith, by A. Bell."#]],
        );
    }

    #[test]
    fn names_in_small_letters_begin_sentences() {
        check(
            "It was lost in vitro. p53 is stable. mRNA was not. and so on. The dose (approx. 5mM, vs. p53) grew.",
            expect![[r#"
                It was lost in vitro.
                p53 is stable.
                mRNA was not. and so on.
                The dose (approx. 5mM, vs. p53) grew."#]],
        );
        check(
            "Both p50.c-rel dimers bind +/- 0.10% vs. 0.75 +/- 0.10%.",
            expect!["Both p50.c-rel dimers bind +/- 0.10% vs. 0.75 +/- 0.10%."],
        );
    }

    #[test]
    fn citations_stay_with_their_sentence() {
        check(
            "Cells were lysed.12,13 We then washed them.[4] Yan et al. [2004] saw it.² In v. 2.1 See No.5 It held (p. 3).[1, 2]",
            expect![[r#"
                Cells were lysed.12,13
                We then washed them.[4]
                Yan et al. [2004] saw it.²
                In v. 2.1 See No.5 It held (p. 3).[1, 2]"#]],
        );
    }

    #[test]
    fn species_figures_and_courts_are_abbreviated() {
        check(
            "Bacillus sp. HK-7 grew (Fig. S1). See Table. II, Sec. IV and App. A for more. The table. I saw it.",
            expect![[r#"
                Bacillus sp. HK-7 grew (Fig. S1).
                See Table. II, Sec. IV and App. A for more.
                The table.
                I saw it."#]],
        );
        check(
            "Rita v. United States, 127 S. Ct. 2456 (9th Cir. 2006). Id. § 3 holds under 28 U.S.C. § 1291. Id. Second, it fails.",
            expect![[r#"
                Rita v. United States, 127 S. Ct. 2456 (9th Cir. 2006).
                Id. § 3 holds under 28 U.S.C. § 1291.
                Id.
                Second, it fails."#]],
        );
    }

    #[test]
    fn asides_end_no_sentence() {
        check(
            "It held (as R. Roe wrote. See there.) until now. (It ended. So did we.) Really(!) Good.",
            expect![[r#"
                It held (as R. Roe wrote. See there.) until now.
                (It ended.
                So did we.)
                Really(!) Good."#]],
        );
        let long = "a ".repeat(ASIDE);
        assert_eq!(split(&format!("It (is. {long}) B.")).len(), 1);
        assert_eq!(split(&format!("It (is. The {long}) is.")).len(), 2);
    }

    #[test]
    fn no_sentence_ends_inside_a_label() {
        let text = "One. Two. Three.\n\nFour. Five.";
        let around = |spans: &[(usize, usize)]| {
            let whole: Vec<_> = spans.iter().map(|&(start, end)| ByteSpan { start, end }).collect();
            let sentences = split_around(text, &whole);
            sentences.iter().map(|span| span.of(text).unwrap()).collect::<Vec<_>>().join("|")
        };
        assert_eq!(around(&[]), "One.|Two.|Three.|Four.|Five.");
        assert_eq!(around(&[(5, 8), (3, 4)]), "One.|Two.|Three.|Four.|Five.");
        assert_eq!(around(&[(5, 12), (0, 3), (2, 6)]), "One. Two. Three.|Four.|Five.");
        assert_eq!(around(&[(12, 20)]), "One.|Two.|Three.\n\nFour.|Five.");
        assert_eq!(around(&[(0, 99), (6, 6)]), text);
    }

    #[test]
    fn quotes_and_brackets_stay_with_their_sentence() {
        check(
            "\"It works.\" (Really.) He left.",
            expect![[r#"
            "It works."
            (Really.)
            He left."#]],
        );
        check(
            "''Stop!'' she said. ``Why?'' he asked.",
            expect![[r#"
            ''Stop!'' she said.
            ``Why?'' he asked."#]],
        );
        check(
            "“Stop.” ‘No.’ Yahoo! is a name.",
            expect![[r#"
            “Stop.”
            ‘No.’
            Yahoo! is a name."#]],
        );
    }

    #[test]
    fn line_ends_are_spaces_and_empty_lines_are_ends() {
        check(
            "A title\r\n\r\nA line\nthat goes on.\nThe next.",
            expect![[r#"
            A title
            A line
            that goes on.
            The next."#]],
        );
        check(
            "1. First.\n2. Second.",
            expect![[r#"
            1. First.
            2. Second."#]],
        );
        check(
            "中文句子。第二句！",
            expect![[r#"
            中文句子。
            第二句！"#]],
        );
        check(
            "v1.2.3 is out... or not. See x.y. Then stop",
            expect![[r#"
            v1.2.3 is out... or not.
            See x.y.
            Then stop"#]],
        );
    }

    #[test]
    fn blank_text_has_no_sentence() {
        check("", expect![""]);
        check(" \n\n\t\u{3000}", expect![""]);
    }
}
