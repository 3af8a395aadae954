//! Edges, sorted by where they begin.

use crate::query::RowId;

/// Lists of targets, one after the other: those of one source lie together.
#[derive(Debug, Default)]
pub(crate) struct Csr {
    /// Where the list of each source begins; one more at the end.
    starts: Vec<u32>,
    targets: Vec<(u32, RowId)>,
}

impl Csr {
    pub(crate) fn new(sources: usize, edges: &[(u32, u32, RowId)]) -> Self {
        let mut starts = vec![0_u32; sources + 1];
        for (from, ..) in edges {
            starts[position(*from) + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut targets = vec![(0, RowId(0)); edges.len()];
        for (from, to, row) in edges {
            let slot = &mut next[position(*from)];
            targets[position(*slot)] = (*to, *row);
            *slot += 1;
        }
        Self { starts, targets }
    }

    /// The targets of a source, in the order of the rows.
    #[must_use]
    pub(crate) fn of(&self, source: u32) -> &[(u32, RowId)] {
        let bound = |at: usize| self.starts.get(at).map_or(0, |start| position(*start));
        let at = position(source);
        self.targets.get(bound(at)..bound(at + 1)).unwrap_or_default()
    }
}

pub(crate) fn position(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
