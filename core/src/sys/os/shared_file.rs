//! Files of shared memory with names: made without one, and given it when they are whole.
//! Source: open(2) on O_TMPFILE, linkat(2), fcntl(2) on locks of open files, shm_overview(7).

use std::fs::{self, File, OpenOptions, Permissions};
use std::io;
use std::os::fd::AsRawFd;
use std::os::unix::fs::{FileExt, MetadataExt, OpenOptionsExt, PermissionsExt};
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, FallocateFlags, FcntlArg, fallocate, fcntl};
use nix::unistd::linkat;

use super::memory::{check_available, failed_mapping};
use crate::sys::{FileError, MappingError};

const FOLDER: &str = "/dev/shm";
const PREFIX: &str = "forkstep.";
/// For nobody but the user who made it.
const MODE: u32 = 0o600;

/// What a mapping of a file is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Access {
    /// Looking only: the kernel refuses every write.
    Read,
    /// Everything.
    Write,
}

/// An open file of shared memory. Closed on exec, inherited by fork.
///
/// What is *held* is a lock on the open file: forked copies hold it together, and the kernel takes
/// it away when the last of them is gone. (Not flock(2): that can be looked at only by taking it.)
#[derive(Debug)]
pub(crate) struct SharedFile {
    file: File,
}

impl SharedFile {
    /// Makes a file of `len` bytes without a name, all of them allocated now. If the process ends
    /// before [`give_name`](Self::give_name), nothing is left of it.
    pub(crate) fn create(len: usize) -> Result<Self, MappingError> {
        check_available(len)?;
        let mut options = OpenOptions::new();
        options.read(true).write(true).mode(MODE).custom_flags(libc::O_TMPFILE);
        let file =
            options.open(FOLDER).map_err(|e| failed_mapping("open(O_TMPFILE)")(errno(&e)))?;
        // Whatever the umask leaves of the mode.
        let mode = file.set_permissions(Permissions::from_mode(MODE));
        mode.map_err(|e| failed_mapping("fchmod")(errno(&e)))?;
        let bytes = i64::try_from(len).map_err(|_| MappingError::NoMemory)?;
        fallocate(&file, FallocateFlags::empty(), 0, bytes).map_err(failed_mapping("fallocate"))?;
        Ok(Self { file })
    }

    /// Opens the file that has this name now.
    pub(crate) fn open(name: &str, access: Access) -> Result<Self, FileError> {
        let mut options = OpenOptions::new();
        // A link is no region, and a pipe that somebody put there must not be waited for.
        let flags = libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY;
        options.read(true).write(access == Access::Write).custom_flags(flags);
        let file = options.open(path(name)).map_err(|error| match errno(&error) {
            Errno::ENOENT => FileError::Missing,
            Errno::ELOOP | Errno::EISDIR | Errno::ENXIO => FileError::NotAFile,
            other => failed("open")(other),
        })?;
        if !file.metadata().map_err(|e| failed("fstat")(errno(&e)))?.is_file() {
            return Err(FileError::NotAFile);
        }
        Ok(Self { file })
    }

    /// Opens the same file anew: what is held by the one is not held by the other.
    pub(crate) fn reopen(&self) -> Result<Self, FileError> {
        let file = OpenOptions::new().read(true).write(true).open(self.own_path());
        Ok(Self { file: file.map_err(|e| failed("open")(errno(&e)))? })
    }

    /// Gives the file a name, unless another has it.
    pub(crate) fn give_name(&self, name: &str) -> Result<(), FileError> {
        let (from, to) = (self.own_path(), path(name));
        // CRASH: before it, the file is gone with its last process; after it, it is whole.
        match linkat(AT_FDCWD, &from, AT_FDCWD, &to, AtFlags::AT_SYMLINK_FOLLOW) {
            Err(Errno::EEXIST) => Err(FileError::Exists),
            done => done.map_err(failed("linkat")),
        }
    }

    /// Whether the name leads to this file now.
    pub(crate) fn has_name(&self, name: &str) -> Result<bool, FileError> {
        let own = self.file.metadata().map_err(|e| failed("fstat")(errno(&e)))?;
        match fs::symlink_metadata(path(name)) {
            Ok(named) => Ok((named.dev(), named.ino()) == (own.dev(), own.ino())),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(failed("lstat")(errno(&error))),
        }
    }

    pub(crate) fn len(&self) -> Result<u64, FileError> {
        Ok(self.file.metadata().map_err(|e| failed("fstat")(errno(&e)))?.len())
    }

    /// Reads the first bytes; says how many there were.
    pub(crate) fn read_start(&self, to: &mut [u8]) -> Result<usize, FileError> {
        self.file.read_at(to, 0).map_err(|e| failed("pread")(errno(&e)))
    }

    /// Takes hold of the file if nobody else has; says whether it is held now.
    pub(crate) fn hold(&self) -> Result<bool, FileError> {
        match fcntl(&self.file, FcntlArg::F_OFD_SETLK(&whole(libc::F_WRLCK))) {
            Err(Errno::EAGAIN | Errno::EACCES) => Ok(false),
            done => done.map(|_| true).map_err(failed("fcntl(F_OFD_SETLK)")),
        }
    }

    /// Lets go of the file, for forked copies too.
    pub(crate) fn let_go(&self) -> Result<(), FileError> {
        let done = fcntl(&self.file, FcntlArg::F_OFD_SETLK(&whole(libc::F_UNLCK)));
        done.map(drop).map_err(failed("fcntl(F_OFD_SETLK)"))
    }

    /// Whether somebody else holds the file. Asking changes nothing.
    pub(crate) fn is_held(&self) -> Result<bool, FileError> {
        let mut lock = whole(libc::F_WRLCK);
        let done = fcntl(&self.file, FcntlArg::F_OFD_GETLK(&mut lock));
        done.map_err(failed("fcntl(F_OFD_GETLK)"))?;
        Ok(i32::from(lock.l_type) != libc::F_UNLCK)
    }

    pub(super) fn file(&self) -> &File {
        &self.file
    }

    fn own_path(&self) -> PathBuf {
        PathBuf::from(format!("/proc/self/fd/{}", self.file.as_raw_fd()))
    }
}

/// Takes a name away; who has the file open keeps it.
pub(crate) fn remove_name(name: &str) -> Result<(), FileError> {
    fs::remove_file(path(name)).map_err(|error| match errno(&error) {
        Errno::ENOENT => FileError::Missing,
        Errno::EISDIR => FileError::NotAFile,
        other => failed("unlink")(other),
    })
}

/// All names that files have now.
pub(crate) fn names() -> Result<Vec<String>, FileError> {
    let entries = fs::read_dir(FOLDER).map_err(|e| failed("open")(errno(&e)))?;
    let names = entries.flatten().filter_map(|entry| entry.file_name().into_string().ok());
    Ok(names.filter_map(|name| name.strip_prefix(PREFIX).map(str::to_owned)).collect())
}

fn path(name: &str) -> PathBuf {
    Path::new(FOLDER).join(format!("{PREFIX}{name}"))
}

/// A lock of this type on all bytes.
fn whole(lock_type: i32) -> libc::flock {
    let (l_type, l_whence) = (lock_type as i16, libc::SEEK_SET as i16);
    libc::flock { l_type, l_whence, l_start: 0, l_len: 0, l_pid: 0 }
}

fn errno(error: &io::Error) -> Errno {
    Errno::from_raw(error.raw_os_error().unwrap_or(0))
}

fn failed(call: &'static str) -> impl Fn(Errno) -> FileError {
    move |errno| FileError::Os { call, errno: errno as i32 }
}
