//! Reports the line by which a container is refused: on standard error, and in the log from which engines take the error
//! of a runtime (containerd shows it in `kubectl describe pod`).

use crate::command_line::Start;
use serde_json::json;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::time::{SystemTime, UNIX_EPOCH};

/// Writes the line.
pub fn refuse(line: &str, start: Option<&Start>) {
    let line = format!("oci-init: {line}");
    // Neither failure has a place where it could be reported, and the exit status tells of the refusal.
    _ = writeln!(std::io::stderr(), "{line}");
    let Some((log, is_json)) = start.and_then(|start| Some((start.log.as_ref()?, start.log_is_json))) else { return };
    let time = rfc3339(SystemTime::now());
    let entry = if is_json {
        json!({ "level": "error", "msg": line, "time": time }).to_string()
    } else {
        format!("time={time:?} level=error msg={line:?}")
    };
    let file = OpenOptions::new().append(true).create(true).mode(0o644).open(log);
    _ = file.and_then(|mut file| file.write_all(format!("{entry}\n").as_bytes()));
}

/// Returns a time as logs have it, in UTC, such as `2026-01-31T12:00:00Z`.
fn rfc3339(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    let (days, second) = (seconds / 86400, seconds % 86400);
    let is_leap = |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let (mut year, mut day) = (1970, days);
    while day >= 365 + u64::from(is_leap(year)) {
        day -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [31, 28 + u64::from(is_leap(year)), 31, 30, 31, 30, 31, 31, 30, 31, 30, 31] {
        if day < length {
            break;
        }
        day -= length;
        month += 1;
    }
    format!("{year}-{month:02}-{:02}T{:02}:{:02}:{:02}Z", day + 1, second / 3600, second / 60 % 60, second % 60)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_time_is_written_as_logs_have_it() {
        let times = [
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (1_709_251_200, "2024-03-01T00:00:00Z"),
            (1_798_761_599, "2026-12-31T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
        ];
        for (seconds, expected) in times {
            assert_eq!(rfc3339(UNIX_EPOCH + Duration::from_secs(seconds)), expected);
        }
    }
}
