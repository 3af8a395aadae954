//! The apps whose folders were read. The folder of an app, as source control
//! writes it, holds all that belongs to the app, whatever lies beside it.

use std::collections::HashMap;
use std::sync::OnceLock;

use foldhash::quality::RandomState;
use smallvec::SmallVec;

use super::app_layout::{
    Content, beside_records, content_of, is_build_output, is_xml, may_hold_records, name_of, parent,
};
use super::inputs::{Inputs, ReadFile};
use super::interner::TextId;
use super::scan_facts::Facts;
use super::table_facts::Row;
use crate::export::FileKind;
use crate::query::RowId;
use crate::record::{Action, ColumnIdx, Origin, TableIdx, Wanted};
use crate::source::{Problem, ProblemKind, Source};

/// The scope of what is in no scope of its own.
const GLOBAL: &str = "global";

/// Number of an app's folder, or of one beside the app's own records in it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct FolderIdx(u16);

/// The folder of the file that says which app it is, or one in it that holds none of
/// the app's own records: an old copy there must not stand for what was taken out.
#[derive(Debug)]
struct Folder {
    apps: SmallVec<[App; 1]>,
    /// Whether all of it was read.
    is_whole: bool,
    /// The folder that it lies in, if that is the app's and this one is not.
    inside: Option<FolderIdx>,
    /// Whether a build wrote it.
    is_build: bool,
}

#[derive(Debug, Clone, Copy)]
struct App {
    /// Its `sys_id`, folded.
    id: TextId,
    /// Whether it has a scope of its own.
    is_scoped: bool,
}

/// The apps of a scan.
#[derive(Debug, Default)]
pub(crate) struct Apps {
    folders: Vec<Folder>,
    /// For each source, the folder of the app that its records are of.
    of_source: Vec<Option<FolderIdx>>,
    /// For each table, the folders in which a record lies, by `sys_id`: its newest
    /// version may lie elsewhere.
    holding: Vec<OnceLock<Holding>>,
}

type Holding = HashMap<TextId, SmallVec<[FolderIdx; 1]>, RandomState>;

/// A record that belongs to an app whose folder it lies in.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Owned {
    pub(crate) folder: FolderIdx,
    /// Whether it is of a scope that only the app has.
    pub(crate) is_scoped: bool,
}

impl FolderIdx {
    fn index(self) -> usize {
        usize::from(self.0)
    }
}

