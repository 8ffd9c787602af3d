//! The header of a table in running text: which columns its texts name, in the order of the values below.

use super::rows::{Draft, draft};
use super::{Kind, Stream, Token};
use crate::align::label;
use crate::align::vocabulary::{Role, TableIndex};
use crate::document::Anchor;
use crate::pattern::{Label, Part};

/// How much a text must be like a label that it misprints.
const LIKE: f32 = 0.74;

/// A header as printed: the part's columns in reading order, and what stands beside them.
#[derive(Debug, Clone, Default)]
pub(super) struct Header {
    pub part: usize,
    pub order: Vec<usize>,
    pub cells: Vec<Draft>,
    /// A column of ordinal numbers stands before the labels.
    pub numbered: bool,
    pub units: usize,
    /// The head of the stub is printed.
    pub cornered: bool,
    /// Texts (by number) that the header is made of.
    pub texts: Vec<usize>,
}

impl Header {
    /// Columns of values, those included that the form does not know.
    pub fn width(&self) -> usize {
        self.cells.len().saturating_sub(1 + self.units).max(self.order.len())
    }
}

/// Whether a header stands above the one row of its part, which has no label.
pub(super) fn unlabelled(header: &Header, index: &TableIndex) -> bool {
    index.part(header.part).is_some_and(|p| p.rows.iter().any(|r| r.labels.is_empty() && !r.group))
        && header.order.len() >= 4
}

