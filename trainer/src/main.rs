//! `sinet`: train, evaluate and run SINET models.

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use sinet::Error;
use sinet::config::overrides::spell_out;
use sinet::console::say;
use sinet::device::expect_no_desktop;

mod arguments;
mod verbs {
    pub mod ablate;
    pub mod benchmark;
    pub mod calibrate;
    pub mod card;
    pub mod convert;
    pub mod cross_validate;
    pub mod debug;
    pub mod distil;
    pub mod docs;
    pub mod doctor;
    pub mod evaluate;
    pub mod export;
    pub mod find_threshold;
    pub mod init;
    pub mod predict;
    pub mod report;
    pub mod stats;
    pub mod train;
}
use verbs::{
    ablate, benchmark, calibrate, card, convert, cross_validate, debug, distil, docs, doctor, evaluate, export,
    find_threshold, init, predict, report, stats, train,
};

/// Joint entity and relation extraction: train, evaluate and run SINET models.
///
/// Exit codes: 0 good, 1 failure, 2 bad data or usage.
#[derive(Debug, Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    #[command(subcommand)]
    Init(init::Init),
    Train(train::Train),
    Distil(distil::Distil),
    Evaluate(evaluate::Evaluate),
    FindThreshold(find_threshold::FindThreshold),
    Calibrate(calibrate::Calibrate),
    Export(export::Export),
    Card(card::Card),
    Report(report::Report),
    Predict(predict::Predict),
    Stats(stats::StatsOf),
    Convert(convert::Convert),
    #[command(subcommand)]
    Debug(debug::Debug),
    Ablate(ablate::Ablate),
    CrossValidate(cross_validate::CrossValidate),
    #[command(subcommand)]
    Benchmark(benchmark::Benchmark),
    #[command(subcommand)]
    Docs(docs::Docs),
    Doctor(doctor::Doctor),
}

fn main() -> ExitCode {
    expect_no_desktop();
    match run(Arguments::parse_from(spell_out(std::env::args_os())).verb) {
        Ok(()) => ExitCode::SUCCESS,
        // The reader of standard output has seen enough.
        Err(error) if error.is_closed_pipe() => ExitCode::SUCCESS,
        Err(error) => {
            say(format_args!("sinet: {error}"));
            ExitCode::from(error.exit_code())
        }
    }
}

fn run(verb: Verb) -> Result<(), Error> {
    match verb {
        Verb::Init(verb) => verb.run(),
        Verb::Train(verb) => verb.run(),
        Verb::Distil(verb) => verb.run(),
        Verb::Evaluate(verb) => verb.run(),
        Verb::FindThreshold(verb) => verb.run(),
        Verb::Calibrate(verb) => verb.run(),
        Verb::Export(verb) => verb.run(),
        Verb::Card(verb) => verb.run(),
        Verb::Report(verb) => verb.run(),
        Verb::Predict(verb) => verb.run(),
        Verb::Stats(verb) => verb.run(),
        Verb::Convert(verb) => verb.run(),
        Verb::Debug(verb) => verb.run(),
        Verb::Ablate(verb) => verb.run(),
        Verb::CrossValidate(verb) => verb.run(),
        Verb::Benchmark(verb) => verb.run(),
        Verb::Docs(verb) => verb.run(),
        Verb::Doctor(verb) => verb.run(),
    }
}
