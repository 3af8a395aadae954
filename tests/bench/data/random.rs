//! Numbers that look random and are the same in every run.

/// A splitmix64 generator.
#[derive(Debug)]
pub(crate) struct Random(u64);

impl Random {
    /// The numbers of one row of one table: they do not depend on other rows.
    pub(crate) fn of(table: &str, row: u64) -> Self {
        let seed = table.bytes().fold(row, |seed, byte| Self(seed ^ u64::from(byte)).next());
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// A number below `limit`.
    pub(crate) fn below(&mut self, limit: u64) -> u64 {
        self.next() % limit
    }

    /// One of them.
    pub(crate) fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        let at = self.below(items.len() as u64);
        items[usize::try_from(at).unwrap_or_default()]
    }

    /// A `sys_id`: 32 hexadecimal digits.
    pub(crate) fn id(&mut self) -> String {
        format!("{:016x}{:016x}", self.next(), self.next())
    }
}

/// The `sys_id` of a row, to refer to it from elsewhere.
pub(crate) fn id_of(table: &str, row: u64) -> String {
    Random::of(table, row).id()
}
