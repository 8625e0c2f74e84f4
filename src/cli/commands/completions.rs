//! `model completions`.

use clap::CommandFactory as _;

use crate::cli::session::{Exit, Problems, Session};

/// Print a completion script for a shell
#[derive(Debug, clap::Args)]
#[command(after_help = "For bash: model completions bash > ~/.local/share/bash-completion/completions/model")]
pub(crate) struct Args {
    /// The shell
    shell: clap_complete::Shell,
}

#[expect(clippy::unnecessary_wraps, reason = "all commands have one form")]
pub(crate) fn run(args: &Args, session: &Session) -> Result<Exit, Problems> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut crate::cli::Cli::command(), "model", &mut script);
    session.ui.answer(String::from_utf8_lossy(&script).trim_end());
    Ok(Exit::Success)
}
