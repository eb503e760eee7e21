//! The one step that a host needs before it draws figures.

use std::fmt;
use std::fs;
use std::path::Path;
use std::str::FromStr;

use toml::de::DeTable;

use crate::element;
use crate::error::{Error, Errors, Problem, nearest};
use crate::settings::{BOOK, no_toml, table_in};

/// A program that makes pages.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Host {
    /// mdBook.
    MdBook,
    /// rustdoc.
    Rustdoc,
    /// Sphinx, also with MyST.
    Sphinx,
    /// MkDocs with Material.
    Material,
    /// Zensical.
    Zensical,
    /// Jupyter.
    Jupyter,
    /// VitePress.
    VitePress,
    /// Docusaurus.
    Docusaurus,
    /// Astro, also with Starlight.
    Astro,
    /// Quarto.
    Quarto,
    /// A folder of HTML.
    Html,
    /// A README.
    Readme,
}

const COMMAND: &str = "sinet-docs mdbook";

/// The lines of `mkdocs.yml`, which Zensical reads too.
const FENCES: &str = "\
markdown_extensions:
  - pymdownx.superfences:
      custom_fences:
        - name: sinet
          class: sinet
          format: !!python/name:sinet_docs.fence
          validator: !!python/name:sinet_docs.words";

impl Host {
    /// All hosts.
    pub const ALL: [Self; 12] = [
        Self::MdBook,
        Self::Rustdoc,
        Self::Sphinx,
        Self::Material,
        Self::Zensical,
        Self::Jupyter,
        Self::VitePress,
        Self::Docusaurus,
        Self::Astro,
        Self::Quarto,
        Self::Html,
        Self::Readme,
    ];

    /// The name on command lines.
    pub fn name(self) -> &'static str {
        match self {
            Self::MdBook => "mdbook",
            Self::Rustdoc => "rustdoc",
            Self::Sphinx => "sphinx",
            Self::Material => "material",
            Self::Zensical => "zensical",
            Self::Jupyter => "jupyter",
            Self::VitePress => "vitepress",
            Self::Docusaurus => "docusaurus",
            Self::Astro => "astro",
            Self::Quarto => "quarto",
            Self::Html => "html",
            Self::Readme => "readme",
        }
    }

    /// The file of a person's that the step belongs into, if any, a piece of it that shows that the step is done, and the
    /// step in words and lines.
    fn step(self) -> (&'static [&'static str], &'static str, String) {
        let python = "pip install sinet-docs";
        match self {
            Self::MdBook => (&[BOOK], COMMAND, String::new()),
            Self::Rustdoc => (
                &["src/lib.rs"],
                "include_str!",
                "write the figure by `sinet-docs embed FILE scierc --html fig`, then put this above an item:\n\
                 #[doc = include_str!(\"../fig.html\")]"
                    .to_owned(),
            ),
            Self::Sphinx => (
                &["conf.py", "source/conf.py"],
                "sinet_docs.sphinx",
                format!("`{python}`, then add to the extensions in conf.py:\nextensions = [\"sinet_docs.sphinx\"]"),
            ),
            Self::Material => {
                (&["mkdocs.yml"], "sinet_docs.fence", format!("`{python}`, then add to mkdocs.yml:\n{FENCES}"))
            }
            Self::Zensical => (
                &["mkdocs.yml", "zensical.toml"],
                "sinet_docs.fence",
                format!("`{python}`, then add to mkdocs.yml:\n{FENCES}"),
            ),
            Self::Jupyter => {
                (&[], "", format!("`{python}`, then in a cell:\nimport sinet_docs; sinet_docs.show(\"A sentence.\")"))
            }
            Self::VitePress => (
                &[".vitepress/config.mts", ".vitepress/config.ts", ".vitepress/config.mjs", ".vitepress/config.js"],
                "@sinet/text/vitepress",
                "`npm install --save-dev @sinet/text`, then in .vitepress/config:\n\
                 import sinet from \"@sinet/text/vitepress\"\n\
                 export default sinet({ /* the configuration as it is */ })"
                    .to_owned(),
            ),
            Self::Docusaurus => (
                &["docusaurus.config.js", "docusaurus.config.ts"],
                "@sinet/text/remark",
                "`npm install --save-dev @sinet/text`, then in docusaurus.config, in the options of the preset:\n\
                 docs: { remarkPlugins: [(await import(\"@sinet/text/remark\")).default] },\n\
                 theme: { customCss: [require.resolve(\"@sinet/text/style.css\")] }"
                    .to_owned(),
            ),
            Self::Astro => (
                &["astro.config.mjs", "astro.config.js", "astro.config.ts", "astro.config.mts"],
                "@sinet/text/remark",
                "`npm install --save-dev @sinet/text`, then in astro.config:\n\
                 import sinet from \"@sinet/text/remark\"\n\
                 markdown: { remarkPlugins: [[sinet, { mdx: false }]] }"
                    .to_owned(),
            ),
            Self::Quarto => (
                &["_quarto.yml"],
                "sinet",
                "`quarto add sinet/quarto`, then add to _quarto.yml:\nfilters: [sinet]".to_owned(),
            ),
            Self::Html => (&[], "", "after each build:\nsinet-docs render FOLDER".to_owned()),
            Self::Readme => (
                &[],
                "",
                "write the pictures, and put the lines that this prints into the README:\n\
                 sinet-docs embed FILE scierc --svg docs/figure --png docs/figure"
                    .to_owned(),
            ),
        }
    }
}

