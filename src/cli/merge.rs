//! `gongkai merge`: the folders of shards together.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::cli::End;
use crate::cli::args::{Global, Merge};
use crate::cli::beside::Beside;
use crate::cli::tally::count;
use crate::cli::ui::Ui;
use crate::error::{Error, ErrorKind};
use crate::run::dataset::{Dataset, MANIFEST};
use crate::run::ledger::Session;

/// Runs it.
pub fn run(args: &Merge, global: &Global, ui: &mut Ui) -> Result<End, Error> {
    let mut made_by = None;
    let mut shards = Vec::new();
    for folder in &args.folders {
        let manifest = manifest(folder)?;
        shards.push(shard(&manifest));
        let made = manifest.get("made_by").cloned().unwrap_or_default();
        if made_by.as_ref().is_some_and(|m| *m != made) {
            let message = format!("{} was made by another version or other patterns", folder.display());
            return Err(Error::new(ErrorKind::Usage, message).hint("run that shard again"));
        }
        made_by = Some(made);
    }
    let made_by = made_by.unwrap_or_default();
    let made = crate::source::hash::sha256(made_by.to_string().as_bytes());
    distinct(args)?;
    complete(&args.folders, &shards)?;
    let beside = Beside::open(&args.output, &[], false)?;
    let mut out = Dataset::afresh(&args.output, Session { made, ..Session::default() })?;
    let files = out.absorb(&args.folders)?;
    out.finish(&made_by, None)?;
    beside.write(global, ui)?;
    ui.note(&format!("{} of {}", count(files, "file"), count(args.folders.len() as u64, "shard")));
    Ok(End::Done)
}

/// Refuses a folder that is named twice, or is read and written.
fn distinct(args: &Merge) -> Result<(), Error> {
    let mut seen = vec![(std::fs::canonicalize(&args.output).ok(), "is a shard and the folder to write")];
    for folder in &args.folders {
        let place = std::fs::canonicalize(folder).ok();
        if let Some((_, what)) = seen.iter().find(|(other, _)| place.is_some() && *other == place) {
            let message = format!("{} {what}", folder.display());
            return Err(Error::new(ErrorKind::Usage, message).hint("name each shard once, and a folder of its own"));
        }
        seen.push((place, "is named twice"));
    }
    Ok(())
}

/// Refuses shards that are not all of one whole, where they tell which they are.
fn complete(folders: &[PathBuf], shards: &[Option<(u64, u64)>]) -> Result<(), Error> {
    let Some((_, n)) = shards.iter().flatten().next().copied() else { return Ok(()) };
    let refused = |message: String, hint: &str| Err(Error::new(ErrorKind::Usage, message).hint(hint));
    let mut whose: BTreeMap<u64, &Path> = BTreeMap::new();
    for (folder, shard) in folders.iter().zip(shards) {
        let folder = folder.as_path();
        let Some((i, _)) = shard.filter(|(_, of)| *of == n) else {
            let message = format!("{} is no shard of {n}, and another is", folder.display());
            return refused(message, "name the shards of one --shard I/N");
        };
        if let Some(other) = whose.insert(i, folder) {
            let message = format!("{} and {} are both shard {i}/{n}", other.display(), folder.display());
            return refused(message, "name each shard once");
        }
    }
    match (1..=n).find(|i| !whose.contains_key(i)) {
        Some(i) => refused(format!("shard {i}/{n} is not among the folders"), "name all of them"),
        None => Ok(()),
    }
}

/// Which shard a run read; none where it read everything.
fn shard(manifest: &serde_json::Value) -> Option<(u64, u64)> {
    let shard = manifest.get("shard")?;
    Some((shard.get(0)?.as_u64()?, shard.get(1)?.as_u64()?))
}

/// The manifest of a complete run.
fn manifest(folder: &Path) -> Result<serde_json::Value, Error> {
    let path = folder.join(MANIFEST);
    let bad = || {
        Error::new(ErrorKind::Usage, format!("{} is no complete run", folder.display()))
            .hint("run that shard to its end")
    };
    let text = std::fs::read(&path).map_err(|e| bad().caused_by(e))?;
    let json: serde_json::Value = serde_json::from_slice(&text).map_err(|e| bad().caused_by(e))?;
    if json.get("made_by").is_some() { Ok(json) } else { Err(bad()) }
}
