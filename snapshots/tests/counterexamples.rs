//! What a counterexample looks like.

use forkstep_checks::tickets::checks::naive_sale;

#[test]
fn the_naive_ticket_sale_oversells() {
    let found = naive_sale(&mut |_| {});
    let timeline = found.details.expect("the naive sale has a counterexample");
    assert!(timeline.lines().count() <= 40, "short enough to be read:\n{timeline}");
    insta::assert_snapshot!("naive_tickets", timeline);
}
