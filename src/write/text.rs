//! A document as plain text: what the program reads, for people, `grep` and `diff`.

use crate::document::{Anchor, Block, Document, Table};

/// Appends the document as text: a line a paragraph, cells of a table apart by tabs, pages by form feeds.
pub fn write_document(out: &mut String, document: &Document) {
    let mut page = 1;
    for block in &document.blocks {
        if let Anchor::Page { page: at, .. } = block.anchor() {
            while page < *at {
                out.push('\u{c}');
                page += 1;
            }
        }
        match block {
            Block::Paragraph(paragraph) => {
                out.push_str(&paragraph.text);
                out.push('\n');
            }
            Block::Table(table) => write_table(out, table),
        }
    }
}

fn write_table(out: &mut String, table: &Table) {
    if !table.caption.is_empty() {
        out.push_str(&line(&table.caption));
        out.push('\n');
    }
    for row in rows(table) {
        let cells: Vec<String> = row.iter().map(|cell| cell.map_or_else(String::new, line)).collect();
        out.push_str(cells.join("\t").trim_end_matches('\t'));
        out.push('\n');
    }
}

/// Appends a table in Markdown; a spanning cell stands once, at its top left.
pub fn write_markdown(out: &mut String, table: &Table) {
    for (i, row) in rows(table).into_iter().enumerate() {
        out.push('|');
        for cell in &row {
            let text = cell.map_or_else(String::new, line).replace('\\', "\\\\").replace('|', "\\|");
            out.push(' ');
            out.push_str(&text);
            out.push_str(" |");
        }
        out.push('\n');
        if i == 0 {
            out.push('|');
            out.push_str(&" --- |".repeat(row.len()));
            out.push('\n');
        }
    }
}

/// Grid rows of cell texts; `None` where a span or a hole is.
fn rows(table: &Table) -> Vec<Vec<Option<&str>>> {
    let mut rows: Vec<Vec<Option<&str>>> = Vec::new();
    for cell in &table.cells {
        while rows.len() <= cell.row {
            rows.push(Vec::new());
        }
        let Some(row) = rows.get_mut(cell.row) else { continue };
        while row.len() <= cell.col {
            row.push(None);
        }
        if let Some(slot) = row.get_mut(cell.col) {
            *slot = Some(cell.printed());
        }
    }
    // a table that claims a million columns has no more than its cells do
    let width = rows.iter().map(Vec::len).max().unwrap_or(0);
    if width.saturating_mul(rows.len()) < 1 << 22 {
        for row in &mut rows {
            row.resize(width, None);
        }
    }
    rows
}

fn line(text: &str) -> String {
    text.replace(['\n', '\t', '\r'], " ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::document::{Cell, Format, Paragraph, Rect, Role, TableKind};

    #[test]
    fn pages_and_tables() {
        let at = |page| Anchor::Page { page, bbox: Rect::default() };
        let cell = |row, col, text: &str| Cell { row, col, row_span: 1, col_span: 1, text: text.into(), anchor: at(1) };
        let table = Table {
            kind: TableKind::Ruled,
            rows: 2,
            cols: 3,
            cells: vec![cell(0, 0, "甲|"), cell(0, 2, "乙\n丙"), cell(1, 1, "3")],
            caption: String::new(),
            anchor: at(1),
        };
        let mut markdown = String::new();
        write_markdown(&mut markdown, &table);
        assert_eq!(markdown, "| 甲\\| |  | 乙 丙 |\n| --- | --- | --- |\n|  | 3 |  |\n");
        let mut document = Document::new(Format::Pdf);
        document.blocks.push(Block::Table(table));
        document.blocks.push(Block::Paragraph(Paragraph { text: "完".into(), role: Role::Body, anchor: at(3) }));
        let mut text = String::new();
        write_document(&mut text, &document);
        assert_eq!(text, "甲|\t\t乙 丙\n\t3\n\u{c}\u{c}完\n");
    }
}
