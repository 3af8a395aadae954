//! Why a value that the input holds leaves a verdict open. Coverage lists it as a
//! sentence among the names of what is missing.

/// Why a value that is there cannot be judged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unclear {
    /// A value that switches something is neither true nor false.
    NotBoolean,
    /// A value that is compared as a number is written as the platform writes none.
    NotNumber,
    /// Two places of the input say different things.
    Contradicted,
}

impl Unclear {
    /// All of them, in the order of reports.
    pub const ALL: [Self; 3] = [Self::NotBoolean, Self::NotNumber, Self::Contradicted];

    /// The sentence about something.
    #[must_use]
    pub fn sentence(self, about: &str) -> String {
        let (before, behind) = self.words();
        format!("{before}{about}{behind}")
    }

    /// What a sentence is about, if it is one of this kind.
    #[must_use]
    pub fn about(self, sentence: &str) -> Option<&str> {
        let (before, behind) = self.words();
        sentence.strip_prefix(before)?.strip_suffix(behind)
    }

    /// What any sentence is about.
    #[must_use]
    pub fn named(sentence: &str) -> Option<&str> {
        Self::ALL.into_iter().find_map(|kind| kind.about(sentence))
    }

    fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::NotBoolean => ("the value of ", " is neither true nor false"),
            Self::NotNumber => ("the value of ", " is not written as a plain number"),
            Self::Contradicted => ("the input contradicts itself about ", ""),
        }
    }
}
