use super::*;
use std::io::{Cursor, Write};
use zip::write::SimpleFileOptions;

/// An archive of these members, deflated.
pub(in crate::source) fn zip_of(members: &[(&str, &[u8])]) -> Vec<u8> {
    zip_with(members, CompressionMethod::Deflated)
}

fn zip_with(members: &[(&str, &[u8])], method: CompressionMethod) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    let options = SimpleFileOptions::default().compression_method(method);
    for (name, bytes) in members {
        if name.ends_with('/') {
            writer.add_directory(*name, options).unwrap();
        } else {
            writer.start_file(*name, options).unwrap();
            writer.write_all(bytes).unwrap();
        }
    }
    writer.finish().unwrap().into_inner()
}

/// Replaces `from` by `to`, of the same length, wherever it stands.
fn patch(archive: &mut [u8], from: &[u8], to: &[u8]) {
    assert_eq!(from.len(), to.len());
    let places: Vec<usize> = memchr::memmem::find_iter(archive, from).collect();
    assert!(!places.is_empty());
    for place in places {
        archive[place..place + to.len()].copy_from_slice(to);
    }
}

/// Offset of the first entry of the central directory.
fn directory(archive: &[u8]) -> usize {
    memchr::memmem::find(archive, b"PK\x01\x02").unwrap()
}

/// Lists the archive and reads every member: one line a member or problem.
fn check(archive: Vec<u8>, limits: &Limits, expected: &[&str]) {
    let stored = Stored::Memory(archive.into());
    let mut lines = Vec::new();
    match list(&stored, limits) {
        Err(problem) => lines.push(format!("{:?}: {problem}", problem.kind)),
        Ok(listing) => {
            for (name, member) in listing.members {
                let mut text = Vec::new();
                let result = open(&stored, &member).map_err(io::Error::from);
                let end = match result.and_then(|mut reader| reader.read_to_end(&mut text)) {
                    Ok(_) => String::new(),
                    Err(error) => format!(" then {:?}", Problem::from_io(error).kind),
                };
                lines.push(format!("{name} = {}{end}", String::from_utf8_lossy(&text)));
            }
            for (name, problem) in listing.problems {
                lines.push(format!("{name}: {:?}: {problem}", problem.kind));
            }
        }
    }
    assert_eq!(lines, expected);
}

#[test]
fn members_are_listed_by_name_without_directories() {
    let members: &[(&str, &[u8])] =
        &[("dir/", b""), ("dir/b.xml", b"<b/>"), ("a.xml", b"<a/>"), ("dir/a.xml", b"")];
    for method in [CompressionMethod::Stored, CompressionMethod::Deflated] {
        check(
            zip_with(members, method),
            &Limits::default(),
            &["a.xml = <a/>", "dir/a.xml = ", "dir/b.xml = <b/>"],
        );
    }
    check(zip_of(&[]), &Limits::default(), &[]);
}

#[test]
fn bytes_before_the_archive_do_not_matter() {
    let mut archive = b"#!/bin/sh\n".to_vec();
    archive.extend(zip_of(&[("a.xml", b"<a/>")]));
    check(archive, &Limits::default(), &["a.xml = <a/>"]);
}

#[test]
fn members_of_one_name_are_both_read() {
    let mut archive = zip_of(&[("a.xml", b"first"), ("b.xml", b"second"), ("c.xml", b"third")]);
    patch(&mut archive, b"b.xml", b"a.xml");
    check(archive, &Limits::default(), &["a.xml = first", "a.xml = second", "c.xml = third"]);
}

#[test]
fn unsafe_names_are_cleaned_and_reported() {
    let check = |name, expected: &str, cleaned| {
        assert_eq!(clean_name(name), (expected.to_owned(), cleaned), "{name}");
    };
    check("dir/a.xml", "dir/a.xml", false);
    check("./dir//a.xml", "dir/a.xml", false);
    check("../../etc/passwd", "etc/passwd", true);
    check("/etc/passwd", "etc/passwd", true);
    check("C:\\temp\\a.xml", "temp/a.xml", true);
    check("c:a.xml", "a.xml", true);
    check("dir\\..\\a.xml", "dir/a.xml", true);
    check("a..xml", "a..xml", false);
    check("..", "unnamed", true);
    let mut archive = zip_of(&[("xxxetc/a.xml", b"<a/>")]);
    patch(&mut archive, b"xxxetc/a.xml", b"../etc/a.xml");
    self::check(
        archive,
        &Limits::default(),
        &["etc/a.xml = <a/>", "etc/a.xml: UnsafeName: unsafe name in the archive: read under a cleaned one"],
    );
}

#[test]
fn encrypted_members_and_other_methods_are_named() {
    let mut archive = zip_of(&[("a.xml", b"<a/>"), ("b.xml", b"<b/>")]);
    let place = directory(&archive);
    archive[place + 8] |= 1;
    check(
        archive,
        &Limits::default(),
        &["b.xml = <b/>", "a.xml: Unreadable: encrypted: cannot be read without its password"],
    );
    let mut archive = zip_of(&[("a.xml", b"<a/>")]);
    let place = directory(&archive);
    archive[place + 10] = 12;
    let stored = Stored::Memory(archive.into());
    let listing = list(&stored, &Limits::default()).unwrap();
    assert!(listing.members.is_empty());
    assert_eq!(listing.problems[0].1.kind, ProblemKind::Unreadable);
}

