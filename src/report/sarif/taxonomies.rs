//! The frameworks that rules refer to, each with the entries that are used.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, OnceLock};

use serde_json::value::RawValue;
use serde_sarif::sarif::{
    MultiformatMessageString, ReportingDescriptor, ReportingDescriptorReference,
    ReportingDescriptorRelationship, ToolComponent, ToolComponentReference,
};
use sha2::{Digest, Sha256};

use super::super::frameworks::{FRAMEWORKS, Framework, entries, name_of};
use super::index;
use super::messages::text;
use crate::rule::RuleMeta;
use crate::source::hex;

/// The frameworks that the rules refer to, with the entries used.
pub(super) fn used(rules: &[Arc<RuleMeta>]) -> Vec<ToolComponent> {
    FRAMEWORKS.iter().filter_map(|framework| component(framework, rules)).collect()
}

/// The driver's list of the frameworks.
pub(super) fn references(taxonomies: &[ToolComponent]) -> Vec<ToolComponentReference> {
    taxonomies
        .iter()
        .enumerate()
        .map(|(place, taxonomy)| {
            ToolComponentReference::builder()
                .name(taxonomy.name.clone())
                .guid(guid(&["taxonomy", &taxonomy.name]))
                .index(index(place))
                .build()
        })
        .collect()
}

/// What a rule has to do with entries of the frameworks, as JSON.
pub(super) fn relationships(rule: &RuleMeta) -> Vec<Cow<'static, RawValue>> {
    let mut relationships = Vec::new();
    for framework in &FRAMEWORKS {
        let ids = rule.tags.get(framework.tag).into_iter().flatten();
        relationships.extend(ids.filter_map(|id| match Entry::known(framework, id) {
            Some(entry) => entry.relationship.as_deref().map(Cow::Borrowed),
            None => Entry::new(framework, id).relationship.map(Cow::Owned),
        }));
    }
    relationships
}

fn component(framework: &Framework, rules: &[Arc<RuleMeta>]) -> Option<ToolComponent> {
    let ids: BTreeSet<&String> =
        rules.iter().filter_map(|rule| rule.tags.get(framework.tag)).flatten().collect();
    if ids.is_empty() {
        return None;
    }
    let taxa: Vec<_> = ids.into_iter().map(|id| taxon(framework, id)).collect();
    let component = ToolComponent::builder()
        .name(framework.name)
        .guid(framework_guid(framework))
        .organization(framework.organization)
        .information_uri(framework.information_uri)
        .short_description(text(framework.description))
        .is_comprehensive(false)
        .taxa(taxa)
        .build();
    Some(component)
}

fn taxon(framework: &Framework, id: &str) -> ReportingDescriptor {
    let name = name_of(framework.tag, id);
    let description: MultiformatMessageString = text(&format!("{}.", name.unwrap_or(id)));
    let mut taxon = ReportingDescriptor::builder()
        .id(id)
        .guid(
            Entry::known(framework, id).map_or_else(|| taxon_guid(framework, id), |entry| entry.guid.clone()),
        )
        .short_description(description.clone())
        .full_description(description)
        .help(text(&format!("See {id} of {}.", framework.name)))
        .help_uri((framework.help_uri)(id))
        .build();
    taxon.name = name.map(pascal_case);
    taxon
}

fn pascal_case(name: &str) -> String {
    name.split(|letter: char| !letter.is_ascii_alphanumeric())
        .filter_map(|word| Some((word.chars().next()?, word.get(1..)?)))
        .flat_map(|(first, rest)| std::iter::once(first.to_ascii_uppercase()).chain(rest.chars()))
        .collect()
}

/// An entry of a framework. Many rules name the same one.
struct Entry {
    guid: String,
    /// What each of these rules says of it.
    relationship: Option<Box<RawValue>>,
}

/// An entry by the key of the tags and its id; it is made when it is first asked for.
type NamedEntry = ((&'static str, &'static str), OnceLock<Entry>);

/// The entries that have a name, sorted by key and id.
static ENTRIES: LazyLock<Vec<NamedEntry>> =
    LazyLock::new(|| entries().map(|entry| (entry, OnceLock::new())).collect());

impl Entry {
    /// An entry that has a name.
    fn known(framework: &Framework, id: &str) -> Option<&'static Self> {
        let at = ENTRIES.binary_search_by(|((tag, entry), _)| (*tag, *entry).cmp(&(framework.tag, id)));
        let (_, entry) = ENTRIES.get(at.ok()?)?;
        Some(entry.get_or_init(|| Self::new(framework, id)))
    }

    fn new(framework: &Framework, id: &str) -> Self {
        let guid = taxon_guid(framework, id);
        let component =
            ToolComponentReference::builder().name(framework.name).guid(framework_guid(framework)).build();
        let target =
            ReportingDescriptorReference::builder().id(id).guid(&guid).tool_component(component).build();
        let relationship = ReportingDescriptorRelationship::builder()
            .target(target)
            .kinds(vec![framework.relationship.to_owned()])
            .build();
        // It consists of texts, which JSON can always hold.
        Self { guid, relationship: serde_json::value::to_raw_value(&relationship).ok() }
    }
}

fn framework_guid(framework: &Framework) -> String {
    guid(&["taxonomy", framework.name])
}

fn taxon_guid(framework: &Framework, id: &str) -> String {
    guid(&["taxon", framework.name, id])
}

/// The same guid for the same name, always: SHA-256 in the form of a version 5 UUID.
fn guid(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts.iter().chain(&["glidelint"]) {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut bytes = hash.finalize();
    bytes[6] = bytes[6] & 0x0f | 0x50;
    bytes[8] = bytes[8] & 0x3f | 0x80;
    let digits = hex(&bytes[..16]);
    let groups = [&digits[..8], &digits[8..12], &digits[12..16], &digits[16..20], &digits[20..]];
    groups.join("-")
}
