//! The dialects of CoNLL as other tools write them.

use expect_test::{Expect, expect};
use proptest::prelude::*;
use proptest::sample::select;
use sinet_formats::{Columns, Format, LabelledDocument, Options, Reader, sniff};

fn shown(document: &LabelledDocument) -> String {
    let mut seen = format!("{:?} {:?}:", document.id, document.text);
    for (index, entity) in document.entities.iter().enumerate() {
        seen += &format!(" {:?}/{}", document.entity_text(index).unwrap(), entity.kind);
    }
    for relation in &document.relations {
        seen += &format!(" {}-{}->{}", relation.head, relation.kind, relation.tail);
    }
    seen + "\n"
}

fn read(file: &str, columns: Columns) -> String {
    let options = Options { columns, ..Options::default() };
    let mut reader = Reader::new(Format::Conll, file.as_bytes(), "x", options).past_errors();
    let mut seen = String::new();
    for document in reader.by_ref() {
        seen += &document.map_or_else(|error| format!("! {error}\n"), |document| shown(&document));
    }
    seen + &reader.report().to_string()
}

/// The evidence, the documents and the report.
#[track_caller]
fn check(file: &str, expected: Expect) {
    let sniffed = match sniff(file.as_bytes()) {
        Ok(sniffed) => format!("{}: {}\n", sniffed.format.name(), sniffed.reason),
        Err(error) => format!("{error}\n"),
    };
    expected.assert_eq(&(sniffed + &read(file, Columns::default())));
}

#[track_caller]
fn check_columns(file: &str, columns: &str, expected: Expect) {
    expected.assert_eq(&read(file, columns.parse().unwrap()));
}

