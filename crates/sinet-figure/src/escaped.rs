//! Text within XML and HTML.

/// A text within XML or HTML. Characters that XML does not have become replacement characters.
pub fn escaped(text: &str) -> String {
    let mut written = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => written.push_str("&amp;"),
            '<' => written.push_str("&lt;"),
            '>' => written.push_str("&gt;"),
            '"' => written.push_str("&quot;"),
            '\'' => written.push_str("&#39;"),
            // Vue, MDX, Liquid and mdBook read pairs of braces as code of theirs, also in HTML.
            '{' => written.push_str("&#123;"),
            '}' => written.push_str("&#125;"),
            '\t' | '\n' | '\r' => written.push(character),
            '\0'..' ' | '\u{7f}'..'\u{a0}' | '\u{fffe}' | '\u{ffff}' => written.push('\u{fffd}'),
            other => written.push(other),
        }
    }
    written
}

/// The same on one line: an empty line ends HTML within Markdown.
pub(crate) fn escaped_line(text: &str) -> String {
    let line: Vec<&str> = text.split(['\t', '\n', '\r', ' ']).filter(|part| !part.is_empty()).collect();
    escaped(&line.join(" "))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_left_that_a_reader_of_html_or_of_templates_takes_for_its_own() {
        assert_eq!(
            escaped("<a href=\"x\" b='{{y}}'>&\u{0}"),
            "&lt;a href=&quot;x&quot; b=&#39;&#123;&#123;y&#125;&#125;&#39;&gt;&amp;\u{fffd}"
        );
        assert_eq!(escaped_line(" one\r\n\r\n two\t three \n"), "one two three");
    }
}
