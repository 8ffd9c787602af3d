//! Text for matching and reading: shadow text, numerals, numbers and units.
