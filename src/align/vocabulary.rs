//! All labels of a family in one lexicon, with what each may mean.

use std::hash::BuildHasher;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use aho_corasick::AhoCorasick;
use rustc_hash::{FxBuildHasher, FxHashMap, FxHashSet};

use super::label::{Candidate, Lexicon, Printed, split_ordinal};
use super::occurrence::{Finder, Occurrence};
use crate::pattern::{Family, Form, Label, Ordinal, Part, Row, TablePattern};
use crate::record::State;
use crate::text::{fold, read_cell};

/// Least score at which a printed text counts as a label.
pub(crate) const FLOOR: f32 = 0.6;

/// What a label means in one table of one form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Role {
    /// Label of a row (index into [`TableIndex::rows`]).
    Row(usize),
    /// Text printed before an unlabelled row.
    Stub(usize),
    /// Label of a level of the boxhead above a column.
    Column { part: usize, column: usize, level: usize, leaf: bool },
    /// Title of a part.
    Caption { part: usize },
    /// Title of the table.
    TableCaption,
    /// Head of the stub.
    Corner { part: usize },
    /// Header of a column without values of the form.
    Ignored,
}

/// A row of a table, over all its parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct FlatRow {
    pub part: usize,
    pub row: usize,
    /// Flat index of its parent.
    pub parent: Option<usize>,
}

/// One table of one form with the roles of its labels.
pub(crate) struct TableIndex<'f> {
    /// Its place in [`Vocabulary::tables`].
    number: usize,
    pub form: &'f Form,
    pub table: &'f TablePattern,
    pub rows: Vec<FlatRow>,
    /// For each flat row and column of its part the number of its variable; layouts of one part share them.
    variables: Vec<Vec<u32>>,
    /// Names of the variables by their numbers.
    names: Vec<String>,
    /// What each label means here, by its key.
    roles: Vec<Vec<Role>>,
    /// Whether rows of it may be told by more than their labels: rows without labels, rows that name themselves.
    pub open: bool,
}

impl<'f> TableIndex<'f> {
    pub fn part(&self, part: usize) -> Option<&'f Part> {
        self.table.parts.get(part)
    }

    pub fn row(&self, flat: usize) -> Option<&'f Row> {
        let at = self.rows.get(flat)?;
        self.table.parts.get(at.part)?.rows.get(at.row)
    }

    /// Number of different variables in these flat rows.
    pub fn variables_of(&self, rows: impl Iterator<Item = usize>) -> usize {
        let mut numbers: Vec<u32> = rows.filter_map(|r| self.variables.get(r)).flatten().copied().collect();
        numbers.sort_unstable();
        numbers.dedup();
        numbers.len()
    }

    /// The number of a cell's variable within the table.
    pub fn variable(&self, flat: usize, column: usize) -> Option<u32> {
        self.variables.get(flat)?.get(column).copied()
    }

    /// The name of a cell's variable.
    pub fn name(&self, flat: usize, column: usize) -> Option<&str> {
        self.variable(flat, column).and_then(|number| self.names.get(number as usize)).map(String::as_str)
    }

    /// What a text with these labels means in this table, with scores. Where it is one of the table's labels for
    /// sure, labels that it is only like are left out.
    fn meanings<'a>(&'a self, labels: &'a [Candidate]) -> impl Iterator<Item = (f32, Role)> + 'a {
        let known = labels.iter().filter(|c| !self.roles(c.key).is_empty());
        let best = known.clone().map(|c| c.found.score).fold(0.0f32, f32::max);
        let least = if best >= 0.95 { 0.9 } else { 0.0 };
        known
            .filter(move |c| c.found.score >= least)
            .flat_map(|c| self.roles(c.key).iter().map(|r| (c.found.score, *r)))
    }

    pub fn roles(&self, key: u32) -> &[Role] {
        self.roles.get(key as usize).map_or(&[], Vec::as_slice)
    }
}

/// The labels of a family.
pub(crate) struct Vocabulary<'f> {
    lexicon: Lexicon,
    running: Finder,
    pub tables: Vec<TableIndex<'f>>,
    needles: Vec<String>,
    /// What looks for all needles at once; made where it is first asked for: few reports print their tables as text.
    sought: OnceLock<Option<AhoCorasick>>,
    shadows: FxHashSet<String>,
    other_year: Vec<String>,
    /// Words that make another label of one that is else like it (不, 累计).
    telling: Vec<String>,
    kept: Kept,
    /// Shadows of the corners of tables whose pieces may stand side by side.
    corners: FxHashSet<String>,
}

