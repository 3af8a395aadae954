//! The stack of open elements.

/// Names of the open elements, outermost first, in one buffer.
#[derive(Debug, Default)]
pub(super) struct OpenNames {
    names: String,
    starts: Vec<usize>,
}

impl OpenNames {
    /// How many elements are open.
    pub(super) fn depth(&self) -> usize {
        self.starts.len()
    }

    /// Opens an element.
    pub(super) fn push(&mut self, name: &str) {
        self.starts.push(self.names.len());
        self.names.push_str(name);
    }

    /// The innermost open element.
    pub(super) fn last(&self) -> Option<&str> {
        self.starts.last().map(|&start| &self.names[start..])
    }

    /// Closes the innermost element.
    pub(super) fn pop(&mut self) {
        if let Some(start) = self.starts.pop() {
            self.names.truncate(start);
        }
    }

    /// Closes elements until only `depth` are open.
    pub(super) fn truncate(&mut self, depth: usize) {
        if let Some(&start) = self.starts.get(depth) {
            self.names.truncate(start);
            self.starts.truncate(depth);
        }
    }
}
