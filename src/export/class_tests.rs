//! Of which table a row is, in every form of export and whatever it says itself.

use super::{FileReport, RecordSink, Select, read, read_strictly};
use crate::record::{Record, Wanted};
use crate::source::{ProblemKind, Source};

/// A line for each record that is handed out: the table it is a row of, its own,
/// and its values with the numbers of their columns.
struct Lines(Vec<String>);

impl RecordSink for Lines {
    fn record(&mut self, record: &Record<'_>) {
        let value = |name| record.field(name).map(|field| (field.column.is_some(), &*field.value));
        let values: Vec<_> = ["user_name", "account", "role", "client_id"]
            .iter()
            .filter_map(|name| value(name))
            .filter_map(|(is_numbered, value)| is_numbered.then_some(value))
            .collect();
        self.0.push(format!("{} {} {}", record.table, record.class, values.join(" ")));
    }
}

/// The tables and columns that are asked for.
fn wanted(asked: &[(&str, &str)]) -> Wanted {
    let mut wanted = Wanted::new();
    for (table, column) in asked {
        let table = wanted.want_table(table);
        wanted.want_column(table, column);
    }
    wanted
}

const RULES: [(&str, &str); 3] =
    [("sys_user", "user_name"), ("sys_user_has_role", "role"), ("oauth_entity", "client_id")];

#[track_caller]
fn check_as(asked: &[(&str, &str)], path: &str, text: &str, expected: &[&str]) -> FileReport {
    let wanted = wanted(asked);
    let source = Source::memory(path, text.as_bytes());
    let mut lines = Lines(Vec::new());
    let report = read(&source, Select::Wanted(&wanted), &mut lines);
    assert_eq!(lines.0, expected, "{path}: {text}");
    if !report.kind.is_flat() {
        let mut strictly = Lines(Vec::new());
        let _ = read_strictly(&source, Select::Wanted(&wanted), &mut strictly);
        assert_eq!(strictly.0, expected, "{path}: {text}");
    }
    report
}

#[track_caller]
fn check(path: &str, text: &str, expected: &[&str]) -> FileReport {
    check_as(&RULES, path, text, expected)
}

fn xml(table: &str, value: &str) -> String {
    format!("<{table} action=\"INSERT_OR_UPDATE\"><user_name>{value}</user_name></{table}>")
}

#[test]
fn rows_of_a_child_are_rows_of_its_parent() {
    let rows = format!("<unload>{}{}</unload>", xml("sys_user", "a"), xml("customer_contact", "b"));
    let seen = ["sys_user sys_user a", "sys_user customer_contact b"];
    let report = check("u.xml", &rows, &seen);
    assert_eq!(report.rows.keys().collect::<Vec<_>>(), ["customer_contact", "sys_user"]);
    let app = format!(
        "<record_update table=\"csm_consumer_user\">{}</record_update>",
        xml("csm_consumer_user", "c")
    );
    check("c.xml", &app, &["sys_user csm_consumer_user c"]);
    let set = rows.replace('<', "&lt;");
    let set = format!(
        "<unload><sys_update_xml action=\"INSERT_OR_UPDATE\"><payload>{set}</payload></sys_update_xml></unload>"
    );
    check("s.xml", &set, &seen);
    let client = "<oauth_oidc_entity action=\"INSERT\"><client_id>k</client_id></oauth_oidc_entity>";
    check("o.xml", &format!("<unload>{client}</unload>"), &["oauth_entity oauth_oidc_entity k"]);
    check("x.xml", "<unload><x_pier action=\"INSERT\"><user_name>x</user_name></x_pier></unload>", &[]);
}

#[test]
fn a_row_is_handed_out_as_every_table_that_is_asked_for() {
    let asked = [("sys_user", "user_name"), ("customer_contact", "account")];
    let row =
        "<customer_contact action=\"INSERT\"><account>q</account><user_name>b</user_name></customer_contact>";
    let seen = ["customer_contact customer_contact q", "sys_user customer_contact b"];
    check_as(&asked, "u.xml", &format!("<unload>{row}</unload>"), &seen);
    let json = "{\"result\":[{\"sys_id\":\"0123456789abcdef0123456789abcdef\",\"account\":\"q\",\
        \"user_name\":\"b\",\"sys_class_name\":\"customer_contact\"}]}";
    check_as(&asked, "sys_user.json", json, &seen);
}

#[test]
fn names_in_another_spelling_are_known() {
    for spelled in ["n:sys_user", "SYS_USER", "Sys_User", "n:m:sys_user"] {
        let rows = format!("<unload>{}{}</unload>", xml("sys_user", "a"), xml(spelled, "b"));
        let report = check("u.xml", &rows, &["sys_user sys_user a", "sys_user sys_user b"]);
        assert_eq!(report.rows.get("sys_user"), Some(&2), "{spelled}");
    }
    check("u.xml", &format!("<unload>{}</unload>", xml("n:sys_users", "b")), &[]);
}