struct Builder {
    keys: FxHashMap<String, u32>,
    labels: Vec<(u32, Label)>,
    /// Keys of labels that only join the levels of a boxhead.
    joined: Vec<u32>,
}

impl Builder {
    fn key(&mut self, label: &Label) -> u32 {
        if let Some(&key) = self.keys.get(&label.shadow) {
            return key;
        }
        let key = u32::try_from(self.labels.len()).unwrap_or(u32::MAX);
        self.keys.insert(label.shadow.clone(), key);
        self.labels.push((key, label.clone()));
        key
    }
}

impl<'f> Vocabulary<'f> {
    pub fn new(family: &'f Family) -> Self {
        let mut builder = Builder { keys: FxHashMap::default(), labels: Vec::new(), joined: Vec::new() };
        let mut tables = Vec::new();
        for form in &family.forms {
            for table in &form.tables {
                tables.push(index(tables.len(), form, table, &mut builder));
            }
        }
        let lexicon = Lexicon::new(builder.labels.iter().map(|(k, l)| (*k, l)));
        let mut needles: Vec<String> = Vec::new();
        for (key, label) in &builder.labels {
            let row = tables.iter().any(|t: &TableIndex| t.roles(*key).iter().any(|r| matches!(r, Role::Row(_))));
            let leaf = tables
                .iter()
                .any(|t: &TableIndex| t.roles(*key).iter().any(|r| matches!(r, Role::Column { leaf: true, .. })));
            if (row || leaf) && label.shadow.chars().count() >= 2 && !needles.contains(&label.shadow) {
                needles.push(label.shadow.clone());
            }
        }
        // In running text the levels of a boxhead are labels of their own.
        let running =
            Finder::new(builder.labels.iter().filter(|(k, _)| !builder.joined.contains(k)).map(|(k, l)| (*k, l)));
        let words = |list: &'static str| {
            let lists = family.report.words.iter().filter(move |(name, _)| name == list);
            lists.flat_map(|(_, words)| words.iter().map(|w| fold(w))).collect()
        };
        let (other_year, telling) = (words("other_year"), words("telling"));
        let shadows = builder.labels.into_iter().map(|(_, l)| l.shadow).collect();
        let beside = tables.iter().filter(|t| t.table.side_by_side).flat_map(|t| &t.table.parts);
        let corners = beside.flat_map(|p| &p.corner).map(|l| l.shadow.clone()).collect();
        let (sought, kept) = (OnceLock::new(), Kept::default());
        Self { lexicon, running, tables, needles, sought, shadows, other_year, telling, corners, kept }
    }

    /// Where labels stand in a running text.
    pub fn occurrences(&self, shadow: &str) -> Vec<Occurrence> {
        self.running.occurrences(shadow)
    }

    /// Whether any table's pieces may stand side by side.
    pub fn cuts(&self) -> bool {
        !self.corners.is_empty()
    }

    /// Whether a shadow text is the corner of a piece that may stand beside others.
    pub fn is_corner(&self, shadow: &str) -> bool {
        self.corners.contains(shadow)
    }

    /// Whether any table is told by its caption alone.
    pub fn is_captioned(&self) -> bool {
        self.tables.iter().any(|t| !t.table.under.is_empty())
    }

    /// Whether any table may be printed as running text: one that only its caption tells is not searched there.
    pub fn flows(&self) -> bool {
        self.tables.iter().any(|t| t.table.under.is_empty())
    }

    /// What finds the shadows of the labels of rows and columns, to see quickly whether a text can hold a table; none
    /// where there are too many of them.
    pub fn flow_needles(&self) -> Option<&AhoCorasick> {
        self.sought.get_or_init(|| AhoCorasick::new(&self.needles).ok()).as_ref()
    }

    /// Whether a caption's shadow says that its table is of another year than the report.
    pub fn names_other_year(&self, shadow: &str) -> bool {
        self.other_year.iter().any(|word| shadow.contains(word.as_str()))
    }

    /// Whether a shadow text is the label of another year's row (上年, 上年度).
    pub fn is_other_year(&self, shadow: &str) -> bool {
        self.names_other_year(shadow)
            || (!shadow.is_empty() && self.other_year.iter().any(|word| word.starts_with(shadow)))
    }

    /// A word by which a printed label (its shadow) means something else than any of some labels that it is like.
    pub fn tells_apart<'l>(&self, printed: &str, mut labels: impl Iterator<Item = &'l Label> + Clone) -> Option<&str> {
        // Most labels are printed to the letter.
        if labels.clone().any(|label| label.shadow == printed) {
            return None;
        }
        let found = |word: &&String| printed.contains(word.as_str());
        let lacks = |word: &&String| !labels.clone().any(|label| label.shadow.contains(word.as_str()));
        let word = self.telling.iter().filter(found).find(lacks).map(String::as_str);
        let word = word.or_else(|| joint(printed, labels.clone()));
        word.filter(|_| labels.next().is_some())
    }

    /// Whether a shadow text is one of the labels to the letter.
    pub fn is_label(&self, shadow: &str) -> bool {
        self.shadows.contains(shadow)
    }

    /// Whether labels with these keys name columns and no rows.
    pub fn heads_columns(&self, keys: &[u32]) -> bool {
        let mut roles = keys.iter().flat_map(|&key| self.tables.iter().flat_map(move |t| t.roles(key)));
        let some = roles.clone().any(|r| matches!(r, Role::Column { .. }));
        some && roles.all(|r| matches!(r, Role::Column { .. } | Role::Ignored))
    }

    /// Whether a row with this label is numbered so by its form.
    pub fn has_ordinal(&self, key: u32, ordinal: Ordinal) -> bool {
        self.tables.iter().any(|t| {
            t.roles(key)
                .iter()
                .any(|r| matches!(r, Role::Row(flat) if t.row(*flat).is_some_and(|row| row.ordinal == Some(ordinal))))
        })
    }
}

