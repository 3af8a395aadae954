//! A table export of `sys_user`: 78 elements a row, one a line, most of them empty.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use super::random::{Random, id_of};
use super::xml::Xml;
use super::{Size, Summary, UNLOAD};

/// Given names, as they are shown and as user IDs have them.
const FIRST: [(&str, &str); 14] = [
    ("Ada", "ada"),
    ("Björn", "bjoern"),
    ("Chloé", "chloe"),
    ("Đorđe", "djordje"),
    ("Emeka", "emeka"),
    ("Fatima", "fatima"),
    ("Grzegorz", "grzegorz"),
    ("Hana", "hana"),
    ("Ines", "ines"),
    ("Jürgen", "juergen"),
    ("Kenji", "kenji"),
    ("Lucía", "lucia"),
    ("Mary", "mary"),
    ("Ольга", "olga"),
];

/// Family names, in the same way.
const LAST: [(&str, &str); 12] = [
    ("Almeida", "almeida"),
    ("Brontë", "bronte"),
    ("Castañeda", "castaneda"),
    ("Dvořák", "dvorak"),
    ("Eriksen", "eriksen"),
    ("Fitzgerald", "fitzgerald"),
    ("Groß", "gross"),
    ("Haddad", "haddad"),
    ("Ito", "ito"),
    ("Johnson", "johnson"),
    ("村上", "murakami"),
    ("Petrova", "petrova"),
];

const DEPARTMENTS: [&str; 6] =
    ["Finance", "Health & Safety", "IT Operations", "Research & Development", "Sales", "Works council"];

const LOCATIONS: [&str; 4] =
    ["14 Harbour Road, Cork", "Rua do Ouro 8, Porto", "Żurawia 3, Gdańsk", "2 Chome, Osaka"];

const TITLES: [&str; 5] = ["Accountant", "Clerk", "Ingénieure", "Team lead", "Technician"];

const SYSTEMS: [&str; 5] = ["billing", "hr", "ldap", "monitoring", "warehouse"];

/// What a row is about. Its shape follows from its number.
#[derive(Debug)]
pub(crate) struct User {
    pub(crate) row: u64,
    pub(crate) is_active: bool,
    /// A service account: one row in 40.
    pub(crate) is_service: bool,
    /// A service account without `web_service_access_only`: one in 8 of them.
    is_open: bool,
    first: (&'static str, &'static str),
    last: (&'static str, &'static str),
}

impl User {
    pub(crate) fn new(row: u64) -> Self {
        let is_service = row % 40 == 7;
        let mut random = Random::of("name", row);
        Self {
            row,
            is_active: row % 10 != 9,
            is_service,
            is_open: is_service && (row / 40).is_multiple_of(8),
            first: random.pick(&FIRST),
            last: random.pick(&LAST),
        }
    }

    pub(crate) fn sys_id(&self) -> String {
        id_of("sys_user", self.row)
    }

    /// The name that is shown.
    pub(crate) fn shown(&self) -> String {
        if self.is_service {
            return format!("{} interface {}", self.system(), self.row);
        }
        format!("{} {}", self.first.0, self.last.0)
    }

    fn system(&self) -> &'static str {
        Random::of("system", self.row).pick(&SYSTEMS)
    }

    /// An active person that stands in the table before this row.
    fn manager(&self) -> Self {
        Self::new(self.row / 10 / 10 * 10)
    }

    fn user_name(&self) -> String {
        // Once in 4,000 rows a user ID belongs to the row before too.
        let row = if self.row % 4_000 == 21 { self.row - 1 } else { self.row };
        let Self { first, last, .. } = Self::new(row);
        if self.is_service {
            format!("svc.{}{row}", self.system())
        } else {
            format!("{}.{}{row}", first.1, last.1)
        }
    }

    /// The user ID as the file has it: accounts that are to be found are written
    /// in each way that XML has for the same text.
    fn written_user_name(&self) -> String {
        let name = self.user_name();
        match (self.is_open, self.row / 320 % 3) {
            (true, 1) => format!("&#115;{}", &name[1..]),
            (true, 2) => format!("<![CDATA[{}]]>{}", &name[..3], &name[3..]),
            _ => name,
        }
    }
}

/// Which columns a row has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Columns {
    All,
    /// Those of a view made for a review.
    Few,
}

