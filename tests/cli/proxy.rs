//! A wire to a server that can be cut.

use std::io::copy;
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

/// Passes on what comes to a port of this machine, until it is cut.
pub(crate) struct Proxy {
    /// The port.
    pub(crate) port: u16,
    wires: Arc<Mutex<Vec<TcpStream>>>,
}

impl Proxy {
    /// A wire to this port.
    pub(crate) fn to(server: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a port");
        let port = listener.local_addr().expect("an address").port();
        let wires = Arc::new(Mutex::new(Vec::new()));
        let known = Arc::clone(&wires);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let server = TcpStream::connect(("127.0.0.1", server)).expect("the server");
                let again = |wire: &TcpStream| wire.try_clone().expect("a wire");
                known.lock().expect("wires").extend([again(&client), again(&server)]);
                for (mut from, mut to) in [(again(&client), again(&server)), (server, client)] {
                    std::thread::spawn(move || {
                        // A cut wire is what this is for.
                        let _ = copy(&mut from, &mut to);
                        let _ = to.shutdown(Shutdown::Both);
                    });
                }
            }
        });
        Self { port, wires }
    }

    /// Cuts every connection that is open now.
    pub(crate) fn cut(&self) {
        for wire in self.wires.lock().expect("wires").drain(..) {
            // One that is closed already is cut as well.
            let _ = wire.shutdown(Shutdown::Both);
        }
    }
}
