//! Reads a query: splits it at `^` and puts the terms together.

use std::ops::Range;

use super::error::QueryError;
use super::term::parse_condition;
use super::{Clause, Path, Query, Related, SortKind, SortTerm, Term, TextPlace};
use crate::query::comparison::ValueComparison;
use crate::query::operator::{Operator, operator_at};

/// How deep related lists may lie in each other. The platform allows none.
const DEEPEST: usize = 4;

impl Query {
    /// Reads an encoded query. An empty text matches every row.
    ///
    /// # Errors
    /// If the text is malformed, or asks for what cannot be answered offline.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        if text.starts_with("javascript:") {
            let why = "scripts of a query are never run";
            return Err(QueryError::unsupported("javascript:", why, 0..text.len()));
        }
        let mut parser = Parser { pieces: split(text), next: 0, depth: 0, end: text.len() };
        let query = parser.query(None)?;
        debug_assert_eq!(parser.next, parser.pieces.len(), "every piece is read");
        Ok(query)
    }
}

/// What stands between two `^`, with its offset.
type Piece<'a> = (usize, &'a str);

fn split(text: &str) -> Vec<Piece<'_>> {
    let mut at = 0;
    let pieces = text.split('^').map(|piece| {
        let start = at;
        at += piece.len() + 1;
        (start, piece)
    });
    pieces.collect()
}

struct Parser<'a> {
    pieces: Vec<Piece<'a>>,
    next: usize,
    depth: usize,
    end: usize,
}

/// How a piece is joined to what stands before it.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Join {
    And,
    Or,
    NewQuery,
}

impl<'a> Parser<'a> {
    fn take(&mut self) -> Option<Piece<'a>> {
        let piece = self.pieces.get(self.next).copied();
        self.next += usize::from(piece.is_some());
        piece
    }

    /// Reads up to the end of the text, or of the related list that opened at
    /// `opened` and whose condition after the comma is `first`.
    fn query(&mut self, block: Option<(usize, Option<Piece<'a>>)>) -> Result<Query, QueryError> {
        let mut builder = Builder::default();
        if let Some((_, Some(first))) = block {
            self.piece(&mut builder, first, Position::First)?;
        }
        while let Some((at, text)) = self.take() {
            if text == "ENDRLQUERY" {
                if block.is_some() {
                    return Ok(builder.finish());
                }
                let message = "ENDRLQUERY closes a related list that was not opened";
                return Err(QueryError::syntax(message, at..at + text.len()));
            }
            let first = block.is_none() && self.next == 1;
            let last = block.is_none() && self.next == self.pieces.len();
            let position = if first { Position::First } else { Position::Later };
            // A `^` before or after everything joins nothing, and does no harm.
            if !(text.is_empty() && (first || last)) {
                self.piece(&mut builder, (at, text), position)?;
            }
        }
        match block {
            Some((opened, _)) => {
                let message = "the related list is not closed: ^ENDRLQUERY is missing";
                Err(QueryError::syntax(message, opened..self.end))
            }
            None => Ok(builder.finish()),
        }
    }

    fn piece(
        &mut self,
        builder: &mut Builder,
        (at, text): Piece<'a>,
        position: Position,
    ) -> Result<(), QueryError> {
        let span = at..at + text.len();
        if text == "EQ" {
            builder.ended = true;
            return Ok(());
        }
        for (keyword, kind) in SORTS {
            if let Some(field) = text.strip_prefix(keyword) {
                let path = Path::parse(field, at + keyword.len())?;
                builder.sort.push(SortTerm { kind, path });
                return Ok(());
            }
        }
        if builder.ended {
            let message = "only ORDERBY and GROUPBY may follow ^EQ, which ends the query";
            return Err(QueryError::syntax(message, span));
        }
        let (join, skip) = match position {
            Position::Later if text.starts_with("OR") => (Join::Or, 2),
            Position::Later if text.starts_with("NQ") => (Join::NewQuery, 2),
            Position::First | Position::Later => (Join::And, 0),
        };
        let rest = &text[skip..];
        if rest.is_empty() {
            return Err(QueryError::syntax("a condition is missing here", span));
        }
        let term = match rest.strip_prefix("RLQUERY") {
            Some(header) => Term::Related(self.related(at + skip, header)?),
            None => Term::Condition(parse_condition(rest, at + skip)?),
        };
        builder.add(join, term, span)
    }

    /// Reads a related list from its header, `table.column=path,>=1,condition`.
    fn related(&mut self, at: usize, header: &'a str) -> Result<Related, QueryError> {
        let start = at + "RLQUERY".len();
        let span = at..start + header.len();
        let mut parts = header.splitn(3, ',');
        let target = parts.next().unwrap_or("");
        let count_text = parts.next().unwrap_or("");
        let first = parts.next().map(|text| (start + header.len() - text.len(), text));
        let (left, this) = match target.split_once('=') {
            Some((left, right)) => (left, Some(Path::parse(right, start + left.len() + 1)?)),
            None => (target, None),
        };
        let path = Path::parse(left, start)?;
        let [table, column] = path.segments.as_slice() else {
            let message = "a related list is written RLQUERYtable.column,>=1^...^ENDRLQUERY";
            return Err(QueryError::syntax(message, span));
        };
        if left.contains('@') {
            let message = "a related list is tied by a column of the table, not by a computed field";
            return Err(QueryError::syntax(message, path.place.0));
        }
        let Some((comparison, count)) = parse_count(count_text) else {
            let message = "a related list needs a count such as >=1 or =0 after its first comma";
            return Err(QueryError::syntax(message, span));
        };
        if self.depth == DEEPEST {
            let message = format!("related lists lie more than {DEEPEST} deep in each other");
            return Err(QueryError::syntax(message, span));
        }
        self.depth += 1;
        let query = self.query(Some((at, first)))?;
        self.depth -= 1;
        let (table, column) = (table.clone(), column.clone());
        Ok(Related { table, column, this, comparison, count, query, place: TextPlace(span) })
    }
}

