//! Documents to draw: plain, several sentences, from right to left, overlapping, nested, long.

use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_text::{ByteSpan, TypeName, Types};

/// Every sample: its name, the document, its types.
pub fn all() -> Vec<(&'static str, LabelledDocument, Types)> {
    vec![
        ("plain", plain(), types()),
        ("scores", plain(), types()),
        ("sentences", sentences(), types()),
        ("hebrew", hebrew(), types()),
        ("arabic", arabic(), types()),
        ("mixed", mixed(), types()),
        ("overlap", overlap(), types()),
        ("nested", nested(), types()),
        ("long", long(), types()),
        ("japanese", japanese(), types()),
        ("devanagari", devanagari(), types()),
        ("hostile", hostile(), types()),
    ]
}

/// The types of SciERC.
pub fn types() -> Types {
    let named = |&(name, verbose): &(&str, &str)| TypeName {
        name: name.to_owned(),
        verbose: verbose.to_owned(),
        symmetric: false,
    };
    let entities = [
        ("Task", "Task"),
        ("Method", "Method"),
        ("Metric", "Metric"),
        ("Material", "Material"),
        ("OtherScientificTerm", "Other scientific term"),
        ("Generic", "Generic"),
    ];
    let relations = [
        ("USED-FOR", "used for"),
        ("FEATURE-OF", "feature of"),
        ("PART-OF", "part of"),
        ("EVALUATE-FOR", "evaluate for"),
        ("HYPONYM-OF", "hyponym of"),
    ];
    let mut relations: Vec<TypeName> = relations.iter().map(named).collect();
    for (name, verbose) in [("CONJUNCTION", "conjunction"), ("COMPARE", "compare")] {
        relations.push(TypeName { symmetric: true, ..named(&(name, verbose)) });
    }
    Types { entities: entities.iter().map(named).collect(), relations, ..Types::default() }
}

/// A document from its text, entities as (text, type), found one behind the other's start, and relations as (head, type, tail).
fn document(text: &str, entities: &[(&str, &str)], relations: &[(usize, &str, usize)]) -> LabelledDocument {
    let mut from = 0;
    let entities = entities.iter().map(|&(covered, kind)| {
        let start = text[from..]
            .find(covered)
            .map_or_else(|| text.find(covered).expect("the text has it"), |place| from + place);
        from = start;
        let span = ByteSpan { start, end: start + covered.len() };
        LabelledEntity { kind: kind.to_owned(), span, score: Some(0.9731), provenance: Provenance::Model }
    });
    let relation = |&(head, kind, tail): &(usize, &str, usize)| LabelledRelation {
        kind: kind.to_owned(),
        head,
        tail,
        score: Some(0.8812),
        provenance: Provenance::Model,
    };
    LabelledDocument {
        entities: entities.collect(),
        relations: relations.iter().map(relation).collect(),
        ..LabelledDocument::new("", text)
    }
    .with_words()
}

/// 25 words, five entities, four relations.
pub fn plain() -> LabelledDocument {
    document(
        "We present a parser that uses beam search and a graph network, trained on the Penn Treebank, and we evaluate it by labelled attachment score.",
        &[
            ("parser", "Method"),
            ("beam search", "Method"),
            ("graph network", "Method"),
            ("Penn Treebank", "Material"),
            ("labelled attachment score", "Metric"),
        ],
        &[(1, "USED-FOR", 0), (1, "CONJUNCTION", 2), (3, "USED-FOR", 2), (4, "EVALUATE-FOR", 0)],
    )
}

fn sentences() -> LabelledDocument {
    document(
        "Ada wrote a compiler.\n\nIt isn't fast. The compiler uses a parser; the parser uses beam search.",
        &[
            ("compiler", "Method"),
            ("It", "Generic"),
            ("The compiler", "Method"),
            ("a parser", "Method"),
            ("the parser", "Method"),
            ("beam search", "Method"),
        ],
        &[(3, "PART-OF", 2), (5, "USED-FOR", 4)],
    )
}

fn hebrew() -> LabelledDocument {
    document(
        "אנו מציגים מנתח תחבירי (מהיר) המשתמש בחיפוש אלומה ואומן על Penn Treebank מאת Mitchell Marcus בשנת 1993.",
        &[("מנתח תחבירי", "Method"), ("בחיפוש אלומה", "Method"), ("Penn Treebank", "Material")],
        &[(1, "USED-FOR", 0), (2, "USED-FOR", 0)],
    )
}

