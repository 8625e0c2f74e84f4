//! The command line: the only code that prints.
//!
//! A command is flags to options, one call into [`crate::ops`], and telling
//! what came of it. Exit codes: 0 all went well; 1 a node failed; 2 everything
//! else: a wrong command line, a project that cannot be read, no connection.

mod args;
mod commands;
mod program_name;
mod session;
mod ui;
mod usage;

use std::io::Write as _;

use clap::error::ErrorKind;
use clap::{CommandFactory as _, FromArgMatches as _};

use program_name::ProgramName;
use session::Session;

use crate::host::environment::{self, STACK};

/// Templated SQL in, tested tables out: runs dbt projects, with a database inside.
#[derive(Debug, clap::Parser)]
#[command(name = "model", disable_version_flag = true, max_term_width = 100, args_override_self = true)]
#[command(after_help = "Start with `model init` in an empty folder, or `model build` in a dbt project.")]
pub(crate) struct Cli {
    #[command(flatten)]
    global: args::Global,
    /// Print the version
    #[arg(short = 'V', short_alias = 'v', long, global = true, action = clap::ArgAction::Version)]
    version: (),
    #[command(subcommand)]
    command: commands::Command,
}

/// Runs the process's command line, and ends the process.
pub fn main() -> ! {
    // Files are read and rendered by rayon's threads, nodes by the run's own. Where
    // threads cannot be had, the work is done here.
    drop(rayon::ThreadPoolBuilder::new().stack_size(STACK).build_global());
    let main = std::thread::Builder::new().name("main".to_owned()).stack_size(STACK).spawn(run);
    environment::leave(match main.map(std::thread::JoinHandle::join) {
        Ok(Ok(code)) => code,
        Ok(Err(_)) => 101,
        Err(_) => run(),
    })
}

/// Gives the exit code.
fn run() -> u8 {
    let program_name = ProgramName::of_process();
    let program = Cli::command()
        .name(program_name.name())
        .bin_name(program_name.name())
        .version("")
        .propagate_version(true);
    let parsed = program.clone().try_get_matches().and_then(|matches| {
        let remarks = usage::old_options(&matches);
        Ok((Cli::from_arg_matches(&matches)?, remarks))
    });
    let (cli, remarks) = match parsed {
        Ok(parsed) => parsed,
        Err(asked) if asked.kind() == ErrorKind::DisplayVersion => {
            let _ = std::io::stdout().write_all(program_name.version().as_bytes());
            return 0;
        }
        Err(wrong) => {
            let wrong = usage::explained(wrong, &program);
            let _ = wrong.print();
            return u8::try_from(wrong.exit_code()).unwrap_or(2);
        }
    };
    let session = Session::new(cli.global, &cli.command, program_name);
    for remark in remarks {
        session.remark(remark);
    }
    let exit = cli.command.run(&session);
    session.tell(exit)
}
