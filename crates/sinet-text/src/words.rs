//! Words of raw text, by the habits of the Penn Treebank as the data sets have them.

use unicode_categories::UnicodeCategories;
use unicode_segmentation::UnicodeSegmentation;

use crate::abbreviations::{Abbreviation, abbreviation};
use crate::span::ByteSpan;

/// Appends the words of one sentence of `text` to `words`.
///
/// White space separates words and belongs to none; everything else belongs to one. Beyond that:
/// - brackets, quotes, `%`, `;`, `!`, `?`, dashes (`--`, `—`) and ellipses are words;
/// - `,` and `:` are, but not between digits (`1,000`);
/// - the period that ends the sentence is, but not that of an abbreviation (`U.S.`);
/// - `'s`, `'re`, `'ve`, `'ll`, `'d`, `'m` and `n't` are, `cannot` is two;
/// - hyphens, slashes, `&` and currency signs stay inside (`and/or`, `state-of-the-art`, `R&D`, `$12`);
/// - web and mail addresses are one word;
/// - the punctuation of every other script is (`،`, `।`, `։`, `‚`), but not what joins (`5′`, `·` between letters);
/// - emoji, Han and Hiragana characters are a word each. Other scripts without spaces (Thai, Khmer) are not cut.
///
/// A word never ends inside of a grapheme, so marks stay with what they combine with.
///
/// # Panics
/// If `sentence` does not name a part of `text`.
pub fn split_into(text: &str, sentence: ByteSpan, words: &mut Vec<ByteSpan>) {
    let mut start = sentence.start;
    while let Some(skipped) = text[start..sentence.end].find(|c: char| !c.is_whitespace()) {
        start += skipped;
        let length = text[start..sentence.end].find(char::is_whitespace);
        let end = length.map_or(sentence.end, |length| start + length);
        let chunk = Chunk { text: &text[start..end], start, ends_sentence: end == sentence.end };
        chunk.split_into(words);
        start = end;
    }
}

/// Appends `word` to `words`, cut at those of `edges` that lie in it. The edges are bytes of `text`, in order; one inside a
/// character cuts nothing.
pub fn cut_into(text: &str, word: ByteSpan, edges: &[usize], words: &mut Vec<ByteSpan>) {
    let mut start = word.start;
    for &edge in &edges[edges.partition_point(|&edge| edge <= word.start)..] {
        if edge >= word.end {
            break;
        }
        if edge > start && text.is_char_boundary(edge) {
            words.push(ByteSpan { start, end: edge });
            start = edge;
        }
    }
    words.push(ByteSpan { start, end: word.end });
}

/// A stretch without white space.
struct Chunk<'t> {
    text: &'t str,
    /// Its first byte in the whole text.
    start: usize,
    ends_sentence: bool,
}

/// A user-perceived character of a chunk.
#[derive(Clone, Copy)]
struct Grapheme {
    /// Its first byte in the chunk.
    byte: usize,
    first: char,
    /// Whether it is only one character; only then it can be punctuation.
    single: bool,
}

impl Grapheme {
    fn character(self) -> Option<char> {
        self.single.then_some(self.first)
    }
}

