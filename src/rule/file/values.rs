//! The values in a rule file that may be written in several ways, or whose
//! place is kept.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::Serializer;
use serde::{Deserialize, Serialize};

use super::{Atom, Comparator};

/// A text and the place it was written at, for messages with a caret.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct PlacedText {
    /// The text.
    pub value: String,
    /// Line, from 1; 0 where it is not known.
    pub line: u32,
    /// Column in characters, from 1; 0 where it is not known.
    pub column: u32,
}

/// A scalar written with or without quotes: kept as text.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scalar(pub String);

/// One value or a list of them.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct OneOrMany(pub Vec<String>);

/// One condition, or a list of them.
#[derive(Debug, Clone, Default)]
pub struct Atoms(pub Vec<Atom>);

/// What is expected: of one value, or of fields by name.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Expect {
    /// Of the property's value or the count.
    pub value: Comparator,
    /// Of fields of a record.
    pub fields: BTreeMap<String, Comparator>,
}

impl PlacedText {
    /// A text whose place is not known.
    #[must_use]
    pub fn new(value: impl Into<String>) -> Self {
        Self { value: value.into(), line: 0, column: 0 }
    }
}

impl Serialize for PlacedText {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        if serializer.is_human_readable() {
            return serializer.serialize_str(&self.value);
        }
        (&self.value, self.line, self.column).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for PlacedText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if !deserializer.is_human_readable() {
            let (value, line, column) = Deserialize::deserialize(deserializer)?;
            return Ok(Self { value, line, column });
        }
        let spanned = serde_saphyr::Spanned::<Scalar>::deserialize(deserializer)?;
        let number = |value: u64| u32::try_from(value).unwrap_or(0);
        Ok(Self {
            value: spanned.value.0,
            line: number(spanned.referenced.line()),
            column: number(spanned.referenced.column()),
        })
    }
}

impl Serialize for Scalar {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(ScalarVisitor)
        } else {
            String::deserialize(deserializer).map(Self)
        }
    }
}

struct ScalarVisitor;

impl Visitor<'_> for ScalarVisitor {
    type Value = Scalar;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, number or boolean")
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Scalar, E> {
        Ok(Scalar(value.to_owned()))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Scalar, E> {
        Ok(Scalar(value.to_string()))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Scalar, E> {
        Ok(Scalar(value.to_string()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Scalar, E> {
        Ok(Scalar(value.to_string()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Scalar, E> {
        Ok(Scalar(value.to_string()))
    }

    fn visit_unit<E: de::Error>(self) -> Result<Scalar, E> {
        Ok(Scalar(String::new()))
    }
}

impl Serialize for OneOrMany {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(OneOrManyVisitor)
        } else {
            Vec::deserialize(deserializer).map(Self)
        }
    }
}

struct OneOrManyVisitor;

impl<'de> Visitor<'de> for OneOrManyVisitor {
    type Value = OneOrMany;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a text, number or boolean, or a list of them")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<OneOrMany, A::Error> {
        let mut values = Vec::new();
        while let Some(Scalar(value)) = list.next_element()? {
            values.push(value);
        }
        Ok(OneOrMany(values))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<OneOrMany, E> {
        Ok(OneOrMany(vec![value.to_owned()]))
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<OneOrMany, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<OneOrMany, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<OneOrMany, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<OneOrMany, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_unit<E: de::Error>(self) -> Result<OneOrMany, E> {
        Ok(OneOrMany::default())
    }
}

impl Serialize for Expect {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        (&self.value, &self.fields).serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Expect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_map(ExpectVisitor)
        } else {
            let (value, fields) = Deserialize::deserialize(deserializer)?;
            Ok(Self { value, fields })
        }
    }
}

struct ExpectVisitor;

impl<'de> Visitor<'de> for ExpectVisitor {
    type Value = Expect;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("comparators, or fields with comparators")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Expect, A::Error> {
        let mut expect = Expect::default();
        while let Some(key) = map.next_key::<String>()? {
            let value = &mut expect.value;
            match key.as_str() {
                "equals" => value.equals = Some(map.next_value()?),
                "not_equals" => value.not_equals = Some(map.next_value()?),
                "one_of" => value.one_of = Some(map.next_value()?),
                "none_of" => value.none_of = Some(map.next_value()?),
                "at_most" => value.at_most = Some(map.next_value()?),
                "at_least" => value.at_least = Some(map.next_value()?),
                "between" => value.between = Some(map.next_value()?),
                "empty" => value.empty = Some(map.next_value()?),
                "not_empty" => value.not_empty = Some(map.next_value()?),
                "matches" => value.matches = Some(map.next_value()?),
                "not_matches" => value.not_matches = Some(map.next_value()?),
                "ip_within" => value.ip_within = Some(map.next_value()?),
                "subset_of" => value.subset_of = Some(map.next_value()?),
                "contains_all" => value.contains_all = Some(map.next_value()?),
                "contains_none" => value.contains_none = Some(map.next_value()?),
                "each" => value.each = Some(map.next_value()?),
                "unlimited" => value.unlimited = Some(map.next_value()?),
                "at_most_share" => value.at_most_share = Some(map.next_value()?),
                _ => {
                    let comparator = map.next_value()?;
                    expect.fields.insert(key, comparator);
                }
            }
        }
        Ok(expect)
    }
}

impl Serialize for Atoms {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Atoms {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        if deserializer.is_human_readable() {
            deserializer.deserialize_any(AtomsVisitor)
        } else {
            Vec::deserialize(deserializer).map(Self)
        }
    }
}

struct AtomsVisitor;

impl<'de> Visitor<'de> for AtomsVisitor {
    type Value = Atoms;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a condition or a list of conditions")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Atoms, A::Error> {
        Atom::deserialize(de::value::MapAccessDeserializer::new(map)).map(|atom| Atoms(vec![atom]))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Atoms, A::Error> {
        let mut atoms = Vec::new();
        while let Some(atom) = list.next_element()? {
            atoms.push(atom);
        }
        Ok(Atoms(atoms))
    }
}

impl JsonSchema for Atoms {
    fn schema_name() -> Cow<'static, str> {
        "Atoms".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        let atom = generator.subschema_for::<Atom>();
        json_schema!({ "anyOf": [atom, { "type": "array", "items": atom }] })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl JsonSchema for PlacedText {
    fn schema_name() -> Cow<'static, str> {
        "PlacedText".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": "string" })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl JsonSchema for Scalar {
    fn schema_name() -> Cow<'static, str> {
        "Scalar".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({ "type": ["string", "number", "boolean", "null"] })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl JsonSchema for OneOrMany {
    fn schema_name() -> Cow<'static, str> {
        "OneOrMany".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "type": ["string", "number", "boolean", "array"],
            "items": { "type": ["string", "number", "boolean"] }
        })
    }

    fn inline_schema() -> bool {
        true
    }
}

impl JsonSchema for Expect {
    fn schema_name() -> Cow<'static, str> {
        "Expect".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        // Comparators by name, and beside them fields that have comparators.
        let mut schema = Comparator::json_schema(generator);
        let comparator = generator.subschema_for::<Comparator>();
        schema.insert("additionalProperties".to_owned(), comparator.to_value());
        schema
    }
}
