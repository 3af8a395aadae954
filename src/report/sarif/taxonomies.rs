//! The frameworks that rules refer to, each with the entries that are used.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::sync::{Arc, LazyLock, OnceLock};

use serde::Serialize;
use serde_sarif::sarif::{
    MultiformatMessageString, ReportingDescriptor, ToolComponent, ToolComponentReference,
};
use sha2::{Digest, Sha256};

use super::super::frameworks::{FRAMEWORKS, Framework, entries, name_of};
use super::index;
use super::rules::text;
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

/// `reportingDescriptorRelationship`, with no more properties than we write.
#[derive(Serialize)]
pub(super) struct Relationship<'r> {
    kinds: [&'static str; 1],
    target: Target<'r>,
}

/// `reportingDescriptorReference`
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Target<'r> {
    guid: Cow<'static, str>,
    id: &'r str,
    tool_component: Component,
}

/// `toolComponentReference`
#[derive(Serialize)]
struct Component {
    guid: &'static str,
    name: &'static str,
}

/// What a rule has to do with entries of the frameworks.
pub(super) fn relationships(rule: &RuleMeta) -> Vec<Relationship<'_>> {
    let mut relationships = Vec::new();
    for (framework, guid) in FRAMEWORKS.iter().zip(&*FRAMEWORK_GUIDS) {
        for id in rule.tags.get(framework.tag).into_iter().flatten() {
            let tool_component = Component { guid, name: framework.name };
            let target = Target { guid: taxon_guid(framework, id), id, tool_component };
            relationships.push(Relationship { kinds: [framework.relationship], target });
        }
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
        .guid(guid(&["taxonomy", framework.name]))
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
        .guid(taxon_guid(framework, id))
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

/// The guid of each framework, in their order.
static FRAMEWORK_GUIDS: LazyLock<Vec<String>> =
    LazyLock::new(|| FRAMEWORKS.iter().map(|framework| guid(&["taxonomy", framework.name])).collect());

/// The guids of the entries that have a name, sorted by key and id: many rules
/// name the same one.
static TAXON_GUIDS: LazyLock<Vec<((&str, &str), OnceLock<String>)>> =
    LazyLock::new(|| entries().map(|entry| (entry, OnceLock::new())).collect());

fn taxon_guid(framework: &Framework, id: &str) -> Cow<'static, str> {
    let make = || guid(&["taxon", framework.name, id]);
    let at = TAXON_GUIDS.binary_search_by(|((tag, entry), _)| (*tag, *entry).cmp(&(framework.tag, id)));
    match at.ok().and_then(|at| TAXON_GUIDS.get(at)) {
        Some((_, known)) => Cow::Borrowed(known.get_or_init(make)),
        None => Cow::Owned(make()),
    }
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
