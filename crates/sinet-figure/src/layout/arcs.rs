//! Routing arcs through lanes.

use super::flow::Flow;
use super::{ARC_LABEL, Arc, CLEAR, LANE, Point, Rect, Sentence};
use crate::sorted::sorted;

/// Between two columns of the gutter.
const COLUMN: f32 = 8.0;
/// Between the feet of two arcs on one label.
const FOOT_GAP: f32 = 9.0;
/// Between an arc's label and the arc's own line.
const LABEL_GAP: f32 = 3.0;
/// Of the tip that points at a tail: the line stops short of it.
const TIP: f32 = 5.0;

/// The width of a gutter of so many columns.
pub(super) fn gutter_width(columns: usize) -> f32 {
    if columns == 0 { 0.0 } else { COLUMN * (columns as f32 + 0.5) }
}

/// Which way every arc goes, before anybody knows how high the lines are.
pub(super) struct Routes {
    /// For each line its number of lanes.
    pub lanes: Vec<usize>,
    /// Number of columns in the gutter.
    pub columns: usize,
    /// Whether some arc found no way but through another's label.
    pub tangled: bool,
    routes: Vec<Route>,
}

/// The way of one arc.
struct Route {
    head: Foot,
    tail: Foot,
    /// The gutter's column, if head and tail are on two lines.
    column_x: Option<f32>,
    /// Which of the runs carries the label.
    label: Run,
    /// Lane of the run at the head, and at the tail: the same if they are on one line.
    lanes: [usize; 2],
    tip: bool,
}

/// Where an arc stands on an entity's label.
#[derive(Debug, Clone, Copy)]
struct Foot {
    entity: usize,
    line: usize,
    x: f32,
}

/// The part of an arc that lies on one line: along a lane from `left` to `right`, down at `feet`.
#[derive(Debug, Clone)]
struct Run {
    relation: usize,
    line: usize,
    left: f32,
    right: f32,
    feet: Vec<f32>,
    /// Width of the label that it must carry, 0 for none.
    label_width: f32,
    /// Left edge of the label, once placed.
    label_x: f32,
    lane: Option<usize>,
}

/// Finds a way for every relation.
pub(super) fn route(sentence: &Sentence, levels: &[usize], flow: &Flow) -> Routes {
    let feet = feet(sentence, levels, flow);
    let columns = columns(&feet);
    let column_x = |column: usize| flow.width + COLUMN * (column as f32 + 0.5);
    let column_count = columns.iter().flatten().map(|column| column + 1).max().unwrap_or(0);
    let mut runs = Vec::new();
    for (relation, (link, &[head, tail])) in sentence.relations.iter().zip(&feet).enumerate() {
        let run = |line, left: f32, right: f32, feet, label_width| Run {
            relation,
            line,
            left,
            right,
            feet,
            label_width,
            label_x: 0.0,
            lane: None,
        };
        match columns[relation] {
            None => {
                let (left, right) = (head.x.min(tail.x), head.x.max(tail.x));
                runs.push(run(head.line, left, right, vec![left, right], link.label_width));
            }
            Some(column) => {
                let x = column_x(column);
                // The longer run has more room for the label.
                let at_head = head.x <= tail.x;
                let widths = if at_head { [link.label_width, 0.0] } else { [0.0, link.label_width] };
                for (foot, width) in [head, tail].into_iter().zip(widths) {
                    runs.push(run(foot.line, foot.x, x, vec![foot.x], width));
                }
            }
        }
    }
    let mut lanes = vec![0; flow.rows.len()];
    let mut tangled = false;
    for (line, lanes) in lanes.iter_mut().enumerate() {
        let mut on_line: Vec<&mut Run> = runs.iter_mut().filter(|run| run.line == line).collect();
        tangled |= !assign_lanes(&mut on_line, flow.width);
        *lanes = on_line.iter().filter_map(|run| run.lane).max().map_or(0, |lane| lane + 1);
    }
    let routes = (feet.iter().enumerate())
        .map(|(relation, &[head, tail])| {
            let own = |line| runs.iter().find(move |run| run.relation == relation && run.line == line);
            let lane = |line| own(line).and_then(|run| run.lane).unwrap_or(0);
            let label = runs
                .iter()
                .filter(|run| run.relation == relation)
                .max_by(|a, b| a.label_width.total_cmp(&b.label_width));
            Route {
                head,
                tail,
                column_x: columns[relation].map(column_x),
                label: label.expect("every relation has a run").clone(),
                lanes: [lane(head.line), lane(tail.line)],
                tip: !sentence.relations[relation].symmetric,
            }
        })
        .collect();
    Routes { lanes, columns: column_count, tangled, routes }
}

