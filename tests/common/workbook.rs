//! Makes workbooks.

use std::fmt::Write as _;
use std::io::{Cursor, Write as _};

use zip::write::SimpleFileOptions;

const HEAD: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";
const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const RELATED: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006";

/// A workbook with one sheet, called `Page 1`. Cells that begin with `=` are
/// written as they are behind it, as in `=t="b"><v>1</v>`.
pub(crate) fn workbook(rows: &[&[&str]]) -> Vec<u8> {
    let mut cells = String::new();
    for (row, values) in (1..).zip(rows) {
        write!(cells, "<row r=\"{row}\">").unwrap();
        for (column, value) in ('A'..).zip(values.iter()).filter(|(_, value)| !value.is_empty()) {
            let written = match value.strip_prefix('=') {
                Some(written) => written.to_owned(),
                None => format!(
                    "t=\"inlineStr\"><is><t xml:space=\"preserve\">{}</t></is>",
                    value.replace('&', "&amp;").replace('<', "&lt;")
                ),
            };
            write!(cells, "<c r=\"{column}{row}\" {written}</c>").unwrap();
        }
        cells += "</row>";
    }
    let members = [
        (
            "[Content_Types].xml",
            format!(
                "<Types xmlns=\"{PACKAGE}/content-types\"><Default Extension=\"xml\" ContentType=\"application/xml\"/></Types>"
            ),
        ),
        (
            "_rels/.rels",
            format!(
                "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{RELATED}/officeDocument\" Target=\"xl/workbook.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/workbook.xml",
            format!(
                "<workbook xmlns=\"{MAIN}\" xmlns:r=\"{RELATED}\"><sheets><sheet name=\"Page 1\" sheetId=\"1\" r:id=\"rId1\"/></sheets></workbook>"
            ),
        ),
        (
            "xl/_rels/workbook.xml.rels",
            format!(
                "<Relationships xmlns=\"{PACKAGE}/relationships\"><Relationship Id=\"rId1\" Type=\"{RELATED}/worksheet\" Target=\"worksheets/sheet1.xml\"/><Relationship Id=\"rId2\" Type=\"{RELATED}/styles\" Target=\"styles.xml\"/></Relationships>"
            ),
        ),
        (
            "xl/styles.xml",
            format!(
                "<styleSheet xmlns=\"{MAIN}\"><numFmts count=\"1\"><numFmt numFmtId=\"164\" formatCode=\"yyyy-mm-dd hh:mm:ss\"/></numFmts><cellXfs count=\"2\"><xf numFmtId=\"0\"/><xf numFmtId=\"164\"/></cellXfs></styleSheet>"
            ),
        ),
        (
            "xl/worksheets/sheet1.xml",
            format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{cells}</sheetData></worksheet>"),
        ),
    ];
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in members {
        writer.start_file(name, SimpleFileOptions::default()).unwrap();
        writer.write_all(format!("{HEAD}{text}").as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}
