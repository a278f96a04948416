//! A lock file and the list of a program's libraries, as `image` reads them: refused in one sentence, or each line of the list
//! is found in what was read. The lines up to `LIST` are the lock file.

use super::assert_one_line;
use image::library::Lock;

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    let separator = b"\nLIST\n";
    let at = bytes.windows(separator.len()).position(|window| window == separator);
    let (lock, list) = at.map_or((bytes, &b""[..]), |at| (&bytes[..at], &bytes[at + separator.len()..]));
    let (lock, list_file) = (super::file(lock), super::file(list));
    let lock = match Lock::read(lock.path()) {
        Ok(lock) => lock,
        Err(error) => return assert_one_line(&error),
    };
    if let Ok(library) = lock.build_dependency("libc") {
        assert_eq!(library.purl, format!("pkg:cargo/libc@{}", library.version));
    }
    let libraries = match lock.shipped(list_file.path()) {
        Ok(libraries) => libraries,
        Err(error) => return assert_one_line(&error),
    };
    let text = str::from_utf8(list).expect("a list is UTF-8");
    assert_eq!(libraries.len(), text.lines().count());
    for (library, line) in libraries.iter().zip(text.lines()) {
        assert_eq!(format!("{}\t{}", library.purl, library.license.as_deref().expect("a list has it")), line);
        assert!(library.purl.ends_with(&format!("/{}@{}", library.name, library.version)), "{library:?}");
        assert!(library.is_shipped);
        let is_locked = lock.build_dependency(&library.name).is_ok();
        assert!(is_locked || !library.purl.starts_with("pkg:cargo/"), "{library:?} is not in the lock file");
    }
}
