//! Figures in reStructuredText: directives `.. sinet:: WORDS` with an indented text.

use std::collections::BTreeSet;

use crate::found::Found;
use crate::request::Request;

/// The figures of a file. `models` are the names that a word can be.
pub fn find(source: &str, models: &BTreeSet<String>) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    let lines: Vec<(usize, &str)> = source
        .split_inclusive('\n')
        .map(|line| {
            let start = at;
            at += line.len();
            (start, line.trim_end())
        })
        .collect();
    let mut next = 0;
    while let Some(&(start, line)) = lines.get(next) {
        next += 1;
        let Some(words) = line.trim_start().strip_prefix(".. sinet::") else { continue };
        let margin = indent(line);
        let rest = &lines[next..];
        let length = rest.iter().take_while(|(_, line)| line.is_empty() || indent(line) > margin).count();
        let block = &rest[..length];
        next += length;
        let inner = block.iter().filter(|(_, line)| !line.is_empty()).map(|(_, line)| indent(line)).min().unwrap_or(0);
        let text: Vec<&str> = block.iter().map(|(_, line)| line.get(inner..).unwrap_or_default()).collect();
        let end = block
            .iter()
            .rfind(|(_, line)| !line.is_empty())
            .map_or(start + line.len(), |(start, line)| start + line.len());
        found.push(Found {
            range: start + margin..end,
            line: next - length,
            request: Request::from_words(words, &text.join("\n"), models),
        });
    }
    found
}

/// Bytes of white space before a line's text.
fn indent(line: &str) -> usize {
    line.len() - line.trim_start_matches([' ', '\t']).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directives_hold_what_is_indented() {
        let source = "Title\n=====\n\n.. sinet:: scierc scores\n\n   a\n     b\n\n   é\n\nNext.\n\n- x\n\n  .. sinet::\n\n    c\n  d\n.. sinet:: src=a.json\n.. sinetic:: x\n";
        let models = BTreeSet::from(["scierc".to_owned()]);
        let told: Vec<_> = find(source, &models)
            .into_iter()
            .map(|found| (found.line, source[found.range].len(), found.request.unwrap()))
            .map(|(line, length, request)| (line, length, request.text, request.src.unwrap_or_default()))
            .collect();
        let text = |text: &str| text.to_owned();
        assert_eq!(
            told,
            [(4, 44, text("a\n  b\n\né"), text("")), (15, 17, text("c"), text("")), (19, 21, text(""), text("a.json")),]
        );
    }
}
