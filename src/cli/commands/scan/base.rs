//! What was found before a change: the commit that it is made on is judged too, by
//! the same program and on the same day, with the configuration and packs that it
//! holds itself.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use glidelint::config::Config;
use glidelint::export;
use glidelint::finding::{BaselineState, Finding, Notice, RuleCoverage};
use glidelint::judge::Spot;
use glidelint::rule::RuleMeta;
use glidelint::source::{Discovery, sha256};
use glidelint::span::ByteSpan;
use glidelint::suppress::{self as accepted, BaselineEntry, Recognised, SeenFinding};

use super::base_files::BaseFiles;
use super::weaker::{self, InForce};
use crate::cli::shared::checkout::Checkout;
use crate::cli::shared::fail::Failure;
use crate::cli::shared::input::{self, FoundConfig, InputArgs};
use crate::cli::shared::instances;
use crate::cli::shared::judging::{JudgeArgs, JudgedInput, PackArgs, judged_part, packs};
use crate::cli::shared::packs::Packs;
use crate::cli::shared::revision::Revision;

/// How many findings have a line that are gone by a newer copy of something else.
const MOST_TURNED_OFF: usize = 50;

/// What was found in the commit that a change is made on.
pub(crate) struct Base {
    known: Vec<Known>,
    /// By rule: how many records could not be judged.
    rules: BTreeMap<String, u64>,
    /// The rules that ask what they ask now, if both sides have settings of their own.
    same: Option<BTreeSet<String>>,
    /// As the revision was given.
    name: String,
    /// What it lacks, and what of it cannot be used.
    said: Vec<Notice>,
}

/// A finding of before.
struct Known {
    entry: BaselineEntry,
    /// Where it stood, the path of the file from the root on. The first is what was
    /// reported.
    places: Vec<Stood>,
}

impl Known {
    /// Of the file that was reported, from the root on.
    fn path(&self) -> &str {
        self.places.first().map_or("", |place| &place.path)
    }
}

/// Where a record stood.
struct Stood {
    path: String,
    outer_start: u64,
    ordinal: u32,
}

/// What newer copies of a change replace.
pub(crate) struct Replacing<'r> {
    /// Where older versions stand, and where the newer ones do that changed.
    places: HashMap<(&'r str, u64, u32), Spot>,
    discovery: &'r Discovery,
}

impl<'r> Replacing<'r> {
    pub(crate) fn new(
        places: HashMap<Spot, Spot>,
        discovery: &'r Discovery,
        is_changed: impl Fn(Spot) -> bool,
    ) -> Self {
        let changed = places.into_iter().filter(|(_, newer)| is_changed(*newer));
        let places = changed
            .map(|((source, start, ordinal), newer)| ((discovery.path(source), start, ordinal), newer));
        Self { places: places.collect(), discovery }
    }

    /// That a finding is gone as a newer copy replaces a record that it rests on.
    fn turned_off(&self, known: &Known, base: &str) -> Option<Notice> {
        let newer = |stood: &Stood| {
            self.places.get(&(stood.path.as_str(), stood.outer_start, stood.ordinal)).copied()
        };
        let (older, (source, start, _)) =
            known.places.iter().find_map(|stood| Some((&stood.path, newer(stood)?)))?;
        let BaselineEntry { rule, table, key, .. } = &known.entry;
        let message = format!(
            "{rule} for {table} {key} was found in {base} and rests on the version of a record in {older}, which \
             the copy here replaces as it is newer; --all-versions judges both"
        );
        Some(Notice::of_turned_off(self.discovery.path(source), source, ByteSpan::at(start), message))
    }
}

/// How the findings of now stand to those of before.
pub(crate) struct Compared {
    /// Of each finding.
    states: Vec<BaselineState>,
    /// Of each finding of before, whether it is still there.
    pub(crate) is_found: Vec<bool>,
    pub(crate) known: accepted::Known,
    /// One for each rule of which nobody can say any more that what it found is gone.
    pub(crate) notices: Vec<Notice>,
}

impl Compared {
    /// Says of each finding how it stands, if no baseline has said so. What rests on
    /// something that changed belongs to the change.
    pub(crate) fn tell(&mut self, findings: &mut [Finding], rests_on_change: impl Fn(&Finding) -> bool) {
        for (finding, state) in findings.iter_mut().zip(self.states.drain(..)) {
            match state {
                BaselineState::Unchanged if !rests_on_change(finding) => finding.state = Some(state),
                BaselineState::Unchanged | BaselineState::New => {
                    finding.state.get_or_insert(BaselineState::New);
                }
                BaselineState::Changed => _ = finding.state.get_or_insert(state),
            }
        }
    }
}

