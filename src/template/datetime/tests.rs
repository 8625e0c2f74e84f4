use chrono::NaiveDate;

use super::moment::Moment;
use super::strftime::strftime;
use super::strptime;
use super::zone::Zone;
use crate::template::values::text;

#[test]
fn times_are_read_and_written() {
    let check = |format: &str, written: &str, expected: &str| {
        let moment = strptime::strptime(written, format).unwrap();
        assert_eq!(text(&moment.value()), expected, "{written} by {format}");
        assert_eq!(strftime(format, moment.local, moment.zone), written, "{format}");
    };
    check("%Y-%m-%d", "2024-02-29", "2024-02-29 00:00:00");
    check("%d/%m/%Y %H:%M:%S", "01/12/2024 23:59:58", "2024-12-01 23:59:58");
    check("%Y%m%d", "20240131", "2024-01-31 00:00:00");
    check("%b %d, %Y", "Jan 05, 2024", "2024-01-05 00:00:00");
    check("%I:%M %p", "01:05 PM", "1900-01-01 13:05:00");
    check("%Y-%m-%dT%H:%M:%S.%f", "2024-01-31T01:02:03.000456", "2024-01-31 01:02:03.000456");
    check("%Y-%m-%d %H:%M:%S%z", "2024-01-31 01:02:03+0530", "2024-01-31 01:02:03+05:30");
    check("%Y", "2024", "2024-01-01 00:00:00");
}

#[test]
fn zones_know_their_history() {
    let berlin = Zone::parse("Europe/Berlin").unwrap();
    let at = |month, day, hour| {
        NaiveDate::from_ymd_opt(2024, month, day).unwrap().and_hms_opt(hour, 30, 0).unwrap()
    };
    assert_eq!(berlin.name_at(at(1, 1, 0)), "CET");
    assert_eq!(berlin.name_at(at(7, 1, 0)), "CEST");
    // A local time that daylight saving skips, and one that it repeats.
    assert_eq!(berlin.offset_at_local(at(3, 31, 2)).to_string(), "+01:00");
    assert_eq!(berlin.offset_at_local(at(10, 27, 2)).to_string(), "+02:00");
    assert!(Zone::parse("Nowhere").is_err());
    // Put on a time without `localize`, it stands at its first offset.
    let summer =
        Moment { local: at(6, 1, 12), zone: Some(Zone::parse("America/New_York").unwrap().put_on()) };
    assert_eq!(summer.isoformat(" "), "2024-06-01 12:30:00-04:56");
    assert_eq!(summer.zone.unwrap().name_at(summer.local), "LMT");
    assert_eq!(summer.in_zone(Zone::UTC).isoformat(" "), "2024-06-01 17:26:00+00:00");
    assert_eq!(Zone::UTC.put_on(), Zone::UTC);
}

#[test]
fn iso_texts_are_read() {
    let check = |written: &str, expected: &str| {
        let shown = strptime::from_iso(written).map(|moment| text(&moment.value()));
        assert_eq!(shown.unwrap_or_else(|_| "!".to_owned()), expected, "{written}");
    };
    check("2024-01-31", "2024-01-31 00:00:00");
    check("2024-01-31 12:30", "2024-01-31 12:30:00");
    check("2024-01-31T12:30:01.5", "2024-01-31 12:30:01.500000");
    check("2024-01-31T12:30:01Z", "2024-01-31 12:30:01+00:00");
    check("2024-01-31T12:30+02:00", "2024-01-31 12:30:00+02:00");
    check("2024-13-31", "!");
    check("", "!");
}
