-- What has changed lately is asked every second while somebody watches the list: an index for it.
CREATE INDEX analysis_by_change ON analysis (greatest(queued_at, started_at, finished_at));
