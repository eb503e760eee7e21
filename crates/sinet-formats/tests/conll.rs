//! The dialects of CoNLL as other tools write them.

use expect_test::{Expect, expect};
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
        expect![[r#""#]],
    );
    // `#` is a word where a tag stands beside it.
    check("# O\nA O\n\nplace O\n# O\n1 O\nlima B-LOC\n", expect![[r#""#]]);
    check(
        "###MEDLINE:951\n\nIL-2\tB-DNA\ngene\tI-DNA\n\nand\tO\n\n###MEDLINE:952\n\nNF\tB-protein\n",
        expect![[r#""#]],
    );
}

#[test]
fn tags_need_no_type() {
    check("of\tO\nP53\tB\n,\tO\ncolon\tB\ncancer\tI\n\nno\tO\n", expect![[r#""#]]);
    check("of\tO\nP53\tS\n,\tO\ncolon\tB\nbig\tM\ncancer\tE\n", expect![[r#""#]]);
}

#[test]
fn words_stand_before_or_behind_tags() {
    check("O\tshow\nO\tfilms\nB-ACTOR\tada\nI-ACTOR\tking\n", expect![[r#""#]]);
    check("O 0 5 films\nB-Actor 6 9 ada\nI-Actor 10 14 king\n", expect![[r#""#]]);
}

#[test]
fn schemes() {
    check("a I-K\nb O\nc I-K\nd I-K\n", expect![[r#""#]]);
    check("a B-K\nb O\nc I-K\nd B-K\n", expect![[r#""#]]);
    check("a U-K\nb B-K\nc L-K\nd O\n", expect![[r#""#]]);
    check("a W-K\nb B-K\nc M-K\nd E-K\ne O\nf I-K\n", expect![[r#""#]]);
    check("a K-B\nb K-I\nc O\n", expect![[r#""#]]);
    check("a B_K\nb I_K\nc O\n", expect![[r#""#]]);
    check("Ada PERSON\nKing PERSON\nlives O\nin O\nLondon PLACE\nnow O\n", expect![[r#""#]]);
}

#[test]
fn a_column_of_numbers_is_no_column_of_words() {
    check(
        "#\thttp://de.wikipedia.org/a [2009]\n1\tAda\tB-PER\tO\n2\tlebt\tO\tO\n3\tin\tO\tO\n4\tBad\tB-LOC\tB-OTH\n5\tEms\tI-LOC\tO\n\n#\tn-tv.de\n1\tBerlinerisch\tB-LOCderiv\tO\n2\tist\tO\tO\n",
        expect![[r#""#]],
    );
    // Numbers that start again end a sentence where no empty line does.
    check("1 Ada B-K\n2 runs O\n1 Bob B-K\n2 sits O\n", expect![[r#""#]]);
    check("# sent_id = a-1\n# text = Ada's.\n1\tAda\tB-PER\t-\tx\n2\t's\tO\t-\tx\n3\t.\tO\t-\tx\n\n", expect![[r#""#]]);
}

#[test]
fn chunks_are_no_entities() {
    check("EU NNP I-NP I-ORG\nrejects VBZ I-VP O\nGerman JJ I-NP I-MISC\ncall NN I-NP O\n. . O O\n", expect![[r#""#]]);
    check("EU\tI-ORG\tNNP\tI-NP\nrejects\tO\tVBZ\tI-VP\ncalls\tO\tNN\tI-NP\n", expect![[r#""#]]);
    check_columns("EU NNP I-NP I-ORG\nrejects VBZ I-VP O\ncalls NN I-NP O\n", "tag=3", expect![[r#""#]]);
    check_columns("EU NNP I-NP I-ORG\nrejects VBZ I-VP O\ncalls NN I-NP O\n", "word=2,tag=4", expect![[r#""#]]);
    check_columns("EU I-ORG\n", "tag=3", expect![[r#""#]]);
}

#[test]
fn words_may_hold_blanks_between_tabs() {
    check("New York\tB-LOC\nis\tO\nfar\u{a0}off\tO  \r\n\r\n \tO\nBob\tB-PER", expect![[r#""#]]);
    check(
        "Sentence #,Word,POS,Tag\nSentence: 1,Ada,NNP,B-per\n,\",\",\",\",O\n,runs,VB,O\nSentence: 2,\"\"\"\",``,O\n,Rome,NNP,B-geo\n",
        expect![[r#""#]],
    );
}

#[test]
fn a_line_that_does_not_fit_is_named() {
    check("a B-K\n\nb\n\nc O\nd O\n\ne X-K\nf O\n\ng O\nh O\ni O\nj O\n", expect![[r#""#]]);
    check("a\tB-K\n\nb\t\n\nc\tO\nd\tO\ne\tO\nf\tO\ng\tO\n", expect![[r#""#]]);
}

#[test]
fn conll_u() {
    check(
        "# newdoc id = d\n# sent_id = d-1\n# text = Wir fahren zum Zoo.\n1\tWir\tich\tPRON\t_\t_\t2\tnsubj\t_\tNER=O\n2\tfahren\tfahren\tVERB\t_\t_\t0\troot\t_\t_\n3-4\tzum\t_\t_\t_\t_\t_\t_\t_\t_\n3\tzu\tzu\tADP\t_\t_\t5\tcase\t_\t_\n4\tdem\tder\tDET\t_\t_\t5\tdet\t_\tNER=B-LOC\n4.1\tx\tx\tX\t_\t_\t_\t_\t_\t_\n5\tZoo\tZoo\tNOUN\t_\t_\t2\tobl\t_\tNER=I-LOC|SpaceAfter=No\n6\t.\t.\tPUNCT\t_\t_\t2\tpunct\t_\t_\n\n# sent_id = d-2\n1\tJa\tja\tINTJ\t_\t_\t0\troot\t_\tSpaceAfter=No\n2\t!\t!\tPUNCT\t_\t_\t1\tpunct\t_\t_\n\n# newdoc id = e\n1\tAda\tAda\tPROPN\t_\t_\t0\troot\t_\tNER=S-PER\n",
        expect![[r#""#]],
    );
    check(
        "# global.Entity = eid-etype-head-other\n1\tThe\tthe\tDET\t_\t_\t2\tdet\t_\tEntity=(e1-person-2-x\n2\tking\tking\tNOUN\t_\t_\t0\troot\t_\t_\n3\tof\tof\tADP\t_\t_\t4\tcase\t_\t_\n4\tIthaca\tIthaca\tPROPN\t_\t_\t2\tnmod\t_\tEntity=(e2-place-1-x)e1)\n5\tsees\tsee\tVERB\t_\t_\t2\tx\t_\tEntity=(e3[1/2]-event-1\n6\thimself\the\tPRON\t_\t_\t2\tobj\t_\tEntity=e3[1/2])(e1)\n7\tgo\tgo\tVERB\t_\t_\t2\tx\t_\tEntity=(e3[2/2]-event-1)\n",
        expect![[r#""#]],
    );
    check("# global.columns = ID FORM UPOS NER:TYPE\n1\tAda\tPROPN\tB-PER\n2\truns\tVERB\tO\n", expect![[r#""#]]);
}

#[test]
fn conll_2012() {
    check(
        "#begin document (bc/cctv/00/cctv_0000); part 000\nbc/cctv/00/cctv_0000   0   0    In   IN  (TOP(S(PP*   -   -   -   Speaker#1       *    *   -\nbc/cctv/00/cctv_0000   0   1   the   DT      (NP*     -   -   -   Speaker#1   (DATE*   *   (12\nbc/cctv/00/cctv_0000   0   2   May   NN      *))      -   -   -   Speaker#1       *)  *   12)\nbc/cctv/00/cctv_0000   0   3   Ada   NNP     (NP*)    -   -   -   Speaker#1  (PERSON)  *   (12)\n\n#end document\n#begin document (bc/cctv/00/cctv_0000); part 001\nbc/cctv/00/cctv_0000   1   0    Yes   UH  (TOP*)   -   -   -   Speaker#1       *   -\n\n#end document\n",
        expect![[r#""#]],
    );
}

#[test]
fn relations_in_columns_of_their_own() {
    check(
        "#doc 5121\n0\tAda\tB-Peop\t['N']\t[0]\n1\tKing\tI-Peop\t['Live_In', 'Work_For']\t[3, 5]\n2\tof\tO\t['N']\t[2]\n3\tLondon\tB-Loc\t['N']\t[3]\n4\tat\tO\t['N']\t[4]\n5\tIBM\tB-Org\t['OrgBased_In']\t[3]\n#doc 7\n0\tBob\tB-Peop\t['Kill']\t[1]\n1\tsits\tO\t['N']\t[1]\n",
        expect![[r#""#]],
    );
}
