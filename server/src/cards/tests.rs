//! What holds for every card, whatever it says.

use proptest::prelude::*;

use super::*;

fn order(title: &str, provider: &str) -> Order {
    Order {
        version: String::new(),
        title: title.to_owned(),
        provider: provider.to_owned(),
        category: "Data and evaluation".to_owned(),
        seed: 11,
        palette: 2,
    }
}

/// The card's pixels, each as one number.
fn pixels(png: &[u8]) -> Vec<[u8; 4]> {
    let picture = Pixmap::decode_png(png).unwrap();
    assert_eq!((picture.width(), picture.height()), (WIDTH, HEIGHT));
    picture.pixels().iter().map(|pixel| [pixel.red(), pixel.green(), pixel.blue(), pixel.alpha()]).collect()
}

/// How much of the card's left side is inked, above and below the middle.
fn ink(pixels: &[[u8; 4]]) -> usize {
    let paper = pixels[0];
    pixels.chunks(1200).flat_map(|row| &row[..740]).filter(|pixel| **pixel != paper).count()
}

#[test]
fn the_fonts_write_english_and_welsh() {
    for font in [&FONTS.heading, &FONTS.text] {
        for character in "AZaz09 &£€–—‘’“”…éñŵŷŴŶẁỳ".chars() {
            let advance = font.get(&character).copied();
            assert!(advance.is_some_and(|advance| (0.1..1.5).contains(&advance)), "{character}: {advance:?}");
        }
        assert!(!font.contains_key(&'人') && !font.contains_key(&'🚀') && font.len() > 300);
        assert!(font[&'W'] > font[&'i'] * 2.0);
    }
}

#[test]
fn a_card_is_a_png_of_its_size_and_the_same_twice() {
    let order = order("Model evaluation from first principles", "Northgate Analytics");
    let png = render(&order).unwrap();
    assert_eq!(png, render(&order).unwrap());
    assert!(png.len() < 120_000, "{} bytes", png.len());
    assert!(ink(&pixels(&png)) > 20_000);
}

#[test]
fn text_stays_on_its_side() {
    let paper = |pixels: &[[u8; 4]], columns: std::ops::Range<usize>| {
        pixels.chunks(1200).all(|row| row[columns.clone()].iter().all(|pixel| *pixel == pixels[0]))
    };
    let longest = "Mwmwmwmwm ".repeat(16);
    let unbroken = "W".repeat(300);
    for title in ["Prompting", longest.as_str(), unbroken.as_str(), "A <b>bold</b> & \"quoted\" title", "مقدمة", "🚀"]
    {
        let pixels = pixels(&render(&order(title, title)).unwrap());
        assert!(paper(&pixels, 0..60) && paper(&pixels, 698..740), "{title}");
        assert!(ink(&pixels) > 10_000, "{title}");
    }
}

#[tokio::test]
async fn what_is_kept_is_not_rendered_again() {
    let cards = Cards::new();
    let mut order = order("Prompting", "Northgate");
    order.version = "v1".to_owned();
    let (first, second) = tokio::join!(cards.png(order.clone()), cards.png(order.clone()));
    let third = cards.png(order).await.unwrap();
    let first = first.unwrap();
    assert_eq!((first.as_ptr(), first.as_ptr()), (second.unwrap().as_ptr(), third.as_ptr()));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]
    #[test]
    fn any_words_make_a_card(title in "\\PC{0,320}", provider in any::<String>()) {
        pixels(&render(&order(&title, &provider)).unwrap());
    }
}