impl Chunk<'_> {
    fn split_into(&self, words: &mut Vec<ByteSpan>) {
        if self.text.bytes().all(|byte| byte.is_ascii_lowercase()) && self.text != "cannot" {
            return self.push(0, self.text.len(), words);
        }
        let graphemes: Vec<Grapheme> = self
            .text
            .grapheme_indices(true)
            .filter_map(|(byte, cluster)| {
                let mut characters = cluster.chars();
                let first = characters.next()?;
                let single = characters.next().is_none();
                Some(Grapheme { byte, first, single })
            })
            .collect();
        let byte_at = |index: usize| graphemes.get(index).map_or(self.text.len(), |grapheme| grapheme.byte);
        let address = self.address();
        let mut word_start = 0;
        let mut index = 0;
        while index < graphemes.len() {
            let here = byte_at(index);
            let in_address = address.is_some_and(|span| span.start <= here && here < span.end);
            let length = if in_address { 0 } else { mark_length(&graphemes, index, word_start < here) };
            if length > 0 {
                self.push_word(word_start, here, words);
                word_start = byte_at(index + length);
                self.push(here, word_start, words);
            }
            index += length.max(1);
        }
        self.push_word(word_start, self.text.len(), words);
    }

    /// A stretch without marks: cuts off the closing period and the clitics.
    fn push_word(&self, start: usize, end: usize, words: &mut Vec<ByteSpan>) {
        let word = &self.text[start..end];
        let period = match word.strip_suffix('.') {
            Some(stem) if !stem.is_empty() && self.period_is_a_word(stem, end) => 1,
            _ => 0,
        };
        let mut stem_end = end - period;
        let first = words.len();
        while let Some(cut) = clitic(&self.text[start..stem_end]) {
            self.push(start + cut, stem_end, words);
            stem_end = start + cut;
        }
        self.push(start, stem_end, words);
        words[first..].reverse();
        self.push(stem_end.max(end - period), end, words);
    }

    /// Whether the period between `stem` and byte `end` is the end of a sentence.
    fn period_is_a_word(&self, stem: &str, end: usize) -> bool {
        let last_of_chunk = end == self.text.len();
        if last_of_chunk && !self.ends_sentence {
            return false;
        }
        if !last_of_chunk && !self.text[end..].starts_with(is_closing) {
            return false;
        }
        matches!(abbreviation(stem), None | Some(Abbreviation::Initial | Abbreviation::LeadsNumber))
    }

    fn push(&self, start: usize, end: usize, words: &mut Vec<ByteSpan>) {
        if start < end {
            words.push(ByteSpan { start: self.start + start, end: self.start + end });
        }
    }

    /// The place of a web or mail address in the chunk, without the punctuation around it.
    fn address(&self) -> Option<ByteSpan> {
        let is_edge = |c: char| c.is_ascii_punctuation() && !matches!(c, '/' | '#' | '&' | '=');
        let body = self.text.trim_matches(is_edge);
        let mail = |body: &str| {
            let (name, host) = body.split_once('@')?;
            (!name.is_empty() && host.contains('.')).then_some(())
        };
        let found = body.contains("://") || body.starts_with("www.") || mail(body).is_some();
        let start = self.text.len() - self.text.trim_start_matches(is_edge).len();
        found.then_some(ByteSpan { start, end: start + body.len() })
    }
}

/// The number of graphemes at `index` that are a word of punctuation; 0 if they belong to a longer word.
fn mark_length(graphemes: &[Grapheme], index: usize, inside_word: bool) -> usize {
    let at = |index: usize| graphemes.get(index).and_then(|grapheme| grapheme.character());
    let Some(character) = at(index) else {
        return usize::from(is_emoji(graphemes[index].first));
    };
    let run = || {
        let same = graphemes[index..].iter();
        same.take_while(|grapheme| grapheme.character() == Some(character)).count()
    };
    let next = at(index + 1);
    let next_is_word = index + 1 < graphemes.len() && next.is_none_or(char::is_alphanumeric);
    let between_digits = || {
        let previous = index.checked_sub(1).and_then(at);
        previous.is_some_and(char::is_numeric) && next.is_some_and(char::is_numeric)
    };
    match character {
        '(' | ')' | '[' | ']' | '{' | '}' | ';' | '!' | '?' | '%' | '"' | '“' | '”' | '„' | '«' | '»' | '‹' | '›'
        | '‘' | '`' | '…' | '—' | '¿' | '¡' => 1,
        ',' | ':' if !between_digits() => 1,
        '-' | '.' if run() > 1 => run(),
        '–' if !(inside_word && next_is_word) => 1,
        // An apostrophe inside of a word; a clitic is cut off later.
        '\'' | '’' if inside_word => usize::from(!next_is_word),
        // '50s, or a clitic that stands alone.
        '\'' | '’' => usize::from(!next.is_some_and(char::is_numeric) && !is_clitic(&graphemes[index + 1..])),
        _ if is_cjk(character) || is_emoji(character) => 1,
        _ if character.is_ascii() || !character.is_punctuation() => 0,
        // A dash or a dot within a word, as above.
        _ if joins(character) && inside_word && next_is_word => 0,
        _ if is_prime(character) && inside_word => 0,
        _ => 1,
    }
}

