//! Places and their texts in whole files.