/// A header among texts: the columns of one part in the order in which their values stand.
pub(super) fn read_header(stream: &Stream<'_>, texts: &[Token], index: &TableIndex) -> Option<Header> {
    // The part whose columns are named most.
    let roles = |t: &Token| -> Vec<Role> {
        match &t.kind {
            Kind::Label(keys) => keys.iter().flat_map(|&k| index.roles(k).iter().copied()).collect(),
            _ => Vec::new(),
        }
    };
    let all: Vec<Vec<Role>> = texts.iter().map(roles).collect();
    let mut best: Option<(usize, usize)> = None; // leaves, part
    for (p, part) in index.table.parts.iter().enumerate() {
        let leaves = all
            .iter()
            .zip(texts)
            .filter(|(rs, t)| {
                rs.iter().any(|r| matches!(r, Role::Column { part, leaf: true, .. } if *part == p))
                    && !(begins_numbered(stream, t) && rs.iter().any(|r| matches!(r, Role::Row(_))))
            })
            .count()
            .min(part.columns.len());
        let caption = all.iter().any(|rs| rs.iter().any(|r| matches!(r, Role::Caption { part } if *part == p)));
        let uppers = all
            .iter()
            .filter(|rs| rs.iter().any(|r| matches!(r, Role::Column { part, leaf: false, .. } if *part == p)))
            .count();
        let weight = leaves * 2 + uppers.min(4) + usize::from(caption);
        if leaves > 0 && best.is_none_or(|b| weight > b.0) {
            best = Some((weight, p));
        }
    }
    let (_, p) = best?;
    let part = index.part(p)?;
    let mut header = Header { part: p, ..Header::default() };
    let mut nodes: Vec<Node> = Vec::new();
    let mut used = vec![false; part.columns.len()];
    let mut spoken: Vec<Vec<usize>> = Vec::new(); // columns under each upper label seen
    let mut corner: Option<Draft> = None;
    let mut first_leaf = None;
    let mut other_end = 0; // of the last text that is no label of the part
    let label_at = texts.iter().rposition(|t| t.kind != Kind::Unit);
    for (n, (token, roles)) in texts.iter().zip(&all).enumerate() {
        // The last text is the row's label if it can be one.
        if Some(n) == label_at && roles.iter().any(|r| matches!(r, Role::Row(_))) && !used.iter().all(|u| !u) {
            let leaf_too = roles.iter().any(|r| matches!(r, Role::Column { part, leaf: true, column, .. } if *part == p && !used.get(*column).copied().unwrap_or(true)));
            let unlabelled = part.rows.iter().any(|r| r.labels.is_empty() && !r.group);
            let last_one = used.len() > 2 && used.iter().filter(|u| !**u).count() == 1;
            if !(leaf_too && (unlabelled || (last_one && !begins_numbered(stream, token)))) {
                break;
            }
        }
        // A number in front makes it a row, whatever else has this label.
        if begins_numbered(stream, token) && roles.iter().any(|r| matches!(r, Role::Row(_))) {
            continue;
        }
        let columns: Vec<usize> = roles
            .iter()
            .filter_map(|r| match r {
                Role::Column { part, column, leaf: true, .. } if *part == p => Some(*column),
                _ => None,
            })
            .filter(|&c| !used.get(c).copied().unwrap_or(true))
            .collect();
        let likely = (token.kind == Kind::Text && Some(n) != label_at).then(|| misprinted(stream, token, part, &used));
        let (columns, above) = likely.unwrap_or((columns, Vec::new()));
        // A misprint may be like several wordings of one label.
        let mut uppers: Vec<usize> = roles
            .iter()
            .filter_map(|r| match r {
                Role::Column { part, column, leaf: false, .. } if *part == p => Some(*column),
                _ => None,
            })
            .chain(above)
            .collect();
        uppers.sort_unstable();
        uppers.dedup();
        if !columns.is_empty() {
            // Of several columns with this label the one whose upper labels were printed.
            let rank = |c: usize| {
                let levels = part.columns.get(c).map_or(1, |x| x.path.len()).saturating_sub(1).max(1);
                let seen = spoken.iter().filter(|s| s.contains(&c)).count().min(levels);
                (levels - seen) * 60 / levels
            };
            let Some(column) = columns.iter().copied().min_by_key(|&c| (rank(c), c)) else { continue };
            if let Some(slot) = used.get_mut(column) {
                *slot = true;
            }
            first_leaf.get_or_insert(n);
            header.texts.push(n);
            let cell = draft(stream, token);
            place(&mut nodes, Node::Leaf(column, cell), &[column]);
        } else if !uppers.is_empty() {
            spoken.push(uppers.clone());
            header.texts.push(n);
            place(&mut nodes, Node::Upper(uppers.clone(), Vec::new()), &uppers);
        } else if roles.iter().any(|r| matches!(r, Role::Corner { .. })) {
            if corner.is_none() {
                header.units = 0;
            }
            if first_leaf.is_none() {
                // What stood before is the header of other rows, which are not printed here.
                nodes.retain(|n| !matches!(n, Node::Other(_)));
            }
            header.cornered = true;
            corner.get_or_insert(draft(stream, token));
        } else if (token.kind == Kind::Text || (matches!(token.kind, Kind::Label(_)) && roles.is_empty()))
            && (corner.is_some() || first_leaf.is_some())
            && token.to - token.from <= 12
            && Some(n) != label_at
        {
            // A header that lost its second line, or one that the form does not know.
            match nodes.last_mut() {
                // The rest of a text that begins with a label of another table.
                Some(Node::Other(cell)) if other_end == token.from && stream.gap(token.from) == 0 => {
                    cell.text.push_str(&stream.printed(token.from..token.to));
                }
                _ => nodes.push(Node::Other(draft(stream, token))),
            }
            other_end = token.to;
        } else if roles.contains(&Role::Ignored) {
            if corner.is_none() && first_leaf.is_none() {
                header.numbered |= stream.tight(token.from..token.to).contains('序');
                if !header.numbered {
                    header.units += 1;
                }
            } else if first_leaf.is_none() {
                header.units += 1;
            }
        }
    }
    header.cells.push(corner.unwrap_or_else(|| Draft {
        text: String::new(),
        anchor: texts.first().map_or(Anchor::Text { line: 0, column: 0 }, |t| stream.anchor(t.from)),
    }));
    for _ in 0..header.units {
        let anchor = texts.first().map_or(Anchor::Text { line: 0, column: 0 }, |t| stream.anchor(t.from));
        header.cells.push(Draft { text: "单位".to_owned(), anchor });
    }
    // Columns that share a label are told apart by their whole path, where a label above each of them is printed.
    let told = |c: usize| {
        let column = part.columns.get(c).filter(|x| x.path.len() > 1 && shared(part, c));
        column.map(|x| x.path.iter().filter_map(|l| l.first()).map(|l| l.text.as_str()).collect::<String>())
    };
    let above = |c: usize| spoken.iter().any(|s| s.contains(&c));
    let clear =
        (0..part.columns.len()).all(|c| !used.get(c).copied().unwrap_or(false) || told(c).is_none() || above(c));
    flatten(nodes, &|c| told(c).filter(|_| clear), &mut header);
    Some(header)
}

