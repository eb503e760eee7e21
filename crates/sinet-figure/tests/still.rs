//! Stills as their hosts and readers take them: parsed by somebody else's parser.

mod samples;

use std::collections::BTreeMap;

use html5gum::{Token, Tokenizer};
use proptest::prelude::*;
use serde_json::Value;
use sinet_figure::still::{ATTRIBUTES, ELEMENTS};
use sinet_figure::{Host, List, Live, SINET_CSS, StillOptions, annotation, still};
use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_text::{ByteSpan, Offsets, TypeName, Types, WordRange};

/// A text within elements, the outermost first.
struct Text {
    within: Vec<String>,
    text: String,
}

/// Everything in a piece of HTML.
struct Parsed {
    elements: Vec<(String, BTreeMap<String, String>)>,
    texts: Vec<Text>,
}

/// Parses HTML.
///
/// # Panics
///
/// If it has errors, or elements that are not closed in their order.
fn parse(html: &str) -> Parsed {
    let utf8 = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).expect("HTML is UTF-8");
    let mut parsed = Parsed { elements: Vec::new(), texts: Vec::new() };
    let mut open: Vec<String> = Vec::new();
    for token in Tokenizer::new(html) {
        match token.expect("a string can be read") {
            Token::StartTag(tag) => {
                let attributes = tag.attributes.iter().map(|(name, value)| (utf8(name), utf8(value)));
                parsed.elements.push((utf8(&tag.name), attributes.collect()));
                if !tag.self_closing {
                    open.push(utf8(&tag.name));
                }
            }
            Token::EndTag(tag) => {
                assert_eq!(open.pop(), Some(utf8(&tag.name)), "{html}");
            }
            Token::String(text) => parsed.texts.push(Text { within: open.clone(), text: utf8(&text) }),
            other => panic!("{other:?} in {html}"),
        }
    }
    assert!(open.is_empty(), "an element is not closed in {html}");
    parsed
}

impl Parsed {
    fn attribute(&self, element: &str, name: &str) -> Option<&str> {
        self.elements.iter().find(|(own, _)| own == element)?.1.get(name).map(String::as_str)
    }

    /// All text that lies within an element, however deep.
    fn text_in(&self, element: &str) -> String {
        self.texts.iter().filter(|text| text.within.iter().any(|own| own == element)).map(|text| &*text.text).collect()
    }

    /// The words of both pictures, with the spaces between them.
    fn sentence(&self) -> String {
        let on_lines = self.texts.iter().filter(|text| {
            let word = text.within.last().is_some_and(|name| name == "tspan");
            // Labels are texts without lines of words.
            word || text.within.last().is_some_and(|name| name == "text") && text.text == " "
        });
        on_lines.map(|text| &*text.text).collect()
    }
}

/// A text as a picture has it: one space for whatever parts words, and a mark for what cannot be shown.
fn shown(text: &str) -> String {
    let shown = |character: char| match character {
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' | '\u{fffe}' | '\u{ffff}' if !"\t\n\r".contains(character) => '\u{fffd}',
        other => other,
    };
    let text: String = text.chars().map(shown).collect();
    text.split_ascii_whitespace().collect::<Vec<_>>().join(" ")
}

fn check_shape(document: &LabelledDocument, types: &Types, options: &StillOptions) -> Parsed {
    let html = still(document, types, options);
    assert!(html.starts_with("<figure") && !html.contains(['\n', '\r']), "{html}");
    for forbidden in ["{{", "}}", "{%", " id=", " style=", "<style", "<script"] {
        assert!(!html.contains(forbidden), "{forbidden} in {html}");
    }
    let parsed = parse(&html);
    for (name, attributes) in &parsed.elements {
        assert!(ELEMENTS.contains(&&**name), "<{name}> in {html}");
        for attribute in attributes.keys() {
            let is_known = ATTRIBUTES.iter().any(|known| known.eq_ignore_ascii_case(attribute));
            assert!(is_known, "{attribute} of <{name}> in {html}");
        }
    }
    parsed
}

#[test]
fn samples_have_the_shape_that_every_host_takes() {
    for (name, document, types) in samples::all() {
        let parsed = check_shape(&document, &types, &StillOptions::default());
        let names = parsed.elements.iter().map(|(name, _)| name.as_str());
        assert_eq!(names.filter(|&name| name == "svg").count(), 2, "{name}");
        assert_eq!(parsed.attribute("div", "aria-label"), Some(&*shown(&document.text)), "{name}");
    }
}

