//! Comma-separated values (RFC 4180), UTF-8.

/// Appends one line.
pub fn write_line<'a>(out: &mut Vec<u8>, fields: impl IntoIterator<Item = &'a str>) {
    for (i, field) in fields.into_iter().enumerate() {
        if i > 0 {
            out.push(b',');
        }
        if field.contains(['"', ',', '\n', '\r']) || field.starts_with(' ') || field.ends_with(' ') {
            out.push(b'"');
            out.extend_from_slice(field.replace('"', "\"\"").as_bytes());
            out.push(b'"');
        } else {
            out.extend_from_slice(field.as_bytes());
        }
    }
    out.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests {
    #[test]
    fn quotes_what_must_be() {
        let mut out = Vec::new();
        super::write_line(&mut out, ["a", "b,c", "d\"e", "", "f\ng"]);
        assert_eq!(out, b"a,\"b,c\",\"d\"\"e\",,\"f\ng\"\r\n");
    }
}
