//! Signatures that go to the office on a stick.

use crate::site::Site;
use fieldseal_domain::role::Role;
use fieldseal_sync::{ParcelError, read_parcel, write_parcel};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stick_carries_what_the_network_does_not() {
    let site = Site::new().await;
    let (_, tablet) = site.tablet(Role::Technician).await;
    site.sync(&tablet).await;
    tablet.visit("By hand", 700_000);
    let mut file = Vec::new();
    let parcel = tablet.on(|store| write_parcel(store, &mut file)).unwrap();
    assert_eq!((parcel.entries, parcel.files), (4, 2));
    assert_eq!(read_parcel(&mut file.as_slice()).unwrap(), parcel);
    let (_, office) = site.tablet(Role::Office).await;
    let engine = site.engine(&office);
    engine.run().await.unwrap();
    // A file that was cut off is noticed.
    let cut = &file[..file.len() / 2];
    assert!(matches!(read_parcel(&mut &cut[..]), Err(ParcelError::CutOff)));
    assert!(matches!(engine.bring_parcel(&mut &cut[..]).await, Err(ParcelError::CutOff)));
    let brought = engine.bring_parcel(&mut file.as_slice()).await.unwrap();
    assert_eq!(brought.entries, 4);
    let again = engine.bring_parcel(&mut file.as_slice()).await.unwrap();
    assert_eq!(again.entries, 4, "twice the same is once");
    let log = site.log().await;
    assert!(tablet.own_entries().iter().all(|id| log.contains_key(id)));
    // When the network returns the tablet finds that nothing is left to send.
    let report = site.sync(&tablet).await;
    assert_eq!(report.sent, 0);
    site.assert_nothing_lost(&[&tablet], &[]).await;
    assert!(matches!(read_parcel(&mut &b"{\"hello\":1}\n"[..]), Err(ParcelError::NotAParcel(1))));
}
