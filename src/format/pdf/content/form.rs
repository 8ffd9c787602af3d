//! What a content stream draws by name: graphics states, images, forms; the appearances of annotations.

use std::rc::Rc;

use super::super::device::Device;
use super::super::file::Objects;
use super::super::font::Font;
use super::super::lexer::decode_name;
use super::super::matrix::Matrix;
use super::super::object::{Dict, Object, Stream};
use super::super::page::rect as read_rect;
use super::{Interpreter, MOST_NAMED, Named};
use crate::document::Rect;

/// Forms inside forms.
const FORMS_DEEP: usize = 24;
/// Bytes of content that one page may run, forms counted each time.
const PAGE_WORK: u64 = 96 << 20;
/// Forms that one page may run.
const PAGE_FORMS: u32 = 50_000;

/// What a dictionary of graphics state parameters sets (ISO 32000-2, 8.4.5).
pub(super) struct Parameters {
    line_width: Option<f64>,
    alpha: Option<f64>,
    blended: Option<bool>,
    /// A mask hides what it likes.
    masked: bool,
    font: Option<Rc<Font>>,
    size: Option<f64>,
}

impl<D: Device> Interpreter<'_, '_, D> {
    pub(super) fn graphics_state<'d>(&mut self, raw: &'d [u8], resources: &Object, named: &mut Named<'d>) {
        let known = named.states.iter().find(|(name, _)| *name == raw);
        let set = match known {
            Some((_, set)) => Rc::clone(set),
            None => {
                let Some(set) = self.parameters(raw, resources).map(Rc::new) else { return };
                if named.states.len() < MOST_NAMED {
                    named.states.push((raw, Rc::clone(&set)));
                }
                set
            }
        };
        let state = &mut self.state;
        state.line_width = set.line_width.unwrap_or(state.line_width);
        state.alpha = set.alpha.unwrap_or(state.alpha);
        state.blended = set.blended.unwrap_or(state.blended);
        if set.masked {
            state.alpha = state.alpha.min(0.99);
        }
        state.font = set.font.clone().or_else(|| state.font.take());
        state.size = set.size.unwrap_or(state.size);
    }

    /// What a named dictionary sets.
    fn parameters(&self, raw: &[u8], resources: &Object) -> Option<Parameters> {
        let file = self.shared.file;
        let all = file.value(resources.dict()?, b"ExtGState");
        let entry = file.value(all.dict()?, &decode_name(raw));
        let entry = entry.dict()?;
        let blend = file.value(entry, b"BM");
        let mode = blend.name().or_else(|| blend.array().and_then(|a| a.first()).and_then(Object::name));
        let font = file.value(entry, b"Font");
        let (font, size) = match font.array() {
            Some([font, size]) => (self.shared.font(font), file.resolve(size).number()),
            _ => (None, None),
        };
        Some(Parameters {
            line_width: file.value(entry, b"LW").number(),
            alpha: file.value(entry, b"ca").number(),
            blended: mode.map(|mode| !matches!(mode, b"Normal" | b"Compatible")),
            masked: file.value(entry, b"SMask").dict().is_some(),
            font,
            size,
        })
    }

    pub(super) fn unit_square(&self) -> Rect {
        self.state.ctm.apply_rect(0.0, 0.0, 1.0, 1.0)
    }

    pub(super) fn draw(&mut self, raw: &[u8], resources: &Object) {
        let file = self.shared.file;
        let Some(dict) = resources.dict() else { return };
        let all = file.value(dict, b"XObject");
        let Some(all) = all.dict() else { return };
        let object = file.resolve(all.get(&decode_name(raw)));
        let Some(stream) = object.stream() else { return };
        let hidden = !stream.dict.get(b"OC").is_null() && self.shared.layers.hides(file, stream.dict.get(b"OC"));
        match file.value(&stream.dict, b"Subtype").name() {
            Some(b"Image") if self.hiding == 0 && !hidden => {
                let rect = self.unit_square();
                self.device.image(&rect, &self.state.clip);
            }
            Some(b"Form") | None => {
                self.hiding += u32::from(hidden);
                self.form(stream, resources);
                self.hiding -= u32::from(hidden);
            }
            _ => {}
        }
    }

    /// Runs a form XObject in the current graphics state.
    pub fn form(&mut self, stream: &Stream, outer: &Object) {
        let file = self.shared.file;
        let number = stream.id.0;
        self.forms += 1;
        if self.running.len() >= FORMS_DEEP || self.running.contains(&number) {
            return;
        }
        if self.forms > PAGE_FORMS || self.work > PAGE_WORK || (self.forms % 256 == 255 && self.shared.late()) {
            self.cut = true;
            return;
        }
        let saved = self.state.clone();
        let (text_matrix, line_matrix) = (self.text_matrix, self.line_matrix);
        let path = std::mem::take(&mut self.path);
        let clip_pending = std::mem::take(&mut self.clip_pending);
        if let Some(m) = read_matrix(file, &file.value(&stream.dict, b"Matrix")) {
            let next = m.then(&self.state.ctm);
            if next.is_sane() {
                self.state.ctm = next;
            }
        }
        if let Some([x0, y0, x1, y1]) = read_rect(file, &file.value(&stream.dict, b"BBox")) {
            let bounds = self.state.ctm.apply_rect(x0, y0, x1, y1);
            let c = &mut self.state.clip;
            *c = Rect {
                x0: c.x0.max(bounds.x0),
                y0: c.y0.max(bounds.y0),
                x1: c.x1.min(bounds.x1),
                y1: c.y1.min(bounds.y1),
            };
        }
        let own = file.value(&stream.dict, b"Resources");
        let data = self.shared.form(stream);
        self.running.push(number);
        self.run(&data, if own.dict().is_some() { &own } else { outer });
        self.running.pop();
        self.state = saved;
        (self.text_matrix, self.line_matrix) = (text_matrix, line_matrix);
        self.path = path;
        self.clip_pending = clip_pending;
    }

    /// Draws an annotation's normal appearance into its rectangle (ISO 32000-2, 12.5.5).
    pub fn annotation(&mut self, annotation: &Dict, base: &Matrix, resources: &Object) {
        let file = self.shared.file;
        let flags = file.value(annotation, b"F").int().unwrap_or(0);
        if flags & (2 | 32) != 0 || file.value(annotation, b"Subtype").name() == Some(b"Popup") {
            return;
        }
        if !annotation.get(b"OC").is_null() && self.shared.layers.hides(file, annotation.get(b"OC")) {
            return;
        }
        let appearances = file.value(annotation, b"AP");
        let Some(appearances) = appearances.dict() else { return };
        let mut normal = file.value(appearances, b"N");
        if let Object::Dict(states) = &normal {
            let state = file.value(annotation, b"AS");
            normal = state.name().map_or(Object::Null, |n| file.value(states, n));
        }
        let Some(stream) = normal.stream() else { return };
        let Some(target) = read_rect(file, &file.value(annotation, b"Rect")) else { return };
        let bbox = read_rect(file, &file.value(&stream.dict, b"BBox")).unwrap_or(target);
        let own = read_matrix(file, &file.value(&stream.dict, b"Matrix")).unwrap_or(Matrix::IDENTITY);
        let moved = own.apply_rect(bbox[0], bbox[1], bbox[2], bbox[3]);
        let (w, h) = (f64::from(moved.width()), f64::from(moved.height()));
        let sx = if w > 1e-6 { (target[2] - target[0]) / w } else { 1.0 };
        let sy = if h > 1e-6 { (target[3] - target[1]) / h } else { 1.0 };
        let fit =
            Matrix::new(sx, 0.0, 0.0, sy, target[0] - f64::from(moved.x0) * sx, target[1] - f64::from(moved.y0) * sy);
        let saved = self.state.clone();
        self.state.ctm = fit.then(base);
        self.form(stream, resources);
        self.state = saved;
    }
}

/// A matrix of six numbers.
fn read_matrix(objects: &dyn Objects, object: &Object) -> Option<Matrix> {
    let items = object.array()?;
    let mut n = [0.0; 6];
    for (slot, item) in n.iter_mut().zip(items.get(..6)?) {
        *slot = objects.resolve(item).number()?;
    }
    let [a, b, c, d, e, f] = n;
    Some(Matrix::new(a, b, c, d, e, f))
}