#[test]
fn options_are_attributes() {
    let options = StillOptions {
        model: Some("scierc\"><b>".to_owned()),
        live: Some(Live::Visible),
        scores: true,
        list: List::Open,
        lock: Some("sha256:ab12".to_owned()),
        host: Host::Vue,
        lang: Some("en".to_owned()),
        element: vec![("base", "/x\"><b>".to_owned())],
    };
    let html = still(&samples::plain(), &samples::types(), &options);
    assert!(html.starts_with("<figure class=\"sinet\" v-pre>"), "{html}");
    let parsed = check_shape(&samples::plain(), &samples::types(), &options);
    for (name, value) in [
        ("model", "scierc\"><b>"),
        ("live", "visible"),
        ("scores", ""),
        ("list", "open"),
        ("data-lock", "sha256:ab12"),
        ("base", "/x\"><b>"),
    ] {
        assert_eq!(parsed.attribute("sinet-text", name), Some(value), "{name}");
    }
    assert_eq!(parsed.attribute("details", "open"), Some(""));
    let none = StillOptions { list: List::None, ..StillOptions::default() };
    assert_eq!(check_shape(&samples::plain(), &samples::types(), &none).attribute("details", "open"), None);
    assert!(parsed.text_in("g").contains("Method 0.97") && parsed.text_in("g").contains("used for 0.88"));
}

#[test]
fn the_list_and_the_paragraph_tell_everything() {
    let parsed = check_shape(&samples::plain(), &samples::types(), &StillOptions::default());
    let lines: Vec<&str> =
        parsed.texts.iter().filter(|text| text.within.ends_with(&["li".to_owned()])).map(|text| &*text.text).collect();
    assert_eq!(
        lines,
        [
            "beam search (Method), used for, parser (Method)",
            "beam search (Method) and graph network (Method), conjunction",
            "Penn Treebank (Material), used for, graph network (Method)",
            "labelled attachment score (Metric), evaluate for, parser (Method)",
        ]
    );
    assert_eq!(parsed.text_in("summary"), "5 entities, 4 relations");
    let paragraph = parsed.text_in("p");
    assert!(paragraph.starts_with("We present a parser (Method) that uses beam search (Method) and"), "{paragraph}");
    assert_eq!(parsed.text_in("mark"), "parserbeam searchgraph networkPenn Treebanklabelled attachment score");
}

/// Copying gives the sentence: in the order in which it is read, with its spaces, once for each picture.
#[test]
fn words_are_there_in_their_order_with_spaces_between() {
    for (name, document, types) in samples::all() {
        let parsed = check_shape(&document, &types, &StillOptions::default());
        let found: String = parsed.sentence().split_whitespace().collect();
        let once: String = shown(&document.text).split_whitespace().collect();
        assert_eq!(found, once.repeat(2), "{name}");
    }
    let parsed = check_shape(&samples::plain(), &samples::types(), &StillOptions::default());
    assert_eq!(parsed.sentence(), samples::plain().text.repeat(2));
}

/// The place of every word in both pictures: left, right, baseline.
fn word_boxes(html: &str) -> Vec<Vec<(f32, f32, f32)>> {
    let mut pictures = Vec::new();
    let (mut top, mut line) = (0.0, 0.0);
    for (name, attributes) in parse(html).elements {
        let get = |name: &str| attributes.get(name).or_else(|| attributes.get(&name.to_lowercase()));
        let number = |name: &str| get(name).and_then(|value| value.parse::<f32>().ok());
        match name.as_str() {
            "svg" => {
                pictures.push(Vec::new());
                top = 0.0;
            }
            // A sentence, which lies below the one before.
            "g" => {
                if let Some(moved) = get("transform") {
                    let moved = moved.strip_prefix("translate(0 ").and_then(|moved| moved.strip_suffix(")"));
                    top = moved.and_then(|moved| moved.parse().ok()).expect("sentences are moved down");
                }
            }
            "text" => line = top + number("y").expect("every text has a place"),
            "tspan" => {
                if let Some(width) = number("textLength") {
                    let x = number("x").expect("every word has a place");
                    pictures.last_mut().expect("words are in pictures").push((x, x + width, line));
                }
            }
            _ => {}
        }
    }
    pictures
}