fn arabic() -> LabelledDocument {
    document(
        "نقدم محللا نحويا سريعا يستخدم البحث الشعاعي، وقد تم تدريبه على Penn Treebank عام 2020.",
        &[("محللا نحويا", "Method"), ("البحث الشعاعي", "Method"), ("Penn Treebank", "Material")],
        &[(1, "USED-FOR", 0), (2, "USED-FOR", 0)],
    )
}

fn mixed() -> LabelledDocument {
    document(
        "The Hebrew title is מנתח תחבירי מהיר (2020) and the parser reads it.",
        &[("מנתח תחבירי", "Method"), ("parser", "Method")],
        &[(1, "COMPARE", 0)],
    )
}

fn overlap() -> LabelledDocument {
    document(
        "Statistical machine translation systems and speech recognition systems share phrase-based language models.",
        &[
            ("Statistical machine translation", "Task"),
            ("machine translation systems", "Method"),
            ("speech recognition", "Task"),
            ("recognition systems", "Method"),
            ("phrase-based language models", "Method"),
        ],
        &[(4, "USED-FOR", 0), (4, "PART-OF", 1), (2, "CONJUNCTION", 0), (4, "PART-OF", 3)],
    )
}

fn nested() -> LabelledDocument {
    document(
        "The University of New South Wales in Sydney, New South Wales, studies neural speech recognition systems.",
        &[
            ("University of New South Wales", "Generic"),
            ("New South Wales", "Material"),
            ("Sydney", "Material"),
            ("New South Wales", "Material"),
            ("neural speech recognition systems", "Method"),
            ("speech recognition systems", "Method"),
            ("speech recognition", "Task"),
            ("speech", "OtherScientificTerm"),
        ],
        &[(0, "FEATURE-OF", 1), (2, "PART-OF", 3), (6, "USED-FOR", 4), (7, "PART-OF", 6)],
    )
}

/// 60 words and more, arcs over several lines.
pub fn long() -> LabelledDocument {
    document(
        "In this paper we describe a synergetic interaction network with cross-task attention for joint relational triple extraction, in which a task-aware representation of every span is built from a pretrained encoder, and in which the two tasks of entity recognition and relation classification look at each other before they decide, so that errors of one task are repaired by the other, as our experiments on SciERC and CoNLL04 show by F1.",
        &[
            ("synergetic interaction network", "Method"),
            ("cross-task attention", "Method"),
            ("joint relational triple extraction", "Task"),
            ("task-aware representation", "Method"),
            ("pretrained encoder", "Method"),
            ("entity recognition", "Task"),
            ("relation classification", "Task"),
            ("SciERC", "Material"),
            ("CoNLL04", "Material"),
            ("F1", "Metric"),
        ],
        &[
            (0, "USED-FOR", 2),
            (1, "PART-OF", 0),
            (4, "USED-FOR", 3),
            (3, "PART-OF", 0),
            (5, "CONJUNCTION", 6),
            (7, "EVALUATE-FOR", 0),
            (8, "EVALUATE-FOR", 0),
            (9, "EVALUATE-FOR", 2),
            (5, "PART-OF", 2),
            (6, "PART-OF", 2),
        ],
    )
}

fn japanese() -> LabelledDocument {
    document(
        "本稿では、ビーム探索を用いる高速な構文解析器を提案し、京都大学テキストコーパスで評価する。",
        &[("ビーム探索", "Method"), ("構文解析器", "Method"), ("京都大学テキストコーパス", "Material")],
        &[(0, "USED-FOR", 1), (2, "EVALUATE-FOR", 1)],
    )
}

fn devanagari() -> LabelledDocument {
    document(
        "हम बीम खोज का उपयोग करने वाला एक तेज़ पार्सर प्रस्तुत करते हैं। Μια γρήγορη ανάλυση. Быстрый разбор.",
        &[("बीम खोज", "Method"), ("पार्सर", "Method"), ("ανάλυση", "Task"), ("разбор", "Task")],
        &[(0, "USED-FOR", 1)],
    )
}

/// Text and labels that try to be something else.
pub fn hostile() -> LabelledDocument {
    document(
        "</svg></figure><script>alert(1)</script>\n\n{{constructor}} {% include x %} it's \"quoted\" &amp; <img src=x onerror=alert(1)> \u{0}\u{1b}\u{2028}--> ]]>",
        &[("<script>", "</text><script>alert(1)</script>"), ("it's", "\" onload=\"alert(1)"), ("<img", "' x='{{1}}")],
        &[(0, "--><b>", 1)],
    )
}
