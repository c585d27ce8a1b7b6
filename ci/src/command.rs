//! A command that can be printed exactly as a shell would take it, and run.

use std::fmt;
use std::path::Path;
use std::process::{Command, ExitStatus, Stdio};

use crate::step::Failure;

/// One call of `cargo`, with the variables that are set for it.
pub(crate) struct CargoCommand {
    /// Pairs of name and value.
    pub(crate) variables: &'static [(&'static str, &'static str)],
    pub(crate) arguments: &'static [&'static str],
}

impl CargoCommand {
    /// Prints the command after `$ ` and runs it in `root`, with this process's output.
    pub(crate) fn run(&self, root: &Path) -> Result<(), Failure> {
        println!("$ {self}");
        let status = self.command(root).status().map_err(|error| Failure {
            what: format!("`{self}` could not be started: {error}"),
            code: 127,
        })?;
        self.judge(status)
    }

    fn judge(&self, status: ExitStatus) -> Result<(), Failure> {
        if status.success() {
            return Ok(());
        }
        // A command that a signal ended has no exit code; 1 says that it failed.
        let code = status.code().and_then(|code| u8::try_from(code).ok()).unwrap_or(1);
        Err(Failure { what: format!("`{self}` failed: {status}"), code })
    }

    /// Tells whether the command succeeds, without printing anything.
    pub(crate) fn succeeds(&self, root: &Path) -> bool {
        let mut command = self.command(root);
        command.stdout(Stdio::null()).stderr(Stdio::null());
        command.status().is_ok_and(|status| status.success())
    }

    fn command(&self, root: &Path) -> Command {
        let mut command = Command::new("cargo");
        command.args(self.arguments).envs(self.variables.iter().copied()).current_dir(root);
        command
    }
}

impl fmt::Display for CargoCommand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in self.variables {
            write!(f, "{name}=\"{value}\" ")?;
        }
        write!(f, "cargo {}", self.arguments.join(" "))
    }
}

#[cfg(test)]
mod tests {
    use super::CargoCommand;
    use std::os::unix::process::ExitStatusExt;
    use std::path::Path;
    use std::process::ExitStatus;

    #[test]
    fn variables_are_printed_as_a_shell_takes_them() {
        let command =
            CargoCommand { variables: &[("FLAGS", "-D warnings")], arguments: &["doc", "-q"] };
        assert_eq!(command.to_string(), "FLAGS=\"-D warnings\" cargo doc -q");
    }

    #[test]
    fn exit_code_of_the_command_is_kept() {
        let command = CargoCommand { variables: &[], arguments: &["test"] };
        let code = |wait_status| {
            let status = ExitStatus::from_raw(wait_status);
            command.judge(status).err().map(|failure| failure.code)
        };
        assert_eq!(code(0), None);
        assert_eq!(code(101 << 8), Some(101));
        let sigkill = 9;
        assert_eq!(code(sigkill), Some(1));
    }

    #[test]
    fn probe_for_a_missing_subcommand_fails() {
        let here = Path::new(".");
        let probe = |arguments| CargoCommand { variables: &[], arguments }.succeeds(here);
        assert!(probe(&["--version"]));
        assert!(!probe(&["no-such-subcommand", "--version"]));
    }
}
