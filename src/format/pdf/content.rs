//! The interpreter of content streams (ISO 32000-2, 7.8.2 and annex A).

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Instant;

use rustc_hash::FxHashMap;

use super::device::{Device, Hidden, Placed};
use super::file::{File, Objects};
use super::font::{Font, Reading};
use super::layer::Layers;
use super::lexer::{Lexer, Token, decode_hex, decode_literal, decode_name, is_white};
use super::matrix::Matrix;
use super::object::{Dict, Object, Stream, parse};
use super::page::rect as read_rect;
use crate::document::Rect;

/// Saved graphics states; deeper `q` are only counted.
const STATES: usize = 512;
/// Forms inside forms.
const FORMS_DEEP: usize = 24;
/// Open marked-content sequences.
const MARKS: usize = 512;
/// Operands kept before an operator.
const OPERANDS: usize = 64;
/// Points of one path.
const POINTS: usize = 1 << 20;
/// Bytes of content that one page may run, forms counted each time.
const PAGE_WORK: u64 = 96 << 20;
/// Forms that one page may run.
const PAGE_FORMS: u32 = 50_000;
/// Fonts that one file may load.
const FONTS: u32 = 50_000;
/// Decoded forms kept for their next use, in bytes.
const KEPT: usize = 8 << 20;

