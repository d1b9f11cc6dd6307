//! Where files are kept: a folder, or a bucket of S3 or of what speaks its protocol. Nobody else asks which: they hold an [`ObjectStore`].

use std::{
    collections::{BTreeMap, HashMap},
    fmt,
    path::PathBuf,
    sync::Arc,
    time::Duration,
};

use anyhow::{Context, bail, ensure};
use futures::TryStreamExt;
use guildhall_kernel::{Chance, Clock};
use object_store::{
    ObjectStore, ObjectStoreExt, PutMode, PutPayload, RetryConfig,
    aws::{AmazonS3, AmazonS3Builder, AmazonS3ConfigKey},
    client::ClientConfigKey,
    local::LocalFileSystem,
    path::Path as Key,
    prefix::PrefixStore,
};
use uuid::Uuid;

/// How long a store that fails is asked again: a person may be waiting, and jobs come again by themselves.
const PATIENCE: Duration = Duration::from_secs(15);

/// What `GUILDHALL_FILES` names.
#[derive(Clone, Debug)]
pub(crate) enum Place {
    Folder(PathBuf),
    Bucket(Bucket),
}

/// A bucket and how to get at it; neither `Debug` nor `Display` shows its keys.
#[derive(Clone)]
pub(crate) struct Bucket {
    name: String,
    /// Before every key; empty when the bucket is the site's own.
    prefix: Key,
    settings: HashMap<AmazonS3ConfigKey, String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Folder(folder) => write!(f, "{}", folder.display()),
            Self::Bucket(bucket) => write!(f, "{bucket:?}"),
        }
    }
}

impl fmt::Debug for Bucket {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slash = if self.prefix.as_ref().is_empty() { "" } else { "/" };
        write!(f, "s3://{}{slash}{}", self.name, self.prefix)
    }
}

impl Place {
    /// Reads `file:PATH` or `s3://BUCKET/PREFIX`, the latter with the `AWS_` settings of the environment, whose values `get` hands out.
    pub(crate) fn read(
        address: &str,
        given: &BTreeMap<String, String>,
        get: &impl Fn(&str) -> anyhow::Result<Option<String>>,
    ) -> anyhow::Result<Self> {
        if let Some(folder) = address.strip_prefix("file:") {
            ensure!(!folder.is_empty(), "GUILDHALL_FILES names no folder after file:");
            return Ok(Self::Folder(folder.into()));
        }
        let Some(rest) = address.strip_prefix("s3://") else {
            bail!("GUILDHALL_FILES must be file:PATH, s3://BUCKET or s3://BUCKET/PREFIX");
        };
        let (name, prefix) = rest.split_once('/').unwrap_or((rest, ""));
        let plain = |letter: char| letter.is_ascii_lowercase() || letter.is_ascii_digit() || "-._".contains(letter);
        // Without the name: whoever wrote a key in front of an @ would find it in the log.
        ensure!(
            (3..=63).contains(&name.len()) && name.chars().all(plain),
            "GUILDHALL_FILES names no bucket after s3://: 3 to 63 small letters, digits, dots and hyphens. Keys go into AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        );
        let prefix = Key::parse(prefix).context("GUILDHALL_FILES names no prefix after its bucket")?;
        let settings = settings(given, get)?;
        sound(&settings)?;
        Ok(Self::Bucket(Bucket { name: name.to_owned(), prefix, settings }))
    }

    /// The store itself. A folder is made when it is not there; a bucket is not asked for anything yet.
    pub(crate) fn open(&self) -> anyhow::Result<Arc<dyn ObjectStore>> {
        match self {
            Self::Folder(folder) => {
                std::fs::create_dir_all(folder).with_context(|| format!("{} can't be made", folder.display()))?;
                Ok(Arc::new(LocalFileSystem::new_with_prefix(folder)?))
            }
            Self::Bucket(bucket) => {
                let store = bucket.open().context("the AWS_ settings of the file store can't be used")?;
                if bucket.prefix.as_ref().is_empty() {
                    return Ok(Arc::new(store));
                }
                Ok(Arc::new(PrefixStore::new(store, bucket.prefix.clone())))
            }
        }
    }

    /// Lists, makes, reads and deletes; what is wrong, and what to do about it.
    pub(crate) async fn check(&self) -> Result<(), String> {
        let store = self.open().map_err(|error| format!("{self}: {error:#}. Set GUILDHALL_FILES"))?;
        match try_out(&*store).await {
            Ok(true) => Ok(()),
            Ok(false) => Err(format!(
                "{self}: a file that was to be made only once was made over. The audit trail's anchors need a store that knows `If-None-Match: *`"
            )),
            Err(error) => Err(format!("{self}: {}", self.advice(&error))),
        }
    }

    fn advice(&self, error: &object_store::Error) -> String {
        match self {
            Self::Folder(_) => format!("{error}. Let this program write there, or set GUILDHALL_FILES"),
            Self::Bucket(bucket) => bucket.advice(error),
        }
    }
}

impl Bucket {
    fn open(&self) -> object_store::Result<AmazonS3> {
        let retry = RetryConfig { max_retries: 3, retry_timeout: PATIENCE, ..RetryConfig::default() };
        let builder = AmazonS3Builder::new().with_bucket_name(&self.name).with_retry(retry);
        self.settings.iter().fold(builder, |builder, (key, value)| builder.with_config(*key, value)).build()
    }

