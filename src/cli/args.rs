//! The arguments as typed.

use std::path::PathBuf;

use clap::builder::TypedValueParser;
use clap::{Args, Parser, Subcommand, ValueEnum};

/// Reads Chinese annual reports on government information disclosure (政府信息公开工作年度报告) into data.
#[derive(Debug, Parser)]
#[command(name = "gongkai", version, max_term_width = 100, arg_required_else_help = true)]
#[command(about = "Turns Chinese 政府信息公开工作年度报告 (PDF, HTML, TXT, Word) into research data")]
#[command(after_help = "\
Examples:
  gongkai extract reports/ -o reports.jsonl       every report of a folder, one JSON record a line
  gongkai extract 2023/*.pdf --jobs 4 | head -1   some files, to the next program
  gongkai explain report.pdf review.total         how one number was read
  gongkai text report.html                        the text that is read

Exit codes: 0 all done; 1 done, some files failed; 2 usage, options or patterns;
3 a check, test or diff found a difference; 130 interrupted.")]
pub struct Cli {
    /// What to do
    #[command(subcommand)]
    pub command: Command,
    /// Options of every subcommand.
    #[command(flatten)]
    pub global: Global,
}

/// Options of every subcommand.
#[derive(Debug, Args)]
pub struct Global {
    /// Say nothing but errors
    #[arg(short, long, global = true, conflicts_with = "verbose", help_heading = "Messages")]
    pub quiet: bool,
    /// Say more: a line for every file read
    #[arg(short, long, global = true, help_heading = "Messages")]
    pub verbose: bool,
    /// Colours in messages (NO_COLOR is respected)
    #[arg(long, global = true, value_name = "WHEN", default_value = "auto", help_heading = "Messages")]
    pub color: When,
    /// Messages as JSON Lines
    #[arg(long, global = true, help_heading = "Messages")]
    pub log_json: bool,
    /// Read the patterns of this folder, not those inside the program
    #[arg(long, global = true, value_name = "DIR", env = "GONGKAI_PATTERNS", help_heading = "Patterns")]
    #[arg(value_parser = clap::builder::OsStringValueParser::new().map(PathBuf::from), value_hint = clap::ValueHint::DirPath)]
    pub patterns: Option<PathBuf>,
}

/// When to do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum When {
    /// On a terminal
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read reports into records: JSON Lines, one report a line
    Extract(Extract),
    /// Read an archive into a folder, so that the run can go on after anything
    Run(Run),
    /// Put the folders of shards together
    Merge(Merge),
    /// Write records as CSV, Parquet, a codebook, scripts for Stata and R, or a whole data package
    Convert(Convert),
    /// Check records over the years of each agency
    Check(Check),
    /// Compare two sets of records: numbers, states, flags
    Diff(Diff),
    /// Tell what was read, by year, level, form and format, and what went wrong most
    Summary(Summary),
    /// Write the text that is read, pages apart by form feeds
    Text(Text),
    /// Write the tables that are found, as JSON Lines or Markdown
    Tables(Tables),
    /// Tell how values were read: which table, which label matched how, what was refused and why
    Explain(Explain),
    /// Work with pattern files: the forms, their labels, variables and checks
    Patterns {
        /// What to do
        #[command(subcommand)]
        command: Patterns,
    },
    /// Serve other programs: paths on stdin, one JSON line a report or failure on stdout
    Worker(Worker),
    /// Write shell completions to stdout
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Which files are read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Input")]
pub struct Inputs {
    /// Files, folders or globs; `-` reads a list of paths from stdin
    #[arg(value_name = "PATH", required_unless_present = "files_from")]
    pub paths: Vec<PathBuf>,
    /// Read paths, one a line, from this file (`-` is stdin)
    #[arg(long, value_name = "FILE")]
    pub files_from: Option<PathBuf>,
    /// Lists of paths end each path with NUL (as `find -print0` does)
    #[arg(short = '0', long)]
    pub null: bool,
    /// Read only files that match GLOB (by name; by path below the folder or in the archive if it holds `/`),
    /// and archives that match with all that is in them; repeatable
    #[arg(long, value_name = "GLOB")]
    pub include: Vec<String>,
    /// Leave out files and folders that match GLOB (by the same rule); repeatable
    #[arg(long, value_name = "GLOB")]
    pub exclude: Vec<String>,
    /// Also read hidden files in folders
    #[arg(long)]
    pub hidden: bool,
    /// Take every file for this format, whatever its bytes say
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<FormatName>,
}

/// A format by name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
#[allow(missing_docs)]
pub enum FormatName {
    Pdf,
    Html,
    Txt,
    Docx,
    Doc,
    Rtf,
    Sheet,
}

/// What one file may cost.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits for one file")]
pub struct LimitArgs {
    /// Bytes of the file, with suffix K, M or G (default: 512M)
    #[arg(long, value_name = "SIZE", value_parser = super::options::parse_size)]
    pub max_bytes: Option<u64>,
    /// Bytes after decompression (default: 1G)
    #[arg(long, value_name = "SIZE", value_parser = super::options::parse_size)]
    pub max_inflated: Option<u64>,
    /// Pages (default: 5000)
    #[arg(long, value_name = "N")]
    pub max_pages: Option<u32>,
    /// Cells over all its tables (default: 500000)
    #[arg(long, value_name = "N")]
    pub max_cells: Option<u32>,
    /// Characters of its text (default: 50000000)
    #[arg(long, value_name = "N")]
    pub max_chars: Option<u64>,
    /// Nesting of elements and objects (default: 64)
    #[arg(long, value_name = "N")]
    pub max_depth: Option<u32>,
    /// Seconds (default: 60)
    #[arg(long, value_name = "SECONDS")]
    pub timeout: Option<u32>,
}

/// How files are read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Reading")]
pub struct ReadArgs {
    /// Password of encrypted PDF files (those without one are read anyway)
    #[arg(long, value_name = "PASSWORD", env = "GONGKAI_PASSWORD", hide_env_values = true, default_value = "")]
    #[arg(hide_default_value = true)]
    pub password: String,
    /// Of web pages read only the elements that this CSS selector names, as in `#zoom, .TRS_Editor`
    #[arg(long, value_name = "SELECTOR")]
    pub content: Option<String>,
    /// What one file may cost.
    #[command(flatten)]
    pub limits: LimitArgs,
}

/// The processes that read.
#[derive(Debug, Args)]
#[command(next_help_heading = "Limits for one file")]
pub struct ProcessArgs {
    /// Memory of the process that reads it (default: 4G)
    #[arg(long, value_name = "SIZE", value_parser = super::options::parse_size)]
    pub max_memory: Option<u64>,
    /// Read in this process: a little faster for one file, but a crash ends the run and no time limit holds
    #[arg(long)]
    pub no_isolation: bool,
}

/// `gongkai worker`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  find archive -name '*.pdf' | gongkai worker > reports.jsonl
  rdd.pipe('gongkai worker')                      in Spark
  xargs -P 8 -n 100 sh -c 'printf \"%s\\n\" \"$@\" | gongkai worker > out.$$' sh < paths

Every input gives its answer at once, flushed: the lines of its reports, or one line
{\"schema\": \"gongkai.failure/1\", \"source\": …, \"failure\": {\"code\": …, \"message\": …}}.
The worker ends when its input does.")]
pub struct Worker {
    /// Paths end with NUL instead of a line feed
    #[arg(short = '0', long)]
    pub null: bool,
    /// Files themselves on stdin, each after its length as 4 bytes, big end first
    #[arg(long, conflicts_with = "null")]
    pub length_prefixed: bool,
    /// Speak the supervisor's own protocol
    #[arg(long, hide = true)]
    pub frames: bool,
    /// Take every file for this format, whatever its bytes say
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<FormatName>,
    /// How they are read.
    #[command(flatten)]
    pub reading: ReadArgs,
    /// Who reads them.
    #[command(flatten)]
    pub process: ProcessArgs,
}

/// `gongkai extract`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gongkai extract reports/ -o reports.jsonl
  gongkai extract reports/ -o wide.csv --bom     a table for Excel, one row a report
  gongkai extract '2023/**/*.html' --exclude 'draft*' > reports.jsonl
  find archive -name '*.pdf' -print0 | gongkai extract -0 - > reports.jsonl

