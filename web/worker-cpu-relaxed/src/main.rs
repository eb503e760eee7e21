//! The inference worker of `worker-cpu`, with matrix products in relaxed SIMD. A browser without that refuses the
//! whole program, so it has to be one of its own.

fn main() {
    sinet_worker::serve(None);
}
