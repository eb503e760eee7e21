//! Arcs as SVG path data.

use crate::layout::{Arc, Point};

/// How far the corner of an arc is rounded.
const ROUND: f32 = 5.0;

/// The lines of an arc as SVG path data, with rounded corners.
pub fn arc_path(arc: &Arc) -> String {
    let mut path = String::new();
    for line in &arc.lines {
        let (Some(first), Some(last)) = (line.first(), line.last()) else { continue };
        path += &format!("M{} {}", first.x, first.y);
        for corner in line.windows(3) {
            let (before, at, after) = (corner[0], corner[1], corner[2]);
            let (from, to) = (rounding_end(at, before), rounding_end(at, after));
            path += &format!("L{} {}Q{} {} {} {}", from.x, from.y, at.x, at.y, to.x, to.y);
        }
        path += &format!("L{} {}", last.x, last.y);
    }
    path
}

/// The point on the way from a corner to the next where its rounding ends.
fn rounding_end(corner: Point, next: Point) -> Point {
    let length = (next.x - corner.x).abs() + (next.y - corner.y).abs();
    let part = if length > 0.0 { ROUND.min(length / 2.0) / length } else { 0.0 };
    Point { x: corner.x + (next.x - corner.x) * part, y: corner.y + (next.y - corner.y) * part }
}
