//! Optional content: which layers are off (ISO 32000-2, 8.11).

use rustc_hash::FxHashSet;

use super::file::{File, Objects};
use super::object::{Dict, Object};

/// The layers that are not shown.
#[derive(Debug, Default)]
pub struct Layers {
    off: FxHashSet<u32>,
}

impl Layers {
    /// Reads the default configuration of the catalogue.
    #[must_use]
    pub fn read(file: &File<'_>) -> Self {
        let mut layers = Self::default();
        let catalog = file.catalog();
        let properties = catalog.dict().map_or(Object::Null, |d| file.value(d, b"OCProperties"));
        let Some(properties) = properties.dict() else { return layers };
        let config = file.value(properties, b"D");
        let Some(config) = config.dict() else { return layers };
        let ids = |object: Object| -> Vec<u32> {
            object.array().unwrap_or_default().iter().filter_map(|o| Some(o.reference()?.0)).collect()
        };
        if file.value(config, b"BaseState").name() == Some(b"OFF") {
            layers.off.extend(ids(file.value(properties, b"OCGs")));
            for id in ids(file.value(config, b"ON")) {
                layers.off.remove(&id);
            }
        }
        layers.off.extend(ids(file.value(config, b"OFF")));
        layers
    }

    /// Whether content that belongs to this group or membership dictionary is hidden.
    #[must_use]
    pub fn hides(&self, file: &File<'_>, object: &Object) -> bool {
        if self.off.is_empty() {
            return false;
        }
        if let Some(id) = object.reference()
            && self.off.contains(&id.0)
        {
            return true;
        }
        let resolved = file.resolve(object);
        let Some(dict) = resolved.dict() else { return false };
        if file.value(dict, b"Type").name() != Some(b"OCMD") {
            return false;
        }
        if let Some(shown) = self.expression(file, &file.value(dict, b"VE"), 8) {
            return !shown;
        }
        self.policy_hides(file, dict)
    }

    fn policy_hides(&self, file: &File<'_>, dict: &Dict) -> bool {
        let groups: Vec<u32> = match dict.get(b"OCGs") {
            Object::Ref(id) => match file.get(*id) {
                Object::Array(a) => a.iter().filter_map(|o| Some(o.reference()?.0)).collect(),
                _ => vec![id.0],
            },
            Object::Array(a) => a.iter().filter_map(|o| Some(o.reference()?.0)).collect(),
            _ => Vec::new(),
        };
        if groups.is_empty() {
            return false;
        }
        let off = |id: &u32| self.off.contains(id);
        match file.value(dict, b"P").name() {
            Some(b"AllOn") => groups.iter().any(off),
            Some(b"AnyOff") => !groups.iter().any(off),
            Some(b"AllOff") => !groups.iter().all(off),
            _ => groups.iter().all(off),
        }
    }

    /// The value of a visibility expression.
    fn expression(&self, file: &File<'_>, object: &Object, depth: u32) -> Option<bool> {
        let items = object.array()?;
        let operator = items.first()?.name()?;
        let mut values = items.iter().skip(1).take(64).filter_map(|o| match file.resolve(o) {
            nested @ Object::Array(_) => self.expression(file, &nested, depth.checked_sub(1)?),
            _ => Some(!self.off.contains(&o.reference()?.0)),
        });
        match operator {
            b"And" => Some(values.all(|v| v)),
            b"Or" => Some(values.any(|v| v)),
            b"Not" => values.next().map(|v| !v),
            _ => None,
        }
    }
}
