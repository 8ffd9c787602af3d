//! Records read back from their JSON Lines, numbers kept as printed.

use std::fmt;
use std::io::BufRead;
use std::marker::PhantomData;

use serde::de::{DeserializeOwned, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind};

/// One record, as far as tables and comparisons need it.
#[derive(Debug, Clone, Deserialize)]
pub struct Row {
    /// The record's id.
    pub id: String,
    /// Where it came from.
    pub source: Source,
    /// What the report says of itself.
    pub report: Report,
    /// Texts of the sections.
    #[serde(default)]
    pub sections: Vec<Section>,
    /// Variables in the form's order: the number as JSON text, or `null`.
    pub values: Pairs<Box<RawValue>>,
    /// The cell of each variable.
    pub cells: Pairs<Cell>,
    /// What sentences state.
    #[serde(default)]
    pub narrative: Pairs<Cell>,
    /// Identities.
    #[serde(default)]
    pub checks: Vec<Check>,
    /// Flags.
    #[serde(default)]
    pub flags: Vec<Flag>,
    /// Version and patterns.
    pub made_by: MadeBy,
}

/// `source` of a record.
#[derive(Debug, Clone, Deserialize)]
pub struct Source {
    /// Path.
    pub path: String,
    /// Member of the archive.
    pub member: Option<String>,
    /// Format.
    pub format: String,
    /// Digest.
    pub sha256: String,
    /// Address.
    pub url: Option<String>,
}

/// `report` of a record.
#[derive(Debug, Clone, Deserialize)]
pub struct Report {
    /// Title.
    pub title: Option<String>,
    /// Agency.
    pub agency: Option<String>,
    /// Year.
    pub year: Option<i32>,
    /// Form.
    pub form: Option<String>,
    /// Form of each table.
    #[serde(default)]
    pub forms: Pairs<String>,
    /// Period.
    pub period: Option<Period>,
    /// Day of publication.
    pub published: Option<String>,
    /// Place and level of the agency.
    #[serde(default)]
    pub region: Option<Region>,
}

/// `region` of a record.
#[derive(Debug, Clone, Deserialize)]
pub struct Region {
    /// Level of the agency.
    pub level: Option<String>,
    /// Division code of its place.
    pub code: Option<String>,
    /// Name of its place.
    pub name: Option<String>,
    /// Division code of the place above.
    pub parent: Option<String>,
}

/// First and last day.
#[derive(Debug, Clone, Deserialize)]
pub struct Period {
    /// First day.
    pub start: String,
    /// Last day.
    pub end: String,
}

/// A section.
#[derive(Debug, Clone, Deserialize)]
pub struct Section {
    /// Id.
    pub id: String,
    /// Heading as printed.
    pub heading: String,
    /// Text.
    pub text: String,
}

/// A cell, or a number that a sentence states.
#[derive(Debug, Clone, Deserialize)]
pub struct Cell {
    /// Printed text.
    pub raw: String,
    /// State.
    pub state: String,
    /// Page.
    pub page: Option<u32>,
    /// Box.
    pub bbox: Option<Box<RawValue>>,
    /// Path of the node.
    pub node: Option<String>,
    /// Line.
    pub line: Option<u32>,
    /// Column.
    pub column: Option<u32>,
    /// The number of a sentence as JSON text.
    #[serde(default)]
    pub value: Option<Box<RawValue>>,
    /// The readings that remain of an ambiguous cell, as JSON text.
    #[serde(default)]
    pub candidates: Vec<Box<RawValue>>,
    /// The stub of a row that the document itself names.
    #[serde(default)]
    pub label: Option<String>,
    /// The sentence.
    #[serde(default)]
    pub sentence: Option<String>,
}

/// A check.
#[derive(Debug, Clone, Deserialize)]
pub struct Check {
    /// Id.
    pub id: String,
    /// Outcome.
    pub holds: bool,
}

/// A flag.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Deserialize)]
pub struct Flag {
    /// Code.
    pub code: String,
    /// Where.
    pub at: String,
    /// Message.
    pub message: String,
}

/// `made_by` of a record.
#[derive(Debug, Clone, Deserialize)]
pub struct MadeBy {
    /// Version of the program.
    pub gongkai: String,
    /// Hash of each form used.
    pub patterns: Pairs<String>,
}

/// The members of a JSON object in their order.
#[derive(Debug, Clone)]
pub struct Pairs<T>(pub Vec<(String, T)>);

impl<T> Default for Pairs<T> {
    fn default() -> Self {
        Self(Vec::new())
    }
}

impl<T> Pairs<T> {
    /// The member of this name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&T> {
        self.0.iter().find(|(key, _)| key == name).map(|(_, value)| value)
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Pairs<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Members<T>(PhantomData<T>);
        impl<'de, T: DeserializeOwned> Visitor<'de> for Members<T> {
            type Value = Pairs<T>;
            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Pairs(pairs))
            }
        }
        from.deserialize_map(Members(PhantomData))
    }
}

impl Row {
    /// The number of a variable as printed; `None` for null and where the variable is absent.
    #[must_use]
    pub fn number(&self, variable: &str) -> Option<&str> {
        let value = self.values.get(variable).or_else(|| self.narrative.get(variable)?.value.as_ref());
        value.map(|raw| raw.get()).filter(|text| *text != "null")
    }

    /// What is printed for each variable of tables and sentences, in order.
    pub fn printed(&self) -> impl Iterator<Item = (&str, &Cell)> {
        self.cells.0.iter().chain(&self.narrative.0).map(|(variable, cell)| (variable.as_str(), cell))
    }

    /// What is printed for a variable.
    #[must_use]
    pub fn cell(&self, variable: &str) -> Option<&Cell> {
        self.cells.get(variable).or_else(|| self.narrative.get(variable))
    }

    /// A name for messages: path, and member.
    #[must_use]
    pub fn name(&self) -> String {
        match &self.source.member {
            Some(member) => format!("{}!/{member}", self.source.path),
            None => self.source.path.clone(),
        }
    }
}

/// Reads the record of a line.
///
/// # Errors
/// A line that is no record.
pub fn parse(line: &[u8], number: u64, name: &str) -> Result<Row, Error> {
    serde_json::from_slice(line).map_err(|e| {
        let message = format!("line {number} of {name} is no record");
        Error::new(ErrorKind::Usage, message).hint("give the output of gongkai extract or run").caused_by(e)
    })
}

/// Reads records line by line and hands each on.
///
/// # Errors
/// A line that is no record, or what `take` says.
pub fn each(from: &mut dyn BufRead, name: &str, mut take: impl FnMut(Row) -> Result<(), Error>) -> Result<(), Error> {
    let mut line = Vec::new();
    let mut number = 0u64;
    loop {
        line.clear();
        number += 1;
        let broken = |e| Error::new(ErrorKind::Usage, format!("cannot read {name}")).caused_by(e);
        if from.read_until(b'\n', &mut line).map_err(broken)? == 0 {
            return Ok(());
        }
        if !line.trim_ascii().is_empty() {
            take(parse(&line, number, name)?)?;
        }
    }
}
