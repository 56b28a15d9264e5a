-- Every key of a search finds few rows by an index, however many are stored.

-- The words of a name's folded keys, as lexemes that are asked for by their beginnings. The separators are those of search-text.ts.
CREATE FUNCTION name_words(keys text[]) RETURNS tsvector LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_to_tsvector(array_agg(DISTINCT word)), ''::tsvector)
  FROM unnest(keys) AS key, regexp_split_to_table(key, '[ ^,.=-]+') AS word
  WHERE word <> ''
$$;

ALTER TABLE study
  ADD COLUMN patient_name_words tsvector GENERATED ALWAYS AS (name_words(patient_name_keys)) STORED,
  ADD COLUMN referring_name_words tsvector GENERATED ALWAYS AS (name_words(referring_name_keys)) STORED;
CREATE INDEX study_by_patient_name_word ON study USING gin (patient_name_words);
CREATE INDEX study_by_referring_name ON study USING gin (referring_name_keys);
CREATE INDEX study_by_referring_name_word ON study USING gin (referring_name_words);
CREATE INDEX study_by_time ON study (study_time);
CREATE INDEX study_by_study_id ON study (study_id);
CREATE INDEX study_by_description ON study (study_description);
CREATE INDEX study_by_birth_date ON study (((attributes #>> '{00100030,Value,0}') COLLATE "C"));

CREATE INDEX series_by_scheduled_step_id ON series USING gin (scheduled_step_ids);
CREATE INDEX series_by_requested_procedure_id ON series USING gin (requested_procedure_ids);
CREATE INDEX series_by_step_start ON series (step_start_date, step_start_time);
CREATE INDEX series_by_description ON series (((attributes #>> '{0008103E,Value,0}') COLLATE "C"));
CREATE INDEX series_by_number ON series (study_uid, series_number, series_uid);

CREATE INDEX instance_by_sop_class ON instance (sop_class_uid);
