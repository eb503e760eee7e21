//! WebAnno TSV 3 as WebAnno and INCEpTION export it.

use expect_test::{Expect, expect};
use sinet_formats::{Format, LabelledDocument, Options, Reader, sniff};

fn shown(document: &LabelledDocument) -> String {
    let mut seen = format!("{:?}", document.text);
    let words: Vec<_> = document.words.iter().map(|word| word.of(&document.text).unwrap()).collect();
    seen += &format!(" {words:?} {:?}\n", document.sentences.iter().map(|sentence| sentence.end).collect::<Vec<_>>());
    for (index, entity) in document.entities.iter().enumerate() {
        seen += &format!("{:?}/{} ", document.entity_text(index).unwrap(), entity.kind);
    }
    for relation in &document.relations {
        seen += &format!("{}-{}->{} ", relation.head, relation.kind, relation.tail);
    }
    seen + "\n"
}

#[track_caller]
fn check(file: &str, expected: Expect) {
    assert_eq!(sniff(file.as_bytes()).unwrap().format, Format::WebAnno);
    let mut reader = Reader::new(Format::WebAnno, file.as_bytes(), "x", Options::default());
    let mut seen = String::new();
    for document in reader.by_ref() {
        seen += &document.map_or_else(|error| format!("! {error}\n"), |document| shown(&document));
    }
    expected.assert_eq(&(seen + &reader.report().to_string()));
}

const NER: &str = "#T_SP=de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity|identifier|value";

