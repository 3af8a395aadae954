//! Any text is read as a query without a panic, and a query that is printed is
//! the same query.

#![no_main]

use glidelint::query::Query;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    match Query::parse(text) {
        Ok(query) => {
            let printed = query.to_string();
            assert_eq!(Query::parse(&printed).ok().as_ref(), Some(&query), "printed as {printed}");
        }
        Err(error) => assert!(text.get(error.span.clone()).is_some(), "{error:?} is not a place in it"),
    }
});
