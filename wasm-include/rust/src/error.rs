// SPDX-License-Identifier: MIT
use crate::{imports, messages};
use alloc::string::{String, ToString};
use core::fmt;

/// A result with this crate's [`Error`].
pub type Result<T> = core::result::Result<T, Error>;

/// A call that libbpf, the kernel or the host refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Error {
    operation: String,
    errno: i32,
    log: String,
}

impl Error {
    /// Linux's error number: 1 is EPERM. libbpf's own numbers are 4000 and more.
    pub fn errno(&self) -> i32 {
        self.errno
    }

    /// The name of the error number, such as "EPERM"; `None` for those that are not Linux's.
    pub fn name(&self) -> Option<&'static str> {
        imports::ERRORS.iter().find(|row| i32::from(row.1) == self.errno).map(|row| row.2)
    }

    /// The messages of libbpf and the verifier about it, one a line. Empty after [`crate::set_print`], which gets them instead.
    pub fn log(&self) -> &str {
        &self.log
    }

    /// True for EINTR: a signal ended the wait.
    pub fn is_interrupted(&self) -> bool {
        self.name() == Some("EINTR")
    }

    pub(crate) fn new(operation: impl ToString, name: &str) -> Self {
        let errno = imports::ERRORS.iter().find(|row| row.2 == name).map_or(0, |row| i32::from(row.1));
        Error { operation: operation.to_string(), errno, log: String::new() }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cannot {}: ", self.operation)?;
        match self.name() {
            Some(name) => f.write_str(name)?,
            None => write!(f, "error {}", self.errno)?,
        }
        match reason(&self.log) {
            Some(line) => write!(f, ": {}", line.trim().trim_start_matches("libbpf: ")),
            None => Ok(()),
        }
    }
}

/// The line of a log that gives the reason: the verifier's last one before its statistics, or libbpf's first, since each caller in libbpf
/// adds a line.
fn reason(log: &str) -> Option<&str> {
    let mut lines = log.lines().filter(|line| !line.trim().is_empty());
    match log.split_once(VERIFIER_END) {
        Some((verifier, _)) => {
            let mut lines = verifier.lines().filter(|line| !line.trim().is_empty() && !line.starts_with("processed "));
            lines.next_back()
        }
        None => lines.next(),
    }
}

/// libbpf's mark after the verifier's messages.
const VERIFIER_END: &str = "-- END PROG LOAD LOG --";

#[cfg(feature = "std")]
impl std::error::Error for Error {}

#[cfg(feature = "std")]
impl From<Error> for std::io::Error {
    fn from(error: Error) -> Self {
        let kind = match error.is_interrupted() {
            true => std::io::ErrorKind::Interrupted,
            false => std::io::ErrorKind::Other,
        };
        std::io::Error::new(kind, error)
    }
}

/// The Linux number of a negative result of an import. Numbers that WASI does not have pass unchanged.
pub(crate) fn linux_errno(wasi: i64) -> i32 {
    let row = imports::ERRORS.iter().find(|row| i64::from(row.0) == wasi);
    row.map_or(wasi as i32, |row| i32::from(row.1))
}

/// The result of an import, or the error if it is negative, with libbpf's messages since the last call.
pub(crate) fn checked(operation: &str, result: i64) -> Result<i64> {
    let log = messages::take();
    if result >= 0 {
        return Ok(result);
    }
    Err(Error { operation: operation.to_string(), errno: linux_errno(-result), log })
}

/// As [`checked`], with the noun of the operation.
pub(crate) fn checked_for(verb: &str, noun: &str, result: i64) -> Result<i64> {
    if result >= 0 {
        messages::take();
        return Ok(result);
    }
    checked(&alloc::format!("{verb} \"{noun}\""), result)
}

#[cfg(test)]
mod tests {
    use super::reason;

    #[test]
    fn the_reason_is_the_verifiers_last_message() {
        let log = "libbpf: prog 'a': BPF program load failed\n-- BEGIN PROG LOAD LOG --\n0: exit\nR0 !read_ok\nprocessed 1 insns\n\
                   -- END PROG LOAD LOG --\nlibbpf: failed to load object 'x'\n";
        assert_eq!(reason(log), Some("R0 !read_ok"));
    }

    #[test]
    fn the_reason_is_libbpfs_first_message() {
        assert_eq!(reason("\nlibbpf: no such file\nlibbpf: failed to load\n"), Some("libbpf: no such file"));
        assert_eq!(reason(" \n"), None);
    }
}
