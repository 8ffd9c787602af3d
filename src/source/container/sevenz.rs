//! 7z archives.

use std::io::Read;

use sevenz_rust2::{ArchiveReader, EntryDecision, Error, Password};

use super::{Entry, Expander, Stream, damaged, decode_name};
use crate::failure::Failure;

/// Memory for a decoder's dictionary, in KiB.
const DECODER_MEMORY: usize = 256 << 10;

impl Expander<'_, '_> {
    pub(super) fn seven_zip(&mut self, stream: &mut dyn Stream) -> Result<(), Failure> {
        let password = Password::empty();
        let mut archive =
            ArchiveReader::new_with_memory_limit(stream, password, DECODER_MEMORY).map_err(|e| refusal(&e))?;
        archive.set_thread_count(1);
        let mut ended = Ok(());
        let walked = archive.for_each_entries_with_decision(|entry, reader| {
            let name = decode_name(entry.name().as_bytes());
            if entry.is_directory() || entry.is_anti_item() || !self.wants(&name) {
                // what follows in the same block is only reached through it
                std::io::copy(&mut reader.take(entry.size()), &mut std::io::sink())?;
                return Ok(EntryDecision::Continue);
            }
            let declared = Some(entry.size());
            ended = self.member(Entry { declared, ..Entry::named(name) }, reader);
            Ok(if ended.is_ok() { EntryDecision::Continue } else { EntryDecision::Stop })
        });
        ended?;
        walked.map_err(|e| refusal(&e))
    }
}

fn refusal(error: &Error) -> Failure {
    match error {
        Error::PasswordRequired | Error::MaybeBadPassword(_) => {
            Failure::Encrypted("needs a password; unpack it first".to_owned())
        }
        Error::UnsupportedCompressionMethod(method) => Failure::Unsupported(format!("7z with {method}")),
        Error::MaxMemLimited { .. } => Failure::TooLarge("7z needs over 256 MiB to unpack".to_owned()),
        other => damaged("7z", other),
    }
}
