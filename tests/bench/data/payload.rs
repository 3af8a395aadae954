//! One record as an update set or an app repository has it: `<record_update>`.

use super::Summary;
use super::random::{Random, id_of};
use super::xml::{Xml, escape};

/// Tables whose records carry a script.
const SCRIPTED: [(&str, &str, &str); 8] = [
    ("sys_script_include", "Script Include", "script"),
    ("sys_script", "Business Rule", "script"),
    ("sys_script_client", "Client Script", "script"),
    ("sys_ui_action", "UI Action", "script"),
    ("sys_ui_policy", "UI Policy", "script_true"),
    ("sp_widget", "Widget", "script"),
    ("sysauto_script", "Scheduled Script Execution", "script"),
    ("sys_ws_operation", "Scripted REST Resource", "operation_script"),
];

/// Lines of scripts, some with characters that XML has to escape.
const LINES: [&str; 10] = [
    "    var task = new GlideRecord('x_acme_task');\n",
    "    task.addQuery('state', 'IN', '1,2,3');\n",
    "    task.query();\n",
    "    while (task.next() && count < 100) {\n",
    "        count += task.getValue('hours') > 8 ? 2 : 1;\n",
    "    }\n",
    "    // A lookup by name: é, ü and 名 are letters too.\n",
    "    var first = list[rows[index[0]]] > 0;\n",
    "    return '<li class=\"row\">' + label + '</li>';\n",
    "\n",
];

/// A record of an update set or a repository.
#[derive(Debug)]
pub(crate) struct Payload {
    pub(crate) table: &'static str,
    /// What the platform calls its kind.
    pub(crate) kind: &'static str,
    pub(crate) sys_id: String,
    /// The document, from its XML declaration on.
    pub(crate) text: String,
}

/// The record of a row, about `bytes` long. `between` stands between its elements.
pub(crate) fn payload(row: u64, bytes: usize, between: &'static str, summary: &mut Summary) -> Payload {
    let mut random = Random::of("payload", row);
    let is_property = row % 2_000 == 3 || random.below(20) == 0;
    let (table, kind, column) = match row % 500 {
        _ if is_property => ("sys_properties", "System Property", ""),
        5 => SCRIPTED[7],
        _ => random.pick(&SCRIPTED),
    };
    let sys_id = id_of(table, row);
    let mut xml = Xml::new(between);
    xml.text.push_str("<?xml version=\"1.0\" encoding=\"UTF-8\"?>");
    xml.raw(&["<record_update table=\"", table, "\">"]);
    xml.open(table);
    if is_property {
        property(&mut xml, row, bytes, summary);
    } else {
        scripted(&mut xml, (row, table, column), bytes, &mut random, summary);
    }
    system_fields(&mut xml, table, &sys_id);
    xml.close(table);
    xml.text.push_str("</record_update>");
    Payload { table, kind, sys_id, text: xml.text }
}

/// A system property; once in 2,000 rows the one that a rule is about.
fn property(xml: &mut Xml, row: u64, bytes: usize, summary: &mut Summary) {
    let is_planted = row % 2_000 == 3;
    let own = format!("x_acme.limit.{row}");
    let name = if is_planted { "glide.user.show.password.field" } else { &own };
    if is_planted {
        // However many rows a property has, it is one finding.
        summary.findings.insert("SNP1001", 1);
    }
    let sentence = "How many rows a page has, and what is left out where there are more. ";
    xml.field("choices", "");
    xml.field("description", &sentence.repeat(bytes.min(4_000) / sentence.len()));
    xml.field("ignore_cache", "false");
    xml.field("is_private", "false");
    xml.field("name", name);
    xml.field("read_roles", "admin");
    xml.field("suffix", "");
    xml.field("type", if is_planted { "boolean" } else { "integer" });
    xml.field("value", if is_planted { "true" } else { "50" });
    xml.field("write_roles", "admin");
}

/// A record with a script, in a CDATA section or escaped.
fn scripted(
    xml: &mut Xml,
    (row, table, column): (u64, &str, &str),
    bytes: usize,
    random: &mut Random,
    summary: &mut Summary,
) {
    xml.field("active", "true");
    if table == "sys_ws_operation" {
        // Once in 500 rows a resource answers without a login.
        let is_open = row % 500 == 5;
        if is_open {
            summary.plant("SNC1008");
        }
        xml.field("http_method", "GET");
        xml.field("relative_path", "/tasks");
        xml.field("requires_acl_authorization", "true");
        xml.field("requires_authentication", if is_open { "false" } else { "true" });
        xml.reference("web_service_definition", "Tasks", &id_of("sys_ws_definition", 1));
    }
    xml.field("description", "Counts hours & sends them on");
    xml.field("name", &format!("Hours{row}"));
    let mut script = format!("var Hours{row} = Class.create();\n");
    if row % 300 == 17 {
        script.push_str(
            "var sample = '<sys_properties action=\"INSERT_OR_UPDATE\">\
             <name>glide.user.show.password.field</name><value>true</value></sys_properties>';\n",
        );
    }
    while script.len() < bytes {
        script.push_str(random.pick(&LINES));
    }
    let mut content = String::with_capacity(script.len() * 5 / 4);
    if random.below(2) == 0 {
        cdata(&script, &mut content);
    } else {
        escape(&script, &mut content);
    }
    xml.written(column, &content);
}

fn system_fields(xml: &mut Xml, table: &str, sys_id: &str) {
    xml.field("sys_class_name", table);
    xml.field("sys_created_by", "kenji.ito");
    xml.field("sys_created_on", "2025-04-02 13:06:50");
    xml.field("sys_id", sys_id);
    xml.field("sys_mod_count", "9");
    xml.reference("sys_package", "Tasks", &id_of("sys_app", 0));
    xml.field("sys_policy", "");
    xml.reference("sys_scope", "Tasks", &id_of("sys_app", 0));
    xml.field("sys_update_name", &format!("{table}_{sys_id}"));
    xml.field("sys_updated_by", "kenji.ito");
    xml.field("sys_updated_on", "2026-02-18 09:12:00");
}

/// Text in a CDATA section; its `]]>` are divided between two sections.
pub(crate) fn cdata(text: &str, out: &mut String) {
    out.push_str("<![CDATA[");
    for (at, piece) in text.split("]]>").enumerate() {
        if at > 0 {
            out.push_str("]]]]><![CDATA[>");
        }
        out.push_str(piece);
    }
    out.push_str("]]>");
}
