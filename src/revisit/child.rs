//! What the second look takes of the records in one child of the root.

use super::ask::{Look, PlaceAsk, own_places, write_without_row};
use super::near::{Spans, add_secrets};
use super::point::Point;
use crate::export::RecordSink;
use crate::judge::SharedNames;
use crate::record::Record;
use crate::span::ByteSpan;

/// Takes what is asked of the records in one child.
pub(super) struct Child<'c> {
    look: Look<'c>,
    names: &'c SharedNames,
    asks: &'c [PlaceAsk],
    /// Whether each was answered.
    is_met: Vec<bool>,
    points: Vec<Point>,
    /// Whether any text is shown, so that secrets must be known.
    is_shown: bool,
    secrets: Vec<ByteSpan>,
}

impl<'c> Child<'c> {
    /// `asks` are those of one child, by record.
    pub(super) fn new(look: Look<'c>, names: &'c SharedNames, asks: &'c [PlaceAsk]) -> Self {
        Self {
            look,
            names,
            asks,
            is_met: vec![false; asks.len()],
            points: Vec::with_capacity(asks.len()),
            is_shown: asks.iter().any(|ask| ask.is_shown),
            secrets: Vec::new(),
        }
    }

    /// Where the places are, and what must not be shown of the child. What was not met is
    /// where the child begins.
    pub(super) fn finish(mut self) -> (Vec<Point>, Vec<ByteSpan>) {
        for (ask, _) in self.asks.iter().zip(&self.is_met).filter(|(_, is_met)| !**is_met) {
            let spans = Spans::lost(ask.outer_start);
            self.points.push(Point { key: ask.key, spans, is_shown: ask.is_shown });
            if ask.is_open {
                write_without_row(self.look.open, ask.key.0, self.names);
            }
        }
        self.secrets.sort_unstable();
        (self.points, self.secrets)
    }

    fn answer(&mut self, ask: &PlaceAsk, record: &Record<'_>) {
        let &PlaceAsk { key, ref target, is_open, is_shown, .. } = ask;
        let open = self.look.open;
        let written = if is_open { open.write(key.0, Some(record), self.names) } else { None };
        let Some(finding) = written else {
            self.points.push(Point { key, spans: Spans::in_record(target, record), is_shown });
            return;
        };
        for (place, slot) in finding.places[..own_places(&finding.places)].iter().zip(0..) {
            let spans = Spans::in_record(&place.target, record);
            self.points.push(Point { key: (key.0, slot), spans, is_shown });
        }
        open.keep(key.0, finding);
    }
}

impl RecordSink for Child<'_> {
    fn record(&mut self, record: &Record<'_>) {
        if self.is_shown {
            add_secrets(record, &mut self.secrets);
        }
        let asks = self.asks;
        let from = asks.partition_point(|ask| ask.ordinal < record.ordinal);
        for at in (from..asks.len()).take_while(|at| asks[*at].ordinal == record.ordinal) {
            if !std::mem::replace(&mut self.is_met[at], true) {
                self.answer(&asks[at], record);
            }
        }
    }
}
