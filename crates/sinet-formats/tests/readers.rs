//! Files by other hands as readers see them, and files that readers refuse.

use expect_test::{Expect, expect};
use sinet_formats::{Ends, Format, LabelledDocument, Loss, LossReport, Options, ReadError, Reader, read_brat};

fn read(format: Format, file: &str, options: Options) -> (Result<Vec<LabelledDocument>, ReadError>, LossReport) {
    let mut reader = Reader::new(format, file.as_bytes(), "x", options);
    let documents = reader.by_ref().collect();
    (documents, reader.report().clone())
}

#[track_caller]
fn check_error(format: Format, file: &str, expected: Expect) {
    let (documents, _) = read(format, file, Options::default());
    expected.assert_eq(&documents.unwrap_err().to_string());
}

/// The entities as `text/type`, relations as `head-type->tail`, then the report.
#[track_caller]
fn check(format: Format, file: &str, expected: Expect) {
    let (documents, report) = read(format, file, Options::default());
    let mut seen = String::new();
    for document in documents.unwrap() {
        seen += &shown(&document);
    }
    expected.assert_eq(&format!("{seen}{report}"));
}

fn shown(document: &LabelledDocument) -> String {
    let mut seen = format!("{:?} {:?}:", document.id, document.text);
    for (index, entity) in document.entities.iter().enumerate() {
        let score = entity.score.map(|score| format!("={score}")).unwrap_or_default();
        seen += &format!(" {:?}/{}{score}/{:?}", document.entity_text(index).unwrap(), entity.kind, entity.provenance);
    }
    for relation in &document.relations {
        seen += &format!(" {}-{}->{}", relation.head, relation.kind, relation.tail);
    }
    seen + "\n"
}

