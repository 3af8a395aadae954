//! The frameworks that rules refer to, each with the entries that are used.

use std::collections::{BTreeMap, BTreeSet};

use serde_sarif::sarif::{
    MultiformatMessageString, ReportingDescriptor, ReportingDescriptorReference,
    ReportingDescriptorRelationship, ToolComponent, ToolComponentReference,
};
use sha2::{Digest, Sha256};

use super::index;
use super::rules::text;
use crate::rule::RuleMeta;

/// A framework whose entries become taxa.
struct Framework {
    /// The key of the tags that name its entries.
    tag: &'static str,
    name: &'static str,
    organization: &'static str,
    description: &'static str,
    information_uri: &'static str,
    /// What an entry of it is to a rule: a weakness takes in what the rule finds,
    /// a control has to do with it.
    relationship: &'static str,
    /// Where an entry is described.
    help_uri: fn(&str) -> String,
    /// Names of entries; any other is called by its id.
    names: &'static [(&'static str, &'static str)],
}

const FRAMEWORKS: [Framework; 2] = [
    Framework {
        tag: "cwe",
        name: "CWE",
        organization: "MITRE",
        description: "The MITRE Common Weakness Enumeration.",
        information_uri: "https://cwe.mitre.org/",
        relationship: "superset",
        help_uri: |id| {
            format!("https://cwe.mitre.org/data/definitions/{}.html", id.trim_start_matches("CWE-"))
        },
        names: &CWE_NAMES,
    },
    Framework {
        tag: "nist-800-53",
        name: "NIST SP 800-53",
        organization: "NIST",
        description: "Security and Privacy Controls for Information Systems and Organizations, revision 5.",
        information_uri: "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final",
        relationship: "relevant",
        help_uri: |_| "https://csrc.nist.gov/pubs/sp/800/53/r5/upd1/final".to_owned(),
        names: &CONTROL_NAMES,
    },
];

/// The frameworks that the rules refer to, with the entries used.
pub(super) fn used(rules: &[RuleMeta]) -> Vec<ToolComponent> {
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

fn component(framework: &Framework, rules: &[RuleMeta]) -> Option<ToolComponent> {
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
    let known: BTreeMap<&str, &str> = framework.names.iter().copied().collect();
    let name = known.get(id).copied();
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

const CWE_NAMES: [(&str, &str); 36] = [
    ("CWE-79", "Improper Neutralization of Input During Web Page Generation ('Cross-site Scripting')"),
    ("CWE-89", "Improper Neutralization of Special Elements used in an SQL Command ('SQL Injection')"),
    ("CWE-94", "Improper Control of Generation of Code ('Code Injection')"),
    ("CWE-116", "Improper Encoding or Escaping of Output"),
    ("CWE-200", "Exposure of Sensitive Information to an Unauthorized Actor"),
    ("CWE-250", "Execution with Unnecessary Privileges"),
    ("CWE-266", "Incorrect Privilege Assignment"),
    ("CWE-269", "Improper Privilege Management"),
    ("CWE-276", "Incorrect Default Permissions"),
    ("CWE-284", "Improper Access Control"),
    ("CWE-285", "Improper Authorization"),
    ("CWE-286", "Incorrect User Management"),
    ("CWE-287", "Improper Authentication"),
    ("CWE-306", "Missing Authentication for Critical Function"),
    ("CWE-307", "Improper Restriction of Excessive Authentication Attempts"),
    ("CWE-308", "Use of Single-factor Authentication"),
    ("CWE-312", "Cleartext Storage of Sensitive Information"),
    ("CWE-319", "Cleartext Transmission of Sensitive Information"),
    ("CWE-352", "Cross-Site Request Forgery (CSRF)"),
    ("CWE-497", "Exposure of Sensitive System Information to an Unauthorized Control Sphere"),
    ("CWE-521", "Weak Password Requirements"),
    ("CWE-522", "Insufficiently Protected Credentials"),
    ("CWE-601", "URL Redirection to Untrusted Site ('Open Redirect')"),
    ("CWE-613", "Insufficient Session Expiration"),
    ("CWE-614", "Sensitive Cookie in HTTPS Session Without 'Secure' Attribute"),
    ("CWE-694", "Use of Multiple Resources with Duplicate Identifier"),
    ("CWE-732", "Incorrect Permission Assignment for Critical Resource"),
    ("CWE-778", "Insufficient Logging"),
    ("CWE-798", "Use of Hard-coded Credentials"),
    ("CWE-862", "Missing Authorization"),
    ("CWE-863", "Incorrect Authorization"),
    ("CWE-1004", "Sensitive Cookie Without 'HttpOnly' Flag"),
    ("CWE-1021", "Improper Restriction of Rendered UI Layers or Frames"),
    ("CWE-1059", "Insufficient Technical Documentation"),
    ("CWE-1188", "Initialization of a Resource with an Insecure Default"),
    ("CWE-1392", "Use of Default Credentials"),
];

const CONTROL_NAMES: [(&str, &str); 31] = [
    ("AC-2", "Account Management"),
    ("AC-3", "Access Enforcement"),
    ("AC-4", "Information Flow Enforcement"),
    ("AC-5", "Separation of Duties"),
    ("AC-6", "Least Privilege"),
    ("AC-7", "Unsuccessful Logon Attempts"),
    ("AC-10", "Concurrent Session Control"),
    ("AC-11", "Device Lock"),
    ("AC-12", "Session Termination"),
    ("AC-14", "Permitted Actions Without Identification or Authentication"),
    ("AC-17", "Remote Access"),
    ("AU-2", "Event Logging"),
    ("AU-9", "Protection of Audit Information"),
    ("AU-10", "Non-repudiation"),
    ("AU-12", "Audit Record Generation"),
    ("CM-5", "Access Restrictions for Change"),
    ("CM-6", "Configuration Settings"),
    ("CM-7", "Least Functionality"),
    ("IA-2", "Identification and Authentication (Organizational Users)"),
    ("IA-4", "Identifier Management"),
    ("IA-5", "Authenticator Management"),
    ("IA-8", "Identification and Authentication (Non-organizational Users)"),
    ("IA-11", "Re-authentication"),
    ("PS-4", "Personnel Termination"),
    ("SC-7", "Boundary Protection"),
    ("SC-8", "Transmission Confidentiality and Integrity"),
    ("SC-13", "Cryptographic Protection"),
    ("SC-23", "Session Authenticity"),
    ("SC-28", "Protection of Information at Rest"),
    ("SI-10", "Information Input Validation"),
    ("SI-15", "Information Output Filtering"),
];
