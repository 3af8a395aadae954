//! What a SARIF log must hold for those who read it.

use super::super::{Report, sample};
use super::{SarifOptions, write};
use serde_json::Value;

fn written(report: &Report, options: &SarifOptions) -> Vec<u8> {
    let mut out = Vec::new();
    write(report, options, &mut out).unwrap();
    out
}

#[test]
fn dump() {
    std::fs::write("/tmp/exp/ours.sarif", written(&sample::report(), &SarifOptions::default())).unwrap();
    std::fs::write("/tmp/exp/all.sarif", written(&sample::report(), &SarifOptions { kinds_all: true, ..SarifOptions::default() })).unwrap();
    let _: Value = serde_json::from_slice(&written(&sample::report(), &SarifOptions::default())).unwrap();
}