/// The word that joins a label to another name in a printed one (规章及规范性文件, 属于国家秘密、商业秘密), where none of
/// the labels has them joined so.
fn joint<'l>(printed: &str, labels: impl Iterator<Item = &'l Label> + Clone) -> Option<&'static str> {
    // What stands before the mark of an ordinal is its number.
    let numeral = |c: char| c.is_ascii_digit() || "一二三四五六七八九十".contains(c);
    let joins = |word: &&str| {
        let mut places = printed.match_indices(*word);
        places.any(|(at, _)| printed.get(..at).is_some_and(|before| !before.ends_with(numeral)))
    };
    let joining = JOINING.into_iter().filter(joins);
    joining.clone().next()?;
    let named = |label: &&Label| label.shadow.chars().count() >= LEAST_JOINED;
    labels.clone().filter(named).find_map(|label| {
        let label = label.shadow.as_str();
        let at = printed.find(label)?;
        let (before, behind) = (printed.get(..at)?, printed.get(at + label.len()..)?);
        joining.clone().find(|word| {
            let letters = |text: &str| text.chars().filter(|c| c.is_alphabetic()).count() > 1;
            let front = before.strip_suffix(word).is_some_and(|b| letters(b) && !b.ends_with(numeral));
            let back = behind.strip_prefix(word).is_some_and(letters);
            let known = |text: String| labels.clone().any(|l| l.shadow.contains(&text));
            front && !known(format!("{word}{label}")) || back && !known(format!("{label}{word}"))
        })
    })
}

/// Words that join names.
const JOINING: [&str; 5] = ["及", "和", "与", "或", ","];

/// Fewest characters of a label that is looked for inside of a longer print.
const LEAST_JOINED: usize = 4;

fn index<'f>(number: usize, form: &'f Form, table: &'f TablePattern, builder: &mut Builder) -> TableIndex<'f> {
    let mut rows = Vec::new();
    let mut variables: Vec<Vec<u32>> = Vec::new();
    let mut numbers: FxHashMap<String, u32> = FxHashMap::default();
    let mut names: Vec<String> = Vec::new();
    let mut roles: Vec<Vec<Role>> = Vec::new();
    let mut add = |builder: &mut Builder, label: &Label, role: Role| {
        let key = builder.key(label) as usize;
        if roles.len() <= key {
            roles.resize_with(key + 1, Vec::new);
        }
        if let Some(list) = roles.get_mut(key).filter(|list| !list.contains(&role)) {
            list.push(role);
        }
    };
    for label in &table.captions {
        add(builder, label, Role::TableCaption);
    }
    for label in &table.ignored_columns {
        add(builder, label, Role::Ignored);
    }
    for (p, part) in table.parts.iter().enumerate() {
        for label in &part.captions {
            add(builder, label, Role::Caption { part: p });
        }
        for label in &part.corner {
            add(builder, label, Role::Corner { part: p });
        }
        for (c, column) in part.columns.iter().enumerate() {
            let last = column.path.len().saturating_sub(1);
            for (level, labels) in column.path.iter().enumerate() {
                for label in labels {
                    add(builder, label, Role::Column { part: p, column: c, level, leaf: level == last });
                }
            }
            // Flattened boxheads print the levels in one cell (行政复议结果维持).
            for from in 0..last {
                let joined: Option<String> = column
                    .path
                    .get(from..)
                    .map(|ls| ls.iter().filter_map(|l| l.first()).map(|l| l.text.as_str()).collect());
                if let Some(text) = joined {
                    let label = Label { shadow: fold(&text), text };
                    if !builder.keys.contains_key(&label.shadow) {
                        let key = builder.key(&label);
                        builder.joined.push(key);
                    }
                    add(builder, &label, Role::Column { part: p, column: c, level: last, leaf: true });
                }
            }
        }
        let first = rows.len();
        for (r, row) in part.rows.iter().enumerate() {
            let of_row = part.columns.iter().map(|column| {
                let name = part.variable(row, column);
                *numbers.entry(name.clone()).or_insert_with(|| {
                    names.push(name);
                    u32::try_from(names.len() - 1).unwrap_or(u32::MAX)
                })
            });
            variables.push(of_row.collect());
            let flat = rows.len();
            rows.push(FlatRow { part: p, row: r, parent: row.parent.map(|i| first + i) });
            for label in &row.labels {
                add(builder, label, Role::Row(flat));
            }
            for label in &row.stub {
                add(builder, label, Role::Stub(flat));
            }
        }
    }
    let open = |row: &Row| row.dynamic.is_some() || row.labels.is_empty() && !row.group;
    let open = table.parts.iter().flat_map(|p| &p.rows).any(open);
    TableIndex { number, form, table, rows, variables, names, roles, open }
}

