//! A document as one SVG picture, in the page's light colours.

use sinet_text::Types;

use crate::drawn::{Drawn, WIDTH};
use crate::escaped::escaped;
use crate::faces::{FAMILY, Face, weight_and_size};
use crate::layout::{Arc, Point, Rect, Scene};
use crate::path::arc_path;
use crate::picture::{Picture, entity_label, relation_label};
use crate::tones::{TONES, tone};

/// Around the whole picture.
const MARGIN: f32 = 16.0;
/// All sentences, one below the other, on white.
pub fn svg(sentences: &[Drawn], types: &Types) -> String {
    let height: f32 = sentences.iter().map(|drawn| drawn.scene.height).sum();
    let widest = sentences.iter().map(right_edge).fold(WIDTH, f32::max);
    let (width, height) = (widest + 2.0 * MARGIN, height + 2.0 * MARGIN);
    let mut written = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
         font-family=\"{FAMILY}\"><rect width=\"100%\" height=\"100%\" fill=\"#ffffff\"/>\n"
    );
    let mut top = MARGIN;
    for drawn in sentences {
        written += &format!("<g transform=\"translate({MARGIN} {top})\">\n{}</g>\n", content(drawn, types));
        top += drawn.scene.height;
    }
    written + "</svg>\n"
}

/// One sentence as an SVG element within a page, named for those who hear it.
pub fn figure(drawn: &Drawn, types: &Types, name: &str) -> String {
    let (width, height) = (right_edge(drawn).max(WIDTH), drawn.scene.height);
    format!(
        "<svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\" \
         font-family=\"{FAMILY}\">\n{}</svg>\n",
        escaped(name),
        content(drawn, types)
    )
}

fn content(Drawn { picture, sentence, scene, .. }: &Drawn, types: &Types) -> String {
    let mut written = String::new();
    for entity in scene.painting_order() {
        written += &entity_element(picture, scene, entity, types);
    }
    let (weight, size) = weight_and_size(Face::Word);
    written += &format!("<g class=\"words\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"#1c2024\">");
    for (word, Point { x, y }) in sentence.words.iter().zip(&scene.words) {
        written += &format!("<text x=\"{x}\" y=\"{y}\">{}</text>", escaped(&word.text));
    }
    written += "</g>\n";
    for (relation, arc) in picture.relations.iter().zip(&scene.arcs) {
        written += &arc_element(arc, &relation_label(types, relation));
    }
    written
}

fn entity_element(picture: &Picture, scene: &Scene, place: usize, types: &Types) -> String {
    let entity = &picture.entities[place];
    let tone = tone(types, &entity.kind);
    let (fill, ink) = TONES[tone];
    let mut written = format!("<g class=\"entity tone-{tone}\">");
    for mark in scene.marks.iter().filter(|mark| mark.entity == place) {
        let Rect { x, y, width, height } = mark.rect;
        written += &format!(
            "<rect x=\"{x}\" y=\"{y}\" width=\"{width}\" height=\"{height}\" rx=\"4\" fill=\"{fill}\" fill-opacity=\"0.17\" \
             stroke=\"{fill}\" stroke-opacity=\"0.55\"/>"
        );
    }
    let (weight, size) = weight_and_size(Face::EntityLabel);
    let Rect { x, y, .. } = scene.labels[place];
    let label = escaped(&entity_label(types, entity));
    let y = y + 12.0;
    written
        + &format!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"{ink}\">{label}</text></g>\n"
        )
}

fn arc_element(arc: &Arc, label: &str) -> String {
    let mut written = format!(
        "<g class=\"arc\"><path class=\"line\" d=\"{}\" fill=\"none\" stroke=\"#5b636b\" stroke-width=\"1.25\"/>",
        arc_path(arc)
    );
    if let Some(Point { x, y }) = arc.tip {
        let (left, right, top) = (x - 3.5, x + 3.5, y - 6.0);
        written += &format!("<path class=\"arrow\" d=\"M{left} {top}L{right} {top}L{x} {y}Z\" fill=\"#5b636b\"/>");
    }
    let (weight, size) = weight_and_size(Face::ArcLabel);
    let (x, y) = (arc.label.x, arc.label.y + 11.5);
    written
        + &format!(
            "<text x=\"{x}\" y=\"{y}\" font-size=\"{size}\" font-weight=\"{weight}\" fill=\"#575e66\">{}</text></g>\n",
            escaped(label)
        )
}

/// Where the rightmost thing ends: words that no line can hold stick out.
fn right_edge(Drawn { sentence, scene, .. }: &Drawn) -> f32 {
    let words = sentence.words.iter().zip(&scene.words).map(|(word, place)| place.x + word.width);
    words.chain(scene.labels.iter().map(Rect::right)).fold(scene.width, f32::max)
}
