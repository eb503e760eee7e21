//! The little reading of HTML that the build needs: tags of one kind, their attributes, and inline scripts.

use std::ops::Range;

/// A script that stands in the page itself.
pub struct InlineScript<'a> {
    /// Where the whole element lies, in bytes of the page.
    pub element: Range<usize>,
    /// The attributes, as written.
    pub attributes: &'a str,
    /// The code.
    pub code: &'a str,
}

/// The first inline script of a page that a browser would run (a data block such as JSON is none).
pub fn inline_script(page: &str) -> Option<InlineScript<'_>> {
    let mut from = 0;
    while let Some((tag, attributes)) = next_tag(page, from, "script") {
        let close = tag.end + page[tag.end..].find("</script>")?;
        let kind = attribute(attributes, "type").unwrap_or("module");
        let runs = kind == "module" || kind.ends_with("javascript");
        let code = &page[tag.end..close];
        if runs && attribute(attributes, "src").is_none() && !code.trim().is_empty() {
            return Some(InlineScript { element: tag.start..close + "</script>".len(), attributes, code });
        }
        from = close;
    }
    None
}

/// The Content-Security-Policy that a page sets for itself.
pub fn content_security_policy(page: &str) -> Option<&str> {
    let mut from = 0;
    while let Some((tag, attributes)) = next_tag(page, from, "meta") {
        if attribute(attributes, "http-equiv").is_some_and(|name| name.eq_ignore_ascii_case("content-security-policy"))
        {
            return attribute(attributes, "content");
        }
        from = tag.end;
    }
    None
}

/// The next start tag called `name` at or after byte `from`: where it lies, and its attributes as written.
fn next_tag<'a>(page: &'a str, from: usize, name: &str) -> Option<(Range<usize>, &'a str)> {
    let opening = format!("<{name}");
    let mut from = from;
    loop {
        let start = from + page[from..].find(&opening)?;
        let rest = &page[start + opening.len()..];
        if rest.starts_with(|next: char| next.is_ascii_whitespace() || next == '>') {
            let length = tag_end(rest)?;
            return Some((start..start + opening.len() + length + 1, &rest[..length]));
        }
        from = start + opening.len();
    }
}

/// The byte position of the `>` that ends a tag, not one inside a quoted value.
fn tag_end(rest: &str) -> Option<usize> {
    let mut quote = None;
    for (position, character) in rest.char_indices() {
        match (quote, character) {
            (None, '>') => return Some(position),
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), _) if open == character => quote = None,
            _ => {}
        }
    }
    None
}

/// The value of an attribute, quoted either way or bare.
fn attribute<'a>(attributes: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = attributes;
    loop {
        rest = rest.trim_start();
        let end = rest.find(|c: char| c == '=' || c.is_ascii_whitespace()).unwrap_or(rest.len());
        let (found, after) = rest.split_at(end);
        let (value, after) = match after.strip_prefix('=') {
            None => ("", after),
            Some(value) => match value.chars().next() {
                Some(quote @ ('"' | '\'')) => value[1..].split_once(quote)?,
                _ => value.split_at(value.find(|c: char| c.is_ascii_whitespace()).unwrap_or(value.len())),
            },
        };
        if found.eq_ignore_ascii_case(name) {
            return Some(value);
        }
        if after.is_empty() {
            return None;
        }
        rest = after;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn inline_scripts_are_told_from_others() {
        let table = [
            ("<script type=\"module\">\nboot()</script>", Some("\nboot()")),
            ("<script type=module crossorigin>boot()</script>", Some("boot()")),
            ("<script>a > b</script>", Some("a > b")),
            ("<script type=module src=\"a.js\"></script><script type='module'>b</script>", Some("b")),
            ("<script type=\"application/json\">{}</script>", None),
            ("<script src=a.js></script><scripts>x</scripts>", None),
        ];
        for (page, code) in table {
            assert_eq!(inline_script(page).map(|script| script.code), code, "{page}");
        }
    }

    #[test]
    fn an_inline_script_names_its_whole_element() {
        let page = "<p>é<script type=\"module\">x</script></p>";
        assert_eq!(&page[inline_script(page).unwrap().element], "<script type=\"module\">x</script>");
    }

    #[test]
    fn the_policy_is_found_however_it_is_quoted() {
        let table = [
            "<meta charset=utf-8><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'self'; img-src data:\">",
            "<meta content=\"default-src 'self'; img-src data:\" http-equiv=Content-Security-Policy />",
        ];
        for page in table {
            assert_eq!(content_security_policy(page), Some("default-src 'self'; img-src data:"), "{page}");
        }
        assert_eq!(content_security_policy("<meta charset=utf-8>"), None);
    }
}