/// The settings of the commit, with its configuration and packs as they would be
/// checked out.
struct Settings {
    checkout: Checkout,
    revision: Revision,
    /// The configuration of the commit, if it has one of its own that can be used.
    config: Option<Config>,
    /// What it lacks, and what of it cannot be used.
    said: Vec<Notice>,
}

impl Base {
    /// Judges the files of a commit that lie where the input does. Gives them, too.
    pub(crate) fn judge(
        (revision, files): (&Revision, &BaseFiles<'_>),
        args: &JudgeArgs,
        (found, packs): (&FoundConfig, &Packs),
    ) -> Result<(Self, Discovery), Failure> {
        let mut settings = Settings::of(revision, args, found)?;
        let name = revision.name().to_owned();
        let mut base = Self { known: Vec::new(), rules: BTreeMap::new(), same: None, name, said: Vec::new() };
        let own = settings.configured(&args.packs, found);
        base.said.append(&mut settings.said);
        let (before, packs_before) =
            own.as_ref().map_or((found, packs), |(own_found, own_packs)| (own_found, own_packs));
        let Some(discovery) = sources_before(files, &args.input, &before.config)? else {
            return Ok((base, files.nothing()));
        };
        if let Some((own_found, own_packs)) = &own {
            let now = InForce::of(&found.config, &packs.files)?;
            let before = InForce::of(&own_found.config, &own_packs.files)?;
            base.said.extend(weaker::at_once(found, &before, &now)?);
            let same = before.asked.into_iter().filter(|(rule, asked)| now.asked.get(rule) == Some(asked));
            base.same = Some(same.map(|(rule, _)| rule).collect());
        }
        let part = instances::only_of(discovery, &before.config, args.instance.as_deref())?;
        let JudgedInput { judged, discovery, .. } = judged_part(part, args, before, packs_before)?;
        for (rule, coverage) in judged.rules.iter().zip(&judged.coverage) {
            base.rules.insert(rule.id.clone(), coverage.cannot_tell);
        }
        for finding in &judged.findings {
            let places = finding.places.iter().map(|place| Stood {
                path: discovery.path(place.source).to_owned(),
                outer_start: place.outer_start,
                ordinal: place.ordinal,
            });
            base.known.push(Known {
                entry: BaselineEntry::of(finding, judged.rule_id(finding)),
                places: places.collect(),
            });
        }
        Ok((base, discovery))
    }

    /// Those of the findings of before that are gone as newer copies replace records
    /// that they rest on, one notice each. Of those that `said` names nothing is said
    /// twice.
    pub(crate) fn turned_off(
        &self,
        (is_found, replacing): (&[bool], &Replacing<'_>),
        said: &[Notice],
    ) -> Vec<Notice> {
        if replacing.places.is_empty() {
            return Vec::new();
        }
        let gone = self.known.iter().zip(is_found).filter(|(_, is_found)| !**is_found);
        let is_new = |known: &&Known| {
            let BaselineEntry { rule, table, key, .. } = &known.entry;
            let begin = format!("{rule} for {table} {key} ");
            !said.iter().any(|notice| notice.message.starts_with(&begin))
        };
        let gone = gone.map(|(known, _)| known).filter(is_new);
        gone.filter_map(|known| replacing.turned_off(known, &self.name)).take(MOST_TURNED_OFF).collect()
    }

    /// How the findings of now stand to those of before, and a notice for each rule
    /// that does not run any more, or cannot judge as much as it could.
    pub(crate) fn compare<'r>(
        &self,
        rules: impl Iterator<Item = (&'r RuleMeta, &'r RuleCoverage)>,
        findings: &[Finding],
    ) -> Compared {
        let entries: Vec<_> = self.known.iter().map(|known| &known.entry).collect();
        let seen: Vec<_> = findings.iter().map(SeenFinding::of).collect();
        let Recognised { states, is_found } = Recognised::of(&entries, &seen);
        let mut gone_by_rule: BTreeMap<&str, Vec<&Known>> = BTreeMap::new();
        for (known, _) in self.known.iter().zip(&is_found).filter(|(_, is_found)| !**is_found) {
            gone_by_rule.entry(&known.entry.rule).or_default().push(known);
        }
        let open_now: BTreeMap<&str, u64> =
            rules.map(|(rule, coverage)| (rule.id.as_str(), coverage.cannot_tell)).collect();
        let mut standing = accepted::Known { with: self.name.clone(), ..accepted::Known::default() };
        let mut notices = self.said.clone();
        for (rule, gone) in gone_by_rule {
            let Some(first) = gone.first() else { continue };
            let (BaselineEntry { table, key, .. }, path) = (&first.entry, first.path());
            let open = self.rules.get(rule).copied().unwrap_or_default();
            let why = match open_now.get(rule) {
                None => "the rule does not run any more",
                Some(now) if *now > open => "the rule cannot judge as much as before",
                Some(_) if self.same.as_ref().is_some_and(|same| !same.contains(rule)) => {
                    "the rule, or a class that it asks, is another one"
                }
                Some(_) => {
                    standing.absent += gone.len();
                    continue;
                }
            };
            standing.not_judged += gone.len();
            let more = match gone.len() - 1 {
                0 => String::new(),
                1 => ", and one more".to_owned(),
                more => format!(", and {more} more"),
            };
            let message = format!("{rule} was found in {} for {table} {key}{more}, and {why}", self.name);
            notices.push(Notice::of_change(path, message));
        }
        Compared { states, is_found, known: standing, notices }
    }
}

impl Settings {
    /// Writes the configuration and the rules that a judgement may need.
    fn of(revision: &Revision, args: &JudgeArgs, found: &FoundConfig) -> Result<Self, Failure> {
        let mut said = Vec::new();
        let config = if args.input.no_config {
            None
        } else {
            own_config(revision, found, &args.packs).unwrap_or_else(|error| {
                said.push(unusable(revision, found, &error.line()));
                None
            })
        };
        let paths: Vec<_> = match &config {
            // Those of the run serve both sides.
            None => Vec::new(),
            Some(config) => {
                let configured = config.rule_packs.iter();
                let configured = configured.map(|pack| found.path.with_file_name(&pack.value));
                args.packs.packs.iter().chain([&found.path]).cloned().chain(configured).collect()
            }
        };
        let checkout = Checkout::of(revision, &paths)?;
        Ok(Self { checkout, revision: revision.clone(), config, said })
    }

