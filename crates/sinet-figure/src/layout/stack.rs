//! Stacking the finished lines.

use super::arcs::Routes;
use super::flow::{Flow, Place};
use super::{BASELINE, FEET, LABEL_ROW, LANE, LINE_GAP, MARK_PAD, Mark, Point, Rect, Scene, Sentence, TEXT};
use crate::sorted::sorted;

/// Gives every line its height and everything on it its final place.
pub(super) fn stack(sentence: &Sentence, levels: &[usize], flow: Flow, routes: Routes, width: f32) -> Scene {
    let mut text_tops = Vec::with_capacity(flow.rows.len());
    let mut lane_tops = Vec::with_capacity(flow.rows.len());
    let mut y = 0.0;
    for (&rows, &lanes) in flow.rows.iter().zip(&routes.lanes) {
        lane_tops.push(y);
        y += lanes as f32 * LANE + if lanes > 0 { FEET } else { 0.0 } + rows as f32 * LABEL_ROW;
        text_tops.push(y);
        y += TEXT + LINE_GAP;
    }
    let mut scene = Scene { width, height: y, ..Scene::default() };
    scene.words = flow.words.iter().map(|word| Point { x: word.x, y: text_tops[word.line] + BASELINE }).collect();
    scene.labels = (flow.labels.iter().enumerate())
        .map(|(entity, label)| Rect {
            x: label.x,
            y: text_tops[label.line] - (levels[entity] + 1) as f32 * LABEL_ROW,
            width: sentence.entities[entity].label_width,
            height: LABEL_ROW,
        })
        .collect();
    for entity in sorted(levels.len(), &|a, b| levels[b].cmp(&levels[a])) {
        scene.marks.extend(marks(sentence, entity, levels[entity], &flow, &text_tops));
    }
    scene.arcs = routes.draw(&scene.labels, &lane_tops);
    scene
}

/// The right edge of the part of a stretch of words that lies on `line`.
fn end_on_line(sentence: &Sentence, range: &std::ops::Range<usize>, line: usize, words: &[Place]) -> f32 {
    range
        .clone()
        .filter(|&word| words[word].line == line)
        .map(|word| words[word].x + sentence.words[word].width + MARK_PAD)
        .fold(0.0, f32::max)
}

fn marks(sentence: &Sentence, entity: usize, level: usize, flow: &Flow, text_tops: &[f32]) -> Vec<Mark> {
    let range = &sentence.entities[entity].words;
    let lines = flow.words[range.start].line..=flow.words[range.end - 1].line;
    let left = |line| {
        let first = range.clone().find(|&word| flow.words[word].line == line);
        first.map(|word| flow.words[word].x - MARK_PAD)
    };
    lines
        .filter_map(|line| {
            let x = left(line)?;
            let raised = level as f32 * LABEL_ROW;
            let lowered = level as f32 * 2.0;
            let width = end_on_line(sentence, range, line, &flow.words) - x;
            let rect = Rect { x, y: text_tops[line] - raised, width, height: TEXT + raised + lowered };
            Some(Mark { entity, rect })
        })
        .collect()
}
