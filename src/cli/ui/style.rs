//! Colours. They repeat what the words say and are never the only signal.

use anstyle::{AnsiColor, Style};

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It went well.
    Good,
    /// It deserves a look.
    Doubtful,
    /// It went wrong.
    Bad,
    /// It is there for those who look for it.
    Quiet,
    /// It is a heading.
    Strong,
}

/// The text in the colour of its meaning, or as it is where colours are off.
pub(crate) fn paint(colors: bool, meaning: Meaning, text: &str) -> String {
    if !colors || text.is_empty() {
        return text.to_owned();
    }
    let style = match meaning {
        Meaning::Good => Style::new().fg_color(Some(AnsiColor::Green.into())),
        Meaning::Doubtful => Style::new().fg_color(Some(AnsiColor::Yellow.into())),
        Meaning::Bad => Style::new().fg_color(Some(AnsiColor::Red.into())).bold(),
        Meaning::Quiet => Style::new().dimmed(),
        Meaning::Strong => Style::new().bold(),
    };
    format!("{style}{text}{style:#}")
}
