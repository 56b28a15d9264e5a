-- Priors that a study is to have by a routing rule: asked for once, and tried again while the archive is away.
CREATE TABLE prior_fetch (
  study_uid text COLLATE "C" PRIMARY KEY,
  -- Archive, number, span and kind, as the rule said them when the study arrived.
  wish jsonb NOT NULL,
  state text NOT NULL DEFAULT 'waiting' CHECK (state IN ('waiting', 'done', 'failed')),
  tries integer NOT NULL DEFAULT 0,
  found integer,
  fetched integer,
  reason text,
  queued_at timestamptz NOT NULL DEFAULT now(),
  -- While it is being worked on this lies ahead: a process that dies has it taken up again then.
  due_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX prior_fetch_open ON prior_fetch (due_at) WHERE state = 'waiting';

-- Studies that were asked of an archive as priors: what comes of them is not analysed.
CREATE TABLE prior_study (
  study_uid text COLLATE "C" PRIMARY KEY,
  asked_at timestamptz NOT NULL DEFAULT now()
);
