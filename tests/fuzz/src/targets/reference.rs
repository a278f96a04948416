//! The name of an image, as `image` reads it: refused in one sentence, or the same when what was read is written again. The
//! image of `init` has the same registry and tag.

use super::assert_one_line;
use image::reference;

/// Runs the target.
pub fn fuzz(bytes: &[u8]) {
    let Ok(name) = str::from_utf8(bytes) else { return };
    let read = match reference::read(name) {
        Ok(read) => read,
        Err(error) => return assert_one_line(&error),
    };
    let tag = read.tag().unwrap_or("latest");
    assert!(!name.contains('@') && (tag == "latest" || name.ends_with(&format!(":{tag}"))), "{name}");
    assert!(read.whole().chars().all(|character| character.is_ascii_graphic()), "{name}");
    assert_eq!(reference::read(&read.whole()).expect("it was read").whole(), read.whole());

    let init = reference::of_program(&read, "init", "-guard");
    assert_eq!((init.registry(), init.tag()), (read.registry(), Some(&*format!("{tag}-guard"))), "{name}");
    assert!(init.repository().split('/').next_back() == Some("init"), "{name}");
    assert_eq!(init.repository().split('/').count(), read.repository().split('/').count(), "{name}");
    assert_eq!(reference::of_program(&read, "pause", "").repository(), read.repository());
}
