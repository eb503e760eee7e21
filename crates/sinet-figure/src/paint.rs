//! A sentence that has been laid out, as elements of SVG.
//!
//! The words of a line are one text with real spaces, so that copying gives the sentence. Each of them has its place and
//! its width said, so that in no font of the reader's they touch.

use sinet_text::Types;

use crate::colours::Colours;
use crate::decimal::number;
use crate::direction::is_right_to_left;
use crate::drawn::Drawn;
use crate::escaped::escaped_line;
use crate::faces::{Face, weight_and_size};
use crate::layout::{Arc, Gap, Point, Rect, TEXT};
use crate::path::arc_path;
use crate::sorted::sorted;
use crate::tones::{LIGHT, tone};

/// The elements of one sentence: entities, the outer ones first, then words, then arcs.
pub(crate) fn paint(drawn: &Drawn, types: &Types, colours: Colours) -> String {
    paint_with_places(drawn, types, colours, &[], &[])
}

/// As [`paint`], each group with the place of its entity or relation in the document, for script to find: the places of the
/// picture's entities, and of its relations.
pub(crate) fn paint_with_places(
    drawn: &Drawn,
    types: &Types,
    colours: Colours,
    entity_places: &[usize],
    relation_places: &[usize],
) -> String {
    let data = |name: &str, places: &[usize], place: usize| {
        places.get(place).map_or(String::new(), |place| format!(" data-{name}=\"{place}\""))
    };
    let entities: String = (drawn.scene.painting_order().into_iter())
        .map(|place| entity(drawn, place, types, colours, &data("entity", entity_places, place)))
        .collect();
    let arcs: String = (drawn.scene.arcs.iter().enumerate())
        .map(|(place, arc)| {
            let label = drawn.picture.relation_label(types, place);
            relation(arc, &label, colours, &data("relation", relation_places, place))
        })
        .collect();
    entities + &words(drawn, colours) + &arcs
}

/// Where the rightmost thing ends, in pixels: words that no line can hold stick out.
pub(crate) fn right_edge(Drawn { sentence, scene, .. }: &Drawn) -> f32 {
    let words = sentence.words.iter().zip(&scene.words).map(|(word, place)| place.x + word.width);
    words.chain(scene.labels.iter().map(Rect::right)).fold(scene.width, f32::max)
}

fn entity(Drawn { picture, scene, .. }: &Drawn, place: usize, types: &Types, colours: Colours, data: &str) -> String {
    let tone = tone(types, &picture.entities[place].kind);
    let ink = colours.label(tone);
    let mut written = format!("<g{}{data}>", colours.groups(tone).0);
    let dashes = match LIGHT[tone].dashes {
        "" => String::new(),
        dashes => format!(" stroke-dasharray=\"{dashes}\""),
    };
    for mark in scene.marks.iter().filter(|mark| mark.entity == place) {
        let Rect { x, y, width, height } = mark.rect;
        let (left, right, bottom) = (number(x + 3.0), number(x + width - 3.0), number(y + height - 2.0));
        let holds_others = height > TEXT;
        let [x, y, width, height] = [x, y, width, height].map(number);
        let place = format!("x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"4\"");
        // Of entities that overlap, the outer ones have the dashes at their edge: lines below the same words would cover each
        // other.
        let own = if holds_others { dashes.as_str() } else { "" };
        written += &format!("<rect {place}{}{own}/>", colours.mark(tone, holds_others));
        if !holds_others {
            written += &format!(
                "<path class=\"under\" d=\"M{left} {bottom}H{right}\" stroke=\"{ink}\" stroke-width=\"2\"{dashes}/>"
            );
        }
    }
    let label = picture.entity_label(types, place);
    written + &text(&label, scene.labels[place], 12.0, Face::EntityLabel, &format!(" fill=\"{ink}\"")) + "</g>"
}

