//! What hosts make of the two spellings, as their HTML was seen, and the figure that takes its place.

mod fixture;

use expect_test::expect;
use fixture::{SENTENCE, folder, project};
use sinet_docs::html;
use sinet_docs::render::page;

const SETTINGS: &str = "model = \"scierc\"\n";

/// The HTML of a host with `{}` for the sentence, and the part of it that stays.
const HOSTS: [(&str, &str, &str); 14] = [
    ("mdBook", "<p>a</p>\n<pre><code class=\"language-sinet\">{}\n</code></pre>\n<p>b</p>", "<p>a</p>\n\n<p>b</p>"),
    (
        "rustdoc",
        "<div class=\"docblock\"><div class=\"example-wrap\"><pre class=\"language-sinet\"><code>{}</code></pre></div></div>",
        "<div class=\"docblock\"></div>",
    ),
    (
        "Sphinx",
        "<div class=\"highlight-sinet notranslate\"><div class=\"highlight\"><pre><span></span>{}\n</pre></div>\n</div>\n<p>b</p>",
        "\n<p>b</p>",
    ),
    ("MkDocs", "<pre><code class=\"language-sinet\">{}\n</code></pre>", ""),
    (
        "VitePress",
        "<div class=\"language-sinet vp-adaptive-theme\"><button title=\"Copy Code\" class=\"copy\"></button>\
         <span class=\"lang\">sinet</span><pre class=\"shiki\" v-pre><code><span class=\"line\"><span>{}</span></span></code></pre></div>",
        "",
    ),
    (
        "Jekyll",
        "<div class=\"language-sinet highlighter-rouge\"><div class=\"highlight\"><pre class=\"highlight\"><code>{}\n</code></pre></div></div>x",
        "x",
    ),
    (
        "Starlight",
        "<figure class=\"frame\"><pre data-language=\"sinet\"><code><div class=\"ec-line\"><div class=\"code\">{}</div></div></code></pre></figure>",
        "<figure class=\"frame\"></figure>",
    ),
    (
        "Hugo",
        "<div class=\"highlight\"><pre><code class=\"language-sinet\" data-lang=\"sinet\">{}</code></pre></div>",
        "<div class=\"highlight\"></div>",
    ),
    ("nbconvert", "<pre><code class=\"language-sinet\">sinet\n{}\n</code></pre>", ""),
    ("Python-Markdown", "<ul><li><p><sinet-text model=\"scierc\">{}</sinet-text></p></li></ul>", "<ul><li></li></ul>"),
    (
        "an element",
        "<blockquote><sinet-text model=scierc>\n {}\n</sinet-text></blockquote>",
        "<blockquote></blockquote>",
    ),
    ("in a paragraph", "<p>See <sinet-text>{}</sinet-text> there.</p>", "<p>See  there.</p>"),
    ("words within", "<pre><code class=\"language-sinet\">%| scierc scores\n{}\n</code></pre>", ""),
    ("upper case", "<SINET-TEXT MODEL=scierc>{}</SINET-TEXT>", ""),
];

#[test]
fn every_host_shows_the_figure_and_all_else_stays() {
    let folder = folder(&[("sinet-docs.toml", SETTINGS)], &[SENTENCE]);
    let project = project(&folder);
    for (host, html, rest) in HOSTS {
        let before = html.replace("{}", SENTENCE);
        let page = page(&project, &before, 1).map_err(|problems| format!("{host}: {problems:?}")).unwrap();
        assert_eq!(page.drawn, 1, "{host}");
        let (start, end) = (page.text.find("<link").unwrap(), page.text.rfind("</figure>").unwrap());
        let end = if host == "Starlight" { page.text[..end].rfind("</figure>").unwrap() } else { end };
        let drawn = &page.text[start..end + "</figure>".len()];
        let figure = drawn.strip_prefix("<link rel=\"stylesheet\" href=\"../sinet/sinet.css\">").unwrap();
        assert!(figure.starts_with("<figure class=\"sinet\""), "{host}: {figure}");
        assert!(figure.contains("data-lock=\"") && !figure.contains('\n'), "{host}: {figure}");
        assert_eq!(page.text.replace(drawn, ""), rest, "{host}");
        // A second time there is nothing to do.
        let again = sinet_docs::render::page(&project, &page.text, 1).unwrap();
        assert_eq!((again.text.as_str(), again.drawn, again.has_figures), (page.text.as_str(), 0, true), "{host}");
    }
}

#[test]
fn what_is_no_figure_is_left_alone() {
    let folder = folder(&[("sinet-docs.toml", SETTINGS)], &[]);
    let project = project(&folder);
    for html in [
        "<script>let a = '<sinet-text>x</sinet-text>';</script>",
        "<!-- <sinet-text>x</sinet-text> -->",
        "<style>/* <sinet-text>x</sinet-text> */</style>",
        "<title><sinet-text>x</sinet-text></title>",
        "<textarea><sinet-text>x</sinet-text></textarea>",
        "<pre><code class=\"language-sinetic\">x</code></pre>",
        "<p class=\"language-sinet\">x</p>",
        "<a title='<sinet-text>x</sinet-text>'>sinet</a>",
        "<sinet-texts>x</sinet-texts>",
        "&lt;sinet-text&gt;x&lt;/sinet-text&gt;",
        "<code class=\"language-sinet\">x",
    ] {
        let found = html::read(html, project.models());
        assert!(found.figures.is_empty(), "{html}");
    }
}

/// Found by `tests/fuzz.rs`: the text of the second was taken from behind its end, and drawing it made a fence of the first.
#[test]
fn a_fence_that_others_end_in_is_none() {
    let folder = folder(&[("sinet-docs.toml", SETTINGS)], &[]);
    let project = project(&folder);
    for html in [
        "<code class=language-sinet>a<pre class=language-sinet><code></pre>b</code></pre>",
        "<pre class=language-sinet><code>x</code></div></pre>",
        "<div class=highlight-sinet>a<pre class=language-sinet><code>x</code><div></pre></div>",
    ] {
        let found = html::read(html, project.models());
        assert!(found.figures.is_empty(), "{html}");
    }
}

#[test]
fn links_stand_in_the_head_once() {
    let element = "element = \"https://cdn.example/sinet/\"\nintegrity = \"sha384-x\"\nlive = \"click\"\n";
    let folder = folder(&[("sinet-docs.toml", &format!("{SETTINGS}{element}"))], &[SENTENCE]);
    let html = format!(
        "<!doctype html><html><head><title>t</title></head><body><sinet-text>{SENTENCE}</sinet-text>\
         <sinet-text live=off>{SENTENCE}</sinet-text></body></html>"
    );
    let page = page(&project(&folder), &html, 0).unwrap();
    let head = page.text.split("</head>").next().unwrap();
    expect![[r#"<!doctype html><html><head><title>t</title><link rel="stylesheet" href="sinet/sinet.css"><script src="https://cdn.example/sinet/sinet.js" integrity="sha384-x" crossorigin="anonymous" defer></script>"#]].assert_eq(head);
    assert_eq!((page.drawn, page.has_live), (2, true));
    assert_eq!(page.text.matches(" live").count(), 1, "{}", page.text);
}
