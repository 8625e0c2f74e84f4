//! A file to oneself for a moment.
//!
//! Linux grants a lease on a file that nobody else has open, and lets whoever opens it
//! meanwhile wait until it is given back. So a file can be changed in its place although
//! readers must see the old contents or the new.

#![cfg_attr(target_os = "linux", allow(unsafe_code))]

use std::fs::File;

/// A file that nobody else has open, or can open before this is dropped.
pub(super) struct Lease<'a> {
    #[cfg_attr(not(target_os = "linux"), expect(dead_code, reason = "never made there"))]
    file: &'a File,
}

impl<'a> Lease<'a> {
    /// The file, which is open for writing, to oneself; `None` where somebody else has it open
    /// or the system cannot tell.
    #[cfg(target_os = "linux")]
    pub(super) fn of(file: &'a File) -> Option<Self> {
        // The signal that tells of others who wait ends a process, unless another is chosen.
        let is_ours = control(file, SET_SIGNAL, libc::SIGURG)
            && control(file, libc::F_SETLEASE, libc::c_int::from(libc::F_WRLCK));
        is_ours.then_some(Self { file })
    }

    /// Nothing: no other system is asked.
    #[cfg(not(target_os = "linux"))]
    pub(super) fn of(_: &'a File) -> Option<Self> {
        None
    }
}

#[cfg(target_os = "linux")]
impl Drop for Lease<'_> {
    fn drop(&mut self) {
        control(self.file, libc::F_SETLEASE, libc::c_int::from(libc::F_UNLCK));
    }
}

/// `F_SETSIG` of `fcntl(2)`, which the library does not name for every processor.
#[cfg(target_os = "linux")]
const SET_SIGNAL: libc::c_int = 10;

#[cfg(target_os = "linux")]
fn control(file: &File, command: libc::c_int, value: libc::c_int) -> bool {
    use std::os::fd::AsRawFd as _;
    // SAFETY: the descriptor is open while the file is borrowed, and these commands take a number.
    unsafe { libc::fcntl(file.as_raw_fd(), command, value) == 0 }
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use std::thread;
    use std::time::Duration;

    use super::*;

    /// The lease, once programs that other tests start have closed what they were born with.
    fn granted(file: &File) -> Option<Lease<'_>> {
        let try_again = || {
            thread::sleep(Duration::from_millis(1));
            Lease::of(file)
        };
        Lease::of(file).or_else(|| (0..5000).find_map(|_| try_again()))
    }

    #[test]
    fn a_file_that_is_read_is_not_to_oneself() {
        let named = tempfile::NamedTempFile::new().unwrap();
        let writer = File::options().write(true).open(named.path()).unwrap();
        // The temporary file itself is open, too.
        assert!(Lease::of(&writer).is_none());
        let path = named.into_temp_path();
        assert!(granted(&writer).is_some());
        let reader = File::open(&path).unwrap();
        assert!(Lease::of(&writer).is_none());
        drop(reader);
        assert!(granted(&writer).is_some());
    }

    #[test]
    fn who_opens_it_waits() {
        let path = tempfile::NamedTempFile::new().unwrap().into_temp_path();
        let writer = File::options().write(true).open(&path).unwrap();
        let lease = granted(&writer).unwrap();
        let waiting = thread::spawn({
            let path = path.to_path_buf();
            move || std::fs::read_to_string(path).unwrap()
        });
        thread::sleep(Duration::from_millis(50));
        assert!(!waiting.is_finished());
        std::io::Write::write_all(&mut &writer, b"whole").unwrap();
        drop(lease);
        assert_eq!(waiting.join().unwrap(), "whole");
    }
}
