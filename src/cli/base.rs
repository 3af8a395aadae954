//! What was found before a change: the commit that it is made on is judged too, by
//! the same program and on the same day, with the configuration and packs that it
//! holds itself.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use glidelint::config::Config;
use glidelint::finding::{Finding, Fingerprint, Notice, RuleCoverage, ValuesHash};
use glidelint::rule::{RuleMeta, definitions};
use glidelint::source::Discovery;
use glidelint::suppress as accepted;

use super::args::{InputArgs, JudgeArgs, PackArgs};
use super::checkout::Checkout;
use super::fail::Failure;
use super::input::Found;
use super::judging::{Judged, judged, packs};
use super::packs::Packs;
use super::revision::Revision;

/// What was found in the commit that a change is made on.
pub(crate) struct Base {
    known: HashSet<(Fingerprint, ValuesHash)>,
    /// By rule: findings, and how many records could not be judged.
    rules: BTreeMap<String, (Vec<Known>, u64)>,
    /// The rules that ask what they ask now, if both sides have settings of their own.
    same: Option<BTreeSet<String>>,
    /// As the revision was given.
    name: String,
    /// What it lacks, and what of it cannot be used.
    said: Vec<Notice>,
}

/// A finding of before.
struct Known {
    fingerprint: Fingerprint,
    /// Of the file, from the root on.
    path: String,
    table: String,
    key: String,
}

/// The files of the commit as they would be checked out.
struct Tree {
    checkout: Checkout,
    revision: Revision,
    /// The configuration of the commit, if it has one of its own that can be used.
    config: Option<Config>,
    /// What it lacks, and what of it cannot be used.
    said: Vec<Notice>,
}

impl Base {
    /// Judges the files of a revision that lie where the input does.
    pub(crate) fn judge(
        revision: &Revision,
        args: &JudgeArgs,
        (found, packs): (&Found, &Packs),
        discovery: &Discovery,
    ) -> Result<Self, Failure> {
        let mut tree = Tree::write(revision, args, found)?;
        let name = revision.name().to_owned();
        let mut base =
            Self { known: HashSet::new(), rules: BTreeMap::new(), same: None, name, said: Vec::new() };
        let input = tree.input(&args.input, discovery);
        let own = tree.configured(&args.packs, found);
        base.said.append(&mut tree.said);
        let Some(input) = input else { return Ok(base) };
        let args = JudgeArgs { input, ..args.clone() };
        if let Some((own_found, own_packs)) = &own {
            let now = definitions(&packs.files, &found.config.settings())?;
            let before = definitions(&own_packs.files, &own_found.config.settings())?;
            let same = before.into_iter().filter(|(rule, asked)| now.get(rule) == Some(asked));
            base.same = Some(same.map(|(rule, _)| rule).collect());
        }
        let Judged { findings, rules, coverage, discovery, .. } = match &own {
            Some((found, packs)) => judged(&args, found, packs)?,
            None => judged(&args, found, packs)?,
        };
        for (rule, coverage) in rules.iter().zip(&coverage) {
            base.rules.insert(rule.id.clone(), (Vec::new(), coverage.cannot_tell));
        }
        for finding in findings {
            base.known.insert((finding.fingerprint, finding.values));
            let rule = rules.get(usize::from(finding.rule)).map_or("", |rule| rule.id.as_str());
            if let Some((known, _)) = base.rules.get_mut(rule) {
                let path = finding.places.first().map_or("", |place| discovery.path(place.source)).to_owned();
                let (table, key) = (finding.table.to_string(), finding.key.to_string());
                known.push(Known { fingerprint: finding.fingerprint, path, table, key });
            }
        }
        Ok(base)
    }

    /// Whether a finding was there before, with the same values.
    pub(crate) fn knows(&self, finding: &Finding) -> bool {
        self.known.contains(&(finding.fingerprint, finding.values))
    }

