//! What a content stream draws by name: graphics states, images, forms; the appearances of annotations.

use super::super::device::Device;
use super::super::file::Objects;
use super::super::lexer::decode_name;
use super::super::matrix::Matrix;
use super::super::object::{Dict, Object, Stream};
use super::super::page::rect as read_rect;
use super::Interpreter;
use crate::document::Rect;

/// Forms inside forms.
const FORMS_DEEP: usize = 24;
/// Bytes of content that one page may run, forms counted each time.
const PAGE_WORK: u64 = 96 << 20;
/// Forms that one page may run.
const PAGE_FORMS: u32 = 50_000;

impl<D: Device> Interpreter<'_, '_, D> {
    pub(super) fn graphics_state(&mut self, raw: &[u8], resources: &Object) {
        let file = self.shared.file;
        let Some(dict) = resources.dict() else { return };
        let all = file.value(dict, b"ExtGState");
        let Some(all) = all.dict() else { return };
        let entry = file.value(all, &decode_name(raw));
        let Some(entry) = entry.dict() else { return };
        if let Some(width) = file.value(entry, b"LW").number() {
            self.state.line_width = width;
        }
        if let Some(alpha) = file.value(entry, b"ca").number() {
            self.state.alpha = alpha;
        }
        let blend = file.value(entry, b"BM");
        let mode = blend.name().or_else(|| blend.array().and_then(|a| a.first()).and_then(Object::name));
        if let Some(mode) = mode {
            self.state.blended = !matches!(mode, b"Normal" | b"Compatible");
        }
        // A mask hides what it likes.
        if file.value(entry, b"SMask").dict().is_some() {
            self.state.alpha = self.state.alpha.min(0.99);
        }
        if let Some([font, size]) = file.value(entry, b"Font").array() {
            if let Some(font) = self.shared.font(font) {
                self.state.font = Some(font);
            }
            self.state.size = file.resolve(size).number().unwrap_or(self.state.size);
        }
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
