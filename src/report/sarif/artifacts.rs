//! The files that results and notices name, each once.

use std::collections::BTreeMap;

use serde_sarif::sarif::{Artifact, ArtifactLocation};

use super::super::object::ITEM_OVERHEAD;
use super::super::{Input, Report, safe};
use super::{ROOT, index, integer};

/// What stands between the name of an archive and that of its member.
const MEMBER: &str = "!/";

/// The list of files, filled as they are named.
pub(super) struct Artifacts<'a> {
    inputs: BTreeMap<&'a str, &'a Input>,
    indexes: BTreeMap<String, usize>,
    /// The files with their paths and the size of each in the report.
    list: Vec<(String, Artifact, usize)>,
}

/// How many files were known at some time.
pub(super) struct Mark(usize);

impl<'a> Artifacts<'a> {
    /// None yet.
    pub(super) fn of(report: &'a Report) -> Self {
        let inputs = report.scope.inputs.iter().map(|input| (input.path.as_str(), input)).collect();
        Self { inputs, indexes: BTreeMap::new(), list: Vec::new() }
    }

    /// The location of a file. Its URI names a member together with its archive,
    /// for readers that look at nothing else.
    pub(super) fn location(&mut self, path: &str) -> ArtifactLocation {
        let place = self.index_of(path);
        ArtifactLocation::builder()
            .uri(safe::relative_uri(path))
            .uri_base_id(ROOT)
            .index(index(place))
            .build()
    }

    /// How many there are now.
    pub(super) fn mark(&self) -> Mark {
        Mark(self.list.len())
    }

    /// Bytes that all take in the report.
    pub(super) fn bytes(&self) -> usize {
        self.bytes_since(&Mark(0))
    }

    /// Bytes that those take that came since.
    pub(super) fn bytes_since(&self, mark: &Mark) -> usize {
        self.list.iter().skip(mark.0).map(|(_, _, bytes)| bytes + ITEM_OVERHEAD).sum()
    }

    /// Takes back those that came since.
    pub(super) fn forget_since(&mut self, mark: &Mark) {
        for (path, _, _) in self.list.drain(mark.0..) {
            self.indexes.remove(&path);
        }
    }

    /// The files in the order of their indexes.
    pub(super) fn into_list(self) -> impl Iterator<Item = Artifact> {
        self.list.into_iter().map(|(_, artifact, _)| artifact)
    }

    fn index_of(&mut self, path: &str) -> usize {
        if let Some(index) = self.indexes.get(path) {
            return *index;
        }
        let input = self.inputs.get(path).copied();
        let archive = match input {
            Some(input) => input.archive.as_deref(),
            None => path.rsplit_once(MEMBER).map(|(archive, _)| archive),
        };
        let member = archive
            .and_then(|archive| Some((archive, path.strip_prefix(archive)?.strip_prefix(MEMBER)?)))
            .filter(|(archive, member)| !archive.is_empty() && !member.is_empty());
        let mut artifact = Artifact::builder().roles(vec!["analysisTarget".into()]).build();
        artifact.location = Some(match member {
            Some((archive, member)) => {
                artifact.parent_index = Some(index(self.index_of(archive)));
                ArtifactLocation::builder().uri(safe::relative_uri(member)).build()
            }
            None => ArtifactLocation::builder().uri(safe::relative_uri(path)).uri_base_id(ROOT).build(),
        });
        match (input.map(|input| &*input.kind), media_type(path)) {
            (_, Some(kind)) => artifact.mime_type = Some(kind.to_owned()),
            (Some("csv-export"), _) => artifact.mime_type = Some("text/csv".to_owned()),
            (Some("excel-export"), _) => artifact.mime_type = Some("text/tab-separated-values".to_owned()),
            (Some("json-export"), _) => artifact.source_language = Some("json".to_owned()),
            _ => artifact.source_language = Some("xml".to_owned()),
        }
        if let Some(input) = input {
            let length = input.bytes.map(integer);
            let hashes =
                input.sha256.as_ref().map(|hash| BTreeMap::from([("sha-256".to_owned(), hash.clone())]));
            // Of a sheet these are its workbook's.
            let parent = artifact.parent_index.filter(|_| input.kind == "excel-export");
            let of = parent.and_then(|parent| self.list.get_mut(usize::try_from(parent).ok()?));
            let of = of.map_or(&mut artifact, |(_, parent, _)| parent);
            (of.length, of.hashes) = (length, hashes);
        }
        let bytes = serde_json::to_vec(&artifact).map_or(0, |json| json.len());
        let place = self.list.len();
        self.list.push((path.to_owned(), artifact, bytes));
        self.indexes.insert(path.to_owned(), place);
        place
    }
}

/// The type of a file that is a wrapper around others.
fn media_type(path: &str) -> Option<&'static str> {
    let (_, extension) = path.rsplit_once('.')?;
    match extension {
        _ if extension.eq_ignore_ascii_case("zip") => Some("application/zip"),
        _ if extension.eq_ignore_ascii_case("xlsx") => {
            Some("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet")
        }
        _ if extension.eq_ignore_ascii_case("gz") => Some("application/gzip"),
        _ => None,
    }
}