impl Apps {
    /// Finds the apps among what was read.
    pub(crate) fn new(inputs: Inputs<'_>, files: &[ReadFile], facts: &Facts, wanted: &Wanted) -> Self {
        let found = find_folders(inputs, facts, wanted);
        if found.is_empty() {
            return Self::default();
        }
        let numbers: HashMap<&str, FolderIdx> =
            (0..).map(FolderIdx).zip(&found).map(|(number, found)| (found.path, number)).collect();
        let mut apps = Self {
            folders: Vec::new(),
            of_source: vec![None; inputs.sources.len()],
            holding: wanted.tables().iter().map(|_| OnceLock::new()).collect(),
        };
        let folder = |found: &FoundFolder<'_>| Folder {
            is_whole: is_all_there(inputs, found),
            apps: found.apps.clone(),
            inside: None,
            is_build: is_build_output(found.path),
        };
        apps.folders = found.iter().map(folder).collect();
        let placed = inputs.sources.iter().zip(files).filter_map(|(source, file)| {
            let folder = folder_of(source, &numbers)?;
            let path = found.get(folder.index())?.path;
            let below = source.path().strip_prefix(path)?.trim_start_matches('/');
            Some((file, folder, below))
        });
        let placed: Vec<_> = placed.collect();
        let is_of_app = |file: &ReadFile| file.report.kind == FileKind::AppFile;
        let mut is_laid_out = vec![false; found.len()];
        for (file, folder, below) in &placed {
            let first = below.split_once('/').and_then(|(first, _)| content_of(first));
            is_laid_out[folder.index()] |= is_of_app(file) && first == Some(Content::Records);
        }
        let mut beside: HashMap<(FolderIdx, &str), FolderIdx> = HashMap::new();
        for (file, folder, below) in placed {
            let folder = match beside_records(below, is_laid_out[folder.index()]) {
                Some(found) => *beside.entry((folder, found.0)).or_insert_with(|| apps.add(folder, found.1)),
                None => folder,
            };
            if file.report.has_loss() || is_of_app(file) && !file.report.whole {
                apps.folders[folder.index()].is_whole = false;
            }
            let slot = usize::try_from(file.source).ok().and_then(|at| apps.of_source.get_mut(at));
            if let Some(slot) = slot.filter(|_| is_of_app(file)) {
                *slot = Some(folder);
            }
        }
        apps
    }

    /// Adds a folder in that of an app. Numbers are 16 bits; nobody has so many.
    fn add(&mut self, inside: FolderIdx, content: Content) -> FolderIdx {
        let (Ok(number), Some(of)) = (u16::try_from(self.folders.len()), self.folders.get(inside.index()))
        else {
            return inside;
        };
        let is_build = of.is_build || content == Content::Build;
        let folder = Folder { apps: of.apps.clone(), is_whole: true, inside: Some(inside), is_build };
        self.folders.push(folder);
        FolderIdx(number)
    }

    /// The folder that a source lies in as a record of an app.
    fn place(&self, source: u32) -> Option<FolderIdx> {
        usize::try_from(source).ok().and_then(|source| self.of_source.get(source)).copied().flatten()
    }

    fn get(&self, folder: FolderIdx) -> Option<&Folder> {
        self.folders.get(folder.index())
    }

    /// The folder of the app that the records of a source are of. What a build wrote
    /// is apart.
    pub(crate) fn folder(&self, source: u32) -> Option<FolderIdx> {
        let place = self.place(source)?;
        let folder = self.get(place)?;
        folder.inside.filter(|_| !folder.is_build).or(Some(place))
    }

    /// Whether no app was found.
    pub(crate) fn is_empty(&self) -> bool {
        self.folders.is_empty()
    }

    /// Whether nothing of an app's folder was left out, passed over or lost.
    pub(crate) fn is_whole(&self, folder: FolderIdx) -> bool {
        let is_whole = |folder: &Folder| {
            folder.is_whole && folder.inside.and_then(|inside| self.get(inside)).is_none_or(|of| of.is_whole)
        };
        self.get(folder).is_some_and(is_whole)
    }

    /// The folder that a row came from, as a record of the app.
    fn of_row(&self, row: &Row) -> Option<FolderIdx> {
        let is_live = row.origin == Origin::App && row.action == Action::InsertOrUpdate;
        self.place(row.source).filter(|_| is_live)
    }

    /// The folders in which a record lies, that from which its row came first.
    fn of_record(&self, facts: &Facts, table: TableIdx, row: RowId) -> SmallVec<[FolderIdx; 1]> {
        let table_facts = facts.table(table);
        let own = table_facts.row(row).and_then(|row| self.of_row(row));
        let holding = self.holding.get(table.index()).map(|holding| {
            holding.get_or_init(|| {
                let mut holding = Holding::default();
                for (at, row) in (0..).map(RowId).zip(&*table_facts.rows) {
                    let sys_id = table_facts.pair(at, ColumnIdx::SYS_ID).value;
                    if let Some(folder) = self.of_row(row).filter(|_| sys_id.0 > TextId::EMPTY.0) {
                        let folders = holding.entry(facts.fold(sys_id)).or_default();
                        if !folders.contains(&folder) {
                            folders.push(folder);
                        }
                    }
                }
                holding
            })
        });
        let sys_id = facts.fold(table_facts.pair(row, ColumnIdx::SYS_ID).value);
        let others = holding.and_then(|holding| holding.get(&sys_id)).into_iter().flatten().copied();
        own.into_iter().chain(others.filter(|folder| Some(*folder) != own)).collect()
    }

    /// Whether a record lies in the folder of an app. To what lies beside the app's own
    /// records, these are there too.
    pub(crate) fn holds(&self, facts: &Facts, folder: FolderIdx, (table, row): (TableIdx, RowId)) -> bool {
        let inside = self.get(folder).and_then(|folder| folder.inside);
        let folders = self.of_record(facts, table, row);
        folders.iter().any(|other| *other == folder || Some(*other) == inside)
    }

    /// The app that a record belongs to, if it lies in the folder of that app. A
    /// folder may hold records of other scopes, of which it says nothing.
    pub(crate) fn owner(
        &self,
        (facts, wanted): (&Facts, &Wanted),
        table: TableIdx,
        row: RowId,
    ) -> Option<Owned> {
        if self.is_empty() {
            return None;
        }
        let mut folders = self.of_record(facts, table, row);
        // A copy elsewhere, however new, does not choose what the record is judged by.
        let rank =
            |folder: &FolderIdx| self.get(*folder).map(|folder| (folder.is_build, folder.inside.is_some()));
        folders.sort_by_key(rank);
        folders.into_iter().find_map(|folder| {
            let apps = &self.get(folder)?.apps;
            Some(Owned { folder, is_scoped: is_scoped(apps, (facts, wanted), table, row)? })
        })
    }
}

