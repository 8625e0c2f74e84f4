//! What a wrong command line is told beyond what the parser finds.

use clap::builder::StyledStr;
use clap::error::{ContextKind, ContextValue, Error, ErrorKind};
use clap::parser::ValueSource;
use clap::{ArgMatches, Command};

use crate::diagnostics::Diagnostic;

/// Commands of dbt that this program does not have.
const NOT_HERE: &[&str] = &["environment", "invocation", "sl"];

/// The error with a hint that fits: a flag before its command, a node without a flag, a
/// command of dbt's. What nobody is to know about is not suggested.
pub(super) fn explained(mut wrong: Error, program: &Command) -> Error {
    match wrong.kind() {
        ErrorKind::UnknownArgument => {
            let flag = text(&wrong, ContextKind::InvalidArg);
            if is_hidden(program, &text(&wrong, ContextKind::SuggestedArg)) {
                let _ = wrong.remove(ContextKind::SuggestedArg);
            }
            if is_before_command(&wrong)
                && let Some(owner) = owner(program, &flag)
            {
                let hint = format!("it stands after the command: `model {owner} {flag} …`");
                let _ = wrong.remove(ContextKind::SuggestedArg);
                let _ = wrong.insert(ContextKind::Suggested, hints(hint));
            } else if !flag.starts_with('-') && chooses_nodes(&wrong, program) {
                let hint = format!("a flag chooses nodes: `--select {flag}`");
                let _ = wrong.insert(ContextKind::Suggested, hints(hint));
            }
        }
        ErrorKind::InvalidSubcommand => {
            let command = text(&wrong, ContextKind::InvalidSubcommand);
            if NOT_HERE.contains(&command.as_str()) {
                let hint = format!("dbt's `{command}` is not part of this program yet");
                let _ = wrong.remove(ContextKind::SuggestedSubcommand);
                let _ = wrong.insert(ContextKind::Suggested, hints(hint));
            }
        }
        _ => {}
    }
    wrong
}

/// Remarks on options that have newer names.
pub(super) fn old_options(matches: &ArgMatches) -> Vec<Diagnostic> {
    let mut level = Some(matches);
    let mut is_used = false;
    while let Some(found) = level {
        let knows = found.try_contains_id("models").is_ok();
        is_used |= knows && found.value_source("models") == Some(ValueSource::CommandLine);
        level = found.subcommand().map(|(_, below)| below);
    }
    let words = "Usage of `--models`, `--model`, and `-m` is deprecated in favor of `--select` or `-s`";
    let remark =
        Diagnostic::warning("old-option", "`--models` and `-m` are going to be removed").known_as(words);
    is_used.then(|| remark.help("write `--select` or `-s` instead")).into_iter().collect()
}

fn hints(text: String) -> ContextValue {
    ContextValue::StyledStrs(vec![StyledStr::from(text)])
}

fn text(wrong: &Error, kind: ContextKind) -> String {
    wrong.get(kind).map(ToString::to_string).unwrap_or_default()
}

/// Whether the parser still waited for a command.
fn is_before_command(wrong: &Error) -> bool {
    text(wrong, ContextKind::Usage).contains("<COMMAND>")
}

/// Whether the command that the parser was at takes `--select`.
fn chooses_nodes(wrong: &Error, program: &Command) -> bool {
    let usage = text(wrong, ContextKind::Usage);
    let command = usage
        .split_whitespace()
        .fold(program, |command, word| command.find_subcommand(word).unwrap_or(command));
    command.get_arguments().any(|argument| argument.get_long() == Some("select"))
}

/// The first command that takes the flag.
fn owner<'a>(program: &'a Command, flag: &str) -> Option<&'a str> {
    let is_it = |command: &&Command| {
        command.get_arguments().any(|argument| {
            let long = argument.get_long().map(|name| format!("--{name}"));
            let short = argument.get_short().map(|name| format!("-{name}"));
            !argument.is_global_set() && [long, short].into_iter().flatten().any(|name| name == flag)
        })
    };
    program.get_subcommands().find(is_it).map(Command::get_name)
}

/// Whether a flag is accepted but not shown.
fn is_hidden(program: &Command, flag: &str) -> bool {
    let name = flag.trim_start_matches('-');
    let hidden = program.get_arguments().filter(|argument| argument.is_hide_set());
    let names = |argument: &clap::Arg| {
        let aliases = argument.get_all_aliases().unwrap_or_default();
        argument.get_long().into_iter().chain(aliases).any(|known| known == name)
    };
    !name.is_empty() && hidden.into_iter().any(names)
}
