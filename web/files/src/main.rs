//! The program that reads and writes files for the page, in a worker. `sinet_logic::files::task` has its messages and all that
//! it decides; this is its way to the page.

#[cfg(target_arch = "wasm32")]
mod serve;

#[cfg(target_arch = "wasm32")]
fn main() {
    serve::serve();
}

#[cfg(not(target_arch = "wasm32"))]
fn main() {
    eprintln!("This program is the page's: `cargo xtask serve` builds and serves it.");
    std::process::exit(1);
}
