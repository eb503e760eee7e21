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
        <svg xmlns="http://www.w3.org/2000/svg" width="912" height="143" viewBox="0 0 912 143" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"><rect width="100%" height="100%" fill="#ffffff"/>
        <g transform="translate(16 16)">
        <g class="entity tone-0"><rect x="0" y="41" width="70" height="25" rx="4" fill="#0072b2" fill-opacity="0.17" stroke="#0072b2" stroke-opacity="0.55"/><text x="0" y="37" font-size="11.5" font-weight="600" fill="#005a8f">&lt;Kind&gt;!</text></g>
        <g class="entity tone-1"><rect x="134" y="41" width="14" height="25" rx="4" fill="#e69f00" fill-opacity="0.17" stroke="#e69f00" stroke-opacity="0.55"/><text x="134" y="37" font-size="11.5" font-weight="600" fill="#805300">B!</text></g>
        <g class="words" font-size="17" font-weight="400" fill="#1c2024"><text x="3" y="59">&lt;script&gt;</text><text x="78" y="59">sees</text><text x="118" y="59">a</text><text x="137" y="59">�</text><text x="148" y="59">b</text><text x="156" y="59">.</text></g>
        <g class="arc"><path class="line" d="M28 25L28 14.5Q28 9.5 33 9.5L61 9.5M109 9.5L137 9.5Q142 9.5 142 14.5L142 20" fill="none" stroke="#5b636b" stroke-width="1.25"/><path class="arrow" d="M138.5 19L145.5 19L142 25Z" fill="#5b636b"/><text x="61" y="13.5" font-size="11.5" font-weight="400" fill="#575e66">✓ R&amp;D!</text></g>
        </g>
        <g transform="translate(16 92)">
        <g class="words" font-size="17" font-weight="400" fill="#1c2024"><text x="3" y="18">It</text><text x="19" y="18">&#39;s</text><text x="43" y="18">good</text><text x="75" y="18">.</text></g>
        </g>
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
