//! Decryption by the standard security handler (ISO 32000-2, 7.6), on lopdf's implementation of its algorithms.

use std::sync::Arc;

use lopdf::encryption::crypt_filters::{CryptFilter, IdentityCryptFilter};

use super::object::{Dict, Id, Object};

/// The keys of one encrypted file.
#[derive(Debug)]
pub struct Crypt {
    key: Vec<u8>,
    strings: Arc<dyn CryptFilter>,
    streams: Arc<dyn CryptFilter>,
    /// Metadata streams are encrypted too.
    metadata: bool,
}

impl Crypt {
    /// Derives the keys from a fully resolved encryption dictionary.
    ///
    /// # Errors
    /// A message when the handler is unknown or the password is wrong.
    pub fn new(dict: &Dict, file_id: &[u8], password: &str) -> Result<Self, String> {
        let mut encrypt = lopdf::Dictionary::new();
        let version = dict.get(b"V").int().unwrap_or(0);
        for (key, value) in dict.iter() {
            encrypt.set(key, to_lopdf(value, 8));
        }
        match version {
            // Fixed by the version; wrong values are common and harmless.
            1 | 4 | 5 => {
                encrypt.remove(b"Length");
            }
            _ => {
                let length = dict.get(b"Length").int().unwrap_or(40);
                let length = if (5..=16).contains(&length) { length * 8 } else { length };
                encrypt.set("Length", length);
            }
        }
        let mut document = lopdf::Document::new();
        document.objects.insert((1, 0), lopdf::Object::Dictionary(encrypt));
        document.trailer.set("Encrypt", lopdf::Object::Reference((1, 0)));
        let id = lopdf::Object::String(file_id.to_vec(), lopdf::StringFormat::Hexadecimal);
        document.trailer.set("ID", vec![id.clone(), id]);
        // Files that encrypt nothing but attachments are read without the password.
        let plain = |key: &[u8]| matches!(dict.get(key).name(), None | Some(b"Identity"));
        if version >= 4 && plain(b"StmF") && plain(b"StrF") {
            return Ok(Self {
                key: Vec::new(),
                strings: Arc::new(IdentityCryptFilter),
                streams: Arc::new(IdentityCryptFilter),
                metadata: true,
            });
        }
        document.authenticate_password(password).map_err(|e| e.to_string().to_lowercase())?;
        let state =
            lopdf::EncryptionState::decode(&document, password.as_bytes()).map_err(|e| e.to_string().to_lowercase())?;
        Ok(Self {
            key: state.file_encryption_key().to_vec(),
            strings: state.get_string_filter(),
            streams: state.get_stream_filter(),
            metadata: state.encrypt_metadata(),
        })
    }

    /// Decrypts the strings inside an object.
    pub fn strings(&self, id: Id, object: &mut Object) {
        match object {
            Object::String(s) => {
                if let Ok(key) = self.strings.compute_key(&self.key, (id.0, id.1))
                    && let Ok(plain) = self.strings.decrypt(&key, s)
                {
                    *object = Object::String(plain.into());
                }
            }
            Object::Array(a) => std::rc::Rc::make_mut(a).iter_mut().for_each(|o| self.strings(id, o)),
            Object::Dict(d) => std::rc::Rc::make_mut(d).map_values(&mut |o| self.strings(id, o)),
            Object::Stream(s) => std::rc::Rc::make_mut(s).dict.map_values(&mut |o| self.strings(id, o)),
            _ => {}
        }
    }

    /// The plain bytes of a stream; as they stand where they cannot be decrypted.
    #[must_use]
    pub fn stream(&self, id: Id, dict: &Dict, raw: &[u8]) -> Vec<u8> {
        let plain_metadata = !self.metadata && dict.get(b"Type").name() == Some(b"Metadata");
        let filter: Arc<dyn CryptFilter> =
            if plain_metadata || identity(dict) { Arc::new(IdentityCryptFilter) } else { self.streams.clone() };
        filter
            .compute_key(&self.key, (id.0, id.1))
            .and_then(|key| filter.decrypt(&key, raw))
            .unwrap_or_else(|_| raw.to_vec())
    }
}

/// Whether the stream names the Identity crypt filter for itself.
fn identity(dict: &Dict) -> bool {
    let first = |o: &Object| o.array().map_or_else(|| o.clone(), |a| a.first().cloned().unwrap_or(Object::Null));
    first(dict.get(b"Filter")).name() == Some(b"Crypt")
        && first(dict.get(b"DecodeParms"))
            .dict()
            .is_none_or(|p| matches!(p.get(b"Name").name(), None | Some(b"Identity")))
}

fn to_lopdf(object: &Object, depth: u32) -> lopdf::Object {
    match object {
        Object::Bool(b) => lopdf::Object::Boolean(*b),
        Object::Int(i) => lopdf::Object::Integer(*i),
        #[expect(clippy::cast_possible_truncation, reason = "no real number matters in this dictionary")]
        Object::Real(r) => lopdf::Object::Real(*r as f32),
        Object::Name(n) => lopdf::Object::Name(n.to_vec()),
        Object::String(s) => lopdf::Object::String(s.to_vec(), lopdf::StringFormat::Hexadecimal),
        Object::Array(a) if depth > 0 => lopdf::Object::Array(a.iter().map(|o| to_lopdf(o, depth - 1)).collect()),
        Object::Dict(d) if depth > 0 => {
            let mut out = lopdf::Dictionary::new();
            for (key, value) in d.iter() {
                out.set(key, to_lopdf(value, depth - 1));
            }
            lopdf::Object::Dictionary(out)
        }
        _ => lopdf::Object::Null,
    }
}
