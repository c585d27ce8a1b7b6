use proptest::prelude::*;

use super::super::machine::Choice;
use super::super::trace::{Access, Action};
use super::{Follower, Key, Recorder, Schedule, Segment, Stand, Until};

fn key(action: Action, word: &str) -> Key {
    Key { action, word: word.to_owned(), function: "word::put".to_owned() }
}

fn read(word: &str) -> Stand {
    Stand::At(key(Action::Access(Access::Read), word))
}

fn hit(participant: usize, stand: Stand, hit: usize) -> Segment {
    let Stand::At(key) = stand else { panic!("it stands nowhere") };
    Segment::Run { participant, until: Until::Hit { key, hit, source: String::new() } }
}

const EXAMPLE: &str = "\
forkstep schedule 1
scenario: lost-update
verdict: two additions make 1
bound: 1
crashes: 1

run P0 until hit 2 of write `value` in `word::put`   # core/src/record/word.rs:61
run P1 until it sleeps
run P1 until hit 1 of call 39 in `a \\' b`
CRASH P0
TIME
run P1 until it ends
";

#[test]
fn a_schedule_is_read_and_written() {
    let schedule: Schedule = EXAMPLE.parse().expect("it is one");
    assert_eq!(schedule.to_string(), EXAMPLE);
    assert_eq!((schedule.bound, schedule.crashes), (Some(1), 1));
    let Segment::Run { until: Until::Hit { key, hit, source }, .. } = &schedule.segments[0] else {
        panic!("{schedule:?}");
    };
    assert_eq!((key.word.as_str(), key.function.as_str(), *hit), ("value", "word::put", 2));
    assert_eq!(source, "core/src/record/word.rs:61");
}

#[test]
fn errors_say_where_what_and_what_else() {
    let fields = "`scenario:`, `verdict:`, `bound:` or `crashes:`";
    let segments = "`run P0 until ...`, `CRASH P0` or `TIME`";
    let doings = "`read`, `write`, `change`, `wait`, `wake`, `sleep`, `robust-list` or `call 1`";
    let rest = "the end of the line or a comment behind `#`";
    let cases = [
        (0, "forkstep schedule 2", "`forkstep schedule 2`", "`forkstep schedule 1`"),
        (1, "name: x", "`name: x`", fields),
        (3, "bound: some", "`some`", "a number or `none`"),
        (7, "jump P0", "`jump`", segments),
        (7, "CRASH Q0", "`Q0`", "a participant, as `P0`,"),
        (7, "run P0", "nothing", "`until`"),
        (7, "run P0 until it stops", "`stops`", "`sleeps` or `ends`"),
        (7, "run P0 until hit 0 of read", "`0`", "a number from 1 on"),
        (7, "run P0 until hit 1 of look", "`look`", doings),
        (7, "run P0 until hit 1 of read `x", "``x`", "text that ends with a backtick"),
        (7, "TIME flies", "`flies`", rest),
    ];
    for (line, text, found, accepted) in cases {
        let mut lines: Vec<_> = EXAMPLE.lines().collect();
        lines[line] = text;
        let error = lines.join("\n").parse::<Schedule>().expect_err(text);
        let line = line + 1;
        let expected = format!("line {line}: {found} stands where {accepted} is accepted");
        assert_eq!(error.to_string(), expected);
    }
}

/// P0 reads a, b, a; P1 dies; P0 sleeps.
#[test]
fn choices_become_segments_and_segments_choices() {
    let execution = [
        (Choice::Step(0), read("a")),
        (Choice::Step(0), read("b")),
        (Choice::Step(0), read("a")),
        (Choice::Step(1), read("b")),
        (Choice::Crash(1), Stand::Dead),
        (Choice::Step(0), Stand::Asleep),
        (Choice::Time, Stand::Asleep),
        (Choice::Step(0), Stand::Ended),
    ];
    let mut recorder = Recorder::new();
    for (choice, stand) in execution.clone() {
        recorder.note(choice, stand, "");
    }
    let segments = recorder.finish();
    let run = |until| Segment::Run { participant: 0, until };
    let expected = [
        hit(0, read("a"), 2),
        hit(1, read("b"), 1),
        Segment::Crash(1),
        run(Until::Asleep),
        Segment::Time,
        run(Until::Ended),
    ];
    assert_eq!(segments, expected);
    let mut follower = Follower::new(segments);
    let mut stands = [read("x"), read("x")];
    for (choice, stand) in execution {
        assert_eq!(follower.next(&stands), Ok(Some(choice)));
        match choice {
            Choice::Step(actor) | Choice::Crash(actor) => stands[actor] = stand,
            // Its time has come.
            Choice::Time => stands[0] = read("c"),
        }
    }
    assert_eq!(follower.next(&stands), Ok(None));
}

