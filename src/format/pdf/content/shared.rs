//! What all pages of one file share.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;

use rustc_hash::FxHashMap;

use super::super::file::{File, Objects};
use super::super::font::Font;
use super::super::layer::Layers;
use super::super::object::{Object, Stream};

/// Fonts that one file may load.
const FONTS: u32 = 50_000;
/// Decoded forms kept for their next use, in bytes.
const KEPT: usize = 8 << 20;

/// What all pages of one file share: fonts, forms, layers, the work done so far.
pub struct Shared<'a> {
    pub(super) file: &'a File<'a>,
    pub(super) layers: Layers,
    fonts: RefCell<FxHashMap<u32, Rc<Font>>>,
    forms: RefCell<FxHashMap<u32, Rc<Vec<u8>>>>,
    kept: Cell<usize>,
    next_font: Cell<u32>,
    deadline: Instant,
}

impl<'a> Shared<'a> {
    /// Begins with an open file.
    #[must_use]
    pub fn new(file: &'a File<'a>, deadline: Instant) -> Self {
        Self {
            file,
            deadline,
            layers: Layers::read(file),
            fonts: RefCell::default(),
            forms: RefCell::default(),
            kept: Cell::new(0),
            next_font: Cell::new(0),
        }
    }

    /// The open file.
    #[must_use]
    pub fn file(&self) -> &'a File<'a> {
        self.file
    }

    /// Whether the time for this file is over.
    #[must_use]
    pub fn late(&self) -> bool {
        Instant::now() > self.deadline
    }

    pub(super) fn font(&self, object: &Object) -> Option<Rc<Font>> {
        let id = object.reference().map(|id| id.0);
        if let Some(id) = id
            && let Some(font) = self.fonts.borrow().get(&id)
        {
            return Some(font.clone());
        }
        let resolved = self.file.resolve(object);
        let uid = self.next_font.get();
        if uid >= FONTS || (uid % 64 == 63 && self.late()) {
            return None;
        }
        self.next_font.set(uid + 1);
        let font = Rc::new(Font::read(self.file, resolved.dict()?, uid));
        if let Some(id) = id {
            self.fonts.borrow_mut().insert(id, font.clone());
        }
        Some(font)
    }

    pub(super) fn form(&self, stream: &Stream) -> Rc<Vec<u8>> {
        if let Some(data) = self.forms.borrow().get(&stream.id.0) {
            return data.clone();
        }
        let data = Rc::new(self.file.stream(stream));
        if self.kept.get() + data.len() <= KEPT {
            self.kept.set(self.kept.get() + data.len());
            self.forms.borrow_mut().insert(stream.id.0, data.clone());
        }
        data
    }
}
