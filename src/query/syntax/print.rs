//! Writes a query as the platform would, one spelling for each operator.

use std::fmt::{self, Display, Formatter};

use super::{FieldCondition, Path, Query, Related, SortKind, SortTerm, Term};
use crate::query::operator::{Direction, Operands, Operator, Shift, Takes};

impl Display for Query {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let mut joint = "";
        for clause in &self.alternatives {
            for group in clause {
                for term in group {
                    write!(formatter, "{joint}{term}")?;
                    joint = "^OR";
                }
                joint = "^";
            }
            joint = "^NQ";
        }
        for sort in &self.sort {
            let separator = if joint.is_empty() { "" } else { "^" };
            write!(formatter, "{separator}{sort}")?;
            joint = "^";
        }
        Ok(())
    }
}

impl Display for SortTerm {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        let keyword = match self.kind {
            SortKind::OrderBy => "ORDERBY",
            SortKind::OrderByDescending => "ORDERBYDESC",
            SortKind::GroupBy => "GROUPBY",
        };
        write!(formatter, "{keyword}{}", self.path)
    }
}

impl Display for Term {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Condition(condition) => condition.fmt(formatter),
            Self::Related(related) => related.fmt(formatter),
        }
    }
}

impl Display for Related {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "RLQUERY{}.{}", self.table, self.column)?;
        if let Some(this) = &self.this {
            write!(formatter, "={this}")?;
        }
        write!(formatter, ",{}{}", Operator::Compare(self.comparison).word(), self.count)?;
        if self.query != Query::default() {
            write!(formatter, "^{}", self.query)?;
        }
        formatter.write_str("^ENDRLQUERY")
    }
}

impl Display for Path {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.segments.join("."))
    }
}

impl Display for FieldCondition {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}{}", self.path, self.operator.word())?;
        match &self.operands {
            Operands::Nothing => Ok(()),
            Operands::Values(values) => {
                let separator = if self.operator.takes() == Takes::Range { "@" } else { "," };
                let texts: Vec<_> = values.iter().map(|value| value.text.as_str()).collect();
                formatter.write_str(&texts.join(separator))
            }
            Operands::Field(field, None) => field.fmt(formatter),
            Operands::Field(field, Some(unit)) => write!(formatter, "{field}@{}", unit.as_str()),
            Operands::FieldAndShift(field, Shift { unit, direction, count }) => {
                let side = if *direction == Direction::Earlier { "before" } else { "after" };
                write!(formatter, "{field}@{}@{side}@{count}", unit.as_str())
            }
            Operands::Moments(label, [start, end]) => {
                write!(formatter, "{label}@{}@{}", start.text, end.text)
            }
            Operands::Shift(Shift { unit, direction, count }) => {
                let side = if *direction == Direction::Earlier { "ago" } else { "ahead" };
                write!(formatter, "@{}@{side}@{count}", unit.as_str())
            }
            Operands::DatePart(label, part) => write!(formatter, "{label}@{}", part.script),
        }
    }
}
