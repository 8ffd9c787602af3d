//! Any bytes as a mail or a saved page: taken apart, never a panic; without its attachments it reads the same.
#![no_main]

use gongkai::source::mime::Message;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    if let Some(message) = Message::parse(bytes) {
        let _ = message.attachments().count();
        let _ = message.header("subject");
        if let Some(bare) = message.bare() {
            assert!(Message::parse(&bare).is_some_and(|again| !again.has_attachments() && again.body().is_some()));
        }
    }
});
