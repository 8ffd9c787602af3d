#!/usr/bin/env python3
"""Prints the reports of corpus/ from the truth typed by hand in truth/*.toml.

    python3 -m venv .venv && .venv/bin/pip install reportlab python-docx openpyxl xlwt
    .venv/bin/python corpus/make.py            # all; or: make.py NAME…

The truth comes first and is typed by hand; this script only dresses it as a report in the layout that the
truth file names. gongkai reads the reports, its tests compare what it read with the truth files.
"""
import csv
import html
import io
import pathlib
import sys
import tomllib

import forms

HERE = pathlib.Path(__file__).parent
STATES = {"blank": "", "dash": "/", "nothing": "无"}


class Report:
    """One truth file: values by variable, and what is printed for each."""

    def __init__(self, path):
        self.truth = tomllib.loads(path.read_text(encoding="utf8"))
        self.name = path.stem
        self.form = self.truth["form"]
        self.style = self.truth.get("style", {})
        self.printed = self.truth.get("printed", {})

    def cell(self, variable, value):
        if variable in self.printed:
            return self.printed[variable]
        return STATES[value] if isinstance(value, str) else str(value)

    def rows(self, table):
        return self.truth.get(table, {})

    def proactive(self):
        """Sub-tables as rows of (cells, stub width)."""
        out = []
        for caption, head, rows in forms.PROACTIVE[self.truth.get("proactive_form", self.form)]:
            body = []
            for row, label, columns in rows:
                values = self.rows("proactive").get(row)
                if values is None:
                    continue
                label = self.style.get("labels", {}).get(label, label)
                body.append([label] + [self.cell(f"proactive.{row}.{c}", v) for c, v in zip(columns.split(), values, strict=True)])
            out.append((caption, [self.style.get("labels", {}).get(h, h) for h in head], body))
        return out

    def applications(self):
        given = self.rows("applications")
        out = []
        for row, labels in forms.applications(self.form):
            values = given.get(row, [0] * 7)
            labels = [self.style.get("labels", {}).get(x, x) for x in labels]
            out.append((labels, [self.cell(f"applications.{row}.{c}", v) for c, v in zip(forms.COLUMNS, values, strict=True)]))
        return out

    def review(self):
        blocks = []
        for block in ("review", "litigation.direct", "litigation.after_review"):
            values = self.rows("review").get(block, [0] * 5)
            blocks += [self.cell(f"{block}.{c}", v) for c, v in zip(forms.OUTCOMES, values, strict=True)]
        return blocks

    def statistics(self):
        given = self.rows("statistics")
        return [(label, unit, "——" if row is None else self.cell(f"statistics.{row}", given.get(row, 0))) for row, label, unit in forms.STATISTICS]

    def fujian(self):
        given = self.rows("fujian")
        out = []
        for row, label, unit in forms.FUJIAN:
            if row not in given:
                continue
            year, total = given[row]
            out.append((label, unit, self.cell(f"fujian.{row}.year", year), self.cell(f"fujian.{row}.cumulative", total)))
        return out

    def blocks(self):
        """The report from its title on: ("title" | "p" | "h" | "grid", content)."""
        t = self.truth
        for line in self.style.get("title_lines", [t["title"]] if t.get("title") else []):
            yield "title", line
        if t.get("preface"):
            yield "p", t["preface"]
        for section in t["sections"]:
            if section.get("heading"):
                yield "h", section["heading"]
            for line in section.get("text", "").splitlines():
                yield "p", line
            for table in section.get("tables", []):
                yield from self.grids(table)
        if t.get("signature"):
            for line in t["signature"]:
                yield "sign", line

    def grids(self, table):
        """Grids of (text, row span, column span), None where a span covers."""
        if table == "proactive":
            rows = []
            for caption, head, body in self.proactive():
                if self.style.get("captions") == "paragraph":
                    if rows:
                        yield "grid", rows
                        rows = []
                    yield "caption", caption
                else:
                    rows.append([(caption, 1, 4)] + [None] * 3)
                for cells in [head, *body]:
                    wide = 5 - len(cells)
                    rows.append([(c, 1, 1) for c in cells[:-1]] + [(cells[-1], 1, wide)] + [None] * (wide - 1))
                if self.style.get("split_proactive"):
                    yield "grid", rows
                    rows = []
            if rows:
                yield "grid", rows
        elif table == "applications":
            yield "grid", self.applications_grid()
        elif table == "review":
            yield "grid", [
                [("行政复议", 1, 5)] + [None] * 4 + [("行政诉讼", 1, 10)] + [None] * 9,
                [(x, 2, 1) for x in forms.OUTCOME_LABELS] + [("未经复议直接起诉", 1, 5)] + [None] * 4 + [("复议后起诉", 1, 5)] + [None] * 4,
                [None] * 5 + [(x, 1, 1) for x in forms.OUTCOME_LABELS * 2],
                [(x, 1, 1) for x in self.review()],
            ]
        elif table == "statistics":
            yield "caption", "政府信息公开情况统计表"
            yield "caption", f"（{self.truth['year']}年度）"
            yield "grid", [[(x, 1, 1) for x in ("统计指标", "单位", "统计数")]] + [[(x, 1, 1) for x in row] for row in self.statistics()]
        elif table == "fujian":
            head = ("指标名称", "计量单位", f"{self.truth['year']}年度", "历年累计")
            yield "grid", [[(x, 1, 1) for x in head]] + [[(x, 1, 1) for x in row] for row in self.fujian()]
        else:  # a table of another kind, typed in the truth file
            yield "caption", table["caption"]
            yield "grid", [[(x, 1, 1) for x in row] for row in table["rows"]]

    def applications_grid(self):
        rows = [
            [(forms.NOTE, 3, 3), None, None, ("申请人情况", 1, 7)] + [None] * 6,
            [None] * 3 + [("自然人", 2, 1), ("法人或其他组织", 1, 5)] + [None] * 4 + [("总计", 2, 1)],
            [None] * 4 + [(x, 1, 1) for x in forms.COLUMN_LABELS[1:6]] + [None],
        ]
        body = self.applications()
        for i, (labels, values) in enumerate(body):
            stub = []
            for level, label in enumerate(labels):
                last = level == len(labels) - 1
                if i and level < len(body[i - 1][0]) - 1 and body[i - 1][0][: level + 1] == labels[: level + 1] and not last:
                    stub.append(None)
                    continue
                if last:
                    stub += [(label, 1, 3 - level)] + [None] * (2 - level)
                else:
                    span = next((n for n in range(1, len(body) - i) if body[i + n][0][: level + 1] != labels[: level + 1]), len(body) - i)
                    stub.append((label, span, 1))
            rows.append(stub + [(v, 1, 1) for v in values])
        return rows


