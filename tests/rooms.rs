//! How the files of the program lean on each other, read off their syntax trees: no
//! circle among the entries of a folder, names that say one thing, and `impl` blocks
//! that stand where their type does.
//!
//! An entry of a folder is a file with the folder of the same name. A name counts for
//! the entry that defines it, whichever re-exports lead there. What stands behind
//! `#[cfg(test)]` is left out.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test that panics has failed")]

#[path = "rooms/house.rs"]
mod house;

use std::collections::{BTreeMap, BTreeSet};

use house::{House, entry_in};
use petgraph::algo::tarjan_scc;
use petgraph::graph::DiGraph;

/// Fails with every complaint at once.
fn check(rule: &str, complaints: &[String]) {
    assert!(complaints.is_empty(), "{rule}:\n{}", complaints.join("\n"));
}

/// The entries of a folder that lean on each other in a circle.
fn circles(ties: &BTreeMap<(String, String), BTreeSet<String>>) -> Vec<BTreeSet<String>> {
    let mut graph = DiGraph::new();
    let names: BTreeSet<_> = ties.keys().flat_map(|(from, to)| [from, to]).collect();
    let nodes: BTreeMap<_, _> = names.into_iter().map(|name| (name, graph.add_node(name))).collect();
    for (from, to) in ties.keys() {
        graph.add_edge(nodes[from], nodes[to], ());
    }
    let groups = tarjan_scc(&graph).into_iter().filter(|group| group.len() > 1);
    groups.map(|group| group.into_iter().map(|node| graph[node].clone()).collect()).collect()
}

#[test]
fn no_folder_holds_a_circle() {
    let house = House::known();
    let mut complaints = Vec::new();
    for folder in house.folders() {
        let mut ties: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for (from, to, name) in &house.uses {
            let Some(own) = entry_in(&folder, from) else { continue };
            let Some(used) = entry_in(&folder, to).filter(|used| *used != own) else { continue };
            ties.entry((own, used)).or_default().insert(name.clone());
        }
        for circle in circles(&ties) {
            let entries = circle.iter().map(String::as_str).collect::<Vec<_>>().join(" ");
            complaints.push(format!("{folder}: {entries}"));
            for ((own, used), names) in &ties {
                if circle.contains(own) && circle.contains(used) {
                    let names: Vec<_> = names.iter().map(String::as_str).collect();
                    complaints.push(format!("  {own} -> {used}: {}", names.join(", ")));
                }
            }
        }
    }
    check("files that lean on each other in a circle", &complaints);
}

#[test]
fn mod_files_only_declare_and_re_export() {
    let complaints = House::known().in_mod_files.clone();
    check("move it to a file of its own", &complaints);
}

#[test]
fn impls_stand_with_their_type() {
    let mut spread: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (file, home, name) in &House::known().impls {
        let folder = file.rsplit_once('/').map_or("", |(folder, _)| folder);
        // A file with its folder is one entry.
        let is_below = home.trim_end_matches(".rs") == folder;
        if home != file && !is_below {
            spread.entry(name).or_default().insert(file);
        }
    }
    let complaints = spread.iter().map(|(name, files)| {
        let files = files.iter().copied().collect::<Vec<_>>().join(", ");
        format!("{name}: {files}")
    });
    check("inherent impls away from their type", &complaints.collect::<Vec<_>>());
}

#[test]
fn names_of_types_say_one_thing() {
    let mut by_name: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for (name, file) in House::known().leaving_types() {
        by_name.entry(name).or_default().insert(file);
    }
    by_name.retain(|_, files| files.len() > 1);
    let complaints = by_name.iter().map(|(name, files)| {
        let files = files.iter().copied().collect::<Vec<_>>().join(", ");
        format!("{name}: {files}")
    });
    check("a type that leaves its file has a name of its own", &complaints.collect::<Vec<_>>());
}
