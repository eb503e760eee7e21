//! A document as a picture for LaTeX.

use std::fmt::Write;

use sinet_formats::LabelledDocument;
use sinet_text::Types;

use crate::decimal::number;
use crate::drawn::Drawn;
use crate::faces::{Face, weight_and_size};
use crate::layout::{Arc, Point, Rect};
use crate::still::WIDE;
use crate::tones::{LIGHT, tone};
use crate::widths::estimated_width;

/// Points of TeX to a pixel: the picture is then as wide as a column of `article`, and its words are nearly 8 points high.
const POINTS: f32 = 0.45;

/// A document as a `tikzpicture`, which needs the package `tikz`, and `fontenc` with T1 for some marks. It is written in
/// the Helvetica of every TeX. A person's labels carry a root sign in place of a tick. Texts beyond Latin letters need
/// LuaLaTeX or XeLaTeX and a font that has them.
///
/// The document has its words: see [`LabelledDocument::with_words`].
///
/// # Panics
///
/// If the document does not pass [`LabelledDocument::check`].
pub fn tikz(document: &LabelledDocument, types: &Types) -> String {
    let sentences = Drawn::within(document.clone(), types, WIDE, estimated_width);
    let mut written = format!(
        "% \\usepackage{{tikz}} in the preamble.\n\
         \\begin{{tikzpicture}}[x={POINTS}pt,y=-{POINTS}pt,\n  \
         every node/.style={{anchor=base west,inner sep=0pt,outer sep=0pt,font=\\fontfamily{{phv}}}}]\n"
    );
    for (number, tone) in LIGHT.iter().enumerate() {
        let [fill, ink] = [tone.fill, tone.ink].map(|colour| colour[1..].to_uppercase());
        let _ = writeln!(
            written,
            "\\definecolor{{sinetfill{number}}}{{HTML}}{{{fill}}}\\definecolor{{sinetink{number}}}{{HTML}}{{{ink}}}"
        );
    }
    let mut top = 0.0;
    for drawn in &sentences {
        let _ = writeln!(written, "\\begin{{scope}}[shift={{(0,{})}}]", number(top));
        written += &sentence(drawn, types);
        written += "\\end{scope}\n";
        top += drawn.scene.height;
    }
    written + "\\end{tikzpicture}\n"
}

fn sentence(drawn: &Drawn, types: &Types) -> String {
    let mut written = String::new();
    for place in drawn.scene.painting_order() {
        let tone = tone(types, &drawn.picture.entities[place].kind);
        for mark in drawn.scene.marks.iter().filter(|mark| mark.entity == place) {
            let Rect { x, y, .. } = mark.rect;
            let [left, top, right, bottom] = [x, y, mark.rect.right(), mark.rect.bottom()].map(number);
            let _ = writeln!(
                written,
                "\\draw[sinetfill{tone},fill=sinetfill{tone},fill opacity=0.17,line width=0.4pt,rounded corners=1.5pt] \
                 ({left},{top}) rectangle ({right},{bottom});"
            );
        }
        let label = drawn.picture.entity_label(types, place);
        written += &node(&label, drawn.scene.labels[place], 12.0, Face::EntityLabel, &format!("sinetink{tone}"));
    }
    for (word, &Point { x, y }) in drawn.sentence.words.iter().zip(&drawn.scene.words) {
        let place = Rect { x, y, width: word.width, height: 0.0 };
        written += &node(&word.text, place, 0.0, Face::Word, "black");
    }
    for (place, arc) in drawn.scene.arcs.iter().enumerate() {
        written += &relation(arc, &drawn.picture.relation_label(types, place));
    }
    written
}

fn relation(arc: &Arc, label: &str) -> String {
    let mut written = String::new();
    for line in &arc.lines {
        let corners: Vec<String> = line.iter().map(point).collect();
        let _ = writeln!(written, "\\draw[gray,line width=0.5pt,rounded corners=2pt] {};", corners.join(" -- "));
    }
    if let Some(tip) = arc.tip {
        let [left, right] = [-3.5, 3.5].map(|aside| point(&Point { x: tip.x + aside, y: tip.y - 6.0 }));
        let _ = writeln!(written, "\\fill[gray] {left} -- {right} -- {} -- cycle;", point(&tip));
    }
    written + &node(label, arc.label, 11.5, Face::ArcLabel, "darkgray")
}

fn point(&Point { x, y }: &Point) -> String {
    format!("({},{})", number(x), number(y))
}

/// A text in its place, with its baseline so many pixels below its top.
fn node(text: &str, place: Rect, baseline: f32, face: Face, colour: &str) -> String {
    let (weight, size) = weight_and_size(face);
    let series = if weight > 500 { "\\bfseries" } else { "" };
    let (x, y) = (number(place.x), number(place.y + baseline));
    let [size, width] = [size, place.width].map(|pixels| number(pixels * POINTS));
    format!(
        "\\node[{colour}] at ({x},{y}) {{\\fontsize{{{size}}}{{{size}}}{series}\\selectfont\\makebox[{width}pt][l]{{{}}}}};\n",
        escaped(text)
    )
}

/// A text that LaTeX takes for nothing but text.
fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\\' => written += "\\textbackslash{}",
            '~' => written += "\\textasciitilde{}",
            '^' => written += "\\textasciicircum{}",
            '<' => written += "\\textless{}",
            '>' => written += "\\textgreater{}",
            '|' => written += "\\textbar{}",
            // Active in some languages, and the beginning of ligatures in all.
            '"' => written += "\\char34{}",
            '-' | '\'' | '`' | '!' | '?' | ',' => {
                written.push(character);
                written += "{}";
            }
            '✓' => written += "$\\surd$",
            '{' | '}' | '$' | '&' | '#' | '_' | '%' => {
                written.push('\\');
                written.push(character);
            }
            character if character.is_control() => written.push(' '),
            other => written.push(other),
        }
    }
    written
}
