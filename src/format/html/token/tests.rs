use std::fmt::Write;

use proptest::prelude::*;
use scraper::{Html, node};

use super::super::parse::{Parsed, parse};
use super::super::sink::{NodeId, NodeKind};
use super::*;
use crate::limits::Limits;

/// The tree of html5ever and scraper, an element a line, with the attributes that are kept.
fn expected(source: &str) -> String {
    let html = Html::parse_document(source);
    let mut out = String::new();
    let mut depth = 0;
    for edge in html.tree.root().traverse() {
        match edge {
            ego_tree::iter::Edge::Open(node) => match node.value() {
                node::Node::Element(element) => {
                    let attributes = element.attrs().filter_map(|(name, value)| {
                        Attr::of(packed(name.as_bytes())).map(|name| (name, value.to_owned()))
                    });
                    push_element(&mut out, depth, element.name(), attributes.collect());
                    depth += 1;
                }
                node::Node::Text(text) => {
                    let around = node.parent().and_then(|n| n.value().as_element());
                    push_text(&mut out, depth, around.map_or("", |e| e.name()), text);
                }
                _ => {}
            },
            ego_tree::iter::Edge::Close(node) => depth -= usize::from(node.value().is_element()),
        }
    }
    out
}

fn tree(source: &str) -> String {
    let Parsed { nodes, attributes, .. } = parse(source, &Limits::default()).unwrap();
    let mut out = String::new();
    let mut waiting: Vec<(NodeId, usize, &str)> = nodes.first(0).map(|id| (id, 0, "")).into_iter().collect();
    while let Some((id, depth, around)) = waiting.pop() {
        waiting.extend(nodes.next(id).map(|next| (next, depth, around)));
        let mut name = "";
        match &nodes.get(id).unwrap().kind {
            NodeKind::Element(element) => {
                let attributes = attributes.all(element.attributes).filter(|(name, _)| *name != Attr::Other);
                let attributes = attributes.map(|(name, value)| (name, value.to_owned()));
                name = element.name();
                push_element(&mut out, depth, name, attributes.collect());
            }
            NodeKind::Text(text) => push_text(&mut out, depth, around, text),
            NodeKind::Other => {}
        }
        waiting.extend(nodes.first(id).map(|first| (first, depth + 1, name)));
    }
    out
}

fn push_element(out: &mut String, depth: usize, name: &str, mut attributes: Vec<(Attr, String)>) {
    attributes.sort_by_key(|(name, _)| *name as u8);
    writeln!(out, "{depth} <{name}> {attributes:?}").unwrap();
}

/// Blanks between cells are left out of one tree and not of the other.
fn push_text(out: &mut String, depth: usize, around: &str, text: &str) {
    let between_cells = ["table", "tbody", "thead", "tfoot", "tr"].contains(&around);
    if between_cells && text.bytes().all(is_space) {
        return;
    }
    writeln!(out, "{depth} {text:?}").unwrap();
}

#[test]
fn odd_markup_makes_the_tree_of_the_standard() {
    for source in [
        "<p>a&nbsp;b&amp;c&notit;&notin;&#x4e2d;&#20013&#0;&#x110000;&#x80;&;&#;&#x;&unknown;&lt",
        "<a href='?a=1&copy=2&amp;b&copy' class=a/b id>x</a>",
        "<P CLASS=A class=b data-x='>' hidden>1 < 2 </ p></p><br/></>x</",
        "a<!-->b<!--->c<!-- > -->d<!-- x --!>e<!--->f--><!x>g<?y?>h<!-- i",
        "<title>a</titlex>&amp;<b></TITLE ><textarea>\n<p></textarea>",
        "<script>a<!--<script>b</script>c--></script>d<script><!--></script>e<script><!--<script></script></script>",
        "<style>a<b>&amp;</style><xmp><p></xmp><plaintext><p>a</plaintext>",
        "<!DOCTYPE html PUBLIC \"-//W3C//DTD HTML 4.01 Transitional//EN\" 'x>y'><p><table><td>1<td>2",
        "<!doctype html><p>a<table>b<tr>c<td>d</table>e",
        "<svg><![CDATA[a<b]]>c<font color=red>d</svg><![CDATA[e]]>f",
        "<font size=1><font size=2><b><p>a</font>b</p>c",
        "a\r\nb\rc<pre>\r\nd</pre>\0<td>\0<p title='a\r\nb\0'>e",
        "<p 一=\"二\" class=三>四<一><a\u{3000}b>",
        "<div class=\"a",
        "<table><template><tr><td>1</template><select><option>2<input type=hidden></table>",
    ] {
        assert_eq!(tree(source), expected(source), "{source}");
    }
}

#[test]
fn zeros_and_line_ends_are_gone_over_once() {
    // Squared, these pages would take hours.
    for piece in ["a\0", "\r\n<b>a</b>", "<svg><![CDATA[\0\0]]></svg>\0"] {
        let source = format!("<svg><![CDATA[{}]]></svg>{}", "\0".repeat(100_000), piece.repeat(100_000));
        assert!(parse(&source, &Limits::default()).is_ok());
    }
}

#[test]
fn reports_make_the_tree_of_the_standard() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/corpus/reports");
    let mut pages = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let bytes = std::fs::read(entry.unwrap().path()).unwrap();
        if crate::source::sniff::sniff(&bytes) == Ok(crate::document::Format::Html) {
            let source = crate::source::encoding::decode(&bytes, None).text;
            assert_eq!(tree(&source), expected(&source));
            pages += 1;
        }
    }
    assert!(pages >= 5, "{pages}");
}

proptest! {
    #[test]
    fn any_markup_makes_the_tree_of_the_standard(
        pieces in proptest::collection::vec(
            proptest::sample::select(vec![
                "<", ">", "/", "=", "\"", "'", "!", "--", "-", "&", ";", "#", " ", "\n", "x", "a", "年", "\0",
                "<p", "<b", "<a", "<i>", "</i>", "</p>", "</b>", "<table>", "<tr>", "<td>", "</table>", "<div>",
                "</div>", "<script>", "</script>", "<script", "</script", "<style>", "</style>", "<title>", "</title>",
                "<!--", "-->", "<!doctype html>", "<svg>", "</svg>", "<![CDATA[", "]]>", "&amp;", "&nbsp", "&#1",
                "class=", "href", "<textarea>", "</textarea>", "<select>", "<option>", "<pre>", "\n\n", "<br/>",
            ]),
            0..40,
        ),
    ) {
        let source = pieces.concat();
        prop_assert_eq!(tree(&source), expected(&source), "{}", source);
    }
}
