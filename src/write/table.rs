//! The tables of a document as JSON Lines.

use crate::document::{Table, TableKind};
use crate::write::jsonl::{Object, place};

/// Appends a table as one line of JSON; `number` counts from 1 within the source.
pub fn write_table(out: &mut Vec<u8>, source: &str, number: usize, table: &Table) {
    let mut object = Object::open(out);
    object.string("schema", "gongkai.table/1");
    object.string("source", source);
    object.number("table", Some(number));
    object.string("kind", kind(table.kind));
    object.number("rows", Some(table.rows));
    object.number("cols", Some(table.cols));
    object.string("caption", &table.caption);
    place(&mut object, &table.anchor);
    object.array("cells", &table.cells, |o, cell| {
        o.number("row", Some(cell.row));
        o.number("col", Some(cell.col));
        o.number("row_span", Some(cell.row_span));
        o.number("col_span", Some(cell.col_span));
        o.string("text", cell.printed());
        place(o, &cell.anchor);
    });
    object.close();
    out.push(b'\n');
}

fn kind(kind: TableKind) -> &'static str {
    match kind {
        TableKind::Markup => "markup",
        TableKind::Ruled => "ruled",
        TableKind::Tagged => "tagged",
        TableKind::Borderless => "borderless",
        TableKind::Delimited => "delimited",
    }
}
