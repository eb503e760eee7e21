use expect_test::{Expect, expect};
use proptest::prelude::*;

use super::*;

/// Ten pixels a letter; `_` joins a word to the one before.
fn words(text: &str) -> Vec<Word> {
    text.split(' ')
        .map(|word| {
            let before = if word.starts_with('_') { Gap::Nothing } else { Gap::Space };
            let text = word.trim_start_matches('_').to_owned();
            Word { width: 10.0 * text.len() as f32, text, before }
        })
        .collect()
}

fn sentence(text: &str, entities: &[(Range<usize>, f32)], relations: &[(usize, usize, f32)]) -> Sentence {
    Sentence {
        words: words(text),
        entities: (entities.iter().cloned()).map(|(words, label_width)| Span { words, label_width }).collect(),
        relations: (relations.iter())
            .map(|&(head, tail, label_width)| Link { head, tail, label_width, symmetric: false })
            .collect(),
        space: 5.0,
        right_to_left: false,
    }
}

/// Draws with one character for 10 by 5 pixels: words as letters, labels as `[`, arcs as `.`, their labels as `#`.
fn draw(sentence: &Sentence, scene: &Scene) -> String {
    let (columns, rows) = ((scene.width / 5.0).ceil() as usize + 1, (scene.height / 5.0).ceil() as usize + 1);
    let mut grid = vec![vec![' '; columns]; rows];
    let mut put = |x: f32, y: f32, character: char| {
        let (column, row) = ((x / 5.0) as usize, (y / 5.0) as usize);
        if let Some(cell) = grid.get_mut(row).and_then(|row| row.get_mut(column)) {
            *cell = character;
        }
    };
    for arc in &scene.arcs {
        for line in &arc.lines {
            for ends in line.windows(2) {
                let steps = ((ends[1].x - ends[0].x).abs() + (ends[1].y - ends[0].y).abs()) as usize;
                for step in 0..=steps {
                    let part = step as f32 / steps.max(1) as f32;
                    let between = |from: f32, to: f32| from + (to - from) * part;
                    put(between(ends[0].x, ends[1].x), between(ends[0].y, ends[1].y), '.');
                }
            }
        }
        for x in 0..arc.label.width as usize {
            put(arc.label.x + x as f32, arc.label.y + arc.label.height / 2.0, '#');
        }
    }
    for label in &scene.labels {
        for x in 0..label.width as usize {
            put(label.x + x as f32, label.y + label.height / 2.0, '=');
        }
    }
    for (word, place) in sentence.words.iter().zip(&scene.words) {
        for (index, letter) in word.text.chars().enumerate() {
            put(place.x + 10.0 * index as f32, place.y - 5.0, letter);
        }
    }
    let lines: Vec<String> = grid.iter().map(|row| row.iter().collect::<String>().trim_end().to_owned()).collect();
    format!("{}\n", lines.join("\n").trim_end())
}

#[track_caller]
fn check(sentence: &Sentence, width: f32, expected: Expect) {
    expected.assert_eq(&draw(sentence, &layout(sentence, width)));
}

