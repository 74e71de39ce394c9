//! An organisation with a register, and receipts out of it.

use super::{DEVICE, Tablet, TestRng, acceptance, build_date, ink, size};
use fieldseal_domain::event::ClockReading;
use fieldseal_domain::event::{Event, Header, SignedSlot, body_hash};
use fieldseal_domain::facts::{Envelope, Verdict as Standing};
use fieldseal_domain::hlc::Hlc;
use fieldseal_domain::{Digest, FileHash};
use fieldseal_seal::chain::sign_header;
use fieldseal_seal::log::{
    Checkpoint, Frontier, LogKey, NodeReader, Receipt, ReceiptEntry, inclusion, leaf_hash, origin,
    sign_checkpoint,
};
use fieldseal_seal::{Authority, DeviceKeys, ink_operators};
use std::collections::BTreeMap;
use std::convert::Infallible;

/// The server's side: authorities, log key, and a log with other things in it.
pub struct Register {
    pub root: Authority,
    pub issuing: Authority,
    pub key: LogKey,
    pub leaf: Vec<u8>,
    /// Place of the next entry.
    pub seq: u64,
    /// Entries behind it.
    pub behind: u64,
    pub standing: Standing,
}

struct Nodes(BTreeMap<(u8, u64), Digest>);

impl NodeReader for Nodes {
    type Error = Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Option<Digest>, Infallible> {
        Ok(self.0.get(&(level, index)).copied())
    }
}

impl Register {
    pub fn new(seed: u64) -> Self {
        let mut rng = TestRng(seed);
        let root = Authority::make(&mut rng, "Atelier Ünal", build_date()).unwrap();
        let issuing = root.issue_ca(&mut rng, build_date()).unwrap();
        let key = LogKey::make(&mut rng);
        let leaf = issuing.issue_log(&mut rng, &key, build_date()).unwrap();
        Self { root, issuing, key, leaf, seq: 5, behind: 6, standing: Standing::Accepted }
    }

    /// An enrolled tablet.
    pub fn tablet(&self, seed: u64) -> Tablet {
        let mut rng = TestRng(seed);
        let keys = DeviceKeys::make(&mut rng);
        let public = keys.public().unwrap();
        let certificates = self.issuing.issue_device(&mut rng, &public, DEVICE, build_date()).unwrap();
        let authority = Authority::from_secret_bytes(&self.root.to_secret_bytes()).unwrap();
        Tablet { authority, keys, certificates }
    }

    /// The receipt of the signature that made this file.
    pub fn receipt(&self, tablet: &Tablet, file: &[u8]) -> Receipt {
        let signed = SignedSlot {
            acceptance: acceptance("technician", b"frozen", &ink_operators(&ink(), size()), true),
            ink: Some(ink()),
            sealed: FileHash::of(file),
            size: file.len() as u64,
            closes: true,
        };
        self.receipt_of(tablet, &Event::Signed(Box::new(signed)))
    }

    pub fn receipt_of(&self, tablet: &Tablet, event: &Event) -> Receipt {
        let (kind, body) = event.to_parts().unwrap();
        let salt = [9; 16];
        let header = Header {
            v: 1,
            critical: event.is_critical(),
            org: "org".into(),
            device: DEVICE.into(),
            n: 7,
            prev: Digest::of(b"before"),
            hlc: Hlc::at(1_795_349_109_000),
            at: ClockReading::default(),
            head: None,
            doc: None,
            kind,
            body_hash: body_hash(&salt, &body),
        };
        let header = header.to_bytes().unwrap();
        let (event, signature) = sign_header(&tablet.keys, &header);
        let envelope = Envelope {
            seq: self.seq,
            event,
            received_ms: 1_795_349_200_000,
            verdict: self.standing,
            clamped: None,
            origin: Digest::default(),
        };
        let envelope = envelope.to_bytes().unwrap();
        let (proof, checkpoint) = self.proven(leaf_hash(&event, &envelope));
        let entry = ReceiptEntry::new(&header, &signature.0, Some((&salt, &body)));
        let certificates = [self.leaf.clone(), self.issuing.certificate_der().to_vec()];
        Receipt::new(entry, &envelope, proof, checkpoint, &certificates)
    }

    fn proven(&self, leaf: Digest) -> (Vec<Digest>, String) {
        let mut nodes = Nodes(BTreeMap::new());
        let mut frontier = Frontier::default();
        for n in 0..=self.seq + self.behind {
            let leaf = if n == self.seq { leaf } else { leaf_hash(&Digest::of(&n.to_be_bytes()), b"{}") };
            nodes.0.extend(frontier.append(leaf).iter().map(|node| ((node.level, node.index), node.hash)));
        }
        let proof = inclusion(&nodes, self.seq, frontier.size()).unwrap();
        let origin = origin(&self.root.root_fingerprint().to_string());
        let checkpoint = Checkpoint { origin, size: frontier.size(), root: frontier.root() };
        (proof, sign_checkpoint(&self.key, &checkpoint))
    }
}
