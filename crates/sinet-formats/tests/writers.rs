//! Each format as it looks in a file, and its report.

use expect_test::{Expect, expect};
use sinet_formats::{
    Format, LabelledDocument, LabelledEntity, LabelledRelation, Loss, Options, Provenance, Reader, Writer,
};
use sinet_text::ByteSpan;

/// Two sentences with an emoji; entities that overlap, cut a word and reach over the end of a sentence. It has no words and
/// sentences of its own.
fn document() -> LabelledDocument {
    let text = "Ada 😀 runs\nNew York. =She sings.";
    let entity = |kind: &str, of: &str, score, provenance| {
        let start = text.find(of).unwrap();
        LabelledEntity { kind: kind.to_owned(), span: ByteSpan { start, end: start + of.len() }, score, provenance }
    };
    let relation = |kind: &str, head, tail, provenance| LabelledRelation {
        kind: kind.to_owned(),
        head,
        tail,
        score: Some(0.5),
        provenance,
    };
    LabelledDocument {
        entities: vec![
            entity("Peop", "Ada", Some(0.75), Provenance::Model),
            entity("Loc", "New York", None, Provenance::Person),
            entity("a city", "York", None, Provenance::Person),
            entity("Peop", "=She", None, Provenance::Person),
            entity("Verb", "sing", None, Provenance::Person),
            entity("Bad", "York. =She", None, Provenance::Person),
        ],
        relations: vec![
            relation("Live_In", 0, 1, Provenance::Model),
            relation("Is <a>", 3, 0, Provenance::Person),
            relation("Does", 3, 4, Provenance::Person),
        ],
        ..LabelledDocument::new("d 1", text)
    }
}

#[track_caller]
fn check(format: Format, file: Expect, report: Expect) {
    let mut document = document();
    // Words that are found end where labels do; those of the document do not.
    if format.holds().words && format != Format::Sinet {
        let LabelledDocument { words, sentences, .. } = LabelledDocument::new("", document.text.as_str()).with_words();
        document.words = words;
        if format.holds().sentences {
            document.sentences = sentences;
        }
    }
    let mut writer = Writer::new(format, Vec::new());
    writer.write(&document).unwrap();
    let (bytes, losses) = writer.finish().unwrap();
    if format == Format::Brat {
        let mut archive = zip::ZipArchive::new(std::io::Cursor::new(bytes)).unwrap();
        let mut contents = String::new();
        for index in 0..archive.len() {
            let mut entry = archive.by_index(index).unwrap();
            contents += &format!("{}:\n", entry.name());
            std::io::Read::read_to_string(&mut entry, &mut contents).unwrap();
            contents += "\n";
        }
        file.assert_eq(&contents);
    } else {
        file.assert_eq(&String::from_utf8(bytes).unwrap());
    }
    report.assert_eq(&losses.to_string());
}