/// What all pages of one file share: fonts, forms, layers, the work done so far.
pub struct Shared<'a> {
    file: &'a File<'a>,
    layers: Layers,
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

    fn font(&self, object: &Object) -> Option<Rc<Font>> {
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

    fn form(&self, stream: &Stream) -> Rc<Vec<u8>> {
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

#[derive(Clone)]
struct State {
    ctm: Matrix,
    clip: Rect,
    white_fill: bool,
    white_stroke: bool,
    line_width: f64,
    font: Option<Rc<Font>>,
    size: f64,
    char_space: f64,
    word_space: f64,
    stretch: f64,
    leading: f64,
    rise: f64,
    mode: i64,
}

/// One open marked-content sequence.
struct Mark {
    mcid: Option<u32>,
    hidden: bool,
    actual: bool,
}

#[derive(Clone, Copy)]
enum Operand<'a> {
    Number(f64),
    Name(&'a [u8]),
    Text(Token<'a>),
    Array,
    /// A dictionary, between these positions of the stream.
    Dict(usize, usize),
}

struct SubPath {
    start: usize,
    closed: bool,
    curved: bool,
}

#[derive(Default)]
struct Path {
    points: Vec<(f32, f32, bool)>,
    subs: Vec<SubPath>,
    curves: u32,
    current: (f64, f64),
    first: (f64, f64),
}

impl Path {
    fn clear(&mut self) {
        self.points.clear();
        self.subs.clear();
        self.curves = 0;
    }

    fn move_to(&mut self, m: &Matrix, x: f64, y: f64) {
        if self.points.len() >= POINTS {
            return;
        }
        self.subs.push(SubPath { start: self.points.len(), closed: false, curved: false });
        let (px, py) = m.apply(x, y);
        self.points.push((px, py, false));
        (self.current, self.first) = ((x, y), (x, y));
    }

    fn line_to(&mut self, m: &Matrix, x: f64, y: f64, curved: bool) {
        if self.subs.is_empty() {
            return self.move_to(m, x, y);
        }
        if self.points.len() >= POINTS {
            return;
        }
        let (px, py) = m.apply(x, y);
        self.points.push((px, py, curved));
        if curved {
            self.curves = self.curves.saturating_add(1);
            if let Some(sub) = self.subs.last_mut() {
                sub.curved = true;
            }
        }
        self.current = (x, y);
    }

    fn close(&mut self, m: &Matrix) {
        if let Some(sub) = self.subs.last_mut()
            && !sub.closed
        {
            sub.closed = true;
            self.current = self.first;
            let _ = m;
        }
    }

    fn rect(&mut self, m: &Matrix, x: f64, y: f64, w: f64, h: f64) {
        self.move_to(m, x, y);
        self.line_to(m, x + w, y, false);
        self.line_to(m, x + w, y + h, false);
        self.line_to(m, x, y + h, false);
        self.close(m);
    }

    /// The points of each subpath and whether it is closed and straight.
    fn each(&self) -> impl Iterator<Item = (&[(f32, f32, bool)], bool, bool)> {
        self.subs.iter().enumerate().map(|(i, sub)| {
            let end = self.subs.get(i + 1).map_or(self.points.len(), |s| s.start);
            (self.points.get(sub.start..end).unwrap_or_default(), sub.closed, !sub.curved)
        })
    }

    fn bounds(&self) -> Option<Rect> {
        let (first, rest) = self.points.split_first()?;
        let mut r = Rect { x0: first.0, y0: first.1, x1: first.0, y1: first.1 };
        for p in rest {
            r.x0 = r.x0.min(p.0);
            r.y0 = r.y0.min(p.1);
            r.x1 = r.x1.max(p.0);
            r.y1 = r.y1.max(p.1);
        }
        Some(r)
    }
}

/// Runs the content of one page.
pub struct Interpreter<'s, 'a, D: Device> {
    shared: &'s Shared<'a>,
    device: D,
    state: State,
    stack: Vec<State>,
    /// `q` beyond the stack.
    overflow: u64,
    text_matrix: Matrix,
    line_matrix: Matrix,
    marks: Vec<Mark>,
    marks_overflow: u64,
    /// Open marks that hide.
    hiding: u32,
    /// Text of the running outermost `ActualText`.
    actual: Option<Vec<char>>,
    path: Path,
    clip_pending: bool,
    running: Vec<u32>,
    work: u64,
    forms: u32,
    scratch: Vec<u8>,
    /// The page took too much work and was cut.
    pub cut: bool,
}

impl<'s, 'a, D: Device> Interpreter<'s, 'a, D> {
    /// An interpreter for a page whose user space is mapped by `matrix` and clipped to `clip`.
    #[must_use]
    pub fn new(shared: &'s Shared<'a>, device: D, matrix: Matrix, clip: Rect) -> Self {
        Self {
            shared,
            device,
            state: State {
                ctm: matrix,
                clip,
                white_fill: false,
                white_stroke: false,
                line_width: 1.0,
                font: None,
                size: 0.0,
                char_space: 0.0,
                word_space: 0.0,
                stretch: 1.0,
                leading: 0.0,
                rise: 0.0,
                mode: 0,
            },
            stack: Vec::new(),
            overflow: 0,
            text_matrix: Matrix::IDENTITY,
            line_matrix: Matrix::IDENTITY,
            marks: Vec::new(),
            marks_overflow: 0,
            hiding: 0,
            actual: None,
            path: Path::default(),
            clip_pending: false,
            running: Vec::new(),
            work: 0,
            forms: 0,
            scratch: Vec::new(),
            cut: false,
        }
    }

    /// Forgets the graphics state, for what is drawn after the page's own content.
    pub fn reset(&mut self, matrix: Matrix, clip: Rect) {
        self.state.ctm = matrix;
        self.state.clip = clip;
        self.state.font = None;
        self.state.mode = 0;
        (self.state.char_space, self.state.word_space, self.state.stretch, self.state.rise) = (0.0, 0.0, 1.0, 0.0);
        self.stack.clear();
        self.overflow = 0;
    }

    /// The device.
    #[must_use]
    pub fn into_device(self) -> D {
        self.device
    }

    /// Runs one content stream with its resources; unbalanced states inside do not leak out.
    pub fn run(&mut self, data: &[u8], resources: &Object) {
        let depth = self.stack.len();
        let overflow = self.overflow;
        let marks = self.marks.len();
        self.work += data.len() as u64 + 256;
        let mut lexer = Lexer::new(data);
        let mut operands: Vec<Operand<'_>> = Vec::with_capacity(16);
        let mut array: Vec<Token<'_>> = Vec::new();
        let mut fonts: Vec<(&[u8], Rc<Font>)> = Vec::new();
        let mut count = 0_u32;
        while let Some(token) = lexer.next_token() {
            let operand = match token {
                #[expect(clippy::cast_precision_loss, reason = "coordinates")]
                Token::Int(n) => Operand::Number(n as f64),
                Token::Real(n) => Operand::Number(n),
                Token::Name(n) => Operand::Name(n),
                Token::Literal(_) | Token::Hex(_) => Operand::Text(token),
                Token::ArrayOpen => {
                    array.clear();
                    read_array(&mut lexer, &mut array);
                    Operand::Array
                }
                Token::DictOpen => {
                    let start = lexer.pos();
                    skip_dict(&mut lexer);
                    Operand::Dict(start, lexer.pos())
                }
                Token::ArrayClose | Token::DictClose => continue,
                Token::Keyword(op) => {
                    if op == b"BI" {
                        self.inline_image(&mut lexer);
                    } else {
                        self.operator(op, &operands, &array, &lexer, resources, &mut fonts, depth);
                    }
                    operands.clear();
                    count = count.wrapping_add(1);
                    if count.is_multiple_of(65_536) && self.shared.late() {
                        self.cut = true;
                    }
                    if self.cut {
                        break;
                    }
                    continue;
                }
            };
            if operands.len() < OPERANDS {
                operands.push(operand);
            }
        }
        while self.marks.len() > marks {
            self.end_mark();
        }
        if self.stack.len() > depth {
            self.stack.truncate(depth + 1);
            if let Some(state) = self.stack.pop() {
                self.state = state;
            }
        }
        self.overflow = overflow;
    }

    #[expect(clippy::too_many_arguments, reason = "the state of one run, borrowed from its stream")]
    #[expect(clippy::too_many_lines, reason = "one arm an operator")]
    fn operator<'d>(
        &mut self,
        operator: &'d [u8],
        operands: &[Operand<'d>],
        array: &[Token<'d>],
        lexer: &Lexer<'d>,
        resources: &Object,
        fonts: &mut Vec<(&'d [u8], Rc<Font>)>,
        floor: usize,
    ) {
        let n = |i: usize| match operands.get(i) {
            Some(Operand::Number(n)) => *n,
            _ => 0.0,
        };
        let name = |i: usize| match operands.get(i) {
            Some(Operand::Name(n)) => Some(*n),
            _ => None,
        };
        let text = |i: usize| match operands.get(i) {
            Some(Operand::Text(t)) => Some(*t),
            _ => None,
        };
        match key(operator) {
            op::SHOW => {
                if let Some(t) = text(0) {
                    self.show(t);
                }
            }
            op::SHOW_ARRAY => {
                if matches!(operands.first(), Some(Operand::Array)) {
                    self.show_array(array);
                } else if let Some(t) = text(0) {
                    self.show(t);
                }
            }
            op::NEXT_LINE_SHOW => {
                self.next_line();
                if let Some(t) = text(0) {
                    self.show(t);
                }
            }
            op::SPACED_SHOW => {
                self.state.word_space = n(0);
                self.state.char_space = n(1);
                self.next_line();
                if let Some(t) = text(2) {
                    self.show(t);
                }
            }
            op::MOVE_LINE => self.move_line(n(0), n(1)),
            op::MOVE_LINE_LEADING => {
                self.state.leading = -n(1);
                self.move_line(n(0), n(1));
            }
            op::TEXT_MATRIX => {
                self.text_matrix = Matrix::new(n(0), n(1), n(2), n(3), n(4), n(5));
                self.line_matrix = self.text_matrix;
            }
            op::NEXT_LINE => self.next_line(),
            op::BEGIN_TEXT => {
                self.text_matrix = Matrix::IDENTITY;
                self.line_matrix = Matrix::IDENTITY;
            }
            op::FONT => {
                self.state.size = n(1);
                if let Some(raw) = name(0) {
                    self.state.font = self.find_font(raw, resources, fonts);
                }
            }
            op::CHAR_SPACE => self.state.char_space = n(0),
            op::WORD_SPACE => self.state.word_space = n(0),
            op::STRETCH => self.state.stretch = n(0) / 100.0,
            op::LEADING => self.state.leading = n(0),
            op::RISE => self.state.rise = n(0),
            #[expect(clippy::cast_possible_truncation, reason = "a small number")]
            op::RENDER_MODE => self.state.mode = n(0) as i64,
            op::SAVE => {
                if self.stack.len() < STATES {
                    self.stack.push(self.state.clone());
                } else {
                    self.overflow += 1;
                }
            }
            op::RESTORE => {
                if self.overflow > 0 {
                    self.overflow -= 1;
                } else if self.stack.len() > floor
                    && let Some(state) = self.stack.pop()
                {
                    self.state = state;
                }
            }
            op::CONCAT => {
                let next = Matrix::new(n(0), n(1), n(2), n(3), n(4), n(5)).then(&self.state.ctm);
                if next.is_sane() {
                    self.state.ctm = next;
                }
            }
            op::LINE_WIDTH => self.state.line_width = n(0),
            op::MOVE => self.path.move_to(&self.state.ctm, n(0), n(1)),
            op::LINE => self.path.line_to(&self.state.ctm, n(0), n(1), false),
            op::CURVE => self.path.line_to(&self.state.ctm, n(4), n(5), true),
            op::CURVE_FROM_HERE | op::CURVE_TO_END => self.path.line_to(&self.state.ctm, n(2), n(3), true),
            op::CLOSE => self.path.close(&self.state.ctm),
            op::RECTANGLE => self.path.rect(&self.state.ctm, n(0), n(1), n(2), n(3)),
            op::STROKE => self.paint(true, false),
            op::CLOSE_STROKE => {
                self.path.close(&self.state.ctm);
                self.paint(true, false);
            }
            op::FILL | op::FILL_OLD | op::FILL_EVEN => self.paint(false, true),
            op::FILL_STROKE | op::FILL_STROKE_EVEN => self.paint(true, true),
            op::CLOSE_FILL_STROKE | op::CLOSE_FILL_STROKE_EVEN => {
                self.path.close(&self.state.ctm);
                self.paint(true, true);
            }
            op::END_PATH => self.paint(false, false),
            op::CLIP | op::CLIP_EVEN => self.clip_pending = true,
            op::FILL_GRAY => self.state.white_fill = n(0) >= 0.999,
            op::STROKE_GRAY => self.state.white_stroke = n(0) >= 0.999,
            op::FILL_RGB => self.state.white_fill = n(0) >= 0.999 && n(1) >= 0.999 && n(2) >= 0.999,
            op::STROKE_RGB => self.state.white_stroke = n(0) >= 0.999 && n(1) >= 0.999 && n(2) >= 0.999,
            op::FILL_CMYK => self.state.white_fill = (0..4).all(|i| n(i) <= 0.001),
            op::STROKE_CMYK => self.state.white_stroke = (0..4).all(|i| n(i) <= 0.001),
            op::FILL_COLOR | op::FILL_COLOR_N => self.state.white_fill = is_white_color(operands),
            op::STROKE_COLOR | op::STROKE_COLOR_N => self.state.white_stroke = is_white_color(operands),
            op::FILL_SPACE => self.state.white_fill = false,
            op::STROKE_SPACE => self.state.white_stroke = false,
            op::GRAPHICS_STATE => {
                if let Some(raw) = name(0) {
                    self.graphics_state(raw, resources);
                }
            }
            op::DRAW => {
                if let Some(raw) = name(0) {
                    self.draw(raw, resources);
                }
            }
            op::BEGIN_MARK_WITH => {
                let tag = name(0).unwrap_or_default();
                match operands.get(1) {
                    Some(Operand::Dict(start, end)) => self.begin_mark_inline(tag, lexer.data(), *start, *end),
                    Some(Operand::Name(raw)) => self.begin_mark_named(tag, raw, resources),
                    _ => self.begin_mark(None, false, None),
                }
            }
            op::BEGIN_MARK => self.begin_mark(None, false, None),
            op::END_MARK => self.end_mark(),
            _ => {}
        }
    }

    // ---- text

    fn find_font<'d>(
        &self,
        raw: &'d [u8],
        resources: &Object,
        fonts: &mut Vec<(&'d [u8], Rc<Font>)>,
    ) -> Option<Rc<Font>> {
        if let Some((_, font)) = fonts.iter().find(|(n, _)| *n == raw) {
            return Some(font.clone());
        }
        let all = self.shared.file.value(resources.dict()?, b"Font");
        let font = self.shared.font(all.dict()?.get(&decode_name(raw)))?;
        if fonts.len() < 64 {
            fonts.push((raw, font.clone()));
        }
        Some(font)
    }

    fn move_line(&mut self, x: f64, y: f64) {
        self.line_matrix = Matrix::new(1.0, 0.0, 0.0, 1.0, x, y).then(&self.line_matrix);
        self.text_matrix = self.line_matrix;
    }

    fn next_line(&mut self) {
        self.move_line(0.0, -self.state.leading);
    }

    fn show_array(&mut self, array: &[Token<'_>]) {
        for token in array {
            match *token {
                #[expect(clippy::cast_precision_loss, reason = "thousandths of an em")]
                Token::Int(n) => self.adjust(n as f64),
                Token::Real(n) => self.adjust(n),
                token @ (Token::Literal(_) | Token::Hex(_)) => self.show(token),
                _ => {}
            }
        }
    }

    fn adjust(&mut self, thousandths: f64) {
        let shift = -thousandths / 1000.0 * self.state.size;
        let vertical = self.state.font.as_ref().is_some_and(|f| f.vertical);
        self.advance(if vertical { (0.0, shift) } else { (shift * self.state.stretch, 0.0) });
    }

    fn advance(&mut self, (tx, ty): (f64, f64)) {
        let m = &mut self.text_matrix;
        m.e += tx * m.a + ty * m.c;
        m.f += tx * m.b + ty * m.d;
    }

    fn show(&mut self, token: Token<'_>) {
        let mut scratch = std::mem::take(&mut self.scratch);
        scratch.clear();
        match token {
            Token::Literal(raw) if memchr::memchr2(b'\\', b'\r', raw).is_none() => self.show_bytes(raw),
            Token::Literal(raw) => {
                decode_literal(raw, &mut scratch);
                self.show_bytes(&scratch);
            }
            Token::Hex(raw) => {
                decode_hex(raw, &mut scratch);
                self.show_bytes(&scratch);
            }
            _ => {}
        }
        self.scratch = scratch;
    }

    #[expect(clippy::cast_possible_truncation, reason = "page coordinates")]
    fn show_bytes(&mut self, bytes: &[u8]) {
        let Some(font) = self.state.font.clone() else { return };
        let state = &self.state;
        let size = state.size;
        let stretch = if state.stretch.is_finite() { state.stretch } else { 1.0 };
        let (char_space, word_space) = (state.char_space, state.word_space);
        let mut m = self.text_matrix.then(&state.ctm);
        if !m.is_sane() || !size.is_finite() {
            return;
        }
        m.e += m.c * state.rise;
        m.f += m.d * state.rise;
        let along = (m.a * size * stretch, m.b * size * stretch);
        let up = (m.c * size, m.d * size);
        // The stretch in the other direction must not turn the text.
        let turn = if along.0.abs() >= along.1.abs() {
            if along.0 >= 0.0 { 0 } else { 2 }
        } else if along.1 >= 0.0 {
            1
        } else {
            3
        };
        let height = f64::from(font.ascent - font.descent);
        let mut placed = Placed {
            origin: (0.0, 0.0),
            corner: (0.0, 0.0),
            along: (0.0, 0.0),
            up: ((up.0 * height) as f32, (up.1 * height) as f32),
            size: up.0.hypot(up.1) as f32,
            turn,
            vertical: font.vertical,
            font: 0,
            mcid: self.marks.iter().rev().find_map(|m| m.mcid),
            white: state.white_fill && state.mode == 0,
        };
        let clip = state.clip;
        let hidden = if self.hiding > 0 {
            Some(Hidden::Layer)
        } else if state.mode == 3 || state.mode == 7 {
            Some(Hidden::Invisible)
        } else {
            None
        };
        if hidden.is_none() {
            placed.font = self.device.font(&font, state.mode == 2);
        }
        let (mut tx, mut ty) = (0.0_f64, 0.0_f64);
        let descent = f64::from(font.descent);
        let file = self.shared.file;
        let device = &mut self.device;
        font.decode(file, bytes, |code, len, glyph| {
            let width = f64::from(glyph.width);
            let space = char_space + if len == 1 && code == 32 { word_space } else { 0.0 };
            // Where the pen stands, in ems of the two directions.
            let (ox, oy) = (m.e + m.a * tx + m.c * ty, m.f + m.b * tx + m.d * ty);
            let (mut gx, mut gy) = (ox, oy);
            let (step_x, step_y);
            if font.vertical {
                let v = font.vertical_metrics(code, len, glyph.width);
                gx -= along.0 * f64::from(v.vx) + up.0 * f64::from(v.vy);
                gy -= along.1 * f64::from(v.vx) + up.1 * f64::from(v.vy);
                (step_x, step_y) = (0.0, f64::from(v.advance) * size + space);
            } else {
                (step_x, step_y) = ((width * size + space) * stretch, 0.0);
            }
            placed.origin = (ox as f32, oy as f32);
            placed.corner = ((gx + up.0 * descent) as f32, (gy + up.1 * descent) as f32);
            placed.along = ((along.0 * width) as f32, (along.1 * width) as f32);
            let one;
            let many: Vec<char>;
            let text: Option<&[char]> = match glyph.text {
                Reading::Char(c) => {
                    one = [c];
                    Some(&one)
                }
                Reading::Many(index) => {
                    many = font.text(index).iter().collect();
                    Some(&many)
                }
                Reading::Unknown => None,
                Reading::Nothing => Some(&[]),
            };
            match hidden {
                None => {
                    if !matches!(glyph.text, Reading::Nothing) {
                        device.glyph(&placed, text, &clip);
                    }
                }
                Some(why) => device.hidden(why, text),
            }
            tx += step_x;
            ty += step_y;
        });
        if tx.is_finite() && ty.is_finite() {
            self.advance((tx, ty));
        }
    }

    // ---- marked content

    fn begin_mark(&mut self, mcid: Option<u32>, hidden: bool, actual: Option<Vec<char>>) {
        if self.marks.len() >= MARKS {
            self.marks_overflow += 1;
            return;
        }
        let begins = self.actual.is_none() && actual.is_some();
        if begins {
            self.actual = actual;
            self.device.begin_actual();
        }
        self.hiding += u32::from(hidden);
        self.marks.push(Mark { mcid, hidden, actual: begins });
    }

    fn end_mark(&mut self) {
        if self.marks_overflow > 0 {
            self.marks_overflow -= 1;
            return;
        }
        let Some(mark) = self.marks.pop() else { return };
        self.hiding -= u32::from(mark.hidden);
        if mark.actual
            && let Some(text) = self.actual.take()
        {
            self.device.end_actual(&text);
        }
    }

    fn begin_mark_inline(&mut self, tag: &[u8], data: &[u8], start: usize, end: usize) {
        let mut lexer = Lexer::new(data.get(start..end).unwrap_or_default());
        let (mut mcid, mut actual) = (None, None);
        let mut depth = 0_u32;
        while let Some(token) = lexer.next_token() {
            match token {
                Token::DictOpen | Token::ArrayOpen => depth += 1,
                Token::DictClose | Token::ArrayClose => {
                    if depth == 0 {
                        break;
                    }
                    depth -= 1;
                }
                Token::Name(b"MCID") if depth == 0 => {
                    if let Some(Token::Int(n)) = lexer.next_token() {
                        mcid = u32::try_from(n).ok();
                    }
                }
                Token::Name(b"ActualText") if depth == 0 => {
                    let mut bytes = Vec::new();
                    match lexer.next_token() {
                        Some(Token::Literal(raw)) => decode_literal(raw, &mut bytes),
                        Some(Token::Hex(raw)) => decode_hex(raw, &mut bytes),
                        _ => continue,
                    }
                    actual = Some(actual_text(&bytes));
                }
                _ => {}
            }
        }
        let hidden = tag == b"OC" && {
            let mut lexer = Lexer::new(data.get(start.saturating_sub(2)..end).unwrap_or_default());
            parse(&mut lexer, 8).is_some_and(|o| self.shared.layers.hides(self.shared.file, &o))
        };
        self.begin_mark(mcid, hidden, actual);
    }

    fn begin_mark_named(&mut self, tag: &[u8], raw: &[u8], resources: &Object) {
        let file = self.shared.file;
        let properties = resources.dict().map_or(Object::Null, |d| file.value(d, b"Properties"));
        let entry = properties.dict().map_or(Object::Null, |d| d.get(&decode_name(raw)).clone());
        let hidden = tag == b"OC" && self.shared.layers.hides(file, &entry);
        let resolved = file.resolve(&entry);
        let (mcid, actual) = resolved.dict().map_or((None, None), |d| {
            let mcid = file.value(d, b"MCID").int().and_then(|n| u32::try_from(n).ok());
            (mcid, file.value(d, b"ActualText").string().map(actual_text))
        });
        self.begin_mark(mcid, hidden, actual);
    }

    // ---- paths and images

    fn paint(&mut self, stroke: bool, fill: bool) {
        let shown = self.hiding == 0;
        let clip = self.state.clip;
        if shown && fill {
            self.fill(&clip);
        }
        if shown && stroke && !self.state.white_stroke {
            #[expect(clippy::cast_possible_truncation, reason = "page coordinates")]
            let width = (self.state.line_width.abs() * self.state.ctm.scale()) as f32;
            for (points, closed, _) in self.path.each() {
                for pair in points.windows(2) {
                    if let [a, b] = pair
                        && !b.2
                    {
                        self.device.stroke((a.0, a.1), (b.0, b.1), width, &clip);
                    }
                }
                if closed && let (Some(a), Some(b)) = (points.last(), points.first()) {
                    self.device.stroke((a.0, a.1), (b.0, b.1), width, &clip);
                }
            }
        }
        if std::mem::take(&mut self.clip_pending) {
            let bounds = self.path.bounds().unwrap_or_default();
            let c = &mut self.state.clip;
            c.x0 = c.x0.max(bounds.x0);
            c.y0 = c.y0.max(bounds.y0);
            c.x1 = c.x1.min(bounds.x1);
            c.y1 = c.y1.min(bounds.y1);
        }
        self.path.clear();
    }

    fn fill(&mut self, clip: &Rect) {
        let white = self.state.white_fill;
        for (points, _, straight) in self.path.each() {
            if !straight || points.len() < 2 {
                continue;
            }
            let (Some(first), Some(last)) = (points.first(), points.last()) else { continue };
            let axis =
                |a: &(f32, f32, bool), b: &(f32, f32, bool)| (a.0 - b.0).abs() < 0.05 || (a.1 - b.1).abs() < 0.05;
            let upright =
                points.len() <= 5 && points.windows(2).all(|p| matches!(p, [a, b] if axis(a, b))) && axis(first, last);
            if upright {
                let mut r = Rect { x0: first.0, y0: first.1, x1: first.0, y1: first.1 };
                for p in points {
                    r.x0 = r.x0.min(p.0);
                    r.y0 = r.y0.min(p.1);
                    r.x1 = r.x1.max(p.0);
                    r.y1 = r.y1.max(p.1);
                }
                self.device.fill(&r, white, clip);
            } else if !white && points.len() <= 256 {
                for pair in points.windows(2) {
                    if let [a, b] = pair {
                        self.device.edge((a.0, a.1), (b.0, b.1), clip);
                    }
                }
                self.device.edge((last.0, last.1), (first.0, first.1), clip);
            }
        }
        if self.path.curves > 0 {
            self.device.curves(self.path.curves);
        }
    }

    fn graphics_state(&mut self, raw: &[u8], resources: &Object) {
        let file = self.shared.file;
        let Some(dict) = resources.dict() else { return };
        let all = file.value(dict, b"ExtGState");
        let Some(all) = all.dict() else { return };
        let entry = file.value(all, &decode_name(raw));
        let Some(entry) = entry.dict() else { return };
        if let Some(width) = file.value(entry, b"LW").number() {
            self.state.line_width = width;
        }
        if let Some([font, size]) = file.value(entry, b"Font").array() {
            if let Some(font) = self.shared.font(font) {
                self.state.font = Some(font);
            }
            self.state.size = file.resolve(size).number().unwrap_or(self.state.size);
        }
    }

    fn unit_square(&self) -> Rect {
        self.state.ctm.apply_rect(0.0, 0.0, 1.0, 1.0)
    }

    fn draw(&mut self, raw: &[u8], resources: &Object) {
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

    /// Steps over an inline image (ISO 32000-2, 8.9.7), whose data may hold anything.
    fn inline_image(&mut self, lexer: &mut Lexer<'_>) {
        let (mut width, mut height, mut bits, mut samples) = (0_i64, 0_i64, 1_i64, Some(1_i64));
        let mut filtered = false;
        loop {
            match lexer.next_token() {
                None => return,
                Some(Token::Keyword(b"ID")) => break,
                Some(Token::Keyword(b"EI")) => return,
                Some(Token::Name(key)) => {
                    let value = parse(lexer, 4).unwrap_or(Object::Null);
                    match key {
                        b"W" | b"Width" => width = value.int().unwrap_or(0),
                        b"H" | b"Height" => height = value.int().unwrap_or(0),
                        b"BPC" | b"BitsPerComponent" => bits = value.int().unwrap_or(8),
                        b"F" | b"Filter" => filtered = value.array().is_none_or(|a| !a.is_empty()),
                        b"CS" | b"ColorSpace" => {
                            samples = match value.name() {
                                Some(b"G" | b"DeviceGray" | b"CalGray") => Some(1),
                                Some(b"RGB" | b"DeviceRGB" | b"CalRGB") => Some(3),
                                Some(b"CMYK" | b"DeviceCMYK") => Some(4),
                                _ if value.array().is_some() => Some(1),
                                _ => None,
                            };
                        }
                        _ => {}
                    }
                }
                Some(_) => {}
            }
        }
        if self.hiding == 0 {
            let rect = self.unit_square();
            self.device.image(&rect, &self.state.clip);
        }
        // One white space after ID.
        let start = lexer.pos() + usize::from(lexer.rest().first().is_some_and(|&b| is_white(b)));
        let rest = lexer.data().get(start..).unwrap_or_default();
        let ends_at = |at: usize| {
            let tail = rest.get(at..).unwrap_or_default();
            let skip = tail.iter().take(4).position(|&b| !is_white(b)).unwrap_or(0);
            let tail = tail.get(skip..).unwrap_or_default();
            (tail.starts_with(b"EI") && tail.get(2).is_none_or(|&b| is_white(b))).then_some(at + skip + 2)
        };
        if !filtered && let Some(samples) = samples {
            let row = width.saturating_mul(bits).saturating_mul(samples).saturating_add(7) / 8;
            let exact = usize::try_from(row.saturating_mul(height)).ok().and_then(ends_at);
            if let Some(end) = exact {
                return lexer.seek(start + end);
            }
        }
        let found = memchr::memmem::find_iter(rest, b"EI").find(|&at| {
            let before = at == 0 || rest.get(at - 1).is_some_and(|&b| is_white(b));
            let after = rest.get(at + 2..).unwrap_or_default();
            // What follows the real end is text, not pixels.
            before
                && after.first().is_none_or(|&b| is_white(b))
                && after.iter().take(12).all(|&b| matches!(b, b'\t' | b'\n' | b'\r' | 0x20..=0x7E))
        });
        lexer.seek(start + found.map_or(rest.len(), |at| at + 2));
    }
}

/// Collects the tokens of an array up to its end, nested ones flattened.
fn read_array<'d>(lexer: &mut Lexer<'d>, out: &mut Vec<Token<'d>>) {
    let mut depth = 0_u32;
    loop {
        let before = lexer.pos();
        match lexer.next_token() {
            None => return,
            Some(Token::ArrayClose) => {
                if depth == 0 {
                    return;
                }
                depth -= 1;
            }
            Some(Token::ArrayOpen) => depth += 1,
            // The array was never closed: the operator begins.
            Some(Token::Keyword(b"TJ" | b"Tj" | b"ET" | b"BT" | b"Q" | b"q" | b"Tf" | b"Td")) => {
                return lexer.seek(before);
            }
            Some(token) => out.push(token),
        }
    }
}

/// Steps over a dictionary whose opening bracket was read.
fn skip_dict(lexer: &mut Lexer<'_>) {
    let mut depth = 0_u32;
    loop {
        let before = lexer.pos();
        match lexer.next_token() {
            None => return,
            Some(Token::DictOpen) => depth += 1,
            Some(Token::DictClose) => {
                if depth == 0 {
                    return;
                }
                depth -= 1;
            }
            Some(Token::Keyword(b"BDC" | b"DP" | b"EMC" | b"BT" | b"ET")) => return lexer.seek(before),
            Some(_) => {}
        }
    }
}

fn is_white_color(operands: &[Operand<'_>]) -> bool {
    match operands {
        [Operand::Number(g)] => *g >= 0.999,
        [Operand::Number(r), Operand::Number(g), Operand::Number(b)] => *r >= 0.999 && *g >= 0.999 && *b >= 0.999,
        [Operand::Number(c), Operand::Number(m), Operand::Number(y), Operand::Number(k)] => c + m + y + k <= 0.001,
        _ => false,
    }
}

/// A text string as characters (ISO 32000-2, 7.9.2.2), control characters left out.
fn actual_text(bytes: &[u8]) -> Vec<char> {
    super::text_string(bytes)
        .chars()
        .filter(|c| !c.is_control() && !matches!(c, '\u{AD}' | '\u{200B}' | '\u{FEFF}'))
        .map(super::radical::fold)
        .collect()
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

/// An operator as a number: its bytes, of which there are three at most.
const fn key(name: &[u8]) -> u32 {
    match *name {
        [a] => a as u32,
        [a, b] => (a as u32) << 8 | b as u32,
        [a, b, c] => (a as u32) << 16 | (b as u32) << 8 | c as u32,
        _ => 0,
    }
}

/// Operators as numbers, which are matched faster than their names.
mod op {
    use super::key;

    pub const BEGIN_MARK: u32 = key(b"BMC");
    pub const BEGIN_MARK_WITH: u32 = key(b"BDC");
    pub const BEGIN_TEXT: u32 = key(b"BT");
    pub const CHAR_SPACE: u32 = key(b"Tc");
    pub const CLIP: u32 = key(b"W");
    pub const CLIP_EVEN: u32 = key(b"W*");
    pub const CLOSE: u32 = key(b"h");
    pub const CLOSE_FILL_STROKE: u32 = key(b"b");
    pub const CLOSE_FILL_STROKE_EVEN: u32 = key(b"b*");
    pub const CLOSE_STROKE: u32 = key(b"s");
    pub const CONCAT: u32 = key(b"cm");
    pub const CURVE: u32 = key(b"c");
    pub const CURVE_FROM_HERE: u32 = key(b"v");
    pub const CURVE_TO_END: u32 = key(b"y");
    pub const DRAW: u32 = key(b"Do");
    pub const END_MARK: u32 = key(b"EMC");
    pub const END_PATH: u32 = key(b"n");
    pub const FILL: u32 = key(b"f");
    pub const FILL_CMYK: u32 = key(b"k");
    pub const FILL_COLOR: u32 = key(b"sc");
    pub const FILL_COLOR_N: u32 = key(b"scn");
    pub const FILL_EVEN: u32 = key(b"f*");
    pub const FILL_GRAY: u32 = key(b"g");
    pub const FILL_OLD: u32 = key(b"F");
    pub const FILL_RGB: u32 = key(b"rg");
    pub const FILL_SPACE: u32 = key(b"cs");
    pub const FILL_STROKE: u32 = key(b"B");
    pub const FILL_STROKE_EVEN: u32 = key(b"B*");
    pub const FONT: u32 = key(b"Tf");
    pub const GRAPHICS_STATE: u32 = key(b"gs");
    pub const LEADING: u32 = key(b"TL");
    pub const LINE: u32 = key(b"l");
    pub const LINE_WIDTH: u32 = key(b"w");
    pub const MOVE: u32 = key(b"m");
    pub const MOVE_LINE: u32 = key(b"Td");
    pub const MOVE_LINE_LEADING: u32 = key(b"TD");
    pub const NEXT_LINE: u32 = key(b"T*");
    pub const NEXT_LINE_SHOW: u32 = key(b"'");
    pub const RECTANGLE: u32 = key(b"re");
    pub const RENDER_MODE: u32 = key(b"Tr");
    pub const RESTORE: u32 = key(b"Q");
    pub const RISE: u32 = key(b"Ts");
    pub const SAVE: u32 = key(b"q");
    pub const SHOW: u32 = key(b"Tj");
    pub const SHOW_ARRAY: u32 = key(b"TJ");
    pub const SPACED_SHOW: u32 = key(b"\"");
    pub const STRETCH: u32 = key(b"Tz");
    pub const STROKE: u32 = key(b"S");
    pub const STROKE_CMYK: u32 = key(b"K");
    pub const STROKE_COLOR: u32 = key(b"SC");
    pub const STROKE_COLOR_N: u32 = key(b"SCN");
    pub const STROKE_GRAY: u32 = key(b"G");
    pub const STROKE_RGB: u32 = key(b"RG");
    pub const STROKE_SPACE: u32 = key(b"CS");
    pub const TEXT_MATRIX: u32 = key(b"Tm");
    pub const WORD_SPACE: u32 = key(b"Tw");
}
