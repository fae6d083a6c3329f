//! CPU seconds that ruff's parser takes for files: what `codeanatomy debug parse --jobs 1` says of ours.
//!
//! usage: ruff_parse --files-from LIST --target-version X.Y
//!
//! Files are read before the clock runs; each tree is dropped, inside the measured time, before the
//! next one is made. Prints {"files", "bytes", "cpu_seconds", "rejected"}.

use std::fs;
use std::process::exit;

use ruff_python_ast::PythonVersion;
use ruff_python_parser::{Mode, ParseOptions, parse_unchecked};

#[global_allocator]
static ALLOCATOR: tikv_jemallocator::Jemalloc = tikv_jemallocator::Jemalloc;

fn fail(message: &str) -> ! {
    eprintln!("ruff_parse: {message}");
    exit(2)
}

fn thread_seconds() -> f64 {
    let mut now = libc::timespec { tv_sec: 0, tv_nsec: 0 };
    // SAFETY: `now` is a valid timespec that outlives the call.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut now) };
    now.tv_sec as f64 + 1e-9 * now.tv_nsec as f64
}

/// Text to tree, and the tree dropped; true if the text is valid. Its name is what callgrind counts in.
#[unsafe(no_mangle)]
#[inline(never)]
pub extern "Rust" fn ruff_parse_and_drop(text: &str, version: PythonVersion) -> bool {
    let options = ParseOptions::from(Mode::Module).with_target_version(version);
    parse_unchecked(text, options).has_valid_syntax()
}

fn parse_arguments() -> (String, PythonVersion) {
    let (mut list, mut version) = (None, None);
    let mut arguments = std::env::args().skip(1);
    while let (Some(name), Some(value)) = (arguments.next(), arguments.next()) {
        match name.as_str() {
            "--files-from" => list = Some(value),
            "--target-version" => {
                let parts: Vec<u8> = value.split('.').filter_map(|part| part.parse().ok()).collect();
                version = match parts[..] {
                    [major, minor] => Some(PythonVersion { major, minor }),
                    _ => fail(&format!("{value} is no version")),
                };
            }
            _ => fail(&format!("unknown argument {name}")),
        }
    }
    match (list, version) {
        (Some(list), Some(version)) => (list, version),
        _ => fail("usage: ruff_parse --files-from LIST --target-version X.Y"),
    }
}

fn main() {
    let (list, version) = parse_arguments();
    let paths = fs::read_to_string(&list).unwrap_or_else(|error| fail(&format!("{list}: {error}")));
    let (mut files, mut bytes, mut rejected, mut seconds) = (0, 0, 0, 0.0);
    for path in paths.lines() {
        let read = fs::read_to_string(path).unwrap_or_else(|error| fail(&format!("{path}: {error}")));
        let text = read.strip_prefix('\u{feff}').unwrap_or(&read);
        let begin = thread_seconds();
        let valid = ruff_parse_and_drop(text, version);
        seconds += thread_seconds() - begin;
        files += 1;
        bytes += read.len();
        rejected += usize::from(!valid);
    }
    println!(
        "{{\"files\": {files}, \"bytes\": {bytes}, \"cpu_seconds\": {seconds:.6}, \"rejected\": {rejected}}}"
    );
}
