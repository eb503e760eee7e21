//! The files of `corpus/` in formats of corpora and tools, as readers see them whole.

use std::fs;

use expect_test::{Expect, expect};
use sinet_formats::{Format, LabelledDocument, Options, Reader, Writer};

/// The documents, with their words in sentences, then the report.
#[track_caller]
fn check(format: Format, file: &str, expected: Expect) {
    let bytes = fs::read(format!("tests/corpus/{file}")).unwrap();
    expected.assert_eq(&read(format, &bytes));
}

fn read(format: Format, bytes: &[u8]) -> String {
    let mut reader = Reader::new(format, bytes, "x", Options::default()).past_errors();
    let mut seen = String::new();
    for document in reader.by_ref() {
        seen += &match document {
            Ok(document) => shown(&document),
            Err(error) => format!("{error}\n"),
        };
    }
    format!("{seen}{}", reader.report())
}

fn shown(document: &LabelledDocument) -> String {
    let mut seen = format!("{:?} {:?}", document.id, document.text);
    for sentence in &document.sentences {
        let words = document.words[sentence.start..sentence.end].iter().map(|word| word.of(&document.text).unwrap());
        seen += &format!("\n  {}", words.collect::<Vec<_>>().join("|"));
    }
    for (index, entity) in document.entities.iter().enumerate() {
        seen += &format!("\n  {index} {:?} {}", document.entity_text(index).unwrap(), entity.kind);
    }
    for relation in &document.relations {
        seen += &format!("\n  {} {} {}", relation.head, relation.kind, relation.tail);
    }
    seen + "\n"
}

