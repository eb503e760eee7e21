//! The models that ship, the choice of a worker, the steps after a fault.

pub mod catalogue;
pub mod device;
pub mod failure;
pub mod pool;
