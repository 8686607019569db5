"""The tables of messages between the ENT and its tools."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS pending_messages (
    hint TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    message_type TEXT NOT NULL,
    class_id TEXT,
    link_id TEXT,
    line_item_id TEXT,
    for_user_id TEXT,
    document_target TEXT NOT NULL,
    details TEXT NOT NULL,
    expires_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS choices (
    data TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    class_id TEXT NOT NULL,
    settings TEXT NOT NULL,
    document_target TEXT NOT NULL,
    expires_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS content_items (
    link_id TEXT PRIMARY KEY REFERENCES links (id) ON DELETE CASCADE,
    item TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS content_files (
    link_id TEXT PRIMARY KEY REFERENCES links (id) ON DELETE CASCADE,
    media_type TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE TABLE IF NOT EXISTS tool_logs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    client_id TEXT,
    kind TEXT NOT NULL,
    text TEXT NOT NULL,
    logged_at REAL NOT NULL
);
CREATE TABLE IF NOT EXISTS eula_answers (
    client_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    accepted INTEGER NOT NULL,
    timestamp TEXT NOT NULL,
    PRIMARY KEY (client_id, account_id)
);
CREATE TABLE IF NOT EXISTS eula_required (
    client_id TEXT NOT NULL,
    deployment_id TEXT NOT NULL,
    required INTEGER NOT NULL,
    PRIMARY KEY (client_id, deployment_id)
);
CREATE TABLE IF NOT EXISTS proctored_links (
    link_id TEXT PRIMARY KEY REFERENCES links (id) ON DELETE CASCADE,
    client_id TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS attempts (
    session_data TEXT PRIMARY KEY,
    session_id TEXT NOT NULL,
    account_id TEXT NOT NULL,
    client_id TEXT NOT NULL,
    link_id TEXT NOT NULL,
    number INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('asked', 'started', 'ended')),
    wants_end INTEGER NOT NULL DEFAULT 0,
    created_at REAL NOT NULL
)
"""
