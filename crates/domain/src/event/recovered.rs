//! An entry that comes back inside another journal: the tail of a journal that forked, was restored or lost its keys.
//!
//! The bytes are the original ones, so its own signature still proves it. Whether the signature is that device's is
//! for `seal` to say.

use super::{BodyError, Event, Header, ReadEvent, body_hash, event_id};
use crate::hash::Digest;
use serde::{Deserialize, Serialize};

/// The original entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Recovered {
    /// Device whose journal it stood in.
    pub device: String,
    /// Its number there.
    pub n: u64,
    /// The header's bytes.
    #[serde(with = "base64_bytes")]
    pub header: Vec<u8>,
    /// Its signature.
    #[serde(with = "base64_bytes")]
    pub signature: Vec<u8>,
    /// Salt; none once erased.
    #[serde(default, with = "base64_option", skip_serializing_if = "Option::is_none")]
    pub salt: Option<Vec<u8>>,
    /// Body; none once erased.
    #[serde(default, with = "base64_option", skip_serializing_if = "Option::is_none")]
    pub body: Option<Vec<u8>>,
}

/// What a recovered entry holds.
#[derive(Debug, Clone, PartialEq)]
pub struct Inner {
    /// Its id, as it was in the old journal.
    pub id: Digest,
    /// Its header.
    pub header: Header,
    /// What happened.
    pub event: ReadEvent,
}

/// Why a recovered entry is none.
#[derive(Debug, thiserror::Error)]
pub enum InnerError {
    /// The header cannot be read.
    #[error("the recovered header cannot be read")]
    Header(#[source] serde_json::Error),
    /// It is not the entry that it is said to be.
    #[error("the recovered entry is another one than it says")]
    OtherEntry,
    /// Salt and body are not those of the header.
    #[error("the recovered body is not the one that was signed")]
    Body,
    /// A recovered entry inside a recovered entry; the innermost is to be recovered instead.
    #[error("a recovered entry holds a recovered entry")]
    Nested,
    /// A known kind with a body that does not fit it.
    #[error(transparent)]
    Unreadable(#[from] BodyError),
}

impl Recovered {
    /// Reads the entry inside and checks that it is the one it says, and its body the one that its header speaks of.
    ///
    /// # Errors
    /// [`InnerError`].
    pub fn inner(&self) -> Result<Inner, InnerError> {
        let header: Header = serde_json::from_slice(&self.header).map_err(InnerError::Header)?;
        if header.device != self.device || header.n != self.n {
            return Err(InnerError::OtherEntry);
        }
        if header.kind == super::RECOVERED {
            return Err(InnerError::Nested);
        }
        let event = match (&self.salt, &self.body) {
            (None, None) => ReadEvent::Erased,
            (Some(salt), Some(body)) => {
                let salt: &[u8; 16] = salt.as_slice().try_into().map_err(|_| InnerError::Body)?;
                if body_hash(salt, body) != header.body_hash {
                    return Err(InnerError::Body);
                }
                Event::from_parts(&header.kind, body)?
            }
            (Some(_), None) | (None, Some(_)) => return Err(InnerError::Body),
        };
        Ok(Inner { id: event_id(&self.header), header, event })
    }
}

pub(super) mod base64_bytes {
    use base64::{Engine as _, engine::general_purpose::STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    pub(in crate::event) fn serialize<S: Serializer>(bytes: &[u8], serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&STANDARD.encode(bytes))
    }

    pub(in crate::event) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Vec<u8>, D::Error> {
        let text = std::borrow::Cow::<str>::deserialize(deserializer)?;
        STANDARD.decode(text.as_bytes()).map_err(D::Error::custom)
    }
}

mod base64_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(transparent)]
    struct Bytes(#[serde(with = "super::base64_bytes")] Vec<u8>);

    #[expect(clippy::ref_option, reason = "serde hands the field over like this")]
    pub(super) fn serialize<S: Serializer>(
        bytes: &Option<Vec<u8>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        bytes.clone().map(Bytes).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<Option<Vec<u8>>, D::Error> {
        Ok(Option::<Bytes>::deserialize(deserializer)?.map(|bytes| bytes.0))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used)]
    use super::*;
    use crate::{event::ClockReading, hlc::Hlc};
    use uuid::Uuid;

    fn recovered(event: &Event) -> Recovered {
        let (kind, body) = event.to_parts().unwrap();
        let header = Header {
            v: 1,
            critical: event.is_critical(),
            org: "org".into(),
            device: "old".into(),
            n: 41,
            prev: Digest::default(),
            hlc: Hlc(7),
            at: ClockReading::default(),
            head: None,
            doc: Some(Uuid::nil()),
            kind,
            body_hash: body_hash(&[3; 16], &body),
        };
        Recovered {
            device: "old".into(),
            n: 41,
            header: header.to_bytes().unwrap(),
            signature: vec![1; 64],
            salt: Some(vec![3; 16]),
            body: Some(body),
        }
    }

    #[test]
    fn the_original_comes_back_with_its_own_id() {
        let event = Event::Cancelled { reason: "twice".into(), by: Uuid::nil() };
        let original = recovered(&event);
        let (kind, body) = Event::Recovered(Box::new(original.clone())).to_parts().unwrap();
        let ReadEvent::Known(read) = Event::from_parts(&kind, &body).unwrap() else { unreachable!() };
        assert_eq!(*read, Event::Recovered(Box::new(original.clone())));
        let inner = original.inner().unwrap();
        assert_eq!(inner.id, event_id(&original.header));
        assert_eq!(inner.event, ReadEvent::Known(Box::new(event)));
    }

    #[test]
    fn what_is_not_the_original_is_refused() {
        let event = Event::Cancelled { reason: "twice".into(), by: Uuid::nil() };
        let good = recovered(&event);
        let other = Recovered { n: 42, ..good.clone() };
        assert!(matches!(other.inner(), Err(InnerError::OtherEntry)));
        let changed = Recovered { body: Some(b"{}".to_vec()), ..good.clone() };
        assert!(matches!(changed.inner(), Err(InnerError::Body)), "nobody may slip in another body");
        let half = Recovered { salt: None, ..good.clone() };
        assert!(matches!(half.inner(), Err(InnerError::Body)));
        let nested = recovered(&Event::Recovered(Box::new(good.clone())));
        assert!(matches!(nested.inner(), Err(InnerError::Nested)));
        let erased = Recovered { salt: None, body: None, ..good };
        assert_eq!(erased.inner().unwrap().event, ReadEvent::Erased);
    }
}
