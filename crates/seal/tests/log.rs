//! The register's log through the public door: tree, checkpoints, receipts.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use fieldseal_domain::Digest;
use fieldseal_seal::log::{
    Checkpoint, Frontier, LogKey, NodeReader, NoteError, ProofError, consistency, inclusion, leaf_hash,
    origin, read_checkpoint, root_at, sign_checkpoint, verifier_key, verify_consistency, verify_inclusion,
};
use proptest::prelude::*;
use sha2::{Digest as _, Sha256};
use std::{collections::BTreeMap, convert::Infallible};
use support::*;

/// The nodes as a server keeps them.
#[derive(Default)]
struct Nodes(BTreeMap<(u8, u64), Digest>);

impl NodeReader for Nodes {
    type Error = Infallible;

    fn node(&self, level: u8, index: u64) -> Result<Option<Digest>, Infallible> {
        Ok(self.0.get(&(level, index)).copied())
    }
}

fn grown(leaves: &[Digest]) -> (Nodes, Vec<Digest>) {
    let (mut nodes, mut frontier) = (Nodes::default(), Frontier::default());
    let mut roots = vec![frontier.root()];
    for leaf in leaves {
        for node in frontier.append(*leaf) {
            assert_eq!(nodes.0.insert((node.level, node.index), node.hash), None, "a node is written once");
        }
        roots.push(frontier.root());
    }
    (nodes, roots)
}

/// The definition of RFC 6962 section 2.1, word for word.
fn naive(leaves: &[Digest]) -> Digest {
    match leaves {
        [] => Digest::of(&[]),
        [leaf] => *leaf,
        _ => {
            let mut k = 1;
            while k * 2 < leaves.len() {
                k *= 2;
            }
            let (left, right) = leaves.split_at(k);
            Digest::of(&[&[1][..], &naive(left).0, &naive(right).0].concat())
        }
    }
}

fn leaves(count: u64) -> Vec<Digest> {
    (0..count).map(|n| leaf_hash(&Digest::of(&n.to_be_bytes()), b"{}")).collect()
}

/// Inputs and roots of the vectors that certificate-transparency logs publish.
#[test]
fn the_roots_of_the_published_vectors() {
    let inputs =
        ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let leaf = |hex: &str| Digest(Sha256::digest([vec![0], hex::decode(hex).unwrap()].concat()).into());
    let (nodes, grown_roots) = grown(&inputs.map(leaf));
    for (size, root) in (1_u64..).zip(roots) {
        assert_eq!(grown_roots[size as usize].to_string(), root, "size {size}");
        assert_eq!(root_at(&nodes, size).unwrap().to_string(), root);
    }
    assert_eq!(
        grown_roots[0].to_string(),
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
    );
}

#[test]
fn every_place_of_every_small_log_is_proven_and_no_other() {
    const MOST: u64 = 20;
    let all = leaves(MOST);
    let (nodes, roots) = grown(&all);
    for size in 1..=MOST {
        let root = roots[size as usize];
        for index in 0..size {
            let proof = inclusion(&nodes, index, size).unwrap();
            let leaf = all[index as usize];
            verify_inclusion(&leaf, index, size, &proof, &root).unwrap();
            for other in (0..size).filter(|o| *o != index) {
                assert!(verify_inclusion(&leaf, other, size, &proof, &root).is_err(), "{index}/{other}");
            }
        }
        for old in 0..=size {
            let proof = consistency(&nodes, old, size).unwrap();
            verify_consistency(old, &roots[old as usize], size, &root, &proof).unwrap();
        }
    }
    assert!(inclusion(&nodes, MOST, MOST).is_err() && consistency(&nodes, 3, 2).is_err());
}

#[test]
fn a_log_that_changed_its_past_is_found_out() {
    let honest = leaves(13);
    let mut changed = honest.clone();
    changed[4] = leaf_hash(&Digest::of(b"another"), b"{}");
    let (_, old_roots) = grown(&honest);
    let (nodes, new_roots) = grown(&changed);
    for old in 5..13 {
        let proof = consistency(&nodes, old, 13).unwrap();
        let verdict = verify_consistency(old, &old_roots[old as usize], 13, &new_roots[13], &proof);
        assert!(verdict.is_err(), "{old}");
    }
    let (nodes, roots) = grown(&honest);
    let proof = consistency(&nodes, 6, 13).unwrap();
    let wrong = verify_consistency(6, &old_roots[6], 13, &new_roots[13], &proof);
    assert_eq!(wrong, Err(ProofError::OtherRoot));
    let short = &proof[..proof.len() - 1];
    assert_eq!(verify_consistency(6, &roots[6], 13, &roots[13], short), Err(ProofError::Length));
    assert_eq!(verify_consistency(13, &roots[13], 6, &roots[6], &[]), Err(ProofError::OutOfRange));
    assert_eq!(verify_consistency(6, &roots[5], 6, &roots[6], &[]), Err(ProofError::OtherHistory));
}

#[test]
fn a_frontier_comes_back_from_its_parts_and_goes_on() {
    let all = leaves(11);
    let (_, roots) = grown(&all);
    let mut first = Frontier::default();
    all.iter().take(7).for_each(|leaf| drop(first.append(*leaf)));
    let mut second = Frontier::from_parts(first.size(), first.peaks().to_vec()).unwrap();
    all.iter().skip(7).for_each(|leaf| drop(second.append(*leaf)));
    assert_eq!(second.root(), roots[11]);
    assert_eq!(Frontier::from_parts(7, vec![Digest::default()]), None, "7 leaves have 3 peaks");
}