impl fmt::Display for Host {
    fn fmt(&self, formatter: &mut fmt::Formatter) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

impl FromStr for Host {
    type Err = Problem;

    fn from_str(name: &str) -> Result<Self, Problem> {
        let found = Self::ALL.into_iter().find(|host| host.name() == name);
        found.ok_or_else(|| Problem::UnknownWord {
            word: name.to_owned(),
            nearest: nearest(name, Self::ALL.map(Self::name)),
        })
    }
}

/// Takes the step for a host, where a program can do that without guessing, or says it. A second time it changes nothing.
///
/// # Errors
/// If mdBook's settings cannot be read, understood or written.
pub fn install(host: Host, folder: &Path) -> Result<String, Errors> {
    if host == Host::MdBook {
        return Ok(install_mdbook(&folder.join(BOOK))?);
    }
    let (files, mark, step) = host.step();
    let done = files.iter().map(|file| folder.join(file)).find(|file| {
        let text = fs::read_to_string(file);
        text.is_ok_and(|text| text.contains(mark))
    });
    Ok(match done {
        Some(file) => format!("{} names {mark} already; nothing is left to do", file.display()),
        None => format!("one step is yours: {step}"),
    })
}

/// Adds two lines, or one to a table that is there. All other text stays as it is.
fn install_mdbook(file: &Path) -> Result<String, Error> {
    let text = fs::read_to_string(file).map_err(|error| Error::in_file(file, Problem::Read(error)))?;
    let book = DeTable::parse(&text).map_err(|error| no_toml(file, &text, &error))?;
    let own = table_in(book.get_ref(), "preprocessor").and_then(|all| table_in(all, "sinet"));
    if let Some(command) = own.and_then(|own| own.get("command")) {
        let command = command.get_ref().as_str().unwrap_or_default();
        return Ok(format!("{} calls `{command}` already; nothing is left to do", file.display()));
    }
    let line = format!("command = \"{COMMAND}\"\n");
    let header = text.split_inclusive('\n').position(|line| line.trim_start().starts_with("[preprocessor.sinet]"));
    let written = match header {
        Some(header) => {
            let lines = text.split_inclusive('\n').enumerate();
            lines
                .map(
                    |(number, own)| {
                        if number == header { format!("{}\n{line}", own.trim_end()) } else { own.to_owned() }
                    },
                )
                .collect()
        }
        None => {
            let end = if text.is_empty() || text.ends_with('\n') { "" } else { "\n" };
            format!("{text}{end}\n[preprocessor.sinet]\n{line}")
        }
    };
    // A table can be written in more ways than the one that is looked for.
    if DeTable::parse(&written).is_err() {
        return Ok(format!("one step is yours: add to the table of the preprocessor in {}:\n{line}", file.display()));
    }
    element::write(file, written.as_bytes())?;
    Ok(format!("{} now calls `{COMMAND}`; fences named `sinet` are drawn in the next build", file.display()))
}
