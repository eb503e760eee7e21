//! Files in the ways in which tools really write them, with all that is odd in them.

use expect_test::{Expect, expect};
use sinet_formats::{Format, LabelledDocument, Loss, Options, Predictions, Reader, sniff};

fn shown(document: &LabelledDocument) -> String {
    let mut seen = format!("{:?} {:?}:", document.id, document.text);
    for (index, entity) in document.entities.iter().enumerate() {
        let score = entity.score.map(|score| format!("={score}")).unwrap_or_default();
        let made = if entity.provenance == sinet_formats::Provenance::Model { "/Model" } else { "" };
        seen += &format!(" {:?}/{}{score}{made}", document.entity_text(index).unwrap(), entity.kind);
    }
    for relation in &document.relations {
        seen += &format!(" {}-{}->{}", relation.head, relation.kind, relation.tail);
    }
    seen + "\n"
}

/// Documents, errors and the report of a file in the format that it is recognised to have.
#[track_caller]
fn check_with(options: Options, format: Format, file: &str, expected: Expect) {
    assert_eq!(sniff(file.as_bytes()).map(|sniffed| sniffed.format), Ok(format));
    let mut reader = Reader::new(format, file.as_bytes(), "x", options);
    let told: String = reader
        .by_ref()
        .map(|document| match document {
            Ok(document) => shown(&document),
            Err(error) => format!("{error}\n"),
        })
        .collect();
    expected.assert_eq(&format!("{told}{}", reader.report()));
}

#[track_caller]
fn check(format: Format, file: &str, expected: Expect) {
    check_with(Options::default(), format, file, expected);
}

/// A task of Label Studio about `text` with `result` in its only annotation.
fn task(text: &str, result: &str) -> String {
    format!(
        r#"[{{"id":1,"data":{{"text":{text:?}}},"annotations":[{{"id":7,"was_cancelled":false,"result":[{result}]}}],"predictions":[]}}]"#
    )
}

/// A region of Label Studio.
fn region(id: &str, start: usize, end: usize, text: &str, label: &str) -> String {
    format!(
        r#"{{"id":"{id}","from_name":"label","to_name":"text","type":"labels","origin":"manual","value":{{"start":{start},"end":{end},"text":{text:?},"labels":["{label}"]}}}}"#
    )
}

