//! `sinet-docs`: figures of annotated sentences for documentation, without a model.

use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use sinet_docs::output::Form;
use sinet_docs::settings::Kind;
use sinet_docs::{
    Error, Errors, Figure, Problem, Project, Request, conversation, embed, install, list, mdbook, render,
};

/// Annotated sentences in documentation: drawn from a lock file, without a model.
///
/// `sinet docs update` fills the lock file. Exit codes: 0 good, 1 failure, 2 bad data or usage.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Draw the figures of a book; mdBook calls this
    Mdbook {
        #[command(subcommand)]
        question: Option<Supports>,
    },
    /// Draw the figures of a built site in its pages
    Render {
        /// The folder of the built site
        site: PathBuf,
        #[command(flatten)]
        docs: Docs,
    },
    /// Write one figure to files, for a README or rustdoc; without arguments all that sinet-docs.toml names
    Embed(Embed),
    /// Prepare a host, or say what is left to do
    Install {
        /// The host: mdbook, rustdoc, sphinx, material, zensical, jupyter, vitepress, docusaurus, astro, quarto, html or readme
        host: install::Host,
        /// The folder of the docs
        #[arg(default_value = ".")]
        folder: PathBuf,
    },
    /// List all figures with file, line, model and state
    List {
        /// The folder of the docs
        #[arg(default_value = ".")]
        folder: PathBuf,
        /// Print JSON, an object a line
        #[arg(long)]
        json: bool,
    },
    /// Print the style sheet, which figures can do without; it gives each the room that there really is
    Style,
    /// Draw figures for other programs: JSON lines in, JSON lines out
    Draw {
        /// The form: html, vue, mdx, svg, latex or text
        #[arg(long = "for", default_value_t = Form::Html)]
        form: Form,
        #[command(flatten)]
        docs: Docs,
    },
}

#[derive(Debug, Subcommand)]
enum Supports {
    /// Whether figures can be drawn for a renderer of mdBook
    Supports {
        /// Name of the renderer
        renderer: String,
    },
}

#[derive(Debug, Args)]
struct Docs {
    /// The folder with sinet-docs.toml and sinet.lock.json
    #[arg(long, default_value = ".", value_name = "FOLDER")]
    docs: PathBuf,
}

#[derive(Debug, Args)]
struct Embed {
    /// A file with a text or with labelled text; `-` is standard input
    input: Option<PathBuf>,
    /// Words as after a fence's `sinet`: a model, scores, …
    words: Vec<String>,
    /// Write STEM.html, one line
    #[arg(long, value_name = "STEM")]
    html: Option<PathBuf>,
    /// Write STEM-light.svg and STEM-dark.svg
    #[arg(long, value_name = "STEM")]
    svg: Option<PathBuf>,
    /// Write STEM-light.png and STEM-dark.png
    #[arg(long, value_name = "STEM")]
    png: Option<PathBuf>,
    /// Write STEM.tex, for TikZ
    #[arg(long, value_name = "STEM")]
    tex: Option<PathBuf>,
    /// Write STEM.txt
    #[arg(long, value_name = "STEM")]
    text: Option<PathBuf>,
    #[command(flatten)]
    docs: Docs,
}

fn main() -> ExitCode {
    match run(Arguments::parse().verb) {
        Ok(code) => code,
        Err(errors) => {
            let mut stderr = io::stderr();
            for error in errors.to_string().lines() {
                let _ = writeln!(stderr, "sinet-docs: {error}");
            }
            ExitCode::from(errors.exit_code())
        }
    }
}

