//! The little reading of HTML that the build needs: start tags with their attributes, and inline scripts.
//!
//! Over html5gum, which is the tokenizer of the HTML standard and brings nothing along: this crate is compiled before
//! anybody sees a page. Nothing here needs the tree that a whole parser would build.

use std::collections::BTreeMap;
use std::ops::Range;

use html5gum::emitters::default::DefaultEmitter;
use html5gum::{Token, Tokenizer};

/// A start tag.
#[derive(Debug)]
pub struct StartTag {
    /// The attributes, names in lower case.
    pub attributes: BTreeMap<String, String>,
    /// The bytes of the page that the tag takes.
    pub range: Range<usize>,
}

/// The start tags called `name`, in lower case, in the order of the page.
pub fn start_tags(page: &str, name: &str) -> Vec<StartTag> {
    tokens(page).filter_map(|token| start_tag(token, name)).collect()
}

/// The first inline script of a page that a browser would run (a data block such as JSON is none): the bytes of its
/// code, which stand between its tags.
pub fn inline_script(page: &str) -> Option<Range<usize>> {
    let mut opened = None;
    for token in tokens(page) {
        match token {
            Token::EndTag(end) if &**end.name == b"script" => {
                let code = opened.take().map(|start| start..end.span.start);
                if let Some(code) = code.filter(|code| !page[code.clone()].trim().is_empty()) {
                    return Some(code);
                }
            }
            token => {
                if let Some(tag) = start_tag(token, "script") {
                    let kind = tag.attributes.get("type").map_or("module", String::as_str);
                    let runs = kind == "module" || kind.ends_with("javascript");
                    opened = (runs && !tag.attributes.contains_key("src")).then_some(tag.range.end);
                }
            }
        }
    }
    None
}

/// The Content-Security-Policy that a page sets for itself.
pub fn content_security_policy(page: &str) -> Option<String> {
    start_tags(page, "meta").into_iter().find_map(|mut tag| {
        let name = tag.attributes.get("http-equiv")?;
        if name.eq_ignore_ascii_case("content-security-policy") { tag.attributes.remove("content") } else { None }
    })
}

fn tokens(page: &str) -> impl Iterator<Item = Token<usize>> {
    let mut emitter = DefaultEmitter::new_with_span();
    // The code of a script is no HTML.
    emitter.naively_switch_states(true);
    Tokenizer::new_with_emitter(page, emitter).flatten()
}

fn start_tag(token: Token<usize>, name: &str) -> Option<StartTag> {
    let Token::StartTag(tag) = token else { return None };
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let attributes = tag.attributes.iter().map(|(name, value)| (text(name), text(value))).collect();
    (&**tag.name == name.as_bytes()).then_some(StartTag { attributes, range: tag.span.start..tag.span.end })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_told_from_others() {
        let table = [
            ("<script type=\"module\">\nboot()</script>", Some("\nboot()")),
            ("<script type=module crossorigin>boot()</script>", Some("boot()")),
            ("<p>é</p><script>a > b</script>", Some("a > b")),
            ("<script>if (a<b) c('</p>')</script>", Some("if (a<b) c('</p>')")),
            ("<script type=module src=\"a.js\"></script><script type='module'>b</script>", Some("b")),
            ("<!-- <script>a</script> --><script>b</script>", Some("b")),
            ("<script type=\"application/json\">{}</script>", None),
            ("<script src=a.js></script><scripts>x</scripts>", None),
        ];
        for (page, code) in table {
            assert_eq!(inline_script(page).map(|range| &page[range]), code, "{page}");
        }
    }

    #[test]
    fn a_start_tag_knows_its_bytes_and_attributes() {
        let page = "<p>é<link a=\"<x>\"\n  B=c d /><link>";
        let tags = start_tags(page, "link");
        assert_eq!(
            tags.iter().map(|tag| &page[tag.range.clone()]).collect::<Vec<_>>(),
            ["<link a=\"<x>\"\n  B=c d />", "<link>"]
        );
        let attributes: Vec<_> = tags[0].attributes.iter().map(|(name, value)| format!("{name}={value}")).collect();
        assert_eq!(attributes, ["a=<x>", "b=c", "d="]);
    }

    #[test]
    fn the_policy_is_found_however_it_is_quoted() {
        let table = [
            "<meta charset=utf-8><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'; img-src data:\">",
            "<meta content=\"default-src 'self'; img-src data:\" http-equiv=Content-Security-Policy />",
        ];
        for page in table {
            assert_eq!(content_security_policy(page).as_deref(), Some("default-src 'self'; img-src data:"), "{page}");
        }
        assert_eq!(content_security_policy("<meta charset=utf-8>"), None);
    }
}
