//! Colours of a page: the firm's accent, dark enough to be read on white.

/// Where the firm has none, or one that is no colour.
const DEFAULT: Rgb = Rgb(0x1f, 0x4e, 0x79);
/// Contrast that text of any size needs (WCAG 2.2, 1.4.3).
const CONTRAST: f64 = 4.5;

#[derive(Debug, Clone, Copy, PartialEq)]
struct Rgb(u8, u8, u8);

/// The accent to print for the firm's `color`: the colour itself, or a darker one of the same hue.
pub fn accent(color: &str) -> String {
    let mut rgb = parse(color).unwrap_or(DEFAULT);
    while contrast_on_white(rgb) < CONTRAST {
        rgb = darker(rgb);
    }
    format!("#{:02x}{:02x}{:02x}", rgb.0, rgb.1, rgb.2)
}

fn parse(color: &str) -> Option<Rgb> {
    let digits = color.trim().strip_prefix('#')?;
    if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
        return None;
    }
    let value = u32::from_str_radix(digits, 16).ok()?;
    let [_, r, g, b] = value.to_be_bytes();
    Some(Rgb(r, g, b))
}

fn darker(Rgb(r, g, b): Rgb) -> Rgb {
    let step = |v: u8| v.saturating_sub(v / 16 + 1);
    Rgb(step(r), step(g), step(b))
}

/// Contrast ratio with white (WCAG 2.2 definition).
fn contrast_on_white(Rgb(r, g, b): Rgb) -> f64 {
    let linear = |v: u8| {
        let v = f64::from(v) / 255.0;
        if v <= 0.040_45 { v / 12.92 } else { ((v + 0.055) / 1.055).powf(2.4) }
    };
    let luminance = 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
    1.05 / (luminance + 0.05)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_light_colour_is_darkened_and_a_dark_one_kept() {
        assert_eq!(accent("#0b5d4a"), "#0b5d4a");
        let yellow = accent("#ffee00");
        assert_ne!(yellow, "#ffee00");
        assert!(parse(&yellow).is_some_and(|rgb| contrast_on_white(rgb) >= CONTRAST));
    }

    #[test]
    fn hostile_colours_become_the_default() {
        for color in ["", "red", "#12345", "#gggggg", "#fff\") #read(\"x"] {
            assert_eq!(accent(color), "#1f4e79", "{color}");
        }
    }
}
