//! A JSON object, written as it comes: what is large never stands in memory as a
//! whole, and every item of a list has a line of its own, which `grep` and
//! `diff` like.

use std::io::{self, Write};

use serde::Serialize;

/// Writes the properties of one JSON object in the order they come.
pub(super) struct ObjectWriter<'out> {
    out: &'out mut dyn Write,
    is_empty: bool,
}

/// Writes one JSON object; `properties` writes what is in it.
pub(super) fn write_object(
    out: &mut dyn Write,
    properties: impl FnOnce(&mut ObjectWriter<'_>) -> io::Result<()>,
) -> io::Result<()> {
    out.write_all(b"{")?;
    properties(&mut ObjectWriter { out: &mut *out, is_empty: true })?;
    out.write_all(b"}")
}

/// Writes one JSON list; `items` writes what is in it.
pub(super) fn write_list(
    out: &mut dyn Write,
    items: impl FnOnce(&mut ListWriter<'_>) -> io::Result<()>,
) -> io::Result<()> {
    out.write_all(b"[")?;
    let mut list = ListWriter { out: &mut *out, is_empty: true };
    items(&mut list)?;
    let close: &[u8] = if list.is_empty { b"]" } else { b"\n]" };
    out.write_all(close)
}

impl ObjectWriter<'_> {
    /// A property with all of its value on one line.
    pub(super) fn property(&mut self, name: &str, value: &impl Serialize) -> io::Result<()> {
        self.name(name)?;
        serde_json::to_writer(&mut *self.out, value)?;
        Ok(())
    }

    /// The properties of an object that was written before, as they stand in it.
    pub(super) fn written(&mut self, object: &[u8]) -> io::Result<()> {
        let inner = object.strip_prefix(b"{").and_then(|rest| rest.strip_suffix(b"}")).unwrap_or_default();
        if inner.is_empty() {
            return Ok(());
        }
        if !self.is_empty {
            self.out.write_all(b",")?;
        }
        self.is_empty = false;
        self.out.write_all(inner)
    }

    /// A property where there is a value.
    pub(super) fn optional(&mut self, name: &str, value: Option<&impl Serialize>) -> io::Result<()> {
        value.map_or(Ok(()), |value| self.property(name, value))
    }

    /// A list, one item a line.
    pub(super) fn list<T: Serialize>(
        &mut self,
        name: &str,
        items: impl IntoIterator<Item = T>,
    ) -> io::Result<()> {
        self.items(name, |list| items.into_iter().try_for_each(|item| list.push(&item)))
    }

    /// A list whose items come one by one.
    pub(super) fn items(
        &mut self,
        name: &str,
        items: impl FnOnce(&mut ListWriter<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.name(name)?;
        write_list(&mut *self.out, items)
    }

    /// An object within the object.
    pub(super) fn object(
        &mut self,
        name: &str,
        properties: impl FnOnce(&mut ObjectWriter<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.name(name)?;
        write_object(&mut *self.out, properties)
    }

    fn name(&mut self, name: &str) -> io::Result<()> {
        let separator: &[u8] = if self.is_empty { b"\n" } else { b",\n" };
        self.out.write_all(separator)?;
        self.is_empty = false;
        serde_json::to_writer(&mut *self.out, name)?;
        self.out.write_all(b":")
    }
}

/// Writes the items of a list, each on its line.
pub(super) struct ListWriter<'out> {
    out: &'out mut dyn Write,
    is_empty: bool,
}

/// Bytes that an item of a list takes beside its own: comma and line break.
pub(super) const ITEM_OVERHEAD: usize = 2;

impl ListWriter<'_> {
    /// One more item.
    pub(super) fn push(&mut self, item: &impl Serialize) -> io::Result<()> {
        self.separator()?;
        serde_json::to_writer(&mut *self.out, item)?;
        Ok(())
    }

    /// One more item, which is JSON already.
    pub(super) fn push_json(&mut self, json: &[u8]) -> io::Result<()> {
        self.separator()?;
        self.out.write_all(json)
    }

    /// One more item, written as it comes.
    pub(super) fn object(
        &mut self,
        properties: impl FnOnce(&mut ObjectWriter<'_>) -> io::Result<()>,
    ) -> io::Result<()> {
        self.separator()?;
        write_object(&mut *self.out, properties)
    }

    fn separator(&mut self) -> io::Result<()> {
        let separator: &[u8] = if self.is_empty { b"\n" } else { b",\n" };
        self.is_empty = false;
        self.out.write_all(separator)
    }
}

#[cfg(test)]
mod tests {
    use super::write_object;

    #[test]
    fn lists_have_an_item_a_line() {
        let mut out = Vec::new();
        write_object(&mut out, |object| {
            object.property("a", &1)?;
            object.optional("left out", None::<&u8>)?;
            object.written(b"{}")?;
            object.written(b"{\n\"w\":1}")?;
            object.list("b", [1, 2])?;
            object.object("c", |inner| inner.list("d", [0; 0]))
        })
        .unwrap();
        assert_eq!(
            String::from_utf8(out).unwrap(),
            "{\n\"a\":1,\n\"w\":1,\n\"b\":[\n1,\n2\n],\n\"c\":{\n\"d\":[]}}"
        );
    }
}