# ---- HTML -------------------------------------------------------------------------------------------------

def html_cell(text, style):
    lines = [html.escape(x, quote=False) for x in text.split("\n")]
    body = "<br />".join(lines)
    if style == "word":
        inner = "".join(f"<span lang=EN-US>{c}</span>" if c.isdigit() else c for c in body) if body.isdigit() else body
        return f"<p class=MsoNormal align=center><span style='font-family:仿宋'>{inner}<o:p></o:p></span></p>" if text else "<p class=MsoNormal><o:p>&nbsp;</o:p></p>"
    return body or "&nbsp;"


def html_grid(rows, style):
    out = ["<table border=1 cellspacing=0>"]
    for row in rows:
        cells = []
        for cell in row:
            if cell is None:
                continue
            text, rs, cs = cell
            attributes = (f' rowspan="{rs}"' if rs > 1 else "") + (f' colspan="{cs}"' if cs > 1 else "")
            close = "" if style == "no-end-tags" else "</td>"
            cells.append(f"<td{attributes}>{html_cell(text, style)}{close}")
        out.append("<tr>" + "".join(cells) + ("" if style == "no-end-tags" else "</tr>"))
    return "\n".join(out + ["</table>"])


def html_body(report, style):
    out = []
    for kind, content in report.blocks():
        if kind == "grid":
            out.append(html_grid(content, style))
        elif kind == "title":
            out.append(f"<h1>{html.escape(content)}</h1>" if style != "word" else f"<p align=center><b>{html.escape(content)}</b></p>")
        elif kind == "h" and style == "plain":
            out.append(f"<h2>{html.escape(content)}</h2>")
        else:
            out.append(f"<p>{html.escape(content)}</p>")
    return "\n".join(out)


