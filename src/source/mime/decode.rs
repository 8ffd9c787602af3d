//! Transfer encodings of MIME parts (RFC 2045, 6.7 and 6.8), read as far as they are sound.

pub(super) fn quoted_printable(body: &[u8]) -> Vec<u8> {
    let hex = |b: u8| (b as char).to_digit(16).and_then(|d| u8::try_from(d).ok());
    let mut out = Vec::with_capacity(body.len());
    let mut rest = body;
    loop {
        match rest {
            [] => return out,
            [b'=', b'\r', b'\n', tail @ ..] | [b'=', b'\n', tail @ ..] => rest = tail,
            [b'=', a, b, tail @ ..] => {
                if let (Some(a), Some(b)) = (hex(*a), hex(*b)) {
                    out.push(a * 16 + b);
                    rest = tail;
                } else {
                    out.push(b'=');
                    rest = rest.get(1..).unwrap_or_default();
                }
            }
            [byte, tail @ ..] => {
                out.push(*byte);
                rest = tail;
            }
        }
    }
}

pub(super) fn base64(body: &[u8]) -> Vec<u8> {
    let mut out = Vec::with_capacity(body.len() / 4 * 3);
    let (mut bits, mut count) = (0u32, 0u32);
    for byte in body {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'+' => 62,
            b'/' => 63,
            _ => continue,
        };
        bits = (bits << 6) | u32::from(value);
        count += 6;
        if count >= 8 {
            count -= 8;
            out.push((bits >> count) as u8);
            bits &= (1 << count) - 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn decodes_what_is_sound() {
        assert_eq!(base64(b"PGI+\r\neDwvYj4="), b"<b>x</b>");
        assert_eq!(quoted_printable(b"a=3D=\r\n=B9=E6=\nb=zz="), b"a=\xB9\xE6b=zz=");
    }
}
