-- Whoever is retired can write nothing more, should it only have been stopped: its runs get a new epoch.
UPDATE runs SET owner = NULL, epoch = epoch + 1 WHERE owner = ?