def make_html(report):
    style = report.style.get("html", "plain")
    body = html_body(report, "word" if style == "word" else "no-end-tags" if style == "no-end-tags" else "plain")
    t = report.truth
    meta = "".join(f"<tr><td>{k}：</td><td>{html.escape(v)}</td></tr>" for k, v in report.style.get("metadata", {}).items())
    meta = f"<table class=meta>{meta}</table>" if meta else ""
    charset = report.style.get("declared", "utf-8")
    if style == "script":
        escaped = body.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("</", "<\\/")
        inner = f'<div id="app"></div><script>\nvar page = {{}};\nlet content = "{escaped}";\ndocument.getElementById("app").innerHTML = content;\n</script>'
    elif style == "layout":
        inner = (
            '<table width=980 align=center><tr><td><a href="/">首页</a> | <a href="/zwgk">政务公开</a> | <a href="/bs">办事服务</a></td></tr>'
            f'<tr><td>您现在的位置：<a href="/">首页</a> &gt;&gt; <a href="/zwgk">政府信息公开</a> &gt;&gt; 年度报告</td></tr><tr><td>{meta}</td></tr>'
            f'<tr><td>{body}</td></tr><tr><td>【打印本页】【关闭窗口】</td></tr><tr><td>主办单位：河口县人民政府办公室　备案号：示范ICP备00000000号</td></tr></table>'
        )
    else:
        inner = (
            '<div class="nav"><ul><li><a href="/">首页</a></li><li><a href="/a">要闻</a></li><li><a href="/b">公开</a></li></ul></div>'
            f'<div class="crumb">当前位置：<a href="/">首页</a> &gt; <a href="/b">政府信息公开年报</a></div>{meta}<div class="article">{body}</div>'
            '<div class="share">分享到：<a href="#">微信</a> <a href="#">微博</a></div><div class="footer">版权所有 示范网站 联系我们 网站地图</div>'
        )
    page = f'<!DOCTYPE html>\n<html><head><meta charset="{charset}"><title>{html.escape(t.get("title") or "年度报告")}</title></head>\n<body>\n{inner}\n</body></html>\n'
    return page.encode(report.style.get("encoding", "utf-8"), "xmlcharrefreplace")


# ---- plain text -------------------------------------------------------------------------------------------

def width(text):
    return sum(2 if ord(c) > 0x2E7F else 1 for c in text)


def txt_grid(rows, style):
    covered = [[c for c in row if c is not None] for row in rows]
    if style == "lines":
        return "\n".join(x.replace("\n", "") for row in covered for x, _, _ in row)
    if style == "seed":
        return "\n\n".join("\n".join("\t" + (x or " ") for x, _, _ in row) for row in covered)
    if style == "pipes":
        return "\n".join(" | ".join("" if c is None else c[0].replace("\n", " ") for c in row) + " |" for row in rows)
    if style == "pipes-ragged":
        return "\n".join(" | ".join(x.replace("\n", " ") for x, _, _ in row) + " |" for row in covered)
    if style == "cellbar":
        return "\n".join(x.replace("\n", "") + " |" for row in covered for x, _, _ in row)
    if style == "tabs":
        return "\n".join("\t".join("" if c is None else c[0].replace("\n", "") for c in row) for row in rows)
    if style == "commas":
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(["" if c is None else c[0] for c in row] for row in rows)
        return text.getvalue().rstrip("\n")
    if style == "markdown":
        lines = ["| " + " | ".join("" if c is None else c[0].replace("\n", " ") for c in row) + " |" for row in rows]
        return "\n".join([lines[0], "|" + "---|" * len(rows[0]), *lines[1:]])
    if style == "spaces":
        return " ".join(x.replace("\n", " ") for row in covered for x, _, _ in row if x)
    if style == "fused":
        return "".join(x.replace("\n", "") for row in covered for x, _, _ in row)
    if style == "fused-rows":
        return "\n".join("".join(x.replace("\n", "") for x, _, _ in row) for row in covered)
    raise ValueError(style)


