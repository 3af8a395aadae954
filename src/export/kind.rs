//! The forms of exports.

/// What a file is, by its content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum FileKind {
    /// `<unload>` with rows of tables.
    TableExport,
    /// `<unload>` with `sys_update_xml` rows.
    UpdateSet,
    /// `<record_update>`: one record of an app repository.
    AppFile,
    /// `<xml>`: a list exported through its URL.
    ListExport,
    /// JSON: `JSONv2`, or what the REST Table API answers.
    JsonExport,
    /// `<response>`: what the REST Table API answers where XML is asked for.
    RestExport,
    /// CSV, with a header of column names or labels.
    CsvExport,
    /// A worksheet of an Excel workbook, with a header of labels.
    ExcelExport,
    /// `<database>`: a table definition of an app repository; holds no records.
    Dictionary,
    /// Anything else: skipped.
    #[default]
    Other,
}

impl FileKind {
    /// The word used in `inventory`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TableExport => "table-export",
            Self::UpdateSet => "update-set",
            Self::AppFile => "app-file",
            Self::ListExport => "list-export",
            Self::JsonExport => "json-export",
            Self::RestExport => "rest-export",
            Self::CsvExport => "csv-export",
            Self::ExcelExport => "excel-export",
            Self::Dictionary => "dictionary",
            Self::Other => "other",
        }
    }

    /// Whether its records are rows of tables, exported as such.
    #[must_use]
    pub fn is_table(self) -> bool {
        match self {
            Self::TableExport | Self::ListExport => true,
            _ => self.is_flat(),
        }
    }

    /// Whether it holds rows of plain values, of a table that only its name or its
    /// columns tell.
    #[must_use]
    pub fn is_flat(self) -> bool {
        matches!(self, Self::JsonExport | Self::RestExport | Self::CsvExport | Self::ExcelExport)
    }
}
