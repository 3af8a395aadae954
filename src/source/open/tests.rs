use super::*;
use crate::source::ProblemKind;
use crate::source::archive::tests::zip_of;
use crate::source::bytes::count;
use crate::source::named_file::OpenFiles;
use crate::span::ByteSpan;
use std::fmt::Write as _;
use std::io::Write as _;

fn gzip(text: &[u8]) -> Vec<u8> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(text).unwrap();
    encoder.finish().unwrap()
}

/// The text, its encoding, and the problems, one line each.
fn read_all(source: &Source, wanted: usize) -> String {
    let mut stream = match source.open() {
        Ok(stream) => stream,
        Err(problem) => return format!("{:?}: {problem}", problem.kind),
    };
    let mut text = String::new();
    let failure = loop {
        match stream.read(&mut text, wanted) {
            Ok(0) => break None,
            Ok(_) => {}
            Err(problem) => break Some(problem),
        }
    };
    let mut problems = stream.take_problems();
    problems.extend(failure);
    let mut lines = format!("{} {text}", stream.encoding());
    for Problem { kind, message, at } in problems {
        let at = at.map(|at| format!("{}..{}", at.start, at.end)).unwrap_or_default();
        write!(lines, "\n{kind:?} {at}: {message}").unwrap();
    }
    lines
}

fn check(bytes: &[u8], expected: &str) {
    for wanted in [0, 1, 3, 8 * 1024] {
        assert_eq!(read_all(&Source::memory("a.xml", bytes), wanted), expected, "{wanted} at a time");
    }
}

#[test]
fn text_starts_after_the_byte_order_mark() {
    check(b"", "UTF-8 ");
    check(b"\xef\xbb\xbf<a>\xc3\xa9</a>", "UTF-8 <a>é</a>");
    check(b"\xff\xfe<\0\xe9\0/\0>\0", "UTF-16LE <é/>");
    check(b"\0<\0\xe9\0/\0>", "UTF-16BE <é/>");
    check(
        b"<?xml version='1.0' encoding='ISO-8859-1'?><a>\xe9\x80</a>",
        "windows-1252 <?xml version='1.0' encoding='ISO-8859-1'?><a>é€</a>",
    );
    check(b"<\0\0\0", "UTF-16LE <\0");
    check(b"\xff\xfe\0\0<\0\0\0", "Unreadable: encoded as UTF-32, which is not supported");
}

#[test]
fn replaced_bytes_are_one_problem_with_the_first_place() {
    check(
        b"\xef\xbb\xbf<a>\xff\xfe</a>\xe2\x82",
        "UTF-8 <a>\u{fffd}\u{fffd}</a>\u{fffd}\n\
         Repaired 3..6: 3 byte sequences not valid in UTF-8 replaced by U+FFFD",
    );
    check(
        b"<?xml version='1.0' encoding='klingon'?>\xff",
        "UTF-8 <?xml version='1.0' encoding='klingon'?>\u{fffd}\n\
         Broken : declares the unknown encoding `klingon`, and was read as UTF-8\n\
         Repaired 40..43: 1 byte sequence not valid in UTF-8 replaced by U+FFFD",
    );
}

#[test]
fn blocks_of_any_size_give_the_same_text() {
    let text = "<a>é€😀 und so weiter</a>\n".repeat(3000);
    let mut utf16 = vec![0xff, 0xfe];
    utf16.extend(text.encode_utf16().flat_map(u16::to_le_bytes));
    let gz = gzip(text.as_bytes());
    for (bytes, encoding) in [(text.as_bytes(), "UTF-8"), (&utf16, "UTF-16LE"), (&gz, "UTF-8")] {
        for wanted in [5, 4096, 5000, 70_000, 10_000_000] {
            let expected = format!("{encoding} {text}");
            assert!(read_all(&Source::memory("a.xml", bytes), wanted) == expected, "{encoding} by {wanted}");
        }
    }
}

#[test]
fn gzip_is_known_by_its_content() {
    check(&gzip(b"<a/>"), "UTF-8 <a/>");
    check(&[gzip(b"<a>"), gzip(b""), gzip(b"</a>")].concat(), "UTF-8 <a></a>");
    check(&[gzip(b"<a/>"), vec![0; 5000]].concat(), "UTF-8 <a/>");
    check(
        &[gzip(b"<a/>"), b"<b/>".to_vec()].concat(),
        "UTF-8 <a/>\nBroken 4..4: data that is not gzip follows the gzip data",
    );
    check(b"\x1f\x8b", "UTF-8 \nTruncated 0..0: the gzip data ends too early");
    check(&gzip(&gzip(b"<a/>")), "LimitReached: an archive inside an archive is not opened");
    check(&gzip(&zip_of(&[("a", b"")])), "LimitReached: an archive inside an archive is not opened");
}

#[test]
fn gzip_that_ends_early_gives_what_could_be_read() {
    let mut seed = 1_u32;
    let text: Vec<u8> = std::iter::repeat_with(|| {
        seed = seed.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        b'a' + u8::try_from((seed >> 24) % 26).unwrap()
    })
    .take(100_000)
    .collect();
    let gz = gzip(&text);
    let read = read_all(&Source::memory("a", &gz[..gz.len() / 2]), 1 << 16);
    let (read, problem) = read.split_once('\n').unwrap();
    let read = read.strip_prefix("UTF-8 ").unwrap();
    assert!(read.len() > 40_000, "{}", read.len());
    assert!(text.starts_with(read.as_bytes()));
    assert_eq!(problem, format!("Truncated {0}..{0}: the gzip data ends too early", read.len()));
    // Only the checksum is wrong.
    let mut gz = gzip(b"<a/>");
    let place = gz.len() - 8;
    gz[place] ^= 1;
    assert!(
        read_all(&Source::memory("a", gz), 10)
            .starts_with("UTF-8 <a/>\nBroken 4..4: the gzip data is damaged")
    );
}