#[test]
fn bioc_json() {
    check(
        Format::BiocJson,
        "bioc.json",
        expect![[r#"
        "4101" "Lithium carbonate and 😀 tremor in Wistar rats Two rats shook after lithium. The tremor, mild or severe, ended soon."
          0 "Lithium carbonate" Chemical
          1 "tremor" Disease
          2 "rats" Species
          3 "rats" Species
          4 "lithium" Chemical
          5 "tremor, mild or severe" Disease
          0 Positive_Correlation 1
          2 Found_in 1
        "4102" "BRCA1 binds BARD1.  It is known."
          0 "BRCA1" Gene
          1 "BARD1" Gene
          0 Binds 1
        2 documents, 8 entities, 3 relations.
        Read as BioC JSON, which counts in Unicode code points, end exclusive.
        1 entity in pieces: read as one stretch from first to last.
        1 relation with an end that is no entity: left out.
        1 region other than stretches of text with a type: left out.
        6 links to a knowledge base: left out.
        1 relation between things, not mentions: placed between their two nearest mentions.
        5 fields not read: `passages[].infons.type` (2 times), `passages[].infons.section_type`, `annotations[].infons.valid`, `relations[].infons.score`.
    "#]],
    );
}

#[test]
fn bioc_xml() {
    check(
        Format::BiocXml,
        "bioc.xml",
        expect![[r#"
        "227" "Naloxone & hypotension in β-blocked rats Low pressure followed clonidine."
          0 "Naloxone" Chemical
          1 "hypotension" Disease
          2 "clonidine" Chemical
          3 "Low pressure" Disease
          2 CID 3
        "228" "Ada über Oto"
          0 "Ada" Peop
          1 "Oto" Peop
          0 Above 1
        2 documents, 6 entities, 2 relations.
        Read as BioC XML, which counts in Unicode code points, end exclusive.
        4 links to a knowledge base: left out.
        1 relation between things, not mentions: placed between their two nearest mentions.
        1 relation with other than two ends: left out.
        3 fields not read: `passages[].infons.type` (2 times), `annotations[].infons.CompositeRole`.
    "#]],
    );
}

#[test]
fn xmi() {
    check(
        Format::Xmi,
        "inception.xmi",
        expect![[r#"
            "letters.txt" "Ada 😀 lives in London.\nShe takes no pills.\n"
              Ada|😀|lives|in|London|.
              She|takes|no|pills|.
              0 "Ada" PER
              1 "London" LOC
              2 "pills" Drug
              3 "She" Marked
              0 lives in 1
              1 of 3
              2 taken by 3
            1 document, 4 entities, 3 relations.
            Read as UIMA CAS XMI, which counts in UTF-16 code units, end exclusive.
            1 relation with an end that is no entity: left out.
            1 region other than stretches of text with a type: left out.
            1 link to a knowledge base: left out.
            1 group of mentions of the same thing: left out.
            2 annotations of a layer that holds no entities or relations: left out: `Lemma`, `CoreferenceLink`.
            1 field not read: `Medication.Suggested`.
        "#]],
    );
}

#[test]
fn cas_json() {
    check(
        Format::CasJson,
        "cas.json",
        expect![[r#"
        "ada" "Ada 😀 lives in London."
          0 "Ada" PER
          1 "London" LOC
          2 "lives" Host
          0 lives in 1
          2 who 0
        1 document, 3 entities, 2 relations.
        Read as UIMA CAS JSON, which counts in UTF-16 code units, end exclusive.
        Nothing is lost.
    "#]],
    );
}

#[test]
fn tacred() {
    check(
        Format::Tacred,
        "tacred.json",
        expect![[r#"
        "MADE_UP_0001" "Chief Ada Byron left London ."
          Chief|Ada|Byron|left|London|.
          0 "Ada Byron" PERSON
          1 "Chief" TITLE
          2 "London" CITY
          0 per:title 1
        "MADE_UP_0001" "Oto founded Acme"
          Oto|founded|Acme
          0 "Acme" ORGANIZATION
          1 "Oto" PERSON
          0 org:founded_by 1
        "7" "news about rain"
          news|about|rain
          0 "news" 
          1 "rain" 
          0 Message-Topic(e1,e2) 1
        3 documents, 7 entities, 3 relations.
        Read as TACRED JSON, which counts in words of the document, end inclusive.
        2 labels without a type: kept with an empty one.
        1 pair of entities judged to be in no relation: only the entities were kept.
        4 fields not read: `stanford_pos`, `stanford_ner`, `stanford_head`, `stanford_deprel`.
    "#]],
    );
}

#[test]
fn docred() {
    check(
        Format::Docred,
        "docred.json",
        expect![[r#"
            "Ada Byron" "Ada Byron was born in London . Byron met Charles in 1833 . In London she wrote ."
              Ada|Byron|was|born|in|London|.
              Byron|met|Charles|in|1833|.
              In|London|she|wrote|.
              0 "Ada Byron" PER
              1 "Byron" PER
              2 "London" LOC
              3 "London" LOC
              4 "Charles" PER
              5 "1833" TIME
              0 P19 2
              1 P3342 4
              4 P937 2
            "Oto" "Oto is in Bonn"
              Oto|is|in|Bonn
              0 "Oto" PER
              1 "Bonn" LOC
              0 P551 1
            "Test" "Ida sang"
              Ida|sang
              0 "Ida" PER
            3 documents, 9 entities, 4 relations.
            Read as DocRED JSON, which counts in words of the sentence, end exclusive.
            Some documents have no `labels`: nobody has judged which relations they have.
            2 groups of mentions of the same thing: left out.
            1 entity with another text beside it than at its place: the place was kept.
            3 relations between things, not mentions: placed between their two nearest mentions.
            4 fields not read: `labels[].evidence` (3 times), `labels.evidence`.
        "#]],
    );
}

#[test]
fn docbin() {
    check(
        Format::DocBin,
        "docbin.spacy",
        expect![[r#"
            "" "Ada Byron lives in 😀 London.\nShe case left."
              Ada|Byron|lives|in|😀|London|.
              She|case|left|.
              0 "Ada Byron" PERSON
              1 "London" Place of birth
              0 Live_In 1
            "" "Oto is here"
              Oto|is|here
              0 "Oto" PERSON
            "" "Nothing is in it."
              Nothing|is|in|it|.
            3 documents, 3 entities, 1 relation.
            Read as spaCy DocBin, which counts in words: a tag stands beside each.
            1 link to a knowledge base: left out.
            1 document that nobody has labelled yet: left out.
            2 annotations of a layer that holds no entities or relations: left out: `spans["sc"]` (2 times).
            2 fields not read: `cats`, `user_data.note`.
        "#]],
    );
}

#[test]
fn token_tags() {
    check(
        Format::TokenTags,
        "token-tags.jsonl",
        expect![[r#"
        "0" "Ada Byron left London ."
          0 "Ada Byron" PER
          1 "London" LOC
        "1" "Rain in New York"
          0 "New York" LOC
        "2" "No names here"
        3 documents, 3 entities, 0 relations.
        Read as tokens and tags JSONL, which counts in words: a tag stands beside each.
        The tags are IOB2: every entity begins with B-.
        2 fields not read: `pos_tags` (2 times).
    "#]],
    );
}

#[test]
#[cfg(feature = "parquet")]
fn parquet() {
    check(
        Format::Parquet,
        "tokens.parquet",
        expect![[r#"
            "0" "Ada Byron left London ."
              0 "Ada Byron" PER
              1 "London" LOC
            "1" "Rain in New York"
              0 "New York" LOC
            "2" "Nobody"
            3 documents, 3 entities, 0 relations.
            Read as Parquet, which counts in words: a tag stands beside each.
            The tags are IOB2: every entity begins with B-.
            Nothing is lost.
        "#]],
    );
}

#[test]
#[cfg(not(feature = "parquet"))]
fn parquet_is_left_to_a_build_with_it() {
    check(
        Format::Parquet,
        "tokens.parquet",
        expect![[r#"
        x, line 1: Parquet is not read here; the program `sinet` reads it: sinet convert FILE --to sinet --output FILE.jsonl
        0 documents, 0 entities, 0 relations.
        Read as Parquet, which counts in words: a tag stands beside each.
        Nothing is lost.
    "#]],
    );
}

#[track_caller]
fn check_text(format: Format, file: &str, expected: Expect) {
    expected.assert_eq(&read(format, file.as_bytes()));
}

/// Passages that all begin at 0, offsets that count from the passage, in bytes, and past its end, and an empty text beside those of
/// sentences.
#[test]
fn bioc_in_other_hands() {
    check_text(
        Format::BiocJson,
        r#"{"id": "1", "passages": [
            {"offset": 0, "text": "Ada", "annotations": [{"id": "a", "infons": {"type": "P"}, "text": "Ada", "locations": [{"offset": 0, "length": 3}]}]},
            {"offset": 0, "text": "In Oto", "annotations": [{"id": "a", "infons": {"type": "P"}, "text": "Oto", "locations": [{"offset": 3, "length": 3}]}]}],
            "relations": [{"infons": {"type": "R"}, "nodes": [{"refid": "a"}, {"refid": "a"}]}, {"infons": {}, "nodes": []}, {"infons": {"type": "R"}, "nodes": [{"refid": "a"}, {"refid": "z"}]}]}
           {"id": "2", "passages": [{"offset": 0, "text": "né."}, {"offset": 5, "text": "é Ada", "annotations": [{"id": "a", "infons": {"type": "P"}, "text": "Ada", "locations": [{"offset": 8, "length": 3}]}]}]}
           {"id": "3", "passages": [{"offset": 0, "text": "One."}, {"offset": 5, "text": "Ada met Oto", "annotations": [
             {"infons": {"type": "P"}, "text": "Ada", "locations": [{"offset": 0, "length": 3}]}, {"infons": {"type": "P"}, "text": "Oto", "locations": [{"offset": 8, "length": 3}]}]}]}
           {"id": "4", "passages": [{"offset": 0, "text": "Ada", "annotations": [{"infons": {"type": "P"}, "locations": [{"offset": 2, "length": 9}]}]}]}
           {"id": "5", "passages": [{"text": "Ada", "annotations": [{"infons": {"type": "P"}, "locations": []}, {"infons": null, "locations": [{"offset": 0, "length": 3}]}, {"infons": {"type": "P"}, "locations": [{"offset": 0, "length": 0}]}]}]}
           {"id": "6", "passages": [{"offset": 10, "text": "", "sentences": [{"offset": 10, "text": "Ada met."}, {"offset": 19, "text": "Oto", "annotations": [{"infons": {"type": "P"}, "text": "Oto", "locations": [{"offset": 19, "length": 3}]}]}]}]}"#,
        expect![[r#"
            "1" "Ada\nIn Oto"
              0 "Ada" P
              1 "Oto" P
              0 R 0
            "2" "né.  é Ada"
              0 "Ada" P
            "3" "One. Ada met Oto"
              0 "Ada" P
              1 "Oto" P
            x, line 8, document 4 (4), passages[0].annotations[0]: the span 2..11 does not fit the text of 3 Unicode code points
            "5" "Ada"
            "6" "Ada met. Oto"
              0 "Oto" P
            5 documents, 6 entities, 1 relation.
            Read as BioC JSON, which counts in Unicode code points, end exclusive.
            Some documents count in UTF-8 bytes, not in Unicode code points: the texts of their entities show it.
            Some annotations count from the start of their passage, not of the document.
            1 relation with an end that is no entity: left out.
            1 relation without a type: left out.
            1 region other than stretches of text with a type: left out.
            2 labels without a place in the text: left out.
            3 ids given twice in a document: the first was kept.
        "#]],
    );
    check_text(
        Format::BiocXml,
        "<collection><document><id>7</id><passage><offset>0</offset></document></collection>",
        expect![[r#"
        x, line 1, document 1: is not well-formed XML: ill-formed document: expected `</passage>`, but `</document>…
        0 documents, 0 entities, 0 relations.
        Read as BioC XML, which counts in Unicode code points, end exclusive.
        Nothing is lost.
    "#]],
    );
    check_text(
        Format::BiocXml,
        "<html><body/></html>",
        expect![[r#"
            x, line 1: <html> stands there, but <collection> is expected
            0 documents, 0 entities, 0 relations.
            Read as BioC XML, which counts in Unicode code points, end exclusive.
            Nothing is lost.
        "#]],
    );
}

#[test]
fn what_tacred_and_docred_refuse() {
    check_text(
        Format::Tacred,
        r#"[{"relation": "R", "token": ["a", "b"], "subj_start": 0, "subj_end": 2, "obj_start": 0, "obj_end": 0},
            {"relation": "R", "token": [], "subj_start": 0, "subj_end": 0, "obj_start": 0, "obj_end": 0},
            {"relation": null, "token": ["a", "b"], "subj_start": 0, "subj_end": 0, "obj_start": 1, "obj_end": 1}]"#,
        expect![[r#"
            x, line 1, document 1, subj_end: 2 is out of range: there are 2 words; ends are inclusive here, but this file seems to count exclusive ones
            x, line 2, document 2, token: there is no word; remove the sentence
            "" "a b"
              a|b
              0 "a" 
              1 "b" 
            1 document, 2 entities, 0 relations.
            Read as TACRED JSON, which counts in words of the document, end inclusive.
            1 relation without a type: left out.
            2 labels without a type: kept with an empty one.
        "#]],
    );
    check_text(
        Format::Docred,
        r#"[{"title": "t", "sents": [["a", "b"]], "vertexSet": [[{"pos": [0, 3], "sent_id": 0, "type": "K"}]], "labels": []},
            {"title": "t", "sents": [["a", "b"]], "vertexSet": [[{"pos": [0, 1], "sent_id": 1, "type": "K"}]], "labels": []},
            {"title": "t", "sents": [["a", "b"]], "vertexSet": [[{"pos": [0, 1], "sent_id": 0, "type": "K"}]], "labels": [{"h": 0, "t": 1, "r": "P1"}]},
            {"title": "t", "sents": [["a", "b"]], "vertexSet": [[{"pos": [0, 1], "sent_id": 0, "type": "K"}]], "labels": [{"h": 0, "t": 0, "r": "P1"}]},
            {"title": "t", "sents": [["a", "b"]], "vertexSet": null, "labels": null}]"#,
        expect![[r#"
            x, line 1, document 1 (t), vertexSet[0][0].pos[1]: 3 is out of range: there are 2 words
            x, line 2, document 2 (t), vertexSet[0][0].sent_id: 1 is out of range: there are 1 sentences
            x, line 3, document 3 (t), labels[0].t: 1 is out of range: there are 1 lists in `vertexSet`
            "t" "a b"
              a|b
              0 "a" K
            "t" "a b"
              a|b
            2 documents, 1 entity, 0 relations.
            Read as DocRED JSON, which counts in words of the sentence, end exclusive.
            Some documents have no `labels`: nobody has judged which relations they have.
            1 relation with an end that is no entity: left out.
        "#]],
    );
}

#[test]
fn tags_that_are_no_names() {
    check_text(
        Format::TokenTags,
        r#"{"tokens": ["a", "b"], "ner_tags": [0, 1]}
           {"tokens": ["a", "b"], "ner_tags": ["O"]}
           {"tokens": ["a", "b"]}
           {"words": ["a", "b", "c"], "labels": ["PER", null, "O"], "ner": ["x"]}
           {"tokens": ["a", "b"], "tags": ["I-PER", "E-PER"]}"#,
        expect![[r#"
            x, line 1, document 1, ner_tags: the tags are numbers, and nothing says which names they stand for; write the names, which `datasets` lists in `dataset.features`, or save the data as Parquet with `datasets`, which keeps them
            x, line 2, document 2, ner_tags: there are 1 tags for 2 words
            x, line 3, document 3: there is no `ner_tags`
            "" "a b c"
              0 "a" PER
            "" "a b"
              0 "a b" PER
            2 documents, 2 entities, 0 relations.
            Read as tokens and tags JSONL, which counts in words: a tag stands beside each.
            The tags are types without B- or I-: neighbours of one type are one entity.
            The tags are BIOES: single words and ends are marked.
            1 tag out of the scheme of the others: read by the rules of conlleval.
            1 field not read: `ner`.
        "#]],
    );
}

/// Only formats that are written are offered for writing.
#[test]
fn what_can_only_be_read_is_not_written() {
    for format in Format::ALL {
        let mut writer = Writer::new(format, Vec::new());
        let written = writer.write(&LabelledDocument::new("d", "Ada"));
        assert_eq!(written.is_ok(), format.can_be_written(), "{format}");
        assert!(format.can_be_read() || format.can_be_written());
    }
}

#[test]
fn words_and_sentences_of_any_package_are_no_entities() {
    let xmi = r#"<xmi:XMI xmlns:xmi="http://www.omg.org/XMI" xmlns:cas="http:///uima/cas.ecore" xmlns:own="http:///own.ecore" xmi:version="2.0">
        <own:Token xmi:id="2" sofa="1" begin="0" end="3" pos="NNP"/><own:Token xmi:id="3" sofa="1" begin="4" end="8" pos="VBD"/>
        <own:Sentence xmi:id="4" sofa="1" begin="0" end="8"/>
        <cas:Sofa xmi:id="1" sofaNum="1" sofaID="_InitialView" mimeType="text" sofaString="Ada sang"/></xmi:XMI>"#;
    expect![[r#"
        "" "Ada sang"
          Ada|sang
        1 document, 0 entities, 0 relations.
        Read as UIMA CAS XMI, which counts in UTF-16 code units, end exclusive.
        The document has no entity.
    "#]]
    .assert_eq(&read(Format::Xmi, xmi.as_bytes()));
}
