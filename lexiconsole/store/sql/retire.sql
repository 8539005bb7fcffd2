DELETE FROM owners WHERE number = ?
