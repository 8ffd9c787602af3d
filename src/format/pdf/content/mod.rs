//! The interpreter of content streams (ISO 32000-2, 7.8.2 and annex A).

mod color;
mod form;
mod inline;
mod mark;
mod op;
mod paint;
mod path;
mod shared;
mod text;

use std::rc::Rc;

pub use self::shared::Shared;

use self::color::{Space, WHITE};
use self::form::Parameters;
use self::mark::Mark;
use self::path::Path;
use super::device::Device;
use super::font::Font;
use super::lexer::{Lexer, Token};
use super::matrix::Matrix;
use super::object::Object;
use crate::document::Rect;

/// Saved graphics states; deeper `q` are only counted.
const STATES: usize = 512;
/// Names of each kind of which one stream keeps what they stand for.
const MOST_NAMED: usize = 64;
/// Operands kept before an operator.
const OPERANDS: usize = 64;

#[derive(Clone)]
struct State {
    ctm: Matrix,
    clip: Rect,
    /// Lightness of the fill colour, where it is one plain colour.
    fill: Option<f64>,
    /// Opacity of what is filled.
    alpha: f64,
    /// What is painted may mix with what is under it.
    blended: bool,
    white_stroke: bool,
    fill_space: Space,
    stroke_space: Space,
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

/// What the names of one stream stand for; most streams use the same few again and again.
#[derive(Default)]
struct Named<'d> {
    fonts: Vec<(&'d [u8], Rc<Font>)>,
    states: Vec<(&'d [u8], Rc<Parameters>)>,
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
    /// Open marks of watermarks.
    aside: u32,
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
                fill: Some(0.0),
                alpha: 1.0,
                blended: false,
                white_stroke: false,
                fill_space: Space::Process,
                stroke_space: Space::Process,
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
            aside: 0,
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
        let mut named = Named::default();
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
                        self.operator(op, &operands, &array, &lexer, resources, &mut named, depth);
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
        named: &mut Named<'d>,
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
        match op::key(operator) {
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
                    self.state.font = self.find_font(raw, resources, named);
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
            op::FILL_GRAY | op::FILL_RGB | op::FILL_CMYK => {
                self.state.fill_space = Space::Process;
                self.state.fill = Space::Process.lightness(operands);
            }
            op::STROKE_GRAY | op::STROKE_RGB | op::STROKE_CMYK => {
                self.state.stroke_space = Space::Process;
                self.state.white_stroke = Space::Process.lightness(operands).is_some_and(|l| l >= WHITE);
            }
            op::FILL_COLOR | op::FILL_COLOR_N => self.state.fill = self.state.fill_space.lightness(operands),
            op::STROKE_COLOR | op::STROKE_COLOR_N => {
                let lightness = self.state.stroke_space.lightness(operands);
                self.state.white_stroke = lightness.is_some_and(|l| l >= WHITE);
            }
            op::FILL_SPACE => {
                self.state.fill_space = self.space(name(0), resources);
                self.state.fill = self.state.fill_space.first();
            }
            op::STROKE_SPACE => {
                self.state.stroke_space = self.space(name(0), resources);
                self.state.white_stroke = false;
            }
            op::SHADING => {
                let clip = self.state.clip;
                self.device.ground(&clip, &clip);
            }
            op::GRAPHICS_STATE => {
                if let Some(raw) = name(0) {
                    self.graphics_state(raw, resources, named);
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
                    _ => self.begin_mark(None, false, false, None),
                }
            }
            op::BEGIN_MARK => self.begin_mark(None, false, false, None),
            op::END_MARK => self.end_mark(),
            _ => {}
        }
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