fn checkpoint() -> (LogKey, Checkpoint, String) {
    let key = LogKey::make(&mut TestRng(5));
    let checkpoint = Checkpoint { origin: origin("00ff"), size: 7, root: Digest::of(b"root") };
    let note = sign_checkpoint(&key, &checkpoint);
    (key, checkpoint, note)
}

#[test]
fn a_checkpoint_is_read_by_its_key_and_origin_only() {
    let (key, checkpoint, note) = checkpoint();
    let (name, public) = (origin("00ff"), key.public());
    assert_eq!(read_checkpoint(&note, &name, &public), Ok(checkpoint.clone()));
    assert_eq!(Checkpoint::claimed(&note), Ok(checkpoint));
    let stranger = LogKey::make(&mut TestRng(6)).public();
    assert_eq!(read_checkpoint(&note, &name, &stranger), Err(NoteError::NotSigned));
    assert_eq!(read_checkpoint(&note, &origin("00fe"), &public), Err(NoteError::OtherOrigin));
    let moved = note.replacen("\n7\n", "\n8\n", 1);
    assert_eq!(read_checkpoint(&moved, &name, &public), Err(NoteError::BadSignature));
    let padded = note.replacen("\n7\n", "\n07\n", 1);
    assert_eq!(read_checkpoint(&padded, &name, &public), Err(NoteError::Malformed));
    let witnessed = format!("{note}\u{2014} witness.example AAAAAAAA\n");
    assert!(read_checkpoint(&witnessed, &name, &public).is_ok(), "a witness may sign as well");
    let unsigned = note.split_once("\n\n").unwrap().0.to_owned() + "\n\n\u{2014} other AAAAAAAA\n";
    assert_eq!(read_checkpoint(&unsigned, &name, &public), Err(NoteError::NotSigned));
}

/// Guards the form that other programs read: text, key id and key.
#[test]
fn fixed_vector_of_a_checkpoint() {
    let (key, _, note) = checkpoint();
    assert_eq!(verifier_key(&origin("00ff"), &key.public()), VERIFIER);
    assert_eq!(note, NOTE);
}

const VERIFIER: &str = "fieldseal/00ff+5bba2caa+AbshGCE50rARes0o4nBeQVN+2g8Bj54MdEV1P2bU4EOV";
const NOTE: &str = "fieldseal/00ff\n7\nSBNJTRN+FjG7owHVrKtue7eqdM4RhdRWVl71HXN2d7I=\n\n\u{2014} fieldseal/00ff W7osqvPRpOxBhjyDxTie4qgYji4bcQwK2IyKgTs2cj3Ib0l/KnQ1GTBZOFzcxplAR89Cp05Gub0ZUGBFsNTbRDSbNgk=\n";

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Would turn red if append, stored nodes and definition disagreed anywhere.
    #[test]
    fn the_tree_is_that_of_the_definition(count in 0_u64..200, old in 0_u64..200, index in 0_u64..200) {
        let all = leaves(count);
        let (nodes, roots) = grown(&all);
        prop_assert_eq!(roots.last().copied().unwrap(), naive(&all));
        if old <= count {
            let proof = consistency(&nodes, old, count).unwrap();
            let (before, now) = (roots[old as usize], roots[count as usize]);
            prop_assert_eq!(verify_consistency(old, &before, count, &now, &proof), Ok(()));
        }
        if index < count {
            let proof = inclusion(&nodes, index, count).unwrap();
            let leaf = all[index as usize];
            prop_assert_eq!(verify_inclusion(&leaf, index, count, &proof, &naive(&all)), Ok(()));
        }
    }

    /// Would turn red if any hash of a proof could be another, or the proof longer or shorter.
    #[test]
    fn no_bit_of_a_proof_is_free(count in 2_u64..60, at in any::<prop::sample::Index>(), bit in 0_usize..256) {
        let all = leaves(count);
        let (nodes, roots) = grown(&all);
        let index = at.index(count as usize) as u64;
        let proof = inclusion(&nodes, index, count).unwrap();
        let (leaf, root) = (all[index as usize], roots[count as usize]);
        let mut bent = proof.clone();
        let place = at.index(bent.len());
        bent[place].0[bit / 8] ^= 1 << (bit % 8);
        prop_assert!(verify_inclusion(&leaf, index, count, &bent, &root).is_err());
        prop_assert!(verify_inclusion(&leaf, index, count, &proof[1..], &root).is_err());
        let longer = [proof, vec![root]].concat();
        prop_assert!(verify_inclusion(&leaf, index, count, &longer, &root).is_err());
    }

    /// Would turn red if some numbers or lengths made a check panic.
    #[test]
    fn nothing_a_stranger_sends_makes_a_check_panic(
        a: u64, b: u64, hashes in proptest::collection::vec(any::<[u8; 32]>(), 0..70), text in ".{0,200}",
    ) {
        let proof: Vec<Digest> = hashes.into_iter().map(Digest).collect();
        let some = Digest::of(b"x");
        let _ = verify_inclusion(&some, a, b, &proof, &some);
        let _ = verify_consistency(a, &some, b, &some, &proof);
        prop_assert!(read_checkpoint(&text, "fieldseal/x", &[1; 32]).is_err());
    }

    /// Would turn red if a bit of a checkpoint could be changed and still be this log's checkpoint of another content.
    #[test]
    fn no_byte_of_a_checkpoint_is_free(at in any::<prop::sample::Index>(), bit in 0_u8..7) {
        let (key, right, note) = checkpoint();
        let mut bytes = note.into_bytes();
        let place = at.index(bytes.len());
        bytes[place] ^= 1 << bit;
        if let Ok(text) = String::from_utf8(bytes)
            && let Ok(read) = read_checkpoint(&text, &origin("00ff"), &key.public())
        {
            prop_assert_eq!(read, right);
        }
    }
}
