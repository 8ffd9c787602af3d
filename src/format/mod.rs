//! One reader a format; each ends in a [`crate::document::Document`].

pub mod doc;
pub mod docx;
pub mod html;
