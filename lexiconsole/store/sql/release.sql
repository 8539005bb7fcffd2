UPDATE runs SET owner = NULL WHERE number = ? AND epoch = ?