/// A printed cell or caption, prepared and matched once.
#[derive(Debug, Clone)]
pub(crate) struct Prepared {
    pub printed: Printed,
    pub shadow: String,
    /// Labels that it may be.
    pub labels: Vec<Candidate>,
    meanings: Meanings,
    /// What it would be as a value.
    pub state: State,
    unit: bool,
    /// Whether it prints the labels of two rows.
    pub two: bool,
}

impl Prepared {
    /// Whether it prints a number, a dash or nothing: no label of any kind.
    pub fn is_value(&self) -> bool {
        matches!(self.state, State::Number | State::Blank | State::Dash) && self.labels.is_empty()
    }

    pub fn is_blank(&self) -> bool {
        self.state == State::Blank
    }

    /// Text with letters that is no value and no unit of measure alone.
    pub fn is_text(&self) -> bool {
        !self.labels.is_empty() || (self.state == State::Text && self.printed.has_letters() && !self.unit)
    }

    /// A unit of measure alone (`件`, `人次`).
    pub fn is_unit(&self) -> bool {
        self.unit
    }
}

/// What a text means in each table, with scores: every table asks it of every cell, and most reports print the same.
#[derive(Debug, Clone, Default)]
struct Meanings {
    /// Those of one table behind those of another.
    all: Vec<(f32, Role)>,
    /// For each table where its own end.
    ends: Vec<usize>,
}

impl Meanings {
    fn new(labels: &[Candidate], tables: &[TableIndex<'_>]) -> Self {
        let mut out = Self::default();
        if !labels.is_empty() {
            for table in tables {
                out.all.extend(table.meanings(labels));
                out.ends.push(out.all.len());
            }
        }
        out
    }

    fn of(&self, table: usize) -> &[(f32, Role)] {
        let from = table.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        self.ends.get(table).and_then(|&to| self.all.get(from..to)).unwrap_or_default()
    }
}

impl Prepared {
    /// What it means in a table, with scores.
    pub fn meanings(&self, index: &TableIndex<'_>) -> impl Iterator<Item = (f32, &Role)> {
        self.meanings.of(index.number).iter().map(|(score, role)| (*score, role))
    }