#[track_caller]
fn unfollowed(segment: Segment, way: &[[Stand; 2]]) -> String {
    let mut follower = Follower::new(vec![segment]);
    let (last, before) = way.split_last().expect("it stands somewhere");
    for stands in before {
        follower.next(stands).expect("so far it can be followed");
    }
    follower.next(last).expect_err("this cannot be").to_string()
}

#[test]
fn what_cannot_be_followed_is_said() {
    let until = hit(0, read("a"), 2);
    let start = || [read("s"), read("s")];
    assert_eq!(
        unfollowed(until.clone(), &[start(), [read("a"), read("s")], [Stand::Ended, read("s")]]),
        "segment 1 (`run P0 until hit 2 of read `a` in `word::put``) cannot be followed: \
         P0 has ended before that, after 1 of 2 hits"
    );
    assert_eq!(
        unfollowed(until, &[[Stand::Asleep, read("s")]]),
        "segment 1 (`run P0 until hit 2 of read `a` in `word::put``) cannot be followed: \
         P0 sleeps already"
    );
    assert_eq!(
        unfollowed(Segment::Crash(1), &[[read("a"), Stand::Ended]]),
        "segment 1 (`CRASH P1`) cannot be followed: P1 has ended"
    );
    assert_eq!(
        unfollowed(Segment::Crash(2), &[start()]),
        "segment 1 (`CRASH P2`) cannot be followed: there are 2 participants, and no P2"
    );
}

fn keys() -> impl Strategy<Value = Key> {
    let access =
        prop_oneof![Just(Access::Read), Just(Access::Write), Just(Access::ReadModifyWrite)];
    let action = prop_oneof![
        access.prop_map(Action::Access),
        Just(Action::Wait),
        Just(Action::Wake),
        Just(Action::Sleep),
        Just(Action::RobustList),
        any::<u64>().prop_map(Action::Call),
    ];
    (action, any::<String>(), any::<String>()).prop_map(|(action, word, function)| Key {
        action,
        word,
        function,
    })
}

fn segments() -> impl Strategy<Value = Segment> {
    let until = prop_oneof![
        (keys(), 1..100_usize, any::<String>()).prop_map(|(key, hit, source)| Until::Hit {
            key,
            hit,
            source
        }),
        Just(Until::Asleep),
        Just(Until::Ended),
    ];
    prop_oneof![
        (0..9_usize, until).prop_map(|(participant, until)| Segment::Run { participant, until }),
        (0..9_usize).prop_map(Segment::Crash),
        Just(Segment::Time),
    ]
}

proptest! {
    /// Whatever the names are.
    #[test]
    fn what_is_written_is_read(
        scenario: String,
        verdict: String,
        bound: Option<usize>,
        crashes: usize,
        segments in proptest::collection::vec(segments(), 0..9),
    ) {
        let schedule = Schedule { scenario, verdict, bound, crashes, segments };
        prop_assert_eq!(schedule.to_string().parse(), Ok(schedule));
    }

    /// Whoever runs: what was recorded is followed to the same choices.
    #[test]
    fn what_is_recorded_is_followed(
        steps in proptest::collection::vec((0..3_usize, 0..3_usize), 0..40),
    ) {
        let mut stands = [0, 1, 2].map(|n| read(&n.to_string()));
        let mut recorder = Recorder::new();
        let mut execution = Vec::new();
        for (participant, word) in steps {
            let (choice, stand) = (Choice::Step(participant), read(&word.to_string()));
            recorder.note(choice, stand.clone(), "");
            execution.push((choice, stands.clone()));
            stands[participant] = stand;
        }
        let mut follower = Follower::new(recorder.finish());
        for (choice, stands) in execution {
            prop_assert_eq!(follower.next(&stands), Ok(Some(choice)));
        }
        prop_assert_eq!(follower.next(&stands), Ok(None));
    }
}
