//! The annotation page as a program of the browser.

#[cfg(target_arch = "wasm32")]
fn main() {
    sinet_page::start();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("The page runs in a browser: `cargo xtask serve` builds and serves it.");
    std::process::exit(1);
}
