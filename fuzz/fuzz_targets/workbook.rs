//! Bytes for `properties::workbook`.
#![no_main]

#[allow(dead_code, reason = "each target uses one property of all")]
#[path = "../../tests/it/properties.rs"]
mod properties;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| properties::workbook(bytes));
