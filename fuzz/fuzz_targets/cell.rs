//! Any text as a cell: a state, and a number only with the state that says so.
#![no_main]

use gongkai::{record::State, text::read_cell};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let cell = read_cell(text);
    assert_eq!(cell.amount.is_some(), cell.state == State::Number);
});
