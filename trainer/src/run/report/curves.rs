//! Curves as SVG.

use std::fmt::Write;

use sinet_figure::escaped;

/// A named row of points, by ascending x.
pub(super) struct Curve {
    pub(super) name: &'static str,
    pub(super) points: Vec<(f64, f64)>,
}

const WIDTH: f64 = 720.0;
const HEIGHT: f64 = 220.0;
/// Left of the plot, for the numbers of y.
const LEFT: f64 = 64.0;
/// Below the plot, for those of x.
const BOTTOM: f64 = 34.0;
const TOP: f64 = 10.0;
/// As the page's tones of entities, which people with any colour vision can tell apart.
const COLOURS: [&str; 3] = ["#0072b2", "#d55e00", "#009e73"];
const TICKS: usize = 4;

/// A figure with at most three curves from y = 0 on; nothing where there is no point.
pub(super) fn figure(title: &str, x: &str, curves: &[Curve]) -> String {
    let points = || curves.iter().flat_map(|curve| &curve.points);
    let Some((left, _)) = points().copied().reduce(|a, b| if b.0 < a.0 { b } else { a }) else { return String::new() };
    let right = points().map(|point| point.0).fold(left, f64::max);
    let most = points().map(|point| point.1).fold(0.0, f64::max);
    // A single point or a flat zero has no extent of its own.
    let (width, most) = ((right - left).max(1e-9), if most > 0.0 { most } else { 1.0 });
    let place = |x: f64, y: f64| {
        let (across, up) = ((x - left) / width, y / most);
        (LEFT + across * (WIDTH - LEFT - 10.0), HEIGHT - BOTTOM - up * (HEIGHT - BOTTOM - TOP))
    };
    let mut svg = format!(
        "<figure><figcaption>{title}</figcaption>\n<svg role=\"img\" aria-label=\"{title}\" viewBox=\"0 0 {WIDTH} {HEIGHT}\" \
         width=\"{WIDTH}\" height=\"{HEIGHT}\" font-size=\"12\">\n",
        title = escaped(title)
    );
    // Writing to a String cannot fail.
    for tick in 0..=TICKS {
        let at = most * tick as f64 / TICKS as f64;
        let (_, y) = place(left, at);
        let (end, before, middle) = (WIDTH - 10.0, LEFT - 6.0, y + 4.0);
        let _ = writeln!(
            svg,
            "<path class=\"grid\" d=\"M{LEFT} {y:.1}H{end}\"/><text class=\"tick\" x=\"{before}\" y=\"{middle:.1}\" \
             text-anchor=\"end\">{}</text>",
            number(at)
        );
    }
    // Epochs and updates are whole: a few of them get no ticks between.
    let ticks = (width as usize).clamp(1, TICKS);
    for tick in 0..=ticks {
        let at = left + width * tick as f64 / ticks as f64;
        let ((x, _), below) = (place(at, 0.0), HEIGHT - BOTTOM + 16.0);
        let _ = writeln!(svg, "<text class=\"tick\" x=\"{x:.1}\" y=\"{below}\" text-anchor=\"middle\">{at:.0}</text>");
    }
    let (middle, foot) = (LEFT + (WIDTH - LEFT) / 2.0, HEIGHT - 4.0);
    let _ =
        writeln!(svg, "<text class=\"tick\" x=\"{middle}\" y=\"{foot}\" text-anchor=\"middle\">{}</text>", escaped(x));
    for (curve, colour) in curves.iter().zip(COLOURS) {
        let points: Vec<String> =
            curve.points.iter().map(|&(x, y)| place(x, y)).map(|(x, y)| format!("{x:.1} {y:.1}")).collect();
        let _ = writeln!(
            svg,
            "<path fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.75\" d=\"M{}\"/>",
            points.join("L")
        );
    }
    svg.push_str("</svg>\n<p class=\"legend\">");
    for (curve, colour) in curves.iter().zip(COLOURS) {
        let last = curve.points.last().map_or(String::new(), |point| format!(", {} in the end", number(point.1)));
        let _ = write!(svg, "<span style=\"color: {colour}\">■</span> {}{last} ", escaped(curve.name));
    }
    svg + "</p></figure>\n"
}

/// At most so many points: each the mean of a stretch.
pub(super) fn thinned(points: Vec<(f64, f64)>, most: usize) -> Vec<(f64, f64)> {
    let stretch = points.len().div_ceil(most).max(1);
    let mean = |points: &[(f64, f64)]| {
        let n = points.len() as f64;
        (points.iter().map(|point| point.0).sum::<f64>() / n, points.iter().map(|point| point.1).sum::<f64>() / n)
    };
    points.chunks(stretch).map(mean).collect()
}

fn number(value: f64) -> String {
    match value.abs() {
        0.0 => "0".to_owned(),
        small if small < 0.01 => format!("{value:.1e}"),
        small if small < 10.0 => format!("{value:.2}"),
        _ => format!("{value:.1}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_ends_of_a_curve_lie_in_the_corners() {
        let curve = Curve { name: "loss & more", points: vec![(1.0, 0.0), (5.0, 8.0)] };
        let svg = figure("Loss", "updates", &[curve]);
        assert!(svg.contains("d=\"M64.0 186.0L710.0 10.0\""), "{svg}");
        assert!(svg.contains("loss &amp; more, 8.00 in the end"), "{svg}");
        assert_eq!(figure("Loss", "updates", &[]), "");
    }

    #[test]
    fn thinned_points_are_means() {
        let points: Vec<_> = (0..5).map(|i| (f64::from(i), f64::from(2 * i))).collect();
        assert_eq!(thinned(points.clone(), 2), [(1.0, 2.0), (3.5, 7.0)]);
        assert_eq!(thinned(points.clone(), 5), points);
        assert_eq!(thinned(Vec::new(), 5), []);
    }
}
