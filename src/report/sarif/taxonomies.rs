//! The frameworks that rules refer to, each with the entries that are used.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_sarif::sarif::{
    MultiformatMessageString, ReportingDescriptor, ReportingDescriptorReference,
    ReportingDescriptorRelationship, ToolComponent, ToolComponentReference,
};
use sha2::{Digest, Sha256};

use super::super::frameworks::{FRAMEWORKS, Framework, name_of};
use super::index;
use super::rules::text;
use crate::rule::RuleMeta;

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

/// What a rule has to do with entries of the frameworks.
pub(super) fn relationships(rule: &RuleMeta) -> Vec<ReportingDescriptorRelationship> {
    let relationship = |framework: &Framework, id: &String| {
        let component = ToolComponentReference::builder()
            .name(framework.name)
            .guid(guid(&["taxonomy", framework.name]))
            .build();
        let target = ReportingDescriptorReference::builder()
            .id(id)
            .guid(guid(&["taxon", framework.name, id]))
            .tool_component(component)
            .build();
        ReportingDescriptorRelationship::builder()
            .target(target)
            .kinds(vec![framework.relationship.to_owned()])
            .build()
    };
    FRAMEWORKS
        .iter()
        .flat_map(|framework| {
            rule.tags.get(framework.tag).into_iter().flatten().map(|id| relationship(framework, id))
        })
        .collect()
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
        .guid(guid(&["taxon", framework.name, id]))
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

/// The same guid for the same name, always: SHA-256 in the form of a version 5 UUID.
fn guid(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts.iter().chain(&["glidelint"]) {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    let mut guid = String::with_capacity(36);
    for (place, byte) in hash.finalize().into_iter().take(16).enumerate() {
        use std::fmt::Write as _;
        let byte = match place {
            6 => byte & 0x0f | 0x50,
            8 => byte & 0x3f | 0x80,
            _ => byte,
        };
        if matches!(place, 4 | 6 | 8 | 10) {
            guid.push('-');
        }
        let _ = write!(guid, "{byte:02x}");
    }
    guid
}