A file that gives no record costs one line on stderr; the run goes on. Records come out in the order
of the input, the same bytes whatever --jobs is. An output file is FILE.part until it is whole; what
was read before Ctrl-C or a full disk stays in it.")]
pub struct Extract {
    /// Which files are read.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Write to this file instead of stdout
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// What to write (default: what the name of the output file says, else JSON Lines)
    #[arg(long, value_name = "FORM", hide_possible_values = true, help_heading = "Output")]
    #[arg(
        long_help = "What to write: jsonl, jsonl-gz, jsonl-zst, csv, csv-long, parquet, parquet-long, or another form \
        that `gongkai convert --help` tells (default: what the name of the output file says, else jsonl)"
    )]
    pub to: Option<Form>,
    /// Begin CSV with a byte order mark, for Excel
    #[arg(long, help_heading = "Output")]
    pub bom: bool,
    /// Stop at the first file that fails
    #[arg(long, help_heading = "Output")]
    pub fail_fast: bool,
    /// Threads (default: one a processor)
    #[arg(short, long, value_name = "N", value_parser = super::options::parse_jobs)]
    pub jobs: Option<usize>,
    /// How they are read.
    #[command(flatten)]
    pub reading: ReadArgs,
    /// Who reads them.
    #[command(flatten)]
    pub process: ProcessArgs,
}

