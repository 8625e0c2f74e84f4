//! The `model` binary: everything is in the library.

/// A parse is made of small pieces that threads give to each other, which the
/// system's allocator is slow at.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() {
    model::cli::main()
}
