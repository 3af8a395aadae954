//! What there is to say of an instance beside findings.

use super::access_notices::access_notices;
use super::contents::Instance;
use super::name_notices::name_notices;
use super::version_notices::version_notices;
use crate::facts::Doubted;
use crate::finding::Notice;

/// What is odd about the records of an instance, or was left out of it. `path_of` names a
/// source.
#[must_use]
pub fn instance_notices<'s>(instance: &Instance<'_>, path_of: &dyn Fn(u32) -> &'s str) -> Vec<Notice> {
    let mut notices = access_notices(instance, path_of);
    notices.extend(version_notices(instance, path_of));
    notices.extend(name_notices(instance, path_of));
    // Claims that tables are whole which are not believed, or not everywhere.
    let claim = |doubted: &Doubted| {
        Notice::of_claim(path_of(doubted.source), doubted.source, doubted.message.clone())
    };
    notices.extend(instance.in_force().doubted.iter().map(claim));
    notices.extend(instance.mixed.iter().map(|sign| sign.notice(instance.wanted, path_of)));
    notices
}