/// `gongkai text`
#[derive(Debug, Args)]
#[command(after_help = "\
Pages are parted by form feeds. The text of a PDF comes as printed: a line a printed line, in the
order in which the file sets it, cells parted by tabs, page numbers and running heads included.
With --blocks it comes as extract reads it: paragraphs joined over lines and pages, tables row by
row, running heads left out.")]
pub struct Text {
    /// The files; `-` is one file on stdin, `a.zip!/b.html` a member of an archive
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// Paragraphs and tables as extract reads them, instead of printed lines (PDF)
    #[arg(long)]
    pub blocks: bool,
    /// Take the files for this format, whatever their bytes say
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<FormatName>,
    /// How they are read.
    #[command(flatten)]
    pub reading: ReadArgs,
}

/// `gongkai tables`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gongkai tables report.pdf --to md
  gongkai tables report.html | jq '.cells[].text'

In JSON Lines a table is one object: source, table (number from 1), kind, rows, cols, caption, its
place, and cells with row and col from 0, spans, text and place.")]
pub struct Tables {
    /// The files; `-` is one file on stdin, `a.zip!/b.html` a member of an archive
    #[arg(value_name = "FILE", required = true)]
    pub files: Vec<PathBuf>,
    /// How to write them
    #[arg(long, value_name = "FORM", default_value = "json")]
    pub to: TableForm,
    /// Take the files for this format, whatever their bytes say
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<FormatName>,
    /// How they are read.
    #[command(flatten)]
    pub reading: ReadArgs,
}

/// How tables are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TableForm {
    /// JSON Lines, one object a table
    Json,
    /// Markdown
    Md,
}

/// `gongkai explain`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gongkai explain report.pdf                               identity, tables, flags and checks
  gongkai explain report.pdf review.total                  one variable
  gongkai explain report.pdf applications.denied           all variables that begin so
  gongkai explain report.pdf --page 3 --svg page3.svg      the page as it was understood

Of a file that gives no record it shows what every family of patterns made of it; of a table that was
not read, what it has of the labels and the evidence of each form, and what it lacks.")]
pub struct Explain {
    /// The file; `-` is stdin, `a.zip!/b.html` a member of an archive
    pub file: PathBuf,
    /// A variable, or the beginning of several
    pub variable: Option<String>,
    /// Take the file for this format, whatever its bytes say
    #[arg(long, value_name = "FORMAT")]
    pub format: Option<FormatName>,
    /// Draw this page, from 1 (PDF)
    #[arg(long, value_name = "N", requires = "svg", value_parser = clap::value_parser!(u32).range(1..))]
    pub page: Option<u32>,
    /// Where the drawing goes: characters, rulings, and cells with their row and column numbers (`-` is stdout)
    #[arg(long, value_name = "FILE", requires = "page")]
    pub svg: Option<PathBuf>,
    /// How it is read.
    #[command(flatten)]
    pub reading: ReadArgs,
}

