//! The time stamp of everything in the image: the variable SOURCE_DATE_EPOCH, or 1970.
//!
//! The clock is never read, so builds are reproducible (reproducible-builds.org/specs/source-date-epoch).

use anyhow::{Result, bail};
use std::ffi::OsStr;
use std::{env, fmt};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time, in seconds since 1970. `Display` formats it as RFC 3339 does.
#[derive(Clone, Copy)]
pub struct Epoch(u64);

/// The last second that RFC 3339 can express, in the year 9999.
const LAST: u64 = 253_402_300_799;

/// Reads the variable; 0 if it is not set.
///
/// # Errors
/// It is no number of seconds that RFC 3339 can express.
pub fn from_environment() -> Result<Epoch> {
    env::var_os("SOURCE_DATE_EPOCH").map_or(Ok(Epoch(0)), |value| Epoch::of(&value))
}

impl Epoch {
    /// Reads a value of the variable.
    ///
    /// # Errors
    /// It is no number of seconds that RFC 3339 can express.
    pub fn of(value: &OsStr) -> Result<Self> {
        match value.to_str().map(str::parse) {
            Some(Ok(seconds @ 0..=LAST)) => Ok(Self(seconds)),
            _ => bail!("SOURCE_DATE_EPOCH is {value:?}; set it to a number of seconds since 1970, or unset it"),
        }
    }

    /// Returns the seconds since 1970.
    pub fn seconds(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let time = OffsetDateTime::from_unix_timestamp(self.0.cast_signed()).map_err(|_| fmt::Error)?;
        f.write_str(&time.format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}
