//! `cargo xtask serve`: builds the page and serves it, as soon as a person can use it.
//!
//! The worker for WebGPU takes most of a first build. So the page is shown without it first, and again when it is whole;
//! the guide comes last.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::server::Server;
use crate::site::Site;
use crate::{embed, guide, paths};

/// Serves the page until the program is stopped.
///
/// # Errors
/// When the port is in use, or the page cannot be built.
pub fn run(port: u16) -> Result<()> {
    // Before the build, so that a port in use is known at once.
    let server = Server::listen(port)?;
    println!("The page will be at {}", server.address());
    let site = Site::open()?;
    let was_whole = site.was_whole()?;
    let first = || if was_whole { Ok(None) } else { site.build_first().map(Some) };
    let whole = || if was_whole { site.build() } else { site.build_behind() };
    show_in_turn(first, whole, |page, is_whole| {
        server.show(page)?;
        println!("{}", invitation(server.address(), is_whole));
        Ok(())
    })?;
    // Into the page that is whole: Trunk empties the folder.
    match embed::build(&site, false).and_then(|_| guide::build(&paths::dist()?)) {
        Ok(_) => println!("The guide is at {}{}/", server.address(), guide::FOLDER),
        Err(error) => eprintln!("error: {error:#}\nThe page goes on without its guide."),
    }
    server.wait()
}

/// Shows what `first` builds, if anything, and then what `whole` builds in its place; neither before it is built. When
/// a page is shown already, one that fails is only told of.
fn show_in_turn(
    first: impl FnOnce() -> Result<Option<PathBuf>>,
    whole: impl FnOnce() -> Result<PathBuf>,
    mut show: impl FnMut(&Path, bool) -> Result<()>,
) -> Result<()> {
    let first = first()?;
    if let Some(page) = &first {
        show(page, false)?;
    }
    match whole().and_then(|page| show(&page, true)) {
        Err(error) if first.is_some() => {
            eprintln!("error: {error:#}\nThe page goes on without WebGPU, on the CPU.");
            Ok(())
        }
        shown => shown,
    }
}

/// The line on the things that a person can do now.
fn invitation(address: &str, is_whole: bool) -> String {
    let rest = if is_whole {
        "A browser that has had the page open shows the new one when you reload it and press “Use it” at its foot."
    } else {
        "It reads on the CPU. WebGPU's program is built behind it, for some more minutes; this terminal says when."
    };
    format!(
        "\nOpen {address} and type or paste a text: its entities and relations appear below it.\n{rest} Ctrl+C stops.\n"
    )
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use anyhow::bail;

    use super::*;

    /// Runs two builds and returns what happened, in turn, and whether it ended well.
    fn happens(first: Result<Option<PathBuf>>, whole: Result<PathBuf>) -> (String, bool) {
        let log = RefCell::new(Vec::new());
        let note = |what: String| log.borrow_mut().push(what);
        let ended = show_in_turn(
            || {
                note("build first".into());
                first
            },
            || {
                note("build whole".into());
                whole
            },
            |page, is_whole| {
                note(format!("show {}{}", page.display(), if is_whole { ", whole" } else { "" }));
                if page == Path::new("empty") { bail!("no page") } else { Ok(()) }
            },
        );
        (log.into_inner().join("; "), ended.is_ok())
    }

    #[test]
    fn a_page_is_shown_when_it_is_built_and_not_before() {
        let fault = || anyhow::anyhow!("does not compile");
        let table = [
            (Ok(Some("a".into())), Ok("b".into()), "build first; show a; build whole; show b, whole", true),
            (Ok(None), Ok("b".into()), "build first; build whole; show b, whole", true),
            (Ok(Some("a".into())), Err(fault()), "build first; show a; build whole", true),
            (Ok(Some("a".into())), Ok("empty".into()), "build first; show a; build whole; show empty, whole", true),
            (Ok(None), Err(fault()), "build first; build whole", false),
            (Err(fault()), Ok("b".into()), "build first", false),
        ];
        for (first, whole, expected, good) in table {
            assert_eq!(happens(first, whole), (expected.to_owned(), good));
        }
    }

    #[test]
    fn the_invitation_opens_with_what_to_do() {
        for is_whole in [false, true] {
            let told = invitation("http://127.0.0.1:8080/", is_whole);
            assert!(told.trim_start().starts_with("Open http://127.0.0.1:8080/ and type or paste a text"), "{told}");
            assert_eq!(told.contains("WebGPU"), !is_whole, "{told}");
        }
    }
}