    /// What to do, by the codes of S3 ("Error responses" of its API reference), which stand in the error's words.
    fn advice(&self, error: &object_store::Error) -> String {
        let words = error.to_string();
        let said = |codes: &[&str]| codes.iter().any(|code| words.contains(code));
        if said(&["SignatureDoesNotMatch"]) {
            return "AWS_SECRET_ACCESS_KEY is not the secret of AWS_ACCESS_KEY_ID".to_owned();
        }
        if said(&["InvalidAccessKeyId", "NotSignedUp"]) {
            return "AWS_ACCESS_KEY_ID is not known there".to_owned();
        }
        if said(&["ExpiredToken", "InvalidToken"]) {
            return "AWS_SESSION_TOKEN is over or wrong: set a new one, or keys that stay".to_owned();
        }
        if said(&["RequestTimeTooSkewed"]) {
            return "this machine's clock is wrong by more than 15 minutes".to_owned();
        }
        if said(&["configured region", "AuthorizationHeaderMalformed", "PermanentRedirect"]) {
            return "the bucket is in another region: set AWS_REGION to its own".to_owned();
        }
        if said(&["NoSuchBucket"]) || matches!(error, object_store::Error::NotFound { .. }) {
            return format!("there is no bucket {}: make it, or set GUILDHALL_FILES to one that is there", self.name);
        }
        if said(&["AccessDenied", "403 Forbidden", "401 Unauthorized"]) {
            return format!(
                "refused. These keys need s3:ListBucket on the bucket, and s3:GetObject, s3:PutObject and s3:DeleteObject on what is in it ({words})"
            );
        }
        if self.settings.contains_key(&AmazonS3ConfigKey::AccessKeyId) {
            return format!("does not answer as S3 does: look at AWS_ENDPOINT_URL and AWS_REGION ({words})");
        }
        format!(
            "no answer. AWS_ACCESS_KEY_ID is not set: set it and AWS_SECRET_ACCESS_KEY, unless this machine or container has a role for the bucket ({words})"
        )
    }
}

/// The settings named `AWS_...`. A name that is none, but ends in `_FILE`, may be a secret's file.
fn settings(
    given: &BTreeMap<String, String>,
    get: &impl Fn(&str) -> anyhow::Result<Option<String>>,
) -> anyhow::Result<HashMap<AmazonS3ConfigKey, String>> {
    let key = |name: &str| name.to_ascii_lowercase().parse::<AmazonS3ConfigKey>().ok();
    let mut settings = HashMap::new();
    for name in given.keys().filter(|name| name.starts_with("AWS_")) {
        let known = key(name).map(|key| (name.as_str(), key));
        let of_file = || name.strip_suffix("_FILE").and_then(|name| Some((name, key(name)?)));
        let Some((name, key)) = known.or_else(of_file) else { continue };
        // The bucket is named in one place.
        if key == AmazonS3ConfigKey::Bucket {
            continue;
        }
        if let Some(value) = get(name)? {
            settings.insert(key, value);
        }
    }
    Ok(settings)
}

/// What can be told without asking the store.
fn sound(settings: &HashMap<AmazonS3ConfigKey, String>) -> anyhow::Result<()> {
    use AmazonS3ConfigKey as K;
    let one_of = |keys: &[K]| keys.iter().find_map(|key| settings.get(key)).map(String::as_str);
    match one_of(&[K::S3Endpoint, K::Endpoint]) {
        None => ensure!(
            one_of(&[K::Region, K::DefaultRegion]).is_some(),
            "AWS_REGION is not set: the region of the bucket that GUILDHALL_FILES names. For another provider's S3, AWS_ENDPOINT_URL names its address"
        ),
        Some(address) if address.starts_with("http://") => ensure!(
            one_of(&[K::Client(ClientConfigKey::AllowHttp)])
                .is_some_and(|value| ["1", "true", "on", "yes", "y"].contains(&value.to_ascii_lowercase().as_str())),
            "AWS_ENDPOINT_URL is http://, where everybody on the way can read the files. Use https://, or set AWS_ALLOW_HTTP=true when nobody is on the way"
        ),
        Some(address) => {
            ensure!(address.starts_with("https://"), "AWS_ENDPOINT_URL must begin with https:// (or http://)");
        }
    }
    match (one_of(&[K::AccessKeyId]), one_of(&[K::SecretAccessKey])) {
        (Some(_), None) => bail!("AWS_ACCESS_KEY_ID is set, and AWS_SECRET_ACCESS_KEY is not"),
        (None, Some(_)) => bail!("AWS_SECRET_ACCESS_KEY is set, and AWS_ACCESS_KEY_ID is not"),
        _ => {}
    }
    ensure!(
        one_of(&[K::ConditionalPut]).is_none_or(|value| value == "etag"),
        "AWS_CONDITIONAL_PUT can't be turned off: anchors of the audit trail are made once and never over"
    );
    Ok(())
}

/// Whether a file that is there is not made over by one that is to be made.
async fn try_out(store: &dyn ObjectStore) -> object_store::Result<bool> {
    store.list(Some(&Key::from("audit/anchors"))).try_next().await?;
    let name = Chance::system().id::<Uuid>(&Clock::system());
    let probe = Key::from(format!("doctor-{name}"));
    store.put_opts(&probe, PutPayload::from_static(b"first"), PutMode::Create.into()).await?;
    let again = store.put_opts(&probe, PutPayload::from_static(b"second"), PutMode::Create.into()).await;
    let read = match store.get(&probe).await {
        Ok(file) => file.bytes().await,
        Err(error) => Err(error),
    };
    // Whatever came of it, nothing is left.
    store.delete(&probe).await?;
    match again {
        Ok(_) => Ok(false),
        Err(object_store::Error::AlreadyExists { .. }) => Ok(read? == b"first".as_slice()),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(address: &str, pairs: &[(&str, &str)]) -> anyhow::Result<Place> {
        let given: BTreeMap<String, String> =
            pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Place::read(address, &given, &|name| Ok(given.get(name).cloned()))
    }

    const AWS: [(&str, &str); 3] =
        [("AWS_REGION", "eu-west-2"), ("AWS_ACCESS_KEY_ID", "AKIA"), ("AWS_SECRET_ACCESS_KEY", "hush")];

    #[test]
    fn places_are_read_and_shown_without_secrets() {
        assert_eq!(read("file:./x", &[]).unwrap().to_string(), "./x");
        for (address, shown) in [
            ("s3://guildhall", "s3://guildhall"),
            ("s3://guildhall/", "s3://guildhall"),
            ("s3://guildhall/a/b/", "s3://guildhall/a/b"),
        ] {
            let place = read(address, &AWS).unwrap();
            assert_eq!(place.to_string(), shown);
            assert!(!format!("{place:?}").contains("hush"), "{place:?}");
        }
        for wrong in [
            "",
            "file:",
            "./x",
            "s3://",
            "s3://ab",
            "s3://Bucket",
            "s3://bucket/a//x",
            "s3://bucket/../x",
            "gs://bucket",
        ] {
            let error = read(wrong, &AWS).unwrap_err().to_string();
            assert!(error.contains("GUILDHALL_FILES"), "{wrong}: {error}");
        }
        let error = format!("{:#}", read("s3://AKIA:hush@bucket", &AWS).unwrap_err());
        assert!(!error.contains("hush"), "{error}");
    }

    #[test]
    fn what_is_missing_is_named() {
        for (settings, named) in [
            (&[][..], "AWS_REGION"),
            (&[("AWS_REGION", "eu-west-2"), ("AWS_ACCESS_KEY_ID", "AKIA")], "AWS_SECRET_ACCESS_KEY is not"),
            (&[("AWS_REGION", "eu-west-2"), ("AWS_SECRET_ACCESS_KEY", "hush")], "AWS_ACCESS_KEY_ID is not"),
            (&[("AWS_ENDPOINT_URL", "http://minio:9000")], "AWS_ALLOW_HTTP"),
            (&[("AWS_ENDPOINT_URL", "http://minio:9000"), ("AWS_ALLOW_HTTP", "false")], "AWS_ALLOW_HTTP"),
            (&[("AWS_ENDPOINT", "minio:9000")], "AWS_ENDPOINT_URL"),
            (&[("AWS_REGION", "eu-west-2"), ("AWS_CONDITIONAL_PUT", "disabled")], "AWS_CONDITIONAL_PUT"),
        ] {
            let error = read("s3://guildhall", settings).unwrap_err().to_string();
            assert!(error.contains(named), "{settings:?}: {error}");
        }
        for enough in [
            // The machine's role.
            &[("AWS_DEFAULT_REGION", "eu-west-2")][..],
            &[("AWS_ENDPOINT_URL_S3", "https://s3.example.org")],
            &[("AWS_ENDPOINT", "http://minio:9000"), ("AWS_ALLOW_HTTP", "TRUE")],
            // Not ours, and no reason to stop.
            &[("AWS_REGION", "eu-west-2"), ("AWS_PAGER", "less"), ("AWS_BUCKET", "other")],
        ] {
            assert_eq!(read("s3://guildhall", enough).unwrap().to_string(), "s3://guildhall", "{enough:?}");
        }
    }

    #[test]
    fn names_that_end_in_file_are_told_apart() {
        let given: BTreeMap<String, String> =
            ["AWS_SECRET_ACCESS_KEY_FILE", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONFIG_FILE"]
                .map(|name| (name.to_owned(), "/run/x".to_owned()))
                .into();
        let settings = settings(&given, &|name| Ok(Some(name.to_owned()))).unwrap();
        // The first is the secret out of its file, the second the name of a file.
        assert_eq!(settings[&AmazonS3ConfigKey::SecretAccessKey], "AWS_SECRET_ACCESS_KEY");
        assert_eq!(settings[&AmazonS3ConfigKey::WebIdentityTokenFile], "AWS_WEB_IDENTITY_TOKEN_FILE");
        assert_eq!(settings.len(), 2);
    }
}
