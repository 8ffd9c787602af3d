//! tar archives: ustar, GNU, pax and the old v7.

use std::io::Read;

use tar::{Archive, EntryType};

use super::{Entry, Expander, damaged, decode_name};
use crate::failure::Failure;

/// Whether a block is the header of a tar: by its magic, or by its checksum where it is older than that.
pub(super) fn is_tar(head: &[u8]) -> bool {
    let Some(block) = head.get(..512) else { return false };
    if block.get(257..262) == Some(b"ustar") {
        return true;
    }
    let field = block.get(148..156).unwrap_or_default();
    let digits = field.iter().skip_while(|b| **b == b' ').take_while(|b| (b'0'..=b'7').contains(b));
    let stored = digits.fold(0u32, |sum, digit| (sum << 3).wrapping_add(u32::from(digit - b'0')));
    let sum: u32 =
        block.iter().enumerate().map(|(i, b)| if (148..156).contains(&i) { 32 } else { u32::from(*b) }).sum();
    stored == sum && block.first().is_some_and(|b| *b != 0)
}

impl Expander<'_, '_> {
    pub(super) fn tar(&mut self, stream: &mut (impl Read + ?Sized)) -> Result<(), Failure> {
        let mut archive = Archive::new(stream);
        let entries = archive.entries().map_err(|e| damaged("tar", &e))?;
        for entry in entries {
            let mut file = entry.map_err(|e| damaged("tar", &e))?;
            let name = decode_name(&file.path_bytes());
            let kind = file.header().entry_type();
            if kind.is_dir() || kind.is_pax_global_extensions() || !self.wants(&name) {
                continue;
            }
            if !matches!(kind, EntryType::Regular | EntryType::Continuous | EntryType::GNUSparse) {
                self.hand_on(
                    Entry::named(name),
                    Err(Failure::Unreadable("not a file but a link or a device".to_owned())),
                )?;
                continue;
            }
            let declared = Some(file.size());
            self.member(Entry { declared, ..Entry::named(name) }, &mut file)?;
        }
        Ok(())
    }
}
