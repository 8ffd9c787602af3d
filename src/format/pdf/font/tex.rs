//! Glyph names of the TeX mathematics fonts, which the Adobe Glyph List does not know or maps to private characters.

/// Characters by glyph name, in the order of the names.
const NAMES: &[(&str, char)] = &[
    ("angbracketleft", '\u{27E8}'),
    ("angbracketright", '\u{27E9}'),
    ("approxorequal", '\u{224A}'),
    ("arrowbothv", '\u{2195}'),
    ("arrowdblbothv", '\u{21D5}'),
    ("arrownortheast", '\u{2197}'),
    ("arrownorthwest", '\u{2196}'),
    ("arrowsoutheast", '\u{2198}'),
    ("arrowsouthwest", '\u{2199}'),
    ("backslash", '\\'),
    ("bardbl", '\u{2016}'),
    ("braceleft", '{'),
    ("braceright", '}'),
    ("bracketleft", '['),
    ("bracketright", ']'),
    ("ceilingleft", '\u{2308}'),
    ("ceilingright", '\u{2309}'),
    ("circlecopyrt", '\u{25EF}'),
    ("circledivide", '\u{2298}'),
    ("circledot", '\u{2299}'),
    ("circleminus", '\u{2296}'),
    ("circlemultiply", '\u{2297}'),
    ("circleplus", '\u{2295}'),
    ("contintegral", '\u{222E}'),
    ("coproduct", '\u{2210}'),
    ("diamondmath", '\u{22C4}'),
    ("epsilon1", '\u{3B5}'),
    ("equivasymptotic", '\u{224D}'),
    ("floorleft", '\u{230A}'),
    ("floorright", '\u{230B}'),
    ("follows", '\u{227B}'),
    ("followsequal", '\u{2AB0}'),
    ("greatermuch", '\u{226B}'),
    ("hatwide", '\u{302}'),
    ("integral", '\u{222B}'),
    ("intersection", '\u{2229}'),
    ("intersectionsq", '\u{2293}'),
    ("latticetop", '\u{22A4}'),
    ("lessmuch", '\u{226A}'),
    ("logicaland", '\u{2227}'),
    ("logicalor", '\u{2228}'),
    ("lscript", '\u{2113}'),
    ("mapsto", '\u{21A6}'),
    ("minusplus", '\u{2213}'),
    ("negationslash", '\u{338}'),
    ("openbullet", '\u{25E6}'),
    ("owner", '\u{220B}'),
    ("parenleft", '('),
    ("parenright", ')'),
    ("precedes", '\u{227A}'),
    ("precedesequal", '\u{2AAF}'),
    ("prime", '\u{2032}'),
    ("product", '\u{220F}'),
    ("radical", '\u{221A}'),
    ("similarequal", '\u{2243}'),
    ("slash", '/'),
    ("squaresolid", '\u{25A0}'),
    ("star", '\u{22C6}'),
    ("subsetsqequal", '\u{2291}'),
    ("summation", '\u{2211}'),
    ("supersetsqequal", '\u{2292}'),
    ("tildewide", '\u{303}'),
    ("triangle", '\u{25B3}'),
    ("triangleinv", '\u{25BD}'),
    ("triangleleft", '\u{25C1}'),
    ("triangleright", '\u{25B7}'),
    ("turnstileleft", '\u{22A2}'),
    ("turnstileright", '\u{22A3}'),
    ("union", '\u{222A}'),
    ("unionmulti", '\u{228E}'),
    ("unionsq", '\u{2294}'),
    ("vector", '\u{20D7}'),
    ("vextenddouble", '\u{2225}'),
    ("vextendsingle", '\u{2223}'),
    ("wreathproduct", '\u{2240}'),
];

/// The character of a TeX glyph name; sizes (`parenleftBigg`, `summationdisplay`) do not matter.
pub fn tex_char(name: &str) -> Option<char> {
    let find = |n: &str| NAMES.binary_search_by(|p| p.0.cmp(n)).ok().and_then(|i| NAMES.get(i)).map(|p| p.1);
    find(name).or_else(|| {
        let stem =
            ["Bigg", "bigg", "Big", "big", "display", "text", "wider"].iter().find_map(|s| name.strip_suffix(s))?;
        find(stem)
    })
}

#[cfg(test)]
mod tests {
    use super::{NAMES, tex_char};

    #[test]
    fn names_are_in_order_and_sizes_fall_away() {
        assert!(NAMES.windows(2).all(|p| p[0].0 < p[1].0));
        assert_eq!(tex_char("parenleftBigg"), Some('('));
        assert_eq!(tex_char("summationdisplay"), Some('∑'));
        assert_eq!(tex_char("big"), None);
    }
}