#[test]
fn damage_is_noticed() {
    let text = b"<unload>some text that is long enough to be damaged</unload>";
    let whole = zip_with(&[("a.xml", text)], CompressionMethod::Stored);
    let mut changed = whole.clone();
    patch(&mut changed, b"some text", b"SOME text");
    check(
        changed,
        &Limits::default(),
        &["a.xml = <unload>SOME text that is long enough to be damaged</unload> then Broken"],
    );
    // Longer and shorter than the directory says.
    for (size, expected) in [
        (7_u8, "a.xml =  then Broken"),
        (77, "a.xml = <unload>some text that is long enough to be damaged</unload> then Truncated"),
    ] {
        let mut lying = whole.clone();
        let place = directory(&lying);
        lying[place + 24] = size;
        check(lying, &Limits::default(), &[expected]);
    }
    let cut = whole[..whole.len() - 30].to_vec();
    let stored = Stored::Memory(cut.into());
    assert_eq!(list(&stored, &Limits::default()).unwrap_err().kind, ProblemKind::Unreadable);
}

#[test]
fn a_member_that_claims_the_data_of_another_is_refused() {
    let mut archive = zip_of(&[("a.xml", b"<a/>"), ("b.xml", b"<b/>")]);
    let second = memchr::memmem::rfind(&archive, b"PK\x01\x02").unwrap();
    archive[second + 42] = 0;
    check(
        archive,
        &Limits::default(),
        &["a.xml = <a/>", "b.xml: Broken: shares its data with another member: not read"],
    );
}

#[test]
fn limits_are_kept() {
    let archive = zip_of(&[("a.xml", b"<a/>"), ("b.xml", b"<longer/>")]);
    let few = Limits { max_members: 1, ..Limits::default() };
    check(archive.clone(), &few, &["LimitReached: more than 1 members: not read"]);
    let short = Limits { max_file_size: Some(5), ..Limits::default() };
    check(
        archive,
        &short,
        &["a.xml = <a/>", "b.xml: LimitReached: larger than the limit of 5 bytes: not read"],
    );
}

#[test]
fn damaged_archives_never_panic() {
    let mut whole =
        zip_of(&[("a.xml", b"<a>some text, some text</a>"), ("dir/b.xml", b"<b/>"), ("c.xml", b"")]);
    patch(&mut whole, b"c.xml", b"a.xml");
    let mut seed = 7_u64;
    let mut random = |below: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).unwrap() % below
    };
    for _ in 0..3000 {
        let mut archive = whole.clone();
        for _ in 0..=random(4) {
            let place = random(archive.len());
            archive[place] = [0, 1, 0x7f, 0xff][random(4)];
        }
        archive.truncate(archive.len() - random(4).saturating_sub(2) * random(40));
        let stored = Stored::Memory(archive.into());
        let Ok(listing) = list(&stored, &Limits::default()) else { continue };
        for (_, member) in listing.members {
            if let Ok(mut reader) = open(&stored, &member) {
                let _ = reader.read_to_end(&mut Vec::new());
            }
        }
    }
}

#[test]
fn members_named_as_folders_are_read_if_they_hold_data() {
    let notice = "UnsafeName: named as a folder in the archive, but it holds data: read as a file";
    for end in ["/", "\\"] {
        let mut archive = zip_of(&[("a.xml_", b"<a/>"), ("dir/", b"")]);
        patch(&mut archive, b"a.xml_", format!("a.xml{end}").as_bytes());
        check(archive, &Limits::default(), &["a.xml = <a/>", &format!("a.xml: {notice}")]);
    }
}

#[test]
fn members_that_the_directory_does_not_list_are_said() {
    let said = "Broken: the archive's directory does not list this member: not read";
    let (one, two) = (zip_of(&[("a.xml", b"<a/>")]), zip_of(&[("b.xml", b"<b/>"), ("c.xml", b"<c/>")]));
    // Two archives, joined: only the last one has a directory that is found.
    let joined = [&one[..], &two].concat();
    check(joined, &Limits::default(), &["b.xml = <b/>", "c.xml = <c/>", &format!("a.xml: {said}")]);
    let joined = [&two[..], &one].concat();
    check(joined, &Limits::default(), &["a.xml = <a/>", &format!("b.xml: {said}; one more is like this")]);
    // An entry that was taken out of the directory.
    let mut hidden = two;
    let listed = directory(&hidden);
    let second = listed + 46 + "b.xml".len();
    hidden.drain(listed..second);
    let end = hidden.len() - 22;
    hidden[end + 8..end + 12].copy_from_slice(&[1, 0, 1, 0]);
    hidden[end + 12..end + 16].copy_from_slice(&u32::try_from(46 + "c.xml".len()).unwrap().to_le_bytes());
    check(hidden, &Limits::default(), &["c.xml = <c/>", &format!("b.xml: {said}")]);
}
