//! Refusals as answers.

use crate::store::{AppendError, PullError, StoreError};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use fieldseal_wire::{Code, Refusal};

/// Why a handler gives no answer.
#[derive(Debug)]
pub(crate) struct No(pub(crate) Refusal);

/// Answer of a handler.
pub(crate) type Answer<T> = Result<T, No>;

impl No {
    pub(crate) fn new(code: Code, message: &str) -> Self {
        Self(Refusal::new(code, message))
    }

    /// The same with details.
    pub(crate) fn with(self, data: serde_json::Value) -> Self {
        Self(self.0.with(data))
    }
}

impl From<Refusal> for No {
    fn from(refusal: Refusal) -> Self {
        Self(refusal)
    }
}

impl From<StoreError> for No {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Full => Self::new(Code::NoSpace, "the server's disk is full; nothing was taken"),
            other => Self::internal(&other),
        }
    }
}

impl From<AppendError> for No {
    fn from(error: AppendError) -> Self {
        match error {
            AppendError::Refused(refusal) => Self(refusal),
            AppendError::Store(error) => error.into(),
        }
    }
}

impl From<PullError> for No {
    fn from(error: PullError) -> Self {
        match error {
            PullError::OutOfSight(subject) => {
                let refusal = Refusal::new(Code::NotFound, "a subject is not there");
                Self(refusal.with(serde_json::json!({ "subject": subject })))
            }
            PullError::Store(error) => error.into(),
        }
    }
}

impl No {
    /// The cause goes to the log, not to the caller.
    pub(crate) fn internal(error: &(dyn std::error::Error + 'static)) -> Self {
        let mut causes = vec![error.to_string()];
        let mut source = error.source();
        while let Some(cause) = source {
            causes.push(cause.to_string());
            source = cause.source();
        }
        tracing::error!(cause = causes.join(": "), "a request failed");
        Self::new(Code::Internal, "the server failed; nothing was taken")
    }
}

impl IntoResponse for No {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0.code.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let retry = self.0.data.get("retry_after_s").and_then(serde_json::Value::as_u64);
        let mut response = (status, Json(self.0)).into_response();
        if let Some(seconds) = retry {
            response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        response
    }
}
