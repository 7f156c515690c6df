/**
 * The results database's schema, one entry a version: `user_version` of a file counts the entries that it has been
 * through. Entries are never changed once released, only added.
 */
export const migrations: readonly string[] = [
  `
  CREATE TABLE run (
    id INTEGER PRIMARY KEY,
    created_at TEXT NOT NULL,
    model TEXT NOT NULL,
    model_sha256 TEXT NOT NULL,
    tokenizer_sha256 TEXT NOT NULL,
    harness_version INTEGER NOT NULL,
    options TEXT NOT NULL,
    host TEXT NOT NULL,
    status TEXT NOT NULL CHECK (status IN ('running', 'finished')),
    -- Counts up whenever a run is opened: what a model's newest results are.
    opened INTEGER NOT NULL,
    UNIQUE (model, model_sha256, tokenizer_sha256, harness_version, options)
  );
  -- The tasks of a run; equal keys of equal models and tokenizers stand for equal samples.
  CREATE TABLE run_task (
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    task TEXT NOT NULL,
    task_version INTEGER NOT NULL,
    key TEXT NOT NULL,
    items INTEGER NOT NULL,
    PRIMARY KEY (run_id, task)
  );
  CREATE TABLE score (
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    task TEXT NOT NULL,
    task_version INTEGER NOT NULL,
    metric TEXT NOT NULL,
    value REAL NOT NULL,
    standard_error REAL,
    items INTEGER NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (run_id, task, metric)
  );
  CREATE TABLE sample (
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    task TEXT NOT NULL,
    item_id TEXT NOT NULL,
    prompt TEXT NOT NULL,
    prompt_sha256 TEXT NOT NULL,
    target TEXT NOT NULL,
    output TEXT NOT NULL,
    answers TEXT NOT NULL,
    metrics TEXT NOT NULL,
    meta TEXT NOT NULL,
    seconds REAL NOT NULL,
    PRIMARY KEY (run_id, task, item_id)
  );
  `,
  `
  -- Null where the item was answered; else why not: then there are no metrics, and a later run asks again.
  ALTER TABLE sample ADD COLUMN failure TEXT;
  -- Items without an answer, which do not count in value; items counts the others. A task without any answer has no score.
  ALTER TABLE score ADD COLUMN failures INTEGER NOT NULL DEFAULT 0;
  -- How many of a task's items have an n-gram of so many words in the text that the model was trained on.
  CREATE TABLE overlap (
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    task TEXT NOT NULL,
    items INTEGER NOT NULL,
    overlapping INTEGER NOT NULL,
    words INTEGER NOT NULL,
    corpus_sha256 TEXT NOT NULL,
    PRIMARY KEY (run_id, task)
  );
  -- What a run has measured beside the tasks, of the text with this hash where it is a text's.
  CREATE TABLE measure (
    run_id INTEGER NOT NULL REFERENCES run (id) ON DELETE CASCADE,
    name TEXT NOT NULL,
    value REAL NOT NULL,
    text_sha256 TEXT,
    PRIMARY KEY (run_id, name)
  );
  `,
];