#[test]
fn no_label_is_lost_to_words_that_are_found() {
    let mut writer = Writer::new(Format::Spert, Vec::new());
    writer.write(&document()).unwrap();
    let (bytes, report) = writer.finish().unwrap();
    expect![[r#"
        [
        {"tokens":["Ada","😀","runs","New","York",".","=She","sing","s","."],"entities":[{"type":"Peop","start":0,"end":1},{"type":"Loc","start":3,"end":5},{"type":"a city","start":4,"end":5},{"type":"Peop","start":6,"end":7},{"type":"Verb","start":7,"end":8},{"type":"Bad","start":4,"end":7}],"relations":[{"type":"Live_In","head":0,"tail":1},{"type":"Is <a>","head":3,"tail":0},{"type":"Does","head":3,"tail":4}],"orig_id":"d 1","sentence":0}
        ]
    "#]]
    .assert_eq(&String::from_utf8(bytes).unwrap());
    for loss in [Loss::OffWords, Loss::AcrossSentences, Loss::RelationsOfLost, Loss::RelationsAcrossSentences] {
        assert_eq!(report.count(loss), 0, "{loss:?}");
    }
}

#[test]
fn sinet() {
    check(
        Format::Sinet,
        expect![[r#"
        {"id":"d 1","text":"Ada 😀 runs\nNew York. =She sings.","model":"","offset_unit":"code_points","words":[],"sentences":[],"windows":[],"entities":[{"type":"Peop","start":0,"end":3,"words":{"start":0,"end":0},"text":"Ada","score":0.75,"source":"model"},{"type":"Loc","start":11,"end":19,"words":{"start":0,"end":0},"text":"New York","source":"person"},{"type":"a city","start":15,"end":19,"words":{"start":0,"end":0},"text":"York","source":"person"},{"type":"Peop","start":21,"end":25,"words":{"start":0,"end":0},"text":"=She","source":"person"},{"type":"Verb","start":26,"end":30,"words":{"start":0,"end":0},"text":"sing","source":"person"},{"type":"Bad","start":15,"end":25,"words":{"start":0,"end":0},"text":"York. =She","source":"person"}],"relations":[{"type":"Live_In","head":0,"tail":1,"score":0.5,"source":"model"},{"type":"Is <a>","head":3,"tail":0,"score":0.5,"source":"person"},{"type":"Does","head":3,"tail":4,"score":0.5,"source":"person"}]}
    "#]],
        expect![[r#"
        1 document, 6 entities, 3 relations.
        Written as SINET JSON, which counts in Unicode code points, end exclusive; the file says so.
        Nothing is lost.
    "#]],
    );
}

#[test]
fn spert() {
    check(
        Format::Spert,
        expect![[r#"
        [
        {"tokens":["Ada","😀","runs","New","York","."],"entities":[{"type":"Peop","start":0,"end":1},{"type":"Loc","start":3,"end":5},{"type":"a city","start":4,"end":5}],"relations":[{"type":"Live_In","head":0,"tail":1}],"orig_id":"d 1","sentence":0},
        {"tokens":["=She","sings","."],"entities":[{"type":"Peop","start":0,"end":1},{"type":"Verb","start":1,"end":2}],"relations":[{"type":"Does","head":0,"tail":1}],"orig_id":"d 1","sentence":1}
        ]
    "#]],
        expect![[r#"
        1 document, 5 entities, 2 relations.
        Written as SpERT JSON, which counts in words of the sentence, end exclusive, by its definition.
        1 document reduced to words joined by single spaces.
        1 entity not on word boundaries: widened to whole words.
        1 entity across the end of a sentence: left out.
        1 relation between two sentences: left out.
        4 scores left out.
        2 labels no longer marked as a model's work.
    "#]],
    );
}

#[test]
fn dygie() {
    check(
        Format::Dygie,
        expect![[r#"
        {"doc_key":"d 1","sentences":[["Ada","😀","runs","New","York","."],["=She","sings","."]],"ner":[[[0,0,"Peop"],[3,4,"Loc"],[4,4,"a city"]],[[6,6,"Peop"],[7,7,"Verb"]]],"relations":[[[0,0,3,4,"Live_In"]],[[6,6,7,7,"Does"]]]}
    "#]],
        expect![[r#"
        1 document, 5 entities, 2 relations.
        Written as DyGIE JSONL, which counts in words of the document, end inclusive, by its definition.
        1 document reduced to words joined by single spaces.
        1 entity not on word boundaries: widened to whole words.
        1 entity across the end of a sentence: left out.
        1 relation between two sentences: left out.
        4 scores left out.
        2 labels no longer marked as a model's work.
    "#]],
    );
}

#[test]
fn brat() {
    check(
        Format::Brat,
        expect![[r#"
            d 1.txt:
            Ada 😀 runs
            New York. =She sings.
            d 1.ann:
            T1	Peop 0 3	Ada
            T2	Loc 11 19	New York
            T3	a_city 15 19	York
            T4	Peop 21 25	=She
            T5	Verb 26 30	sing
            T6	Bad 15 25	York. =She
            R1	Live_In Arg1:T1 Arg2:T2
            R2	Is_<a> Arg1:T4 Arg2:T1
            R3	Does Arg1:T4 Arg2:T5

        "#]],
        expect![[r#"
            1 document, 6 entities, 3 relations.
            Written as brat standoff, which counts in Unicode code points, end exclusive, by its definition.
            2 labels written with _ for white space in the type.
            4 scores left out.
            2 labels no longer marked as a model's work.
        "#]],
    );
}

#[test]
fn gliner() {
    check(
        Format::Gliner,
        expect![[r#"
        [
        {"tokenized_text":["Ada","😀","runs","New","York",".","=She","sings","."],"ner":[[0,0,"Peop"],[3,4,"Loc"],[4,4,"a city"],[6,6,"Peop"],[7,7,"Verb"],[4,6,"Bad"]],"relations":[[0,1,"Live_In"],[3,0,"Is <a>"],[3,4,"Does"]],"id":"d 1"}
        ]
    "#]],
        expect![[r#"
        1 document, 6 entities, 3 relations.
        Written as GLiNER JSON, which counts in words of the document, end inclusive, by its definition.
        1 document reduced to words joined by single spaces.
        1 entity not on word boundaries: widened to whole words.
        4 scores left out.
        2 labels no longer marked as a model's work.
    "#]],
    );
}

#[test]
fn doccano() {
    check(
        Format::Doccano,
        expect![[r#"
        {"id":"d 1","text":"Ada 😀 runs\nNew York. =She sings.","offset_unit":"code_points","entities":[{"id":0,"label":"Peop","start_offset":0,"end_offset":3},{"id":1,"label":"Loc","start_offset":11,"end_offset":19},{"id":2,"label":"a city","start_offset":15,"end_offset":19},{"id":3,"label":"Peop","start_offset":21,"end_offset":25},{"id":4,"label":"Verb","start_offset":26,"end_offset":30},{"id":5,"label":"Bad","start_offset":15,"end_offset":25}],"relations":[{"id":0,"from_id":0,"to_id":1,"type":"Live_In"},{"id":1,"from_id":3,"to_id":0,"type":"Is <a>"},{"id":2,"from_id":3,"to_id":4,"type":"Does"}]}
    "#]],
        expect![[r#"
        1 document, 6 entities, 3 relations.
        Written as doccano JSONL, which counts in Unicode code points, end exclusive; the file says so.
        4 scores left out.
        2 labels no longer marked as a model's work.
    "#]],
    );
}

#[test]
fn label_studio() {
    check(
        Format::LabelStudio,
        expect![[r#"
        [
        {"data":{"text":"Ada 😀 runs\nNew York. =She sings."},"meta":{"id":"d 1","offset_unit":"utf16"},"annotations":[{"result":[{"id":"e0","type":"labels","from_name":"label","to_name":"text","value":{"start":0,"end":3,"text":"Ada","labels":["Peop"]},"origin":"prediction","score":0.75},{"id":"e1","type":"labels","from_name":"label","to_name":"text","value":{"start":12,"end":20,"text":"New York","labels":["Loc"]},"origin":"manual"},{"id":"e2","type":"labels","from_name":"label","to_name":"text","value":{"start":16,"end":20,"text":"York","labels":["a city"]},"origin":"manual"},{"id":"e3","type":"labels","from_name":"label","to_name":"text","value":{"start":22,"end":26,"text":"=She","labels":["Peop"]},"origin":"manual"},{"id":"e4","type":"labels","from_name":"label","to_name":"text","value":{"start":27,"end":31,"text":"sing","labels":["Verb"]},"origin":"manual"},{"id":"e5","type":"labels","from_name":"label","to_name":"text","value":{"start":16,"end":26,"text":"York. =She","labels":["Bad"]},"origin":"manual"},{"type":"relation","from_id":"e0","to_id":"e1","direction":"right","labels":["Live_In"],"score":0.5,"source":"model"},{"type":"relation","from_id":"e3","to_id":"e0","direction":"right","labels":["Is <a>"],"score":0.5,"source":"person"},{"type":"relation","from_id":"e3","to_id":"e4","direction":"right","labels":["Does"],"score":0.5,"source":"person"}]}]}
        ]
    "#]],
        expect![[r#"
        1 document, 6 entities, 3 relations.
        Written as Label Studio JSON, which counts in UTF-16 code units, end exclusive; the file says so.
        Nothing is lost.
    "#]],
    );
}

#[test]
fn prodigy() {
    check(
        Format::Prodigy,
        expect![[r#"
        {"text":"Ada 😀 runs\nNew York. =She sings.","meta":{"id":"d 1"},"offset_unit":"code_points","tokens":[{"text":"Ada","start":0,"end":3,"id":0,"ws":true},{"text":"😀","start":4,"end":5,"id":1,"ws":true},{"text":"runs","start":6,"end":10,"id":2,"ws":true},{"text":"New","start":11,"end":14,"id":3,"ws":true},{"text":"York","start":15,"end":19,"id":4,"ws":false},{"text":".","start":19,"end":20,"id":5,"ws":true},{"text":"=She","start":21,"end":25,"id":6,"ws":true},{"text":"sings","start":26,"end":31,"id":7,"ws":false},{"text":".","start":31,"end":32,"id":8,"ws":false}],"spans":[{"start":0,"end":3,"label":"Peop","token_start":0,"token_end":0,"score":0.75,"source":"model"},{"start":11,"end":19,"label":"Loc","token_start":3,"token_end":4,"source":"person"},{"start":15,"end":19,"label":"a city","token_start":4,"token_end":4,"source":"person"},{"start":21,"end":25,"label":"Peop","token_start":6,"token_end":6,"source":"person"},{"start":26,"end":30,"label":"Verb","source":"person"},{"start":15,"end":25,"label":"Bad","token_start":4,"token_end":6,"source":"person"}],"relations":[{"head":0,"child":4,"label":"Live_In","head_span":{"start":0,"end":3,"label":"Peop","token_start":0,"token_end":0},"child_span":{"start":11,"end":19,"label":"Loc","token_start":3,"token_end":4},"score":0.5,"source":"model"},{"head":6,"child":0,"label":"Is <a>","head_span":{"start":21,"end":25,"label":"Peop","token_start":6,"token_end":6},"child_span":{"start":0,"end":3,"label":"Peop","token_start":0,"token_end":0},"score":0.5,"source":"person"},{"head":6,"child":7,"label":"Does","head_span":{"start":21,"end":25,"label":"Peop","token_start":6,"token_end":6},"child_span":{"start":26,"end":30,"label":"Verb"},"score":0.5,"source":"person"}],"answer":"accept"}
    "#]],
        expect![[r#"
        1 document, 6 entities, 3 relations.
        Written as Prodigy JSONL, which counts in Unicode code points, end exclusive; the file says so.
        Nothing is lost.
    "#]],
    );
}

#[test]
fn pubannotation() {
    check(
        Format::PubAnnotation,
        expect![[r#"
        {"text":"Ada 😀 runs\nNew York. =She sings.","sourceid":"d 1","offset_unit":"code_points","denotations":[{"id":"T1","span":{"begin":0,"end":3},"obj":"Peop"},{"id":"T2","span":{"begin":11,"end":19},"obj":"Loc"},{"id":"T3","span":{"begin":15,"end":19},"obj":"a city"},{"id":"T4","span":{"begin":21,"end":25},"obj":"Peop"},{"id":"T5","span":{"begin":26,"end":30},"obj":"Verb"},{"id":"T6","span":{"begin":15,"end":25},"obj":"Bad"}],"relations":[{"id":"R1","pred":"Live_In","subj":"T1","obj":"T2"},{"id":"R2","pred":"Is <a>","subj":"T4","obj":"T1"},{"id":"R3","pred":"Does","subj":"T4","obj":"T5"}]}
    "#]],
        expect![[r#"
        1 document, 6 entities, 3 relations.
        Written as PubAnnotation JSON, which counts in Unicode code points, end exclusive; the file says so.
        4 scores left out.
        2 labels no longer marked as a model's work.
    "#]],
    );
}

#[test]
fn conll() {
    check(
        Format::Conll,
        expect![[r#"
        -DOCSTART- -X- -X- O

        Ada -X- -X- B-Peop
        😀 -X- -X- O
        runs -X- -X- O
        New -X- -X- B-Loc
        York -X- -X- I-Loc
        . -X- -X- O

        =She -X- -X- B-Peop
        sings -X- -X- B-Verb
        . -X- -X- O

    "#]],
        expect![[r#"
            1 document, 4 entities, 0 relations.
            Written as CoNLL, which counts in words: a tag stands beside each, by its definition.
            1 document reduced to words joined by single spaces.
            1 document renamed.
            1 entity not on word boundaries: widened to whole words.
            1 entity across the end of a sentence: left out.
            1 entity overlapping a longer or earlier one: left out.
            3 relations left out.
            4 scores left out.
            2 labels no longer marked as a model's work.
        "#]],
    );
}

#[test]
fn csv() {
    check(
        Format::Csv,
        expect![[r#"
        document,head,head_type,head_start,head_end,relation,tail,tail_type,tail_start,tail_end,offset_unit,score,source
        d 1,Ada,Peop,0,3,Live_In,New York,Loc,11,19,code_points,0.5,model
        d 1,'=She,Peop,21,25,Is <a>,Ada,Peop,0,3,code_points,0.5,person
        d 1,'=She,Peop,21,25,Does,sing,Verb,26,30,code_points,0.5,person
    "#]],
        expect![[r#"
        1 document, 4 entities, 3 relations.
        Written as CSV triples, which counts in Unicode code points, end exclusive; the file says so.
        1 document written without the text itself.
        2 cells written with ' before what a spreadsheet would take for a formula.
        2 entities in no relation: left out.
    "#]],
    );
}

#[test]
fn n_triples() {
    check(
        Format::NTriples,
        expect![[r#"
        <urn:sinet:document:d%201#char=0,3> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:sinet:entity:Peop> .
        <urn:sinet:document:d%201#char=0,3> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#referenceContext> <urn:sinet:document:d%201> .
        <urn:sinet:document:d%201#char=0,3> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#anchorOf> "Ada" .
        <urn:sinet:document:d%201#char=0,3> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#beginIndex> "0"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .
        <urn:sinet:document:d%201#char=0,3> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#endIndex> "3"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .
        <urn:sinet:document:d%201#char=11,19> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:sinet:entity:Loc> .
        <urn:sinet:document:d%201#char=11,19> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#referenceContext> <urn:sinet:document:d%201> .
        <urn:sinet:document:d%201#char=11,19> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#anchorOf> "New York" .
        <urn:sinet:document:d%201#char=11,19> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#beginIndex> "11"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .
        <urn:sinet:document:d%201#char=11,19> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#endIndex> "19"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .
        <urn:sinet:document:d%201#char=15,19> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:sinet:entity:a%20city> .
        <urn:sinet:document:d%201#char=15,19> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#referenceContext> <urn:sinet:document:d%201> .
        <urn:sinet:document:d%201#char=15,19> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#anchorOf> "York" .
        <urn:sinet:document:d%201#char=15,19> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#beginIndex> "15"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .
        <urn:sinet:document:d%201#char=15,19> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#endIndex> "19"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .
        <urn:sinet:document:d%201#char=21,25> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:sinet:entity:Peop> .
        <urn:sinet:document:d%201#char=21,25> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#referenceContext> <urn:sinet:document:d%201> .
        <urn:sinet:document:d%201#char=21,25> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#anchorOf> "=She" .
        <urn:sinet:document:d%201#char=21,25> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#beginIndex> "21"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .
        <urn:sinet:document:d%201#char=21,25> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#endIndex> "25"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .
        <urn:sinet:document:d%201#char=26,30> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:sinet:entity:Verb> .
        <urn:sinet:document:d%201#char=26,30> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#referenceContext> <urn:sinet:document:d%201> .
        <urn:sinet:document:d%201#char=26,30> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#anchorOf> "sing" .
        <urn:sinet:document:d%201#char=26,30> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#beginIndex> "26"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .
        <urn:sinet:document:d%201#char=26,30> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#endIndex> "30"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .
        <urn:sinet:document:d%201#char=15,25> <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> <urn:sinet:entity:Bad> .
        <urn:sinet:document:d%201#char=15,25> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#referenceContext> <urn:sinet:document:d%201> .
        <urn:sinet:document:d%201#char=15,25> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#anchorOf> "York. =She" .
        <urn:sinet:document:d%201#char=15,25> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#beginIndex> "15"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .
        <urn:sinet:document:d%201#char=15,25> <http://persistence.uni-leipzig.org/nlp2rdf/ontologies/nif-core#endIndex> "25"^^<http://www.w3.org/2001/XMLSchema#nonNegativeInteger> .
        <urn:sinet:document:d%201#char=0,3> <urn:sinet:relation:Live_In> <urn:sinet:document:d%201#char=11,19> .
        <urn:sinet:document:d%201#char=21,25> <urn:sinet:relation:Is%20%3Ca%3E> <urn:sinet:document:d%201#char=0,3> .
        <urn:sinet:document:d%201#char=21,25> <urn:sinet:relation:Does> <urn:sinet:document:d%201#char=26,30> .
    "#]],
        expect![[r#"
        1 document, 6 entities, 3 relations.
        Written as N-Triples, which counts in Unicode code points, end exclusive, by its definition.
        1 document written without the text itself.
        4 scores left out.
        2 labels no longer marked as a model's work.
    "#]],
    );
}

#[test]
fn web_annotation() {
    check(
        Format::WebAnnotation,
        expect![[r#"
        [
        {"@context":["http://www.w3.org/ns/anno.jsonld",{"offset_unit":"urn:sinet:offset_unit"}],"id":"urn:sinet:document:d%201#entity-0","type":"Annotation","motivation":"tagging","body":{"type":"TextualBody","purpose":"tagging","value":"Peop"},"target":{"source":"urn:sinet:document:d%201","selector":[{"type":"TextPositionSelector","start":0,"end":3,"offset_unit":"code_points"},{"type":"TextQuoteSelector","exact":"Ada","prefix":"","suffix":" 😀 runs\nNew York. =She sings."}]}},
        {"@context":["http://www.w3.org/ns/anno.jsonld",{"offset_unit":"urn:sinet:offset_unit"}],"id":"urn:sinet:document:d%201#entity-1","type":"Annotation","motivation":"tagging","body":{"type":"TextualBody","purpose":"tagging","value":"Loc"},"target":{"source":"urn:sinet:document:d%201","selector":[{"type":"TextPositionSelector","start":11,"end":19,"offset_unit":"code_points"},{"type":"TextQuoteSelector","exact":"New York","prefix":"Ada 😀 runs\n","suffix":". =She sings."}]}},
        {"@context":["http://www.w3.org/ns/anno.jsonld",{"offset_unit":"urn:sinet:offset_unit"}],"id":"urn:sinet:document:d%201#entity-2","type":"Annotation","motivation":"tagging","body":{"type":"TextualBody","purpose":"tagging","value":"a city"},"target":{"source":"urn:sinet:document:d%201","selector":[{"type":"TextPositionSelector","start":15,"end":19,"offset_unit":"code_points"},{"type":"TextQuoteSelector","exact":"York","prefix":"Ada 😀 runs\nNew ","suffix":". =She sings."}]}},
        {"@context":["http://www.w3.org/ns/anno.jsonld",{"offset_unit":"urn:sinet:offset_unit"}],"id":"urn:sinet:document:d%201#entity-3","type":"Annotation","motivation":"tagging","body":{"type":"TextualBody","purpose":"tagging","value":"Peop"},"target":{"source":"urn:sinet:document:d%201","selector":[{"type":"TextPositionSelector","start":21,"end":25,"offset_unit":"code_points"},{"type":"TextQuoteSelector","exact":"=She","prefix":"Ada 😀 runs\nNew York. ","suffix":" sings."}]}},
        {"@context":["http://www.w3.org/ns/anno.jsonld",{"offset_unit":"urn:sinet:offset_unit"}],"id":"urn:sinet:document:d%201#entity-4","type":"Annotation","motivation":"tagging","body":{"type":"TextualBody","purpose":"tagging","value":"Verb"},"target":{"source":"urn:sinet:document:d%201","selector":[{"type":"TextPositionSelector","start":26,"end":30,"offset_unit":"code_points"},{"type":"TextQuoteSelector","exact":"sing","prefix":"Ada 😀 runs\nNew York. =She ","suffix":"s."}]}},
        {"@context":["http://www.w3.org/ns/anno.jsonld",{"offset_unit":"urn:sinet:offset_unit"}],"id":"urn:sinet:document:d%201#entity-5","type":"Annotation","motivation":"tagging","body":{"type":"TextualBody","purpose":"tagging","value":"Bad"},"target":{"source":"urn:sinet:document:d%201","selector":[{"type":"TextPositionSelector","start":15,"end":25,"offset_unit":"code_points"},{"type":"TextQuoteSelector","exact":"York. =She","prefix":"Ada 😀 runs\nNew ","suffix":" sings."}]}},
        {"@context":["http://www.w3.org/ns/anno.jsonld",{"offset_unit":"urn:sinet:offset_unit"}],"id":"urn:sinet:document:d%201#relation-0","type":"Annotation","motivation":"linking","body":[{"type":"TextualBody","purpose":"tagging","value":"Live_In"},{"id":"urn:sinet:document:d%201#entity-1","purpose":"linking"}],"target":"urn:sinet:document:d%201#entity-0"},
        {"@context":["http://www.w3.org/ns/anno.jsonld",{"offset_unit":"urn:sinet:offset_unit"}],"id":"urn:sinet:document:d%201#relation-1","type":"Annotation","motivation":"linking","body":[{"type":"TextualBody","purpose":"tagging","value":"Is <a>"},{"id":"urn:sinet:document:d%201#entity-0","purpose":"linking"}],"target":"urn:sinet:document:d%201#entity-3"},
        {"@context":["http://www.w3.org/ns/anno.jsonld",{"offset_unit":"urn:sinet:offset_unit"}],"id":"urn:sinet:document:d%201#relation-2","type":"Annotation","motivation":"linking","body":[{"type":"TextualBody","purpose":"tagging","value":"Does"},{"id":"urn:sinet:document:d%201#entity-4","purpose":"linking"}],"target":"urn:sinet:document:d%201#entity-3"}
        ]
    "#]],
        expect![[r#"
        1 document, 6 entities, 3 relations.
        Written as JSON-LD web annotations, which counts in Unicode code points, end exclusive; the file says so.
        1 document written without the text itself.
        4 scores left out.
        2 labels no longer marked as a model's work.
    "#]],
    );
}

#[test]
fn a_file_of_nothing_is_a_file() {
    for format in Format::ALL.into_iter().filter(|format| format.can_be_written()) {
        let (bytes, report) = Writer::new(format, Vec::new()).finish().unwrap();
        assert!(report.is_lossless());
        if format.can_be_read() && format != Format::Brat {
            let mut reader = sinet_formats::Reader::new(format, bytes.as_slice(), "x", Default::default());
            assert!(reader.next().is_none(), "{format}");
        }
    }
}

/// B15: cells were changed, and the report said nothing of it.
#[test]
fn cells_that_a_spreadsheet_would_calculate_are_reported() {
    let entity = |start, end| LabelledEntity {
        kind: "Value".to_owned(),
        span: ByteSpan { start, end },
        score: None,
        provenance: Provenance::Person,
    };
    let relation = |kind: &str| LabelledRelation {
        kind: kind.to_owned(),
        head: 0,
        tail: 1,
        score: None,
        provenance: Provenance::Person,
    };
    let document = LabelledDocument {
        entities: vec![entity(0, 5), entity(6, 9)],
        relations: vec![relation("Near"), relation("@Of")],
        ..LabelledDocument::new("d", "-96.7 and")
    };
    let mut writer = Writer::new(Format::Csv, Vec::new());
    writer.write(&document).unwrap();
    let (bytes, report) = writer.finish().unwrap();
    let file = String::from_utf8(bytes).unwrap();
    assert_eq!((file.matches(",'-96.7,").count(), file.matches(",'@Of,").count()), (2, 1), "{file}");
    assert_eq!(report.count(Loss::QuotedCells), 3);
    assert!(!report.is_lossless());
}

/// B7: documents without a name had an empty `orig_id`, by which unrelated sentences became neighbours.
#[test]
fn documents_without_a_name_have_no_id_in_spert() {
    let mut writer = Writer::new(Format::Spert, Vec::new());
    for text in ["One.", "Two. Three."] {
        writer.write(&LabelledDocument::new("", text)).unwrap();
    }
    let (bytes, _) = writer.finish().unwrap();
    let written = String::from_utf8(bytes.clone()).unwrap();
    assert!(!written.contains("orig_id"), "{written}");
    let documents = Reader::new(Format::Spert, bytes.as_slice(), "x", Options::default()).map(Result::unwrap);
    assert_eq!(documents.map(|document| document.sentences.len()).collect::<Vec<_>>(), [1, 2]);
}

/// Two documents of one name, a sentence each, stay two.
#[test]
fn documents_of_one_name_stay_apart_in_spert() {
    let mut writer = Writer::new(Format::Spert, Vec::new());
    for text in ["One.", "Two."] {
        writer.write(&LabelledDocument::new("d", text)).unwrap();
    }
    let (bytes, _) = writer.finish().unwrap();
    assert_eq!(Reader::new(Format::Spert, bytes.as_slice(), "x", Options::default()).count(), 2);
}