#[test]
fn a_class_that_does_not_fit_decides_nothing() {
    const ID_TEXT: &str = "\"0123456789abcdef0123456789abcdef\"";
    const ID: &str = "\"sys_id\":\"0123456789abcdef0123456789abcdef\"";
    let user = |class: &str| {
        format!(
            "{{\"result\":[{{{ID},\"user_name\":\"b\",\"locked_out\":\"true\",\"sys_class_name\":{class}}}]}}"
        )
    };
    let check_user = |class: &str, expected: &[&str]| {
        check("sys_user.json", &user(class), expected);
    };
    check_user("\"sys_user\"", &["sys_user sys_user b"]);
    check_user("\"customer_contact\"", &["sys_user customer_contact b"]);
    check_user(
        "{\"value\":\"customer_contact\",\"display_value\":\"Contact\"}",
        &["sys_user customer_contact b"],
    );
    check_user("{\"display_value\":\"Contact\"}", &["sys_user customer_contact b"]);
    // Nobody knows it, or it is of another table: the columns decide.
    for class in ["\"u_pier\"", "\"sys_properties\"", "\"SYS_PIER\"", "\"\"", "null", "7", "{}", "[]"] {
        check_user(class, &["sys_user sys_user b"]);
    }
    let grant =
        |class: &str| format!("{{\"result\":[{{{ID},\"role\":{ID_TEXT},\"sys_class_name\":\"{class}\"}}]}}");
    check(
        "sys_user_has_role.json",
        &grant("u_pier"),
        &["sys_user_has_role sys_user_has_role 0123456789abcdef0123456789abcdef"],
    );
    let foreign =
        format!("{{\"result\":[{{{ID},\"tide\":\"r\",\"berth\":\"u\",\"sys_class_name\":\"u_pier\"}}]}}");
    check("sys_user_has_role.json", &foreign, &[]);
    let csv = |class: &str| {
        format!(
            "sys_id,user_name,locked_out,sys_class_name\n0123456789abcdef0123456789abcdef,b,true,{class}\n"
        )
    };
    check("sys_user.csv", &csv("Contact"), &["sys_user customer_contact b"]);
    check("sys_user.csv", &csv("customer_contact"), &["sys_user customer_contact b"]);
    for class in ["User", "Kontakt", "u_pier", "sys_properties", ""] {
        check("sys_user.csv", &csv(class), &["sys_user sys_user b"]);
    }
    let rest = "<response><result><sys_id>0123456789abcdef0123456789abcdef</sys_id><user_name>b</user_name>\
         <sys_class_name>customer_contact</sys_class_name></result></response>";
    check("sys_user.xml", rest, &["sys_user customer_contact b"]);
}

#[test]
fn a_class_that_nobody_knows_with_the_columns_of_the_files_table_is_that_table() {
    let users = |class: &str, more: &str| {
        format!(
            "<{class} action=\"INSERT_OR_UPDATE\"><active>true</active><user_name>b</user_name>\
             <web_service_access_only>false</web_service_access_only>{more}</{class}>"
        )
    };
    let unload = |rows: &str| format!("<unload>{rows}</unload>");
    let crew = users("u_crew", "<u_berth>7</u_berth>");
    let report = check("sys_user.xml", &unload(&crew), &["sys_user sys_user b"]);
    assert_eq!(report.rows.get("sys_user"), Some(&1));
    assert!(report.unknown_classes.contains("u_crew") && report.problems.is_empty());
    let mixed = unload(&format!("{}{crew}", xml("sys_user", "a")));
    check("exports/sys_user (2).xml.gz", &mixed, &["sys_user sys_user a", "sys_user sys_user b"]);
    let list = crew.replace(" action=\"INSERT_OR_UPDATE\"", "");
    check("sys_user.xml", &format!("<xml>{list}</xml>"), &["sys_user sys_user b"]);
    check("sys_user.xml", &unload(&users("n:Crew", "")), &["sys_user sys_user b"]);
    // Nothing says so but the columns, or the file is of another table.
    check("users.xml", &unload(&crew), &[]);
    check("sys_user_role.xml", &unload(&crew), &[]);
    // Related records of other tables stand in files of a table.
    let pier = "<u_pier action=\"INSERT_OR_UPDATE\"><name>p</name><active>true</active></u_pier>";
    let report =
        check("sys_user.xml", &unload(&format!("{}{pier}", xml("sys_user", "a"))), &["sys_user sys_user a"]);
    assert!(report.problems.is_empty(), "{:?}", report.problems);
    // Some columns of the table beside more that are not: told, and not read.
    let odd = users("u_crew", "<tide>1</tide><quay>2</quay><berth>3</berth><mast>4</mast>");
    let report = check("sys_user.xml", &unload(&odd.repeat(2)), &[]);
    let told: Vec<_> =
        report.problems.iter().map(|problem| (problem.kind, problem.at.map(|at| at.start))).collect();
    assert_eq!(told, [(ProblemKind::Skipped, Some(8))], "{:?}", report.problems);
    let odd = "{\"result\":[{\"sys_id\":\"0123456789abcdef0123456789abcdef\",\"sys_class_name\":\"u_crew\",\
        \"user_name\":\"b\",\"locked_out\":\"true\",\"web_service_access_only\":\"true\",\"tide\":\"1\",\
        \"quay\":\"2\",\"berth\":\"3\",\"mast\":\"4\"}]}";
    let report = check("sys_user.json", odd, &[]);
    assert_eq!(report.problems.len(), 1, "{:?}", report.problems);
    // A payload is of no file, and an app's file of no table.
    let payload = unload(&crew).replace('<', "&lt;");
    let row = format!("<sys_update_xml action=\"INSERT\"><payload>{payload}</payload></sys_update_xml>");
    check("sys_user.xml", &unload(&row), &[]);
    check("sys_user.xml", &format!("<record_update>{crew}</record_update>"), &[]);
}

#[test]
fn rows_that_nobody_wants_are_not_looked_at() {
    let crew = "<u_crew action=\"INSERT\"><user_name>b</user_name><web_service_access_only>true</web_service_access_only></u_crew>";
    let report =
        check_as(&[("sys_user_role", "name")], "sys_user.xml", &format!("<unload>{crew}</unload>"), &[]);
    assert!(report.unknown_classes.is_empty() && report.rows.contains_key("u_crew"));
}