#[test]
fn comments_stand_before_sentences() {
    check(
        "# id 01a domain=en\nana _ _ B-PER\nsings _ _ O\n\n# id 02b domain=en\nin _ _ O\nrio _ _ B-LOC\nclaro _ _ I-LOC\n\n",
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "01a" "ana sings": "ana"/PER
        "02b" "in rio claro": "rio claro"/LOC
        2 documents, 2 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 4 the tags.
        The tags are IOB2: every entity begins with B-.
        2 fields not read: `# id` (2 times).
    "#]],
    );
    // `#` is a word where a tag stands beside it.
    check(
        "# O\nA O\n\nplace O\n# O\n1 O\nlima B-LOC\n",
        expect![[r##"
        conll: every line ends in a tag such as O or B-PER
        "" "# A":
        "" "place # 1 lima": "lima"/LOC
        2 documents, 1 entity, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are IOB2: every entity begins with B-.
        Nothing is lost.
    "##]],
    );
    check(
        "###MEDLINE:951\n\nIL-2\tB-DNA\ngene\tI-DNA\n\nand\tO\n\n###MEDLINE:952\n\nNF\tB-protein\n",
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "951" "IL-2 gene and": "IL-2 gene"/DNA
        "952" "NF": "NF"/protein
        2 documents, 2 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are IOB2: every entity begins with B-.
        Nothing is lost.
    "#]],
    );
}

#[test]
fn tags_need_no_type() {
    check(
        "of\tO\nP53\tB\n,\tO\ncolon\tB\ncancer\tI\n\nno\tO\n",
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "" "of P53 , colon cancer": "P53"/Entity "colon cancer"/Entity
        "" "no":
        2 documents, 2 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are IOB2: every entity begins with B-.
        Nothing is lost.
    "#]],
    );
    check(
        "of\tO\nP53\tS\n,\tO\ncolon\tB\nbig\tM\ncancer\tE\n",
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "" "of P53 , colon big cancer": "P53"/Entity "colon big cancer"/Entity
        1 document, 2 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are BIOES: single words and ends are marked.
        Nothing is lost.
    "#]],
    );
}

#[test]
fn words_stand_before_or_behind_tags() {
    check(
        "O\tshow\nO\tfilms\nB-ACTOR\tada\nI-ACTOR\tking\n",
        expect![[r#"
        conll: column 1 of its lines holds tags such as O and B-PER
        "" "show films ada king": "ada king"/ACTOR
        1 document, 1 entity, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 2 holds the words, column 1 the tags.
        The tags are IOB2: every entity begins with B-.
        Nothing is lost.
    "#]],
    );
    check(
        "O 0 5 films\nB-Actor 6 9 ada\nI-Actor 10 14 king\n",
        expect![[r#"
        conll: column 1 of its lines holds tags such as O and B-PER
        "" "films ada king": "ada king"/Actor
        1 document, 1 entity, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 4 holds the words, column 1 the tags.
        The tags are IOB2: every entity begins with B-.
        5 fields not read: column 2 (2 times), column 3 (3 times).
    "#]],
    );
}

#[test]
fn schemes() {
    check(
        "a I-K\nb O\nc I-K\nd I-K\n",
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "" "a b c d": "a"/K "c d"/K
        1 document, 2 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are IO: no B- stands among them, so neighbours of one type are one entity.
        Nothing is lost.
    "#]],
    );
    check(
        "a B-K\nb O\nc I-K\nd B-K\n",
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "" "a b c d": "a"/K "c"/K "d"/K
        1 document, 3 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are IOB2: every entity begins with B-.
        1 tag out of the scheme of the others: read by the rules of conlleval.
    "#]],
    );
    check(
        "a U-K\nb B-K\nc L-K\nd O\n",
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "" "a b c d": "a"/K "b c"/K
        1 document, 2 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are BIOES: single words and ends are marked.
        Nothing is lost.
    "#]],
    );
    check(
        "a W-K\nb B-K\nc M-K\nd E-K\ne O\nf I-K\n",
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "" "a b c d e f": "a"/K "b c d"/K "f"/K
        1 document, 3 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are BIOES: single words and ends are marked.
        1 tag out of the scheme of the others: read by the rules of conlleval.
    "#]],
    );
    check(
        "a K-B\nb K-I\nc O\n",
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "" "a b c": "a b"/K
        1 document, 1 entity, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are IOB2: every entity begins with B-.
        Nothing is lost.
    "#]],
    );
    check(
        "a B_K\nb I_K\nc O\n",
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "" "a b c": "a b"/K
        1 document, 1 entity, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are IOB2: every entity begins with B-.
        Nothing is lost.
    "#]],
    );
    check(
        "Ada PERSON\nKing PERSON\nlives O\nin O\nLondon PLACE\nnow O\n",
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "" "Ada King lives in London now": "Ada King"/PERSON "London"/PLACE
        1 document, 2 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are types without B- or I-: neighbours of one type are one entity.
        Nothing is lost.
    "#]],
    );
}

/// Labels by two hands, or those of a person and of a model: nothing in a file tells which is whose.
#[test]
fn of_several_columns_of_tags_the_one_that_is_read_is_said() {
    let file = "Ada B-PER B-ORG\nruns O O\nin O O\nRome B-LOC B-LOC\n\nBo B-PER O\nsits O O\n";
    check(
        file,
        expect![[r#"
            conll: column 2 of its lines holds tags such as O and B-PER
            "" "Ada runs in Rome": "Ada"/PER "Rome"/LOC
            "" "Bo sits": "Bo"/PER
            2 documents, 3 entities, 0 relations.
            Read as CoNLL, which counts in words: a tag stands beside each.
            Column 1 holds the words, column 2 the tags. There are tags in column 3 too, which are not read: `--columns tag=3` reads them instead.
            The tags are IOB2: every entity begins with B-.
            2 fields not read: column 3 (2 times).
        "#]],
    );
    check_columns(
        file,
        "tag=3",
        expect![[r#"
            "" "Ada runs in Rome": "Ada"/ORG "Rome"/LOC
            "" "Bo sits":
            2 documents, 2 entities, 0 relations.
            Read as CoNLL, which counts in words: a tag stands beside each.
            Column 1 holds the words, column 3 the tags.
            The tags are IOB2: every entity begins with B-.
            3 fields not read: column 2 (3 times).
        "#]],
    );
    // Kinds of phrases are no entities.
    let phrases = "Ada B-NP B-PER\nruns B-VP O\n\nBo B-NP B-PER\nsits B-VP O\n";
    assert!(!read(phrases, Columns::default()).contains("--columns"), "{phrases}");
}

#[test]
fn a_column_of_numbers_is_no_column_of_words() {
    check(
        "#\thttp://de.wikipedia.org/a [2009]\n1\tAda\tB-PER\tO\n2\tlebt\tO\tO\n3\tin\tO\tO\n4\tBad\tB-LOC\tB-OTH\n5\tEms\tI-LOC\tO\n\n#\tn-tv.de\n1\tBerlinerisch\tB-LOCderiv\tO\n2\tist\tO\tO\n",
        expect![[r#"
            conll: column 3 of its lines holds tags such as O and B-PER
            "" "Ada lebt in Bad Ems": "Ada"/PER "Bad Ems"/LOC
            "" "Berlinerisch ist": "Berlinerisch"/LOCderiv
            2 documents, 3 entities, 0 relations.
            Read as CoNLL, which counts in words: a tag stands beside each.
            Column 2 holds the words, column 3 the tags. There are tags in column 4 too, which are not read: `--columns tag=4` reads them instead.
            The tags are IOB2: every entity begins with B-.
            3 fields not read: column 4, comments (2 times).
        "#]],
    );
    // Numbers that start again end a sentence where no empty line does.
    check(
        "1 Ada B-K\n2 runs O\n1 Bob B-K\n2 sits O\n",
        expect![[r#"
        conll: column 3 of its lines holds tags such as O and B-PER
        "" "Ada runs": "Ada"/K
        "" "Bob sits": "Bob"/K
        2 documents, 2 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 2 holds the words, column 3 the tags.
        The tags are IOB2: every entity begins with B-.
        Nothing is lost.
    "#]],
    );
    check(
        "# sent_id = a-1\n# text = Ada's.\n1\tAda\tB-PER\t-\tx\n2\t's\tO\t-\tx\n3\t.\tO\t-\tx\n\n",
        expect![[r#"
            conll: column 3 of its lines holds tags such as O and B-PER
            "a-1" "Ada's.": "Ada"/PER
            1 document, 1 entity, 0 relations.
            Read as CoNLL, which counts in words: a tag stands beside each.
            Column 2 holds the words, column 3 the tags.
            The tags are IOB2: every entity begins with B-.
            3 fields not read: column 5 (3 times).
        "#]],
    );
}

#[test]
fn chunks_are_no_entities() {
    check(
        "EU NNP I-NP I-ORG\nrejects VBZ I-VP O\nGerman JJ I-NP I-MISC\ncall NN I-NP O\n. . O O\n",
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "" "EU rejects German call .": "EU"/ORG "German"/MISC
        1 document, 2 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 4 the tags.
        The tags are IO: no B- stands among them, so neighbours of one type are one entity.
        9 fields not read: column 2 (5 times), column 3 (4 times).
    "#]],
    );
    check(
        "EU\tI-ORG\tNNP\tI-NP\nrejects\tO\tVBZ\tI-VP\ncalls\tO\tNN\tI-NP\n",
        expect![[r#"
        conll: column 2 of its lines holds tags such as O and B-PER
        "" "EU rejects calls": "EU"/ORG
        1 document, 1 entity, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are IO: no B- stands among them, so neighbours of one type are one entity.
        6 fields not read: column 3 (3 times), column 4 (3 times).
    "#]],
    );
    check_columns(
        "EU NNP I-NP I-ORG\nrejects VBZ I-VP O\ncalls NN I-NP O\n",
        "tag=3",
        expect![[r#"
        "" "EU rejects calls": "EU"/NP "rejects"/VP "calls"/NP
        1 document, 3 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 3 the tags.
        The tags are IO: no B- stands among them, so neighbours of one type are one entity.
        4 fields not read: column 2 (3 times), column 4.
    "#]],
    );
    check_columns(
        "EU NNP I-NP I-ORG\nrejects VBZ I-VP O\ncalls NN I-NP O\n",
        "word=2,tag=4",
        expect![[r#"
        "" "NNP VBZ NN": "NNP"/ORG
        1 document, 1 entity, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 2 holds the words, column 4 the tags.
        The tags are IO: no B- stands among them, so neighbours of one type are one entity.
        6 fields not read: column 1 (3 times), column 3 (3 times).
    "#]],
    );
    check_columns(
        "EU I-ORG\n",
        "tag=3",
        expect![[r#"
            ! x, line 1: no column of its lines, such as "EU I-ORG", holds tags (tried columns between tabs or commas or semicolons: most lines have only one; columns between blanks: most lines have 2, so there is no column 3); name the columns of words and tags
            0 documents, 0 entities, 0 relations.
            Read as CoNLL, which counts in words: a tag stands beside each.
            Nothing is lost.
        "#]],
    );
}

#[test]
fn words_may_hold_blanks_between_tabs() {
    check(
        "New York\tB-LOC\nis\tO\nfar\u{a0}off\tO  \r\n\r\n \tO\nBob\tB-PER",
        expect![[r#"
        conll: every line ends in a tag such as O or B-PER
        "" "New York is far\u{a0}off": "New York"/LOC
        "" "Bob": "Bob"/PER
        2 documents, 2 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are IOB2: every entity begins with B-.
        1 word of nothing but blanks: left out.
    "#]],
    );
    check(
        "Sentence #,Word,POS,Tag\nSentence: 1,Ada,NNP,B-per\n,\",\",\",\",O\n,runs,VB,O\nSentence: 2,\"\"\"\",``,O\n,Rome,NNP,B-geo\n",
        expect![[r#"
        conll: column 4 of its lines holds tags such as O and B-PER
        "" "Ada , runs": "Ada"/per
        "" "\" Rome": "Rome"/geo
        2 documents, 2 entities, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 2 holds the words, column 4 the tags.
        The tags are IOB2: every entity begins with B-.
        5 fields not read: column 3 (5 times).
    "#]],
    );
}

#[test]
fn a_line_that_does_not_fit_is_named() {
    check(
        "a B-K\n\nb\n\nc O\nd O\n\ne X-K\nf O\n\ng O\nh O\ni O\nj O\n",
        expect![[r#"
        conll: column 2 of its lines holds tags such as O and B-PER
        "" "a": "a"/K
        ! x, line 3, document 2: "b" has too few columns: 1, where 2 belong; complete it or remove it
        "" "c d":
        ! x, line 8, document 4, column 2: "X-K" is not a tag such as O, B-PER or I-PER
        "" "g h i j":
        3 documents, 1 entity, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are IOB2: every entity begins with B-.
        Nothing is lost.
    "#]],
    );
    check(
        "a\tB-K\n\nb\t\n\nc\tO\nd\tO\ne\tO\nf\tO\ng\tO\n",
        expect![[r#"
        conll: column 2 of its lines holds tags such as O and B-PER
        "" "a": "a"/K
        ! x, line 3, document 2: "b\t" has too few columns: 1, where 2 belong; complete it or remove it
        "" "c d e f g":
        2 documents, 1 entity, 0 relations.
        Read as CoNLL, which counts in words: a tag stands beside each.
        Column 1 holds the words, column 2 the tags.
        The tags are IOB2: every entity begins with B-.
        Nothing is lost.
    "#]],
    );
}

#[test]
fn conll_u() {
    check(
        "# newdoc id = d\n# sent_id = d-1\n# text = Wir fahren zum Zoo.\n1\tWir\tich\tPRON\t_\t_\t2\tnsubj\t_\tNER=O\n2\tfahren\tfahren\tVERB\t_\t_\t0\troot\t_\t_\n3-4\tzum\t_\t_\t_\t_\t_\t_\t_\t_\n3\tzu\tzu\tADP\t_\t_\t5\tcase\t_\t_\n4\tdem\tder\tDET\t_\t_\t5\tdet\t_\tNER=B-LOC\n4.1\tx\tx\tX\t_\t_\t_\t_\t_\t_\n5\tZoo\tZoo\tNOUN\t_\t_\t2\tobl\t_\tNER=I-LOC|SpaceAfter=No\n6\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\t_\n\n# sent_id = d-2\n1\tJa\tja\tINTJ\t_\t_\t0\troot\t_\tSpaceAfter=No\n2\t!\t!\tPUNCT\t_\t_\t1\tpunct\t_\t_\n\n# newdoc id = e\n1\tAda\tAda\tPROPN\t_\t_\t0\troot\t_\tNER=S-PER\n",
        expect![[r#"
            conll: its lines have the columns of CoNLL-U
            "d" "Wir fahren zum Zoo. Ja!": "zum Zoo"/LOC
            "e" "Ada": "Ada"/PER
            2 documents, 2 entities, 0 relations.
            Read as CoNLL, which counts in words: a tag stands beside each.
            Column 2 holds the words, column 10 the entities, by `Entity=` or `NER=`.
            The tags are BIOES: single words and ends are marked.
            38 fields not read: column 3 (10 times), column 4 (10 times), column 7 (6 times), column 8 (9 times), `# sent_id` (2 times), nodes without a word.
        "#]],
    );
    check(
        "# global.Entity = eid-etype-head-other\n1\tThe\tthe\tDET\t_\t_\t2\tdet\t_\tEntity=(e1-person-2-x\n2\tking\tking\tNOUN\t_\t_\t0\troot\t_\t_\n3\tof\tof\tADP\t_\t_\t4\tcase\t_\t_\n4\tIthaca\tIthaca\tPROPN\t_\t_\t2\tnmod\t_\tEntity=(e2-place-1-x)e1)\n5\tsees\tsee\tVERB\t_\t_\t2\tx\t_\tEntity=(e3[1/2]-event-1\n6\thimself\the\tPRON\t_\t_\t2\tobj\t_\tEntity=e3[1/2])(e1)\n7\tgo\tgo\tVERB\t_\t_\t2\tx\t_\tEntity=(e3[2/2]-event-1)\n",
        expect![[r#"
            conll: its lines have the columns of CoNLL-U
            "" "The king of Ithaca sees himself go": "The king of Ithaca"/person "Ithaca"/place "sees himself go"/event "himself"/person
            1 document, 4 entities, 0 relations.
            Read as CoNLL, which counts in words: a tag stands beside each.
            Column 2 holds the words, column 10 the entities, by `Entity=` or `NER=`.
            1 entity in pieces: read as one stretch from first to last.
            1 group of mentions of the same thing: left out.
            27 fields not read: column 3 (7 times), column 4 (7 times), column 7 (6 times), column 8 (7 times).
        "#]],
    );
    check(
        "# global.columns = ID FORM UPOS NER:TYPE\n1\tAda\tPROPN\tB-PER\n2\truns\tVERB\tO\n",
        expect![[r#"
            conll: its lines have the columns of CoNLL-U
            "" "Ada runs": "Ada"/PER
            1 document, 1 entity, 0 relations.
            Read as CoNLL, which counts in words: a tag stands beside each.
            Column 2 holds the words, column 4 the tags.
            The tags are IOB2: every entity begins with B-.
            2 fields not read: column 3 (2 times).
        "#]],
    );
}

#[test]
fn conll_2012() {
    check(
        "#begin document (bc/cctv/00/cctv_0000); part 000\nbc/cctv/00/cctv_0000   0   0    In   IN  (TOP(S(PP*   -   -   -   Speaker#1       *    *   -\nbc/cctv/00/cctv_0000   0   1   the   DT      (NP*     -   -   -   Speaker#1   (DATE*   *   (12\nbc/cctv/00/cctv_0000   0   2   May   NN      *))      -   -   -   Speaker#1       *)  *   12)\nbc/cctv/00/cctv_0000   0   3   Ada   NNP     (NP*)    -   -   -   Speaker#1  (PERSON)  *   (12)\n\n#end document\n#begin document (bc/cctv/00/cctv_0000); part 001\nbc/cctv/00/cctv_0000   1   0    Yes   UH  (TOP*)   -   -   -   Speaker#1       *   -\n\n#end document\n",
        expect![[r#"
            conll: it has #begin document, as CoNLL 2012
            "bc/cctv/00/cctv_0000; part 000" "In the May Ada": "the May"/DATE "Ada"/PERSON
            "bc/cctv/00/cctv_0000; part 001" "Yes":
            2 documents, 2 entities, 0 relations.
            Read as CoNLL, which counts in words: a tag stands beside each.
            Column 4 holds the words, column 11 the entities between brackets.
            1 group of mentions of the same thing: left out.
            15 fields not read: column 5 (5 times), column 6 (5 times), column 10 (5 times).
        "#]],
    );
}

#[test]
fn relations_in_columns_of_their_own() {
    check(
        "#doc 5121\n0\tAda\tB-Peop\t['N']\t[0]\n1\tKing\tI-Peop\t['Live_In', 'Work_For']\t[3, 5]\n2\tof\tO\t['N']\t[2]\n3\tLondon\tB-Loc\t['N']\t[3]\n4\tat\tO\t['N']\t[4]\n5\tIBM\tB-Org\t['OrgBased_In']\t[3]\n#doc 7\n0\tBob\tB-Peop\t['Kill']\t[1]\n1\tsits\tO\t['N']\t[1]\n",
        expect![[r#"
            conll: column 3 of its lines holds tags such as O and B-PER
            "5121" "Ada King of London at IBM": "Ada King"/Peop "London"/Loc "IBM"/Org 0-Live_In->1 0-Work_For->2 2-OrgBased_In->1
            "7" "Bob sits": "Bob"/Peop
            2 documents, 4 entities, 3 relations.
            Read as CoNLL, which counts in words: a tag stands beside each.
            Column 2 holds the words, column 3 the tags.
            The tags are IOB2: every entity begins with B-.
            1 relation with an end that is no entity: left out.
        "#]],
    );
}

/// A sentence of words, and its entities as types and words from the first up to the last.
type Sentence = (Vec<&'static str>, Vec<(&'static str, usize, usize)>);

fn sentence() -> impl Strategy<Value = Sentence> {
    let words = ["Ada", "lives", "in", "München", "#", "1", "O", "漢字", "isn't", "far", "\u{a0}", "(b)"];
    let pieces = prop::collection::vec((select(words.to_vec()), select(vec!["", "", "K", "L-M"]), any::<bool>()), 2..9);
    pieces.prop_map(|pieces| {
        let mut spans: Vec<(&str, usize, usize)> = Vec::new();
        for (at, &(_, kind, joins)) in pieces.iter().enumerate().filter(|(_, (_, kind, _))| !kind.is_empty()) {
            match spans.last_mut().filter(|(last, _, end)| *last == kind && *end == at && joins) {
                Some(last) => last.2 = at + 1,
                None => spans.push((kind, at, at + 1)),
            }
        }
        (pieces.iter().map(|(word, ..)| *word).collect(), spans)
    })
}

/// The tag of a word in a scheme: IOB1, IOB2, BIOES or BILOU.
fn tag((_, spans): &Sentence, at: usize, scheme: &str) -> String {
    let Some(&(kind, start, end)) = spans.iter().find(|(_, start, end)| (*start..*end).contains(&at)) else {
        return "O".to_owned();
    };
    let follows_its_like = spans.iter().any(|&(other, _, before)| other == kind && before == start);
    let letter = match (scheme, at == start, at + 1 == end) {
        ("BIOES", true, true) => 'S',
        ("BILOU", true, true) => 'U',
        ("BIOES", false, true) => 'E',
        ("BILOU", false, true) => 'L',
        ("IOB1", true, _) if !follows_its_like => 'I',
        (_, true, _) => 'B',
        _ => 'I',
    };
    format!("{letter}-{kind}")
}

proptest! {
    /// What a tool writes in some dialect is read as it was meant.
    #[test]
    fn dialects_are_read_as_they_were_meant(
        sentences in prop::collection::vec(sentence(), 3..12),
        scheme in select(vec!["IOB1", "IOB2", "BIOES", "BILOU"]),
        dialect in 0..5,
        line_end in select(vec!["\n", "\r\n", " \n"]),
    ) {
        // Evidence needs more than one word of its kind.
        let mut file = String::new();
        for (number, sentence) in sentences.iter().enumerate() {
            if dialect == 3 {
                file += &format!("# id {number} domain=x{line_end}");
            }
            for (at, word) in sentence.0.iter().enumerate() {
                let tag = tag(sentence, at, scheme);
                file += &match dialect {
                    0 => format!("{word}\t{tag}"),
                    1 => format!("{tag}\t{word}"),
                    2 => format!("{}\t{word}\t{tag}\tO", at + 1),
                    3 => format!("{word} _ _ {tag}"),
                    _ => format!("{word} NN I-NP {tag}"),
                };
                file += line_end;
            }
            file += line_end;
        }
        // Words that all look like tags or numbers are no evidence, nor is a file without an entity.
        prop_assume!(sentences.iter().flat_map(|(words, _)| words).filter(|word| word.len() > 1).count() > 6);
        prop_assume!(sentences.iter().map(|(_, spans)| spans.len()).sum::<usize>() > 3);
        let read: Vec<_> = Reader::new(Format::Conll, file.as_bytes(), "x", Options::default()).collect::<Result<_, _>>().unwrap();
        prop_assert_eq!(read.len(), sentences.len(), "{}", file);
        for (document, (words, spans)) in read.iter().zip(&sentences) {
            let found: Vec<_> = document.words.iter().map(|word| word.of(&document.text).unwrap()).collect();
            prop_assert_eq!(&found, words, "{}", file);
            let found: Vec<_> = (document.entities.iter())
                .map(|entity| {
                    let words = document.words_of(entity.span).unwrap();
                    (entity.kind.as_str(), words.start, words.end)
                })
                .collect();
            prop_assert_eq!(&found, spans, "{}", file);
        }
    }
}
