//! Where the program itself was mapped.

/// The file of the program that runs.
pub(super) const PROGRAM: &str = "/proc/self/exe";

/// The addresses of the program's own code and data.
#[derive(Clone, Copy, Debug)]
pub(super) struct Image {
    base: u64,
    end: u64,
}

impl Image {
    /// Asks the kernel.
    ///
    /// # Errors
    ///
    /// It does not say.
    pub(super) fn of_this_program() -> Result<Self, String> {
        let failed = |what: &str, error| format!("{what}: {error}");
        let program = std::fs::read_link(PROGRAM).map_err(|error| failed(PROGRAM, error))?;
        let maps = "/proc/self/maps";
        let text = std::fs::read_to_string(maps).map_err(|error| failed(maps, error))?;
        let program = program.to_string_lossy();
        Self::among(&text, &program).ok_or(format!("{maps} has no mapping of {program}"))
    }

    /// Finds the mappings of a program among all. The linker puts a position-independent program
    /// at 0, so what is mapped from the start of the file says by how much it was moved.
    fn among(maps: &str, program: &str) -> Option<Self> {
        let own = maps.lines().filter(|line| line.ends_with(program)).filter_map(Mapping::parse);
        let mut own = own.peekable();
        let first = own.peek()?;
        let base = first.start - first.offset;
        Some(Self { base, end: own.map(|mapping| mapping.end).max()? })
    }

    /// The address as the file counts, if it is one of the program's.
    pub(super) fn in_file(&self, address: u64) -> Option<u64> {
        (self.base..self.end).contains(&address).then(|| address - self.base)
    }
}

/// One line of `/proc/self/maps`.
struct Mapping {
    start: u64,
    end: u64,
    offset: u64,
}

impl Mapping {
    fn parse(line: &str) -> Option<Self> {
        let hex = |digits| u64::from_str_radix(digits, 16).ok();
        let mut words = line.split_ascii_whitespace();
        let (start, end) = words.next()?.split_once('-')?;
        let _access = words.next()?;
        Some(Self { start: hex(start)?, end: hex(end)?, offset: hex(words.next()?)? })
    }
}

#[cfg(test)]
mod tests {
    use super::Image;

    const MAPS: &str = "\
        55d0c0000000-55d0c0010000 r--p 00000000 fe:01 42                 /bin/program\n\
        55d0c0010000-55d0c0090000 r-xp 0000f000 fe:01 42                 /bin/program\n\
        55d0c0090000-55d0c00a0000 rw-p 0008e000 fe:01 42                 /bin/program\n\
        7f0000000000-7f0000010000 r--p 00000000 fe:01 43                 /lib/libc.so.6\n";

    #[test]
    fn addresses_of_the_program_are_told_from_others() {
        let image = Image::among(MAPS, "/bin/program").expect("it is mapped");
        assert_eq!(image.in_file(0x55d0_c001_2345), Some(0x12345));
        assert_eq!(image.in_file(0x7f00_0000_1000), None);
        assert!(Image::among(MAPS, "/bin/other").is_none());
    }
}
