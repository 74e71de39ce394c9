//! Small things the stories are made of: customers, ink.

use fieldseal_domain::{
    Language,
    ink::Ink,
    party::{Customer, CustomerKind},
};

/// A bakery in Cluj-Napoca with comma-below letters.
#[must_use]
pub fn blank_customer() -> Customer {
    Customer {
        kind: CustomerKind::Company,
        name: "Brutăria Spicul de Probă SRL".into(),
        language: Language::Ro,
        country: "RO".into(),
        street: "Strada Ghindei Coapte nr. 12".into(),
        zip: "400123".into(),
        city: "Cluj-Napoca".into(),
        currency: "RON".into(),
        contact: "Ștefania Țugulea-Mărginean".into(),
        contact_role: "administrator".into(),
        ..Customer::default()
    }
}

/// A drawing large enough to be a signature; another `seed` is another drawing.
#[must_use]
pub fn ink_of(seed: i32) -> Ink {
    let point = |step: i32| {
        let turn = f64::from(step) / 14.0;
        let x = 6_000.0 + f64::from(step) * 130.0 + 2_000.0 * turn.sin();
        let y = 11_000.0 + (3_000.0 + 200.0 * f64::from(seed)) * turn.cos();
        [x.round() as i32, y.round() as i32]
    };
    let strokes = vec![(0..300).flat_map(point).collect(), vec![20_000 + seed, 18_000, 40_000, 17_500]];
    Ink { v: 1, w: 60_000, h: 22_000, strokes }
}
