use super::super::gather::Gathered;
use super::super::pseudonym::Key;
use super::{Extent, Redactor};

fn redactor(extent: Extent) -> Redactor {
    let own = ["The account is named by a grant."];
    let mut redactor =
        Redactor::new(extent, Key::new(b"a key of tests").unwrap(), &Gathered::default(), own.into_iter());
    for name in ["svc.sap", "Zoë O'Brien", "grant", "admin", "Tide", "12345", "a@b.example"] {
        redactor.learn_account(name);
    }
    redactor.learn_role("admin");
    redactor.learn_id("6816f79cc0a8016401c5a33be04be441");
    redactor.known.add_phone("+1 555 0125");
    redactor
}

/// What comes of a text; a pseudonym is its first word in angle quotes.
fn check(extent: Extent, text: &str, expected: &str) {
    let shown = redactor(extent).text(text).into_owned();
    let form =
        regex::Regex::new(r"\b(user|mail|phone|ip|host|id)-[0-9a-f]{12}(@redacted\.invalid)?").unwrap();
    assert_eq!(form.replace_all(&shown, "«$1»"), expected, "{text}");
}

#[test]
fn names_are_found_where_they_are_meant() {
    let check = |text, expected| check(Extent::Names, text, expected);
    check("'svc.sap' holds admin", "'«user»' holds admin");
    check("SVC.SAP, svc.sapa, xsvc.sap", "«user», svc.sapa, xsvc.sap");
    check("by zoë  o'brien.", "by «user».");
    check("Zoë O&apos;Brien, Zoë O&amp;apos;Brien", "«user», «user»");
    // A word of the rules is a name only where nothing else can stand.
    check("by a grant; to 'grant'", "by a grant; to '«user»'");
    check("<grant x=\"1\">grant</grant>", "<grant x=\"1\">«user»</grant>");
    check("glide.tide.x, Tide", "glide.tide.x, «user»");
    check("12345 a@b.example", "«user» «user»");
    check("z@b.example +1 555 0125", "z@b.example +1 555 0125");
}

#[test]
fn addresses_are_found_by_their_form() {
    check(Extent::Emails, "svc.sap: z@b.example, a@b.example", "svc.sap: «mail», «mail»");
    check(
        Extent::All,
        "z@b.example +1-555-0125 192.0.2.1 acme.service-now.com 6816f79cc0a8016401c5a33be04be441",
        "«mail» +«phone» «ip» «host».service-now.com «id»",
    );
}

#[test]
fn what_is_redacted_stays_as_it_is() {
    for extent in [Extent::Names, Extent::Emails, Extent::All] {
        let redactor = redactor(extent);
        let once = redactor.text("'svc.sap' a@b.example Zoë O'Brien 192.0.2.1").into_owned();
        assert_eq!(redactor.text(&once), once);
        assert_eq!(redactor.account(&redactor.account("svc.sap")), redactor.account("svc.sap"));
    }
}

#[test]
fn xml_hides_what_its_columns_say() {
    let redactor = redactor(Extent::Names);
    let hides = |xml: &str, name: &str| {
        let shown = redactor.xml(xml, (false, false));
        assert!(!shown.contains(name) && shown.contains("user-"), "{shown}");
    };
    hides("<first_name>Abel</first_name>", "Abel");
    hides("&lt;sys_updated_by&gt;abel&lt;/sys_updated_by&gt;", "abel");
    hides("<user_name><![CDATA[abel]]></user_name>", "abel");
    hides("<manager display_value=\"Abel Tuter\">1</manager>", "Abel");
    hides("<x>&#115;vc.sap</x>", "vc.sap");
    assert_eq!(redactor.xml("be Tuter</x>\n<y>1</y>\n<z>Ab", (true, true)), "…</x>\n<y>1</y>\n<z>…");
    assert_eq!(redactor.xml("<state>1</state>", (false, false)), "<state>1</state>");
}
