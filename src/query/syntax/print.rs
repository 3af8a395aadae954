//! Writes a query as the platform would, one spelling for each operator.

use std::fmt::{self, Display, Formatter};

use super::term::comparison_name;
use super::{Condition, Operand, Path, Polarity, Query, Related, Search, Side, Sort, SortKind, Term, Test};
use crate::query::comparison::Comparison;

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

impl Display for Sort {
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
            Self::Condition(Condition { path, test, .. }) => write!(formatter, "{path}{test}"),
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
        write!(formatter, ",{}{}", self.comparison, self.count)?;
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

impl Display for Operand {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

impl Display for Comparison {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::LessOrEqual => "<=",
            Self::Greater => ">",
            Self::GreaterOrEqual => ">=",
        })
    }
}

impl Display for Test {
    fn fmt(&self, formatter: &mut Formatter<'_>) -> fmt::Result {
        match self {
            Self::Compare(comparison, operand) => write!(formatter, "{comparison}{operand}"),
            Self::Search(search, polarity, text) => {
                let operator = match (search, polarity) {
                    (Search::Contains, Polarity::Plain) => "LIKE",
                    (Search::Contains, Polarity::Negated) => "NOT LIKE",
                    (Search::StartsWith, _) => "STARTSWITH",
                    (Search::EndsWith, _) => "ENDSWITH",
                };
                write!(formatter, "{operator}{text}")
            }
            Self::OneOf(polarity, values) => {
                let operator = if *polarity == Polarity::Plain { "IN" } else { "NOT IN" };
                write!(formatter, "{operator}{}", values.join(","))
            }
            Self::IsEmpty => formatter.write_str("ISEMPTY"),
            Self::IsNotEmpty => formatter.write_str("ISNOTEMPTY"),
            Self::EmptyString => formatter.write_str("EMPTYSTRING"),
            Self::Anything => formatter.write_str("ANYTHING"),
            Self::Between(from, to) => write!(formatter, "BETWEEN{from}@{to}"),
            Self::SameAs(polarity, path, unit) => {
                let operator = if *polarity == Polarity::Plain { "SAMEAS" } else { "NSAMEAS" };
                write!(formatter, "{operator}{path}")?;
                unit.map_or(Ok(()), |unit| write!(formatter, "@{}", unit.as_str()))
            }
            Self::CompareField(comparison, path) => {
                let operator = match comparison {
                    Comparison::Less => "LT_FIELD",
                    Comparison::LessOrEqual => "LT_OR_EQUALS_FIELD",
                    Comparison::GreaterOrEqual => "GT_OR_EQUALS_FIELD",
                    _ => "GT_FIELD",
                };
                write!(formatter, "{operator}{path}")
            }
            Self::Distance(comparison, path, unit, side, count) => {
                let operator = if *comparison == Comparison::Less { "LESSTHAN" } else { "MORETHAN" };
                let side = if *side == Side::Before { "before" } else { "after" };
                write!(formatter, "{operator}{path}@{}@{side}@{count}", unit.as_str())
            }
            Self::On(polarity, label, start, end) => {
                let operator = if *polarity == Polarity::Plain { "ON" } else { "NOTON" };
                write!(formatter, "{operator}{label}@{start}@{end}")
            }
            Self::Relative(comparison, unit, side, count) => {
                let (name, unit) = (comparison_name(*comparison), unit.as_str());
                let side = if *side == Side::Before { "ago" } else { "ahead" };
                write!(formatter, "RELATIVE{name}@{unit}@{side}@{count}")
            }
            Self::DatePart(label, part) => write!(formatter, "DATEPART{label}@{}", part.script),
            Self::InstanceOf(class) => write!(formatter, "INSTANCEOF{class}"),
        }
    }
}