    /// How the findings of now stand to those of before, and a notice for each rule
    /// of which nobody can say any more that what it found is gone: it does not run,
    /// cannot judge as much as it could, or asks something else.
    pub(crate) fn compare<'r>(
        &self,
        rules: impl Iterator<Item = (&'r RuleMeta, &'r RuleCoverage)>,
        findings: &[Finding],
    ) -> (accepted::Known, Vec<Notice>) {
        let now: HashSet<_> = findings.iter().map(|finding| finding.fingerprint).collect();
        let open_now: BTreeMap<&str, u64> =
            rules.map(|(rule, coverage)| (rule.id.as_str(), coverage.cannot_tell)).collect();
        let mut standing = accepted::Known { with: self.name.clone(), ..accepted::Known::default() };
        let mut notices = self.said.clone();
        for (rule, (known, open)) in &self.rules {
            let gone: Vec<_> = known.iter().filter(|known| !now.contains(&known.fingerprint)).collect();
            let Some(Known { path, table, key, .. }) = gone.first() else { continue };
            let why = match open_now.get(rule.as_str()) {
                None => "the rule does not run any more",
                Some(now) if now > open => "the rule cannot judge as much as before",
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
        (standing, notices)
    }
}

impl Tree {
    /// Writes what a judgement may need: the input, configuration, and rules.
    fn write(revision: &Revision, args: &JudgeArgs, found: &Found) -> Result<Self, Failure> {
        let mut said = Vec::new();
        let config = if args.input.no_config {
            None
        } else {
            own_config(revision, found).unwrap_or_else(|error| {
                said.push(unusable(revision, found, &error.line()));
                None
            })
        };
        let configured = config.iter().flat_map(|config| &config.rule_packs);
        let configured = configured.map(|pack| found.path.with_file_name(&pack.value));
        let given = args.input.paths.iter().chain(&args.packs.packs).chain([&found.path]);
        let paths: Vec<_> = given.cloned().chain(configured).collect();
        let checkout = Checkout::of(revision, &paths)?;
        Ok(Self { checkout, revision: revision.clone(), config, said })
    }

    /// The same input as it was; `None` where all of it is new.
    fn input(&self, input: &InputArgs, discovery: &Discovery) -> Option<InputArgs> {
        let paths = input.paths.iter().map(|path| self.checkout.place(path)).filter(|path| path.exists());
        let paths: Vec<_> = paths.collect();
        let root = Some(self.checkout.place(&discovery.root));
        (!paths.is_empty()).then(|| InputArgs { paths, root, ..input.clone() })
    }

    /// The configuration and the packs that the commit holds. `None` where those of
    /// the run serve both sides.
    fn configured(&mut self, args: &PackArgs, found: &Found) -> Option<(Found, Packs)> {
        let config = self.config.take()?;
        let path = self.checkout.place(&found.path);
        let folder = path.parent()?.to_path_buf();
        let (digest, revision, from_checkout) = (None, None, Vec::new());
        let mut own = Found { config, folder: folder.clone(), path, digest, revision, from_checkout };
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
fn unusable(revision: &Revision, found: &Found, why: &str) -> Notice {
    let message = format!(
        "the configuration or the rule packs of {} cannot be used, so those of the change judge both sides: \
         {why}",
        revision.name()
    );
    Notice::of_base("base-unused", &found.file_name(), message)
}

/// The configuration that the commit holds in the place of the run's own; the default
/// one where it holds none. `None` where the run's serves both sides: it comes from a
/// revision, or lies elsewhere.
fn own_config(revision: &Revision, found: &Found) -> Result<Option<Config>, Failure> {
    if found.revision.is_some() || !revision.holds(&found.path) {
        return Ok(None);
    }
    Ok(Some(match revision.find(&found.path)? {
        Some(text) => Config::parse(&revision.shown(&found.path), &text)?,
        None => Config::default(),
    }))
}