/// Longest first: `ORDERBY` begins `ORDERBYDESC`.
const SORTS: [(&str, SortKind); 3] = [
    ("ORDERBYDESC", SortKind::OrderByDescending),
    ("ORDERBY", SortKind::OrderBy),
    ("GROUPBY", SortKind::GroupBy),
];

fn parse_count(text: &str) -> Option<(ValueComparison, u32)> {
    let (symbol, found) = operator_at(text)?;
    let Operator::Compare(comparison) = found.ok()?.operator else { return None };
    let digits = &text[symbol.len()..];
    let is_plain = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    if !is_plain || comparison == ValueComparison::NotEqual {
        return None;
    }
    Some((comparison, digits.parse().ok()?))
}

/// Whether a piece may begin with a word that joins it to the one before.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Position {
    First,
    Later,
}

#[derive(Default)]
struct Builder {
    alternatives: Vec<Clause>,
    sort: Vec<SortTerm>,
    ended: bool,
}

impl Builder {
    /// `^OR` extends the last group; `^` begins a group, `^NQ` an alternative.
    fn add(&mut self, join: Join, term: Term, span: Range<usize>) -> Result<(), QueryError> {
        match (join, self.alternatives.last_mut()) {
            (Join::And, Some(clause)) => clause.push(vec![term]),
            (Join::Or, Some(clause)) => match clause.last_mut() {
                Some(group) => group.push(term),
                None => clause.push(vec![term]),
            },
            (Join::And, None) | (Join::NewQuery, Some(_)) => self.alternatives.push(vec![vec![term]]),
            (Join::Or | Join::NewQuery, None) => {
                let message = "there is no condition before this ^OR or ^NQ";
                return Err(QueryError::syntax(message, span));
            }
        }
        Ok(())
    }

    fn finish(self) -> Query {
        Query { alternatives: self.alternatives, sort: self.sort }
    }
}
