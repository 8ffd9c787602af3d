//! CJK radicals folded to the unified ideographs they stand for.
//!
//! Skia and other writers map a glyph to the first code point that uses it, which for many Han characters is a
//! Kangxi radical (U+2F00–2FD5) or a radical of the supplement (U+2E80–2EF3). Values: Unicode's
//! `Equivalent_Unified_Ideograph`; a space where a radical has none.

use std::borrow::Cow;

const SUPPLEMENT: &str = " 厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵 旡日月歺母民氵氺灬爫爫丬牛犭王𤴔目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀龟";
const KANGXI: &str = "一丨丶丿乙亅二亠人儿入八冂冖冫几凵刀力勹匕匚匸十卜卩厂厶又口囗土士夂夊夕大女子宀寸小尢尸屮山巛工己巾干幺广廴廾弋弓彐彡彳心戈戶手支攴文斗斤方无日曰月木欠止歹殳毋比毛氏气水火爪父爻爿片牙牛犬玄玉瓜瓦甘生用田疋疒癶白皮皿目矛矢石示禸禾穴立竹米糸缶网羊羽老而耒耳聿肉臣自至臼舌舛舟艮色艸虍虫血行衣襾見角言谷豆豕豸貝赤走足身車辛辰辵邑酉釆里金長門阜隶隹雨靑非面革韋韭音頁風飛食首香馬骨高髟鬥鬯鬲鬼魚鳥鹵鹿麥麻黃黍黑黹黽鼎鼓鼠鼻齊齒龍龜龠";

/// The unified ideograph that a radical stands for; every other character as it is.
#[must_use]
#[inline]
pub fn fold(c: char) -> char {
    let (table, first) = match c {
        '\u{2E80}'..='\u{2EF3}' => (SUPPLEMENT, 0x2E80),
        '\u{2F00}'..='\u{2FD5}' => (KANGXI, 0x2F00),
        _ => return c,
    };
    table.chars().nth((u32::from(c) - first) as usize).filter(|&u| u != ' ').unwrap_or(c)
}

/// A text with its radicals folded: text that tools take off PDFs holds them too.
#[must_use]
pub fn fold_all(text: &str) -> Cow<'_, str> {
    let radical = |c: char| ('\u{2E80}'..='\u{2FD5}').contains(&c);
    if text.contains(radical) { Cow::Owned(text.chars().map(fold).collect()) } else { Cow::Borrowed(text) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn radicals_become_ideographs() {
        let folded: String = "⻓⻔⼀⾏⿕⺀中a".chars().map(fold).collect();
        assert_eq!(folded, "长门一行龠⺀中a");
        assert_eq!(fold_all("县⼈⺠政府"), "县人民政府");
        assert!(matches!(fold_all("人民"), Cow::Borrowed(_)));
        assert_eq!((SUPPLEMENT.chars().count(), KANGXI.chars().count()), (0x74, 0xD6));
    }
}
