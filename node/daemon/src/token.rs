//! The bearer token: made once, kept in one file that only its owner can read, compared in constant time.
//!
//! Owns the file's content and mode. Refuses to know about requests. The token itself is not kept in memory, only its
//! hash; BLAKE3 hashes compare in constant time, so the comparison says nothing about where two tokens differ.

use std::fs::{self, OpenOptions};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use wire::TOKEN_FILE;

/// Random bytes in a new token.
const TOKEN_BYTES: usize = 32;
/// Fewest characters a token file may hold; a shorter one could be guessed.
const TOKEN_CHARS_MIN: usize = 32;
/// Most characters a token file may hold.
const TOKEN_CHARS_MAX: usize = 256;
#[cfg(unix)]
const OWNER_ONLY: u32 = 0o600;

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The file could not be read, written or protected.
    #[error("the token file {path} cannot be used: {source}")]
    File {
        /// The token file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// The file holds something that is no token.
    #[error("the token file {path} holds no usable token; delete it and start again")]
    Damaged {
        /// The token file.
        path: PathBuf,
    },
    /// The system gave no random bytes.
    #[error("the system gave no random bytes for a token: {0}")]
    Random(getrandom::Error),
}

/// What a client must prove it knows.
#[derive(Debug, Clone)]
pub struct Token {
    hash: blake3::Hash,
}

impl Token {
    /// A token known in advance.
    pub fn new(secret: &str) -> Self {
        Token { hash: blake3::hash(secret.as_bytes()) }
    }

    /// Whether a client sent the right one.
    pub fn matches(&self, sent: &str) -> bool {
        blake3::hash(sent.as_bytes()) == self.hash
    }

    /// Reads the token file in `data_dir`, or makes it. A file that others may read is narrowed to its owner.
    ///
    /// # Errors
    /// See [`TokenError`].
    pub fn from_dir(data_dir: &Path) -> Result<Self, TokenError> {
        let path = data_dir.join(TOKEN_FILE);
        let fail = |source| TokenError::File { path: path.clone(), source };
        match fs::symlink_metadata(&path) {
            Ok(meta) if !meta.is_file() => return Err(TokenError::Damaged { path }),
            Ok(_) => narrow(&path).map_err(fail)?,
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                write_new(data_dir, &path, &fresh_secret()?).map_err(fail)?;
            }
            Err(error) => return Err(fail(error)),
        }
        let text = fs::read_to_string(&path).map_err(fail)?;
        let secret = text.trim();
        let whole = (TOKEN_CHARS_MIN..=TOKEN_CHARS_MAX).contains(&secret.len())
            && secret.bytes().all(|byte| byte.is_ascii_graphic());
        if whole { Ok(Token::new(secret)) } else { Err(TokenError::Damaged { path }) }
    }
}

fn fresh_secret() -> Result<String, TokenError> {
    let mut bytes = [0u8; TOKEN_BYTES];
    getrandom::fill(&mut bytes).map_err(TokenError::Random)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// Written beside and renamed, so that a crash leaves no half token.
fn write_new(data_dir: &Path, path: &Path, secret: &str) -> io::Result<()> {
    let beside = data_dir.join(format!("{TOKEN_FILE}.new"));
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, OWNER_ONLY);
    let mut file = options.open(&beside)?;
    writeln!(file, "{secret}")?;
    file.sync_all()?;
    fs::rename(&beside, path)
}

#[cfg(unix)]
fn narrow(path: &Path) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    let mode = fs::metadata(path)?.permissions().mode();
    if mode & 0o077 == 0 {
        return Ok(());
    }
    eprintln!("emberd: the token file was readable by others; it is now readable by you alone");
    fs::set_permissions(path, fs::Permissions::from_mode(OWNER_ONLY))
}

#[cfg(not(unix))]
fn narrow(_path: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(unix)]
    fn mode_of(path: &Path) -> u32 {
        use std::os::unix::fs::PermissionsExt;
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    #[test]
    fn the_token_is_made_once_and_kept() {
        let dir = tempfile::tempdir().unwrap();
        Token::from_dir(dir.path()).unwrap();
        let text = fs::read_to_string(dir.path().join(TOKEN_FILE)).unwrap();
        assert_eq!(text.trim().len(), TOKEN_BYTES * 2);
        let again = Token::from_dir(dir.path()).unwrap();
        assert!(again.matches(text.trim()));
        assert!(!again.matches(&text.trim()[1..]) && !again.matches("") && !again.matches(&text));
    }

    #[cfg(unix)]
    #[test]
    fn only_the_owner_can_read_it() {
        use std::os::unix::fs::PermissionsExt;
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join(TOKEN_FILE);
        Token::from_dir(dir.path()).unwrap();
        assert_eq!(mode_of(&path), OWNER_ONLY);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
        Token::from_dir(dir.path()).unwrap();
        assert_eq!(mode_of(&path), OWNER_ONLY);
    }

    #[test]
    fn a_damaged_file_is_refused() {
        for content in ["", "short", &"x".repeat(TOKEN_CHARS_MAX + 1), &"a b ".repeat(20)] {
            let dir = tempfile::tempdir().unwrap();
            fs::write(dir.path().join(TOKEN_FILE), content).unwrap();
            assert!(matches!(Token::from_dir(dir.path()), Err(TokenError::Damaged { .. })), "{content:?}");
        }
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir(dir.path().join(TOKEN_FILE)).unwrap();
        assert!(matches!(Token::from_dir(dir.path()), Err(TokenError::Damaged { .. })));
    }
}
