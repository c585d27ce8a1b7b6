//! Queues of tasks that are corrupted.

use forkstep::{GetError, JoinableQueue, Lease, NameError, Named};

use super::datum::Datum;
use super::session::{PATIENCE, Session};
use super::specimen::Specimen;

/// The most leases that are held at once.
const MOST_HELD: usize = 3;

impl Specimen for JoinableQueue<Datum> {
    fn make(name: &str, size: u8) -> Result<Named<Self>, NameError> {
        let items = 1 + usize::from(size % 8);
        let queue = Self::builder(items).leases(1 + usize::from(size / 8 % 8)).task_bytes(48);
        queue.max_deliveries(1 + u32::from(size / 64)).create(name)
    }

    fn open(name: &str) -> Result<Named<Self>, NameError> {
        Self::open(name)
    }

    fn fill(&self) {
        let put = (0..8).take_while(|n| self.try_put(&Datum::new(*n)).is_ok()).count();
        if put > 1 {
            self.try_get().expect("it was put").task_done().expect("it is ours");
        }
        if put > 2 {
            drop(self.try_get().expect("it was put"));
        }
    }

    fn exercise(&self, session: &mut Session<'_>) {
        let mut held = Vec::new();
        while let Some(next) = session.next() {
            let datum = Datum::new(next.argument);
            match next.operation % 14 {
                0 | 1 => drop(session.note(self.put_timeout(&datum, PATIENCE))),
                2 | 3 if held.len() < MOST_HELD => {
                    hold(&mut held, session, self.get_timeout(PATIENCE));
                }
                4 if held.len() < MOST_HELD && session.may_wait_long() => {
                    hold(&mut held, session, self.try_get());
                }
                5 | 6 if session.may_wait_long() => {
                    if let Some(lease) = held.pop() {
                        session.note(lease.task_done());
                    }
                }
                7 if session.may_wait_long() => drop(held.pop()),
                8 => drop(session.note(self.join_timeout(PATIENCE))),
                9 if session.may_wait_long() => {
                    if let Some(letter) = session.note(self.take_dead_letter()).flatten() {
                        session.judge(letter.decode());
                    }
                }
                10 if session.may_wait_long() => drop(session.note(self.try_put(&datum))),
                11 if session.may_wait_long() && next.argument % 4 == 0 => {
                    session.note(self.close());
                }
                _ => {
                    let seen = (self.len(), self.is_full(), self.is_closed());
                    std::hint::black_box(format!("{self:?} {} {seen:?}", self.unfinished()));
                }
            }
        }
        // Each is given back, and none of them may wait for longer than an operation does.
        held.into_iter().for_each(|lease| {
            session.begin();
            drop(lease);
        });
    }
}

fn hold<'a>(
    held: &mut Vec<Lease<'a, Datum>>,
    session: &mut Session<'_>,
    got: Result<Lease<'a, Datum>, GetError>,
) {
    if let Some(lease) = session.note(got) {
        session.judge::<()>(Ok((*lease).clone()));
        std::hint::black_box(format!("{lease:?}"));
        held.push(lease);
    }
}