impl Routes {
    /// The arcs on their final places, given those of the entity labels and the top of every line's lanes.
    pub fn draw(&self, labels: &[Rect], lane_tops: &[f32]) -> Vec<Arc> {
        let lane_y =
            |line: usize, lane: usize| lane_tops[line] + (self.lanes[line] - 1 - lane) as f32 * LANE + LANE / 2.0;
        let draw = |route: &Route| {
            let Route { head, tail, .. } = *route;
            let foot = |foot: Foot| Point { x: foot.x, y: labels[foot.entity].y };
            let [head_y, tail_y] = [lane_y(head.line, route.lanes[0]), lane_y(tail.line, route.lanes[1])];
            let mut corners = vec![foot(head), Point { x: head.x, y: head_y }];
            if let Some(x) = route.column_x {
                corners.extend([Point { x, y: head_y }, Point { x, y: tail_y }]);
            }
            corners.push(Point { x: tail.x, y: tail_y });
            let tip = foot(tail);
            corners.push(if route.tip { Point { y: tip.y - TIP, ..tip } } else { tip });
            let run = &route.label;
            let label = Rect {
                x: run.label_x,
                y: lane_y(run.line, run.lane.unwrap_or(0)) - ARC_LABEL / 2.0,
                width: run.label_width,
                height: ARC_LABEL,
            };
            let cleared = Rect { x: label.x - LABEL_GAP, width: label.width + 2.0 * LABEL_GAP, ..label };
            Arc { lines: cut(&corners, cleared), label, tip: route.tip.then_some(tip) }
        };
        self.routes.iter().map(draw).collect()
    }
}

/// Where head and tail of every relation stand.
///
/// The feet on one label are ordered so that arcs from it need not cross: those to the left of the label stand
/// left, the nearest leftmost; those to the right stand right, the nearest rightmost.
fn feet(sentence: &Sentence, levels: &[usize], flow: &Flow) -> Vec<[Foot; 2]> {
    let mut ends: Vec<Vec<(f32, usize, usize)>> = vec![Vec::new(); sentence.entities.len()];
    for (relation, link) in sentence.relations.iter().enumerate() {
        for (end, own, other) in [(0, link.head, link.tail), (1, link.tail, link.head)] {
            let (from, to) = (flow.labels[own], flow.labels[other]);
            let way = if from.line != to.line { f32::INFINITY } else { to.x - from.x };
            ends[own].push((way, relation, end));
        }
    }
    let mut feet = vec![[Foot { entity: 0, line: 0, x: 0.0 }; 2]; sentence.relations.len()];
    for (entity, ends) in ends.iter().enumerate() {
        let order = sorted(ends.len(), &|a, b| {
            let (a, b) = (ends[a], ends[b]);
            let rightward = |way: f32| way >= 0.0;
            rightward(a.0).cmp(&rightward(b.0)).then(b.0.total_cmp(&a.0)).then(a.1.cmp(&b.1))
        });
        let (left, right) = foothold(sentence, levels, flow, entity);
        let gap = FOOT_GAP.min((right - left) / (ends.len() as f32 + 1.0));
        let first = (left + right - gap * (ends.len() as f32 - 1.0)) / 2.0;
        for (place, (_, relation, end)) in order.into_iter().map(|own| ends[own]).enumerate() {
            feet[relation][end] = Foot { entity, line: flow.labels[entity].line, x: first + gap * place as f32 };
        }
    }
    feet
}

