CREATE INDEX participations_party_event ON participations (party_id, event_id);