#[test]
fn a_bomb_is_stopped() {
    let bomb = gzip(&vec![b' '; 40 << 20]);
    let mut stream = Source::memory("a", bomb).open().unwrap();
    let (mut text, mut length) = (String::new(), 0);
    let problem = loop {
        text.clear();
        match stream.read(&mut text, 1 << 20) {
            Ok(0) => panic!("read to the end"),
            Ok(more) => length += more,
            Err(problem) => break problem,
        }
    };
    assert_eq!(problem.kind, ProblemKind::LimitReached);
    assert_eq!(problem.at, Some(ByteSpan::at(count(length))));
    assert!((16 << 20..20 << 20).contains(&length), "{length}");
    assert_eq!(stream.read(&mut text, 1), Err(problem));
}

/// After skipping to any character the rest is the same as by reading.
fn check_skipping(source: &Source) {
    let mut whole = String::new();
    let mut stream = source.open().unwrap();
    while stream.read(&mut whole, 9000).unwrap() > 0 {}
    for from in [0, 1, 5000] {
        for to in [from, from + 1, 1030, 4096, 70_000, whole.len() - 1, whole.len(), whole.len() + 9] {
            let (from, to) = (whole.ceil_char_boundary(from), whole.ceil_char_boundary(to));
            let mut stream = source.open().unwrap();
            let mut start = String::new();
            while start.len() < from {
                let wanted = from - start.len();
                stream.read(&mut start, wanted).unwrap();
            }
            let to = to.max(start.len());
            stream.skip_to(count(to)).unwrap();
            let mut rest = String::new();
            while stream.read(&mut rest, 8192).unwrap() > 0 {}
            assert!(rest == whole[to.min(whole.len())..], "{}: from {from} to {to}", stream.encoding());
        }
    }
}

#[test]
fn skipping_is_the_same_as_reading_and_dropping() {
    let text = "<a>é€😀 und so weiter</a>\n".repeat(4000);
    let with_invalid = text.replacen("und", "\u{1}nd", 1).into_bytes();
    let with_invalid: Vec<u8> =
        with_invalid.iter().map(|&byte| if byte == 1 { 0xff } else { byte }).collect();
    let utf16: Vec<u8> = format!("\u{feff}{text}").encode_utf16().flat_map(u16::to_be_bytes).collect();
    let marked = [b"\xef\xbb\xbf", text.as_bytes()].concat();
    for bytes in [text.as_bytes(), &with_invalid, &utf16, &marked, &gzip(text.as_bytes())] {
        check_skipping(&Source::memory("a", bytes));
    }
}

#[test]
fn skipping_is_a_seek_only_where_it_was_read_before() {
    let text = "<a>é€😀 und so weiter</a>\n".repeat(10_000);
    let source = Source::memory("a", text.clone().into_bytes());
    let target = text.ceil_char_boundary(text.len() / 2);
    let read_by_skipping = |stream: &TextStream| count(stream.ahead.len() + stream.raw.bytes().len());
    let mut stream = source.open().unwrap();
    stream.skip_to(count(target)).unwrap();
    assert_ne!(read_by_skipping(&stream), 0);
    let mut stream = source.open().unwrap();
    stream.skip_to(count(target)).unwrap();
    assert_eq!(read_by_skipping(&stream), 0);
    // Beyond what is known it reads.
    stream.skip_to(count(text.len())).unwrap();
    assert_eq!(stream.read(&mut String::new(), 10), Ok(0));
}

#[test]
fn a_file_that_becomes_shorter_is_no_whole_file() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("a.xml");
    std::fs::write(&path, vec![b'x'; 100_000]).unwrap();
    let source = Source::file(
        "a.xml".to_owned(),
        Stored::File(Arc::new(OpenFiles::default()).file(path.clone())),
        100_000,
        &Limits::default(),
    );
    let mut stream = source.open().unwrap();
    std::fs::write(&path, vec![b'x'; 50_000]).unwrap();
    let mut text = String::new();
    let problem = loop {
        match stream.read(&mut text, 10_000) {
            Ok(more) => assert_ne!(more, 0, "taken for the end"),
            Err(problem) => break problem,
        }
    };
    assert_eq!((text.len(), problem.kind), (50_000, ProblemKind::Truncated));
}

#[test]
fn skipping_back_is_refused() {
    let source = Source::memory("a", *b"<a>text</a>");
    let mut stream = source.open().unwrap();
    stream.skip_to(3).unwrap();
    assert_eq!(stream.skip_to(2).unwrap_err().message, "cannot go back from offset 3 to 2");
    let mut text = String::new();
    stream.read(&mut text, 4).unwrap();
    assert_eq!(text, "text");
}

#[test]
fn many_threads_read_one_source() {
    let text = "<a>text</a>".repeat(50_000);
    let source = Source::memory("a", text.clone().into_bytes());
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| assert!(read_all(&source, 4096) == format!("UTF-8 {text}")));
        }
    });
}
