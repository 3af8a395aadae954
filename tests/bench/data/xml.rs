//! Elements, one a line, as the platform writes them.

/// Writes elements to the end of a text.
#[derive(Debug)]
pub(crate) struct Xml {
    pub(crate) text: String,
    /// What stands between two elements: a line end, an indent, or nothing.
    between: &'static str,
}

impl Xml {
    pub(crate) fn new(between: &'static str) -> Self {
        Self { text: String::new(), between }
    }

    /// `<table action="INSERT_OR_UPDATE">`
    pub(crate) fn open(&mut self, table: &str) {
        self.raw(&["<", table, " action=\"INSERT_OR_UPDATE\">"]);
    }

    /// `</table>`
    pub(crate) fn close(&mut self, table: &str) {
        self.raw(&["</", table, ">"]);
    }

    /// `<name>value</name>`, or `<name/>` if there is no value.
    pub(crate) fn field(&mut self, name: &str, value: &str) {
        if value.is_empty() {
            return self.raw(&["<", name, "/>"]);
        }
        self.text.push('<');
        self.text.push_str(name);
        self.text.push('>');
        escape(value, &mut self.text);
        self.raw(&["</", name, ">"]);
    }

    /// A field with content that is XML already.
    pub(crate) fn written(&mut self, name: &str, content: &str) {
        self.raw(&["<", name, ">", content, "</", name, ">"]);
    }

    /// A reference: the `sys_id`, and what the platform shows instead.
    pub(crate) fn reference(&mut self, name: &str, shown: &str, sys_id: &str) {
        self.text.push('<');
        self.text.push_str(name);
        self.text.push_str(" display_value=\"");
        // The platform leaves `>` in attributes as it is.
        for character in shown.chars() {
            match character {
                '>' => self.text.push('>'),
                other => escape(other.encode_utf8(&mut [0; 4]), &mut self.text),
            }
        }
        if sys_id.is_empty() {
            return self.raw(&["\"/>"]);
        }
        self.raw(&["\">", sys_id, "</", name, ">"]);
    }

    /// A piece of XML as it is, and what stands between elements.
    pub(crate) fn raw(&mut self, pieces: &[&str]) {
        for piece in pieces {
            self.text.push_str(piece);
        }
        self.text.push_str(self.between);
    }
}

/// Text as it is written in XML.
pub(crate) fn escape(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(['<', '>', '&', '"']) {
        let (before, special) = rest.split_at(at);
        out.push_str(before);
        out.push_str(match special.as_bytes()[0] {
            b'<' => "&lt;",
            b'>' => "&gt;",
            b'&' => "&amp;",
            _ => "&quot;",
        });
        rest = &special[1..];
    }
    out.push_str(rest);
}
