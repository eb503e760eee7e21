//! The requests of a page, made ready to be shown.

use sinet_protocol::Fetch;

/// Every request, and what they say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// One for each request.
    pub lines: Vec<Line>,
    strangers: usize,
}

/// One request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The address, without the page's own origin.
    pub address: String,
    /// Who asked.
    pub maker: &'static str,
    /// Bytes of the contents.
    pub content_bytes: u64,
    /// Bytes that came over the network.
    pub transferred_bytes: u64,
}

impl Traffic {
    /// The requests of a page at `origin` and its workers, and those of its service worker.
    pub fn new(origin: &str, page: &[Fetch], service: &[Fetch]) -> Self {
        let makers = page.iter().map(|fetch| (fetch, "page"));
        let makers = makers.chain(service.iter().map(|fetch| (fetch, "offline copy")));
        let own = |address: &str| address.strip_prefix(origin).filter(|path| path.starts_with('/')).map(str::to_owned);
        let mut strangers = 0;
        let lines = makers
            // What is written in the page itself is not asked of anybody.
            .filter(|(fetch, _)| !fetch.address.starts_with("data:"))
            .map(|(fetch, maker)| {
                let address = own(&fetch.address);
                strangers += usize::from(address.is_none());
                Line {
                    address: address.unwrap_or_else(|| fetch.address.clone()),
                    maker,
                    content_bytes: fetch.content_bytes,
                    transferred_bytes: fetch.transferred_bytes,
                }
            })
            .collect();
        Self { lines, strangers }
    }

    /// What the requests say together.
    pub fn sentence(&self) -> String {
        let count = match self.lines.len() {
            1 => "1 request".to_owned(),
            count => format!("{count} requests"),
        };
        let transferred = crate::bytes::tell(self.lines.iter().map(|line| line.transferred_bytes).sum());
        let whom = match self.strangers {
            0 => "all to the server of this page and all for its own files; none carries your text".to_owned(),
            strangers => format!("{strangers} of them to other servers, perhaps by an extension of your browser"),
        };
        format!("{count}, {transferred} over the network, {whom}.")
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn fetch(address: &str, transferred_bytes: u64) -> Fetch {
        Fetch { address: address.to_owned(), transferred_bytes, content_bytes: 1000 }
    }

    #[test]
    fn requests_are_told() {
        let page = [fetch("http://a.org/x/index.html", 1300), fetch("data:,", 0), fetch("http://a.org/x/a.wasm", 0)];
        let traffic = Traffic::new("http://a.org", &page, &[fetch("http://a.org/x/a.wasm", 1300)]);
        let told: Vec<_> = traffic.lines.iter().map(|line| format!("{} {}", line.address, line.maker)).collect();
        expect![[r#"
            /x/index.html page
            /x/a.wasm page
            /x/a.wasm offline copy"#]]
        .assert_eq(&told.join("\n"));
        expect!["3 requests, 2.6 kB over the network, all to the server of this page and all for its own files; none carries your text."]
            .assert_eq(&traffic.sentence());
    }

    #[test]
    fn another_server_is_named() {
        let page = [fetch("http://a.org.evil.net/", 1), fetch("https://a.org/x", 1)];
        let traffic = Traffic::new("http://a.org", &page, &[]);
        assert_eq!(traffic.lines[0].address, "http://a.org.evil.net/");
        assert!(traffic.sentence().contains("2 of them to other servers"), "{}", traffic.sentence());
    }
}
