//! Arcs as SVG path data.

use crate::decimal::number;
use crate::layout::{Arc, Point};

/// How far the corner of an arc is rounded.
const ROUND: f32 = 5.0;

/// The lines of an arc as SVG path data, with rounded corners: level and upright strokes.
pub fn arc_path(arc: &Arc) -> String {
    let mut path = String::new();
    for line in &arc.lines {
        let (Some(&first), Some(&last)) = (line.first(), line.last()) else { continue };
        path += &format!("M{} {}", number(first.x), number(first.y));
        let mut here = first;
        for corner in line.windows(3) {
            let (before, at, after) = (corner[0], corner[1], corner[2]);
            let (from, to) = (rounding_end(at, before), rounding_end(at, after));
            let curve = [at.x, at.y, to.x, to.y].map(|value| number(value).to_string());
            path += &stroke(here, from);
            path += &format!("Q{}", curve.join(" "));
            here = to;
        }
        path += &stroke(here, last);
    }
    path
}

/// The command for a level or an upright stroke.
fn stroke(from: Point, to: Point) -> String {
    if (from.y - to.y).abs() <= (from.x - to.x).abs() {
        format!("H{}", number(to.x))
    } else {
        format!("V{}", number(to.y))
    }
}

/// The point on the way from a corner to the next where its rounding ends.
fn rounding_end(corner: Point, next: Point) -> Point {
    let length = (next.x - corner.x).abs() + (next.y - corner.y).abs();
    let part = if length > 0.0 { ROUND.min(length / 2.0) / length } else { 0.0 };
    Point { x: corner.x + (next.x - corner.x) * part, y: corner.y + (next.y - corner.y) * part }
}
