//! The page tree and what pages inherit (ISO 32000-2, 7.7.3).

use std::rc::Rc;

use rustc_hash::{FxHashMap, FxHashSet};

use super::file::{File, Objects};
use super::matrix::Matrix;
use super::object::{Dict, Object};

/// Times that one page object may stand in the tree.
const REPEATS: u32 = 16;

/// A page with its inherited attributes resolved.
#[derive(Debug, Clone)]
pub struct PageNode {
    /// The page dictionary.
    pub dict: Rc<Dict>,
    /// Object number, 0 for a direct one.
    pub number: u32,
    /// Resources.
    pub resources: Object,
    /// From user space to points from the top left as displayed.
    pub matrix: Matrix,
    /// Width as displayed.
    pub width: f32,
    /// Height as displayed.
    pub height: f32,
}

#[derive(Debug, Clone, Default)]
struct Inherited {
    resources: Option<Object>,
    media: Option<[f64; 4]>,
    crop: Option<[f64; 4]>,
    rotate: Option<i64>,
}

/// The pages in order.
#[derive(Debug)]
pub struct Pages {
    /// The pages found.
    pub nodes: Vec<PageNode>,
    /// Entries that were left out because they named a page again and again.
    pub repeated: u32,
    /// There were more pages than the limit.
    pub too_many: bool,
}

/// Walks the page tree; where it leads nowhere, takes all page objects by number.
#[must_use]
pub fn pages(file: &File<'_>, limit: u32) -> Pages {
    let mut pages = Pages { nodes: Vec::new(), repeated: 0, too_many: false };
    let catalog = file.catalog();
    if let Some(catalog) = catalog.dict() {
        walk(file, catalog.get(b"Pages"), limit, &mut pages);
    }
    if pages.nodes.is_empty() {
        for number in file.numbers() {
            let object = file.get((number, 0));
            let Object::Dict(dict) = &object else { continue };
            if dict.get(b"Type").name() == Some(b"Page") && pages.nodes.len() < limit as usize {
                let mut inherited = Inherited::default();
                inherited.take(file, dict);
                pages.nodes.push(inherited.page(file, dict.clone(), number));
            }
        }
    }
    pages
}

fn walk(file: &File<'_>, root: &Object, limit: u32, pages: &mut Pages) {
    let mut nodes_seen: FxHashSet<u32> = FxHashSet::default();
    let mut leaves: FxHashMap<u32, u32> = FxHashMap::default();
    let mut stack: Vec<(Object, Rc<Inherited>)> = vec![(root.clone(), Rc::default())];
    let mut steps = 0_u32;
    while let Some((object, inherited)) = stack.pop() {
        steps += 1;
        if steps > 2_000_000 {
            return;
        }
        let number = object.reference().map_or(0, |id| id.0);
        if let Some(count) = leaves.get_mut(&number)
            && number != 0
        {
            *count += 1;
            if *count > REPEATS {
                pages.repeated += 1;
                continue;
            }
        }
        let Object::Dict(dict) = file.resolve(&object) else { continue };
        let kids = file.value(&dict, b"Kids");
        let is_node = kids.array().is_some() && dict.get(b"Type").name() != Some(b"Page");
        let mut own = (*inherited).clone();
        own.take(file, &dict);
        if is_node {
            if number != 0 && !nodes_seen.insert(number) {
                continue;
            }
            let own = Rc::new(own);
            for kid in kids.array().unwrap_or_default().iter().rev() {
                stack.push((kid.clone(), own.clone()));
            }
        } else {
            if pages.nodes.len() >= limit as usize {
                pages.too_many = true;
                return;
            }
            if number != 0 {
                leaves.entry(number).or_insert(1);
            }
            pages.nodes.push(own.page(file, dict, number));
        }
    }
}

impl Inherited {
    fn take(&mut self, file: &File<'_>, dict: &Dict) {
        let resources = file.value(dict, b"Resources");
        if resources.dict().is_some() {
            self.resources = Some(resources);
        }
        if let Some(b) = rect(file, &file.value(dict, b"MediaBox")) {
            self.media = Some(b);
        }
        if let Some(b) = rect(file, &file.value(dict, b"CropBox")) {
            self.crop = Some(b);
        }
        if let Some(r) = file.value(dict, b"Rotate").int() {
            self.rotate = Some(r);
        }
    }

    fn page(&self, file: &File<'_>, dict: Rc<Dict>, number: u32) -> PageNode {
        let media = self.media.filter(usable).unwrap_or([0.0, 0.0, 595.28, 841.89]);
        let visible = self
            .crop
            .map_or(media, |c| [c[0].max(media[0]), c[1].max(media[1]), c[2].min(media[2]), c[3].min(media[3])]);
        let [x0, y0, x1, y1] = if usable(&visible) { visible } else { media };
        let unit = file.value(&dict, b"UserUnit").number().filter(|u| (0.01..=1000.0).contains(u)).unwrap_or(1.0);
        let (w, h) = ((x1 - x0) * unit, (y1 - y0) * unit);
        let u = unit;
        let (matrix, width, height) = match self.rotate.unwrap_or(0).rem_euclid(360) / 90 {
            1 => (Matrix::new(0.0, u, u, 0.0, -y0 * u, -x0 * u), h, w),
            2 => (Matrix::new(-u, 0.0, 0.0, u, x1 * u, -y0 * u), w, h),
            3 => (Matrix::new(0.0, -u, -u, 0.0, y1 * u, x1 * u), h, w),
            _ => (Matrix::new(u, 0.0, 0.0, -u, -x0 * u, y1 * u), w, h),
        };
        #[expect(clippy::cast_possible_truncation, reason = "page sizes were checked")]
        PageNode {
            number,
            resources: self.resources.clone().unwrap_or(Object::Null),
            dict,
            matrix,
            width: width as f32,
            height: height as f32,
        }
    }
}

fn usable(b: &[f64; 4]) -> bool {
    let (w, h) = (b[2] - b[0], b[3] - b[1]);
    w >= 1.0 && h >= 1.0 && w <= 200_000.0 && h <= 200_000.0 && b.iter().all(|n| n.abs() < 1e7)
}

/// A rectangle with its corners in order.
#[must_use]
pub fn rect(objects: &dyn Objects, object: &Object) -> Option<[f64; 4]> {
    let items = object.array()?;
    let mut n = [0.0; 4];
    for (slot, item) in n.iter_mut().zip(items.get(..4)?) {
        *slot = objects.resolve(item).number()?;
    }
    Some([n[0].min(n[2]), n[1].min(n[3]), n[0].max(n[2]), n[1].max(n[3])])
}