fn relation(arc: &Arc, label: &str, colours: Colours, data: &str) -> String {
    let mut written = format!(
        "<g{}{data}><path d=\"{}\" fill=\"none\" stroke-width=\"1.25\"{}/>",
        colours.groups(0).1,
        arc_path(arc),
        colours.line()
    );
    if let Some(Point { x, y }) = arc.tip {
        let [left, right, top, x, y] = [x - 3.5, x + 3.5, y - 6.0, x, y].map(number);
        written += &format!("<path d=\"M{left} {top}H{right}L{x} {y}Z\"{}/>", colours.tip());
    }
    written + &text(label, arc.label, 11.5, Face::ArcLabel, &colours.arc_label()) + "</g>"
}

/// A label in its place, with its baseline so many pixels below its top.
fn text(label: &str, place: Rect, baseline: f32, face: Face, attributes: &str) -> String {
    let (weight, size) = weight_and_size(face);
    let size = number(size);
    let weight = if weight == 400 { String::new() } else { format!(" font-weight=\"{weight}\"") };
    format!(
        "<text x=\"{}\" y=\"{}\"{} font-size=\"{size}\"{weight}{attributes}>{}</text>",
        number(place.x),
        number(place.y + baseline),
        forced(place.width),
        escaped_line(label)
    )
}

fn words(drawn: &Drawn, colours: Colours) -> String {
    let size = number(weight_and_size(Face::Word).1);
    let y = |part: usize| drawn.scene.words[part].y;
    // On each line in the order in which they are read, whichever way they run.
    let owner = |part: usize| drawn.owners[part];
    let parts = sorted(drawn.owners.len(), &|a, b| y(a).total_cmp(&y(b)).then(owner(a).cmp(&owner(b))));
    let mut lines = parts.chunk_by(|&a, &b| y(a) == y(b)).peekable();
    let mut written = format!("<g{} font-size=\"{size}\">", colours.words());
    while let Some(parts) = lines.next() {
        let next = lines.peek().map(|next| next[0]);
        written += &line(drawn, parts, next);
    }
    written + "</g>"
}

/// One line of words; `next` is the part of a word that follows it on the next line.
///
/// In a line that runs both ways, or to the left, spaces have places of their own: behind their word they would move it.
fn line(drawn: &Drawn, parts: &[usize], next: Option<usize>) -> String {
    let Drawn { sentence, scene, .. } = drawn;
    let placed_spaces =
        sentence.right_to_left || parts.iter().any(|&part| is_right_to_left(&sentence.words[part].text));
    let direction = if sentence.right_to_left { " direction=\"rtl\" text-anchor=\"end\"" } else { "" };
    let extent = |part: usize| {
        let left = scene.words[part].x;
        (left, left + sentence.words[part].width)
    };
    let mut written = format!("<text y=\"{}\"{direction}>", number(scene.words[parts[0]].y));
    let mut done = 0;
    while let Some(&first) = parts.get(done) {
        // What follows without a gap is one word for whoever draws it.
        let joins = |pair: &&[usize]| {
            !placed_spaces && !is_apart(drawn, pair[1]) && (extent(pair[1]).0 - extent(pair[0]).1).abs() < 0.05
        };
        let run = &parts[done..=done + parts[done..].windows(2).take_while(joins).count()];
        done += run.len();
        let text: String = run.iter().map(|&part| sentence.words[part].text.as_str()).collect();
        let (left, right) = (extent(first).0, extent(run[run.len() - 1]).1);
        written += &format!("<tspan x=\"{}\"{}>{}</tspan>", number(left), forced(right - left), escaped_line(&text));
        if let Some(following) = parts.get(done).copied().or(next)
            && is_apart(drawn, following)
        {
            let towards_left = sentence.right_to_left || parts.get(done).is_some_and(|&next| extent(next).0 < left);
            let end = if towards_left { left - sentence.space } else { right };
            written += &if placed_spaces { format!("<tspan x=\"{}\"> </tspan>", number(end)) } else { " ".to_owned() };
        }
    }
    written + "</text>"
}

/// Whether white space parts a word from the one before it in the text.
fn is_apart(Drawn { picture, owners, .. }: &Drawn, part: usize) -> bool {
    let starts_word = part == 0 || owners[part - 1] != owners[part];
    starts_word && picture.texts[owners[part] - picture.words.start].1 == Gap::Space
}

/// The attributes that give a text so many pixels, whatever its font.
fn forced(width: f32) -> String {
    format!(" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\"", number(width))
}
