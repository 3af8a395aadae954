//! From an element of an XML export that was read to its end to its record.

use super::action_attribute::{ActionAttribute, action_of};
use super::frame::Surroundings;
use super::record_builder::{RecordBuilder, RowHead};
use super::row::{RowSpans, RowText};
use super::unheard::Odds;
use super::unknown_class::{Fit, fit};
use crate::record::{Action, Origin};
use crate::span::ByteSpan;
use crate::xml::{Token, Window};

/// An element was read to its end at `end`: if it is a record, the builder gets it.
pub(super) fn finish_element(
    builder: &mut RecordBuilder<'_>,
    window: Window<'_>,
    (tag, end): (Token, u64),
    around: Surroundings<'_>,
    row: &RowSpans,
) {
    let name = window.name(&tag);
    let attribute = action_of(window, &tag);
    let own = match attribute {
        ActionAttribute::Record(action) => action,
        ActionAttribute::Multiple => {
            builder.heard.note(name, around.promised, tag.span);
            return;
        }
        ActionAttribute::Absent if !row.has_columns => return,
        ActionAttribute::Absent => Action::InsertOrUpdate,
    };
    if around.frame.is_some() {
        builder.heard.note(name, around.promised, tag.span);
    }
    let select = builder.select;
    let mut table = builder.report.census.number(name, around.depth(), select);
    let in_place_of = builder.report.census.table(table).in_place_of;
    if let Some(named) = in_place_of.filter(|_| around.is_child_of_root() && around.origin == Origin::Table) {
        // Nobody knows the class, and the file is named after another table.
        let names = row.columns.iter().filter_map(|column| column.name(window, &[]));
        let fit = fit(named, names);
        builder.report.unknown_classes.note((name, fit), Some(named), tag.span);
        if fit == Fit::Row {
            table = builder.report.census.number(named, 0, select);
        }
    }
    let is_silent = attribute == ActionAttribute::Absent;
    let action = action_in_row(builder, (own, is_silent), tag, around);
    let span = ByteSpan::new(tag.span.start, end);
    let head = RowHead { table, action, span, start_tag: tag.span };
    builder.finish(RowText::of_xml(window), &head, row, around);
}

/// What becomes of a record of which its own tag says `own`. Where the row around
/// it says another action, nothing tells which one counts: the record is judged.
fn action_in_row(
    builder: &mut RecordBuilder<'_>,
    (own, is_silent): (Action, bool),
    tag: Token,
    around: Surroundings<'_>,
) -> Action {
    let either = if around.deleted { Action::Delete } else { own };
    let Some((_, said_at)) = around.row_says.other_than(own).filter(|_| around.nesting == 0) else {
        return either;
    };
    // A record that says nothing has the action of its row.
    if is_silent {
        return either;
    }
    builder.report.unheard.at_odds(Odds::Action, [said_at, around.outer(tag.span)]);
    Action::InsertOrUpdate
}
