//! What was accepted before: known findings in a baseline, and waivers, for which
//! somebody answers. Nothing is taken out of a report because of them: they say
//! how a finding stands, and reports and exit codes go by that.

mod append;
mod baseline;
mod compare;
mod earlier;
mod entry;
mod recognise;
mod waivers;

pub use append::{AppendError, append};
pub use baseline::{Baseline, Changes, FILE_NAME};
pub use compare::{Accepted, Known};
pub use entry::{BaselineEntry, KnownValues};
pub use recognise::{Recognised, SeenFinding};
pub use waivers::{RuleKnown, WaiverState, WaiverUse, Waivers};

/// Whether a reviewer of a file would not see a character, or would see others
/// out of their order because of it.
fn is_hidden(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{61c}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