    fn new(text: &str, lexicon: &Lexicon, tables: &[TableIndex<'_>]) -> Self {
        let shadow = fold(text);
        let printed = Printed::of_shadow(&shadow);
        let state = read_cell(text).state;
        let short_value = matches!(state, State::Number | State::Blank | State::Dash) && printed.len() < 2;
        // A count with its unit (2022件), which is like the name of a column of that year otherwise.
        let counted = state == State::Number && shadow.starts_with(|c: char| c.is_ascii_digit());
        let labels = if short_value || counted || !printed.has_letters() {
            Vec::new()
        } else {
            lexicon.candidates(&printed, FLOOR)
        };
        let short_text = state == State::Text && printed.len() <= 3;
        let unit = short_text && read_cell(&format!("1{shadow}")).state == State::Number;
        let meanings = Meanings::new(&labels, tables);
        let two = !labels.is_empty() && prints_two(text, &shadow, tables);
        Self { printed, shadow, labels, meanings, state, unit, two }
    }
}

/// Whether a text prints two labels one below the other: a line between two rows is lost. They are numbered one after
/// the other (`1.甲`, `2.乙`), behind the rest of another one or not, or are rows with values of one form to the letter.
fn prints_two(text: &str, shadow: &str, tables: &[TableIndex<'_>]) -> bool {
    // Most labels are one line.
    if !text.contains('\n') {
        return false;
    }
    let mut ordinals = text.lines().filter_map(|l| Printed::new(l).ordinal);
    if let Some(first) = ordinals.next()
        && ordinals.any(|o| o.style == first.style && o.number == first.number.saturating_add(1))
    {
        return true;
    }
    let names = |shadow: &str, table: &TableIndex<'_>| {
        let (ordinal, rest) = split_ordinal(shadow);
        let own = |row: &Row| ordinal.is_none() || row.ordinal.is_none() || row.ordinal == ordinal;
        let is_named = |row: &Row| row.labels.iter().any(|l| l.shadow == rest || l.shadow == shadow);
        let mut rows = (0..table.rows.len()).filter_map(|flat| table.row(flat));
        rows.any(|row| !row.group && own(row) && is_named(row))
    };
    let cuts = text.match_indices('\n').take(MOST_LINES).map(|(at, _)| text.split_at(at));
    let mut cuts = cuts.map(|(above, below)| (fold(above), fold(below)));
    let both = |(above, below): (String, String)| tables.iter().any(|t| names(&above, t) && names(&below, t));
    cuts.any(both) && !tables.iter().any(|t| names(shadow, t))
}

/// Lines of a cell after which another label may begin.
const MOST_LINES: usize = 12;
/// Longest text kept from one document for the next, in bytes.
const KEPT_BYTES: usize = 240;
/// Texts kept in one shard; a full one is emptied.
const KEPT_TEXTS: usize = 256;
/// Shards, so that threads seldom wait for each other.
const SHARDS: usize = 16;

/// Texts with labels, prepared: most reports print the same ones. What is kept changes no result, only the time.
#[derive(Default)]
struct Kept {
    shards: [Mutex<FxHashMap<Box<str>, Arc<Prepared>>>; SHARDS],
}

impl Kept {
    fn prepare(&self, text: &str, lexicon: &Lexicon, tables: &[TableIndex<'_>]) -> Arc<Prepared> {
        let shard = self.shards.get(FxBuildHasher.hash_one(text) as usize >> 7 & (SHARDS - 1));
        let Some(shard) = shard.filter(|_| text.len() <= KEPT_BYTES) else {
            return Arc::new(Prepared::new(text, lexicon, tables));
        };
        // A thread that crashed while it held the lock left a whole map behind.
        let lock = || shard.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = lock().get(text) {
            return Arc::clone(known);
        }
        let prepared = Arc::new(Prepared::new(text, lexicon, tables));
        if !prepared.labels.is_empty() {
            let mut known = lock();
            if known.len() >= KEPT_TEXTS {
                known.clear();
            }
            known.insert(text.into(), Arc::clone(&prepared));
        }
        prepared
    }
}

/// Prepares printed texts, each distinct text once.
pub(crate) struct Reader<'d, 'f, 'v> {
    pub vocabulary: &'v Vocabulary<'f>,
    cache: FxHashMap<&'d str, usize>,
    prepared: Vec<Arc<Prepared>>,
}

impl<'d, 'f, 'v> Reader<'d, 'f, 'v> {
    pub fn new(vocabulary: &'v Vocabulary<'f>) -> Self {
        Self { vocabulary, cache: FxHashMap::default(), prepared: Vec::new() }
    }

    /// Prepares a text; the result is its number for [`Reader::get`].
    pub fn prepare(&mut self, text: &'d str) -> usize {
        if let Some(&at) = self.cache.get(text) {
            return at;
        }
        let at = self.prepared.len();
        let vocabulary = self.vocabulary;
        self.prepared.push(vocabulary.kept.prepare(text, &vocabulary.lexicon, &vocabulary.tables));
        self.cache.insert(text, at);
        at
    }

    pub fn get(&self, at: usize) -> &Prepared {
        static NOTHING: OnceLock<Prepared> = OnceLock::new();
        self.prepared.get(at).map(Arc::as_ref).unwrap_or_else(|| {
            NOTHING.get_or_init(|| Prepared {
                printed: Printed::default(),
                shadow: String::new(),
                labels: Vec::new(),
                meanings: Meanings::default(),
                state: State::Blank,
                unit: false,
                two: false,
            })
        })
    }
}
