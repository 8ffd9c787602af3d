//! ZIP archives (APPNOTE 6.3), member names in UTF-8 or GBK.

use std::io::{Read, SeekFrom};

use zip::ZipArchive;
use zip::result::ZipError;

use super::{Entry, Expander, Stream, damaged, decode_name};
use crate::failure::Failure;

/// Names that only documents in a ZIP have: Office Open XML, OpenDocument, OFD, EPUB.
const DOCUMENT_NAMES: [&str; 4] = ["[Content_Types].xml", "mimetype", "OFD.xml", "META-INF/container.xml"];

/// Whether the ZIP is a document and no archive; leaves the stream at its start.
pub(super) fn is_document(stream: &mut dyn Stream) -> bool {
    let found = ZipArchive::new(&mut *stream)
        .is_ok_and(|archive| DOCUMENT_NAMES.iter().any(|name| archive.index_for_name(name).is_some()));
    let rewound = stream.seek(SeekFrom::Start(0)).is_ok();
    found || !rewound
}

impl Expander<'_, '_> {
    pub(super) fn zip(&mut self, stream: &mut dyn Stream) -> Result<(), Failure> {
        let mut archive = ZipArchive::new(stream).map_err(|e| refusal(&e))?;
        for index in 0..archive.len() {
            let (name, folder, link) = match archive.by_index_raw(index) {
                Ok(file) => (decode_name(file.name_raw()), file.is_dir(), file.is_symlink()),
                Err(e) => {
                    self.hand_on(Entry::named(format!("member {}", index + 1)), Err(refusal(&e)))?;
                    continue;
                }
            };
            if folder || !self.wants(&name) {
                continue;
            }
            if link {
                self.hand_on(Entry::named(name), Err(Failure::Unreadable("a link, not a file".to_owned())))?;
                continue;
            }
            match archive.by_index(index) {
                Ok(mut file) => {
                    let declared = Some(file.size());
                    self.member(Entry { declared, ..Entry::named(name) }, &mut file as &mut dyn Read)?;
                }
                Err(e) => self.hand_on(Entry::named(name), Err(refusal(&e)))?,
            }
        }
        Ok(())
    }
}

fn refusal(error: &ZipError) -> Failure {
    match error {
        ZipError::UnsupportedArchive(why) if *why == ZipError::PASSWORD_REQUIRED => {
            Failure::Encrypted("needs a password; unpack it first".to_owned())
        }
        ZipError::UnsupportedArchive(why) => Failure::Unsupported(format!("zip: {why}")),
        ZipError::Io(e) => Failure::Unreadable(crate::source::walk::reason(e)),
        other => damaged("zip", other),
    }
}
