//! Which functions change no rows? A name that is not here may do anything.

/// Of PostgreSQL, MySQL and PostGIS, and those by which migrations commonly set sequences, settings
/// and locks. `diesel_manage_updated_at` makes a trigger: Diesel's first migration, the same
/// everywhere.
const NAMES: &str = "\
    abs age any_value ascii avg btrim cardinality cast ceil ceiling char_length character_length \
    chr clock_timestamp coalesce col_description concat concat_ws convert convert_from \
    convert_to corr count cume_dist curdate current_database current_date current_schema \
    current_schemas current_setting current_timestamp currval database date date_add date_bin \
    date_format date_part date_sub date_trunc datediff decode dense_rank \
    diesel_manage_updated_at digest encode every exp extract first_value floor format \
    format_type from_unixtime gen_random_bytes gen_random_uuid greatest group_concat \
    has_column_privilege has_schema_privilege has_table_privilege hashtext hex host hstore if \
    ifnull initcap isnull lag last_insert_id last_value lastval lead least left length ln \
    localtimestamp log lower lpad ltrim make_date make_interval make_timestamp make_timestamptz \
    max md5 min mod mode nextval now ntile nullif obj_description octet_length overlay position \
    power rand random rank repeat replace reverse right round row_number row_to_json rpad rtrim \
    schema set_config setval setweight sha2 sha256 split_part sqrt stddev string_agg \
    string_to_array strpos substr substring sum to_char to_date to_json to_jsonb to_number \
    to_regclass to_timestamp to_tsquery to_tsvector translate trim trunc unaccent unix_timestamp \
    unnest upper utc_timestamp uuid variance version xmlparse";
/// What names begin with that only the databases themselves give.
const FAMILIES: &str = "pg_ array_ json_ jsonb_ regexp_ st_ regr_ percentile_ generate_ quote_ uuid_generate_ bool_ ts_";
/// What is grave all the same.
const GRAVE: &str = "drop delete terminate truncate unlink write rename";

/// Whether a function is one of the databases' own that leaves rows alone.
pub(super) fn is_harmless(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    let any = |words: &str, fits: &dyn Fn(&str) -> bool| words.split(' ').any(fits);
    any(NAMES, &|known| name == known)
        || (any(FAMILIES, &|family| name.starts_with(family))
            && !any(GRAVE, &|word| name.contains(word)))
}
