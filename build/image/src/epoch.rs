//! The time stamp of everything in the image: the variable SOURCE_DATE_EPOCH, or 1970.
//!
//! The clock is never read, so builds are reproducible (reproducible-builds.org/specs/source-date-epoch).

use anyhow::{Result, bail};
use std::{env, fmt};
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time, in seconds since 1970. `Display` formats it as RFC 3339 does.
#[derive(Clone, Copy)]
pub struct Epoch(i64);

/// The last second that RFC 3339 can express, in the year 9999.
const LAST: i64 = 253_402_300_799;

/// Reads the variable; 0 if it is not set.
pub fn from_environment() -> Result<Epoch> {
    let Some(variable) = env::var_os("SOURCE_DATE_EPOCH") else { return Ok(Epoch(0)) };
    match variable.to_str().map(str::parse) {
        Some(Ok(seconds @ 0..=LAST)) => Ok(Epoch(seconds)),
        _ => bail!("SOURCE_DATE_EPOCH is {variable:?}; set it to a number of seconds since 1970, or unset it"),
    }
}

impl Epoch {
    /// Returns the seconds since 1970.
    pub fn seconds(self) -> u64 {
        self.0.unsigned_abs()
    }
}

impl fmt::Display for Epoch {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        let time = OffsetDateTime::from_unix_timestamp(self.0).map_err(|_| fmt::Error)?;
        f.write_str(&time.format(&Rfc3339).map_err(|_| fmt::Error)?)
    }
}
