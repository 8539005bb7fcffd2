"""Pure folds from entries to what a face shows; no Rich, no Textual."""
