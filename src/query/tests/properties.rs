//! Properties that hold for every query: printing and reading agree, and no text
//! brings the reader down.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::query::Query;
use crate::query::comparison::ValueComparison;
use crate::query::date_functions::{DateFunction, DatePart};
use crate::query::dates::Unit;
use crate::query::operator::{Direction, OPERATORS, Operands, Shift, Takes};
use crate::query::syntax::{FieldCondition, Operand, Path, Related, SortKind, SortTerm, Term, TextPlace};

fn path() -> impl Strategy<Value = Path> {
    let segment =
        prop_oneof![4 => "[a-z][a-z0-9_]{0,6}", 1 => "@[a-bd-z][a-z_]{0,5}", 1 => "@class\\.[a-z_]{1,5}"];
    vec(segment, 1..4).prop_map(|segments| Path { segments, place: TextPlace::default() })
}

/// A value: anything but `^`, not taken for a script, and not for the rest of a
/// longer operator.
fn value() -> impl Strategy<Value = String> {
    prop_oneof![Just(String::new()), "[a-z0-9 ][^^]{0,10}", "é[^^]{0,3}"]
        .prop_filter("no script", |text| !text.starts_with("javascript:"))
}

/// A value within a list cut at `@`.
fn part() -> impl Strategy<Value = String> {
    value().prop_map(|text| text.replace('@', "a"))
}

fn operand(text: impl Strategy<Value = String>) -> impl Strategy<Value = Operand> {
    let scripts = prop::sample::select(vec![
        "javascript:gs.daysAgoStart(3)",
        "javascript:gs.dateGenerate('2026-01-01','start')",
        "javascript:gs.endOfLast6Months()",
    ]);
    prop_oneof![3 => text, 1 => scripts.prop_map(str::to_owned)]
        .prop_map(|text| Operand { function: DateFunction::parse(&text), text })
}

fn shift() -> impl Strategy<Value = Shift> {
    let direction = prop_oneof![Just(Direction::Earlier), Just(Direction::Later)];
    (unit(), direction, 0..i64::MAX).prop_map(|(unit, direction, count)| Shift { unit, direction, count })
}

fn unit() -> impl Strategy<Value = Unit> {
    use Unit::{Day, Hour, Minute, Month, Quarter, Week, Year};
    prop::sample::select(vec![Minute, Hour, Day, Week, Month, Quarter, Year])
}

fn comparison(of: &[ValueComparison]) -> impl Strategy<Value = ValueComparison> + use<> {
    prop::sample::select(of.to_vec())
}

fn operands(takes: Takes) -> BoxedStrategy<Operands<Operand, Path>> {
    let plain = |text: String| Operand { text, function: None };
    match takes {
        Takes::Nothing => Just(Operands::Nothing).boxed(),
        Takes::Value => operand(value()).prop_map(|value| Operands::Values(vec![value])).boxed(),
        Takes::Range => vec(operand(part()), 2).prop_map(Operands::Values).boxed(),
        Takes::Text => value().prop_map(move |text| Operands::Values(vec![plain(text)])).boxed(),
        Takes::Table => "[a-z_]{1,8}".prop_map(move |text| Operands::Values(vec![plain(text)])).boxed(),
        Takes::List => vec(value().prop_map(|text| text.replace(',', "a")), 1..4)
            .prop_filter("no script", |values| !values.join(",").starts_with("javascript:"))
            .prop_map(move |values| Operands::Values(values.into_iter().map(plain).collect()))
            .boxed(),
        Takes::Field => path().prop_map(|path| Operands::Field(path, None)).boxed(),
        Takes::FieldAndUnit => {
            (path(), prop::option::of(unit())).prop_map(|(path, unit)| Operands::Field(path, unit)).boxed()
        }
        Takes::FieldAndShift => {
            (path(), shift()).prop_map(|(path, shift)| Operands::FieldAndShift(path, shift)).boxed()
        }
        Takes::Moments => (part(), operand(part()), operand(part()))
            .prop_map(|(label, start, end)| Operands::Moments(label, [start, end]))
            .boxed(),
        Takes::Shift => shift().prop_map(Operands::Shift).boxed(),
        Takes::DatePart => {
            let script = "javascript:gs.datePart('dayofweek','monday','GE')";
            part().prop_map(move |label| Operands::DatePart(label, DatePart::parse(script).unwrap())).boxed()
        }
    }
}

fn condition() -> impl Strategy<Value = Term> {
    let row = prop::sample::select((0..OPERATORS.len()).collect::<Vec<_>>());
    let asked = row.prop_flat_map(|at| (Just(OPERATORS[at].operator), operands(OPERATORS[at].takes)));
    (path(), asked).prop_map(|(path, (operator, operands))| {
        Term::Condition(FieldCondition { path, operator, operands, place: TextPlace::default() })
    })
}

fn query_of(term: impl Strategy<Value = Term>) -> impl Strategy<Value = Query> {
    let sort = (
        prop::sample::select(vec![SortKind::OrderBy, SortKind::OrderByDescending, SortKind::GroupBy]),
        path(),
    )
        .prop_map(|(kind, path)| SortTerm { kind, path });
    (vec(vec(vec(term, 1..3), 1..3), 0..3), vec(sort, 0..2))
        .prop_map(|(alternatives, sort)| Query { alternatives, sort })
}

fn related() -> impl Strategy<Value = Term> {
    use ValueComparison::{Equal, Greater, GreaterOrEqual, Less, LessOrEqual};
    let comparison = comparison(&[Equal, Less, LessOrEqual, Greater, GreaterOrEqual]);
    ("[a-z_]{1,6}", "[a-z_]{1,6}", prop::option::of(path()), comparison, any::<u32>(), query_of(condition()))
        .prop_map(|(table, column, this, comparison, count, query)| {
            Term::Related(Related {
                table,
                column,
                this,
                comparison,
                count,
                query,
                place: TextPlace::default(),
            })
        })
}

proptest! {
    #[test]
    fn printed_query_reads_back(query in query_of(prop_oneof![4 => condition(), 1 => related()])) {
        let text = query.to_string();
        prop_assert_eq!(Query::parse(&text), Ok(query), "{}", text);
    }

    #[test]
    fn any_text_is_read_or_refused_in_its_place(text in "(\\PC|\\^|\\^OR|\\^NQ|RLQUERYa.b,>=1|ENDRLQUERY|name|LIKE|IN|=|@|RELATIVELT|ON|javascript:gs.){0,12}") {
        match Query::parse(&text) {
            Ok(query) => {
                let printed = query.to_string();
                prop_assert_eq!(Query::parse(&printed), Ok(query), "{}", printed);
            }
            Err(error) => prop_assert!(text.get(error.span.clone()).is_some(), "{} {:?}", text, error),
        }
    }
}
