"""The tables of the embedded journal. The triggers keep honest programs honest; the chain tells the rest."""

VERSION = 1
"""PRAGMA user_version of this layout."""

TABLES = """
CREATE TABLE IF NOT EXISTS entry (
    number    INTEGER PRIMARY KEY,
    at        TEXT NOT NULL,
    kind      TEXT NOT NULL,
    run       TEXT NOT NULL,
    operator  TEXT NOT NULL,
    sudo_user TEXT NOT NULL,
    bastion   TEXT NOT NULL,
    estate    TEXT NOT NULL,
    system    TEXT NOT NULL,
    host      TEXT NOT NULL,
    step      TEXT NOT NULL,
    line      TEXT NOT NULL,
    stdin     TEXT NOT NULL,
    about     INTEGER NOT NULL,
    data      TEXT NOT NULL,
    previous  TEXT NOT NULL,
    hash      TEXT NOT NULL
);
CREATE INDEX IF NOT EXISTS entry_of_run ON entry (run);
CREATE INDEX IF NOT EXISTS entry_of_kind ON entry (kind);
CREATE TABLE IF NOT EXISTS head (
    one    INTEGER PRIMARY KEY CHECK (one = 1),
    number INTEGER NOT NULL,
    hash   TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS lease (
    estate    TEXT NOT NULL,
    system    TEXT NOT NULL,
    token     TEXT NOT NULL,
    owner     TEXT NOT NULL,
    bastion   TEXT NOT NULL,
    process   TEXT NOT NULL,
    run       TEXT NOT NULL,
    what      TEXT NOT NULL,
    since     TEXT NOT NULL,
    heartbeat TEXT NOT NULL,
    expires   TEXT NOT NULL,
    PRIMARY KEY (estate, system)
);
CREATE TRIGGER IF NOT EXISTS entry_is_not_updated BEFORE UPDATE ON entry
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS entry_is_not_deleted BEFORE DELETE ON entry
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS head_only_moves_on BEFORE UPDATE ON head WHEN NEW.number <= OLD.number
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
CREATE TRIGGER IF NOT EXISTS head_is_not_deleted BEFORE DELETE ON head
    BEGIN SELECT RAISE(ABORT, 'the journal is append-only'); END;
"""