#[test]
fn an_arc_rises_above_the_labels() {
    check(
        &sentence("we train parsers with beam search _.", &[(2..3, 40.0), (4..6, 50.0)], &[(1, 0, 60.0)]),
        500.0,
        expect![[r#"

                                .......#############.......
                                .                         .
                                .                         .
                                .                         .
                                                          .
                            =========                ===========



            w e  t r a i n   p a r s e r s  w i t h   b e a m  s e a r c h  .
        "#]],
    );
}

#[test]
fn a_short_arc_lies_under_a_long_one() {
    check(
        &sentence(
            "alpha and beta and gamma",
            &[(0..1, 40.0), (2..3, 40.0), (4..5, 40.0)],
            &[(0, 2, 50.0), (0, 1, 30.0), (1, 2, 30.0)],
        ),
        400.0,
        expect![[r#"

               ..............###########..............
               .                                     .
               .                                     .
               .                                     .
               .......#######...... ....#######..... .
               ..                 . .              . .
               ..                 . .              . .
               ..                   .

            ========           =========        =========



            a l p h a   a n d  b e t a   a n d   g a m m a
        "#]],
    );
}

#[test]
fn an_arc_between_lines_runs_through_the_gutter() {
    check(
        &sentence("alpha beta gamma delta", &[(0..1, 30.0), (3..4, 30.0)], &[(0, 1, 40.0)]),
        150.0,
        expect![[r#"

               ........#########.........
               .                        .
               .                        .
               .                        .
               .                        .
            ======                      .
                                        .
                                        .
                                        .
            a l p h a   b e t a         .
                                        .
                                        .
                                        .
                                        .
                                        .
                                        .
                          ...............
                          .
                          .

                       =======




            g a m m a   d e l t a
        "#]],
    );
}

/// The first figure of the guide had a gap on a phone, where an entity goes on in the next line.
#[test]
fn a_line_on_which_an_entity_only_goes_on_has_no_room_for_its_label() {
    let whole = sentence("alpha beta gamma delta", &[(1..3, 30.0), (2..3, 30.0)], &[]);
    let broken = |entities: &[(Range<usize>, f32)]| layout(&sentence("alpha beta gamma delta", entities, &[]), 100.0);
    let height = |scene: &Scene| scene.words[2].y - scene.words[1].y;
    assert_eq!(layout(&whole, 500.0).words[1].y, layout(&whole, 500.0).words[2].y);
    assert_eq!(height(&broken(&[(1..3, 30.0)])), TEXT + LINE_GAP);
    assert_eq!(height(&broken(&[(1..2, 30.0), (2..3, 30.0)])), TEXT + LINE_GAP + LABEL_ROW);
    // Its mark goes around what is nested in it, with the label of that.
    assert_eq!(height(&broken(&[(1..3, 30.0), (2..3, 30.0)])), TEXT + LINE_GAP + LABEL_ROW);
}

#[test]
fn a_nested_entity_has_its_own_row() {
    let sentence = sentence("speech recognition systems", &[(0..3, 50.0), (0..2, 60.0)], &[]);
    check(
        &sentence,
        400.0,
        expect![[r#"

                         ==========


            ============




            s p e e c h  r e c o g n i t i o n   s y s t e m s
        "#]],
    );
    let marks: Vec<_> = layout(&sentence, 400.0).marks.iter().map(|mark| mark.entity).collect();
    assert_eq!(marks, [0, 1], "the outer box lies behind");
}

#[test]
fn text_from_right_to_left_is_mirrored() {
    let mut sentence = sentence("alpha and beta", &[(0..1, 40.0), (2..3, 40.0)], &[(1, 0, 40.0)]);
    sentence.right_to_left = true;
    check(
        &sentence,
        142.0,
        expect![[r#"

                 .....#########......
                 .                  .
                 .                  .
                 .                  .
                 .
             =========          =========



            b e t a   a n d  a l p h a
        "#]],
    );
}

#[test]
fn punctuation_stays_with_its_word_where_it_can() {
    check(
        &sentence("aaaa bbbb _, _cccc", &[], &[]),
        90.0,
        expect![[r#"


        a a a a






        b b b b ,






        c c c c
    "#]],
    );
    check(
        &sentence("aaaaaaaaa _, b", &[], &[]),
        96.0,
        expect![[r#"


        a a a a a a a a a






        ,  b
    "#]],
    );
}

#[test]
fn nothing_gives_an_empty_scene() {
    assert_eq!(layout(&Sentence::default(), 100.0), Scene { width: 100.0, ..Scene::default() });
}

/// A model that has learned nothing relates everything: the search for places once took minutes then.
#[test]
fn hundreds_of_relations_are_laid_out() {
    let text = vec!["word"; 30].join(" ");
    let entities: Vec<_> = (0..30).map(|word| (word..word + 1, 30.0)).collect();
    let relations: Vec<_> = (0..30)
        .flat_map(|head| (0..30).filter(move |tail| *tail != head).map(move |tail| (head, tail, 60.0)))
        .collect();
    for width in [1200.0, 390.0] {
        let scene = layout(&sentence(&text, &entities, &relations), width);
        assert_eq!(scene.arcs.len(), 870);
        assert!(scene.arcs.iter().all(|arc| arc.label.x >= 0.0));
        let lanes: std::collections::HashSet<_> = scene.arcs.iter().map(|arc| arc.label.y.to_bits()).collect();
        assert!(lanes.len() > 100, "labels do not lie on one another");
    }
}

fn overlap(a: Rect, b: Rect) -> bool {
    const TOUCH: f32 = 0.01;
    a.x + TOUCH < b.right() && b.x + TOUCH < a.right() && a.y + TOUCH < b.bottom() && b.y + TOUCH < a.bottom()
}

/// The box of a stroke, which has no width of its own.
fn stroke(ends: &[Point]) -> Rect {
    let (x, y) = (ends[0].x.min(ends[1].x), ends[0].y.min(ends[1].y));
    Rect { x, y, width: (ends[0].x - ends[1].x).abs(), height: (ends[0].y - ends[1].y).abs() }
}

fn sentences() -> impl Strategy<Value = (Sentence, f32)> {
    let words = prop::collection::vec((1usize..12, prop::bool::weighted(0.15)), 2..40);
    let entities = prop::collection::vec((any::<prop::sample::Index>(), 1usize..5, 25f32..120.0), 0..9);
    let ends = (any::<prop::sample::Index>(), any::<prop::sample::Index>(), 25f32..90.0);
    let relations = prop::collection::vec(ends, 0..9);
    (words, entities, relations, 320f32..900.0, any::<bool>()).prop_map(
        |(words, entities, relations, width, right_to_left)| {
            let words: Vec<Word> = (words.into_iter())
                .map(|(letters, joined)| Word {
                    text: "x".repeat(letters),
                    width: 9.0 * letters as f32,
                    before: if joined { Gap::Nothing } else { Gap::Space },
                })
                .collect();
            let mut spans: Vec<Span> = (entities.into_iter())
                .map(|(start, length, label_width)| {
                    let start = start.index(words.len());
                    Span { words: start..words.len().min(start + length), label_width }
                })
                .collect();
            spans.sort_by_key(|span| (span.words.start, span.words.end));
            spans.dedup_by_key(|span| span.words.clone());
            let mut pairs = std::collections::BTreeMap::new();
            let links = (relations.into_iter())
                .filter(|_| !spans.is_empty())
                .map(|(head, tail, label_width)| (head.index(spans.len()), tail.index(spans.len()), label_width))
                .filter(|(head, tail, _)| head != tail)
                // More than two relations between the same two entities have been seen in no data set.
                .filter(|&(head, tail, _)| {
                    let seen: &mut usize = pairs.entry((head.min(tail), head.max(tail))).or_default();
                    *seen += 1;
                    *seen <= 2
                })
                .map(|(head, tail, label_width)| Link { head, tail, label_width, symmetric: false })
                .collect();
            (Sentence { words, entities: spans, relations: links, space: 4.5, right_to_left }, width)
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn nothing_is_drawn_through_words_or_labels((sentence, width) in sentences()) {
        let scene = layout(&sentence, width);
        let words: Vec<Rect> = (scene.words.iter().zip(&sentence.words))
            .map(|(place, word)| Rect { x: place.x, y: place.y - BASELINE, width: word.width, height: TEXT })
            .collect();
        for (index, label) in scene.labels.iter().enumerate() {
            prop_assert!(words.iter().all(|word| !overlap(*label, *word)), "label {} on a word", index);
            prop_assert!(scene.labels[..index].iter().all(|other| !overlap(*label, *other)), "label {}", index);
        }
        for (index, arc) in scene.arcs.iter().enumerate() {
            prop_assert!(arc.label.x >= 0.0 && arc.label.right() <= width + 0.01);
            prop_assert!(scene.arcs[..index].iter().all(|other| !overlap(arc.label, other.label)), "arc {}", index);
            let strokes: Vec<Rect> = arc.lines.iter().flat_map(|line| line.windows(2)).map(stroke).collect();
            prop_assert!(!strokes.is_empty());
            for stroke in strokes {
                prop_assert!(stroke.right() <= width && stroke.bottom() <= scene.height);
                let thick = Rect { x: stroke.x - 0.5, y: stroke.y - 0.5, width: stroke.width + 1.0, height: stroke.height };
                for other in words.iter().chain(&scene.labels) {
                    prop_assert!(!overlap(thick, *other), "arc {} through {:?}", index, other);
                }
                for other in scene.arcs.iter().filter(|other| !std::ptr::eq(*other, arc)) {
                    prop_assert!(!overlap(thick, other.label), "arc {} through a label", index);
                }
            }
        }
    }

    #[test]
    fn lines_keep_within_their_width((sentence, width) in sentences()) {
        let scene = layout(&sentence, width);
        for (place, word) in scene.words.iter().zip(&sentence.words) {
            prop_assert!(place.x >= 0.0 && place.x + word.width <= width);
        }
        for pair in scene.words.windows(2) {
            let in_order = if sentence.right_to_left { pair[0].x > pair[1].x } else { pair[0].x < pair[1].x };
            prop_assert!(pair[0].y < pair[1].y || in_order, "words keep their order");
        }
    }

    #[test]
    fn a_point_on_a_word_finds_it((sentence, width) in sentences()) {
        let scene = layout(&sentence, width);
        for word in 0..sentence.words.len() {
            let Rect { x, y, width, height } = scene.word_box(&sentence.words, word);
            let middle = Point { x: x + width / 2.0, y: y + height / 2.0 };
            prop_assert_eq!(scene.word_at(&sentence.words, middle), Some(word));
        }
    }
}
