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
    .with_words()
}

fn types() -> Types {
    let named = |name: &str| TypeName { name: name.to_owned(), verbose: format!("{name}!"), symmetric: false };
    Types { entities: vec![named("<Kind>"), named("B")], relations: vec![named("R&D")], ..Types::default() }
}

fn drawn() -> Vec<Drawn> {
    Drawn::all(document(), &types(), |text, _| text.chars().count() as f32 * 8.0)
}

#[test]
fn the_picture_is_whole_and_escaped() {
    expect![[r##"
        <svg xmlns="http://www.w3.org/2000/svg" width="912" height="143" viewBox="0 0 912 143" font-family="system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', sans-serif"><rect class="ground" width="100%" height="100%" fill="#ffffff"/>
        <g transform="translate(16 16)"><g class="entity tone-0"><rect x="0" y="41" width="70" height="25" rx="4" fill="#0072b2" fill-opacity="0.17" stroke="#0072b2" stroke-opacity="0.7"/><path class="under" d="M3 64H67" stroke="#005a8f" stroke-width="2"/><text x="0" y="37" textLength="56" lengthAdjust="spacingAndGlyphs" font-size="11.5" font-weight="600" fill="#005a8f">&lt;Kind&gt;!</text></g><g class="entity tone-1"><rect x="134" y="41" width="14" height="25" rx="4" fill="#e69f00" fill-opacity="0.17" stroke="#e69f00" stroke-opacity="0.7"/><path class="under" d="M137 64H145" stroke="#805300" stroke-width="2" stroke-dasharray="7 3"/><text x="134" y="37" textLength="16" lengthAdjust="spacingAndGlyphs" font-size="11.5" font-weight="600" fill="#805300">B!</text></g><g class="words" fill="#1c2024" font-size="17"><text y="59"><tspan x="3" textLength="64" lengthAdjust="spacingAndGlyphs">&lt;script&gt;</tspan> <tspan x="78" textLength="32" lengthAdjust="spacingAndGlyphs">sees</tspan> <tspan x="118" textLength="8" lengthAdjust="spacingAndGlyphs">a</tspan> <tspan x="137" textLength="8" lengthAdjust="spacingAndGlyphs">�</tspan><tspan x="148" textLength="16" lengthAdjust="spacingAndGlyphs">b.</tspan></text></g><g class="arc"><path d="M28 25V14.5Q28 9.5 33 9.5H58M112 9.5H137Q142 9.5 142 14.5V20" fill="none" stroke-width="1.25" class="line" stroke="#5b636b"/><path d="M138.5 19H145.5L142 25Z" class="arrow" fill="#5b636b"/><text x="61" y="13.5" textLength="48" lengthAdjust="spacingAndGlyphs" font-size="11.5" fill="#575e66">✓ R&amp;D!</text></g></g>
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

#[test]
fn a_text_is_drawn_in_plain_characters() {
    let entity = |kind: &str, start, end| LabelledEntity {
        kind: kind.to_owned(),
        span: ByteSpan { start, end },
        score: None,
        provenance: Provenance::Model,
    };
    let relation = |kind: &str, head, tail| LabelledRelation {
        kind: kind.to_owned(),
        head,
        tail,
        score: None,
        provenance: Provenance::Model,
    };
    let text = "The neural speech recognition systems of the University of New South Wales use beam search and 漢字.";
    let place = |covered: &str| text.find(covered).map(|start| (start, start + covered.len())).expect(covered);
    let entities = ["neural speech recognition systems", "speech recognition", "New South Wales", "漢字"].map(place);
    let document = LabelledDocument {
        entities: entities
            .iter()
            .zip(["Method", "Task", "Place", "Term"])
            .map(|(&(start, end), kind)| entity(kind, start, end))
            .collect(),
        relations: vec![relation("part of", 1, 0), relation("near", 2, 0)],
        ..LabelledDocument::new("d", text)
    };
    let types = Types {
        relations: vec![TypeName { name: "near".to_owned(), verbose: "is near".to_owned(), symmetric: true }],
        ..Types::default()
    };
    expect![[r#"
        The neural speech recognition systems of the University of New South Wales use
            ─────────────────────────────────                      ───────────────
            Method                                                 Place
                   ──────────────────
                   Task
        beam search and 漢字.
                        ────
                        Term

        speech recognition (Task), part of, neural speech recognition systems (Method)
        New South Wales (Place) and neural speech recognition systems (Method), is near
        漢字 (Term)
    "#]]
    .assert_eq(&plain_text(&document.clone().with_words(), &types));
    assert_eq!(plain_text(&LabelledDocument::default(), &types), "");

    // Colours have no width: without them it is the same text.
    let document = document.with_words();
    let coloured = coloured_text(&document, &types);
    let parts: Vec<&str> = coloured.split("\x1b[").collect();
    let without: String =
        parts.iter().enumerate().map(|(i, part)| if i == 0 { part } else { part.split_once('m').unwrap().1 }).collect();
    assert_eq!(without, plain_text(&document, &types));
    // The line and the name of each entity, each with its end.
    assert_eq!(parts.len() - 1, 4 * document.entities.len());
}

#[test]
fn latex_takes_texts_for_texts() {
    let document = LabelledDocument {
        entities: vec![LabelledEntity {
            kind: "50% of {A_1}".to_owned(),
            span: ByteSpan { start: 0, end: 6 },
            score: None,
            provenance: Provenance::Person,
        }],
        ..LabelledDocument::new("d", "\\input{x} $1 & #2 ~^ \"a\" --")
    };
    let picture = tikz(&document.with_words(), &Types::default());
    for line in picture.lines() {
        let depth =
            line.replace("\\{", "").replace("\\}", "").chars().fold(0, |depth: i32, character| match character {
                '{' => depth + 1,
                '}' => depth - 1,
                _ => depth,
            });
        assert_eq!(depth, 0, "{line}");
    }
    for wanted in ["$\\surd$ 50\\% of \\{A\\_1\\}", "\\textbackslash{}", "\\$", "\\&", "\\#", "-{}-{}"] {
        assert!(picture.contains(wanted), "{wanted} in {picture}");
    }
    assert!(!picture.contains("\\input"));
}

#[test]
fn files_are_light_dark_or_both() {
    let [light, dark, auto] =
        [Theme::Light, Theme::Dark, Theme::Auto].map(|theme| standalone_svg(&document(), &types(), theme, 400.0));
    assert!(light.contains("fill=\"#ffffff\"") && !light.contains("<style>"));
    assert!(dark.contains("fill=\"#15181b\"") && !dark.contains("#1c2024"));
    assert!(auto.contains("@media (prefers-color-scheme: dark)") && auto.contains(".ground { fill: #15181b; }"));
    for picture in [light, dark, auto] {
        assert!(picture.starts_with("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"400\""), "{picture}");
    }
}

#[cfg(feature = "png")]
#[test]
fn a_png_has_the_pixels_that_were_asked_for() {
    let Ok(fonts) = Fonts::of_system() else { return };
    let picture = png(&document(), &types(), Theme::Light, 400.0, 2.0, &fonts).unwrap();
    assert_eq!(picture[..8], *b"\x89PNG\r\n\x1a\n");
    let width = u32::from_be_bytes(picture[16..20].try_into().unwrap());
    assert_eq!(width, 800);
    // Text is there: more than a ground and boxes, which take hundreds of bytes.
    assert!(picture.len() > 3000, "{}", picture.len());
    let too_large = png(&document(), &types(), Theme::Light, 400.0, 1e6, &fonts).unwrap_err();
    assert!(too_large.to_string().contains("ask for a smaller scale"), "{too_large}");
    assert!(matches!(Fonts::of_file(b"no font".to_vec()), Err(PngError::NoFonts)));
}
