//! The requests of a page, made ready to be shown.

use sinet_protocol::Fetch;

use super::texts::{PIECE, Texts};

/// Every request, and what they say together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// One for each request.
    pub lines: Vec<Line>,
    /// Requests to other servers.
    strangers: usize,
    /// Requests to the page's own server, but not below its folder.
    elsewhere: usize,
    /// Requests whose address holds a piece of a text; `None` where the texts are too long for looking.
    carriers: Option<usize>,
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
    /// The requests of a page in the folder `home` (an address with a closing slash) and its workers, and those of its
    /// service worker, beside the texts that the person has written.
    pub fn new(home: &str, page: &[Fetch], service: &[Fetch], texts: &Texts) -> Self {
        let origin = home.match_indices('/').nth(2).map_or(home, |(end, _)| &home[..end]);
        let makers = page.iter().map(|fetch| (fetch, "page"));
        let makers = makers.chain(service.iter().map(|fetch| (fetch, "offline copy")));
        let own = |address: &str| address.strip_prefix(origin).filter(|path| path.starts_with('/')).map(str::to_owned);
        let (mut strangers, mut elsewhere, mut carriers) = (0, 0, 0);
        let lines = makers
            // Contents of the page itself are asked of nobody.
            .filter(|(fetch, _)| !fetch.address.starts_with("data:"))
            .map(|(fetch, maker)| {
                let address = own(&fetch.address);
                strangers += usize::from(address.is_none());
                elsewhere += usize::from(address.is_some() && !fetch.address.starts_with(home));
                carriers += usize::from(texts.are_in(&fetch.address));
                Line {
                    address: address.unwrap_or_else(|| fetch.address.clone()),
                    maker,
                    content_bytes: fetch.content_bytes,
                    transferred_bytes: fetch.transferred_bytes,
                }
            })
            .collect();
        let carriers = (carriers > 0 || !texts.are_too_long()).then_some(carriers);
        Self { lines, strangers, elsewhere, carriers }
    }

    /// The sum of the requests in words. A page knows addresses and sizes, and says no more than follows from these.
    pub fn sentence(&self) -> String {
        let count = match self.lines.len() {
            1 => "1 request".to_owned(),
            count => format!("{count} requests"),
        };
        let transferred = crate::bytes::tell(self.lines.iter().map(|line| line.transferred_bytes).sum());
        let is_own = self.elsewhere == 0 && self.carriers.is_none_or(|carriers| carriers == 0);
        let whom = match self.strangers {
            0 if is_own => "all to the server of this page and all for its own files".to_owned(),
            0 if self.elsewhere > 0 => {
                format!("all to its server, {} of them for other files than its own", self.elsewhere)
            }
            0 => "all to the server of this page".to_owned(),
            strangers => format!("{strangers} of them to other servers, perhaps by an extension of your browser"),
        };
        let carried = match self.carriers {
            Some(0) => format!("none of their addresses carries a piece ({PIECE} letters or more) of your text"),
            Some(carriers) => format!("{carriers} of them with a piece of your text in the address"),
            None => "your texts are too long to be looked for in the addresses".to_owned(),
        };
        format!("{count}, {transferred} over the network, {whom}; {carried}.")
    }
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    fn fetch(address: &str, transferred_bytes: u64) -> Fetch {
        Fetch { address: address.to_owned(), transferred_bytes, content_bytes: 1000 }
    }

    /// The words of a page at `http://a.org/x/` after these requests, with these texts.
    fn sentence(addresses: &[&str], written: &[&str]) -> String {
        let page: Vec<Fetch> = addresses.iter().map(|address| fetch(address, 1000)).collect();
        let mut texts = Texts::default();
        for text in written {
            texts.add(text);
        }
        Traffic::new("http://a.org/x/", &page, &[], &texts).sentence()
    }

    #[test]
    fn requests_are_told() {
        let page = [fetch("http://a.org/x/index.html", 1300), fetch("data:,", 0), fetch("http://a.org/x/a.wasm", 0)];
        let service = [fetch("http://a.org/x/a.wasm", 1300)];
        let traffic = Traffic::new("http://a.org/x/", &page, &service, &Texts::default());
        let told: Vec<_> = traffic.lines.iter().map(|line| format!("{} {}", line.address, line.maker)).collect();
        expect![[r#"
            /x/index.html page
            /x/a.wasm page
            /x/a.wasm offline copy"#]]
        .assert_eq(&told.join("\n"));
        expect!["3 requests, 2.6 kB over the network, all to the server of this page and all for its own files; none of their addresses carries a piece (12 letters or more) of your text."]
            .assert_eq(&traffic.sentence());
    }

    #[test]
    fn another_server_is_named() {
        let told = sentence(&["http://a.org.evil.net/", "https://a.org/x"], &[]);
        assert!(told.contains("2 of them to other servers"), "{told}");
        let told = sentence(&["http://a.org/x/a.wasm", "http://a.org/count"], &[]);
        assert!(told.contains("all to its server, 1 of them for other files"), "{told}");
    }

    #[test]
    fn b8_a_request_with_a_text_is_counted() {
        let secret = "Anna Lindqvist wohnt in Zürich & liest “SciERC”.";
        let own = "http://a.org/x/sinet.wasm";
        for carrying in [
            "http://a.org/x/x?q=Anna%20Lindqvist%20wohnt%20in%20Z%C3%BCrich",
            "http://a.org/x/x?q=Anna+Lindqvist+wohnt",
            "http://a.org/x/%20Lindqvist%20wohnt%20i",
            "http://a.org/x/x?q=anna_lindqvist_wohnt",
            "http://a.org/x/x?q=Anna%2520Lindqvist%2520wohnt",
        ] {
            // Later texts change nothing.
            let told = sentence(&[own, carrying], &[secret, "Another sentence."]);
            assert!(told.contains("1 of them with a piece of your text"), "{carrying}: {told}");
            assert!(!told.contains("all for its own files") && !told.contains("none"), "{carrying}: {told}");
        }
        let told = sentence(&[own, "http://a.org/x/models/conll04/manifest.json#Anna-Lindqvist-wohnt"], &[secret]);
        assert!(told.contains("none of their addresses carries"), "a fragment is not sent: {told}");
    }

    #[test]
    fn where_nobody_has_looked_nothing_is_claimed() {
        let long: String = (0..200_000).map(|number| format!("{number} ")).collect();
        let told = sentence(&["http://a.org/x/a.wasm"], &[&long]);
        assert!(told.contains("too long to be looked for") && !told.contains("none"), "{told}");
    }
}
