//! ZIP archives (APPNOTE 6.3), member names in UTF-8 or GBK.

use std::io::{Read, Seek, SeekFrom};

use zip::read::{Config, ZipFile};
use zip::result::{ZipError, ZipResult};
use zip::unstable::read::ZipIterable;
use zip::{ZipArchive, ZipReadOptions};

use super::{Entry, Expander, Stream, damaged, decode_name};
use crate::failure::Failure;

/// Names that only documents in a ZIP have: Office Open XML, OpenDocument, OFD, EPUB.
const DOCUMENT_NAMES: [&str; 4] = ["[Content_Types].xml", "mimetype", "OFD.xml", "META-INF/container.xml"];

/// Whether the ZIP is a document and no archive; leaves the stream at its start.
pub(super) fn is_document(stream: &mut dyn Stream) -> bool {
    // in an archive that is cut off the list of a document inside it is found
    let found = ZipArchive::new(&mut *stream).is_ok_and(|archive| {
        archive.offset() == 0 && DOCUMENT_NAMES.iter().any(|name| archive.index_for_name(name).is_some())
    });
    let rewound = stream.seek(SeekFrom::Start(0)).is_ok();
    found || !rewound
}

impl Expander<'_, '_> {
    pub(super) fn zip(&mut self, stream: &mut dyn Stream) -> Result<(), Failure> {
        let archive = ZipArchive::new(&mut *stream).map_err(|e| refusal(&e))?;
        if archive.offset() > 0 {
            let why = "zip: cut off; the list of its members is missing";
            return Err(Failure::Damaged(why.to_owned()));
        }
        if archive.has_duplicate_names() {
            drop(archive);
            return self.namesakes(stream);
        }
        self.by_name(archive)
    }

    fn by_name<S: Read + Seek>(&mut self, mut archive: ZipArchive<S>) -> Result<(), Failure> {
        for index in 0..archive.len() {
            let (name, folder, link) = match archive.by_index_raw(index) {
                Ok(file) => (decode_name(file.name_raw()), file.is_dir(), file.is_symlink()),
                Err(e) => {
                    self.hand_on(Entry::named(format!("member {}", index + 1)), Err(refusal(&e)))?;
                    continue;
                }
            };
            if !folder && self.wants(&name) {
                self.zipped(name, link, || archive.by_index(index))?;
            }
        }
        Ok(())
    }

    /// An archive with several members of one name, of which a map by names has the last.
    fn namesakes(&mut self, stream: &mut dyn Stream) -> Result<(), Failure> {
        let mut archive = ZipIterable::try_new(stream, Config::default()).map_err(|e| refusal(&e))?;
        let files = archive.files().map_err(|e| refusal(&e))?;
        while let Some(entry) = files.next() {
            let entry = entry.map_err(|e| refusal(&e))?;
            let (name, link) = (decode_name(entry.name_raw()), entry.is_symlink());
            if !entry.is_dir() && self.wants(&name) {
                self.zipped(name, link, || entry.with_reader(files.reader_mut(), ZipReadOptions::default()))?;
            }
        }
        Ok(())
    }

    fn zipped<'f, R: Read + ?Sized + 'f>(
        &mut self,
        name: String,
        link: bool,
        open: impl FnOnce() -> ZipResult<ZipFile<'f, R>>,
    ) -> Result<(), Failure> {
        if link {
            return self.hand_on(Entry::named(name), Err(Failure::Unreadable("a link, not a file".to_owned())));
        }
        match open() {
            Ok(mut file) => {
                let declared = Some(file.size());
                self.member(Entry { declared, ..Entry::named(name) }, &mut file)
            }
            Err(e) => self.hand_on(Entry::named(name), Err(refusal(&e))),
        }
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
