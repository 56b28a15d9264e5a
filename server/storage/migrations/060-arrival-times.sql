-- How much arrived hour by hour. Rows lie in the order of their arrival, so that this index is small and costs a store nothing.
CREATE INDEX instance_by_arrival ON instance USING brin (stored_at);
