//! Mails: the message itself and the files that hang on it, member by member.

use std::io::Read;

use super::{Entry, Expander, Stream};
use crate::failure::Failure;
use crate::source::mime::Message;

/// Name of the message itself among its members.
const MESSAGE: &str = "message.eml";
/// Longest mail that is looked through for files; longer ones are read as what they are.
const LONGEST: u64 = 512 << 20;

/// Whether files hang on the mail; leaves the stream at its start.
pub(super) fn has_attachments(stream: &mut dyn Stream) -> bool {
    let mut bytes = Vec::new();
    let read = Read::take(&mut *stream, LONGEST).read_to_end(&mut bytes);
    let rewound = stream.seek(std::io::SeekFrom::Start(0)).is_ok();
    read.is_ok() && rewound && Message::parse(&bytes).is_some_and(|m| m.has_attachments())
}

impl Expander<'_, '_> {
    pub(super) fn mail(&mut self, stream: &mut dyn Stream) -> Result<(), Failure> {
        let mut bytes = Vec::new();
        let read = Read::take(stream, self.limits.bytes.saturating_add(1)).read_to_end(&mut bytes);
        read.map_err(|e| Failure::Unreadable(crate::source::walk::reason(&e)))?;
        if bytes.len() as u64 > self.limits.bytes {
            return Err(self.over());
        }
        let Some(message) = Message::parse(&bytes) else {
            return Err(Failure::Damaged("no mail".to_owned()));
        };
        if self.wants(MESSAGE)
            && let Some(bare) = message.bare()
        {
            self.emit(Entry::named(MESSAGE.to_owned()), Ok(bare))?;
        }
        for (at, attachment) in (1..).zip(message.attachments()) {
            let name = if attachment.name.is_empty() { format!("attachment {at}") } else { attachment.name };
            if !self.wants(&name) {
                continue;
            }
            self.count(attachment.bytes.len() as u64)?;
            self.hand_on(Entry::named(name), Ok(attachment.bytes))?;
        }
        Ok(())
    }
}