#[test]
fn no_two_words_overlap_and_all_lie_within_their_picture() {
    for (name, document, types) in samples::all() {
        let pictures = word_boxes(&still(&document, &types, &StillOptions::default()));
        for (words, width) in pictures.iter().zip([720.0, 344.0]) {
            assert!(!words.is_empty(), "{name}");
            for (place, &(left, right, line)) in words.iter().enumerate() {
                assert!(left >= 0.0 && right <= width, "{name}: {left} to {right}");
                for &(other_left, other_right, other_line) in &words[..place] {
                    let apart = line != other_line || right <= other_left + 0.15 || other_right <= left + 0.15;
                    assert!(apart, "{name}: {left} to {right} lies on {other_left} to {other_right} in line {line}");
                }
            }
        }
    }
}

fn brotli(text: &str) -> usize {
    let mut compressed = Vec::new();
    let parameters = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    brotli::BrotliCompress(&mut text.as_bytes(), &mut compressed, &parameters).expect("memory can be written to");
    compressed.len()
}

#[test]
fn a_still_of_25_words_and_the_style_sheet_are_small() {
    let document = samples::plain();
    assert_eq!(document.text.split_whitespace().count(), 25);
    let size = brotli(&still(&document, &samples::types(), &StillOptions::default()));
    assert!(size <= 2048, "{size}");
    let size = brotli(SINET_CSS);
    assert!(size <= 1536, "{size}");
}

#[test]
fn mdx_gets_a_string_of_javascript() {
    let document = samples::hostile();
    let options = StillOptions { host: Host::Mdx, ..StillOptions::default() };
    let jsx = still(&document, &samples::types(), &options);
    let start = "<figure className=\"sinet\" dangerouslySetInnerHTML={{__html: ";
    let string = jsx.strip_prefix(start).and_then(|rest| rest.strip_suffix("}} />")).expect(&jsx);
    let content: String = serde_json::from_str(string).unwrap();
    let html = still(&document, &samples::types(), &StillOptions::default());
    assert_eq!(html, format!("<figure class=\"sinet\">{content}</figure>"));
    assert!(!jsx.contains('\n'));
}

/// Texts of everything that means something to a host, with entities anywhere in them.
fn documents() -> impl Strategy<Value = LabelledDocument> {
    let piece = prop_oneof![
        3 => "[a-z]{1,9}",
        2 => Just(" ".to_owned()),
        1 => prop::sample::select(vec![
            "<", ">", "&", "\"", "'", "{{", "}}", "{%", "`", "\n\n", "\t", "\0", "\u{7f}", "\u{85}", "\u{2028}", "\u{fffe}",
            "</svg>", "<script>", "<!--", "-->", "]]>", "&lt;", "&#39;", "é", "漢", "שלום", "عربي", "👩‍💻", "\u{301}", "\\", "${x}",
            "</sinet-text>", "annotation='", "{#include x}",
        ]).prop_map(str::to_owned),
        1 => any::<String>(),
    ];
    let text = prop::collection::vec(piece, 1..24).prop_map(|pieces| pieces.concat());
    let kind = prop_oneof![Just("Method".to_owned()), "[<>&\"'{}`a-z =/]{1,12}", any::<String>()];
    let label =
        (any::<prop::sample::Index>(), any::<prop::sample::Index>(), kind, prop::option::of(0f32..=1.0), any::<bool>());
    let labels = prop::collection::vec(label, 0..6);
    (text, labels.clone(), labels).prop_map(|(text, entities, relations)| {
        let mut document = LabelledDocument::new("", text);
        let places: Vec<usize> =
            document.text.char_indices().map(|(place, _)| place).chain([document.text.len()]).collect();
        // Scores as the annotation keeps them.
        let rounded = |score: Option<f32>| score.map(|score| (score * 1e4).round() / 1e4);
        let maker = |person| if person { Provenance::Person } else { Provenance::Model };
        for (a, b, kind, score, person) in entities {
            let (a, b) = (places[a.index(places.len())], places[b.index(places.len())]);
            if a != b {
                let span = ByteSpan { start: a.min(b), end: a.max(b) };
                document.entities.push(LabelledEntity { kind, span, score: rounded(score), provenance: maker(person) });
            }
        }
        let count = document.entities.len();
        for (head, tail, kind, score, person) in relations {
            if count > 0 {
                let (head, tail) = (head.index(count), tail.index(count));
                document.relations.push(LabelledRelation {
                    kind,
                    head,
                    tail,
                    score: rounded(score),
                    provenance: maker(person),
                });
            }
        }
        document.with_words()
    })
}