/// The letters of a clitic after its apostrophe.
const CLITICS: [&str; 6] = ["s", "re", "ve", "ll", "d", "m"];

fn is_clitic(letters: &[Grapheme]) -> bool {
    CLITICS.iter().any(|clitic| {
        letters
            .iter()
            .map(|grapheme| grapheme.character().map(|letter| letter.to_ascii_lowercase()))
            .eq(clitic.chars().map(Some))
    })
}

/// The byte where the last clitic of `word` begins.
fn clitic(word: &str) -> Option<usize> {
    if word.eq_ignore_ascii_case("cannot") {
        return Some(3);
    }
    let apostrophe = word.rfind(['\'', '’'])?;
    let letters = word[apostrophe..].trim_start_matches(['\'', '’']);
    let stem = &word[..apostrophe];
    let cut = if letters.eq_ignore_ascii_case("t") && stem.ends_with(['n', 'N']) {
        apostrophe - 1
    } else if CLITICS.iter().any(|clitic| letters.eq_ignore_ascii_case(clitic)) {
        apostrophe
    } else {
        return None;
    };
    (cut > 0).then_some(cut)
}

fn is_closing(character: char) -> bool {
    matches!(character, '"' | '\'')
        || character.is_punctuation_close()
        || character.is_punctuation_initial_quote()
        || character.is_punctuation_final_quote()
}

/// Punctuation that joins the letters on both sides to one word, where it has letters on both.
fn joins(character: char) -> bool {
    character.is_punctuation_dash()
        || character.is_punctuation_connector()
        || matches!(
            character,
            '\u{b7}' | '\u{387}' | '\u{2027}' | '\u{55a}' | '\u{5f3}' | '\u{5f4}' | '\u{f0b}' | '\u{180a}'
        )
}

/// Minutes, seconds, and the ends of a strand: "5′".
fn is_prime(character: char) -> bool {
    matches!(character, '′'..='‷')
}

fn is_emoji(first: char) -> bool {
    matches!(first, '\u{2600}'..='\u{27BF}' | '\u{1F000}'..='\u{1FAFF}')
}

