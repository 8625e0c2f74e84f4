//! What this process took of the machine.

use std::fs;

/// What this process took so far.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Usage {
    /// Time in the program itself.
    pub user_seconds: f64,
    /// Time in the system on its behalf.
    pub kernel_seconds: f64,
    /// The most memory that it had at once.
    pub most_memory_kib: u64,
    /// What came from disks, in blocks of 512 bytes.
    pub blocks_read: u64,
    /// What went to disks.
    pub blocks_written: u64,
}

/// The system counts time in hundredths of a second.
const TICKS_A_SECOND: f64 = 100.0;
/// Bytes of a block.
const BLOCK: u64 = 512;

/// What this process took so far; `None` where the system does not tell it this way.
#[must_use]
pub fn of_process() -> Option<Usage> {
    let read = |name: &str| fs::read_to_string(format!("/proc/self/{name}")).ok();
    let (status, io) = (read("status")?, read("io").unwrap_or_default());
    let (user_seconds, kernel_seconds) = times(&read("stat")?)?;
    Some(Usage {
        user_seconds,
        kernel_seconds,
        most_memory_kib: number(&status, "VmHWM:").unwrap_or_default(),
        blocks_read: number(&io, "read_bytes:").unwrap_or_default() / BLOCK,
        blocks_written: number(&io, "write_bytes:").unwrap_or_default() / BLOCK,
    })
}

/// Of `/proc/self/stat`, the 14th and 15th field; the second one, a name, may hold blanks.
fn times(stat: &str) -> Option<(f64, f64)> {
    let mut fields = stat.rsplit_once(')')?.1.split_whitespace().skip(11);
    let mut seconds = || Some(fields.next()?.parse::<f64>().ok()? / TICKS_A_SECOND);
    Some((seconds()?, seconds()?))
}

/// The number in the line that begins with a word.
fn number(text: &str, word: &str) -> Option<u64> {
    let line = text.lines().find_map(|line| line.strip_prefix(word))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_stand_behind_the_name() {
        let stat = "12 (a b) c) S 1 2 3 4 5 6 7 8 9 10 150 25 0 0 20";
        assert_eq!(times(stat), Some((1.5, 0.25)));
        assert_eq!(number("VmPeak:\t 5 kB\nVmHWM:\t  17 kB\n", "VmHWM:"), Some(17));
    }
}
