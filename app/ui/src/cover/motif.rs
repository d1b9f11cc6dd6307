//! The motifs, each on a tile from -10 to 10, in two inks (`a`, `b`) on a ground (`c`).

/// How many motifs there are.
pub(super) const MOTIFS: u64 = 16;

/// Whether the motif looks the same after every quarter turn and in a mirror.
pub(super) const fn is_symmetric(which: u64) -> bool {
    matches!(which, 3 | 7 | 8 | 9 | 12)
}

/// The drawing of one motif; a larger number draws the last.
pub(super) fn motif(which: u64, a: &str, b: &str, c: &str) -> String {
    match which {
        // Two quarter discs in opposite corners.
        0 => format!(
            r#"<path d="M-10-10H0a10 10 0 0 1-10 10z" fill="{a}"/><path d="M10 10H0A10 10 0 0 1 10 0z" fill="{b}"/>"#
        ),
        // Half a square and a dot.
        1 => format!(r#"<path d="M-10-10h20l-20 20z" fill="{a}"/><circle cx="4" cy="4" r="3.4" fill="{b}"/>"#),
        // Two nested quarter discs.
        2 => format!(
            r#"<path d="M-10-10a20 20 0 0 1 20 20h-20z" fill="{a}"/><path d="M-10-2A12 12 0 0 1 2 10h-12z" fill="{b}"/>"#
        ),
        // Diamond and dot.
        3 => format!(r#"<path d="M0-10 10 0 0 10-10 0z" fill="{a}"/><circle r="3.6" fill="{b}"/>"#),
        // Three of four petals of a disc.
        4 => format!(
            r#"<path d="M-10 0A10 10 0 0 1 0-10V0zM0 10A10 10 0 0 0 10 0H0z" fill="{a}"/><path d="M0-10A10 10 0 0 1 10 0H0z" fill="{b}"/>"#
        ),
        // Leaf and berry.
        5 => format!(
            r#"<path d="M-10-10Q4-4 10 10-4 4-10-10z" fill="{a}"/><circle cx="5.5" cy="-5.5" r="2.6" fill="{b}"/><circle cx="-5.5" cy="5.5" r="2.6" fill="{b}"/>"#
        ),
        // Two bands round opposite corners: laid in turns they make paths (Truchet, 1704).
        6 => format!(
            r#"<path d="M-10 0A10 10 0 0 0 0-10" fill="none" stroke="{a}" stroke-width="5"/><path d="M0 10A10 10 0 0 1 10 0" fill="none" stroke="{b}" stroke-width="5"/>"#
        ),
        // Eight-pointed star.
        7 => format!(
            r#"<path d="M0-9.5 9.5 0 0 9.5-9.5 0z" fill="{a}"/><path d="M-6.7-6.7H6.7V6.7H-6.7z" fill="{a}"/><circle r="4" fill="{c}"/><circle r="2.2" fill="{b}"/>"#
        ),
        // Octagon and dots: four quarter diamonds in the corners meet their neighbours'.
        8 => format!(
            r#"<path d="M-4-10h8l6 6v8l-6 6h-8l-6-6v-8z" fill="{a}"/><path d="M-10-10h4.5l-4.5 4.5zM10-10v4.5L5.5-10zM10 10H5.5L10 5.5zM-10 10V5.5l4.5 4.5z" fill="{b}"/><path d="M0-5 5 0 0 5-5 0z" fill="{c}"/>"#
        ),
        // Four petals from the middle to the corners.
        9 => format!(
            r#"<path d="M0 0Q-9 0-10-10 0-9 0 0 0-9 10-10 9 0 0 0 9 0 10 10 0 9 0 0 0 9-10 10-9 0 0 0z" fill="{a}"/><path d="M-3-10h6L0-6zM10-3v6L6 0zM3 10h-6L0 6zM-10 3v-6l4 3z" fill="{b}"/>"#
        ),
        // A fan of rings.
        10 => format!(
            r#"<path d="M-10-9A19 19 0 0 1 9 10h-19z" fill="{a}"/><path d="M-10-4A14 14 0 0 1 4 10h-14z" fill="{c}"/><path d="M-10 0A10 10 0 0 1 0 10h-10z" fill="{b}"/><path d="M-10 5a5 5 0 0 1 5 5h-5z" fill="{c}"/>"#
        ),
        // Pinwheel.
        11 => format!(
            r#"<path d="M0 0v-10h-10zM0 0h10v-10zM0 0v10h10zM0 0h-10v10z" fill="{a}"/><path d="M0-10h5L0-5zM10 0v5L5 0zM0 10h-5L0 5zM-10 0v-5l5 5z" fill="{b}"/>"#
        ),
        // Cross and corners: a lattice when repeated.
        12 => format!(
            r#"<path d="M-2.5-10h5v7.5H10v5H2.5V10h-5V2.5H-10v-5h7.5z" fill="{a}"/><path d="M0-5 5 0 0 5-5 0z" fill="{b}"/>"#
        ),
        // Chevrons.
        13 => format!(
            r#"<path d="M-10-10 0 0l10-10v7L0 7-10-3z" fill="{a}"/><path d="M-10 3 0 13 10 3v7h-20z" fill="{b}"/>"#
        ),
        // A disc of two halves.
        14 => format!(r#"<path d="M0-8A8 8 0 0 1 0 8z" fill="{a}"/><path d="M0-8A8 8 0 0 0 0 8z" fill="{b}"/>"#),
        // Hourglass and its gaps.
        _ => format!(
            r#"<path d="M-10-10h20L0 0zM-10 10h20L0 0z" fill="{a}"/><path d="M-10-3.5-6.5 0-10 3.5zM10-3.5 6.5 0 10 3.5z" fill="{b}"/>"#
        ),
    }
}