/// Whether a record of one of these apps is of a scope that only the app has;
/// `None` where it is of none of them.
fn is_scoped(apps: &[App], (facts, wanted): (&Facts, &Wanted), table: TableIdx, row: RowId) -> Option<bool> {
    let shown = |column: &str| {
        let column = wanted.table(table).find(column)?;
        let value = facts.table(table).pair(row, column).value;
        (value.0 > TextId::EMPTY.0).then_some(value)
    };
    let app = |id: TextId| apps.iter().find(|app| app.id == facts.fold(id));
    match (shown("sys_scope"), shown("sys_package")) {
        (Some(scope), _) if app(scope).is_some() => app(scope).map(|app| app.is_scoped),
        (Some(scope), Some(package)) if facts.texts.text(scope).eq_ignore_ascii_case(GLOBAL) => {
            app(package).map(|_| false)
        }
        (Some(_), _) => None,
        (None, Some(package)) => app(package).map(|app| app.is_scoped),
        // Where the folder is of one app, its place says enough.
        (None, None) => <&[App; 1]>::try_from(apps).ok().map(|[app]| app.is_scoped),
    }
}

/// A folder in which the file of an app was found.
struct FoundFolder<'p> {
    path: &'p str,
    apps: SmallVec<[App; 1]>,
    /// Whether it lies in an archive, whose directory names all that is in it.
    is_packed: bool,
}

/// Finds the folders that hold the file of an app.
fn find_folders<'p>(inputs: Inputs<'p>, facts: &Facts, wanted: &Wanted) -> Vec<FoundFolder<'p>> {
    let mut folders: Vec<FoundFolder<'_>> = Vec::new();
    let Some(table) = wanted.find("sys_app") else { return folders };
    let scope = wanted.table(table).find("scope");
    let app_facts = facts.table(table);
    for (at, row) in (0..).map(RowId).zip(&*app_facts.rows) {
        let id = app_facts.pair(at, ColumnIdx::SYS_ID).value;
        let is_app = row.origin == Origin::App && row.action == Action::InsertOrUpdate;
        let source = usize::try_from(row.source).ok().and_then(|at| inputs.sources.get(at));
        let Some(source) = source.filter(|_| is_app && id.0 > TextId::EMPTY.0) else { continue };
        let mut path = parent(source.path());
        match content_of(name_of(path)) {
            Some(Content::Data) => continue,
            Some(Content::Records) => path = parent(path),
            Some(Content::Build) | None => {}
        }
        let scope = scope.map_or("", |scope| facts.cell(table, at, scope).value);
        let is_scoped = !scope.is_empty() && !scope.eq_ignore_ascii_case(GLOBAL);
        let app = App { id: facts.fold(id), is_scoped };
        match folders.iter_mut().find(|known| known.path == path) {
            Some(known) if known.apps.iter().any(|known| known.id == app.id) => {}
            Some(known) => known.apps.push(app),
            None => folders.push(FoundFolder {
                path,
                apps: SmallVec::from_slice(&[app]),
                is_packed: source.archive_path().is_some_and(|archive| path.len() > archive.len()),
            }),
        }
    }
    // Numbers are 16 bits; nobody has so many apps.
    folders.truncate(usize::from(u16::MAX));
    folders
}

/// The nearest folder of an app above a file, if no folder of data is between.
fn folder_of(source: &Source, folders: &HashMap<&str, FolderIdx>) -> Option<FolderIdx> {
    // An archive that lies in the folder of an app is no part of it.
    let least = source.archive_path().map_or(0, |archive| archive.len() + 1);
    let mut folder = source.path();
    while !folder.is_empty() {
        folder = parent(folder);
        if folder.len() < least {
            return None;
        }
        if let Some(found) = folders.get(folder) {
            return Some(*found);
        }
        if content_of(name_of(folder)) == Some(Content::Data) {
            return None;
        }
    }
    None
}

/// Whether all of a folder was given, and nothing in it that may be of the app was
/// left out or could not be read.
fn is_all_there(inputs: Inputs<'_>, folder: &FoundFolder<'_>) -> bool {
    let Some(discovery) = inputs.discovery else { return true };
    let is_left_out = |path: &str| may_hold_records(path) && (path.ends_with('/') || is_xml(path));
    let is_lost = |(path, problem): &(String, Problem)| {
        let below = path
            .strip_prefix(folder.path)
            .filter(|below| folder.path.is_empty() || below.is_empty() || below.starts_with('/'));
        let is_said_only = matches!(problem.kind, ProblemKind::UnsafeName | ProblemKind::NoInstance);
        // What cannot be read may be a folder.
        let is_asked =
            |below: &str| may_hold_records(below) && (is_xml(below) || !name_of(below).contains('.'));
        !is_said_only && below.is_some_and(is_asked)
    };
    (folder.is_packed || discovery.walked.holds(folder.path))
        && !discovery.walked.left_out_of(folder.path).any(is_left_out)
        && !discovery.problems.iter().any(is_lost)
}