/// A table export.
pub(crate) fn users(size: Size, out: &mut dyn Write) -> io::Result<Summary> {
    let mut summary = Summary::default();
    let mut xml = Xml::new("\n");
    put(UNLOAD, out, &mut summary)?;
    while size.wants_more(&summary) {
        let user = User::new(summary.rows);
        xml.text.clear();
        traps(&mut xml, &user);
        element(&mut xml, &user, Columns::All);
        put(&xml.text, out, &mut summary)?;
        count(&user, &mut summary);
    }
    put("</unload>\n", out, &mut summary)?;
    Ok(summary)
}

/// The same rows in files of `rows_per_file` rows. The last row of a file is
/// there again as the first of the next: so it is where exports are cut by date.
pub(crate) fn parts(rows: u64, rows_per_file: u64, folder: &Path) -> io::Result<Summary> {
    let mut summary = Summary::default();
    let mut xml = Xml::new("\n");
    while summary.rows < rows {
        let begin = summary.rows;
        let path = folder.join(format!("sys_user_{:05}.xml", begin / rows_per_file + 1));
        let mut out = BufWriter::new(File::create(path)?);
        xml.text.clear();
        xml.text.push_str(UNLOAD);
        if begin > 0 {
            element(&mut xml, &User::new(begin - 1), Columns::All);
        }
        for row in begin..rows.min(begin + rows_per_file) {
            let user = User::new(row);
            traps(&mut xml, &user);
            element(&mut xml, &user, Columns::All);
            count(&user, &mut summary);
        }
        xml.text.push_str("</unload>\n");
        put(&xml.text, &mut out, &mut summary)?;
        out.flush()?;
    }
    Ok(summary)
}

/// Writes a piece and counts its bytes.
pub(crate) fn put(text: &str, out: &mut dyn Write, summary: &mut Summary) -> io::Result<()> {
    summary.bytes += text.len() as u64;
    out.write_all(text.as_bytes())
}

/// What is to be found about a user alone.
pub(crate) fn count(user: &User, summary: &mut Summary) {
    summary.rows += 1;
    if user.is_open && user.is_active {
        summary.plant("SNA1001");
    }
    if user.row % 4_000 == 21 {
        summary.plant("SNA1011");
    }
}

/// Rows that are none, in a comment and in a processing instruction.
fn traps(xml: &mut Xml, user: &User) {
    let row = "<sys_user><active>true</active><user_name>svc.none</user_name>\
               <web_service_access_only>false</web_service_access_only></sys_user>";
    match user.row % 1_000 {
        11 => xml.raw(&["<!-- ", row, " -->"]),
        53 => xml.raw(&["<?trace ", row, " ?>"]),
        _ => {}
    }
}

