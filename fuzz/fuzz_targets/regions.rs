//! Corrupts regions by scripts, which any bytes are, and uses them all the same.
//!
//! `cargo +nightly fuzz run regions -- -timeout=10 -rss_limit_mb=512`, in the root folder. A script
//! that fails is replayed by `FORKSTEP_SCRIPT=<its bytes in hexadecimal digits>`; see
//! checks/tests/corrupt_regions.rs.

#![no_main]

libfuzzer_sys::fuzz_target!(|script: &[u8]| forkstep_checks::corruption::execute_bytes(script));
