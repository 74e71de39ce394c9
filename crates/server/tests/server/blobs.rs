//! Files: resumed at any byte, taken only with the right hash, out of sight for strangers.

use crate::support::{Device, Site, created, customer, job};
use fieldseal_domain::{
    Digest,
    content::{Content, Photo},
    event::Event,
    role::Role,
};
use fieldseal_wire::Code;
use uuid::Uuid;

async fn mention(tablet: &mut Device, sha256: Digest) {
    let (customer, by) = (customer(), tablet.person());
    let Event::Created { origin, .. } = created(&job(Some(by), customer.id), &customer, by) else { panic!() };
    let photo = Photo {
        sha256,
        caption: String::new(),
        taken_at: String::new(),
        width: 1,
        height: 1,
        size: 1,
        media_type: "image/jpeg".into(),
    };
    let content = Content { photos: vec![photo], customer, ..Content::default() };
    tablet.say(Some(Uuid::now_v7()), &Event::Created { content: Box::new(content), origin, by }).await;
}

#[tokio::test]
async fn an_upload_goes_on_where_it_broke_off() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let stranger = site.device(&admin, Role::Technician).await;
    let file: Vec<u8> = (0..300_000_u32).map(|n| (n % 251) as u8).collect();
    let (sha256, size) = (Digest::of(&file), file.len() as u64);
    assert_eq!(tablet.put_blob(sha256, 0, size, file.clone()).await.unwrap_err().code, Code::NotFound);
    mention(&mut tablet, sha256).await;
    assert_eq!(tablet.head_blob(sha256).await.1, "absent");
    assert_eq!(tablet.put_blob(sha256, 0, size, file[..100_000].to_vec()).await.unwrap(), "partial");
    let (status, state, offset) = tablet.head_blob(sha256).await;
    assert_eq!((status.as_u16(), state.as_str(), offset), (200, "partial", 100_000));
    let wrong = tablet.put_blob(sha256, 50_000, size, file[50_000..].to_vec()).await.unwrap_err();
    assert_eq!((wrong.code, wrong.data["offset"].as_u64()), (Code::OffsetMismatch, Some(100_000)));
    assert_eq!(tablet.put_blob(sha256, 100_000, size, file[100_000..].to_vec()).await.unwrap(), "complete");
    assert_eq!(tablet.put_blob(sha256, 0, size, Vec::new()).await.unwrap(), "complete", "again is no harm");
    assert_eq!(stranger.head_blob(sha256).await.0, 404);
    assert_eq!(stranger.put_blob(sha256, 0, size, file.clone()).await.unwrap_err().code, Code::NotFound);
    let get = |device: &Device, range: &'static str| {
        let request = device.http.get(format!("{}/v1/blobs/{sha256}", site.url()));
        request.bearer_auth(device.token.as_ref().unwrap()).header("range", range).send()
    };
    assert_eq!(get(&stranger, "bytes=0-").await.unwrap().status(), 404);
    let part = get(&tablet, "bytes=299990-").await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(part.bytes().await.unwrap(), file[299_990..]);
    assert_eq!(get(&admin, "bytes=0-9").await.unwrap().bytes().await.unwrap(), file[..10]);
    assert_eq!(get(&admin, "bytes=300000-").await.unwrap().status(), 416);
}

#[tokio::test]
async fn a_file_with_another_hash_is_never_seen() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let sha256 = Digest::of(b"right");
    mention(&mut tablet, sha256).await;
    assert_eq!(tablet.put_blob(sha256, 0, 5, b"wrong".to_vec()).await.unwrap_err().code, Code::WrongHash);
    assert_eq!(tablet.head_blob(sha256).await.1, "absent", "it begins again");
    assert_eq!(tablet.put_blob(sha256, 0, 5, b"right".to_vec()).await.unwrap(), "complete");
}

#[tokio::test]
async fn two_gigabytes_are_refused_before_they_are_sent() {
    let site = Site::new().await;
    let admin = site.admin().await;
    let mut tablet = site.device(&admin, Role::Technician).await;
    let sha256 = Digest::of(b"x");
    mention(&mut tablet, sha256).await;
    let refusal = tablet.put_blob(sha256, 0, 2 << 30, b"x".to_vec()).await.unwrap_err();
    assert_eq!(refusal.code, Code::TooLarge);
    let more = tablet.put_blob(sha256, 0, 1, b"xyz".to_vec()).await.unwrap_err();
    assert_eq!(more.code, Code::TooLarge, "nor more than was announced");
}
