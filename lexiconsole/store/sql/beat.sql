UPDATE owners SET beat_at = ? WHERE number = ? RETURNING number
