//! Simple queues that are corrupted.

use forkstep::{NameError, Named, SimpleQueue};

use super::datum::Datum;
use super::session::{PATIENCE, Session};
use super::specimen::Specimen;

impl Specimen for SimpleQueue<Datum> {
    fn make(name: &str, size: u8) -> Result<Named<Self>, NameError> {
        Self::create(name, [128, 512, 2048, 16_384][usize::from(size % 4)])
    }

    fn open(name: &str) -> Result<Named<Self>, NameError> {
        Self::open(name)
    }

    fn fill(&self) {
        let put = (0..40).take_while(|n| self.try_put(&Datum::new(*n)).is_ok()).count();
        for _ in 0..put / 3 {
            self.try_get().expect("it was put");
        }
    }

    fn exercise(&self, session: &mut Session<'_>) {
        while let Some(next) = session.next() {
            let datum = Datum::new(next.argument);
            match next.operation % 8 {
                0 | 1 => drop(session.note(self.put_timeout(&datum, PATIENCE))),
                2 | 3 => session.judge(self.get_timeout(PATIENCE)),
                4 if session.may_wait_long() => drop(session.note(self.try_put(&datum))),
                5 if session.may_wait_long() => session.judge(self.try_get()),
                6 if session.may_wait_long() && next.argument % 4 == 0 => {
                    session.note(self.close());
                }
                _ => {
                    let seen = (self.is_empty(), self.is_closed());
                    std::hint::black_box(format!("{self:?} {seen:?}"));
                }
            }
        }
    }
}