/// The widest part of an entity's label that no other label stands above.
fn foothold(sentence: &Sentence, levels: &[usize], flow: &Flow, entity: usize) -> (f32, f32) {
    let extent = |entity: usize| {
        let x = flow.labels[entity].x;
        (x, x + sentence.entities[entity].label_width)
    };
    let (mut left, right) = extent(entity);
    let above: Vec<(f32, f32)> = (0..sentence.entities.len())
        .filter(|&other| levels[other] > levels[entity] && flow.labels[other].line == flow.labels[entity].line)
        .map(extent)
        .filter(|other| other.0 < right && left < other.1)
        .collect();
    let from_left = sorted(above.len(), &|a, b| above[a].0.total_cmp(&above[b].0));
    let mut best = (left, left);
    for (from, to) in from_left.into_iter().map(|other| above[other]).chain([(right, right)]) {
        if from - left > best.1 - best.0 {
            best = (left, from);
        }
        left = left.max(to);
    }
    if best.0 < best.1 { best } else { extent(entity) }
}

/// For each relation between two lines the column of the gutter in which it changes lines.
fn columns(feet: &[[Foot; 2]]) -> Vec<Option<usize>> {
    let mut taken: Vec<Vec<(usize, usize)>> = Vec::new();
    let mut columns = vec![None; feet.len()];
    let crossing: Vec<(usize, usize, usize)> = (feet.iter().enumerate())
        .filter(|(_, [head, tail])| head.line != tail.line)
        .map(|(relation, [head, tail])| (head.line.min(tail.line), head.line.max(tail.line), relation))
        .collect();
    let key = |place: usize| {
        let (top, bottom, relation) = crossing[place];
        (bottom - top, top, relation)
    };
    for place in sorted(crossing.len(), &|a, b| key(a).cmp(&key(b))) {
        let (top, bottom, relation) = crossing[place];
        let free = |column: &Vec<(usize, usize)>| column.iter().all(|&(a, b)| b < top || bottom < a);
        let column = taken.iter().position(free).unwrap_or_else(|| {
            taken.push(Vec::new());
            taken.len() - 1
        });
        taken[column].push((top, bottom));
        columns[relation] = Some(column);
    }
    columns
}

/// Gives every run of one line a lane and its label a place, and says whether all labels are clear of other arcs.
///
/// Short runs come first and so lie low. A label keeps clear of the feet of all runs that pass its lane on
/// their way down; a run that finds no such place waits until those in its way have been placed.
fn assign_lanes(runs: &mut [&mut Run], right_edge: f32) -> bool {
    if runs.len() > SEARCHED_RUNS {
        stack_lanes(runs, right_edge);
        return true;
    }
    let mut clear = true;
    let mut waiting = shortest_first(runs);
    let mut top = runs.len();
    while !waiting.is_empty() {
        let low = waiting.iter().enumerate().find_map(|(place, &run)| {
            (0..top).find_map(|lane| Some((place, lane, label_place(runs, run, lane, right_edge, true)?)))
        });
        let (place, lane, label_x) = low.unwrap_or_else(|| {
            // Everyone is in somebody's way. One goes to the top, which nobody passes: the longest, if it can.
            top -= 1;
            let high = (waiting.iter().enumerate().rev())
                .find_map(|(place, &run)| Some((place, top, label_place(runs, run, top, right_edge, false)?)));
            clear &= high.is_some();
            high.unwrap_or((waiting.len() - 1, top, 0.0))
        });
        let run = waiting.remove(place);
        runs[run].lane = Some(lane);
        runs[run].label_x = label_x;
    }
    // Close the empty lanes.
    let mut is_used = vec![false; runs.len()];
    for lane in runs.iter().filter_map(|run| run.lane) {
        is_used[lane] = true;
    }
    for run in runs {
        run.lane = run.lane.map(|lane| is_used[..lane].iter().filter(|is_used| **is_used).count());
    }
    clear
}

/// From so many runs on a line on, none is searched a place for: that takes minutes, and nobody can follow so many.
const SEARCHED_RUNS: usize = 24;

/// Gives every run a lane of its own, short ones low, and its label the middle of it.
fn stack_lanes(runs: &mut [&mut Run], right_edge: f32) {
    for (lane, run) in shortest_first(runs).into_iter().enumerate() {
        let run = &mut runs[run];
        run.lane = Some(lane);
        let middle = (run.left + run.right - run.label_width) / 2.0;
        run.label_x = middle.min(right_edge - run.label_width).max(0.0);
    }
}

/// The runs by their lengths.
fn shortest_first(runs: &[&mut Run]) -> Vec<usize> {
    let length = |run: usize| runs[run].right - runs[run].left;
    sorted(runs.len(), &|a, b| length(a).total_cmp(&length(b)))
}

