//! Small reports made up here, and the program to read them.

use std::fs;
use std::path::Path;

use assert_cmd::Command;

/// The program, without colours and patterns from outside.
pub fn gongkai() -> Command {
    let mut command = Command::cargo_bin("gongkai").unwrap();
    command.env("NO_COLOR", "1").env_remove("GONGKAI_PATTERNS").env("GONGKAI_FAULTS", "1");
    command
}

/// A small HTML report of the 2021 form with the reviews of one year.
pub fn report(agency: &str, year: u32, upheld: u32) -> String {
    let total = upheld + 1;
    format!(
        "<html><head><meta charset=\"utf-8\"><title>{agency}{year}年政府信息公开工作年度报告</title></head><body>
<h1>{agency}{year}年政府信息公开工作年度报告</h1>
<p>本报告所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。</p>
<h2>一、总体情况</h2><p>{year}年，{agency}认真做好政府信息公开工作，行政复议{upheld}件。</p>
<h2>二、主动公开政府信息情况</h2>
<table><tr><td colspan=4>第二十条第（一）项</td></tr>
<tr><td>信息内容</td><td>本年制发件数</td><td>本年废止件数</td><td>现行有效件数</td></tr>
<tr><td>规章</td><td>0</td><td>0</td><td>0</td></tr>
<tr><td>行政规范性文件</td><td>{upheld}</td><td>/</td><td></td></tr></table>
<h2>四、政府信息公开行政复议、行政诉讼情况</h2>
<table><tr><td colspan=5>行政复议</td><td colspan=10>行政诉讼</td></tr>
<tr><td rowspan=2>结果维持</td><td rowspan=2>结果纠正</td><td rowspan=2>其他结果</td><td rowspan=2>尚未审结</td><td rowspan=2>总计</td>
<td colspan=5>未经复议直接起诉</td><td colspan=5>复议后起诉</td></tr>
<tr><td>结果维持</td><td>结果纠正</td><td>其他结果</td><td>尚未审结</td><td>总计</td><td>结果维持</td><td>结果纠正</td><td>其他结果</td><td>尚未审结</td><td>总计</td></tr>
<tr><td>{upheld}</td><td>1</td><td>0</td><td>0</td><td>{total}</td><td>0</td><td>0</td><td>0</td><td>0</td><td>0</td><td>0</td><td>0</td><td>0</td><td>0</td><td>0</td></tr></table>
<h2>五、存在的主要问题及改进情况</h2><p>无。</p>
<h2>六、其他需要报告的事项</h2><p>无。</p>
</body></html>"
    )
}

/// Writes `count` reports into a folder, in two sub-folders.
pub fn archive(folder: &Path, count: u32) {
    for i in 0..count {
        let sub = folder.join(if i % 3 == 0 { "一区" } else { "b" });
        fs::create_dir_all(&sub).unwrap();
        fs::write(sub.join(format!("{i:04}.html")), report(&format!("第{i}镇人民政府"), 2021 + i % 4, i)).unwrap();
    }
}

/// The lines of a run's output as JSON.
pub fn json(bytes: &[u8]) -> Vec<serde_json::Value> {
    bytes.split(|b| *b == b'\n').filter(|l| !l.is_empty()).map(|l| serde_json::from_slice(l).unwrap()).collect()
}
