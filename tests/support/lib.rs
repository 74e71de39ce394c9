//! Parts shared by the whole-day stories.
