//! Tables of the structure tree of tagged files (ISO 32000-2, 14.7 and 14.8.4.8).

use rustc_hash::{FxHashMap, FxHashSet};

use super::file::{File, Objects};
use super::object::{Dict, Object};
use crate::layout::{TaggedCell, TaggedRow, TaggedTable};

/// Structure elements visited in one file.
const ELEMENTS: u32 = 500_000;
/// Steps through the role map.
const ROLES: u32 = 8;

/// Where in which table the walk stands.
#[derive(Debug, Clone, Copy, Default)]
struct Place {
    table: Option<usize>,
    row: Option<usize>,
    cell: Option<usize>,
    page: u32,
}

/// The tables of the structure tree in its order; `pages` gives page numbers by object number.
#[must_use]
pub fn tables(file: &File<'_>, pages: &FxHashMap<u32, u32>) -> Vec<TaggedTable> {
    let mut out: Vec<TaggedTable> = Vec::new();
    let catalog = file.catalog();
    let root = catalog.dict().map_or(Object::Null, |d| file.value(d, b"StructTreeRoot"));
    let Some(root) = root.dict() else { return out };
    let roles = file.value(root, b"RoleMap");
    let mut seen: FxHashSet<u32> = FxHashSet::default();
    let mut stack: Vec<(Object, Place)> = vec![(root.get(b"K").clone(), Place::default())];
    let mut visited = 0_u32;
    while let Some((object, mut place)) = stack.pop() {
        visited += 1;
        if visited > ELEMENTS {
            break;
        }
        if let Object::Ref(id) = object
            && !seen.insert(id.0)
        {
            continue;
        }
        match file.resolve(&object) {
            Object::Array(kids) => stack.extend(kids.iter().rev().map(|k| (k.clone(), place))),
            Object::Int(mcid) => mark(&mut out, place, mcid),
            Object::Dict(element) => {
                if let Some(page) = element.get(b"Pg").reference().and_then(|id| pages.get(&id.0)) {
                    place.page = *page;
                }
                match element.get(b"Type").name() {
                    // Content of a form XObject has ids of its own, which characters do not carry.
                    Some(b"MCR") if element.get(b"Stm").is_null() => {
                        if let Some(mcid) = file.value(&element, b"MCID").int() {
                            mark(&mut out, place, mcid);
                        }
                    }
                    Some(b"MCR" | b"OBJR") => {}
                    _ => {
                        let role = role(file, &roles, &element);
                        enter(file, &mut out, &mut place, &element, &role);
                        // Running text holds no table, and most of a tree is running text.
                        if place.cell.is_some() || !text(&role) {
                            stack.push((element.get(b"K").clone(), place));
                        }
                    }
                }
            }
            _ => {}
        }
    }
    out
}

/// Whether an element of this role holds nothing but text.
fn text(role: &[u8]) -> bool {
    matches!(role, b"P" | b"H" | b"Span" | b"Link" | b"Lbl" | b"Figure" | b"Formula" | b"Caption" | b"TOCI")
        || matches!(role, [b'H', b'1'..=b'6'])
}

fn enter(file: &File<'_>, out: &mut Vec<TaggedTable>, place: &mut Place, element: &Dict, role: &[u8]) {
    match role {
        b"Table" => {
            out.push(TaggedTable { rows: Vec::new(), inside: place.table });
            *place = Place { table: Some(out.len() - 1), row: None, cell: None, page: place.page };
        }
        b"TR" => {
            if let Some(table) = place.table.and_then(|t| out.get_mut(t)) {
                table.rows.push(TaggedRow::default());
                place.row = Some(table.rows.len() - 1);
                place.cell = None;
            }
        }
        b"TD" | b"TH" => {
            if let Some(row) = place.table.and_then(|t| out.get_mut(t)).and_then(|t| t.rows.get_mut(place.row?)) {
                let span = |key: &[u8]| attribute(file, element, key).unwrap_or(1).clamp(1, 1000);
                row.cells.push(TaggedCell {
                    header: role == b"TH",
                    row_span: span(b"RowSpan"),
                    col_span: span(b"ColSpan"),
                    marks: Vec::new(),
                });
                place.cell = Some(row.cells.len() - 1);
            }
        }
        _ => {}
    }
}

fn mark(out: &mut [TaggedTable], place: Place, mcid: i64) {
    let row = place.table.and_then(|t| out.get_mut(t)).and_then(|t| t.rows.get_mut(place.row?));
    if let (Some(cell), Ok(mcid)) = (row.and_then(|r| r.cells.get_mut(place.cell?)), u32::try_from(mcid))
        && place.page > 0
    {
        cell.marks.push((place.page, mcid));
    }
}

/// The standard structure type of an element.
fn role(file: &File<'_>, roles: &Object, element: &Dict) -> Vec<u8> {
    let mut name = file.value(element, b"S").name().unwrap_or_default().to_vec();
    let Some(roles) = roles.dict() else { return name };
    for _ in 0..ROLES {
        if matches!(&*name, b"Table" | b"TR" | b"TD" | b"TH") {
            break;
        }
        match file.value(roles, &name).name() {
            Some(next) => name = next.to_vec(),
            None => break,
        }
    }
    name
}

/// A number among an element's attributes.
fn attribute(file: &File<'_>, element: &Dict, key: &[u8]) -> Option<u32> {
    let find = |o: &Object| {
        let attributes = file.resolve(o);
        file.value(attributes.dict()?, key).int().and_then(|n| u32::try_from(n).ok())
    };
    match file.value(element, b"A") {
        Object::Array(all) => all.iter().take(32).find_map(find),
        one => find(&one),
    }
}
