//! The hashes of lines are GitHub's.

use proptest::prelude::*;

use super::{BASE, Counts, LineHasher, Wanted, each_line, hash_lines, plain};
use crate::source::Source;

fn hashes(text: &str) -> Vec<String> {
    let source = Source::memory("a.xml", text.as_bytes());
    let wanted = Wanted { lines: (1..1_000).collect(), ..Wanted::default() };
    hash_lines(&source, &wanted).lines.values().map(super::LineHash::text).collect()
}

#[test]
fn line_hashes_are_githubs() {
    assert_eq!(hashes(""), ["c129715d7a2bc9a3:1"]);
    assert_eq!(
        hashes(" a\nb\n  \t\tc\n d"),
        ["271789c17abda88f:1", "54703d4cd895b18:1", "180aee12dab6264:1", "a23a3dc5e078b07b:1"]
    );
    let lorem = "Lorem ipsum dolor sit amet.\n".repeat(10);
    let expected = [
        "a7f2ff13bc495cf2:1",
        "a7f2ff13bc495cf2:2",
        "a7f2ff13bc495cf2:3",
        "a7f2ff13bc495cf2:4",
        "a7f2ff13bc495cf2:5",
        "a7f2ff13bc495cf2:6",
        "a7f2ff1481e87703:1",
        "a9cf91f7bbf1862b:1",
        "55ec222b86bcae53:1",
        "cc97dc7b1d7d8f7b:1",
        "c129715d7a2bc9a3:1",
    ];
    assert_eq!(hashes(&lorem), expected);
    assert_eq!(hashes(&lorem.replace('\n', "\r\n")), expected);
}

#[test]
fn a_child_is_first_on_its_line_or_not() {
    let far = " ".repeat(300);
    let text = format!("<u>\n  <a/>\r\n\u{2003}\t<b/> <c/>\n{far}<d/>\n<e/>");
    let offset = |needle: &str| u64::try_from(text.find(needle).unwrap()).unwrap();
    let children = ["<u>", "<a/>", "<b/>", "<c/>", "<d/>", "<e/>"].map(offset);
    let wanted = Wanted { lines: [6].into(), children: children.into() };
    let hashed = hash_lines(&Source::memory("a.xml", text.as_bytes()), &wanted);
    let expected = ["<a/>", "<b/>", "<e/>"].map(offset);
    assert_eq!(hashed.first_on_line, expected.into());
}

/// The hash as it is defined: a window that rolls over the units.
fn rolled(text: &str) -> Vec<(u64, u64)> {
    let mut units: Vec<u16> = text.replace("\r\n", "\n").replace('\r', "\n").encode_utf16().collect();
    units.retain(|unit| ![0x20, 0x09].contains(unit));
    units.push(u16::MAX);
    let starts = (0..units.len()).filter(|at| *at == 0 || units[at - 1] == 0x0A);
    let window = |start: usize| units[start..].iter().copied().chain(std::iter::repeat(0)).take(100);
    let hash =
        |start| window(start).fold(0_u64, |hash, unit| hash.wrapping_mul(BASE).wrapping_add(u64::from(unit)));
    (1..).zip(starts.map(hash)).collect()
}

proptest! {
    #[test]
    fn hashes_are_those_of_the_definition(
        text in "([ -~]{0,40}|\r|\n|\r\n|\t|é|€|😀|[a-z]{1,200}){0,40}",
        size in 1_usize..64,
    ) {
        // White space between a return and a feed makes two line ends of them; the
        // definition below does not know that.
        let parts = text.split('\r').enumerate();
        let text = parts.map(|(at, part)| if at == 0 { part } else { part.trim_start_matches([' ', '\t']) });
        let text = text.collect::<Vec<_>>().join("\r");
        let mut found = Vec::new();
        let mut emit = |line, hash, _| found.push((line, hash));
        let mut hasher = LineHasher::default();
        let (mut rest, mut base) = (text.as_str(), 0);
        while !rest.is_empty() {
            let (head, tail) = rest.split_at(rest.ceil_char_boundary(size.min(rest.len())));
            hasher.feed(head, base, &mut emit);
            base += u64::try_from(head.len()).unwrap();
            rest = tail;
        }
        hasher.finish(base, &mut emit);
        prop_assert_eq!(&found, &rolled(&text));
        let mut whole = Vec::new();
        let source = Source::memory("a.xml", text.as_bytes());
        each_line(&source, (u64::MAX, 0), &mut |_, _| {}, &mut |line, hash, _| whole.push((line, hash)));
        prop_assert_eq!(found, whole);
    }

    #[test]
    fn plain_letters_are_known(letters: [u8; 8]) {
        let expected = letters.iter().take_while(|letter| (0x21..0x80).contains(*letter)).count();
        prop_assert_eq!(plain(u64::from_le_bytes(letters)), expected);
    }
}

#[test]
fn only_what_counts_is_counted() {
    let far = 7 + Counts::SIZE;
    let mut counts = Counts::new([7].into_iter());
    assert_eq!([7, 8, far, 7].map(|hash| counts.next(hash)), [Some(1), None, None, Some(2)]);
}