    /// The configuration and the packs that the commit holds. `None` where those of
    /// the run serve both sides.
    fn configured(&mut self, args: &PackArgs, found: &FoundConfig) -> Option<(FoundConfig, Packs)> {
        let config = self.config.take()?;
        let path = self.checkout.place(&found.path);
        let folder = path.parent()?.to_path_buf();
        let (digest, revision, from_checkout) = (None, None, Vec::new());
        let mut own = FoundConfig { config, folder: folder.clone(), path, digest, revision, from_checkout };
        // A pack that a change adds was not there.
        own.config.rule_packs.retain(|pack| folder.join(&pack.value).exists());
        let (there, new): (Vec<_>, Vec<_>) =
            args.packs.iter().partition(|path| self.checkout.place(path).exists());
        self.said.extend(new.into_iter().map(|path| Packs::lacks(&self.revision, path)));
        let packs_there = there.into_iter().map(|path| self.checkout.place(path)).collect();
        match packs(&PackArgs { packs: packs_there, ..args.clone() }, &own) {
            Ok(packs) => Some((own, packs)),
            Err(error) => {
                let why = self.checkout.without_folder(&error.line());
                self.said.push(unusable(&self.revision, found, &why));
                None
            }
        }
    }
}

/// That those of the run serve both sides, and why.
fn unusable(revision: &Revision, found: &FoundConfig, why: &str) -> Notice {
    let message = format!(
        "the configuration or the rule packs of {} cannot be used, so those of the change judge both sides: \
         {why}",
        revision.name()
    );
    Notice::of_base("base-unused", &found.file_name(), message)
}

/// The configuration that the commit holds in the place of the run's own; the default
/// one where it holds none. `None` where the run's serves both sides: it comes from a
/// revision, lies elsewhere, or is the same.
fn own_config(revision: &Revision, found: &FoundConfig, args: &PackArgs) -> Result<Option<Config>, Failure> {
    if found.revision.is_some() || !revision.holds(&found.path) {
        return Ok(None);
    }
    let text = revision.find(&found.path)?;
    let digest = text.as_ref().and_then(|text| sha256(text.as_bytes()).ok());
    // Packs may be others although the configuration is the same.
    if digest == found.digest && args.packs.is_empty() && found.config.rule_packs.is_empty() {
        return Ok(None);
    }
    Ok(Some(match text {
        Some(text) => Config::parse(&revision.shown(&found.path), &text)?,
        None => Config::default(),
    }))
}

/// Finds the sources that a commit has in the place of the input; `None` where it holds
/// nothing there.
fn sources_before(
    files: &BaseFiles<'_>,
    args: &InputArgs,
    config: &Config,
) -> Result<Option<Discovery>, Failure> {
    let mut discovery = files.discover(&args.paths, &input::discover_options(args, config)?)?;
    if let Some(discovery) = &mut discovery {
        export::raise_unfollowed(&mut discovery.problems);
    }
    Ok(discovery)
}
