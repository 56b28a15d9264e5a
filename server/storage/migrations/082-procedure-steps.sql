-- Performed procedure steps that modalities told of (PS3.4 F.7): a study whose steps have ended and name something, with all
-- that they name here, is held no longer.
CREATE TABLE procedure_step (
  sop_instance_uid text COLLATE "C" PRIMARY KEY,
  study_uids text[] NOT NULL,
  state text NOT NULL CHECK (state IN ('IN PROGRESS', 'COMPLETED', 'DISCONTINUED')),
  -- What the modality says that it made.
  made_uids text[] NOT NULL DEFAULT '{}',
  ae_title text NOT NULL,
  changed_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX procedure_step_by_study ON procedure_step USING gin (study_uids);

CREATE FUNCTION is_complete_by_steps(study text) RETURNS boolean LANGUAGE sql STABLE AS $$
  SELECT coalesce(bool_and(state <> 'IN PROGRESS') AND bool_or(state = 'COMPLETED' AND cardinality(made_uids) > 0), false) AND NOT EXISTS (
    SELECT FROM procedure_step step, unnest(step.made_uids) AS made (uid)
    WHERE step.study_uids @> ARRAY[study]
      AND NOT EXISTS (SELECT FROM instance WHERE instance.sop_instance_uid = made.uid))
  FROM procedure_step WHERE study_uids @> ARRAY[study]
$$;
