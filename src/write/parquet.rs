//! The wide and the long table as Parquet: numbers as doubles, everything else as text.

use std::io::Write;
use std::sync::Arc;

use parquet::basic::{Compression, LogicalType, Repetition, Type as Physical};
use parquet::data_type::{ByteArray, ByteArrayType, DoubleType, Int32Type};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use parquet::schema::types::Type;

use crate::write::row::Row;
use crate::write::tabular::{CELL, REPORT, STATE, cells, report};

/// Values of a row group: memory is bounded by it.
const GROUP: usize = 2_000_000;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Text,
    /// Text of which an empty one is no missing one.
    Printed,
    Whole,
    Number,
}

/// A column with its values so far; a level of 0 is a null.
#[derive(Debug)]
struct Column {
    kind: Kind,
    levels: Vec<i16>,
    texts: Vec<ByteArray>,
    wholes: Vec<i32>,
    numbers: Vec<f64>,
}

impl Column {
    fn push(&mut self, text: &str) {
        let there = match self.kind {
            _ if text.is_empty() && self.kind != Kind::Printed => false,
            Kind::Text | Kind::Printed => {
                self.texts.push(ByteArray::from(text.as_bytes().to_vec()));
                true
            }
            Kind::Whole => text.parse().map(|n| self.wholes.push(n)).is_ok(),
            Kind::Number => text.parse().map(|n| self.numbers.push(n)).is_ok(),
        };
        self.levels.push(i16::from(there));
    }
}

/// A table being written.
pub struct Table<W: Write + Send> {
    writer: SerializedFileWriter<W>,
    columns: Vec<Column>,
    /// Variables of the wide table; `None` in the long one.
    variables: Option<Vec<String>>,
    rows: usize,
}

impl<W: Write + Send> Table<W> {
    /// One row a report: its identity, then value and state of each variable.
    ///
    /// # Errors
    /// Where the output refuses.
    pub fn wide(out: W, variables: Vec<String>) -> Result<Self, ParquetError> {
        let mut columns: Vec<(String, Kind)> = REPORT
            .iter()
            .map(|name| {
                (
                    (*name).to_owned(),
                    if matches!(*name, "year" | "flags" | "failed_checks") { Kind::Whole } else { Kind::Text },
                )
            })
            .collect();
        for variable in &variables {
            columns.push((variable.clone(), Kind::Number));
            columns.push((format!("{variable}{STATE}"), Kind::Text));
        }
        Self::new(out, columns, Some(variables))
    }

    /// One row a cell.
    ///
    /// # Errors
    /// Where the output refuses.
    pub fn long(out: W) -> Result<Self, ParquetError> {
        let kind = |name: &str| match name {
            "year" | "page" | "line" | "column" => Kind::Whole,
            "value" => Kind::Number,
            "raw" => Kind::Printed,
            _ => Kind::Text,
        };
        Self::new(out, CELL.iter().map(|name| ((*name).to_owned(), kind(name))).collect(), None)
    }

    fn new(out: W, columns: Vec<(String, Kind)>, variables: Option<Vec<String>>) -> Result<Self, ParquetError> {
        let mut fields = Vec::new();
        for (name, kind) in &columns {
            let (physical, logical) = match kind {
                Kind::Text | Kind::Printed => (Physical::BYTE_ARRAY, Some(LogicalType::String)),
                Kind::Whole => (Physical::INT32, None),
                Kind::Number => (Physical::DOUBLE, None),
            };
            let field = Type::primitive_type_builder(name, physical)
                .with_repetition(Repetition::OPTIONAL)
                .with_logical_type(logical)
                .build()?;
            fields.push(Arc::new(field));
        }
        let schema = Arc::new(Type::group_type_builder("gongkai").with_fields(fields).build()?);
        let properties = WriterProperties::builder().set_compression(Compression::SNAPPY).build();
        let writer = SerializedFileWriter::new(out, schema, Arc::new(properties))?;
        let empty =
            |kind| Column { kind, levels: Vec::new(), texts: Vec::new(), wholes: Vec::new(), numbers: Vec::new() };
        let columns = columns.into_iter().map(|(_, kind)| empty(kind)).collect();
        Ok(Self { writer, columns, variables, rows: 0 })
    }

    /// Adds a report.
    ///
    /// # Errors
    /// Where the output refuses.
    pub fn add(&mut self, row: &Row) -> Result<(), ParquetError> {
        match &self.variables {
            None => {
                for fields in cells(row) {
                    self.columns.iter_mut().zip(&fields).for_each(|(column, field)| column.push(field));
                    self.rows += 1;
                }
            }
            Some(variables) => {
                let mut fields = report(row);
                for variable in variables {
                    fields.push(row.number(variable).unwrap_or_default().to_owned());
                    fields.push(row.cell(variable).map(|c| c.state.clone()).unwrap_or_default());
                }
                self.columns.iter_mut().zip(&fields).for_each(|(column, field)| column.push(field));
                self.rows += 1;
            }
        }
        if self.rows * self.columns.len() >= GROUP { self.group() } else { Ok(()) }
    }

    fn group(&mut self) -> Result<(), ParquetError> {
        if self.rows == 0 {
            return Ok(());
        }
        let mut group = self.writer.next_row_group()?;
        for column in &mut self.columns {
            let Some(mut out) = group.next_column()? else { break };
            let levels = Some(column.levels.as_slice());
            match column.kind {
                Kind::Text | Kind::Printed => out.typed::<ByteArrayType>().write_batch(&column.texts, levels, None)?,
                Kind::Whole => out.typed::<Int32Type>().write_batch(&column.wholes, levels, None)?,
                Kind::Number => out.typed::<DoubleType>().write_batch(&column.numbers, levels, None)?,
            };
            out.close()?;
            column.levels.clear();
            column.texts.clear();
            column.wholes.clear();
            column.numbers.clear();
        }
        group.close()?;
        self.rows = 0;
        Ok(())
    }

    /// Ends the file.
    ///
    /// # Errors
    /// Where the output refuses.
    pub fn close(mut self) -> Result<(), ParquetError> {
        self.group()?;
        self.writer.close().map(|_| ())
    }
}