fn run(verb: Verb) -> Result<ExitCode, Errors> {
    match verb {
        Verb::Mdbook { question: Some(Supports::Supports { renderer }) } => {
            return Ok(ExitCode::from(u8::from(!mdbook::RENDERERS.contains(&renderer.as_str()))));
        }
        Verb::Mdbook { question: None } => print(&mdbook::preprocess(&standard_input()?)?)?,
        Verb::Render { site, docs } => {
            let done = render::render(&Project::open(&docs.docs)?, &site)?;
            let render::Rendered { pages, changed, figures } = done;
            print(&format!("{figures} figures drawn in {changed} of {pages} pages\n"))?;
        }
        Verb::Embed(verb) => verb.run()?,
        Verb::Install { host, folder } => print(&(install::install(host, &folder)? + "\n"))?,
        Verb::List { folder, json } => {
            for listed in list::list(&Project::open(&folder)?)? {
                let line = if json { serde_json::to_string(&listed).expect("plain JSON") } else { listed.to_string() };
                print(&(line + "\n"))?;
            }
        }
        Verb::Style => print(sinet_figure::SINET_CSS)?,
        Verb::Draw { form, docs } => {
            let project = Project::open(&docs.docs)?;
            conversation::converse(&project, form, io::stdin().lock(), io::stdout().lock()).or_else(closed)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

impl Embed {
    fn run(self) -> Result<(), Errors> {
        let project = Project::open(&self.docs.docs)?;
        let Some(input) = &self.input else {
            return all(&project);
        };
        let (name, text) = match input.to_str() {
            Some("-") => (Path::new("<standard input>"), standard_input()?),
            _ => (input.as_path(), sinet_docs::sources::read(input)?),
        };
        let wrong = |problem| Error::in_file(name, problem);
        let request = Request::from_words(&self.words.join(" "), &text, project.models()).map_err(wrong)?;
        let figure = project.figure(&request.or(&project.settings().defaults)).map_err(wrong)?;
        let to = [
            (Kind::Html, self.html),
            (Kind::Svg, self.svg),
            (Kind::Png, self.png),
            (Kind::Tex, self.tex),
            (Kind::Text, self.text),
        ];
        let to: Vec<(Kind, PathBuf)> = to.into_iter().filter_map(|(kind, stem)| Some((kind, stem?))).collect();
        if to.is_empty() {
            return print(&(Form::Html.draw(&figure) + "\n"));
        }
        written(&figure, &to)
    }
}

/// Writes all figures that the settings name.
fn all(project: &Project) -> Result<(), Errors> {
    let settings = project.settings();
    for each in &settings.embeds {
        let wrong = |problem| Error::at(&settings.file, each.line, problem);
        let figure = project.embedded(each).and_then(|request| project.figure(&request)).map_err(wrong)?;
        let to: Vec<(Kind, PathBuf)> =
            each.to.iter().map(|(kind, stem)| (*kind, project.folder().join(stem))).collect();
        written(&figure, &to)?;
    }
    Ok(())
}

/// Writes the files of a figure, and prints the lines for a README.
fn written(figure: &Figure, to: &[(Kind, PathBuf)]) -> Result<(), Errors> {
    for (kind, stem) in to {
        embed::write(figure, *kind, stem)?;
    }
    let kinds: Vec<Kind> = to.iter().map(|(kind, _)| *kind).collect();
    let stem =
        to.iter().find(|(kind, _)| *kind == Kind::Svg).or_else(|| to.iter().find(|(kind, _)| *kind == Kind::Png));
    let snippet = stem.and_then(|(_, stem)| embed::snippet(figure, &stem.to_string_lossy(), &kinds));
    snippet.map_or(Ok(()), |snippet| print(&snippet))
}

fn standard_input() -> Result<String, Errors> {
    let mut text = String::new();
    let read = io::stdin().lock().read_to_string(&mut text);
    read.map_err(|error| Error::in_file(Path::new("<standard input>"), Problem::Read(error)))?;
    Ok(text)
}

fn print(text: &str) -> Result<(), Errors> {
    let mut output = io::stdout().lock();
    output.write_all(text.as_bytes()).and_then(|()| output.flush()).or_else(closed)
}

/// A reader who has seen enough is no failure.
fn closed(error: io::Error) -> Result<(), Errors> {
    match error.kind() {
        io::ErrorKind::BrokenPipe => Ok(()),
        _ => Err(Error::in_file(Path::new("<standard output>"), Problem::Write(error)).into()),
    }
}