#[test]
fn spert() {
    check(
        Format::Spert,
        r#"[{"tokens":["a","b"],"entities":[{"type":"K","start":0,"end":2}],"relations":[],"orig_id":7},
            {"tokens":["c"],"entities":[],"orig_id":"d","sentence":0},
            {"tokens":["d","e"],"entities":[{"type":"K","start":1,"end":2}],"relations":[{"type":"R","head":0,"tail":0}],"orig_id":"d","sentence":1},
            {"tokens":["f"],"entities":[],"orig_id":"d","sentence":1}]"#,
        expect![[r#"
            "7" "a b": "a b"/K/Person
            "d" "c d e": "e"/K/Person 0-R->0
            "d" "f":
            3 documents, 2 entities, 1 relation.
            Read as SpERT JSON, which counts in words of the sentence, end exclusive.
            Nothing is lost.
        "#]],
    );
    check_error(
        Format::Spert,
        r#"[{"tokens":["a"],"entities":[{"type":"K","start":0,"end":0}]}]"#,
        expect![
            "x, line 1, document 1, entities[0].end: the span 0..0 is empty; ends are exclusive here, `end` is the word after the last, but this file seems to count inclusive ones"
        ],
    );
    check_error(
        Format::Spert,
        "[\n{\"tokens\":[\"a\"],\"entities\":[{\"type\":\"K\",\"start\":0,\"end\":2}],\"orig_id\":\"d\"}]",
        expect!["x, line 2, document 1 (d), entities[0].end: 2 is out of range: there are 1 words"],
    );
    check_error(
        Format::Spert,
        "[{\"tokens\":[\"a\"],\n\"entities\":[{\"type\":\"K\",\"start\":-1,\"end\":2}]}]",
        expect!["x, line 2, document 1, entities[0].start: -1 stands there, but a word's number is expected"],
    );
    check_error(
        Format::Spert,
        r#"[{"tokens":[],"entities":[]}]"#,
        expect!["x, line 1, document 1, tokens: there is no word; remove the sentence"],
    );
    check_error(
        Format::Spert,
        r#"[{"tokens":["","a"],"entities":[{"type":"K","start":0,"end":1}]}]"#,
        expect!["x, line 1, document 1, entities[0].start: covers only empty words"],
    );
    check_error(
        Format::Spert,
        r#"[{"tokens":["a"],"entities":[],"relations":[{"type":"R","head":0,"tail":0}]}]"#,
        expect!["x, line 1, document 1, relations[0].head: 0 is out of range: there are 0 entities in the sentence"],
    );
    check_error(Format::Spert, "[{},", expect!["x, line 1, document 1: there is no `tokens`; the fields are none"]);
}

#[test]
fn ends_can_be_named() {
    let file = r#"[{"tokens":["a","b","c"],"entities":[{"type":"K","start":1,"end":1}]}]"#;
    let options = Options { ends: Some(Ends::Inclusive), ..Options::default() };
    let (documents, report) = read(Format::Spert, file, options);
    assert_eq!(documents.unwrap()[0].entity_text(0), Some("b"));
    assert_eq!(report.notes(), ["Read as SpERT JSON, with ends inclusive as you said."]);
}

#[test]
fn dygie() {
    check(
        Format::Dygie,
        r#"{"doc_key":"d","sentences":[["a","b"],["c"]],"ner":[[[0,1,"K"]],[[2,2,"L"]]],"relations":[[[0,1,2,2,"R"],[1,1,2,2,"S"]],[]],"clusters":[[[0,1]]],"predicted_ner":[[[0,0,"K"]]]}"#,
        expect![[r#"
            "d" "a b c": "a b"/K/Person "c"/L/Person 0-R->1
            1 document, 2 entities, 1 relation.
            Read as DyGIE JSONL, which counts in words of the document, end inclusive.
            1 relation with an end that is no entity: left out.
            1 prediction beside a person's labels: left out.
            1 group of mentions of the same thing: left out.
        "#]],
    );
    check_error(
        Format::Dygie,
        r#"{"doc_key":"d","sentences":[["a","b"],["c"]],"ner":[[],[[0,0,"K"]]]}"#,
        expect![
            "x, line 1, document 1 (d), ner[1][0].start: 0 is out of range: there are 3 words; words count from the start of the document"
        ],
    );
    check_error(
        Format::Dygie,
        r#"{"doc_key":"d","sentences":[["a","b"],["c"]],"ner":[[],[[2,3,"K"]]]}"#,
        expect![
            "x, line 1, document 1 (d), ner[1][0].end: 3 is out of range: there are 3 words; ends are inclusive here, but this file seems to count exclusive ones"
        ],
    );
    check_error(
        Format::Dygie,
        r#"{"doc_key":"d","sentences":[["a","b"],["c"]],"ner":[[]]}"#,
        expect!["x, line 1, document 1 (d), ner: there are 1 lists for 2 sentences; there must be one a sentence"],
    );
    check_error(
        Format::Dygie,
        r#"{"doc_key":"d","sentences":[["a"]],"ner":[[]],"relations":[[[0,0,1,0,"R"]]]}"#,
        expect![
            "x, line 1, document 1 (d), relations[0][0], tail end: the span 1..0 is empty; ends are inclusive here, `end` is the last word"
        ],
    );
}

#[test]
fn gliner() {
    check(
        Format::Gliner,
        r#"{"tokenized_text":["a","b"],"ner":[[0,0,"K"],[0,1,"K"]],"relations":[[0,1,"R"]]}
           {"tokenized_text":["c"],"ner":[],"id":3}"#,
        expect![[r#"
            "" "a b": "a"/K/Person "a b"/K/Person 0-R->1
            "3" "c":
            2 documents, 2 entities, 1 relation.
            Read as GLiNER JSON, which counts in words of the document, end inclusive.
            Nothing is lost.
        "#]],
    );
    check_error(
        Format::Gliner,
        r#"[{"tokenized_text":["a","b"],"ner":[[1,2,"K"]]}]"#,
        expect![
            "x, line 1, document 1, ner[0].end: 2 is out of range: there are 2 words; ends are inclusive here, but this file seems to count exclusive ones"
        ],
    );
    check_error(
        Format::Gliner,
        r#"[{"tokenized_text":["a","b"],"ner":[[1,0,"K"]]}]"#,
        expect![
            "x, line 1, document 1, ner[0].end: the span 1..0 is empty; ends are inclusive here, `end` is the last word"
        ],
    );
    check_error(
        Format::Gliner,
        r#"[{"tokenized_text":["a","b"],"ner":[[1,1,"K"]],"relations":[[0,1,"R"]]}]"#,
        expect!["x, line 1, document 1, relations[0].tail: 1 is out of range: there are 1 entities"],
    );
}

#[test]
fn gliner_words_have_the_places_that_they_have_in_a_text_beside_them() {
    let row = |text: &str| {
        let labels = r#""ner":[[0,0,"K"],[0,1,"K"],[2,2,"K"]]"#;
        format!(r#"[{{"tokenized_text":["b","é","b"],{labels},"text":{text}}}]"#)
    };
    check(
        Format::Gliner,
        &row(r#""  b\n\té b ""#),
        expect![[r#"
            "" "  b\n\té b ": "b"/K/Person "b\n\té"/K/Person "b"/K/Person
            1 document, 3 entities, 0 relations.
            Read as GLiNER JSON, which counts in words of the document, end inclusive.
            The words stand in the `text` beside them, in order: it is taken as it is.
            Nothing is lost.
        "#]],
    );
    check(
        Format::Gliner,
        &row(r#""béb""#),
        expect![[r#"
            "" "béb": "b"/K/Person "bé"/K/Person "b"/K/Person
            1 document, 3 entities, 0 relations.
            Read as GLiNER JSON, which counts in words of the document, end inclusive.
            The words stand in the `text` beside them, in order: it is taken as it is.
            3 entities beginning or ending inside a word: kept so.
        "#]],
    );
    // A text with other words is not the one that was labelled.
    for text in [r#""b é b b""#, r#""b x é b""#, r#""b é""#, r#""b b é""#, "7"] {
        check(
            Format::Gliner,
            &row(text),
            expect![[r#"
                "" "b é b": "b"/K/Person "b é"/K/Person "b"/K/Person
                1 document, 3 entities, 0 relations.
                Read as GLiNER JSON, which counts in words of the document, end inclusive.
                1 field not read: `text`.
            "#]],
        );
    }
}

#[track_caller]
fn check_brat(text: &str, labels: &str, expected: Expect) {
    let seen = match read_brat("d", text.to_owned(), labels, Options::default()) {
        Ok((document, report)) => format!("{}{report}", shown(&document)),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&seen);
}

#[test]
fn brat() {
    check_brat(
        "Ada 😀 of North\nand South",
        "T1\tPeop 0 3\tAda\r\nT2\tLoc 9 14;19 24\tNorth South\nT3\tLoc 9 18\tNorth and\n\nE1\tMove:T1\nR1\tIn Arg1:T1 Arg2:T2\t\nR2\tIn Arg1:E1 Arg2:T2\nA1\tNeg T1\nN1\tRef T1 W:1\n#1\tNote T1\tx\n*\tSame T1 T2\n",
        expect![[r#"
            "d" "Ada 😀 of North\nand South": "Ada"/Peop/Person "North\nand South"/Loc/Person "North\nand"/Loc/Person 0-In->1
            1 document, 3 entities, 1 relation.
            1 entity in pieces: read as one stretch from first to last.
            1 relation with an end that is no entity: left out.
            1 event left out.
            1 attribute left out.
            1 link to a knowledge base: left out.
            1 note left out.
            1 group of mentions of the same thing: left out.
        "#]],
    );
    check_brat(
        "😀 Ada",
        "T1\tPeop 3 6\tAda",
        expect![[r#"
        "d" "😀 Ada": "Ada"/Peop/Person
        1 document, 1 entity, 0 relations.
        Some documents count in UTF-16 code units, not in Unicode code points: the texts of their entities show it.
        Nothing is lost.
    "#]],
    );
    check_brat(
        "Ada",
        "T1\tPeop 0 3\tAda\nT2\tPeop 0 3\tBob",
        expect![[r#"
            "d" "Ada": "Ada"/Peop/Person "Ada"/Peop/Person
            1 document, 2 entities, 0 relations.
            1 entity with another text beside it than at its place: the place was kept.
        "#]],
    );
    check_brat(
        "Ada",
        "T1\tPeop 0 4\n",
        expect!["d.ann, line 1, T1: the span 0..4 does not fit the text of 3 Unicode code points"],
    );
    check_brat(
        "Ada",
        "T1\tPeop 0,3\n",
        expect![[r#"d.ann, line 1: "T1\tPeop 0,3" is not an entity, as in `T1⇥Type 0 5⇥text`"#]],
    );
    check_brat(
        "Ada",
        "T1\tPeop 0 3\nT1\tPeop 0 3\n",
        expect![[r#"
        "d" "Ada": "Ada"/Peop/Person "Ada"/Peop/Person
        1 document, 2 entities, 0 relations.
        1 id given twice in a document: the first was kept.
    "#]],
    );
    check_brat(
        "Ada",
        "T1\tPeop 0 3\nR1\tIs Arg1:T1 Arg2:T9\n",
        expect![[r#"
            "d" "Ada": "Ada"/Peop/Person
            1 document, 1 entity, 0 relations.
            1 relation with an end that is no entity: left out.
        "#]],
    );
    check_brat(
        "Ada",
        "Hello\n",
        expect![[r#"d.ann, line 1: "Hello" is not an annotation of brat; they start with T, R, E, A, M, N, # or *"#]],
    );
}

#[test]
fn an_archive_without_texts_is_refused() {
    check_error(
        Format::Brat,
        "PK",
        expect!["x, line 1: is no readable zip archive: invalid Zip archive: Could not find EOCD"],
    );
}

#[test]
fn doccano() {
    check(
        Format::Doccano,
        "{\"id\":1,\"text\":\"a😀b\",\"label\":[[2,3,\"K\"]],\"Comments\":[\"x\"]}\n{\"text\":\"ab\",\"entities\":[{\"id\":10,\"label\":\"K\",\"start_offset\":0,\"end_offset\":1}],\"relations\":[{\"from_id\":10,\"to_id\":10,\"type\":\"R\"}]}",
        expect![[r#"
            "1" "a😀b": "b"/K/Person
            "" "ab": "a"/K/Person 0-R->0
            2 documents, 2 entities, 1 relation.
            Read as doccano JSONL, which counts in Unicode code points, end exclusive.
            1 note left out.
            1 entity beginning or ending inside a word: kept so.
        "#]],
    );
    check_error(
        Format::Doccano,
        "{\"text\":\"a\"}\n{\"id\":4,\"text\":\"a\",\"label\":[[0,2,\"K\"]]}",
        expect!["x, line 2, document 2 (4), label[0]: the span 0..2 does not fit the text of 1 Unicode code points"],
    );
    check_error(
        Format::Doccano,
        "{\"text\":\"a\",\"relations\":[{\"from_id\":1,\"to_id\":1,\"type\":\"R\"}]}",
        expect![[r#"x, line 1, document 1, relations[0].from_id: there is no entity with the id "1""#]],
    );
    check_error(
        Format::Doccano,
        "{\"text\":\"a\"",
        expect!["x, line 1: the file ends inside an object; its end is missing"],
    );
}

#[test]
fn label_studio() {
    check(
        Format::LabelStudio,
        r#"[{"id":5,"data":{"body":"😀 Ada"},"annotations":[{"was_cancelled":true,"result":[]},
            {"result":[{"id":"x","type":"labels","value":{"start":3,"end":6,"text":"Ada","labels":["A","B"]}},
                       {"id":"y","type":"choices","value":{"choices":["z"]}},
                       {"type":"relation","from_id":"x","to_id":"x","direction":"bi","labels":["R"]},
                       {"type":"relation","from_id":"x","to_id":"x","direction":"left"},
                       {"type":"relation","from_id":"x","to_id":"y","direction":"left","labels":["R"]}]},
            {"result":[]}],"predictions":[{"result":[]}]},
           {"data":{"text":"😀 Ada"},"predictions":[{"result":[{"id":"x","type":"labels","score":0.5,"value":{"start":2,"end":5,"text":"Ada","labels":["A"]}}]}]}]"#,
        expect![[r#"
            "5" "😀 Ada": "Ada"/A/Person "Ada"/B/Person 0-R->0 0-R->0
            "" "😀 Ada": "Ada"/A=0.5/Model
            2 documents, 3 entities, 2 relations.
            Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
            The text was taken from the field "data.body".
            Some documents count in Unicode code points, not in UTF-16 code units: the texts of their entities show it.
            1 relation with an end that is no entity: left out.
            1 relation without a type: left out.
            1 further annotation of the same text: left out.
            1 prediction beside a person's labels: left out.
            1 region other than stretches of text with a type: left out.
        "#]],
    );
    check_error(
        Format::LabelStudio,
        r#"[{"data":{"a":"x","b":"y"},"annotations":[{"result":[]}]}]"#,
        expect!["x, line 1, document 1, data: there is no `text`; the fields are `a`, `b`"],
    );
    check_error(
        Format::LabelStudio,
        r#"[{"data":{"text":"Ada"},"annotations":[{"result":[{"type":"labels","value":{"start":0,"end":3,"text":"Bob","labels":["A"]}}]}]}]"#,
        expect![[
            r#"x, line 1, document 1, annotations[0].result[0].value: the file says that 0..3 is "Bob", but its text has "Ada" there; the offsets are wrong in every unit"#
        ]],
    );
    check(
        Format::LabelStudio,
        r#"[{"data":{"text":"Ada"},"annotations":[{"result":[{"type":"labels","value":{"start":0,"labels":["A"]}}]}]}]"#,
        expect![[r#"
            "" "Ada":
            1 document, 0 entities, 0 relations.
            Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
            The document has no entity.
            1 label without a place in the text: left out.
        "#]],
    );
}

#[test]
fn prodigy() {
    check(
        Format::Prodigy,
        r#"{"text":"ab c","tokens":[{"start":0,"end":2},{"start":3,"end":4}],"spans":[{"start":0,"end":2,"token_start":0,"token_end":0,"label":"K","source":"en_core"},{"start":3,"end":4,"token_start":1,"token_end":1,"label":"K"}],"relations":[{"head":0,"child":1,"label":"R"},{"head":0,"child":7,"label":"R"}],"answer":"accept"}
           {"text":"ab","answer":"reject"}"#,
        expect![[r#"
            "" "ab c": "ab"/K/Model "c"/K/Person 0-R->1
            1 document, 2 entities, 1 relation.
            Read as Prodigy JSONL, which counts in Unicode code points, end exclusive.
            1 document rejected or skipped by the annotator: left out.
            1 relation with an end that is no entity: left out.
        "#]],
    );
    check(
        Format::Prodigy,
        r#"{"text":"ab c","tokens":[{"start":0,"end":2},{"start":3,"end":4}],"spans":[{"start":0,"end":2,"token_start":0,"token_end":1,"label":"K"}]}"#,
        expect![[r#"
            "" "ab c": "ab"/K/Person
            1 document, 1 entity, 0 relations.
            Read as Prodigy JSONL, which counts in Unicode code points, end exclusive.
            1 entity with another text beside it than at its place: the place was kept.
        "#]],
    );
    check_error(
        Format::Prodigy,
        r#"{"text":"ab","tokens":[{"start":0,"end":3}],"spans":[],"answer":"accept"}"#,
        expect!["x, line 1, document 1, tokens[0]: the span 0..3 does not fit the text of 2 Unicode code points"],
    );
}

#[test]
fn pubannotation() {
    check(
        Format::PubAnnotation,
        r#"{"text":"ab c","sourceid":"s","denotations":[{"id":"T1","span":{"begin":0,"end":2},"obj":"K"},{"id":"T2","span":[{"begin":0,"end":1},{"begin":3,"end":4}],"obj":"K"}],
            "relations":[{"id":"R1","pred":"R","subj":"T2","obj":"T1"},{"id":"R2","pred":"R","subj":"R1","obj":"T1"}],"attributes":[{}]}"#,
        expect![[r#"
            "s" "ab c": "ab"/K/Person "ab c"/K/Person 1-R->0
            1 document, 2 entities, 1 relation.
            Read as PubAnnotation JSON, which counts in Unicode code points, end exclusive.
            1 entity in pieces: read as one stretch from first to last.
            1 relation with an end that is no entity: left out.
            1 attribute left out.
        "#]],
    );
    check(
        Format::PubAnnotation,
        r#"{"text":"a","denotations":[{"id":"T1","span":{"begin":0,"end":1},"obj":"K"},{"span":[],"obj":"K"}],"relations":[{"pred":"R","subj":"T1","obj":"T2"}]}"#,
        expect![[r#"
            "" "a": "a"/K/Person
            1 document, 1 entity, 0 relations.
            Read as PubAnnotation JSON, which counts in Unicode code points, end exclusive.
            1 relation with an end that is no entity: left out.
            1 label without a place in the text: left out.
        "#]],
    );
}

#[test]
fn conll() {
    check(
        Format::Conll,
        "EU NNP B-NP I-ORG\nUN NNP I-NP B-ORG\nrejects VBZ I-VP O\n\nPeter NNP I-NP I-PER\n",
        expect![[r#"
            "" "EU UN rejects": "EU"/ORG/Person "UN"/ORG/Person
            "" "Peter": "Peter"/PER/Person
            2 documents, 3 entities, 0 relations.
            Read as CoNLL, which counts in words: a tag stands beside each.
            Column 1 holds the words, column 4 the tags.
            The tags are IOB1: B- stands only between neighbours of one type.
            8 fields not read: column 2 (4 times), column 3 (4 times).
        "#]],
    );
    check(
        Format::Conll,
        "\u{feff}-DOCSTART- -X- O O\n\na\tB-K\nb\tI-K\r\n\nc\tB-L\n\n-DOCSTART- O\nd O\n",
        expect![[r#"
            "" "a b c": "a b"/K/Person "c"/L/Person
            "" "d":
            2 documents, 2 entities, 0 relations.
            Read as CoNLL, which counts in words: a tag stands beside each.
            Column 1 holds the words, column 2 the tags.
            The tags are IOB2: every entity begins with B-.
            Nothing is lost.
        "#]],
    );
    check(
        Format::Conll,
        "a S-K\nb B-K\nc E-K\nd B-K\ne L-K\n",
        expect![[r#"
            "" "a b c d e": "a"/K/Person "b c"/K/Person "d e"/K/Person
            1 document, 3 entities, 0 relations.
            Read as CoNLL, which counts in words: a tag stands beside each.
            Column 1 holds the words, column 2 the tags.
            The tags are BIOES: single words and ends are marked.
            Nothing is lost.
        "#]],
    );
    check_error(
        Format::Conll,
        "a B-K\n\nb\n",
        expect![[r#"x, line 3, document 2: "b" has too few columns: 1, where 2 belong; complete it or remove it"#]],
    );
    check_error(
        Format::Conll,
        "a B-K\nb X-K\n",
        expect![[r#"x, line 2, document 1, column 2: "X-K" is not a tag such as O, B-PER or I-PER"#]],
    );
}

#[test]
fn sinet() {
    check(
        Format::Sinet,
        r#"{"text":"😀 Ada","model":"m","offset_unit":"code_points","words":[{"start":0,"end":1},{"start":2,"end":5}],"windows":[],
            "entities":[{"type":"K","start":2,"end":5,"words":{"start":1,"end":2},"text":"Ada","score":0.5}],"relations":[{"type":"R","head":0,"tail":0,"score":0.25}]}"#,
        expect![[r#"
            "" "😀 Ada": "Ada"/K=0.5/Model 0-R->0
            1 document, 1 entity, 1 relation.
            Read as SINET JSON, which counts in Unicode code points, end exclusive.
            Nothing is lost.
        "#]],
    );
    check(
        Format::Sinet,
        r#"{"text":"ab","offset_unit":"utf16","entities":[{"type":"K","start":0,"end":1,"score":1.5},{"type":"L","start":"1","end":2,"score":"0.5"}]}
           {"text":"a","entities":[{"type":"K","start":0,"end":1,"score":"87 %","source":"wiki"}],"sentences":null,"url":"u"}"#,
        expect![[r#"
            "" "ab": "a"/K/Model "b"/L=0.5/Model
            "" "a": "a"/K=0.87/Model
            2 documents, 3 entities, 0 relations.
            Read as SINET JSON, which counts in Unicode code points, end exclusive.
            Some scores are percents: they were divided by 100.
            2 entities beginning or ending inside a word: kept so.
            1 score not between 0 and 1: left out.
            2 fields not read: `url`, `entities[].source`.
        "#]],
    );
    check_error(
        Format::Sinet,
        r#"{"text":"a","entities":[],"words":[{"start":0,"end":2}]}"#,
        expect!["x, line 1, document 1, words[0]: the span 0..2 does not fit the text of 1 Unicode code points"],
    );
    check_error(
        Format::Sinet,
        r#"{"text":"a","entities":[{"type":"K","start":0,"end":1}],"relations":[{"type":"R","head":0,"tail":1}]}"#,
        expect!["x, line 1, document 1: relations[0].tail: 1 is out of range, there are 1"],
    );
}

/// Documents and errors in their order, of a reader that goes on.
#[track_caller]
fn check_past_errors(format: Format, file: &str, expected: Expect) {
    let reader = Reader::new(format, file.as_bytes(), "x", Options::default()).past_errors();
    let told = reader.map(|document| match document {
        Ok(document) => shown(&document),
        Err(error) => format!("{error}\n"),
    });
    expected.assert_eq(&told.collect::<String>());
}

#[test]
fn a_reader_goes_on_where_the_next_document_can_be_told() {
    check_past_errors(
        Format::Doccano,
        "{\"text\":\"a\",\"label\":[[0,9,\"K\"]]}\n{\"text\":\"b\",\"label\":[]}\n{\"text\":7}\n}\n{\"text\":\"c\",\"label\":[]}",
        expect![[r#"
            x, line 1, document 1, label[0]: the span 0..9 does not fit the text of 1 Unicode code points
            "" "b":
            x, line 3, document 3, text: 7 stands there, but the text is expected
            x, line 4, document 4: expected an object, found '}'
            "" "c":
        "#]],
    );
    check_past_errors(
        Format::Spert,
        "[{\"tokens\":[\"a\"],\"entities\":[]},\n{\"tokens\":[],\"entities\":[]},\n{\"tokens\":[\"c\"],\"entities\":[]}]",
        expect![[r#"
            x, line 2, document 2, tokens: there is no word; remove the sentence
            "" "a":
            "" "c":
        "#]],
    );
    check_past_errors(
        Format::Conll,
        "a B-K\n\nb\nc X\n\nd B-K\n",
        expect![[r#"
            "" "a": "a"/K/Person
            x, line 3, document 2: "b" has too few columns: 1, where 2 belong; complete it or remove it
            "" "d": "d"/K/Person
        "#]],
    );
    check_past_errors(
        Format::Conll,
        "-DOCSTART- O\n\na B-K\n\nb X\n\nc O\n\n-DOCSTART- O\n\nd B-K\n",
        expect![[r#"
            x, line 5, document 1, column 2: "X" is not a tag such as O, B-PER or I-PER
            "" "d": "d"/K/Person
        "#]],
    );
}

fn corpus(file: &str) -> String {
    std::fs::read_to_string(format!("tests/corpus/{file}")).unwrap()
}

#[test]
fn glirel() {
    check(
        Format::Gliner,
        &corpus("glirel.jsonl"),
        expect![[r#"
        "" "The race to Binsey on River Thames": "Binsey"/Loc/Person "River Thames"/River/Person 0-next to->1
        "" "Ada knows Bob": "Ada"/Peop/Person "Bob"/Peop/Person 0-knows->1
        2 documents, 4 entities, 2 relations.
        Read as GLiNER JSON, which counts in words of the document, end inclusive.
        Ends are the word after the last: the words beside them show it.
        Nothing is lost.
    "#]],
    );
}

#[test]
fn gliner2() {
    check(
        Format::Gliner2,
        &corpus("gliner2.jsonl"),
        expect![[r#"
            "" "Ada lives in London, not in London.": "Ada"/Peop/Person "London"/Loc/Person 0-Live_In->1
            "" "Ada lives.": "Ada"/Peop=0.9/Model 0-Knows->0
            2 documents, 3 entities, 2 relations.
            Read as GLiNER 2 JSONL, which counts in no unit: its words are searched for in the text.
            1 label without a place in the text: left out.
            1 mention found several times in the text: the first was taken.
        "#]],
    );
}

#[test]
fn doccano_of_older_versions() {
    check(
        Format::Doccano,
        &corpus("doccano-annotations.jsonl"),
        expect![[r#"
        "1" "Ada lives": "Ada"/Peop/Person
        "2" "Ada lives": "Ada"/Peop/Person
        2 documents, 2 entities, 0 relations.
        Read as doccano JSONL, which counts in Unicode code points, end exclusive.
        1 region other than stretches of text with a type: left out.
    "#]],
    );
}

#[test]
fn spacy() {
    check(
        Format::Spacy,
        &corpus("spacy.jsonl"),
        expect![[r#"
            "" "Ada lives in London.": "Ada"/Peop/Person "London"/Loc/Person
            "" "Nobody 😀 is here.":
            2 documents, 2 entities, 0 relations.
            Read as spaCy JSONL, which counts in Unicode code points, end exclusive.
            Nothing is lost.
        "#]],
    );
}

#[test]
fn spacy_objects() {
    check(
        Format::Spacy,
        &corpus("spacy-objects.jsonl"),
        expect![[r#"
            "" "Ada lives in London.": "Ada"/Peop/Person
            "" "Ada lives": "Ada"/Peop=0.5/Model
            2 documents, 2 entities, 0 relations.
            Read as spaCy JSONL, which counts in Unicode code points, end exclusive.
            1 region other than stretches of text with a type: left out.
        "#]],
    );
}

#[test]
fn dataturks() {
    check(
        Format::Spacy,
        &corpus("dataturks.jsonl"),
        expect![[r#"
            "" "Ada lives in London.": "Ada"/Peop/Person
            "" "Nobody is here.":
            2 documents, 1 entity, 0 relations.
            Read as spaCy JSONL, which counts in Unicode code points, end exclusive.
            Ends are the last character here, as in files of Dataturks.
            1 region other than stretches of text with a type: left out.
        "#]],
    );
}

#[test]
fn spacy_records_within_an_object() {
    check(
        Format::Spacy,
        &corpus("spacy-annotator.json"),
        expect![[r#"
        "" "Ada lives.": "Ada"/Peop/Person
        "" "Bob":
        2 documents, 1 entity, 0 relations.
        Read as spaCy JSONL, which counts in Unicode code points, end exclusive.
        1 document that nobody has labelled yet: left out.
    "#]],
    );
}

#[test]
fn argilla() {
    check(
        Format::Argilla,
        &corpus("argilla.jsonl"),
        expect![[r#"
            "7" "Ada left Rome": "Ada"/Peop/Person
            1 document, 1 entity, 0 relations.
            Read as Argilla JSON, which counts in Unicode code points, end exclusive.
            1 document rejected or skipped by the annotator: left out.
            2 predictions beside a person's labels: left out.
            1 document that nobody has labelled yet: left out.
        "#]],
    );
}

#[test]
fn argilla_records() {
    check(
        Format::Argilla,
        &corpus("argilla-records.jsonl"),
        expect![[r#"
        "7" "Ada left Rome": "Ada"/Peop/Person
        1 document, 1 entity, 0 relations.
        Read as Argilla JSON, which counts in Unicode code points, end exclusive.
        1 further annotation of the same text: left out.
        1 prediction beside a person's labels: left out.
        1 document that nobody has labelled yet: left out.
    "#]],
    );
}

#[test]
fn argilla_rows() {
    check(
        Format::Argilla,
        &corpus("argilla-rows.jsonl"),
        expect![[r#"
        "7" "Ada left Rome": "Ada"/Peop/Person
        1 document, 1 entity, 0 relations.
        Read as Argilla JSON, which counts in Unicode code points, end exclusive.
        Nothing is lost.
    "#]],
    );
}

#[test]
fn triples() {
    check(
        Format::Triples,
        &corpus("triples.jsonl"),
        expect![[r#"
        "" "Ada lives in London.": "Ada"/Peop/Person "London"/Loc/Person 0-Live_In->1
        "" "Ada lives.": "Ada"/Entity/Person "lives"/Entity/Person 0-does->1
        "" "Ada 😀 lives": "Ada"/Entity/Person "lives"/Entity/Person 0-R->1
        3 documents, 6 entities, 3 relations.
        Read as JSON of triples, which counts in no unit: its words are searched for in the text.
        Entities have no types in this file: all are "Entity".
        1 relation of an entity that was left out: left out too.
        1 label without a place in the text: left out.
    "#]],
    );
}

/// Kind after kind of file that is read though one value in it is odd, and what the report says of it.
#[test]
fn one_odd_value_refuses_no_file() {
    check(
        Format::Doccano,
        r#"{"id":1,"text":"Al owns Acme","label":[["0","2",""],[8,12,"ORG "],[8,12.0,"ORG"]],"url":"u"}
           {"text":"Al","label":null,"entities":[{"id":1,"label":null,"start_offset":0,"end_offset":2},{"id":1,"label":7,"start_offset":0,"end_offset":2}],"relations":null}
           {"text":"Al","entities":[{"start":0,"end":2,"label":"PER","type":"span","note":"x"}],"relations":[{"head":0,"tail":0,"label":"R"}]}
           {"text":"Al","label":"spam","cats":{"A":1,"B":0}}"#,
        expect![[r#"
            "1" "Al owns Acme": "Al"//Person "Acme"/ORG /Person "Acme"/ORG/Person
            "" "Al": "Al"//Person "Al"/7/Person
            "" "Al": "Al"/PER/Person 0-R->0
            "" "Al":
            4 documents, 6 entities, 1 relation.
            Read as doccano JSONL, which counts in Unicode code points, end exclusive.
            The types "ORG " and "ORG" differ only by case or white space; both are kept.
            2 regions other than stretches of text with a type: left out.
            2 labels without a type: kept with an empty one.
            1 id given twice in a document: the first was kept.
            3 fields not read: `url`, `entities[].note`, `entities[].type`.
        "#]],
    );
    check(
        Format::Spert,
        r#"[{"tokens":["a",5,null],"entities":[{"type":null,"start":"0","end":2.0}],"relations":null,"sentence":"a 5"}]"#,
        expect![[r#"
            "" "a 5 ": "a 5"//Person
            1 document, 1 entity, 0 relations.
            Read as SpERT JSON, which counts in words of the sentence, end exclusive.
            1 label without a type: kept with an empty one.
            1 field not read: `sentence`.
        "#]],
    );
    check(
        Format::Dygie,
        r#"{"doc_key":"k","dataset":"ace","weight":0.5,"_sentence_start":[0,5],"sentences":[["Add","5","g","salt","."],[]],"ner":[[[1,2,"Amount"],[3,"3","Mat",0.9]],null],"relations":[[[3,3,1,2,"has"]],[]],"clusters":[[[3,3],[1,2]]],"events":[[[[0,"Do"],[3,3,"Arg"]]],[]],"predicted_ner":[[[1,2,"Amount",4.2,0.99]],[]],"coref":[1]}"#,
        expect![[r#"
            "k" "Add 5 g salt .": "5 g"/Amount/Person "salt"/Mat/Person 1-has->0
            1 document, 2 entities, 1 relation.
            Read as DyGIE JSONL, which counts in words of the document, end inclusive.
            1 prediction beside a person's labels: left out.
            1 event left out.
            1 group of mentions of the same thing: left out.
            2 fields not read: `ner[][][]`, `coref`.
        "#]],
    );
    check(
        Format::Gliner,
        r#"{"tokenized_text":["a",1],"ner":[["0",1,null]],"relations":null,"id":null}"#,
        expect![[r#"
            "" "a 1": "a 1"//Person
            1 document, 1 entity, 0 relations.
            Read as GLiNER JSON, which counts in words of the document, end inclusive.
            1 label without a type: kept with an empty one.
        "#]],
    );
}

/// Fields that this project adds to formats are other tools' too, with other values.
#[test]
fn a_value_that_is_not_ours_is_not_ours() {
    check(
        Format::Sinet,
        r#"{"text":"Al owns","offset_unit":"chars","words":["Al","owns"],"sentences":["Al owns"],"entities":[{"type":"PER","start":0,"end":2,"source":"$text"}]}"#,
        expect![[r#"
            "" "Al owns": "Al"/PER/Person
            1 document, 1 entity, 0 relations.
            Read as SINET JSON, which counts in Unicode code points, end exclusive.
            4 fields not read: `offset_unit`, `words`, `sentences`, `entities[].source`.
        "#]],
    );
    check(
        Format::Doccano,
        r#"{"text":"Al owns","offset_unit":7,"label":[[0,2,"PER"]]}"#,
        expect![[r#"
            "" "Al owns": "Al"/PER/Person
            1 document, 1 entity, 0 relations.
            Read as doccano JSONL, which counts in Unicode code points, end exclusive.
            1 field not read: `offset_unit`.
        "#]],
    );
}

/// Errors have the words of the format, and what stands there.
#[test]
fn errors_say_what_stands_there() {
    check_error(
        Format::Dygie,
        r#"{"doc_key":"k","sentences":[["Add","5"]],"ner":[[[1,1,"Amount"]]],"relations":[[[1,1,null,null,"has"]]]}"#,
        expect!["x, line 1, document 1 (k), relations[0][0][2]: null stands there, but a word's number is expected"],
    );
    check_error(
        Format::Dygie,
        r#"{"doc_key":"k","sentences":["Add 5"],"ner":[[]]}"#,
        expect![[r#"x, line 1, document 1 (k), sentences[0]: "Add 5" stands there, but a list is expected"#]],
    );
    check_error(
        Format::Dygie,
        r#"{"doc_key":"k","sentences":[["Add"],["b"]],"ner":[[],[]],"relations":[[]]}"#,
        expect![
            "x, line 1, document 1 (k), relations: there are 1 lists for 2 sentences; there must be one a sentence"
        ],
    );
    check_error(
        Format::Gliner,
        r#"[{"tokenized_text":["a"],"ner":[[0,"K"]]}]"#,
        expect![[r#"x, line 1, document 1, ner[0][1]: "K" stands there, but a word's number is expected"#]],
    );
    check_error(
        Format::Gliner,
        r#"[{"tokenized_text":["a"],"ner":{"K":["a"]}}]"#,
        expect!["x, line 1, document 1, ner: an object with `K` stands there, but a list is expected"],
    );
    check_error(
        Format::Doccano,
        r#"{"text":"a","entities":[{"start":0,"finish":1,"label":"K"}]}"#,
        expect!["x, line 1, document 1, entities[0]: there is no `end`; the fields are `start`, `finish`, `label`"],
    );
    check_error(
        Format::Doccano,
        r#"{"text":"a","entities":[{"start":0,"end":1,"name":"K"}]}"#,
        expect!["x, line 1, document 1, entities[0]: there is no `label`; the fields are `start`, `end`, `name`"],
    );
    check_error(
        Format::Doccano,
        r#"{"text":"a","label":[[0]]}"#,
        expect![[
            r#"x, line 1, document 1, label[0]: a list of 1 stands there, but an entity, as in [0, 3, "Peop"] or {"start": 0, "end": 3, "label": "Peop"} is expected"#
        ]],
    );
    check_error(
        Format::Triples,
        r#"{"text":"a","triple_list":[["a","b"]]}"#,
        expect![
            "x, line 1, document 1, triple_list[0]: a list of 2 stands there, but [subject, relation, object] is expected"
        ],
    );
    check_error(
        Format::Triples,
        r#"{"text":"a","spo_list":[{"subject":"a","value":"b"}]}"#,
        expect!["x, line 1, document 1, spo_list[0]: there is no `object`; the fields are `value`"],
    );
    check_error(
        Format::Gliner2,
        r#"{"input":"a","output":{"entities":["a"]}}"#,
        expect![
            "x, line 1, document 1, output.entities: a list of 1 stands there, but an object with a list for each type is expected"
        ],
    );
    check_error(
        Format::Argilla,
        r#"{"text":"a","annotation_agent":"x","annotation":[{"from":0}]}"#,
        expect![
            "x, line 1, document 1, annotation[0]: an object with `from` stands there, but a span with `start`, `end` and `label` is expected"
        ],
    );
    check_error(
        Format::Spacy,
        r#"["a", {"entities": [{"start": 0}]}]"#,
        expect!["x, line 1, document 1, [1].entities[0]: there is no `end`; the fields are `start`"],
    );
}

#[test]
fn the_text_is_the_field_that_has_every_entity_at_its_place() {
    check(
        Format::Doccano,
        r#"{"title":"A note on Al","body":"Al owns Acme","entities":[{"start":0,"end":2,"label":"PER","text":"Al"},{"start":8,"end":12,"label":"ORG","text":"Acme"}]}
           {"text":"<p>Al owns Acme","plain":"Al owns Acme","entities":[{"start":0,"end":2,"label":"PER","text":"Al"}]}"#,
        expect![[r#"
            "" "Al owns Acme": "Al"/PER/Person "Acme"/ORG/Person
            "" "Al owns Acme": "Al"/PER/Person
            2 documents, 3 entities, 0 relations.
            Read as doccano JSONL, which counts in Unicode code points, end exclusive.
            The text was taken from the field `body`.
            The text was taken from the field `plain`.
            2 fields not read: `title`, `text`.
        "#]],
    );
    let file = r#"{"title":"A note on Al","body":"Al owns Acme","label":[[0,2,"PER"]]}"#;
    check_error(
        Format::Doccano,
        file,
        expect!["x, line 1, document 1: the text may be any of `title`, `body`; name its field"],
    );
    let named = |field: &str| Options { text_field: Some(field.to_owned()), ..Options::default() };
    let (documents, _) = read(Format::Doccano, file, named("body"));
    assert_eq!(documents.unwrap()[0].entity_text(0), Some("Al"));
    let (documents, _) = read(Format::Doccano, file, named("summary"));
    expect!["x, line 1, document 1: there is no text in the field `summary`; fields of text are `title`, `body`"]
        .assert_eq(&documents.unwrap_err().to_string());
}

#[test]
fn bad_documents_are_skipped_and_named() {
    let file = "{\"id\":1,\"text\":\"a\",\"label\":[[0,9,\"K\"]]}\n{\"text\":\"b\",\"label\":[[0,1,\"K\"]]}\n{\"text\":\"c\", \"label\":[\n{\"text\":\"d\"}\nnot JSON\n{\"id\":6,\"text\":null}\n{\"text\":\"e\"}\n{\"text\":";
    let mut reader = Reader::new(Format::Doccano, file.as_bytes(), "x", Options::default()).skip_bad();
    let texts: Vec<String> = reader.by_ref().map(|document| document.unwrap().text).collect();
    assert_eq!(texts, ["b", "d", "e"]);
    assert_eq!(reader.report().count(Loss::Unreadable), 5);
    let names: Vec<&str> = reader.report().names(Loss::Unreadable).map(|(name, _)| name).collect();
    expect![[r#"
        x, line 1, document 1 (1), label[0]: the span 0..9 does not fit the text of 1 Unicode code points
        x, line 3, document 3: the line ends inside an object; its end is missing
        x, line 5, document 5: expected an object, found 'n'
        x, line 6, document 6 (6), text: null stands there, but the text is expected
        x, line 8, document 8: the file ends inside an object; its end is missing"#]]
    .assert_eq(&names.join("\n"));
}

#[test]
fn too_much_is_refused() {
    let limits = sinet_formats::Limits { document_bytes: 60, labels: 1, ..Default::default() };
    let options = Options { limits, ..Options::default() };
    let error = |format, file: &str| read(format, file, options.clone()).0.unwrap_err().to_string();
    expect!["x, line 1, document 1: has 2 entities and relations, more than 1"]
        .assert_eq(&error(Format::Doccano, r#"{"text":"ab","label":[[0,1,"K"],[0,1,"K"]]}"#));
    expect!["x, line 13, document 1: the document is larger than 60 bytes; split it into smaller ones"]
        .assert_eq(&error(Format::Conll, &"word O\n".repeat(20)));
    expect![[r#"x, line 1: no column of its lines, such as "wordwordwordwordwordwordwordwordwordwordwordwordwordwordword…", holds tags (tried columns between tabs or blanks or commas or semicolons: most lines have only one); name the columns of words and tags"#]]
        .assert_eq(&error(Format::Conll, &"word".repeat(20)));
    expect!["x, line 1: is nested deeper than 64 levels"]
        .assert_eq(&error(Format::Doccano, &format!("{{\"text\":{}0{}}}", "[".repeat(70), "]".repeat(70))));
    expect!["x, line 1, document 1: CSV triples can be written but not read"].assert_eq(&error(Format::Csv, "{}"));
}

/// A zip archive of these files, each with its content.
fn archive(files: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for (name, content) in files {
        archive.start_file(*name, zip::write::SimpleFileOptions::default()).unwrap();
        std::io::Write::write_all(&mut archive, content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

/// B20: labels in a file that ends in `.ANN` were passed over, and its text was read without them.
#[test]
fn the_files_of_brat_are_paired_whatever_the_case_of_their_ends() {
    let file = archive(&[("a.txt", "Ada"), ("a.ANN", "T1\tPeop 0 3\tAda\n"), ("b.TXT", "Bob")]);
    let documents: Vec<_> =
        Reader::new(Format::Brat, file.as_slice(), "x", Options::default()).map(Result::unwrap).collect();
    let found: Vec<_> = documents.iter().map(|document| (document.id.as_str(), document.entities.len())).collect();
    // A text without labels, where others have some, is no document that somebody found nothing in.
    assert_eq!(found, [("a", 1)]);

    let file = archive(&[("a.txt", "Ada"), ("a.TXT", "Bob")]);
    let error = Reader::new(Format::Brat, file.as_slice(), "x", Options::default()).next().unwrap().unwrap_err();
    expect![[r#"x, line 1: has both "a.txt" and "a.TXT"; remove one of them"#]].assert_eq(&error.to_string());
}

/// B17: each end that is no denotation was searched for among all relations, so that this took the square of their number.
#[test]
fn many_relations_between_relations_are_read() {
    let count = 20_000;
    let relations: Vec<String> = (0..count)
        .map(|index| format!(r#"{{"id":"R{index}","pred":"Of","subj":"R{}","obj":"T1"}}"#, count - 1 - index))
        .collect();
    let file = format!(
        r#"{{"text":"Ada","denotations":[{{"id":"T1","span":{{"begin":0,"end":3}},"obj":"Peop"}}],"relations":[{}]}}"#,
        relations.join(",")
    );
    let (documents, report) = read(Format::PubAnnotation, &file, Options::default());
    assert_eq!(documents.unwrap()[0].relations.len(), 0);
    assert_eq!(report.count(Loss::NoEntity), count);
}