def make_txt(report):
    style = report.style["txt"]
    one_line = style in ("spaces", "fused")
    out = []
    for kind, content in report.blocks():
        if kind == "grid":
            out.append(txt_grid(content, style))
        elif style == "markdown" and kind in ("title", "h"):
            out.append(("# " if kind == "title" else "## ") + content)
        else:
            out.append(content)
    text = ("" if style == "fused" else " " if one_line else "\n\n" if style in ("seed", "markdown") else "\n").join(out)
    head = "".join(f"{k}: {v}\n" for k, v in report.style.get("metadata", {}).items())
    if head:
        head += "==================== 正文 ====================\n"
    text = (head + text + "\n").replace("\n", report.style.get("newline", "\n"))
    return text.encode(report.style.get("encoding", "utf-8"))


# ---- PDF --------------------------------------------------------------------------------------------------

def make_pdf(report):
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.pdfbase.ttfonts import TTFont
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer, Table
    from reportlab.lib.styles import ParagraphStyle

    if report.style.get("font", "cid") == "cid":
        font = "STSong-Light"
        pdfmetrics.registerFont(UnicodeCIDFont(font))
    else:
        font = "body"
        pdfmetrics.registerFont(TTFont(font, report.style["font"], subfontIndex=0))
    size = report.style.get("size", 10)
    body = ParagraphStyle("body", fontName=font, fontSize=size + 1, leading=size * 1.7, wordWrap="CJK", firstLineIndent=2 * (size + 1))
    head = ParagraphStyle("head", parent=body, fontSize=size + 3, leading=(size + 3) * 1.6)
    title = ParagraphStyle("title", parent=body, fontSize=18, leading=26, alignment=1, firstLineIndent=0)
    small = ParagraphStyle("cell", fontName=font, fontSize=size - 1, leading=size * 1.15, wordWrap="CJK", alignment=1)
    story = []
    for kind, content in report.blocks():
        if kind != "grid":
            style = {"title": title, "h": head, "caption": ParagraphStyle("caption", parent=body, alignment=1, firstLineIndent=0)}.get(kind, body)
            story.append(Paragraph(html.escape(content), style))
            continue
        columns = len(content[0])
        usable = A4[0] - 100
        widths = [30, 62, 118] + [(usable - 210) / 7] * 7 if columns == 10 else [usable / columns] * columns
        if columns == 3:
            widths = [usable * 0.7, usable * 0.12, usable * 0.18]
        cells, spans = [], []
        for r, row in enumerate(content):
            line = []
            for c, cell in enumerate(row):
                if cell is None:
                    line.append("")
                    continue
                text, rs, cs = cell
                line.append(Paragraph(html.escape(text).replace("\n", "<br/>"), small) if text else "")
                if rs > 1 or cs > 1:
                    spans.append(("SPAN", (c, r), (c + cs - 1, r + rs - 1)))
            cells.append(line)
        grid = [] if report.style.get("rulings") == "none" else [("GRID", (0, 0), (-1, -1), 0.5, "black")]
        header = report.style.get("repeat_header", 0) if columns == 10 else 0
        if spans and any(s[1][1] != s[2][1] for s in spans) and columns == 10:
            # reportlab cannot break a table inside a row span: cut the tall group cells by hand.
            spans = [s for s in spans if s[2][1] - s[1][1] < 3 or s[1][1] < 3]
        story.append(Table(cells, colWidths=widths, repeatRows=header, style=grid + spans + [("VALIGN", (0, 0), (-1, -1), "MIDDLE")]))
        story.append(Spacer(1, 8))
    buffer = io.BytesIO()

    def number(canvas, document):
        canvas.setFont(font, 9)
        canvas.drawCentredString(A4[0] / 2, 30, report.style.get("footer", "— %d —") % document.page)

    document = SimpleDocTemplate(buffer, pagesize=A4, leftMargin=50, rightMargin=50, title=report.truth.get("title") or "", invariant=1)
    document.build(story, onFirstPage=number, onLaterPages=number)
    return buffer.getvalue()


