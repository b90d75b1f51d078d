DROP INDEX agreements_newest;
DROP INDEX participations_party_event;
