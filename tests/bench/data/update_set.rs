//! An update set: rows of `sys_update_xml` with records as XML in their text.

use std::io::{self, Write};

use super::payload::{Payload, cdata, payload};
use super::random::{Random, id_of};
use super::users::put;
use super::xml::{Xml, escape};
use super::{Size, Summary, UNLOAD};

/// How payloads are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    /// Three quarters in CDATA sections, one quarter escaped.
    Mixed,
    /// All in CDATA sections.
    Cdata,
    /// All escaped.
    Escaped,
}

/// An update set with payloads of 2 to 30 KB.
pub(crate) fn update_set(size: Size, form: Form, out: &mut dyn Write) -> io::Result<Summary> {
    let mut summary = Summary::default();
    let mut xml = Xml::new("\n");
    xml.text.push_str(UNLOAD);
    head(&mut xml);
    put(&xml.text, out, &mut summary)?;
    while size.wants_more(&summary) {
        xml.text.clear();
        row(&mut xml, form, &mut summary);
        put(&xml.text, out, &mut summary)?;
        summary.rows += 1;
    }
    put("</unload>\n", out, &mut summary)?;
    Ok(summary)
}

fn head(xml: &mut Xml) {
    xml.open("sys_remote_update_set");
    xml.reference("application", "Tasks", "global");
    xml.field("name", "Tasks, second part");
    xml.field("state", "loaded");
    xml.field("sys_id", &id_of("sys_remote_update_set", 1));
    xml.close("sys_remote_update_set");
}

fn row(xml: &mut Xml, form: Form, summary: &mut Summary) {
    let mut random = Random::of("sys_update_xml", summary.rows);
    let length =
        if random.below(5) == 0 { 10_000 + random.below(18_000) } else { 1_500 + random.below(8_500) };
    let bytes = usize::try_from(length).unwrap_or_default();
    let Payload { table, kind, sys_id, text } = payload(summary.rows, bytes, "", summary);
    let is_escaped = match form {
        Form::Mixed => random.below(4) == 0,
        Form::Cdata => false,
        Form::Escaped => true,
    };
    let mut content = String::with_capacity(text.len() * 5 / 4);
    if is_escaped {
        escape(&text, &mut content);
    } else {
        cdata(&text, &mut content);
    }
    xml.open("sys_update_xml");
    xml.field("action", "INSERT_OR_UPDATE");
    xml.reference("application", "Tasks", "global");
    xml.field("category", "customer");
    xml.field("comments", "");
    xml.field("name", &format!("{table}_{sys_id}"));
    xml.written("payload", &content);
    xml.field("payload_hash", &random.below(1 << 31).to_string());
    xml.reference("remote_update_set", "Tasks, second part", &id_of("sys_remote_update_set", 1));
    xml.field("replace_on_upgrade", "false");
    xml.field("sys_created_by", "kenji.ito");
    xml.field("sys_created_on", "2026-02-18 09:12:00");
    xml.field("sys_id", &random.id());
    xml.field("sys_mod_count", "0");
    xml.field("sys_recorded_at", "19c6f0a2b3c0000001");
    xml.field("sys_updated_by", "kenji.ito");
    xml.field("sys_updated_on", "2026-02-18 09:12:00");
    xml.field("table", "");
    xml.field("target_name", &format!("Hours{}", summary.rows));
    xml.field("type", kind);
    xml.field("update_domain", "global");
    xml.field("update_guid", &random.id());
    xml.field("update_guid_history", "");
    xml.reference("update_set", "", "");
    xml.field("view", "");
    xml.close("sys_update_xml");
}