/// `gongkai patterns`
#[derive(Debug, Subcommand)]
pub enum Patterns {
    /// List families and forms with their years, tables and hashes
    List,
    /// Check pattern files and what their cases name, without running them: the first mistake is shown with its line
    Check {
        /// Folder of patterns (default: --patterns, else those inside the program)
        dir: Option<PathBuf>,
    },
    /// Read the cases beside the patterns and compare what they give
    Test {
        /// Folder of patterns (default: --patterns, else those inside the program)
        dir: Option<PathBuf>,
    },
    /// Write the JSON Schema of a kind of pattern file, for editors
    Schema {
        /// form, report, fragments, cases, narrative or sentences (the cases of narrative.toml)
        #[arg(default_value = "form")]
        file: String,
    },
    /// Write a skeleton for a new form, and for its family where the folder has none of the name
    New {
        /// FAMILY/FORM
        name: String,
        /// Folder of patterns to write into (default: --patterns, else `patterns`)
        #[arg(long, value_name = "DIR")]
        into: Option<PathBuf>,
    },
    /// Draft a form from the tables of a sample
    Learn {
        /// The sample
        file: PathBuf,
        /// Take the file for this format, whatever its bytes say
        #[arg(long, value_name = "FORMAT")]
        format: Option<FormatName>,
    },
}

/// `gongkai run`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gongkai run archive/ -o out/                  read everything; again: go on, or bring up to date
  gongkai run archive/ -o out/ --to package      also tables, codebook and scripts, in out/package/
  gongkai run archive/ -o out/ --retry-failed   read the files again that gave no record
  gongkai run archive/ -o out-2/ --shard 2/8    an eighth of the files, for one of eight machines
  gongkai merge out-*/ -o out/                  the eighths together

OUT/ holds records.jsonl, ledger.jsonl (what became of every file), failures.jsonl,
duplicates.jsonl, quarantine.txt (files that crashed or ran out of time) and, once complete,
manifest.json. What --to wrote is written anew by every later run that comes to other records
(exports.json tells which forms that are).

After Ctrl-C, a kill, a full disk or a power cut the same command goes on where it was; nothing is
lost, doubled or torn. Files that have not changed are not read again, unless the program or its
patterns have.

Records of single files that are gone are left out, and counted. What looks like a slip is refused
unless --forget says that it is none, and the records of before stay: half of a folder or all of it
is gone (a disk that is not mounted, a copy that is not complete); other paths, globs or shards than
before leave files out; in another working directory the paths mean other files.")]
pub struct Run {
    /// Which files are read.
    #[command(flatten)]
    pub inputs: Inputs,
    /// Folder to write
    #[arg(short, long, value_name = "OUT", help_heading = "Output")]
    pub output: PathBuf,
    /// Beside the records, once complete, write these forms into the folder: csv, parquet-long, package …
    #[arg(long, value_name = "FORM", value_delimiter = ',', hide_possible_values = true, help_heading = "Output")]
    pub to: Vec<Form>,
    /// Begin CSV with a byte order mark, for Excel
    #[arg(long, help_heading = "Output", requires = "to")]
    pub bom: bool,
    /// Read files again that gave no record before
    #[arg(long, help_heading = "Output")]
    pub retry_failed: bool,
    /// Throw away the run that is in the folder and begin anew
    #[arg(long, help_heading = "Output", conflicts_with = "retry_failed")]
    pub afresh: bool,
    /// Leave out records of files that this run does not come to, whatever the reason
    #[arg(long, help_heading = "Output")]
    pub forget: bool,
    /// Read only the i-th of n parts of the files, by hash of the path
    #[arg(long, value_name = "I/N", value_parser = super::options::parse_shard, help_heading = "Input")]
    pub shard: Option<(u64, u64)>,
    /// Files read at once (default: one a processor)
    #[arg(short, long, value_name = "N", value_parser = super::options::parse_jobs, help_heading = "Input")]
    pub jobs: Option<usize>,
    /// How they are read.
    #[command(flatten)]
    pub reading: ReadArgs,
    /// Who reads them.
    #[command(flatten)]
    pub process: ProcessArgs,
}