# ---- Word -------------------------------------------------------------------------------------------------

def make_docx(report):
    import docx

    document = docx.Document()
    for kind, content in report.blocks():
        if kind != "grid":
            document.add_paragraph(content)
            continue
        table = document.add_table(len(content), len(content[0]), style="Table Grid")
        for r, row in enumerate(content):
            for c, cell in enumerate(row):
                if cell is None:
                    continue
                text, rs, cs = cell
                target = table.cell(r, c)
                if rs > 1 or cs > 1:
                    target = target.merge(table.cell(r + rs - 1, c + cs - 1))
                target.text = text
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


# ---- RTF --------------------------------------------------------------------------------------------------

def rtf_text(text, gbk):
    """Characters as bytes of GBK, or as \\u with a question mark for readers without Unicode."""
    out = []
    for c in text:
        if c in "\\{}":
            out.append("\\" + c)
        elif c == "\n":
            out.append("\\line ")
        elif ord(c) < 128:
            out.append(c)
        elif gbk:
            out.append("".join(f"\\'{b:02x}" for b in c.encode("gbk")))
        else:
            out.append(f"\\u{ord(c) - 65536 if ord(c) > 32767 else ord(c)}?")
    return "".join(out)


def make_rtf(report):
    gbk = report.style.get("bytes", "gbk") == "gbk"
    out = ["{\\rtf1\\ansi\\ansicpg%d\\deff0{\\fonttbl{\\f0\\fnil\\fcharset134 SimSun;}{\\f1\\fnil\\fcharset0 Calibri;}}" % (936 if gbk else 1252)]
    out.append("{\\header\\pard %s\\par}" % rtf_text("内部资料", gbk))
    for kind, content in report.blocks():
        if kind != "grid":
            out.append("\\pard\\plain\\f0 " + rtf_text(content, gbk) + "\\par")
            continue
        covered = {}
        for r, row in enumerate(content):
            cells, texts = [], []
            column = 0
            while column < len(row):
                cell = row[column]
                if cell is not None:
                    text, rs, cs = cell
                    cells.append(("\\clvmgf" if rs > 1 else "", column + cs))
                    texts.append(text)
                    for below in range(r + 1, r + rs):
                        covered[below, column] = cs
                else:
                    cs = covered[r, column]
                    cells.append(("\\clvmrg", column + cs))
                    texts.append("")
                column += cs
            out.append("\\trowd\\trgaph108" + "".join(f"{merge}\\cellx{edge * 900}" for merge, edge in cells))
            out.append("".join("\\pard\\intbl\\plain\\f0 " + rtf_text(text, gbk) + "\\cell" for text in texts) + "\\row")
    return ("\r\n".join(out) + "}").encode("ascii")


# ---- mails ------------------------------------------------------------------------------------------------

def make_eml(report):
    import email.policy
    from email.message import EmailMessage

    message = EmailMessage(policy=email.policy.SMTP)
    message["From"] = "office@example.gov.cn"
    message["Date"] = "Mon, 06 Mar 2023 09:12:00 +0800"
    message["Subject"] = "报送材料"
    message.set_content("本邮件以网页显示。", charset="gb2312")
    page = make_html(report).decode()
    message.add_alternative(page, subtype="html", charset="gbk", cte="quoted-printable")
    message.set_boundary("=_gongkai")
    return bytes(message)


# ---- spreadsheets -----------------------------------------------------------------------------------------

