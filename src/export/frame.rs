//! Payloads in payloads: the way from the text of one back to the file.

use std::cell::OnceCell;

use super::kind::FileKind;
use crate::record::{Action, Origin, UpdateRow};
use crate::span::ByteSpan;
use crate::xml::{TextMap, Token, Window, map_of};

/// The way from a payload back to the outer file. Frames form a stack: each knows the
/// one that its payload stands in.
pub(super) struct Frame<'f> {
    /// The text of the payload as written.
    pieces: &'f [Token],
    window: Window<'f>,
    /// Made when a place is asked for: most payloads hold nothing that is wanted.
    map: OnceCell<TextMap>,
    parent: Option<&'f Frame<'f>>,
    pub(super) depth: usize,
}

impl<'f> Frame<'f> {
    /// Of a payload of which `pieces` are the text, in a row that stands there.
    pub(super) fn new(pieces: &'f [Token], window: Window<'f>, around: Surroundings<'f>) -> Self {
        let depth = around.depth() + 1;
        Self { pieces, window, map: OnceCell::new(), parent: around.frame, depth }
    }

    /// Of a payload whose way back is known: a value of a row that is no XML.
    pub(super) fn of_map(map: TextMap) -> Self {
        let (pieces, window) = (&[][..], Window::new("", 0));
        Self { pieces, window, map: OnceCell::from(map), parent: None, depth: 1 }
    }

    /// Where a span of the payload's text stands in the outer file.
    pub(super) fn outer(&self, span: ByteSpan) -> ByteSpan {
        let map = self.map.get_or_init(|| map_of(self.pieces, |span| self.window.slice(span)));
        let written = map.written(span);
        self.parent.map_or(written, |parent| parent.outer(written))
    }
}

/// Where an element stands.
#[derive(Clone, Copy)]
pub(super) struct Surroundings<'f> {
    /// The way back to the outer file, in a payload.
    pub(super) frame: Option<&'f Frame<'f>>,
    /// Through which form of export the record came.
    pub(super) origin: Origin,
    /// Whether an update-set row around the record deletes it.
    pub(super) deleted: bool,
    /// What that row says of the action.
    pub(super) row_says: RowSays,
    /// What else that row says.
    pub(super) update_row: Option<UpdateRow<'f>>,
    /// The table of which the name of that row promises a record.
    pub(super) promised: Option<&'f str>,
    /// How many records the element stands in.
    pub(super) nesting: usize,
    /// Name of the enclosing record, where a second one inside it means that
    /// the file was torn.
    pub(super) torn_by: Option<&'f str>,
}

impl<'f> Surroundings<'f> {
    /// Of a child of the root. A record inside a record of an export means that the
    /// file was torn, unless it is of an app.
    pub(super) fn of_root(kind: FileKind, root: Option<&'f str>) -> Self {
        Self {
            frame: None,
            origin: if kind == FileKind::AppFile { Origin::App } else { Origin::Table },
            deleted: false,
            row_says: RowSays::default(),
            update_row: None,
            promised: None,
            nesting: 0,
            torn_by: root.filter(|_| kind != FileKind::AppFile),
        }
    }

    pub(super) fn outer(&self, span: ByteSpan) -> ByteSpan {
        self.frame.map_or(span, |frame| frame.outer(span))
    }

    /// Whether the element stands in the file itself, as a child of its root.
    pub(super) fn is_child_of_root(&self) -> bool {
        self.frame.is_none() && self.nesting == 0
    }

    /// How deep in payloads the element stands.
    pub(super) fn depth(&self) -> usize {
        self.frame.map_or(0, |frame| frame.depth)
    }
}

/// What a row of an update set says of the action of its records, and where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct RowSays {
    /// Its column `action`.
    pub(super) column: Option<SaidAction>,
    /// Its own tag, where that says that the row itself goes.
    pub(super) tag: Option<SaidAction>,
}

/// An action, and the place where it stands in the file.
pub(super) type SaidAction = (Action, ByteSpan);

impl RowSays {
    fn both(self) -> impl Iterator<Item = SaidAction> {
        [self.column, self.tag].into_iter().flatten()
    }

    /// Whether one of them deletes.
    pub(super) fn deletes(self) -> bool {
        self.both().any(|(action, _)| action == Action::Delete)
    }

    /// The first that says something else than the record.
    pub(super) fn other_than(self, own: Action) -> Option<SaidAction> {
        self.both().find(|(action, _)| *action != own)
    }
}