/// Han and Hiragana with their punctuation, written without spaces.
fn is_cjk(character: char) -> bool {
    matches!(
        character,
        '\u{3001}'..='\u{3003}' | '\u{3008}'..='\u{3011}' | '\u{3040}'..='\u{309F}' | '\u{3400}'..='\u{4DBF}'
            | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{FF01}'..='\u{FF0F}' | '\u{FF1A}'..='\u{FF20}'
            | '\u{20000}'..='\u{323AF}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    #[track_caller]
    fn check(sentence: &str, expected: Expect) {
        let mut words = Vec::new();
        let whole = ByteSpan { start: 0, end: sentence.len() };
        split_into(sentence, whole, &mut words);
        let words: Vec<_> = words.iter().map(|word| word.of(sentence).unwrap()).collect();
        expected.assert_eq(&words.join("|"));
    }

    #[test]
    fn punctuation_is_apart() {
        check(
            "We (the authors), of course: agree; do you?",
            expect!["We|(|the|authors|)|,|of|course|:|agree|;|do|you|?"],
        );
        check(
            "Over 1,000 of 12:30,50 and a,b cost $12.50, i.e. 9.5% more.",
            expect!["Over|1,000|of|12:30,50|and|a|,|b|cost|$12.50|,|i.e.|9.5|%|more|."],
        );
        check(
            "He said ``yes'' and \"no.\" 'Maybe' -- or not...",
            expect![[r#"He|said|`|`|yes|'|'|and|"|no|.|"|'|Maybe|'|--|or|not|..."#]],
        );
        check("naïve “quotes” – and—dashes 1–2 A–B", expect!["naïve|“|quotes|”|–|and|—|dashes|1–2|A–B"]);
    }

    #[test]
    fn words_keep_their_inner_marks() {
        check(
            "state-of-the-art and/or R&D 2D/3D -96.7 .38-caliber C++ F#",
            expect!["state-of-the-art|and/or|R&D|2D/3D|-96.7|.38-caliber|C++|F#"],
        );
        check(
            "see (http://a.org/x?y=1,2), www.b.org, or mail x.y@z.org.",
            expect!["see|(|http://a.org/x?y=1,2|)|,|www.b.org|,|or|mail|x.y@z.org|."],
        );
    }

    #[test]
    fn clitics_are_apart() {
        check(
            "it's we're I've he'll she'd I'm isn't can't cannot",
            expect!["it|'s|we|'re|I|'ve|he|'ll|she|'d|I|'m|is|n't|ca|n't|can|not"],
        );
        check(
            "It’s the workers' and O'Brien's, I'd've DON'T",
            expect!["It|’s|the|workers|'|and|O'Brien|'s|,|I|'d|'ve|DO|N'T"],
        );
        check("rock 'n' roll of the '50s 's", expect!["rock|'|n|'|roll|of|the|'50s|'s"]);
    }

    #[test]
    fn periods_belong_to_abbreviations() {
        check(
            "Gov. F. Smith, Conn., of the U.S. Senate (Strubell et al.).",
            expect!["Gov.|F.|Smith|,|Conn.|,|of|the|U.S.|Senate|(|Strubell|et|al.|)|."],
        );
        check("It is in the U.S.", expect!["It|is|in|the|U.S."]);
        check("This is plan B.", expect!["This|is|plan|B|."]);
        check("He said approx. five (or so.) \"done.\"", expect![[r#"He|said|approx.|five|(|or|so|.|)|"|done|.|""#]]);
        check(".", expect!["."]);
    }

    #[test]
    fn marks_of_other_scripts_are_apart() {
        check("زار سامي باريس، ثم روما؛ هل نام؟", expect!["زار|سامي|باريس|،|ثم|روما|؛|هل|نام|؟"]);
        check("राम दिल्ली।", expect!["राम|दिल्ली|।"]);
        check("Արամը ապրում է Երևան։", expect!["Արամը|ապրում|է|Երևան|։"]);
        check("Er sagte ‚Ulm‘ und »Bonn« sowie ‹Jena›.", expect!["Er|sagte|‚|Ulm|‘|und|»|Bonn|«|sowie|‹|Jena|›|."]);
        check("ሰላም። ขอบ ฯ שלום־עולם ג׳ירף", expect!["ሰላም|።|ขอบ|ฯ|שלום־עולם|ג׳ירף"]);
        check("5′-UTR and 3′ of col·lecció, §3 • 2‰ †", expect!["5′-UTR|and|3′|of|col·lecció|,|§|3|•|2|‰|†"]);
    }

    #[test]
    fn scripts_without_spaces() {
        check("我们提出一个BERT模型。", expect!["我|们|提|出|一|个|BERT|模|型|。"]);
        check("カタカナとひらがな", expect!["カタカナ|と|ひ|ら|が|な"]);
        check("e\u{301}(\u{301} London👩‍👩‍👧x 🇩🇪🇫🇷.", expect!["é(́|London|👩‍👩‍👧|x|🇩🇪|🇫🇷|."]);
    }
}
