//! Who is the same person, without saying who it is? A pseudonym: an HMAC that only this service can
//! make.
//!
//! A plain digest of what everybody knows (the installation, the quarter, a login) could be made by whoever
//! reads the database, for each login there is, and compared.

use secrecy::SecretString;

use crate::domain::ids::InstallationId;
use crate::edge::github::signature::sign;

/// Makes pseudonyms. Cheap to clone.
#[derive(Debug, Clone)]
pub struct Pseudonyms {
    secrets: Vec<SecretString>,
}

impl Pseudonyms {
    /// `secrets` are the webhook's: while they rotate, the first one counts.
    pub fn new(secrets: Vec<SecretString>) -> Self {
        Self { secrets }
    }

    /// Somebody's pseudonyms in one installation and one quarter: the one that counts, then those that
    /// earlier secrets may have made. `account` is GitHub's number, which a new login does not change;
    /// where an event told none, the login stands for it.
    pub(super) fn of(
        &self,
        installation: InstallationId,
        quarter: &str,
        account: Option<i64>,
        login: &str,
    ) -> Vec<String> {
        let who = match account {
            Some(id) => format!("#{id}"),
            None => login.to_ascii_lowercase(),
        };
        // Never the body of a webhook (those are JSON), nor what a link seals.
        let text = format!("satisfaction {installation} {quarter} {who}");
        let named = self.secrets.iter().map(|secret| sign(secret, text.as_bytes()));
        named.map(|seal| seal.trim_start_matches("sha256=").to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pseudonym_takes_the_secret_and_stays_with_the_account() {
        let of = |secrets: &[&str], account, login: &str| {
            let secrets = secrets.iter().map(|secret| SecretString::from(*secret)).collect();
            Pseudonyms::new(secrets).of(InstallationId(1), "2026-Q4", account, login)
        };
        let ada = of(&["s3cret"], Some(7), "ada");
        assert_eq!(ada.len(), 1);
        assert_eq!(ada, of(&["s3cret"], Some(7), "ada-lovelace"), "renamed");
        assert_ne!(ada, of(&["s3cret"], Some(8), "ada"));
        assert_ne!(ada, of(&["other"], Some(7), "ada"), "a reader of the database has no secret");
        assert_eq!(of(&["s3cret"], None, "Ada"), of(&["s3cret"], None, "ada"));
        let rotating = of(&["new", "s3cret"], Some(7), "ada");
        assert_eq!((rotating.len(), &rotating[1]), (2, &ada[0]));
    }
}