#[test]
fn label_studio_texts_beside_that_are_stale() {
    let text = "Plain words of a kind\nover two lines.";
    let good = region("a", 0, 5, "Plain", "Q");
    for (start, end, beside) in
        [(6, 11, "ord"), (12, 26, "of a kindover"), (12, 26, "of a kind\\nover"), (5, 11, "words")]
    {
        let file = task(text, &format!("{good},{}", region("b", start, end, beside, "X")));
        let mut reader = Reader::new(Format::LabelStudio, file.as_bytes(), "x", Options::default());
        let document = reader.next().unwrap().unwrap();
        assert_eq!(document.entities.len(), 2, "{beside}");
        assert_eq!((document.entities[1].span.start, document.entities[1].span.end), (start, end), "{beside}");
        assert_eq!(reader.report().count(Loss::OtherTexts), 1, "{beside}");
    }
    check(
        Format::LabelStudio,
        &task("Eva left", &format!("{},{}", region("a", 0, 3, "Bob", "P"), region("b", 4, 8, "came", "Q"))),
        expect![[r#"
            x, line 1, document 1 (1), annotations[0].result[0].value: the file says that 0..3 is "Bob", but its text has "Eva" there; the offsets are wrong in every unit
            0 documents, 0 entities, 0 relations.
            Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
            Nothing is lost.
        "#]],
    );
}

#[test]
fn label_studio_tasks_that_nobody_has_judged() {
    let predicted = r#""predictions":[{"id":1,"result":[{"id":"p","from_name":"label","to_name":"text","type":"labels","origin":"manual","score":0.5,"value":{"start":0,"end":3,"text":"Eva","labels":["P"]}}]}]"#;
    let data = r#""data":{"text":"Eva left"}"#;
    let file = format!(
        r#"[{{"id":1,{data},"annotations":[{{"was_cancelled":true,"result":[]}}],{predicted}}},
            {{"id":2,{data},"completions":[{{"skipped":true,"result":[]}}]}},
            {{"id":3,{data},"annotations":[],"predictions":[]}},
            {{"id":4,{data},"annotations":null,"predictions":null}},
            {{"id":5,{data},"annotations":[],{predicted}}},
            {{"id":6,{data},"annotations":[{{"was_cancelled":null,"result":[]}}],{predicted}}}]"#
    );
    check(
        Format::LabelStudio,
        &file,
        expect![[r#"
        "5" "Eva left": "Eva"/P=0.5/Model
        "6" "Eva left":
        2 documents, 1 entity, 0 relations.
        Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
        2 documents rejected or skipped by the annotator: left out.
        1 prediction beside a person's labels: left out.
        2 documents that nobody has labelled yet: left out.
    "#]],
    );
    let options = Options { predictions: Predictions::LeftOut, ..Options::default() };
    check_with(
        options,
        Format::LabelStudio,
        &file,
        expect![[r#"
        "6" "Eva left":
        1 document, 0 entities, 0 relations.
        Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
        The document has no entity.
        2 documents rejected or skipped by the annotator: left out.
        1 prediction beside a person's labels: left out.
        1 document that only a model has labelled: left out.
        2 documents that nobody has labelled yet: left out.
    "#]],
    );
}

/// Tasks as they are made for Label Studio, before anybody has opened them: no text is without entities because of that.
#[test]
fn label_studio_tasks_before_they_are_labelled() {
    for file in [
        r#"[{"data":{"text":"Eva left"}},{"data":{"text":"Bo sits"}}]"#,
        "{\"data\":{\"text\":\"Eva left\"}}\n{\"data\":{\"text\":\"Bo sits\"}}\n",
        r#"[{"id":1,"data":{"body":"Eva left"},"total_annotations":0},{"id":2,"data":{"body":"Bo sits"},"meta":{}}]"#,
    ] {
        check(
            Format::LabelStudio,
            file,
            expect![[r#"
                0 documents, 0 entities, 0 relations.
                Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
                2 documents that nobody has labelled yet: left out.
            "#]],
        );
    }
}

#[test]
fn label_studio_tasks_with_labels_by_another_name() {
    check(
        Format::LabelStudio,
        r#"[{"id":1,"data":{"text":"Eva left","entities":[[0,3,"P"]],"meta":{},"words":[]}}]"#,
        expect![[r#"
            0 documents, 0 entities, 0 relations.
            Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
            1 document that nobody has labelled yet: left out.
            1 field not read: `data.entities`.
        "#]],
    );
}

/// An export by the interface for programs has the numbers of predictions, not the predictions.
#[test]
fn label_studio_predictions_that_are_numbers() {
    let data = r#""data":{"text":"Eva left"}"#;
    let file = format!(
        r#"[{{"id":1,{data},"annotations":[{{"result":[{}]}}],"drafts":[],"predictions":[1164]}},
            {{"id":2,{data},"annotations":[],"predictions":[1165, "a"]}}]"#,
        region("a", 0, 3, "Eva", "P")
    );
    check(
        Format::LabelStudio,
        &file,
        expect![[r#"
        "1" "Eva left": "Eva"/P
        1 document, 1 entity, 0 relations.
        Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
        Some annotations or predictions are numbers alone: their labels are not in the file.
        1 document that nobody has labelled yet: left out.
    "#]],
    );
}

#[test]
fn label_studio_regions_that_are_odd() {
    let regions = [
        &region("a", 0, 3, "Eva", "P"),
        r#"{"id":"b","type":"labels","source":"$text","value":{"start":"4","end":8.0,"text":"owns","labels":["V"]}}"#,
        r#"{"id":"c","type":"labels","value":{"start":9,"end":13,"text":"Acme"}}"#,
        r#"{"id":"d","type":"labels","value":{"start":9,"end":13,"text":"Acme","labels":null}}"#,
        r#"{"id":"a","type":"labels","value":{"start":9,"end":13,"text":"Acme","labels":["O"]},"score":95,"meta":{"text":["sure"]}}"#,
        r#"{"id":"e","type":"labels","value":{"start":9,"labels":["O"]}}"#,
        r#"{"id":"f","type":"hypertextlabels","value":{"start":"/div[1]/text()[1]","end":"/div[1]/text()[1]","hypertextlabels":["O"]}}"#,
        r#"{"id":"g","type":"textarea","value":{"text":["a note"]}}"#,
        r#"{"type":"relation","from_id":"a","to_id":"b","direction":"left","labels":["r"]}"#,
        r#"{"type":"relation","from_id":"a","to_id":"b","direction":null,"labels":null}"#,
        r#"{"type":"relation","from_id":"a","to_id":"c","direction":"right","labels":["r"]}"#,
        r#"{"type":"relation","from_id":"a","labels":["r"]}"#,
    ];
    check(
        Format::LabelStudio,
        &task("Eva owns Acme", &regions.join(",")),
        expect![[r#"
        "1" "Eva owns Acme": "Eva"/P "owns"/V "Acme"/O=0.95 1-r->0
        1 document, 3 entities, 1 relation.
        Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
        Some scores are percents: they were divided by 100.
        2 relations with an end that is no entity: left out.
        1 relation without a type: left out.
        4 regions other than stretches of text with a type: left out.
        1 note left out.
        1 label without a place in the text: left out.
        1 id given twice in a document: the first was kept.
    "#]],
    );
    check(
        Format::LabelStudio,
        &task("Eva", r#"{"id":"b","type":"labels","value":{"start":-1,"end":3,"labels":["V"]}}"#),
        expect![[r#"
            x, line 1, document 1 (1), annotations[0].result[0].value.start: -1 stands there, but a position in the text is expected
            0 documents, 0 entities, 0 relations.
            Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
            Nothing is lost.
        "#]],
    );
}

#[test]
fn label_studio_texts_of_any_field() {
    let task = |data: &str, regions: &str| {
        format!(r#"[{{"id":1,"data":{{{data}}},"annotations":[{{"result":[{regions}]}}]}}]"#)
    };
    check(
        Format::LabelStudio,
        &task(r#""title":"News","body":"Eva owns Acme","url":"x""#, &region("a", 9, 13, "Acme", "O")),
        expect![[r#"
            "1" "Eva owns Acme": "Acme"/O
            1 document, 1 entity, 0 relations.
            Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
            The text was taken from the field "data.body".
            2 fields not read: `data.url`, `data.title`.
        "#]],
    );
    // Two views of two texts: the labels of one are kept, the others counted.
    let view = |name: &str, region: String| region.replace(r#""to_name":"text""#, &format!(r#""to_name":"{name}""#));
    let regions = [
        view("question", region("a", 0, 3, "Who", "W")),
        view("answer", region("b", 0, 3, "Eva", "P")),
        view("answer", region("c", 9, 13, "Acme", "O")),
    ];
    check(
        Format::LabelStudio,
        &task(r#""q":"Who owns it?","a":"Eva owns Acme""#, &regions.join(",")),
        expect![[r#"
        "1" "Eva owns Acme": "Eva"/P "Acme"/O
        1 document, 2 entities, 0 relations.
        Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
        The text was taken from the field "data.a".
        1 label of another text of the same document: left out.
        1 field not read: `data.q`.
    "#]],
    );
    check(
        Format::LabelStudio,
        &task(r#""a":"x","b":"y""#, ""),
        expect![[r#"
        x, line 1, document 1 (1), data: there is no `text`; the fields are `a`, `b`
        0 documents, 0 entities, 0 relations.
        Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
        Nothing is lost.
    "#]],
    );
    let options = Options { text_field: Some("b".to_owned()), ..Options::default() };
    check_with(
        options,
        Format::LabelStudio,
        &task(r#""a":"x","b":"y""#, ""),
        expect![[r#"
        "1" "y":
        1 document, 0 entities, 0 relations.
        Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
        The text was taken from the field "data.b".
        The document has no entity.
        1 field not read: `data.a`.
    "#]],
    );
}

#[test]
fn label_studio_flat_form() {
    check(
        Format::LabelStudio,
        r#"[{"id":3,"text":"😀 Eva owns Acme","annotator":1,"annotation_id":9,"created_at":"2024","updated_at":"2024","lead_time":1.5,"sentiment":"good",
             "label":[{"start":3,"end":6,"text":"Eva","labels":["P"]},{"start":12,"end":16,"text":"Acme","labels":["O","Q"]}]},
            {"id":4,"text":"None","annotator":1,"annotation_id":10}]"#,
        expect![[r#"
            "3" "😀 Eva owns Acme": "Eva"/P "Acme"/O "Acme"/Q
            "4" "None":
            2 documents, 3 entities, 0 relations.
            Read as Label Studio JSON, which counts in UTF-16 code units, end exclusive.
            1 field not read: `sentiment`.
        "#]],
    );
}

#[test]
fn prodigy_relations_by_token() {
    let tokens = r#""tokens":[{"text":"2","start":0,"end":1,"id":0},{"text":"cups","start":2,"end":6,"id":1},{"text":"rice","start":7,"end":11,"id":2},{"text":",","start":11,"end":12,"id":3},{"text":"salt","start":13,"end":17,"id":4}]"#;
    let spans = r#""spans":[{"start":7,"end":11,"label":"ING"},{"start":13,"end":17,"label":"ING"},{"start":0,"end":6,"label":"AMT"}]"#;
    let relations = r#""relations":[{"head":2,"child":4,"label":"and"},{"head":2,"child":0,"label":"of"},{"head":3,"child":0,"label":"x"}]"#;
    check(
        Format::Prodigy,
        &format!(
            "{{\"text\":\"2 cups rice, salt\",{tokens},{spans},{relations},\"answer\":\"accept\"}}\n{{\"text\":\"2 cups rice, salt\",{spans},{relations}}}"
        ),
        expect![[r#"
            "" "2 cups rice, salt": "rice"/ING "salt"/ING "2 cups"/AMT 0-and->1 0-of->2
            "" "2 cups rice, salt": "rice"/ING "salt"/ING "2 cups"/AMT
            2 documents, 6 entities, 2 relations.
            Read as Prodigy JSONL, which counts in Unicode code points, end exclusive.
            Some relations name tokens, and their documents have none: they are left out.
            4 relations with an end that is no entity: left out.
        "#]],
    );
    // Spans that say their last tokens, in a file without tokens.
    check(
        Format::Prodigy,
        r#"{"text":"Eva owns Acme","spans":[{"start":0,"end":3,"token_end":0,"label":"P"},{"start":9,"end":13,"token_end":2,"label":"O"}],"relations":[{"head":0,"child":2,"label":"owns"}],"answer":"accept"}"#,
        expect![[r#"
            "" "Eva owns Acme": "Eva"/P "Acme"/O 0-owns->1
            1 document, 2 entities, 1 relation.
            Read as Prodigy JSONL, which counts in Unicode code points, end exclusive.
            Nothing is lost.
        "#]],
    );
    // Entities that only relations name.
    check(
        Format::Prodigy,
        r#"{"text":"Eva owns Acme","relations":[{"head":0,"child":2,"label":"owns","head_span":{"start":0,"end":3,"token_start":0,"token_end":0,"label":"P"},"child_span":{"start":9,"end":13,"label":"O"}},{"head":0,"child":1,"label":"x","head_span":{"start":0,"end":3,"label":"P"},"child_span":{"start":4,"end":8,"label":null}}],"answer":"accept"}"#,
        expect![[r#"
            "" "Eva owns Acme": "Eva"/P "Acme"/O 0-owns->1
            1 document, 2 entities, 1 relation.
            Read as Prodigy JSONL, which counts in Unicode code points, end exclusive.
            1 relation with an end that is no entity: left out.
        "#]],
    );
}

/// A script had written an object without positions for each span of a relation, and its entities as tokens.
#[test]
fn prodigy_relations_without_places() {
    check(
        Format::Prodigy,
        r#"{"text":"Eva owns Acme","tokens":[{"text":"Eva","start":0,"end":3,"id":0},{"text":"owns","start":4,"end":8,"id":1},{"text":"Acme","start":9,"end":13,"id":2}],"spans":[{"start":0,"end":3,"label":"P"},{"start":9,"end":13,"label":"O"}],"relations":[{"head":0,"child":2,"label":"owns","head_span":{},"child_span":{}}],"answer":"accept"}
           {"text":"Eva owns Acme","tokens":[{"text":"Acme","start":9,"end":13},{"text":"Eva","start":0,"end":3}],"spans":[{"start":0,"end":3,"label":"P","type":"span"},{"start":9,"end":13,"label":"O","type":"span"}],"relations":[{"head":0,"child":1,"label":"owns","head_span":{},"child_span":null}],"answer":"accept"}"#,
        expect![[r#"
            "" "Eva owns Acme": "Eva"/P "Acme"/O 0-owns->1
            "" "Eva owns Acme": "Eva"/P "Acme"/O
            2 documents, 4 entities, 1 relation.
            Read as Prodigy JSONL, which counts in Unicode code points, end exclusive.
            Some relations name tokens, and their documents have none: they are left out.
            1 document written without word boundaries.
            1 relation with an end that is no entity: left out.
        "#]],
    );
}

#[test]
fn prodigy_tasks_that_nobody_has_judged() {
    check(
        Format::Prodigy,
        r#"{"text":"a","spans":[{"start":0,"end":1,"label":"K"}],"answer":"reject"}
           {"text":"b","spans":[],"answer":"ignore"}
           {"text":"c","_task_hash":1}
           {"text":"d","answer":"accept"}
           {"text":"e","spans":null,"tokens":null,"answer":"accept","accept":["X"],"options":[{"id":"X"}]}
           {"text":"f","spans":[{"text":"f","start":0,"end":1,"label":"K","score":0.5,"source":"core_web","input_hash":1}],"answer":"accept","_is_binary":true,"meta":{"score":0.5}}"#,
        expect![[r#"
            "" "d":
            "" "e":
            "" "f": "f"/K=0.5/Model
            3 documents, 1 entity, 0 relations.
            Read as Prodigy JSONL, which counts in Unicode code points, end exclusive.
            2 documents rejected or skipped by the annotator: left out.
            1 document of which only some stretches were judged: kept.
            1 type of a whole text: left out.
            1 document that nobody has labelled yet: left out.
        "#]],
    );
}

#[test]
fn prodigy_spans_that_are_odd() {
    check(
        Format::Prodigy,
        r#"{"text":"😀 Eva","spans":[{"text":"Eva","start":3,"end":6,"label":"P"},{"start":3,"end":6,"label":null}],"meta":"x"}
           {"text":"Eva owns","tokens":[{"text":"Eva","start":"0","end":"3"},{"text":"owns","start":4,"end":8}],"spans":[{"token_start":1,"token_end":1,"label":"V"},{"start":0,"end":3,"token_start":0,"token_end":1,"label":"P","score":"90%"},{"label":"V"}]}
           {"text":"Eva","spans":[{"start":-1,"end":3,"label":"P"}]}"#,
        expect![[r#"
            "" "😀 Eva": "Eva"/P
            "" "Eva owns": "owns"/V "Eva"/P=0.9/Model
            x, line 3, document 3, spans[0].start: -1 stands there, but a position in the text is expected
            2 documents, 3 entities, 0 relations.
            Read as Prodigy JSONL, which counts in Unicode code points, end exclusive.
            Some documents count in UTF-16 code units, not in Unicode code points: the texts of their entities show it.
            Some scores are percents: they were divided by 100.
            1 region other than stretches of text with a type: left out.
            1 label without a place in the text: left out.
            1 entity with another text beside it than at its place: the place was kept.
        "#]],
    );
}

#[test]
fn pubannotation_tracks() {
    check(
        Format::PubAnnotation,
        r#"[{"target":"http://x/1","sourcedb":"PMC","sourceid":"3","text":"Mice eat oats.","tracks":[{"project":"A","denotations":[]},
             {"project":"B","denotations":[{"id":"T1","span":{"begin":0,"end":4},"obj":"organism"},{"id":"T2","span":{"begin":9,"end":13},"obj":"organism"}],"relations":[{"id":"R1","pred":"eat","subj":"T1","obj":"T2"}]},
             {"project":"C","denotations":[{"id":"T1","span":{"begin":0,"end":4},"obj":"Q"}]}]},
            {"text":"Oats.","project":"B","denotations":[{"id":1,"span":{"begin":"0","end":4.0},"obj":null},{"id":1,"begin":0,"end":4,"obj":"grain"},{"id":"T3","span":{"begin":2,"end":2},"obj":"x"},{"span":null,"obj":"x"}],
             "blocks":[{"id":"B1","span":{"begin":0,"end":5},"obj":"title"}],"attributes":[{"id":"A1"}],"relations":[{"pred":"is","subj":1,"obj":"T9"}],"namespaces":[{"prefix":"_base"}],"note":"x"}]"#,
        expect![[r#"
            "3" "Mice eat oats.": "Mice"/organism "oats"/organism 0-eat->1
            "" "Oats.": "Oats"/ "Oats"/grain
            2 documents, 4 entities, 1 relation.
            Read as PubAnnotation JSON, which counts in Unicode code points, end exclusive.
            1 relation with an end that is no entity: left out.
            1 further annotation of the same text: left out.
            1 attribute left out.
            1 block of text, such as sections: left out.
            1 label without a type: kept with an empty one.
            2 labels without a place in the text: left out.
            1 id given twice in a document: the first was kept.
            1 field not read: `note`.
        "#]],
    );
    check(
        Format::PubAnnotation,
        r#"{"text":"Oats","denotations":[{"id":"T1","span":{"begin":-5,"end":4},"obj":"K"}]}"#,
        expect![[r#"
            x, line 1, document 1, denotations[0].span.begin: -5 stands there, but a position in the text is expected
            0 documents, 0 entities, 0 relations.
            Read as PubAnnotation JSON, which counts in Unicode code points, end exclusive.
            Nothing is lost.
        "#]],
    );
    check(
        Format::PubAnnotation,
        r#"{"text":"Oats","denotations":[{"id":"T1","span":{"begin":0.5,"end":4},"obj":"K"}]}"#,
        expect![[r#"
            x, line 1, document 1, denotations[0].span.begin: 0.5 stands there, but a position in the text is expected
            0 documents, 0 entities, 0 relations.
            Read as PubAnnotation JSON, which counts in Unicode code points, end exclusive.
            Nothing is lost.
        "#]],
    );
}

#[track_caller]
fn check_brat(text: &str, labels: &str, expected: Expect) {
    let seen = match sinet_formats::read_brat("d", text.to_owned(), labels, Options::default()) {
        Ok((document, report)) => format!("{}{report}", shown(&document)),
        Err(error) => error.to_string(),
    };
    expected.assert_eq(&seen);
}

#[test]
fn brat_line_ends_and_marks() {
    check_brat(
        "Eva mends clocks.\r\nShe met Oto.\r\nHe left.\r\n",
        "T1\tP 0 3\tEva\nT2\tP 26 29\tOto\nT3\tP 31 33\tHe\nR1\tMet Arg1:T1 Arg2:T2\n",
        expect![[r#"
            "d" "Eva mends clocks.\r\nShe met Oto.\r\nHe left.\r\n": "Eva"/P "Oto"/P "He"/P 0-Met->1
            1 document, 3 entities, 1 relation.
            Some documents count a line end once, although their text has two characters there: the texts of their entities show it.
            Nothing is lost.
        "#]],
    );
    // Without the texts, by the bounds of words.
    check_brat(
        "Eva mends clocks.\r\nShe met Oto.\r\n",
        "T1\tP 0 3\nT2\tP 26 29\n",
        expect![[r#"
        "d" "Eva mends clocks.\r\nShe met Oto.\r\n": "Eva"/P "Oto"/P
        1 document, 2 entities, 0 relations.
        Some documents count a line end once, although their text has two characters there: the bounds of words show it.
        Nothing is lost.
    "#]],
    );
    check_brat(
        "\u{feff}Eva left",
        "T1\tP 0 3\tEva\n",
        expect![[r#"
        "d" "Eva left": "Eva"/P
        1 document, 1 entity, 0 relations.
        Nothing is lost.
    "#]],
    );
    check_brat(
        "\u{feff}Eva left",
        "\u{feff}T1\tP 1 4\tEva\n",
        expect![[r#"
        "d" "Eva left": "Eva"/P
        1 document, 1 entity, 0 relations.
        Some documents count from 1, or a byte order mark that their text has not: the texts of their entities show it.
        Nothing is lost.
    "#]],
    );
}

#[test]
fn brat_arguments_by_role() {
    check_brat(
        "Eva met Oto in Rome.",
        "T1\tP 0 3\tEva\nT2\tP 8 11\tOto\nT3\tL 15 19\tRome\nR1\tIn Arg1:T1 Arg2:T3\nR2\tIn Arg2:T3 Arg1:T2\t\nR3\tMet Who:T1 Whom:T2\nR4\tMet Whom:T1 Who:T2\nR5\tAll Arg1:T1 Arg2:T2 Arg3:T3\nR6\tOne Arg1:T1\nR7\tIn Arg1:T1 Arg2:T9\n",
        expect![[r#"
            "d" "Eva met Oto in Rome.": "Eva"/P "Oto"/P "Rome"/L 0-In->2 1-In->2 0-Met->1 1-Met->0
            1 document, 3 entities, 4 relations.
            Some relations have other roles than Arg1 and Arg2: the head is the one that annotation.conf, or the first relation of the type, has first.
            2 relations with an end that is no entity: left out.
            1 relation between more than two entities: left out.
        "#]],
    );
}

#[test]
fn brat_lines_by_other_programs() {
    check_brat(
        "Eva owns a new\nfirm in Rome",
        "T1\tP\t0\t3\tEva\nT2\tNew firm 11 19\tnew\nfirm\n\nT3\tL 23 27\nT3\tL 23 27\tRome\nT4\tL 5 5\n*\tEquiv T1 T2\n",
        expect![[r#"
            "d" "Eva owns a new\nfirm in Rome": "Eva"/P "new\nfirm"/New firm "Rome"/L "Rome"/L
            1 document, 4 entities, 0 relations.
            1 group of mentions of the same thing: left out.
            1 label without a place in the text: left out.
            1 id given twice in a document: the first was kept.
        "#]],
    );
    check_brat(
        "Eva",
        "T1 P 0 3 Eva\n",
        expect![[r#"d.ann, line 1: "T1 P 0 3 Eva" is not an entity, as in `T1⇥Type 0 5⇥text`"#]],
    );
}

#[test]
fn spans_with_ragged_edges_are_counted() {
    check(
        Format::Doccano,
        r#"{"text":"Eva owns Acme","label":[[0,4,"P"],[4,7,"V"],[9,13,"O"],[8,12,"X"]]}"#,
        expect![[r#"
            "" "Eva owns Acme": "Eva "/P "own"/V "Acme"/O " Acm"/X
            1 document, 4 entities, 0 relations.
            Read as doccano JSONL, which counts in Unicode code points, end exclusive.
            2 entities beginning or ending in white space: kept so.
            2 entities beginning or ending inside a word: kept so.
        "#]],
    );
}

/// The table of the fields in which each tool keeps ids, hashes, times and names of controls, and no labels: nothing is lost with
/// them.
#[test]
fn what_tools_note_for_themselves_is_not_lost() {
    for (format, file) in [
        (
            Format::Prodigy,
            r#"{"text":"Eva left","meta":{"source":"x"},"_input_hash":1,"_task_hash":-2,"_session_id":null,"_view_id":"ner_manual","_timestamp":1700000000,"_annotator_id":"eva","tokens":[{"text":"Eva","start":0,"end":3,"id":0,"ws":true},{"text":"left","start":4,"end":8,"id":1,"ws":false}],"spans":[{"start":0,"end":3,"token_start":0,"token_end":0,"label":"P"}],"answer":"accept"}"#,
        ),
        (
            Format::LabelStudio,
            r#"[{"id":1,"inner_id":1,"total_annotations":1,"cancelled_annotations":0,"total_predictions":0,"comment_count":0,"comment_authors":[],"created_at":"2024-01-01T00:00:00Z","updated_at":"2024-01-01T00:00:00Z","project":3,"updated_by":1,"file_upload":"x.json","drafts":[],"predictions":[],"meta":{},"data":{"text":"Eva left"},"annotations":[{"id":7,"completed_by":1,"was_cancelled":false,"ground_truth":false,"created_at":"2024-01-01T00:00:00Z","updated_at":"2024-01-01T00:00:00Z","draft_created_at":null,"lead_time":5.5,"prediction":{},"result_count":1,"unique_id":"u","import_id":null,"last_action":null,"bulk_created":false,"task":1,"project":3,"updated_by":1,"parent_prediction":null,"parent_annotation":null,"last_created_by":null,"result":[{"id":"a","from_name":"label","to_name":"text","type":"labels","origin":"manual","value":{"start":0,"end":3,"text":"Eva","labels":["P"]}}]}]}]"#,
        ),
        (
            Format::PubAnnotation,
            r#"{"target":"http://x/1","sourcedb":"PubMed","sourceid":"1","divid":0,"project":"p","namespaces":[{"prefix":"a","uri":"b"}],"text":"Eva left","denotations":[{"id":"T1","span":{"begin":0,"end":3},"obj":"P"}]}"#,
        ),
        (
            Format::Doccano,
            r#"{"id":1,"text":"Eva left","annotations":[{"id":9,"label":"P","start_offset":0,"end_offset":3,"user":1,"prob":0.0,"manual":false,"created_at":"2024-01-01T00:00:00Z","updated_at":"2024-01-01T00:00:00Z"}],"annotation_approver":"eva"}"#,
        ),
    ] {
        let mut reader = Reader::new(format, file.as_bytes(), "x", Options::default());
        assert_eq!(reader.next().unwrap().unwrap().entities.len(), 1, "{format}");
        let lost: Vec<String> = reader.report().sentences().collect();
        assert_eq!(lost, [""; 0], "{format}");
    }
}
