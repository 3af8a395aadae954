use std::io::Write;

use super::super::secrets::Secrets;
use super::{BLOCK, Watch};

/// Writes pieces, and says what was given on and whether a secret was found.
fn written(watch: &Watch, pieces: &[&str]) -> (String, bool) {
    let mut out = Vec::new();
    let mut writer = watch.over(&mut out);
    let result = pieces.iter().try_for_each(|piece| writer.write_all(piece.as_bytes()));
    let (found, end) = writer.finish();
    assert_eq!(found.is_some(), result.is_err() || end.is_err());
    let is_found = found.is_some();
    (String::from_utf8(out).unwrap(), is_found)
}

fn watch(secrets: &[&str]) -> Watch {
    Watch::new(&Secrets::of(secrets), std::iter::empty::<&str>()).unwrap()
}

#[test]
fn a_secret_is_found_however_it_is_cut() {
    let watch = watch(&["hunter2-Tide", "another one"]);
    let text = "{\"a\":\"x hunter2-Tide y\"}";
    for at in (0..=text.len()).filter(|at| text.is_char_boundary(*at)) {
        let (out, is_found) = written(&watch, &[&text[..at], &text[at..]]);
        assert!(is_found && out.is_empty(), "{at}");
    }
    // Across what is looked at together; not one byte of it is given on.
    for before in BLOCK - 20..BLOCK + 20 {
        let (out, is_found) =
            written(&watch, &[&"-".repeat(before), "hunt", "er2-", "Tide", &"+".repeat(BLOCK)]);
        assert!(is_found && !out.contains('h') && out.len() <= before, "{before}");
    }
}

#[test]
fn what_is_no_secret_is_given_on_as_it_is() {
    let watch = watch(&["hunter2-Tide"]);
    for text in ["", "hunter2", "hunter2-tide", "\\\\\\", &"hunter2-\\n".repeat(BLOCK / 4)] {
        assert_eq!(written(&watch, &[text, text]), (format!("{text}{text}"), false));
    }
}

#[test]
fn a_secret_is_found_however_formats_write_it() {
    let watch = watch(&["a<b&\"c\\d'e_f"]);
    for text in [
        "a<b&\"c\\d'e_f",
        "a<b&\\\"c\\\\d'e_f",
        "a&lt;b&amp;\"c\\d'e\\_f",
        "a&lt;b&amp;&quot;c\\d&apos;e_f",
        "a&#60;b&#38;&#34;c\\d&#39;e_f",
        "a&amp;lt;b&amp;amp;&quot;c\\\\d'e_f",
    ] {
        assert!(written(&watch, &[text]).1, "{text}");
    }
}

#[test]
fn a_word_of_the_rules_is_not_searched_for() {
    let secrets = Secrets::of(&["password", "hunter2-Tide"]);
    let watch = Watch::new(&secrets, ["Change the password."].into_iter()).unwrap();
    assert_eq!(watch.own_words(), 1);
    assert!(!written(&watch, &["Change the password."]).1 && written(&watch, &["hunter2-Tide"]).1);
}
