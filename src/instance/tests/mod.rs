//! Access graphs, and classes that the input describes.

mod access;
mod added_classes;
