//! A small static server on this computer, over a page that may not be built yet.
//!
//! tiny_http, because it brings no runtime along: this crate is compiled before anybody sees a page.

use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, RwLock};
use std::thread;

use anyhow::{Context, Result, anyhow};
use tiny_http::{Header, Request, Response};

use crate::{guide, html};

/// Answers requests until the program ends.
pub struct Server {
    address: String,
    page: Arc<RwLock<Option<Arc<Page>>>>,
}

/// A folder that is served.
struct Page {
    folder: PathBuf,
    /// The page's Content-Security-Policy, said in a header too.
    policy: Option<String>,
}

impl Server {
    /// Takes a port of 127.0.0.1. Until there is a page, a browser is told so and asks again by itself.
    ///
    /// # Errors
    /// When the port is in use.
    pub fn listen(port: u16) -> Result<Self> {
        let server = tiny_http::Server::http((Ipv4Addr::LOCALHOST, port))
            .map_err(|error| anyhow!("cannot listen on port {port} ({error}): choose another with --port"))?;
        let address = format!("http://{}/", server.server_addr());
        let (server, page) = (Arc::new(server), Arc::new(RwLock::new(None)));
        // More than one thread, so that a big model does not hold back the small files.
        for _ in 0..4 {
            let (server, page) = (Arc::clone(&server), Arc::clone(&page));
            thread::spawn(move || server.incoming_requests().for_each(|request| answer(request, &page)));
        }
        Ok(Self { address, page })
    }

    /// Its address.
    pub fn address(&self) -> &str {
        &self.address
    }

    /// Serves this folder from now on, and nothing of the one before: a browser never gets files of two builds.
    ///
    /// # Errors
    /// When the folder holds no page.
    pub fn show(&self, folder: &Path) -> Result<()> {
        let index = folder.join("index.html");
        let page = fs::read_to_string(&index).with_context(|| format!("cannot read {}", index.display()))?;
        let shown = Page { folder: folder.to_owned(), policy: html::content_security_policy(&page) };
        *self.page.write().unwrap_or_else(|poisoned| poisoned.into_inner()) = Some(Arc::new(shown));
        Ok(())
    }

    /// Waits until somebody stops the program.
    pub fn wait(&self) -> ! {
        loop {
            thread::park();
        }
    }
}

fn answer(request: Request, page: &RwLock<Option<Arc<Page>>>) {
    // A clone, so that whoever is still reading does not hold back the next page.
    let page = page.read().unwrap_or_else(|poisoned| poisoned.into_inner()).clone();
    // A visitor who leaves in the middle of an answer is no error of the server's.
    let _ = match page.as_deref().map(|page| open(page, request.url())) {
        None => request.respond(not_built()),
        Some(None) => request.respond(Response::from_string("not found\n").with_status_code(404)),
        Some(Some(response)) => request.respond(response),
    };
}

/// Says that there is no page yet; the browser looks again every few seconds.
fn not_built() -> Response<std::io::Cursor<Vec<u8>>> {
    let text = "The page is being built; the terminal shows how far it is. It will appear here by itself.\n";
    let response = Response::from_string(text).with_status_code(503);
    with_headers(response, &[("Content-Type", "text/plain"), ("Cache-Control", "no-store"), ("Refresh", "3")])
}

/// The answer to a URL; none where the page has no such file.
fn open(page: &Page, url: &str) -> Option<Response<File>> {
    let relative = file_of(url)?;
    let path = page.folder.join(&relative);
    let file = File::open(&path).ok().filter(|_| path.is_file())?;
    let mime = mime_guess::from_path(&path).first_or_octet_stream();
    // The names of the workers carry no hash, so a browser must ask again after each build.
    let mut headers = vec![("Content-Type", mime.as_ref()), ("Cache-Control", "no-cache")];
    // The guide is mdBook's, which writes scripts into its pages.
    let policy = page.policy.as_deref().filter(|_| !relative.starts_with(guide::FOLDER));
    headers.extend(policy.map(|policy| ("Content-Security-Policy", policy)));
    // With a length, so that a browser can show how much of a model has arrived.
    Some(with_headers(Response::from_file(file).with_chunked_threshold(usize::MAX), &headers))
}

fn with_headers<R: std::io::Read>(response: Response<R>, headers: &[(&str, &str)]) -> Response<R> {
    let headers = headers.iter().filter_map(|(name, value)| Header::from_bytes(*name, *value).ok());
    headers.fold(response, Response::with_header)
}

/// The file that a URL asks for, relative to the served folder; none where it would lead out of it.
fn file_of(url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.strip_prefix('/')?;
    let index = if path.is_empty() || path.ends_with('/') { "index.html" } else { "" };
    let relative = PathBuf::from(format!("{path}{index}"));
    relative.components().all(|part| matches!(part, Component::Normal(_))).then_some(relative)
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpStream;

    use super::*;

    #[test]
    fn urls_name_files_inside_the_folder_only() {
        let table = [
            ("/", Some("index.html")),
            ("/?device=cpu", Some("index.html")),
            ("/models/scierc/config.json", Some("models/scierc/config.json")),
            ("/docs/", Some("docs/index.html")),
            ("/a.js?v=1#x", Some("a.js")),
            ("/../secret", None),
            ("/a/../../secret", None),
            ("//etc/passwd", None),
            ("http://elsewhere/", None),
        ];
        for (url, file) in table {
            assert_eq!(file_of(url), file.map(PathBuf::from), "{url}");
        }
    }

    /// The status line, the headers and the body of an answer.
    fn get(server: &Server, path: &str) -> String {
        let host = server.address().trim_start_matches("http://").trim_end_matches('/');
        let mut stream = TcpStream::connect(host).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n").unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    #[test]
    fn a_page_takes_the_place_of_the_one_before_whole() {
        let [first, whole] = [(); 2].map(|()| tempfile::tempdir().unwrap());
        let policy = "<meta http-equiv=Content-Security-Policy content=\"default-src 'none'\">";
        fs::write(first.path().join("index.html"), "the first page").unwrap();
        fs::write(first.path().join("old.js"), "").unwrap();
        fs::write(whole.path().join("index.html"), format!("{policy}the whole page")).unwrap();
        fs::write(whole.path().join("program.wasm"), "").unwrap();
        fs::create_dir(whole.path().join("guide")).unwrap();
        fs::write(whole.path().join("guide/index.html"), "the guide").unwrap();

        let server = Server::listen(0).unwrap();
        let early = get(&server, "/");
        assert!(early.starts_with("HTTP/1.1 503") && early.contains("Refresh: 3"), "{early}");

        server.show(first.path()).unwrap();
        assert!(get(&server, "/").ends_with("the first page"));
        assert!(get(&server, "/program.wasm").starts_with("HTTP/1.1 404"));

        assert!(server.show(&whole.path().join("nothing")).is_err());
        assert!(get(&server, "/").ends_with("the first page"), "what is no page takes no place");

        server.show(whole.path()).unwrap();
        let page = get(&server, "/");
        assert!(page.ends_with("the whole page") && page.contains("Content-Security-Policy: default-src 'none'"));
        assert!(get(&server, "/program.wasm").contains("Content-Type: application/wasm"));
        assert!(get(&server, "/old.js").starts_with("HTTP/1.1 404"));
        let guide = get(&server, "/guide/");
        assert!(guide.ends_with("the guide") && !guide.contains("Content-Security-Policy"), "{guide}");
    }
}
