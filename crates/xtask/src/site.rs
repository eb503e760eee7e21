//! Building the page with Trunk: whole into `dist/`, and first without WebGPU, so that somebody who waits sees it soon.

use std::fs;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::{panic, thread};

use anyhow::{Context, Result};

use crate::programs::{self, Program};
use crate::toolchain::{TARGET, WasmToolchain};
use crate::{html, offline, paths, process, tools};

/// The page's source, and a compiler for it.
pub struct Site {
    root: PathBuf,
    index: String,
    toolchain: WasmToolchain,
}

impl Site {
    /// Finds the page, and finds or installs the compiler.
    ///
    /// # Errors
    /// When this computer cannot compile for a browser.
    pub fn open() -> Result<Self> {
        let root = paths::root()?;
        let index = fs::read_to_string(root.join("index.html")).context("cannot read index.html")?;
        Ok(Self { root, index, toolchain: WasmToolchain::find_or_install()? })
    }

    /// The page's source.
    pub fn index(&self) -> &str {
        &self.index
    }

    /// Builds the whole page in release. Returns its folder, `dist/`.
    ///
    /// # Errors
    /// When a tool cannot be installed, something does not compile, or Trunk leaves something unexpected.
    pub fn build(&self) -> Result<PathBuf> {
        self.build_whole(Output::Shown)
    }

    /// Builds the page without its worker for WebGPU. Returns its folder, which is not `dist/`: what is served there
    /// stays whole while the rest is built.
    ///
    /// # Errors
    /// See [`Self::build`].
    pub fn build_first(&self) -> Result<PathBuf> {
        let dist = paths::target()?.join("first-page");
        let page = programs::without_webgpu(&self.index)?;
        // Beside the other, because Trunk takes its links relative to where it lies.
        let source = self.root.join(".first.html");
        fs::write(&source, &page)?;
        let built = self.build_into(&dist, &source, &page, Output::Shown);
        fs::remove_file(source)?;
        built.map(|()| dist)
    }

    /// As [`Self::build`], in silence, behind a page that somebody uses.
    ///
    /// # Errors
    /// See [`Self::build`].
    pub fn build_behind(&self) -> Result<PathBuf> {
        process::yield_to_others();
        self.build_whole(Output::Silent)
    }

    /// Whether the worker for WebGPU was compiled here before, so that the whole page is soon there.
    ///
    /// # Errors
    /// See [`paths::target`].
    pub fn was_whole(&self) -> Result<bool> {
        let programs = programs::of(&self.index)?;
        let folder = paths::target()?.join(TARGET);
        let compiled = |program: &Program| folder.join(&program.profile).join(format!("{}.wasm", program.name));
        Ok(programs.iter().filter(|program| program.is_webgpu()).all(|program| compiled(program).is_file()))
    }

    fn build_whole(&self, output: Output) -> Result<PathBuf> {
        let dist = paths::dist()?;
        self.build_into(&dist, &self.root.join("index.html"), &self.index, output)?;
        Ok(dist)
    }

    fn build_into(&self, dist: &Path, source: &Path, page: &str, output: Output) -> Result<()> {
        let programs = programs::of(page)?;
        // Beside each other, because a compiler that links a program has work for one core only.
        let path = thread::scope(|scope| {
            let tools = scope.spawn(tools::for_page);
            let compiled =
                programs.iter().try_for_each(|program| self.compile_as(program, &["--bin", &program.name], output));
            let tools = tools.join().unwrap_or_else(|panic| panic::resume_unwind(panic));
            compiled.and(tools)
        })?;

        let mut trunk = Command::new("trunk");
        trunk.arg("build").arg(source).arg("--dist").arg(dist).arg("--release");
        if output == Output::Silent {
            trunk.arg("--quiet");
        }
        // Trunk takes NO_COLOR for a flag of its own and refuses the values that others write there.
        trunk.current_dir(&self.root).env("PATH", path).env_remove("NO_COLOR");
        trunk.env("CARGO_TARGET_DIR", paths::target()?);
        process::run(self.toolchain.configure(&mut trunk))?;

        move_inline_scripts(dist)?;
        offline::write(&self.root.join("web/page/offline.js"), dist)
    }

    /// Compiles a program.
    ///
    /// # Errors
    /// When it does not compile.
    pub fn compile(&self, program: &Program) -> Result<()> {
        self.compile_as(program, &["--bin", &program.name], Output::Shown)
    }

    /// Compiles a program that is a library for JavaScript.
    ///
    /// # Errors
    /// When it does not compile.
    pub fn compile_library(&self, program: &Program) -> Result<()> {
        self.compile_as(program, &["--lib"], Output::Shown)
    }

    /// Compiles a program in the words that Trunk will use, so that Trunk finds it compiled.
    fn compile_as(&self, program: &Program, what: &[&str], output: Output) -> Result<()> {
        let mut cargo = Command::new("cargo");
        cargo.args(["build", "--target", TARGET, "--profile", &program.profile]).args(what);
        cargo.arg("--manifest-path").arg(self.root.join(&program.manifest)).current_dir(&self.root);
        if output == Output::Silent {
            cargo.arg("--quiet");
        }
        process::run(self.toolchain.configure(cargo.env("CARGO_TARGET_DIR", paths::target()?)))
    }
}

/// The progress of a build, as it is shown.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Output {
    /// The output of Cargo and Trunk.
    Shown,
    /// Errors.
    Silent,
}

/// Moves the scripts that Trunk writes into the page to files beside it, because the page's Content-Security-Policy
/// runs only scripts that have an address of their own. Relative imports keep their meaning: the folder is the same.
fn move_inline_scripts(dist: &Path) -> Result<()> {
    let index = dist.join("index.html");
    let mut page = fs::read_to_string(&index).with_context(|| format!("Trunk left no {}", index.display()))?;
    while let Some(code) = html::inline_script(&page) {
        let mut hasher = DefaultHasher::new();
        page[code.clone()].hash(&mut hasher);
        let file = format!("start-{:016x}.js", hasher.finish());
        fs::write(dist.join(&file), &page[code.clone()])?;
        // From the `>` before the code.
        page.replace_range(code.start - 1..code.end, &format!(" src=\"./{file}\">"));
    }
    fs::write(&index, page)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use expect_test::expect;

    use super::*;

    #[test]
    fn no_script_stays_inline() {
        let dist = tempfile::tempdir().unwrap();
        let index = dist.path().join("index.html");
        fs::write(&index, "<head><script type=\"module\">import './a.js'</script><script>b()</script></head>").unwrap();
        move_inline_scripts(dist.path()).unwrap();

        let page = fs::read_to_string(index).unwrap();
        let files: Vec<_> = page.split("src=\"./").skip(1).map(|rest| rest.split('"').next().unwrap()).collect();
        let code: Vec<_> = files.iter().map(|file| fs::read_to_string(dist.path().join(file)).unwrap()).collect();
        assert_eq!(code, ["import './a.js'", "b()"]);
        let shape = page.replace(files[0], "FIRST").replace(files[1], "SECOND");
        expect![[r#"<head><script type="module" src="./FIRST"></script><script src="./SECOND"></script></head>"#]]
            .assert_eq(&shape);
    }
}