def sheet_rows(report):
    """Rows of (text or number, row span, column span, framed), None where a span covers or nothing stands."""
    wide = max(len(content[0]) for kind, content in report.blocks() if kind == "grid")
    for kind, content in report.blocks():
        if kind != "grid":
            yield [(content, 1, wide, False)] + [None] * (wide - 1)
            continue
        for row in content:
            cells = []
            for cell in row:
                if cell is None:
                    cells.append(None)
                    continue
                text, rs, cs = cell
                number = text.lstrip("-").isdigit() and str(int(text)) == text
                cells.append((int(text) if number else text, rs, cs, True))
            yield cells


def make_xlsx(report):
    import openpyxl
    from openpyxl.styles import Border, Side

    line = Side(style="thin")
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = "年度报告"
    for r, row in enumerate(sheet_rows(report), 1):
        for c, cell in enumerate(row, 1):
            if cell is None:
                continue
            text, rs, cs, framed = cell
            sheet.cell(r, c).value = text if text != "" else None
            if framed:
                for below in range(rs):
                    for beside in range(cs):
                        sheet.cell(r + below, c + beside).border = Border(line, line, line, line)
            if rs > 1 or cs > 1:
                sheet.merge_cells(start_row=r, end_row=r + rs - 1, start_column=c, end_column=c + cs - 1)
    notes = book.create_sheet("底稿")
    notes.sheet_state = "hidden"
    notes["A1"] = 99
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def make_xls(report):
    import xlwt

    book = xlwt.Workbook()
    sheet = book.add_sheet("Sheet 1")
    frame = "borders: left thin, right thin, top thin, bottom thin"
    for r, row in enumerate(sheet_rows(report)):
        for c, cell in enumerate(row):
            if cell is None:
                continue
            text, rs, cs, framed = cell
            style = xlwt.easyxf(frame if framed else "")
            if rs > 1 or cs > 1:
                sheet.write_merge(r, r + rs - 1, c, c + cs - 1, text, style)
            else:
                sheet.write(r, c, text, style)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def make_ods(report):
    import zipfile

    out = ['<?xml version="1.0" encoding="UTF-8"?><office:document-content xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0" xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" xmlns:fo="urn:oasis:names:tc:opendocument:xmlns:xsl-fo-compatible:1.0"><office:automatic-styles><style:style style:name="f" style:family="table-cell"><style:table-cell-properties fo:border="0.5pt solid #000000"/></style:style></office:automatic-styles><office:body><office:spreadsheet><table:table table:name="年度报告">']
    for row in sheet_rows(report):
        out.append("<table:table-row>")
        for cell in row:
            if cell is None:
                out.append("<table:covered-table-cell/>")
                continue
            text, rs, cs, framed = cell
            lines = "".join(f"<text:p>{html.escape(line)}</text:p>" for line in str(text).split("\n") if line)
            style = ' table:style-name="f"' if framed else ""
            spans = f' table:number-rows-spanned="{rs}" table:number-columns-spanned="{cs}"' if rs > 1 or cs > 1 else ""
            out.append(f"<table:table-cell{style}{spans}>{lines}</table:table-cell>")
        out.append("</table:table-row>")
    out.append('<table:table-row table:number-rows-repeated="1048000"><table:table-cell table:number-columns-repeated="16384"/></table:table-row></table:table></office:spreadsheet></office:body></office:document-content>')
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet", zipfile.ZIP_STORED)
        package.writestr("content.xml", "".join(out))
    return buffer.getvalue()


MAKERS = {"html": make_html, "htm": make_html, "txt": make_txt, "pdf": make_pdf, "docx": make_docx, "rtf": make_rtf, "xlsx": make_xlsx, "xls": make_xls, "ods": make_ods, "eml": make_eml}


def main():
    sys.path.insert(0, str(HERE))
    for path in sorted((HERE / "truth").glob("*.toml")):
        if sys.argv[1:] and path.stem not in sys.argv[1:]:
            continue
        report = Report(path)
        if report.truth.get("typed"):
            continue
        target = HERE / "reports" / report.truth["file"]
        target.write_bytes(MAKERS[report.style.get("as", target.suffix[1:])](report))
        print(target.name)


if __name__ == "__main__":
    main()