#[test]
fn named_entities_over_several_tokens_and_relations_between_them() {
    check(
        &format!(
            "#FORMAT=WebAnno TSV 3.3\n#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue\n{NER}\n#T_RL=webanno.custom.Relation|label|BT_de.tudarmstadt.ukp.dkpro.core.api.ner.type.NamedEntity\n\n\n\
            #Text=😀 Ada lives in New York.\n1-1\t0-2\t😀\tX\t_\t_\t_\t_\t\n1-2\t3-6\tAda\tNN\t*\tPER\t_\t_\t\n1-3\t7-12\tlives\tV\t_\t_\t_\t_\t\n1-4\t13-15\tin\tP\t_\t_\t_\t_\t\n1-5\t16-19\tNew\tNN\tQ60[1]\tLOC[1]\tLive_In|Likes\t1-2[0_1]|1-2[0_1]\t\n1-6\t20-24\tYork\tNN\tQ60[1]\tLOC[1]\t_\t_\t\n1-7\t24-25\t.\t.\t_\t_\t_\t_\t\n\n\
            #Text=She\n#Text=sings\n2-1\t26-29\tShe\tPR\t*\tPER\\_x\t*\t1-5[1_0]\t\n2-2\t30-35\tsings\tV\t_\t_\t_\t_\t\n"
        ),
        expect![[r#"
            "😀 Ada lives in New York.\nShe\nsings" ["😀", "Ada", "lives", "in", "New", "York", ".", "She", "sings"] [7, 9]
            "Ada"/PER "New York"/LOC "She"/PER_x 0-Live_In->1 0-Likes->1 1-Relation->2 
            1 document, 3 entities, 3 relations.
            Read as WebAnno TSV, which counts in UTF-16 code units, end exclusive.
            The entities are the layer NamedEntity with the types of its feature value.
            10 fields not read: feature identifier of NamedEntity, layer POS (9 times).
        "#]],
    );
}

#[test]
fn stacked_annotations_and_parts_of_tokens() {
    check(
        "#FORMAT=WebAnno TSV 3.2\n#T_SP=webanno.custom.Span|value\n#T_RL=webanno.custom.Rel|BT_webanno.custom.Span\n\n\n#Text=aaaa bbbb cc\n1-1\t0-4\taaaa\tK[1]|L[2]\t_\n1-1.1\t2-4\taa\tM[3]\t_\n1-1.2\t3-3\t\tZ\t_\n1-2\t5-9\tbbbb\tK[1]\t1-1[2_1]\n1-2.1\t5-7\tbb\tM[3]\t_\n1-2.2\t7-8\tb\t*\t1-1.1[3_0]\n1-3\t10-12\tcc\t_\t_\n",
        expect![[r#"
            "aaaa bbbb cc" ["aaaa", "bbbb", "cc"] [3]
            "aaaa bbbb"/K "aaaa"/L "aa bb"/M "b"/Span 1-Rel->0 2-Rel->3 
            1 document, 4 entities, 2 relations.
            Read as WebAnno TSV, which counts in UTF-16 code units, end exclusive.
            The entities are the layer Span with the types of its feature value.
            1 entity without a word: left out.
            2 entities beginning or ending inside a word: kept so.
        "#]],
    );
}

#[test]
fn slots_are_relations_and_chains_are_counted() {
    check(
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=webanno.custom.Frame|FE|ROLE_webanno.custom.Frame:Roles_webanno.custom.FrameRolesLink|webanno.custom.Lu\n#T_SP=webanno.custom.Lu|luvalue\n#T_CH=de.tudarmstadt.ukp.dkpro.core.api.coref.type.CoreferenceLink|referenceType|referenceRelation\n\n\n#Text=Bob auctioned the clock\n1-1\t0-3\tBob\t_\t_\t_\tbob\tpr[1]\tcoref->1-1\n1-2\t4-13\tauctioned\ttransaction\tseller;goods\t1-1;1-3[4]\t_\t_\t_\n1-3\t14-17\tthe\t_\t_\t_\tclock[4]\t_\t_\n1-4\t18-23\tclock\t_\t_\t_\tclock[4]\tpr[1]\t*->1-2\n",
        expect![[r#"
            "Bob auctioned the clock" ["Bob", "auctioned", "the", "clock"] [4]
            "Bob"/bob "auctioned"/transaction "the clock"/clock 1-seller->0 1-goods->2 
            1 document, 3 entities, 2 relations.
            Read as WebAnno TSV, which counts in UTF-16 code units, end exclusive.
            The entities are the layer Frame with the types of its feature FE.
            The entities are the layer Lu with the types of its feature luvalue.
            1 group of mentions of the same thing: left out.
        "#]],
    );
}

#[test]
fn positions_may_count_otherwise() {
    // Code points, as a script in Python counts them.
    check(
        &format!("#FORMAT=WebAnno TSV 3.3\n{NER}\n\n\n#Text=😀 Ada\n1-1\t0-1\t😀\t_\t_\n1-2\t2-5\tAda\t*\tPER\n"),
        expect![[r#"
        "😀 Ada" ["😀", "Ada"] [2]
        "Ada"/PER 
        1 document, 1 entity, 0 relations.
        Read as WebAnno TSV, which counts in UTF-16 code units, end exclusive.
        Some sentences count in Unicode code points, not in UTF-16 code units: their tokens show it.
        The entities are the layer NamedEntity with the types of its feature value.
        Nothing is lost.
    "#]],
    );
    // Each sentence from 0.
    check(
        &format!(
            "#FORMAT=WebAnno TSV 3.3\n{NER}\n\n\n#Text=Ada\n1-1\t0-3\tAda\t*\tPER\n\n#Text=Bob Bo\n2-1\t0-3\tBob\t*\tPER\n2-2\t3-5\tBo\t*\tPER\n"
        ),
        expect![[r#"
            "Ada\nBob Bo" ["Ada", "Bob", "Bo"] [1, 3]
            "Ada"/PER "Bob"/PER "Bo"/PER 
            1 document, 3 entities, 0 relations.
            Read as WebAnno TSV, which counts in UTF-16 code units, end exclusive.
            The positions of some tokens are not those of their text: the tokens were taken in their order.
            The entities are the layer NamedEntity with the types of its feature value.
            Nothing is lost.
        "#]],
    );
    check(
        &format!("#FORMAT=WebAnno TSV 3.3\n{NER}\n\n\n#Text=Ada\n1-1\t0-3\tBob\t*\tPER\n"),
        expect![[r#"
        ! x, line 7, document 1: the tokens of the sentence are not the words of its text "Ada"
        0 documents, 0 entities, 0 relations.
        Read as WebAnno TSV, which counts in UTF-16 code units, end exclusive.
        Nothing is lost.
    "#]],
    );
}

#[test]
fn a_layer_that_is_no_named_entity_is_read_if_it_is_the_only_one() {
    check(
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=de.tudarmstadt.ukp.dkpro.core.api.segmentation.type.Lemma|value\n#T_SP=webanno.custom.Letter|entity_id|Kind_of_tag\n\n\n#Text=An Ada\n1-1\t0-2\tAn\tan\t_\t_\n1-2\t3-6\tAda\tAda\t7\tPERaddressee\n",
        expect![[r#"
            "An Ada" ["An", "Ada"] [2]
            "Ada"/PERaddressee 
            1 document, 1 entity, 0 relations.
            Read as WebAnno TSV, which counts in UTF-16 code units, end exclusive.
            The entities are the layer Letter with the types of its feature Kind_of_tag.
            3 fields not read: feature entity_id of Letter, layer Lemma (2 times).
        "#]],
    );
    check(
        "#FORMAT=WebAnno TSV 3.3\n#T_SP=de.tudarmstadt.ukp.dkpro.core.api.lexmorph.type.pos.POS|PosValue\n\n\n#Text=An Ada\n1-1\t0-2\tAn\tAPPR\n1-2\t3-6\tAda\tNE\n",
        expect![[r#"
            "An Ada" ["An", "Ada"] [2]
            "An"/APPR "Ada"/NE 
            1 document, 2 entities, 0 relations.
            Read as WebAnno TSV, which counts in UTF-16 code units, end exclusive.
            The entities are the layer POS with the types of its feature PosValue.
            Nothing is lost.
        "#]],
    );
    check(
        "#FORMAT=WebAnno TSV 3.3\n\n\n#Sentence.id=s1\n#Text=An Ada\n1-1\t0-2\tAn\t\n1-2\t3-6\tAda\t\n",
        expect![[r#"
        "An Ada" ["An", "Ada"] [2]

        1 document, 0 entities, 0 relations.
        Read as WebAnno TSV, which counts in UTF-16 code units, end exclusive.
        The document has no entity.
        1 field not read: `#Sentence.id`.
    "#]],
    );
}

#[test]
fn a_line_that_does_not_fit_is_named() {
    check(
        &format!("#FORMAT=WebAnno TSV 3.3\n{NER}\n\n\n#Text=Ada\n1-1\t0-3\tAda\tPER\n"),
        expect![[r#"
        ! x, line 6, document 1: "1-1\t0-3\tAda\tPER" has too few columns: 4, where 5 belong; complete it or remove it
        0 documents, 0 entities, 0 relations.
        Read as WebAnno TSV, which counts in UTF-16 code units, end exclusive.
        Nothing is lost.
    "#]],
    );
    check(
        &format!("#FORMAT=WebAnno TSV 3.3\n{NER}\n\n\n#Text=Ada\none\t0-3\tAda\t*\tPER\n"),
        expect![[r#"
        ! x, line 6, document 1: "one\t0-3\tAda\t*\tPER" is not a token, as in `1-1⇥0-3⇥Ada`
        0 documents, 0 entities, 0 relations.
        Read as WebAnno TSV, which counts in UTF-16 code units, end exclusive.
        Nothing is lost.
    "#]],
    );
}
