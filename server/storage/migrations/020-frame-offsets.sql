-- Where each frame of encapsulated Pixel Data lies in the file: the start of every frame, then the end of the last.
-- Null where frames are not encapsulated, or could not be told apart when the instance was stored.
ALTER TABLE instance ADD COLUMN frame_offsets bigint[];
