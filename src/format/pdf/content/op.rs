//! Operators as numbers, which are matched faster than their names.

/// An operator as a number: its bytes, of which there are three at most.
pub const fn key(name: &[u8]) -> u32 {
    match *name {
        [a] => a as u32,
        [a, b] => (a as u32) << 8 | b as u32,
        [a, b, c] => (a as u32) << 16 | (b as u32) << 8 | c as u32,
        _ => 0,
    }
}

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
pub const SHADING: u32 = key(b"sh");
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
