//! Addresses and ranges of them, as lists of allowed addresses write them.

use std::net::IpAddr;

/// An address range such as `10.0.0.0/8`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Network {
    address: IpAddr,
    bits: u32,
}

/// One address, a network such as `10.0.0.0/8`, or two addresses with `-`
/// between them: the ways in which the platform's lists are written.
#[derive(Debug, Clone, Copy)]
pub(super) struct AddressRange {
    from: IpAddr,
    to: IpAddr,
}

impl AddressRange {
    /// What a text stands for, if it is one of these.
    pub(super) fn parse(text: &str) -> Option<Self> {
        if let Some((from, to)) = text.split_once('-') {
            return Some(Self { from: from.trim().parse().ok()?, to: to.trim().parse().ok()? });
        }
        let network = Network::parse(text).ok()?;
        let from = network.address;
        // The last address has ones where the network's mask has zeros.
        let to = match from {
            IpAddr::V4(address) => {
                let rest = u32::MAX.checked_shr(network.bits).unwrap_or(0);
                IpAddr::V4((address.to_bits() | rest).into())
            }
            IpAddr::V6(address) => {
                let rest = u128::MAX.checked_shr(network.bits).unwrap_or(0);
                IpAddr::V6((address.to_bits() | rest).into())
            }
        };
        Some(Self { from, to })
    }
}

impl Network {
    /// Whether all of a range lies inside.
    pub(super) fn holds_range(self, range: AddressRange) -> bool {
        self.contains(range.from) && self.contains(range.to)
    }

    /// # Errors
    /// If the text is no address range.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let wrong = || format!("'{text}' is no address range such as 10.0.0.0/8");
        let (address, bits) = text.trim().split_once('/').unwrap_or((text.trim(), ""));
        let address: IpAddr = address.parse().map_err(|_| wrong())?;
        let width = if address.is_ipv4() { 32 } else { 128 };
        let bits = if bits.is_empty() { width } else { bits.parse().map_err(|_| wrong())? };
        if bits > width { Err(wrong()) } else { Ok(Self { address, bits }) }
    }

    fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address) {
            (IpAddr::V4(ours), IpAddr::V4(theirs)) => {
                (ours.to_bits() ^ theirs.to_bits()).checked_shr(32 - self.bits).unwrap_or(0) == 0
            }
            (IpAddr::V6(ours), IpAddr::V6(theirs)) => {
                (ours.to_bits() ^ theirs.to_bits()).checked_shr(128 - self.bits).unwrap_or(0) == 0
            }
            _ => false,
        }
    }
}
