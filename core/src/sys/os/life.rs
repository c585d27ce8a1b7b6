//! Life lines: pipes that nothing is written to. The kernel closes the write side with the last
//! process that holds it, however that process ends. Source: pipe(7), read(2).

use std::os::fd::OwnedFd;
use std::sync::{Arc, Mutex, PoisonError};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::unistd::{pipe2, read};

use crate::sys::CallError;

/// Makes a line with one holder, the calling process.
///
/// # Errors
///
/// No descriptor is left, to the process or to the machine.
pub(crate) fn line() -> Result<(Hold, Watch), CallError> {
    let failed = |errno| CallError { call: "pipe2", errno: errno as i32 };
    let (read_side, write_side) = pipe2(OFlag::O_CLOEXEC | OFlag::O_NONBLOCK).map_err(failed)?;
    let hold = Hold { write_side: Arc::new(Mutex::new(Some(write_side))) };
    Ok((hold, Watch { read_side: Arc::new(read_side) }))
}

/// Holds a line for this process, as do its clones: the last one that is dropped ends that.
#[derive(Clone, Debug)]
pub(crate) struct Hold {
    write_side: Arc<Mutex<Option<OwnedFd>>>,
}

impl Hold {
    /// Ends the hold of this process, whatever clones it has.
    pub(crate) fn close(&self) {
        let write_side = self.write_side.lock().unwrap_or_else(PoisonError::into_inner).take();
        drop(write_side);
    }

    /// Whether this process has not closed it.
    pub(crate) fn is_open(&self) -> bool {
        self.write_side.lock().unwrap_or_else(PoisonError::into_inner).is_some()
    }
}

/// Sees whether anybody holds a line.
#[derive(Clone, Debug)]
pub(crate) struct Watch {
    read_side: Arc<OwnedFd>,
}

impl Watch {
    /// Whether no process holds the line any more: the end of the file, and not merely no data.
    ///
    /// Both the close of the write side and the read take the pipe's mutex in the kernel, so who is
    /// told so sees what the holders did. The read needs no limit on descriptors, as poll(2) does.
    pub(crate) fn is_gone(&self) -> bool {
        loop {
            match read(&*self.read_side, &mut [0; 64]) {
                Ok(0) => return true,
                Err(Errno::EAGAIN) => return false,
                // A signal; or bytes that somebody wrote to a descriptor not his own.
                Err(Errno::EINTR) | Ok(_) => {}
                Err(errno) => unreachable!("read of a life line failed: {errno}"),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::line;

    #[test]
    fn gone_is_when_nobody_holds_it() {
        let (hold, watch) = line().expect("descriptors");
        let again = hold.clone();
        drop(hold);
        assert!(again.is_open() && !watch.is_gone());
        let watch_too = watch.clone();
        drop(again);
        assert!(watch.is_gone() && watch_too.is_gone());
    }

    #[test]
    fn closing_one_closes_all_of_the_process() {
        let (hold, watch) = line().expect("descriptors");
        let again = hold.clone();
        hold.close();
        again.close();
        assert!(!again.is_open() && !hold.is_open() && watch.is_gone());
    }
}
