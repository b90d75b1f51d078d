CREATE INDEX participations_party_event ON participations (party_id, event_id);
-- Newest first, unknown days last: the other index has them first when it is read from its end.
CREATE INDEX agreements_newest ON agreements (signed_on DESC NULLS LAST, id DESC);
