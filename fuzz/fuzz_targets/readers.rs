#![no_main]
libfuzzer_sys::fuzz_target!(|data: &[u8]| {
    let _ = tearoad::domain::id::decode(&String::from_utf8_lossy(data));
});
