//! When everything was made, as far as anybody is told: the variable SOURCE_DATE_EPOCH, or else the beginning of time.
//!
//! The clock is never asked: the same binaries must make the same bytes (reproducible-builds.org/specs/source-date-epoch).

use crate::Result;
use std::env::{self, VarError};
use std::fmt;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// A point in time, in seconds since 1970. It is displayed as RFC 3339 wants it.
#[derive(Clone, Copy)]
pub struct Epoch(i64);

/// The last second that RFC 3339 can tell: of the year 9999.
const LAST: i64 = 253_402_300_799;

/// What the variable says; 0 where it is not set.
pub fn from_environment() -> Result<Epoch> {
    let variable = match env::var("SOURCE_DATE_EPOCH") {
        Ok(variable) => variable,
        Err(VarError::NotPresent) => return Ok(Epoch(0)),
        Err(VarError::NotUnicode(variable)) => variable.to_string_lossy().into_owned(),
    };
    match variable.parse() {
        Ok(seconds @ 0..=LAST) => Ok(Epoch(seconds)),
        _ => {
            Err(format!("SOURCE_DATE_EPOCH is {variable:?}; set it to a number of seconds since 1970, or unset it")
                .into())
        }
    }
}

impl Epoch {
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