/// `gongkai merge`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gongkai run archive/ -o part-1/ --shard 1/2     on one machine
  gongkai run archive/ -o part-2/ --shard 2/2     on another
  gongkai merge part-1/ part-2/ -o out/           the same bytes as one run over all

The shards must be complete, all of them, and made by one version with the same patterns. A run that
is in OUT already is replaced.")]
pub struct Merge {
    /// Folders of complete runs over shards of the same files
    #[arg(value_name = "SHARD", required = true)]
    pub folders: Vec<PathBuf>,
    /// Folder to write
    #[arg(short, long, value_name = "OUT")]
    pub output: PathBuf,
}

/// `gongkai convert`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gongkai convert reports.jsonl --to csv -o wide.csv        one row a report
  gongkai convert out/ --to parquet-long -o long.parquet    one row a cell
  gongkai convert out/ --to package -o data/                everything, with codebook and scripts

A package has its datapackage.json last: where that is missing, it is not whole.

In the wide table each variable has two columns, its value and NAME@state. Numbers are as printed; a
cell that holds none is empty, and its state tells why.")]
pub struct Convert {
    /// Records: a JSON Lines file or the folder of a run
    pub dataset: PathBuf,
    /// What to write (default: what the name of the output file says)
    #[arg(long, value_name = "FORM")]
    pub to: Option<Form>,
    /// File to write (a folder for `package`); stdout by default
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
    /// Begin CSV with a byte order mark, for Excel
    #[arg(long)]
    pub bom: bool,
}

/// A form of output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Form {
    /// One row a report
    Csv,
    /// One row a cell
    CsvLong,
    /// Parquet, one row a report; numbers as doubles
    #[cfg(feature = "parquet")]
    Parquet,
    /// Parquet, one row a cell
    #[cfg(feature = "parquet")]
    ParquetLong,
    /// JSON Lines as they are
    Jsonl,
    /// JSON Lines, gzip
    JsonlGz,
    /// JSON Lines, Zstandard
    JsonlZst,
    /// The codebook as CSV
    Codebook,
    /// The codebook as Markdown
    CodebookMd,
    /// The JSON Schema of a record
    Schema,
    /// A do-file that loads wide.csv
    Stata,
    /// An R script that loads wide.csv
    R,
    /// A folder with all of them and datapackage.json
    Package,
}

/// `gongkai check`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gongkai check out/                              what does not fit between the years of an agency
  gongkai check reports.jsonl --json | jq .code   for the next program

Findings are about the reports or about our reading of them; they change no value. The exit code
is 3 where there are any.")]
pub struct Check {
    /// Records: a JSON Lines file or the folder of a run
    pub dataset: PathBuf,
    /// Write findings as JSON Lines instead of a table
    #[arg(long)]
    pub json: bool,
    /// Also tell identities that the form does not promise
    #[arg(long)]
    pub soft: bool,
}

/// `gongkai diff`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gongkai diff before.jsonl after.jsonl           a line for each number, state or flag that changed
  gongkai diff old-out/ out/ --json > changes.jsonl

Reports are paired by path, and by content where a path is new. The exit code is 3 where anything
differs.")]
pub struct Diff {
    /// Records before: a JSON Lines file or the folder of a run
    pub before: PathBuf,
    /// Records after
    pub after: PathBuf,
    /// Write changes as JSON Lines instead of a table
    #[arg(long)]
    pub json: bool,
}

/// `gongkai summary`
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  gongkai summary out/                            a run: also what became of the files without a record
  gongkai summary reports.jsonl

It ends with the labels and headings that no pattern knows: hints for new patterns.")]
pub struct Summary {
    /// Records: a JSON Lines file or the folder of a run
    pub dataset: PathBuf,
}