/// One row.
#[allow(clippy::too_many_lines, reason = "one line a column")]
pub(crate) fn element(xml: &mut Xml, user: &User, columns: Columns) {
    let mut random = Random::of("columns", user.row);
    let flag = |is: bool| if is { "true" } else { "false" };
    let (name, sys_id) = (user.shown(), user.sys_id());
    let manager = user.manager();
    let mail = format!("{}@people.example", user.user_name());
    let day = format!("2026-02-{:02}", 1 + random.below(28));
    let (first, last) = if user.is_service { ("", user.system()) } else { (user.first.0, user.last.0) };
    let identity = if user.is_service { "machine" } else { "human" };
    // A flag that was never set is empty.
    let access = match (user.is_service, user.is_open) {
        (true, false) => "true",
        (true, true) if user.row.is_multiple_of(3) => "",
        _ => "false",
    };
    xml.open("sys_user");
    if columns == Columns::Few {
        xml.field("active", flag(user.is_active));
        xml.field("email", &mail);
        xml.field("identity_type", identity);
        xml.field("internal_integration_user", "false");
        xml.field("last_login_time", &format!("{day} 08:15:00"));
        xml.field("locked_out", flag(!user.is_active));
        xml.reference("manager", &manager.shown(), &manager.sys_id());
        xml.field("name", &name);
        xml.field("sys_id", &sys_id);
        xml.field("sys_updated_on", &format!("{day} 09:00:00"));
        xml.written("user_name", &user.written_user_name());
        xml.field("web_service_access_only", access);
        return xml.close("sys_user");
    }
    let department = random.pick(&DEPARTMENTS);
    // Once in 100 rows an attribute holds a `>`.
    let department =
        if user.row % 100 == 31 { format!("Head office > {department}") } else { department.to_owned() };
    let location = random.pick(&LOCATIONS);
    xml.field("accumulated_roles", "");
    xml.field("active", flag(user.is_active));
    for name in ["agent_status", "average_daily_fte", "avatar"] {
        xml.field(name, "");
    }
    xml.reference("building", "", "");
    xml.field("business_criticality", "3");
    xml.field("calendar_integration", "1");
    xml.field("city", "");
    xml.reference("company", "Example Holding", &id_of("core_company", 1));
    xml.field("correlation_id", "");
    xml.reference("cost_center", &department, &random.id());
    for name in ["country", "date_format"] {
        xml.field(name, "");
    }
    xml.reference("default_perspective", "", "");
    xml.reference("department", &department, &random.id());
    xml.field("edu_status", "");
    xml.field("email", &mail);
    xml.field("employee_number", &format!("E{:07}", user.row));
    xml.field("enable_multifactor_authn", "false");
    xml.field("failed_attempts", &random.below(3).to_string());
    for name in ["fax", "federated_id"] {
        xml.field(name, "");
    }
    xml.field("first_name", first);
    xml.field("gender", "");
    xml.field("geolocation_tracked", "false");
    for name in ["hashed_user_id", "home_phone"] {
        xml.field(name, "");
    }
    xml.field("identity_type", identity);
    xml.field("internal_integration_user", "false");
    introduction(xml, user);
    xml.field("last_login", &day);
    xml.field("last_login_device", &format!("192.0.2.{}", random.below(254) + 1));
    xml.field("last_login_time", &format!("{day} 08:{:02}:{:02}", random.below(60), random.below(60)));
    xml.field("last_name", last);
    for name in ["last_password", "latitude"] {
        xml.field(name, "");
    }
    xml.reference("ldap_server", "", "");
    xml.reference("location", location, &random.id());
    xml.field("locked_out", flag(!user.is_active));
    xml.field("longitude", "");
    xml.reference("manager", &manager.shown(), &manager.sys_id());
    for name in ["middle_name", "mobile_phone"] {
        xml.field(name, "");
    }
    xml.field("name", &name);
    xml.field("notification", "2");
    xml.field("on_schedule", "");
    xml.field("password_needs_reset", "false");
    xml.field("phone", &format!("+44 20 7946 {:04}", random.below(10_000)));
    for name in ["photo", "preferred_language", "roles"] {
        xml.field(name, "");
    }
    xml.reference("schedule", "", "");
    xml.field("source", &format!("ldap:CN={name},OU={department},DC=people,DC=example"));
    for name in ["sso_source", "state", "street"] {
        xml.field(name, "");
    }
    xml.field("sys_class_name", "sys_user");
    xml.field("sys_created_by", "system");
    xml.field("sys_created_on", &format!("202{}-05-17 06:30:00", random.below(5)));
    xml.field("sys_domain", "global");
    xml.field("sys_domain_path", "/");
    xml.field("sys_id", &sys_id);
    xml.field("sys_mod_count", &random.below(500).to_string());
    xml.field("sys_tags", "");
    xml.field("sys_updated_by", "system");
    xml.field("sys_updated_on", &format!("{day} 09:{:02}:00", random.below(60)));
    xml.field("time_format", "");
    xml.reference("time_sheet_policy", "Default Policy", &id_of("time_sheet_policy", 1));
    xml.field("time_zone", "");
    xml.field("title", random.pick(&TITLES));
    xml.reference("transaction_log", "", "");
    xml.written("user_name", &user.written_user_name());
    xml.field("user_password", "");
    xml.field("vip", "false");
    xml.field("web_service_access_only", access);
    xml.field("zip", "");
    xml.close("sys_user");
}

/// A longer text, now and then, and a row that is none in a CDATA section.
fn introduction(xml: &mut Xml, user: &User) {
    match user.row % 1_000 {
        23 => xml.written(
            "introduction",
            "<![CDATA[Hello</introduction></sys_user>\n<sys_user action=\"INSERT_OR_UPDATE\">\n\
             <active>true</active>\n<user_name>svc.none</user_name>\n\
             <web_service_access_only>false</web_service_access_only>\n</sys_user>]]>",
        ),
        place if place % 20 == 3 => {
            xml.field("introduction", "Looks after <b>forms</b> & letters.\nIs in on Mondays, 9 < t < 17.");
        }
        _ => xml.field("introduction", ""),
    }
}
