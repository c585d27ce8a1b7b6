//! The command `forkstep`.

use std::process::ExitCode;

fn main() -> ExitCode {
    forkstep_checks::cli::run(std::env::args_os())
}
