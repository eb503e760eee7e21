//! The built binary.

use std::path::PathBuf;

/// The one that `$SINET_BIN` names, else the one in the target folder of this test.
pub fn binary() -> PathBuf {
    let named = std::env::var_os("SINET_BIN").map(PathBuf::from);
    let path = named.unwrap_or_else(|| {
        // This test lies in `deps`, beside which Cargo puts binaries.
        let test = std::env::current_exe().expect("a test knows its own path");
        test.ancestors().nth(2).expect("a test lies in deps").join(format!("sinet{}", std::env::consts::EXE_SUFFIX))
    });
    assert!(path.is_file(), "{} is missing: build it with `cargo build --release -p sinet`", path.display());
    path
}