/// Where in `lane` the label of `run` can stand, if the run can have that lane at all. Runs without a lane may
/// come to pass this one, if `others_may_pass`.
fn label_place(runs: &[&mut Run], run: usize, lane: usize, right_edge: f32, others_may_pass: bool) -> Option<f32> {
    let own = &runs[run];
    let others = || runs.iter().enumerate().filter(|&(other, _)| other != run).map(|(_, other)| &**other);
    let through_a_label = others()
        .any(|other| other.lane.is_some_and(|below| below < lane) && own.feet.iter().any(|&x| other.label_holds(x)));
    if through_a_label {
        return None;
    }
    let beside: Vec<(f32, f32)> = others().filter(|other| other.lane == Some(lane)).map(Run::extent).collect();
    let fits = |left: f32, right: f32| beside.iter().all(|&(from, to)| right + CLEAR <= from || to + CLEAR <= left);
    if own.label_width == 0.0 {
        return fits(own.left, own.right).then_some(own.left);
    }
    let passing: Vec<f32> = others()
        .filter(|other| other.lane.map_or(others_may_pass, |above| above > lane))
        .flat_map(|other| other.feet.iter().copied())
        .collect();
    let width = own.label_width;
    let centre = (own.left + own.right - width) / 2.0;
    let mut places = vec![centre, 0.0, right_edge - width];
    places.extend(passing.iter().flat_map(|&x| [x + CLEAR, x - CLEAR - width]));
    places.extend(beside.iter().flat_map(|&(from, to)| [to + CLEAR, from - CLEAR - width]));
    places
        .into_iter()
        .filter(|&x| x >= 0.0 && x + width <= right_edge)
        .filter(|&x| x < own.right && own.left < x + width)
        .filter(|&x| passing.iter().all(|&foot| foot <= x - CLEAR || x + width + CLEAR <= foot))
        .filter(|&x| fits(own.left.min(x), own.right.max(x + width)))
        .min_by(|a, b| (a - centre).abs().total_cmp(&(b - centre).abs()))
}

impl Run {
    /// The stretch of its lane that it takes, label included.
    fn extent(&self) -> (f32, f32) {
        if self.label_width == 0.0 {
            return (self.left, self.right);
        }
        (self.left.min(self.label_x), self.right.max(self.label_x + self.label_width))
    }

    fn label_holds(&self, x: f32) -> bool {
        self.label_width > 0.0 && self.label_x - CLEAR < x && x < self.label_x + self.label_width + CLEAR
    }
}

/// The parts of a line of upright and level strokes that lie outside of `label`.
fn cut(corners: &[Point], label: Rect) -> Vec<Vec<Point>> {
    let mut parts: Vec<Vec<Point>> = vec![vec![corners[0]]];
    for stroke in corners.windows(2) {
        let (from, to) = (stroke[0], stroke[1]);
        let Some((enter, leave)) = crossing(from, to, label) else {
            parts.last_mut().expect("starts with one part").push(to);
            continue;
        };
        if enter != from {
            parts.last_mut().expect("starts with one part").push(enter);
        }
        parts.push(vec![leave]);
        if leave != to {
            parts.last_mut().expect("has just been pushed").push(to);
        }
    }
    parts.retain(|part| part.len() > 1);
    parts
}

/// The first and last point of a stroke inside a rectangle.
fn crossing(from: Point, to: Point, rect: Rect) -> Option<(Point, Point)> {
    let within = |x: f32, y: f32| rect.x <= x && x <= rect.right() && rect.y <= y && y <= rect.bottom();
    let clamp =
        |point: Point| Point { x: point.x.max(rect.x).min(rect.right()), y: point.y.max(rect.y).min(rect.bottom()) };
    let (enter, leave) = (clamp(from), clamp(to));
    // A level or upright stroke meets the rectangle exactly if its clamped ends lie on it.
    let on_stroke = |point: Point| {
        within(point.x, point.y)
            && (from.x.min(to.x)..=from.x.max(to.x)).contains(&point.x)
            && (from.y.min(to.y)..=from.y.max(to.y)).contains(&point.y)
    };
    (on_stroke(enter) && on_stroke(leave)).then_some((enter, leave))
}
