//! A small static server for the built page.

use std::fs::{self, File};
use std::net::Ipv4Addr;
use std::path::{Component, Path, PathBuf};
use std::thread;

use anyhow::{Result, anyhow};
use tiny_http::{Header, Request, Response, Server};

use crate::html;

/// Takes a port of 127.0.0.1. Done before the build, so that a port in use is known at once.
///
/// # Errors
/// When the port is in use.
pub fn listen(port: u16) -> Result<Server> {
    Server::http((Ipv4Addr::LOCALHOST, port))
        .map_err(|error| anyhow!("cannot listen on port {port} ({error}): choose another with --port"))
}

/// Serves a folder until the program is stopped.
///
/// # Errors
/// When the folder holds no page.
pub fn serve(server: &Server, dist: &Path) -> Result<()> {
    let page = fs::read_to_string(dist.join("index.html"))?;
    let policy = html::content_security_policy(&page);
    println!("\nThe page is at http://{}/ (Ctrl+C stops it)", server.server_addr());
    // More than one thread, so that a big model does not hold back the small files.
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| server.incoming_requests().for_each(|request| answer(request, dist, policy)));
        }
    });
    Ok(())
}

fn answer(request: Request, dist: &Path, policy: Option<&str>) {
    let file = file_of(request.url()).and_then(|relative| {
        let path = dist.join(relative);
        Some((File::open(&path).ok().filter(|_| path.is_file())?, mime(&path)))
    });
    // A visitor who leaves in the middle of an answer is no error of the server's.
    let _ = match file {
        None => request.respond(Response::from_string("not found\n").with_status_code(404)),
        Some((file, mime)) => {
            // The names of the workers carry no hash, so a browser must ask again after each build.
            let mut headers = vec![("Content-Type", mime), ("Cache-Control", "no-cache")];
            headers.extend(policy.map(|policy| ("Content-Security-Policy", policy)));
            // With a length, so that a browser can show how much of a model has arrived.
            let body = Response::from_file(file).with_chunked_threshold(usize::MAX);
            let response = headers
                .into_iter()
                .filter_map(|(name, value)| Header::from_bytes(name, value).ok())
                .fold(body, Response::with_header);
            request.respond(response)
        }
    };
}

/// The file that a URL asks for, relative to the served folder; none where it would lead out of it.
fn file_of(url: &str) -> Option<PathBuf> {
    let path = url.split(['?', '#']).next()?.strip_prefix('/')?;
    let index = if path.is_empty() || path.ends_with('/') { "index.html" } else { "" };
    let relative = PathBuf::from(format!("{path}{index}"));
    relative.components().all(|part| matches!(part, Component::Normal(_))).then_some(relative)
}

fn mime(path: &Path) -> &'static str {
    match path.extension().and_then(|extension| extension.to_str()) {
        Some("html") => "text/html; charset=utf-8",
        Some("js" | "mjs") => "text/javascript; charset=utf-8",
        Some("css") => "text/css; charset=utf-8",
        Some("json") => "application/json",
        Some("wasm") => "application/wasm",
        Some("svg") => "image/svg+xml",
        Some("md") => "text/markdown; charset=utf-8",
        _ => "application/octet-stream",
    }
}

#[cfg(test)]
mod tests {
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
}
