//! A small server of files by HTTP, for this machine alone.

use std::io::{self, BufRead as _, BufReader, Read as _, Write as _};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream};
use std::time::Duration;

/// How long somebody who connects may take to say what is wanted.
const PATIENCE: Duration = Duration::from_secs(5);
/// Longer questions are not read.
const LONGEST: u64 = 16 << 10;

/// What is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// Its media type: `text/html`.
    pub kind: &'static str,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A server that listens.
#[derive(Debug)]
pub struct Server(TcpListener);

impl Server {
    /// Listens at a port of this machine; port 0 is any that is free.
    ///
    /// # Errors
    /// The address is not this machine's own, or the port is taken.
    pub fn listen(host: IpAddr, port: u16) -> io::Result<Self> {
        if !host.is_loopback() {
            let message = format!("{host} can be reached from other machines");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, message));
        }
        TcpListener::bind(SocketAddr::new(host, port)).map(Self)
    }

    /// Where it listens: `127.0.0.1:8080`.
    ///
    /// # Errors
    /// The system cannot tell.
    pub fn address(&self) -> io::Result<SocketAddr> {
        self.0.local_addr()
    }

    /// Answers what is asked for, one question after the other, with what `find`
    /// gives for a path; until the process ends.
    pub fn serve(&self, find: &dyn Fn(&str) -> Option<Page>) {
        for stream in self.0.incoming().flatten() {
            // Somebody who hangs up or says nothing is not waited for.
            let _ = answer(&stream, find);
        }
    }
}

fn answer(stream: &TcpStream, find: &dyn Fn(&str) -> Option<Page>) -> io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    let mut lines = BufReader::new(stream.take(LONGEST)).lines();
    let question = lines.next().transpose()?.unwrap_or_default();
    let mut is_meant = true;
    for line in lines {
        let line = line?;
        match line.split_once(':') {
            Some((name, host)) if name.eq_ignore_ascii_case("host") => is_meant = is_own(host.trim()),
            _ if line.is_empty() => break,
            _ => {}
        }
    }
    let (status, page) = reply(&question, is_meant, find);
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {}\r\nContent-Length: {}\r\nCache-Control: no-store\r\n\
         X-Content-Type-Options: nosniff\r\nConnection: close\r\n\r\n",
        page.kind,
        page.bytes.len(),
    );
    let mut stream = stream;
    stream.write_all(head.as_bytes())?;
    if !question.starts_with("HEAD ") {
        stream.write_all(&page.bytes)?;
    }
    stream.flush()
}

/// What is answered to the first line of a question. One that means another host comes
/// from a page of that host, which shall not read what is here.
fn reply(question: &str, is_meant: bool, find: &dyn Fn(&str) -> Option<Page>) -> (&'static str, Page) {
    let plain = |text: &str| Page { kind: "text/plain; charset=utf-8", bytes: text.as_bytes().to_vec() };
    let mut words = question.split(' ');
    let (Some("GET" | "HEAD"), Some(path)) = (words.next(), words.next()) else {
        return ("405 Method Not Allowed", plain("only GET is answered\n"));
    };
    if !is_meant {
        return ("403 Forbidden", plain("this is for this machine alone\n"));
    }
    match find(path.split(['?', '#']).next().unwrap_or_default()) {
        Some(page) => ("200 OK", page),
        None => ("404 Not Found", plain("there is no such file\n")),
    }
}

/// Whether a `Host` means this machine.
fn is_own(host: &str) -> bool {
    let name = match host.rsplit_once(':') {
        Some((name, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    };
    let address = name.trim_start_matches('[').trim_end_matches(']');
    name.eq_ignore_ascii_case("localhost") || address.parse::<IpAddr>().is_ok_and(|it| it.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_questions_of_this_machine_are_answered() {
        let find = |path: &str| {
            (path == "/a.json").then(|| Page { kind: "application/json", bytes: b"{}".to_vec() })
        };
        let check = |question: &str, host: &str, expected: &str| {
            let (status, _) = reply(question, is_own(host), &find);
            assert_eq!(status, expected, "{question} of {host}");
        };
        check("GET /a.json?x=1 HTTP/1.1", "127.0.0.1:8080", "200 OK");
        check("HEAD /a.json HTTP/1.1", "localhost", "200 OK");
        check("GET /a.json HTTP/1.1", "[::1]:80", "200 OK");
        check("GET /a.json HTTP/1.1", "evil.example:8080", "403 Forbidden");
        check("GET /b.json HTTP/1.1", "localhost:1", "404 Not Found");
        check("POST /a.json HTTP/1.1", "localhost", "405 Method Not Allowed");
        check("", "localhost", "405 Method Not Allowed");
        assert!(Server::listen([0, 0, 0, 0].into(), 0).is_err());
    }
}