/// The free columns whose label a text is but for a letter (其它结果); else those under the label above that it is
/// more like (法人之其他组织 is no 其他组织).
fn misprinted(stream: &Stream<'_>, token: &Token, part: &Part, used: &[bool]) -> (Vec<usize>, Vec<usize>) {
    let printed = label::Printed::of_shadow(&stream.tight(token.from..token.to));
    if printed.len() < 3 || printed.len() > 16 {
        return (Vec::new(), Vec::new());
    }
    let like = |labels: &[Label]| {
        let scores = labels.iter().filter_map(|l| label::compare_label(&printed, l, LIKE)).map(|m| m.score);
        scores.fold(0.0f32, f32::max)
    };
    let levels = |c: usize| part.columns.get(c).map_or(&[][..], |x| x.path.as_slice());
    let leaf = |c: usize| levels(c).last().map_or(0.0, |labels| like(labels));
    let upper =
        |c: usize| levels(c).split_last().map_or(0.0, |(_, above)| above.iter().map(|l| like(l)).fold(0.0, f32::max));
    let best = |score: &dyn Fn(usize) -> f32| (0..part.columns.len()).map(score).fold(0.0f32, f32::max);
    if best(&upper) > best(&leaf) {
        return (Vec::new(), (0..part.columns.len()).filter(|&c| upper(c) > 0.0).collect());
    }
    let free = |c: &usize| !used.get(*c).copied().unwrap_or(true) && leaf(*c) > 0.0;
    ((0..part.columns.len()).filter(free).collect(), Vec::new())
}

/// Whether an ordinal stands in front of the label.
fn begins_numbered(stream: &Stream<'_>, token: &Token) -> bool {
    label::split_ordinal(&stream.tight(token.from..token.to)).0.is_some()
}

/// A column or a label above several.
enum Node {
    Leaf(usize, Draft),
    Other(Draft),
    Upper(Vec<usize>, Vec<Node>),
}

/// Puts a node under the narrowest label above that it belongs to, else behind all others.
fn place(nodes: &mut Vec<Node>, node: Node, columns: &[usize]) {
    let within = |n: &Node| matches!(n, Node::Upper(all, _) if all.len() > columns.len() && columns.iter().all(|c| all.contains(c)));
    if let Some(at) = nodes.iter().position(within)
        && let Some(Node::Upper(_, inner)) = nodes.get_mut(at)
    {
        // Depth is bounded by the levels of a boxhead.
        place(inner, node, columns);
        return;
    }
    nodes.push(node);
}

fn flatten(nodes: Vec<Node>, named: &dyn Fn(usize) -> Option<String>, header: &mut Header) {
    for node in nodes {
        match node {
            Node::Leaf(column, cell) => {
                header.order.push(column);
                header.cells.push(Draft { text: named(column).unwrap_or(cell.text), anchor: cell.anchor });
            }
            Node::Other(cell) => header.cells.push(cell),
            Node::Upper(_, inner) => flatten(inner, named, header),
        }
    }
}

/// Whether another column of the part has the same label at the lowest level.
fn shared(part: &Part, column: usize) -> bool {
    let last = |c: usize| part.columns.get(c).and_then(|x| x.path.last()).and_then(|l| l.first()).map(|l| &l.shadow);
    (0..part.columns.len()).any(|c| c != column && last(c) == last(column))
}
