//! Pictures for the window, over a scheme of their own: pages of documents, kept photos, waiting photos.
//!
//! `page://localhost/<token>/<page>?w=<px>`, `page://localhost/photo/<sha256>`, `page://localhost/inbox/<hex name>`
//! (on Windows `http://page.localhost/…`). What may be seen when is the app's rule; whatever is refused is "not found"
//! without a reason. Answers are never cached: a customer's window must not find what was shown before.

use crate::{shell::Shell, system};
use fieldseal_app::{App, photos};
use tauri::http::{Request, Response, StatusCode, Uri, header};

/// The scheme's name.
pub const SCHEME: &str = "page";
/// Width of a page image where none is asked for, in px.
const USUAL_WIDTH: u32 = 1200;
/// Narrowest and widest page image in px.
const WIDTHS: std::ops::RangeInclusive<u32> = 64..=2400;

/// What a picture's address names.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Page { token: String, page: u32, width: u32 },
    Photo { sha256: String },
    Waiting { name: String },
}

/// The address of a waiting picture.
#[must_use]
pub fn waiting_url(name: &str) -> String {
    format!("{}/inbox/{}", system::PAGE_ORIGIN, hex::encode(name))
}

/// Answers a request for a picture. Takes as long as drawing takes: call it off the main thread.
#[must_use]
pub fn answer(shell: &Shell, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
    let picture = read_address(request.uri()).and_then(|wanted| fetch(shell, &shell.app(), wanted));
    let (status, bytes) = match picture {
        Some(bytes) => (StatusCode::OK, bytes),
        None => (StatusCode::NOT_FOUND, Vec::new()),
    };
    let media_type = if bytes.starts_with(b"\x89PNG") { "image/png" } else { "image/jpeg" };
    let mut response = Response::new(bytes);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static(media_type));
    headers.insert(header::CACHE_CONTROL, header::HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, header::HeaderValue::from_static("nosniff"));
    response
}

fn read_address(uri: &Uri) -> Option<Wanted> {
    let mut parts = uri.path().trim_start_matches('/').split('/');
    let (first, second) = (parts.next()?, parts.next()?);
    if parts.next().is_some() {
        return None;
    }
    Some(match first {
        "photo" => Wanted::Photo { sha256: second.to_owned() },
        "inbox" => Wanted::Waiting { name: String::from_utf8(hex::decode(second).ok()?).ok()? },
        token => {
            Wanted::Page { token: token.to_owned(), page: second.parse().ok()?, width: width(uri.query()) }
        }
    })
}

fn width(query: Option<&str>) -> u32 {
    let asked = query.unwrap_or_default().split('&').find_map(|pair| pair.strip_prefix("w="));
    asked.and_then(|text| text.parse().ok()).unwrap_or(USUAL_WIDTH).clamp(*WIDTHS.start(), *WIDTHS.end())
}

fn fetch(shell: &Shell, app: &App, wanted: Wanted) -> Option<Vec<u8>> {
    match wanted {
        Wanted::Page { token, page, width } => app.page_image(&token, page, width).inspect_err(refused).ok(),
        Wanted::Photo { sha256 } => app.photo_image(&sha256).inspect_err(refused).ok(),
        Wanted::Waiting { name } => {
            shell.require_person().ok()?;
            // Scaled and upright, as it would be kept: the strip must not hold a camera's full pictures.
            let bytes = shell.inbox.read(&name).ok()?;
            photos::keep(&bytes).ok().map(|kept| kept.bytes)
        }
    }
}

fn refused(error: &fieldseal_app::AppError) {
    tracing::debug!(%error, "no picture");
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]
    use super::*;

    fn address(text: &str) -> Option<Wanted> {
        read_address(&text.parse().unwrap())
    }

    #[test]
    fn widths_stay_within_what_can_be_drawn() {
        let width = |query: &str| match address(&format!("page://localhost/file-x/1{query}")) {
            Some(Wanted::Page { width, .. }) => width,
            other => panic!("{other:?}"),
        };
        assert_eq!(width("?w=800"), 800);
        assert_eq!(width("?w=1"), 64);
        assert_eq!(width("?w=4000000000"), 2400);
        for query in ["", "?w=", "?w=-1", "?w=99999999999999", "?x=800"] {
            assert_eq!(width(query), USUAL_WIDTH, "{query:?}");
        }
    }

    #[test]
    fn the_name_of_a_waiting_picture_survives_the_address() {
        let name = "Bad / ă ?#%2e.jpg";
        assert_eq!(address(&waiting_url(name)), Some(Wanted::Waiting { name: name.to_owned() }));
    }

    #[test]
    fn addresses_of_another_form_name_nothing() {
        for text in
            ["page://localhost/", "page://localhost/file-x", "page://localhost/a/1/2", "page://localhost/a/x"]
        {
            assert_eq!(address(text), None, "{text}");
        }
        for text in ["page://localhost/inbox/zz", "page://localhost/inbox/ff", "page://localhost/a/-1"] {
            assert_eq!(address(text), None, "{text}");
        }
    }
}