/// Reads the JSON of a still, as the element's script does.
fn read_annotation(json: &str) -> (LabelledDocument, Types) {
    let value: Value = serde_json::from_str(json).expect(json);
    let text = value["text"].as_str().expect(json);
    let offsets = Offsets::new(text);
    let number = |value: &Value| value.as_u64().and_then(|number| usize::try_from(number).ok()).expect(json);
    let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
    let kind = |value: &Value| value["type"].as_str().expect(json).to_owned();
    let score = |value: &Value| value["score"].as_f64().map(|score| score as f32);
    let provenance = |value: &Value| match (value["source"].as_str(), score(value)) {
        (Some("person"), _) | (None, None) => Provenance::Person,
        _ => Provenance::Model,
    };
    let ranges = |steps: &Value| {
        let steps: Vec<usize> = list(steps).iter().map(number).collect();
        let range = |here: &mut usize, step: &[usize]| {
            let start = *here + step[0];
            *here = start + step[1];
            Some((start, *here))
        };
        steps.chunks(2).scan(0, range).collect::<Vec<_>>()
    };
    let point = |point| offsets.byte_of_code_point(point).expect(json);
    let byte = |value: &Value| point(number(value));
    let words: Vec<_> = ranges(&value["words"])
        .into_iter()
        .map(|(start, end)| ByteSpan { start: point(start), end: point(end) })
        .collect();
    let mut sentences: Vec<_> =
        ranges(&value["sentences"]).into_iter().map(|(start, end)| WordRange { start, end }).collect();
    if sentences.is_empty() && !words.is_empty() {
        sentences.push(WordRange { start: 0, end: words.len() });
    }
    let entities = list(&value["entities"]).into_iter().map(|entity| LabelledEntity {
        kind: kind(&entity),
        span: ByteSpan { start: byte(&entity["start"]), end: byte(&entity["end"]) },
        score: score(&entity),
        provenance: provenance(&entity),
    });
    let relations = list(&value["relations"]).into_iter().map(|relation| LabelledRelation {
        kind: kind(&relation),
        head: number(&relation["head"]),
        tail: number(&relation["tail"]),
        score: score(&relation),
        provenance: provenance(&relation),
    });
    let (entities, relations) = (entities.collect(), relations.collect());
    let names = |value: &Value| {
        let name = |kind: &Value| {
            let name = kind[0].as_str().expect(json);
            let verbose = kind[1].as_str().unwrap_or(name).to_owned();
            TypeName { name: name.to_owned(), verbose, symmetric: kind[2] == true }
        };
        list(value).iter().map(name).collect()
    };
    let types = Types {
        entities: names(&value["types"]["entities"]),
        relations: names(&value["types"]["relations"]),
        ..Types::default()
    };
    (LabelledDocument { words, sentences, entities, relations, ..LabelledDocument::new("", text) }, types)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn hostile_text_is_text_and_nothing_else(document in documents()) {
        prop_assume!(document.check().is_ok());
        let types = samples::types();
        let parsed = check_shape(&document, &types, &StillOptions { scores: true, ..StillOptions::default() });
        prop_assert_eq!(parsed.attribute("div", "aria-label"), Some(&*shown(&document.text)));
        let json = parsed.attribute("sinet-text", "annotation").expect("every still has its annotation");
        let (read, read_types) = read_annotation(json);
        prop_assert_eq!(&read, &document);
        for entity in &document.entities {
            prop_assert_eq!(read_types.entity(&entity.kind), types.entity(&entity.kind));
            prop_assert_eq!(sinet_figure::tone(&read_types, &entity.kind), sinet_figure::tone(&types, &entity.kind));
        }
        // What is drawn again from what was read is the same.
        prop_assert_eq!(annotation(&read, &read_types), annotation(&document, &types));
        prop_assert_eq!(
            still(&read, &read_types, &StillOptions::default()),
            still(&document, &types, &StillOptions::default())
        );
    }
}
