// @generated automatically by Diesel CLI.

diesel::table! {
    agreement_parties (agreement_id, party_id) {
        agreement_id -> BigInt,
        party_id -> BigInt,
    }
}

diesel::table! {
    agreement_sectors (agreement_id, sector_id) {
        agreement_id -> BigInt,
        sector_id -> BigInt,
    }
}

diesel::table! {
    agreements (id) {
        id -> BigInt,
        slug -> Text,
        kind -> Text,
        signed_on -> Nullable<Date>,
        date_precision -> Nullable<Text>,
        event_id -> Nullable<BigInt>,
        count_min -> Nullable<BigInt>,
        count_bound -> Nullable<Text>,
        description -> Nullable<Text>,
        sort_name -> Text,
        source_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    changes (revision, entity, entity_key) {
        revision -> BigInt,
        entity -> Text,
        entity_key -> Text,
        action -> Text,
        n_inserted -> BigInt,
        n_updated -> BigInt,
        n_deleted -> BigInt,
        replaced -> Bool,
        dataset -> Nullable<Text>,
        reporter -> Nullable<Text>,
        period_start -> Nullable<Integer>,
        period_months -> Nullable<Integer>,
    }
}

diesel::table! {
    classifications (id) {
        id -> BigInt,
        code -> Text,
        family -> Text,
        edition -> Nullable<Text>,
        title -> Text,
        publisher -> Nullable<Text>,
        source_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    correspondences (from_sector_id, to_sector_id) {
        from_sector_id -> BigInt,
        to_sector_id -> BigInt,
        weight_ppm -> Nullable<BigInt>,
        valid_from -> Nullable<Integer>,
        valid_to -> Nullable<Integer>,
        source_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    currencies (code) {
        code -> Text,
        numeric_code -> Nullable<Text>,
        minor_units -> Nullable<Integer>,
        name -> Text,
    }
}

diesel::table! {
    dataset_coverage (dataset_id, reporter_id, period_start, period_months) {
        dataset_id -> BigInt,
        reporter_id -> BigInt,
        period_start -> Integer,
        period_months -> Integer,
        partners -> Text,
        sectors -> Text,
        n_figures -> BigInt,
    }
}

diesel::table! {
    datasets (id) {
        id -> BigInt,
        code -> Text,
        title -> Text,
        family -> Text,
        publisher -> Nullable<Text>,
        publisher_party_id -> Nullable<BigInt>,
        licence -> Nullable<Text>,
        currency -> Text,
        scale -> Integer,
        valuation -> Text,
        reconciled -> Bool,
        description -> Nullable<Text>,
        source_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    event_regions (event_id, region_id, role) {
        event_id -> BigInt,
        region_id -> BigInt,
        role -> Text,
    }
}

diesel::table! {
    event_sectors (event_id, sector_id) {
        event_id -> BigInt,
        sector_id -> BigInt,
    }
}

diesel::table! {
    events (id) {
        id -> BigInt,
        slug -> Text,
        kind -> Text,
        format -> Nullable<Text>,
        starts_on -> Date,
        ends_on -> Date,
        date_precision -> Text,
        region_id -> Nullable<BigInt>,
        venue_party_id -> Nullable<BigInt>,
        series -> Nullable<Text>,
        description -> Nullable<Text>,
        sort_name -> Text,
        source_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    dataset_levels (dataset_id, reporter_level, partner_level, sector_level, classification_id, flow, period_start, period_months, origin) {
        dataset_id -> BigInt,
        reporter_level -> Integer,
        partner_level -> Integer,
        sector_level -> Integer,
        classification_id -> BigInt,
        flow -> Integer,
        period_start -> Integer,
        period_months -> Integer,
        origin -> Integer,
    }
}

diesel::table! {
    exchange_rates (id) {
        id -> BigInt,
        code -> Text,
        base_currency -> Text,
        quote_currency -> Text,
        period_start -> Integer,
        period_months -> Integer,
        kind -> Text,
        mantissa -> BigInt,
        exponent -> Integer,
        n_days -> Nullable<Integer>,
        source_id -> BigInt,
    }
}

diesel::table! {
    facts (id) {
        id -> BigInt,
        subject_kind -> Text,
        subject_id -> BigInt,
        property -> Text,
        statement -> Text,
        amount -> Nullable<BigInt>,
        unit -> Nullable<Text>,
        bound -> Nullable<Text>,
        source_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    import_runs (id) {
        id -> BigInt,
        started_at -> Timestamp,
        what -> Text,
        files -> Text,
    }
}

diesel::table! {
    names (subject_kind, subject_id, language, ordinal) {
        subject_kind -> Text,
        subject_id -> BigInt,
        language -> Text,
        ordinal -> Integer,
        text -> Text,
        folded -> Text,
    }
}

diesel::table! {
    participation_sectors (participation_id, sector_id) {
        participation_id -> BigInt,
        sector_id -> BigInt,
    }
}

diesel::table! {
    participations (id) {
        id -> BigInt,
        slug -> Text,
        event_id -> BigInt,
        party_id -> Nullable<BigInt>,
        region_id -> Nullable<BigInt>,
        role -> Text,
        status -> Text,
        label -> Nullable<Text>,
        headcount -> Nullable<BigInt>,
        headcount_unit -> Nullable<Text>,
        headcount_bound -> Nullable<Text>,
        includes_named -> Bool,
        source_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    parties (id) {
        id -> BigInt,
        slug -> Text,
        kind -> Text,
        org_kind -> Nullable<Text>,
        region_id -> Nullable<BigInt>,
        founded_on -> Nullable<Date>,
        founded_precision -> Nullable<Text>,
        website -> Nullable<Text>,
        description -> Nullable<Text>,
        sort_name -> Text,
        source_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    party_codes (scheme, code, party_id) {
        scheme -> Text,
        code -> Text,
        party_id -> BigInt,
    }
}

diesel::table! {
    party_sectors (party_id, sector_id) {
        party_id -> BigInt,
        sector_id -> BigInt,
    }
}

diesel::table! {
    published_values (dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, ordinal) {
        dataset_id -> BigInt,
        reporter_id -> BigInt,
        partner_id -> BigInt,
        sector_id -> BigInt,
        flow -> Integer,
        period_start -> Integer,
        period_months -> Integer,
        ordinal -> Integer,
        measure -> Text,
        text -> Text,
        mantissa -> BigInt,
        exponent -> Integer,
        currency -> Nullable<Text>,
        note -> Nullable<Text>,
        source_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    region_codes (scheme, code, region_id) {
        scheme -> Text,
        code -> Text,
        region_id -> BigInt,
        valid_from -> Nullable<Integer>,
        valid_to -> Nullable<Integer>,
    }
}

diesel::table! {
    region_members (group_id, region_id) {
        group_id -> BigInt,
        region_id -> BigInt,
        since -> Nullable<Date>,
        until -> Nullable<Date>,
    }
}

diesel::table! {
    regions (id) {
        id -> BigInt,
        code -> Text,
        kind -> Text,
        level -> Text,
        parent_id -> Nullable<BigInt>,
        path -> Text,
        sort_name -> Text,
        valid_from -> Nullable<Integer>,
        valid_to -> Nullable<Integer>,
        area_km2 -> Nullable<Double>,
        description -> Nullable<Text>,
        source_id -> Nullable<BigInt>,
    }
}

diesel::table! {
    revisions (revision) {
        revision -> BigInt,
        committed_at -> Timestamp,
        kind -> Text,
        source_id -> Nullable<BigInt>,
        summary -> Text,
    }
}

diesel::table! {
    sectors (id) {
        id -> BigInt,
        classification_id -> BigInt,
        code -> Text,
        level -> Integer,
        parent_id -> Nullable<BigInt>,
        path -> Text,
        sort_name -> Text,
    }
}

diesel::table! {
    sources (id) {
        id -> BigInt,
        code -> Text,
        kind -> Text,
        publisher -> Nullable<Text>,
        title -> Text,
        url -> Nullable<Text>,
        published_on -> Nullable<Date>,
        date_precision -> Nullable<Text>,
        retrieved_at -> Nullable<Timestamp>,
        licence -> Nullable<Text>,
        sha256 -> Nullable<Text>,
        note -> Nullable<Text>,
    }
}

diesel::table! {
    term_deletions (deletion, term) {
        deletion -> Text,
        term -> Text,
    }
}

diesel::table! {
    terms (kind, form, term, weight, subject_id) {
        kind -> Integer,
        form -> Integer,
        term -> Text,
        weight -> Integer,
        subject_id -> BigInt,
        shown -> Text,
    }
}

diesel::table! {
    trade_figures (dataset_id, reporter_id, partner_id, sector_id, flow, period_start, period_months, origin) {
        dataset_id -> BigInt,
        reporter_id -> BigInt,
        partner_id -> BigInt,
        sector_id -> BigInt,
        flow -> Integer,
        period_start -> Integer,
        period_months -> Integer,
        origin -> Integer,
        reporter_level -> Integer,
        partner_level -> Integer,
        sector_level -> Integer,
        value_scaled -> Nullable<BigInt>,
        quantity_milli -> Nullable<BigInt>,
        quantity_unit -> Nullable<Text>,
        net_weight_g -> Nullable<BigInt>,
        status -> Integer,
        source_id -> Nullable<BigInt>,
        revision -> BigInt,
    }
}

diesel::joinable!(agreement_parties -> agreements (agreement_id));
diesel::joinable!(agreement_parties -> parties (party_id));
diesel::joinable!(agreement_sectors -> agreements (agreement_id));
diesel::joinable!(agreement_sectors -> sectors (sector_id));
diesel::joinable!(agreements -> events (event_id));
diesel::joinable!(agreements -> sources (source_id));
diesel::joinable!(changes -> revisions (revision));
diesel::joinable!(classifications -> sources (source_id));
diesel::joinable!(correspondences -> sources (source_id));
diesel::joinable!(dataset_coverage -> datasets (dataset_id));
diesel::joinable!(dataset_coverage -> regions (reporter_id));
diesel::joinable!(dataset_levels -> classifications (classification_id));
diesel::joinable!(dataset_levels -> datasets (dataset_id));
diesel::joinable!(datasets -> currencies (currency));
diesel::joinable!(datasets -> parties (publisher_party_id));
diesel::joinable!(datasets -> sources (source_id));
diesel::joinable!(event_regions -> events (event_id));
diesel::joinable!(event_regions -> regions (region_id));
diesel::joinable!(event_sectors -> events (event_id));
diesel::joinable!(event_sectors -> sectors (sector_id));
diesel::joinable!(events -> parties (venue_party_id));
diesel::joinable!(events -> regions (region_id));
diesel::joinable!(events -> sources (source_id));
diesel::joinable!(exchange_rates -> sources (source_id));
diesel::joinable!(facts -> sources (source_id));
diesel::joinable!(participation_sectors -> participations (participation_id));
diesel::joinable!(participation_sectors -> sectors (sector_id));
diesel::joinable!(participations -> events (event_id));
diesel::joinable!(participations -> parties (party_id));
diesel::joinable!(participations -> regions (region_id));
diesel::joinable!(participations -> sources (source_id));
diesel::joinable!(parties -> regions (region_id));
diesel::joinable!(parties -> sources (source_id));
diesel::joinable!(party_codes -> parties (party_id));
diesel::joinable!(party_sectors -> parties (party_id));
diesel::joinable!(party_sectors -> sectors (sector_id));
diesel::joinable!(published_values -> currencies (currency));
diesel::joinable!(published_values -> datasets (dataset_id));
diesel::joinable!(published_values -> sources (source_id));
diesel::joinable!(region_codes -> regions (region_id));
diesel::joinable!(regions -> sources (source_id));
diesel::joinable!(revisions -> sources (source_id));
diesel::joinable!(sectors -> classifications (classification_id));
diesel::joinable!(trade_figures -> datasets (dataset_id));

diesel::allow_tables_to_appear_in_same_query!(
    agreement_parties,
    agreement_sectors,
    agreements,
    changes,
    classifications,
    correspondences,
    currencies,
    dataset_coverage,
    dataset_levels,
    datasets,
    event_regions,
    event_sectors,
    events,
    exchange_rates,
    facts,
    import_runs,
    names,
    participation_sectors,
    participations,
    parties,
    party_codes,
    party_sectors,
    published_values,
    region_codes,
    region_members,
    regions,
    revisions,
    sectors,
    sources,
    term_deletions,
    terms,
    trade_figures,
);
