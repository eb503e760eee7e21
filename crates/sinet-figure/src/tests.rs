use expect_test::expect;
use sinet_formats::{LabelledDocument, LabelledEntity, LabelledRelation, Provenance};
use sinet_text::{ByteSpan, TypeName, Types};

use super::*;

fn document() -> LabelledDocument {
    let entity = |kind: &str, start, end| LabelledEntity {
        kind: kind.to_owned(),
        span: ByteSpan { start, end },
        score: Some(0.5),
        provenance: Provenance::Model,
    };
    LabelledDocument {
        entities: vec![entity("<Kind>", 0, 8), entity("B", 16, 17)],
        relations: vec![LabelledRelation {
            kind: "R&D".to_owned(),
            head: 0,
            tail: 1,
            score: None,
            provenance: Provenance::Person,
        }],
        ..LabelledDocument::new("d", "<script> sees a \u{1}b. It's good.")
    }
}

fn types() -> Types {
    let named = |name: &str| TypeName { name: name.to_owned(), verbose: format!("{name}!"), symmetric: false };
    Types { entities: vec![named("<Kind>"), named("B")], relations: vec![named("R&D")] }
}

fn drawn() -> Vec<Drawn> {
    Drawn::all(document(), &types(), |text, _| text.chars().count() as f32 * 8.0)
}

#[test]
fn the_picture_is_whole_and_escaped() {
    expect![[r##"
        <svg xmlns="http://www.w3.org/2000/svg" width="912" height="143" viewBox="0 0 912 143" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"><rect class="ground" width="100%" height="100%" fill="#ffffff"/>
        <g transform="translate(16 16)"><g class="entity tone-0"><rect x="0" y="41" width="70" height="25" rx="4" fill="#0072b2" fill-opacity="0.17" stroke="#0072b2" stroke-opacity="0.7"/><path class="under" d="M3 64H67" stroke="#005a8f" stroke-width="2"/><text x="0" y="37" textLength="56" lengthAdjust="spacingAndGlyphs" font-size="11.5" font-weight="600" fill="#005a8f">&lt;Kind&gt;!</text></g><g class="entity tone-1"><rect x="134" y="41" width="22" height="25" rx="4" fill="#e69f00" fill-opacity="0.17" stroke="#e69f00" stroke-opacity="0.7"/><path class="under" d="M137 64H153" stroke="#805300" stroke-width="2" stroke-dasharray="7 3"/><text x="134" y="37" textLength="16" lengthAdjust="spacingAndGlyphs" font-size="11.5" font-weight="600" fill="#805300">B!</text></g><g class="words" fill="#1c2024" font-size="17"><text y="59"><tspan x="3" textLength="64" lengthAdjust="spacingAndGlyphs">&lt;script&gt;</tspan> <tspan x="78" textLength="32" lengthAdjust="spacingAndGlyphs">sees</tspan> <tspan x="118" textLength="8" lengthAdjust="spacingAndGlyphs">a</tspan> <tspan x="137" textLength="16" lengthAdjust="spacingAndGlyphs">�b</tspan><tspan x="156" textLength="8" lengthAdjust="spacingAndGlyphs">.</tspan></text></g><g class="arc"><path d="M28 25V14.5Q28 9.5 33 9.5H58M112 9.5H137Q142 9.5 142 14.5V20" fill="none" stroke-width="1.25" class="line" stroke="#5b636b"/><path d="M138.5 19H145.5L142 25Z" class="arrow" fill="#5b636b"/><text x="61" y="13.5" textLength="48" lengthAdjust="spacingAndGlyphs" font-size="11.5" fill="#575e66">✓ R&amp;D!</text></g></g>
        <g transform="translate(16 92)"><g class="words" fill="#1c2024" font-size="17"><text y="18"><tspan x="3" textLength="32" lengthAdjust="spacingAndGlyphs">It&#39;s</tspan> <tspan x="43" textLength="40" lengthAdjust="spacingAndGlyphs">good.</tspan></text></g></g>
        </svg>
    "##]].assert_eq(&svg(&drawn(), &types()));
}

#[test]
fn the_page_stands_alone() {
    let page = html(&document(), &drawn(), &types(), "A <title>");
    for forbidden in ["<script", "http://", "https://", "<link", "<img", "url(", "@import", "onload", "\u{1}"] {
        // The one address is the name of SVG's own language.
        let page = page.replace("http://www.w3.org/2000/svg", "");
        assert!(!page.contains(forbidden), "{forbidden}");
    }
    for wanted in [
        "<title>A &lt;title&gt;</title>",
        "&lt;script&gt;",
        "<td dir=\"auto\">R&amp;D!</td>",
        "prefers-color-scheme",
        "@media print",
    ] {
        assert!(page.contains(wanted), "{wanted}");
    }
}
