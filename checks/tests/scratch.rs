use forkstep_checks::litmus::*;
use forkstep_checks::crash::*;
use forkstep_checks::backend::model::*;
use forkstep_checks::lock::models::*;
use forkstep_model::sys::model::*;
use std::sync::Arc;
#[test]
fn litmus() {
    for l in table() { for main in 0..l.threads.len() {
        for cure in [Cure::None, Cure::Loads, Cure::All] {
            match on_loom(l, cure, main) { Ok(f) => println!("LIT {} {main} {cure:?} {:?} {:?}", l.name, f.executions, judge(l, &f.outcomes, &l.on_loom())),
            Err(e) => println!("LIT {} {e:?}", l.name) }
        }
    }}
}
#[test]
fn models() {
    use Role::*;
    for (roles, pb, faults) in [
      (vec![Acquire(1); 2], None, Faults{crashes:2, interrupts:true, time_outs:false}),
      (vec![Acquire(2); 2], Some(2), Faults{crashes:1, interrupts:true, time_outs:false}),
      (vec![Acquire(1); 3], Some(2), Faults{crashes:1, interrupts:true, time_outs:false}),
      (vec![Acquire(1), Try], None, Faults{crashes:1, interrupts:true, time_outs:false}),
      (vec![Acquire(1), Acquire(1), Timeout], Some(2), Faults{crashes:1, interrupts:true, time_outs:true}),
      (vec![Acquire(1), Twice], None, Faults{crashes:1, interrupts:true, time_outs:false}),
      (vec![Acquire(1), Panic], None, Faults{crashes:1, interrupts:true, time_outs:false}),
      (vec![Acquire(1), AskOwner], None, Faults{crashes:1, interrupts:true, time_outs:false}),
      (vec![GiveUp; 3], Some(2), Faults{crashes:1, interrupts:true, time_outs:false}),
    ] {
        let s = Arc::new(LockModel(roles.clone()));
        let t = std::time::Instant::now();
        match check(&s, faults, Bounds{preemptions: pb, executions: 3_000_000}, &mut |_| {}) { Ok(e) => println!("MOD {roles:?} {pb:?} {e:?} {:?}", t.elapsed()),
        Err(Failure::Counterexample(c)) => { println!("MOD {roles:?} {pb:?} FAIL {} exec {} plan {:?} order {:?}", c.message, c.execution, c.plan, c.order); for e in &c.trace { println!("MOD  {:?} {:?} {}", e.participant, e.what, e.at); } }
        Err(f) => println!("MOD {f:?}") }
    }
}
