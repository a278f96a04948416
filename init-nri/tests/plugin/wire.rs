//! The encoding of protobuf, written by hand: what the plugin says is not read by the code that it is written with.

/// A message that is being written.
#[derive(Clone, Default)]
pub struct Message(Vec<u8>);

impl Message {
    /// Adds a number, or a truth value.
    pub fn number(mut self, field: u32, value: u64) -> Self {
        self.varint(u64::from(field) << 3);
        self.varint(value);
        self
    }

    /// Adds bytes: a text, or an encoded message.
    pub fn bytes(mut self, field: u32, value: impl AsRef<[u8]>) -> Self {
        self.varint(u64::from(field) << 3 | 2);
        self.varint(value.as_ref().len() as u64);
        self.0.extend(value.as_ref());
        self
    }

    /// Adds texts.
    pub fn texts(self, field: u32, values: &[&str]) -> Self {
        values.iter().fold(self, |this, value| this.bytes(field, value))
    }

    /// Adds entries of a map.
    pub fn map(self, field: u32, entries: &[(&str, &str)]) -> Self {
        let entry = |(key, value): &(&str, &str)| Self::default().bytes(1, key).bytes(2, value).0;
        entries.iter().fold(self, |this, one| this.bytes(field, entry(one)))
    }

    /// The bytes.
    pub fn encoded(&self) -> &[u8] {
        &self.0
    }

    fn varint(&mut self, mut value: u64) {
        while value >= 0x80 {
            self.0.push(value as u8 | 0x80);
            value >>= 7;
        }
        self.0.push(value as u8);
    }
}

/// A message that was read: its fields in their order.
#[derive(Debug, PartialEq)]
pub struct Fields(Vec<(u32, Value)>);

#[derive(Debug, PartialEq)]
enum Value {
    Number(u64),
    Bytes(Vec<u8>),
}

impl Fields {
    /// Reads a message.
    #[track_caller]
    pub fn of(mut bytes: &[u8]) -> Self {
        let mut fields = Vec::new();
        while !bytes.is_empty() {
            let key = varint(&mut bytes);
            let value = match key & 7 {
                0 => Value::Number(varint(&mut bytes)),
                2 => {
                    let length = varint(&mut bytes) as usize;
                    let (value, rest) = bytes.split_at(length);
                    bytes = rest;
                    Value::Bytes(value.to_vec())
                }
                other => panic!("a field of the type {other}"),
            };
            fields.push((u32::try_from(key >> 3).expect("a small number"), value));
        }
        Self(fields)
    }

    /// The numbers of the fields that are there.
    pub fn present(&self) -> Vec<u32> {
        let mut present: Vec<u32> = self.0.iter().map(|(field, _)| *field).collect();
        present.dedup();
        present
    }

    /// A number, 0 if it is missing.
    pub fn number(&self, field: u32) -> u64 {
        self.0
            .iter()
            .find_map(|(number, value)| match value {
                Value::Number(value) if *number == field => Some(*value),
                _ => None,
            })
            .unwrap_or(0)
    }

    /// The values of a field of bytes.
    pub fn all(&self, field: u32) -> Vec<&[u8]> {
        self.0
            .iter()
            .filter_map(|(number, value)| match value {
                Value::Bytes(value) if *number == field => Some(&**value),
                _ => None,
            })
            .collect()
    }

    /// The texts of a field.
    #[track_caller]
    pub fn texts(&self, field: u32) -> Vec<&str> {
        self.all(field).into_iter().map(|text| str::from_utf8(text).expect("a text")).collect()
    }

    /// A text, empty if it is missing.
    #[track_caller]
    pub fn text(&self, field: u32) -> &str {
        self.texts(field).first().copied().unwrap_or_default()
    }

    /// The messages of a field.
    #[track_caller]
    pub fn messages(&self, field: u32) -> Vec<Self> {
        self.all(field).into_iter().map(Self::of).collect()
    }
}

#[track_caller]
fn varint(bytes: &mut &[u8]) -> u64 {
    let mut value = 0;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().expect("a number has an end");
        *bytes = rest;
        value |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return value;
        }
    }
    panic!("a number is too long");
}
